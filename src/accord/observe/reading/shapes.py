"""Decoded JSON of whatever shape, read without trust: what is no map, no list of maps or no text is as if absent."""

from typing import Any


def map_of(value: Any) -> dict[str, Any]:
    """The map; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def maps_of(value: Any) -> list[dict[str, Any]]:
    """The maps among the items of a list; none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """The text; an empty one for anything else."""
    return value if isinstance(value, str) else ""
