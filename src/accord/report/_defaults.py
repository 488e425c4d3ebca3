"""What platforms do where nobody wrote anything, as `accord defaults` shows it: as data."""

from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType

from accord.boundaries.join.versions import in_words
from accord.defaults.reader import Default, Pack
from accord.model.terms import term_of

VERSION = 1


class Row(Struct, frozen=True):
    """One default: the term and what it means, the value as the platform writes it, and for which versions it was read where."""

    term: str
    means: str
    value: str
    layer: str
    versions: str
    source: str
    seen: str
    beside: str | UnsetType = UNSET


class Platform(Struct, frozen=True):
    """One pack: the versions that were read, and its defaults, or those of the version that was asked for."""

    platform: str
    versions: str
    repository: str
    defaults: list[Row]
    asked: str | UnsetType = UNSET
    beyond: str | UnsetType = UNSET


class Difference(Struct, frozen=True):
    """One term that changes between two versions; a side is absent where nothing is known of it there."""

    term: str
    means: str
    before: Row | None
    after: Row | None


class Listed(Struct, frozen=True):
    """The document of one or all platforms; keys are only ever added to a version."""

    accord: int
    platforms: list[Platform]


class Changed(Struct, frozen=True):
    """The document of what changes between two versions of a platform; `beyond` tells which of them were never read."""

    accord: int
    platform: str
    before: str
    after: str
    changes: list[Difference]
    beyond: dict[str, str]
    versions: str


def platform_of(pack: Pack, version: str = "") -> Platform:
    """A pack, or what it says of one version."""
    chosen = list(pack.deciding(version)) if version else pack.defaults
    rows = [row_of(pack, default, version) for default in chosen]
    return Platform(pack.platform, pack.range, pack.repository, rows, version or UNSET, pack.beyond(version) or UNSET)


def changed(pack: Pack, before: str, after: str) -> Changed:
    """What a change of the version changes, in the order of the pack."""
    old, new = ({(one.term, one.beside): one for one in pack.deciding(version)} for version in (before, after))
    keys = [key for key in dict.fromkeys((*old, *new)) if _value(old.get(key)) != _value(new.get(key))]
    return Changed(
        VERSION,
        pack.platform,
        before,
        after,
        [
            Difference(
                key[0],
                _means(key[0]),
                row_of(pack, old[key], before) if key in old else None,
                row_of(pack, new[key], after) if key in new else None,
            )
            for key in keys
        ],
        {version: side for version in (before, after) if (side := pack.beyond(version))},
        pack.range,
    )


def row_of(pack: Pack, default: Default, version: str = "") -> Row:
    """One default as it is shown."""
    return Row(
        default.term,
        _means(default.term),
        default.text,
        str(default.layer),
        in_words(pack, default, version),
        default.source,
        default.seen.isoformat(),
        default.beside or UNSET,
    )


def newest(rows: Iterable[Row]) -> str:
    """The last day that any of them was read."""
    return max((row.seen for row in rows), default="")


def _value(default: Default | None) -> object:
    return default and (default.value, default.beside, default.layer)


def _means(term: str) -> str:
    known = term_of(term)
    return known.meaning if known else ""
