"""Sources of third parties: modules that a package names under the entry point `accord.sources`.

They are asked after the sources of this package, in order of name, so none can take a format away from it.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._reading import Source, TextSource

GROUP = "accord.sources"


@cache
def plugins() -> tuple[tuple[Source | TextSource, ...], tuple[Problem, ...]]:
    """The sources that other packages bring, and a Problem for each that cannot be used."""
    if not any(_names_group(folder) for folder in dict.fromkeys(sys.path)):
        return (), ()
    from importlib.metadata import entry_points  # takes longer to import than a small check takes

    found: list[Source | TextSource] = []
    problems: list[Problem] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        place = Place("", f"{GROUP} {point.name}", 0, 0)
        try:
            found.append(_source(point.load()))
        except Exception as error:  # whatever a package does on import
            problems.append(Problem(place, f"this source cannot be used: {type(error).__name__}: {error}"))
    return tuple(found), tuple(problems)


def documents_of_plugins() -> tuple[Source, ...]:
    """Those that read documents."""
    found = plugins()[0]
    return tuple(cast(Source, source) for source in found if hasattr(source, "claims")) if found else ()


def texts_of_plugins() -> tuple[TextSource, ...]:
    """Those that take files by their name."""
    found = plugins()[0]
    return tuple(cast(TextSource, source) for source in found if hasattr(source, "FILES")) if found else ()


def _source(loaded: Any) -> Source | TextSource:
    wanted = ("FORMAT", "read_text") if hasattr(loaded, "FILES") else ("FORMAT", "claims", "read")
    missing = [name for name in wanted if not hasattr(loaded, name)]
    if missing:
        expected = f"{', '.join(wanted[:-1])} and {wanted[-1]}"
        raise TypeError(f"expected a module with {expected}; it has no {', '.join(missing)}")
    source: Source | TextSource = loaded
    return source


def _names_group(folder: str) -> bool:
    return any(f"[{GROUP}]".encode() in content for content in _entry_points(Path(folder or ".")))


def _entry_points(folder: Path) -> Iterator[bytes]:
    """What the installed packages of a folder say that they bring."""
    try:
        for path in [*folder.glob("*.dist-info/entry_points.txt"), *folder.glob("*.egg-info/entry_points.txt")]:
            yield path.read_bytes()
    except OSError:
        return
