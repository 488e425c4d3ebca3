"""The formats there are, found by looking: a file of this package whose name has no underscore is a format."""

import importlib
import pkgutil
from collections.abc import Callable

import accord.report
from accord.model.result import Result
from accord.report._asked import Asked

Render = Callable[[Result, Asked], str]


def formats() -> tuple[str, ...]:
    """The names of all formats, in order; nothing is imported."""
    return tuple(
        sorted(found.name for found in pkgutil.iter_modules(accord.report.__path__) if not found.name.startswith("_"))
    )


def renderer(name: str) -> Render:
    """The function that turns a result into the text of this format."""
    render: Render = importlib.import_module(f"{accord.report.__name__}.{name}").render
    return render
