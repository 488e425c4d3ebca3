"""Ways to reach people. One file is one kind of channel: its `Settings`, a message made a request, and an answer judged.

A kind has `Settings`, a struct; `ADDRESS`, what a person's address is on it; `request(message, settings, answering)`; and
`verdict(response)`. Nothing is registered: the file is found. Packages add kinds by entry points of the group
`accord.channels`. A kind knows no clock and no network: the outbox of `accord serve` is the only sender.
"""
