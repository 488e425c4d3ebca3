"""A text in a block of another one, such as a file in a ConfigMap: its documents, at the lines of the outer text."""

from collections.abc import Iterator

from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._yaml import Document, Entry, documents, place_of, text_of

_INDENT = 2  # what manifests indent by; the text of a block does not tell


def stands_there(entry: Entry) -> bool:
    """Whether the text lies in the outer file line by line, as a block with `|` does."""
    return getattr(entry.value, "style", None) == "|" and entry.at is entry.value


def held(
    document: Document, entry: Entry, text: str | None = None
) -> Iterator[tuple[Document | Problem, Place | None]]:
    """The documents of a text under a key, each with the place that holds for all of it where its lines have none of their own."""
    outer = place_of(entry.at, document.root, document.file)
    at: Place | None = outer
    if text is None:
        text = text_of(entry.value) or ""
        if stands_there(entry):
            text, at = as_it_stands(text, entry), None
    for inner in documents(text, document.root, document.file, document.scope):
        if isinstance(inner, Problem):
            yield Problem(at or inner.place, f"{entry.key}: {inner.reason}", fatal=True), at
        else:
            yield inner, at


def as_it_stands(text: str, entry: Entry) -> str:
    """The text of a block with the empty lines before it and the blanks beside it that the outer file has."""
    before = "\n" * (entry.value.line + 1)
    indent = " " * (entry.column + _INDENT)
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), 0)
    if lines[start].rstrip() == "---":
        lines[start] = ""
    end = next((number for number, line in enumerate(lines) if line.rstrip() in ("---", "...")), len(lines))
    return before + "\n".join(indent + line if line.strip() else line for line in lines[:end])
