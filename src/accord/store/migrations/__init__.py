"""Numbered steps of plain SQL: what is released is never changed, what changes is a new file."""
