"""Which source reads a document: the first, in order of name, that claims it."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

import accord.sources
from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.problem import Problem
from accord.sources._objects import opened
from accord.sources._reading import Source
from accord.sources._yaml import Document, documents


@cache
def sources() -> tuple[Source, ...]:
    """Every source of this package, in order of name."""
    names = sorted(
        found.name for found in pkgutil.iter_modules(accord.sources.__path__) if not found.name.startswith("_")
    )
    modules = [importlib.import_module(f"{accord.sources.__name__}.{name}") for name in names]
    return tuple(cast(Source, module) for module in modules if hasattr(module, "FORMAT"))


def read_document(document: Document, more: Iterable[Source] = ()) -> Iterable[Fact | Problem]:
    """The facts of one document; nothing where no source claims it."""
    for source in (*sources(), *more):
        if source.claims(document):
            return source.read(document)
    return ()


def read_text(text: str, root: str, file: str, scope: Scope = EVERYWHERE) -> Iterator[Fact | Problem]:
    """The facts of every document of a text, and what was refused with its place."""
    for document in documents(text, root, file, scope):
        if isinstance(document, Problem):
            yield document
        else:
            for part in opened(document):
                yield from read_document(part)
