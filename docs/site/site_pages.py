"""The Markdown of this repository made the pages of a site: each link to where its target stands there, each rule a page."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from site_platforms import platforms_page

from accord.rules import __path__ as rule_folders
from accord.rules._catalogue import Rule, rules

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PROJECT = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "STYLE.md")
PICTURES = (".svg", ".png", ".css")
VERDICTS = ("mismatch", "breach", "conditional", "unanswered", "note")

_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
_FENCE = re.compile(r"^ *(`{3,})(\w*)(.*)$")
_CODE = re.compile(r"(?<!\[)`(accord explain|(?:docs/)?[\w./-]+)`(?!\])")
_CONSOLE = re.compile(r"^```console\n.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`[^`]+`")
_ITEM = re.compile(r"(?:[-*]|\d+\.) ")
_ANNOUNCED = re.compile(r"# finding: (\w+)")


class MissingPage(Exception):
    """A link leads to what is not in the repository: which page has it, and where it was to lead."""


def pages() -> dict[str, str]:
    """Every page of the site by its path there: those that are written, those of the rules, and the files that any of them shows."""
    written = {placed(file): file for file in sorted((*DOCS.rglob("*.md"), *(ROOT / name for name in PROJECT)))}
    shown: dict[str, str] = {}
    wanted: set[Path] = set()
    for place, file in written.items():
        shown[place] = prepared(relinked(file.read_text(encoding="utf-8"), file, place, wanted))
    shown |= made_pages()
    return shown | {placed(file): file_page(file) for file in sorted(wanted) if placed(file) not in shown}


def pictures() -> dict[str, Path]:
    """What the pages show or are dressed in, by its path in the site."""
    return {file.relative_to(DOCS).as_posix(): file for file in sorted(DOCS.rglob("*")) if file.suffix in PICTURES}


def placed(file: Path) -> str:
    """Where a file of the repository stands in the site: the docs as they are, the project's own pages, and other files as pages."""
    inside = file.relative_to(ROOT).as_posix()
    if inside.startswith("docs/"):
        return inside.removeprefix("docs/")
    return f"project/{inside}" if inside in PROJECT else f"files/{inside}.md"


def relinked(text: str, file: Path, place: str, wanted: set[Path]) -> str:
    """A page whose links lead from its place in the site; every file that one leads to is put to those that are wanted."""

    def link(match: re.Match[str]) -> str:
        target = Path(os.path.normpath(file.parent / match[1]))
        if not target.is_file() or not target.is_relative_to(ROOT):
            raise MissingPage(f"{file.relative_to(ROOT)}: {match[1]} is no file of this repository")
        if target.suffix not in PICTURES:
            wanted.add(target)
        return away(place, placed(target)) + (match[2] or "")

    return outside_of_fences(text, lambda line: named(_LINK.sub(link, line), place))


def away(place: str, target: str) -> str:
    """The way from one page of the site to another."""
    return PurePosixPath(os.path.relpath(target, PurePosixPath(place).parent)).as_posix()


def named(line: str, place: str) -> str:
    """A line in which the id of a rule, and the name of a page, leads to it; no heading does."""

    def link(match: re.Match[str]) -> str:
        if match[1] == "accord explain":
            return f"[{match[0]}]({away(place, 'rules/index.md')})"
        target = f"rules/{match[1]}.md" if match[1] in RULES else match[1].removeprefix("docs/")
        is_page = match[1] in RULES or (
            match[1].startswith("docs/") and match[1].endswith(".md") and (ROOT / match[1]).is_file()
        )
        return f"[{match[0]}]({away(place, target)})" if is_page and target != place else match[0]

    return line if line.startswith("#") else _CODE.sub(link, line)


def outside_of_fences(text: str, change: Callable[[str], str]) -> str:
    """A page with each line changed that stands in no fenced block and is not indented as one."""
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1] == fence and not mark[2])):
            fence = "" if fence else mark[1]
        lines.append(line if fence or mark or line.startswith("    ") else change(line))
    return "\n".join(lines)


def prepared(text: str) -> str:
    """A page as the builder reads Markdown, which is stricter than others about blank lines and what belongs to a list."""
    return "\n".join(_apart(_indented(_CONSOLE.sub(_plain, text).split("\n"))))


def _plain(console: re.Match[str]) -> str:
    """A console whose output has lines that would be taken for the prompt of root, as plain text."""
    return console[0].replace("```console", "```text", 1) if "\n#" in console[0] else console[0]


def _apart(lines: Iterable[str]) -> Iterator[str]:
    """The lines with a blank one before lists, tables and fences, and each fence with its file as its title."""
    fence, before, goes_on = "", "", False
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            yield line
            if mark and mark[1] == fence and not mark[2]:
                fence = ""
                yield ""
            continue
        if mark:
            fence = mark[1]
        # An item with more than one paragraph ends only at a blank line.
        was_within, goes_on = goes_on, line.startswith("    ") and (goes_on or not before)
        if before.strip() and (mark or _begins_a_block(line, before) or (_ITEM.match(line) and was_within)):
            yield ""
        yield titled(mark) if mark else _unescaped(line)
        before = line


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """The lines, with what goes on in an item of a list indented by four instead of by the width of its mark."""
    width, fence, after_blank = 0, "", False
    for line in lines:
        mark, item = _FENCE.match(line), _ITEM.match(line)
        if mark and (not fence or (mark[1] == fence and not mark[2])):
            fence = "" if fence else mark[1]
        if item and not fence:
            width = len(item[0])
        elif after_blank and line and not line.startswith(" "):
            width = 0
        yield " " * (4 - width) + line if 0 < width < 4 and line.startswith(" " * width) else line
        after_blank = not line


def _unescaped(line: str) -> str:
    """A row of a table whose code has bars as they are: the builder parts no cells within code."""
    return _SPAN.sub(lambda span: span[0].replace("\\|", "|"), line) if line.startswith("|") else line


def _begins_a_block(line: str, before: str) -> bool:
    is_item = bool(_ITEM.match(line)) and not before.startswith((" ", "- ", "* ")) and not _ITEM.match(before)
    return is_item or (line.startswith("|") and not before.startswith("|"))


def titled(fence: re.Match[str]) -> str:
    """The first line of a fenced block, with the file it is of, or what becomes of it, as its title."""
    says = fence[3].strip()
    file = re.fullmatch(r"file=(\S+)", says)
    title = file[1] if file else says
    return f'{fence[1]}{fence[2]} title="{title}"' if title else f"{fence[1]}{fence[2]}"


def file_page(file: Path) -> str:
    """A file of the repository as a page that shows it."""
    name = file.relative_to(ROOT).as_posix()
    kind = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml", ".py": "python"}.get(file.suffix, "text")
    return f"# {name}\n\n`````{kind}\n{file.read_text(encoding='utf-8').rstrip()}\n`````\n"


def made_pages() -> dict[str, str]:
    """A page for each rule, which is its docstring, the lists of them by family and by verdict, and what platforms do."""
    found = {f"rules/{rule.id}.md": rule_page(rule) for rule in RULES.values()}
    return found | {
        "platforms.md": prepared(platforms_page()),
        "rules/index.md": by_family(),
        "rules/verdicts.md": by_verdict(),
    }


def verdicts(rule: Rule) -> list[str]:
    """What a rule can find, as the examples of its page show."""
    announced = set(_ANNOUNCED.findall(rule.page))
    return [verdict for verdict in VERDICTS if verdict in announced]


def rule_page(rule: Rule) -> str:
    """The page of one rule: its title, its id and what it can find, and then its own words."""
    title, _, rest = rule.page.strip().partition("\n")
    finds = " ".join(f'<span class="verdict {verdict}">{verdict}</span>' for verdict in verdicts(rule))
    place = f"rules/{rule.id}.md"
    text = outside_of_fences(rest, lambda line: named(line, place))
    return prepared(f"# {title.rstrip('.')}\n\n`{rule.id}` {finds}\n{text}\n")


def families() -> dict[str, list[Rule]]:
    """The rules of each family, in order."""
    found: dict[str, list[Rule]] = {}
    for id_, rule in RULES.items():
        found.setdefault(id_.partition("/")[0], []).append(rule)
    return found


def about(family: str) -> str:
    """What a family is about, in its own words."""
    file = Path(next(iter(rule_folders)), family.replace("-", "_"), "__init__.py")
    return file.read_text(encoding="utf-8").strip().strip('"')


def by_family() -> str:
    """The list of all rules, family by family."""
    parts = [
        "# Rules\n\n"
        f"The {len(RULES)} rules there are. Each page says what goes wrong and why each side is right, shows an example, what is no gap,"
        " what stays a question, and what each side can do; `accord explain RULE` shows the same in a terminal. Every page is a test of its"
        " rule: the lines marked `# finding:` are what it finds. The same list [by verdict](verdicts.md).\n"
    ]
    for family, members in families().items():
        rows = "".join(f"| {linked(rule)} | {', '.join(verdicts(rule))} |\n" for rule in members)
        parts.append(f"## {family}\n\n{about(family)}\n\n| rule | finds |\n|---|---|\n{rows}")
    return "\n".join(parts)


def by_verdict() -> str:
    """The list of all rules, by what each can find."""
    parts = [
        "# Rules by verdict\n\nWhat each rule can find, as its page shows; a rule stands under each of its verdicts."
        " What they mean: [verdicts](../output.md#verdicts).\n"
    ]
    for verdict in VERDICTS:
        rows = "".join(
            f"| {linked(rule)} | {rule.id.partition('/')[0]} |\n"
            for rule in RULES.values()
            if verdict in verdicts(rule)
        )
        parts.append(f"## {verdict}\n\n| rule | family |\n|---|---|\n{rows}")
    return "\n".join(parts)


def linked(rule: Rule) -> str:
    """A rule as a link to its page from the lists: what goes wrong, and its id."""
    title = rule.page.strip().partition("\n")[0].rstrip(".")
    return f"[{title}]({rule.id}.md)<br>`{rule.id}`"


def navigation() -> str:
    """The rules as entries of the navigation, a section for each family."""
    sections = []
    for family, members in families().items():
        entries = ", ".join(f'"rules/{rule.id}.md"' for rule in members)
        sections.append(f'    {{ "{family}" = [{entries}] }},')
    return "\n".join(sections)


RULES: dict[str, Rule] = {rule.id: rule for rule in rules()}
