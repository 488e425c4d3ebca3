"""What somebody has allowed: a waiver of one rule where it was thought about, and a finding that a baseline knows."""

from datetime import date

from msgspec import Struct

from accord.model.finding import Finding
from accord.model.place import Place

OF_WAIVERS = ("contract/waiver-", "contract/known-")
"""How the rules begin that speak of waivers and baselines themselves: nobody can waive them, and no baseline knows them."""

File = tuple[str, str]
"""A file as places name it: its root, and its path below."""


class Lines(Struct, frozen=True, order=True):
    """Lines of one file, the first and the last of them included."""

    first: int
    last: int


class Waiver(Struct, frozen=True):
    """One rule that is allowed to find something: in the `lines` of a comment, or where a `[[waiver]]` selects it.

    `rule` is as typed and `place` where it stands. `until` is the last day, None where there is none. A selection has
    `files` (None for every file), a `subject` in which `*` is any text, and `says`, a text that the finding contains;
    what is empty selects everything. `wrong` says why it cannot be understood, and then it allows nothing. What is not
    `watched` may well meet nothing: it belongs to another side, or only a part was checked.
    """

    rule: str
    place: Place
    because: str = ""
    owner: str = ""
    until: date | None = None
    lines: Lines | None = None
    files: frozenset[File] | None = None
    subject: str = ""
    says: str = ""
    wrong: str = ""
    watched: bool = True


class Known(Struct, frozen=True):
    """An entry of a baseline: a finding that was there when it was written, `count` times; its place is that of the entry.

    Where it joined many statements, `parts` has what it is, and each of those.
    """

    fingerprint: str
    rule: str
    subject: str
    message: str
    count: int
    place: Place
    parts: tuple[str, ...] = ()


class Standing(Struct, frozen=True):
    """How a waiver stands on the day of the check: how many findings it `meets`, and whether its last day is `over`.

    `wrong` says why it cannot be understood. Where it is not `counted`, what it could meet was not all looked for. `short`
    is a finding of which it allows some statements only, so that the finding stays.
    """

    waiver: Waiver
    meets: int
    over: bool
    wrong: str
    counted: bool
    short: Finding | None = None


class Allowances(Struct, frozen=True):
    """Every waiver as it stands, and each entry of a baseline that is met fewer times than it says, with how many are gone."""

    waivers: tuple[Standing, ...] = ()
    gone: tuple[tuple[Known, int], ...] = ()
