"""A rule's page for a terminal: headings, paragraphs, examples with the names of their files."""

from collections.abc import Iterator

from accord.report._paint import Paint, hanging, visible, wrapped


def page_lines(page: str, width: int, paint: Paint) -> list[str]:
    """The page, paragraphs wrapped to the width, its first line as the title."""
    title, _, body = page.strip().partition("\n")
    lines = [paint("bold", visible(title.rstrip("."))), ""]
    for kind, text in _blocks(body):
        lines += _shown(kind, text, width, paint)
    return lines


def _blocks(body: str) -> Iterator[tuple[str, list[str]]]:
    """The parts of a page: (kind, lines), where kind is heading, code, list or text."""
    part: list[str] = []
    kind = "text"
    for line in body.splitlines():
        fence = line.startswith("```")
        starts = _kind_of(line)
        if kind == "code":
            part.append(line)
            if fence:
                yield kind, part
                part, kind = [], "text"
        elif fence or not line.strip() or starts != kind or starts in ("heading", "list"):
            if part:
                yield kind, part
            part, kind = ([line] if line.strip() else []), ("code" if fence else starts)
        else:
            part.append(line)
    if part:
        yield kind, part


def _kind_of(line: str) -> str:
    if line.startswith("#"):
        return "heading"
    return "list" if line.startswith(("- ", "* ")) else "text"


def _shown(kind: str, text: list[str], width: int, paint: Paint) -> list[str]:
    if kind == "heading":
        return [paint("bold", visible(text[0].lstrip("# "))), ""]
    if kind == "code":
        return _code(text, paint)
    words = visible(" ".join(line.strip() for line in text))
    if kind == "list":
        return hanging("  - ", words.removeprefix("- ").removeprefix("* "), width)
    return [*(f"  {line}" for line in wrapped(words, width - 2)), ""]


def _code(text: list[str], paint: Paint) -> list[str]:
    first, *rest = text
    file = first.partition("file=")[2]
    caption = [paint("faint", f"    {visible(file)}:")] if file else []
    return [*caption, *(paint("code", f"      {visible(line)}") for line in rest if not line.startswith("```")), ""]
