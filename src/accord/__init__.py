"""Accord: what both sides of a boundary say, held side by side."""

__version__ = "0.1.0"
