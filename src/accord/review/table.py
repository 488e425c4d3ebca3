"""A table as CSV (RFC 4180) or YAML, every cell with its line and column."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from accord.model.problem import Problem, Refused
from accord.sources._yaml import Document, Entry, MappingNode, Node, SequenceNode, documents, entries, items, text_of

COLUMNS = ("at", "party", "kind", "what", "id", "told_to", "about", "of", "within", "via", "reason", "stamp")


class Cell(Struct, frozen=True):
    """A text and where it stands; line and column count from 1."""

    text: str
    line: int
    column: int


class Line(Struct, frozen=True):
    """One row: its cells by the names of their columns, and where it begins."""

    cells: Mapping[str, Cell]
    line: int
    column: int


class Written(Struct, frozen=True):
    """What a file says: its lines, the title and the sources."""

    lines: tuple[Line, ...]
    title: Cell | None = None
    sources: tuple[Cell, ...] = ()


def refused(file: str, line: int, column: int, reason: str) -> Refused:
    """A refusal with its place in front."""
    return Refused(f"{file}:{line}:{column}: {reason}")


def read_csv(text: str, file: str) -> Written:
    """The rows under the head of a CSV; rows of the kinds `incident` and `source` are the title and the sources. Raises Refused."""
    rows = [row for row in _rows(text, file) if any(cell.text.strip() for cell in row)]
    if not rows:
        raise refused(file, 1, 1, "expected a line of column names, read nothing")
    heads = _heads(rows[0], file)
    lines = []
    for row in rows[1:]:
        if len(row) > len(heads):
            extra = row[len(heads)]
            raise refused(
                file,
                extra.line,
                extra.column,
                f"expected {len(heads)} cells, read {len(row)}; quote a cell that holds a comma",
            )
        cells = {head: cell for head, cell in zip(heads, row, strict=False) if cell.text.strip()}
        lines.append(Line(cells, row[0].line, row[0].column))
    kinds = [(line.cells["kind"].text.strip(), line) for line in lines if "kind" in line.cells]
    titles, sources = ([line for kind, line in kinds if kind == wanted] for wanted in ("incident", "source"))
    for line in titles[1:]:
        raise refused(file, line.line, line.column, f"a second incident; the first is in line {titles[0].line}")
    said = [line.cells["what"] for line in sources if "what" in line.cells]
    left = tuple(line for line in lines if line not in titles and line not in sources)
    return Written(left, titles[0].cells.get("what") if titles else None, tuple(said))


def _heads(row: list[Cell], file: str) -> list[str]:
    """The names of the columns; raises Refused for one that is none, or is there twice."""
    heads: list[str] = []
    for cell in row:
        name = cell.text.strip().lower()
        if name not in COLUMNS:
            instead = "; expected commas between them" if any(mark in name for mark in ";\t|") else ""
            known = ", ".join(COLUMNS)
            raise refused(file, cell.line, cell.column, f"no column {name[:60]!r}{instead or f'; expected {known}'}")
        if name in heads:
            raise refused(file, cell.line, cell.column, f"the column {name!r} is there twice")
        heads.append(name)
    return heads


def _rows(text: str, file: str) -> Iterator[list[Cell]]:
    """The cells of every row; a cell in quotes may hold commas, line breaks and doubled quotes."""
    row: list[Cell] = []
    line, column, at = 1, 1, 0
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    while at < len(text):
        begun = (line, column)
        said, end = _quoted(text, at, file, begun) if text[at] == '"' else _plain(text, at)
        row.append(Cell(said, *begun))
        line, column = _moved(text[at:end], line, column)
        at = end
        if at < len(text) and text[at] not in ",\n":
            raise refused(file, line, column, "expected a comma or the end of the line after a closing quote")
        if at >= len(text) or text[at] == "\n":
            yield row
            row, line, column = [], line + 1, 1
        else:
            column += 1
            if at + 1 == len(text) or text[at + 1] == "\n":
                row.append(Cell("", line, column))
                yield row
                row, line, column = [], line + 1, 1
                at += 1
        at += 1


def _plain(text: str, at: int) -> tuple[str, int]:
    ends = [end for end in (text.find(",", at), text.find("\n", at)) if end >= 0]
    end = min(ends, default=len(text))
    return text[at:end], end


def _quoted(text: str, at: int, file: str, begun: tuple[int, int]) -> tuple[str, int]:
    end = at + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            raise refused(file, *begun, "expected a closing quote, read the end of the file")
        if text[end : end + 2] != '""':
            return text[at + 1 : end].replace('""', '"'), end + 1
        end += 2


def _moved(passed: str, line: int, column: int) -> tuple[int, int]:
    breaks = passed.count("\n")
    return (line + breaks, len(passed) - passed.rfind("\n")) if breaks else (line, column + len(passed))


def read_yaml(text: str, file: str) -> Written:
    """The mappings under `timeline` of a YAML document, with `incident` and `sources`. Raises Refused."""
    found, *others = [*documents(text, "", file), None]
    if isinstance(found, Problem):
        raise refused(file, found.place.line, found.place.column, found.reason)
    if not isinstance(found, Document) or not isinstance(found.node, MappingNode):
        raise refused(file, 1, 1, "expected `incident`, `sources` and `timeline`, read something else")
    for other in others:
        if isinstance(other, Document):
            raise refused(file, *_at(other.node), "a second document; expected one timeline in a file")
    top = _once(found.node, file)
    for name, entry in top.items():
        if name not in ("incident", "sources", "timeline"):
            raise refused(file, *_at(entry.key_node), f"expected incident, sources or timeline, read {name!r}")
    if "timeline" not in top or not isinstance(top["timeline"].value, SequenceNode):
        raise refused(file, *_at(found.node), "expected a list under `timeline`")
    lines = tuple(_line(node, file) for node in items(top["timeline"].value))
    title = _cell(top["incident"].value, file) if "incident" in top else None
    if "sources" in top and not isinstance(top["sources"].value, SequenceNode):
        raise refused(file, *_at(top["sources"].value), "expected a list under `sources`")
    sources = items(top["sources"].value) if "sources" in top else []
    return Written(lines, title, tuple(_cell(node, file) for node in sources))


def _once(node: MappingNode, file: str) -> dict[str, Entry]:
    """What stands under each key; raises Refused for a key that is there twice."""
    twice: list[tuple[Node, str]] = []
    found = {entry.key: entry for entry in entries(node, twice)}
    for key_node, key in twice:
        raise refused(file, *_at(key_node), f"{key!r} is there twice")
    return found


def _line(node: Node, file: str) -> Line:
    if not isinstance(node, MappingNode):
        raise refused(file, *_at(node), "expected a mapping such as {at: ..., party: ..., kind: fact, what: ...}")
    cells = {key: _cell(entry.value, file) for key, entry in _once(node, file).items()}
    return Line(cells, *_at(node))


def _cell(node: Node, file: str) -> Cell:
    """A text, or a list of texts as one, joined by semicolons as a CSV has them."""
    if isinstance(node, SequenceNode):
        return Cell("; ".join(_cell(item, file).text for item in items(node)), *_at(node))
    text = text_of(node)
    if text is None:
        raise refused(file, *_at(node), "expected a text or a list of texts")
    return Cell(text, *_at(node))


def _at(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
