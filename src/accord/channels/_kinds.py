"""The kinds of channels there are, found by looking: a file of this package whose name has no underscore is a kind."""

import importlib
import importlib.metadata
import pkgutil
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, cast

import accord.channels
from accord.model.delivery import Answering, Request, Response, Verdict
from accord.model.message import Message

GROUP = "accord.channels"
"""The entry points by which packages add kinds; each names a module, and none takes the name of one of ours."""


class Address(StrEnum):
    """Whether each person has an own address on a channel."""

    NEEDED = "needed"
    ALLOWED = "allowed"
    NONE = "none"


class Kind(Protocol):
    """What the module of a kind has."""

    Settings: type[Any]
    ADDRESS: Address

    def request(self, message: Message, settings: Any, answering: Answering) -> Request:
        """The message as this provider wants it."""

    def verdict(self, response: Response) -> Verdict:
        """What the answer of the provider comes to."""


def kinds() -> tuple[str, ...]:
    """The names of all kinds, in order; nothing is imported."""
    return tuple(sorted({*_own(), *_others()}))


@cache
def kind(name: str) -> Kind:
    """The module of a kind; raises LookupError where there is none of this name."""
    if name in _own():
        return cast(Kind, importlib.import_module(f"{accord.channels.__name__}.{name}"))
    return cast(Kind, _others()[name].load())


def _own() -> list[str]:
    return [found.name for found in pkgutil.iter_modules(accord.channels.__path__) if not found.name.startswith("_")]


@cache
def _others() -> dict[str, importlib.metadata.EntryPoint]:
    return {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}
