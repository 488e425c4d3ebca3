"""What people look at. One file is one page: where it is, what it is called, and what it shows; nothing is registered.

A page has `PATH`, `TITLE` (what the navigation calls it, empty where it is not there), `PLACE` (its order there) and
`async show(asked, shown)`. All of it works without a script, by keyboard, on a phone and in the dark. A page that gives its template `now` is kept up to
date where there are scripts; its block `news` is the sentence that is spoken when it reads otherwise than before.
"""
