"""What the reader of a report asked for; a format reads from it what it needs."""

from datetime import date

from msgspec import Struct


class Asked(Struct, frozen=True):
    """How wide the page is, whether it may be coloured, whether questions and what is waived are listed, and the paths of the check.

    `only` says in words which findings were asked for, where not all were. `imported` has the roots of places that are
    imports, each with the day that its words are from; `as_of` is the day of the check.
    """

    width: int = 100
    color: bool = False
    questions: bool = False
    paths: tuple[str, ...] = (".",)
    only: str = ""
    imported: dict[str, date] = {}
    as_of: date | None = None
    waived: bool = False
