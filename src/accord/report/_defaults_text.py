"""What platforms do where nobody wrote anything, for people: the list, one platform, or what changes between two versions."""

from collections.abc import Iterator

from accord.report._defaults import Changed, Difference, Platform, Row, newest
from accord.report._paint import Paint, columns, hanging, padded

_WIDEST_VALUE = 60
_ABSENT = "left_out."
"""What a default stands beside where a template that could say the term does not: that is what any default is."""


def listed_text(platforms: list[Platform], paint: Paint) -> str:
    """One line for each platform."""
    widest = max(columns(platform.platform) for platform in platforms)
    versions = max(columns(platform.versions) for platform in platforms)
    lines = [
        f"{paint('bold', padded(one.platform, widest))}  {padded(one.versions, versions)}"
        f"  {_count(len({row.term for row in one.defaults}), 'term')}, read {newest(one.defaults)}"
        for one in platforms
    ]
    return "\n".join([*lines, "", f"next: {paint('code', f'accord defaults {platforms[0].platform}')}"]) + "\n"


def platform_text(platform: Platform, width: int, paint: Paint) -> str:
    """Term by term what the platform does, in which versions, and where that was read."""
    rows = platform.defaults
    sources = {source: number for number, source in enumerate(dict.fromkeys(map(_source, rows)), start=1)}
    lines = [*_head(platform, paint), ""]
    for term in dict.fromkeys(row.term for row in rows):
        found = [row for row in rows if row.term == term]
        lines += hanging(f"{term}  ", found[0].means, width)
        lines += [f"  {line}" for line in _values(found, sources, width)]
    lines += ["", f"read in {platform.repository}".rstrip()] * bool(sources)
    for source, number in sources.items():
        lines += [paint("faint", line) for line in hanging(f"  [{number}] ", source, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def changed_text(changed: Changed, width: int, paint: Paint) -> str:
    """What a change of the version changes."""
    title = f"{changed.platform} {changed.before} -> {changed.after}"
    lines = [f"{paint('bold', title)}: {_count(len(changed.changes), 'default')} changed"]
    lines += [f"{version} is {_beyond(side, changed.versions)}" for version, side in changed.beyond.items()]
    for one in changed.changes:
        lines += ["", *hanging(f"{one.term}  ", one.means, width), *_sides(one, changed, width)]
        read = one.after or one.before
        lines += [paint("faint", line) for line in hanging("  read in ", _source(read), width)] if read else []
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _head(platform: Platform, paint: Paint) -> Iterator[str]:
    name = paint("bold", platform.platform)
    if not platform.asked:
        versions = f" for {platform.versions}," if platform.versions else ""
        yield f"{name}: what it does where nobody wrote anything; read{versions} {newest(platform.defaults)}"
        return
    yield f"{name} {platform.asked}: what it does where nobody wrote anything"
    if platform.beyond:
        yield _beyond(platform.beyond, platform.versions)


def _beyond(side: str, versions: str) -> str:
    taken = "its last known defaults are taken" if side == "newer" else "nothing is known of it"
    return f"{side} than any that was read ({versions}): {taken}"


def _values(rows: list[Row], sources: dict[str, int], width: int) -> Iterator[str]:
    values = [_value(row) for row in rows]
    column = min(max(map(columns, values)), _WIDEST_VALUE)
    versions = max(columns(row.versions) for row in rows)
    for row, value in zip(rows, values, strict=True):
        end = f"  {padded(row.versions, versions)}  [{sources[_source(row)]}]"
        first, *rest = hanging("", value, max(min(column, width - columns(end) - 2), 24))
        yield padded(first, column) + end
        yield from rest


def _value(row: Row) -> str:
    return f"{row.value} (beside {row.beside})" if row.beside and not row.beside.startswith(_ABSENT) else row.value


def _source(row: Row) -> str:
    return f"{row.source} ({row.seen})"


def _sides(one: Difference, changed: Changed, width: int) -> Iterator[str]:
    widest = max(len(changed.before), len(changed.after))
    for version, row in ((changed.before, one.before), (changed.after, one.after)):
        yield from hanging(f"  {version.ljust(widest)}  ", _value(row) if row else "nothing is known", width)
    if one.before and one.after:
        old, new = _words(one.before), _words(one.after)
        yield from _moved("no longer", old, new)
        yield from _moved("new", new, old)


def _moved(word: str, these: list[str], those: list[str]) -> Iterator[str]:
    moved = [each for each in these if each not in those]
    if moved and (len(these) > 1 or len(those) > 1):
        yield f"  {word}: {', '.join(moved)}"


def _words(row: Row) -> list[str]:
    return row.value.split(", ")


def _count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"
