"""The true stories, by name."""

from __future__ import annotations

from . import stories_of_alerts, stories_of_calls, stories_of_people
from .stories import Story
from .stories_of_calls import PAYMENTS

STORIES: dict[str, Story] = {**stories_of_calls.STORIES, **stories_of_people.STORIES, **stories_of_alerts.STORIES}

__all__ = ["PAYMENTS", "STORIES"]
