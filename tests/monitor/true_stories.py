"""The true stories, by name."""

from __future__ import annotations

from . import (
    stories_of_alerts,
    stories_of_calls,
    stories_of_mappings,
    stories_of_people,
    stories_of_platforms,
    stories_of_sightings,
    stories_of_signals,
)
from .stories import Story
from .stories_of_calls import PAYMENTS

STORIES: dict[str, Story] = {
    name: story
    for kind in (
        stories_of_calls,
        stories_of_people,
        stories_of_signals,
        stories_of_alerts,
        stories_of_mappings,
        stories_of_platforms,
        stories_of_sightings,
    )
    for name, story in kind.STORIES.items()
}

__all__ = ["PAYMENTS", "STORIES"]
