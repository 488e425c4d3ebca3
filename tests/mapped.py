"""Mappings over texts that stand in no file: what the blocks of a page give."""

from __future__ import annotations

from collections.abc import Iterator

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._mapping_rows import Mapped, given
from accord.sources._yaml import Document, documents
from accord.sources.mapping import claims, compiled


def mapped(blocks: list[tuple[str, str]], root: str) -> Iterator[Fact | Problem]:
    """What the mappings among some texts, each with its path, give for all of them."""
    read = {file: list(documents(text, root, file)) for file, text in blocks if not file.endswith(".toml")}
    for found in read.values():
        for document in found:
            if isinstance(document, Document) and claims(document):
                yield from _given(document, read)


def _given(document: Document, read: dict[str, list[Document | Problem]]) -> Iterator[Fact | Problem]:
    mapping, _ = compiled(document)
    if mapping is None:
        return
    files = [
        Mapped(number, bound, file)
        for number, pattern in enumerate(mapping.patterns)
        for file in sorted(read)
        if (bound := pattern.match(file)) is not None
    ]
    yield from given(mapping, files, lambda file: next((one for one in read[file] if isinstance(one, Document)), None))
