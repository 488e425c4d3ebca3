"""Signals: whether anybody hears them, and whose they are."""
