"""Which source takes a file whole because of its name: told without importing any, so that a file that none takes costs next to nothing."""

import importlib
import pkgutil
import re
from ast import literal_eval
from collections.abc import Sequence
from fnmatch import translate
from functools import cache, lru_cache
from types import ModuleType
from typing import cast

import accord.sources
from accord.sources._reading import TextSource, TogetherSource

_FILES = re.compile(rb"^FILES = (\(.*?\))$", re.MULTILINE | re.DOTALL)
_CLAIMS = re.compile(rb"^def claims\(", re.MULTILINE)


@cache
def source_names() -> tuple[str, ...]:
    """The names of the modules of this package that are sources, in order."""
    return tuple(
        sorted(found.name for found in pkgutil.iter_modules(accord.sources.__path__) if not found.name.startswith("_"))
    )


def source_module(name: str) -> ModuleType:
    """The source of this name, imported now."""
    return importlib.import_module(f"{accord.sources.__name__}.{name}")


@cache
def patterns() -> dict[str, tuple[str, ...]]:
    """By name of its module, the `FILES` of each source of this package that takes files by their name, in its own order."""
    found = {name: _files_of(name) for name in source_names()}
    return {name: files for name, files in found.items() if files}


@cache
def claiming() -> tuple[str, ...]:
    """The names of the sources of this package that read documents."""
    return tuple(name for name in source_names() if _CLAIMS.search(_written(name)))


def _files_of(name: str) -> tuple[str, ...]:
    stands = _FILES.search(_written(name))
    if stands is None:
        return ()
    files: tuple[str, ...] = literal_eval(stands[1].decode())
    return files


@cache
def _written(name: str) -> bytes:
    """The file of a source: to look for a line in it takes a hundredth of importing it."""
    return pkgutil.get_data(accord.sources.__name__, f"{name}.py") or b""


def source_of_file(file: str, more: Sequence[TextSource] = ()) -> TextSource | None:
    """The source that takes a file whole because of its name (a path goes by its end); None where it is YAML or JSON."""
    name = file.rpartition("/")[2]
    taking = _taking(name)
    if taking is not None:
        return cast(TextSource, source_module(taking))
    return next((source for source in more if _matches(name, tuple(source.FILES))), None) if more else None


def is_taken(name: str, more: tuple[str, ...] = ()) -> bool:
    """Whether a source of this package takes a file of this name whole, or one whose `FILES` these are."""
    return _taking(name) is not None or _matches(name, more)


@lru_cache(maxsize=4096)
def _taking(name: str) -> str | None:
    """The name of the source of this package that takes a file of this name."""
    if not _matches(name, _every_pattern()):
        return None
    return next(source for source, files in patterns().items() if _matches(name, files))


@cache
def _every_pattern() -> tuple[str, ...]:
    return tuple(one for files in patterns().values() for one in files)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    endings, others = _split(patterns)
    return name.lower().endswith(endings) or others.fullmatch(name) is not None


@cache
def _split(patterns: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The patterns that are no more than an ending, in lower case and without their `*`, and what matches the others."""
    plain = [one for one in patterns if one.startswith("*.") and "*" not in one[1:]]
    others = [translate(one) if "*" in one else re.escape(one) for one in patterns if one not in plain]
    return tuple(one[1:].lower() for one in plain), re.compile("|".join(others) or r"(?!)")


def together_source(file: str) -> TogetherSource | None:
    """The source that reads this file with others; None where it is read by itself."""
    source = source_of_file(file)
    return cast(TogetherSource, source) if hasattr(source, "read_together") else None
