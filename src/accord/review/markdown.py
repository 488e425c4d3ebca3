"""A review as Markdown."""

import re
from collections.abc import Iterator

from accord.model.review import Review
from accord.review.answered import answers
from accord.review.sections import Section, Table, numbered

_SPECIAL = re.compile(r"([\\`*_{}\[\]<|~$#@]|^>)")


def render(review: Review) -> str:
    """The whole document; it ends with a line break."""
    lines = [f"# Review: {_escaped(review.header.title)}", ""]
    for question, said in answers(review):
        lines += [f"**{question}**", "", *(f"- {_escaped(sentence)}" for sentence in said), ""]
    lines += ["All times are UTC. People are roles; nothing here measures anybody.", ""]
    for number, section in numbered(review):
        lines += _section(number, section)
    return "\n".join(lines).rstrip() + "\n"


def _section(number: str, section: Section) -> Iterator[str]:
    yield from (f"## {number}. {section.title}" if number else f"## {section.title}", "")
    if section.says:
        yield from (section.says, "")
    if section.items:
        yield from (*(f"- {_escaped(item)}" for item in section.items), "")
    for table in section.tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    if table.title:
        yield from (_escaped(table.title), "")
    yield f"| {' | '.join(map(_escaped, table.heads))} |"
    yield "|" + "---|" * len(table.heads)
    for number, row in enumerate(table.rows):
        cells = [_escaped(cell) for cell in row]
        if number in table.marked:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _escaped(text: str) -> str:
    """A text that is read as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
