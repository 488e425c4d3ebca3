"""Artefact text to facts. One file is one format; every public module here is a source (see CONTRIBUTING.md)."""
