"""A ledger for a review: its rows, who is named in it, what became of its messages, and which deviations are meant."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

if TYPE_CHECKING:
    from accord.review.ledger import Recorded, Sent, Story

Became = Callable[[Iterable[str]], "dict[str, tuple[Sent, ...]]"]
"""By the id of each case, what became of its messages."""
_SQLITE = b"SQLite format 3\x00"


def opened_ledger(file: Path) -> "tuple[Recorded, frozenset[str], Became]":
    """The ledger, names that must not be shown, and what became of the messages of a case; raises ClickException."""
    from accord.model.problem import Refused
    from accord.review.ledger import read_ledger
    from accord.store.chain import row_hash
    from accord.store.errors import StoreError

    try:
        with file.open("rb") as opened:
            is_database = opened.read(len(_SQLITE)) == _SQLITE
            opened.seek(0)
            if not is_database:
                return read_ledger(opened, str(file), row_hash), frozenset(), lambda _: {}
        from accord.store.copying import lines

        recorded = read_ledger(lines(file), str(file), row_hash)
        names = _names(file)
    except (Refused, StoreError) as error:
        raise click.ClickException(str(error)) from None
    return recorded, names, lambda cases: _sent(file, cases)


def _names(file: Path) -> frozenset[str]:
    from accord.store.ledger_sqlite import SqliteReader
    from accord.store.told import names_in

    with SqliteReader(file) as reader:
        return names_in(reader)


def _sent(file: Path, cases: Iterable[str]) -> "dict[str, tuple[Sent, ...]]":
    from accord.store.ledger_sqlite import SqliteReader
    from accord.store.told import sent_of

    with SqliteReader(file) as reader:
        return sent_of(reader, cases)


def selected(recorded: "Recorded", what: str, became: Became) -> "tuple[Story, ...]":
    """The deviations that are meant by an id, the beginning of one, a name or a window; raises UsageError where none is."""
    from accord.review.ledger import stories

    every = stories(recorded)
    if "/" in what and what[:1].isdigit():
        begins, ends = _window(what)
        found = [each for each in every if each.first.opened_ns <= ends and begins <= _over(each)]
        if not found:
            raise _usage(f"nothing was open in {what}; the ledger has {len(every)} deviations")
    else:
        found = [each for each in every if each.case.id == what] or [
            each for each in every if what in (each.case.id[: len(what)], each.case.key)
        ]
        if not found:
            known = ", ".join(f"{each.case.id} ({each.case.key})" for each in every[-3:])
            raise _usage(f"no deviation {what!r}; the latest are {known or 'none'}")
        if len(found) > 1 and len({each.case.key for each in found}) > 1:
            raise _usage(f"{what!r} begins {len(found)} ids: {', '.join(each.case.id for each in found[:5])}")
    sent = became([each.case.id for each in found])
    return tuple(replace(each, sent=sent.get(each.case.id)) for each in found)


def _over(story: "Story") -> int:
    return story.case.closed_ns or story.ends_ns


def _window(text: str) -> tuple[int, int]:
    from datetime import datetime

    from accord.boundaries.people.duty import nanoseconds

    parts = text.split("/")
    try:
        begins, ends = (datetime.fromisoformat(part) for part in parts)
        if begins.tzinfo is None or ends.tzinfo is None or begins > ends:
            raise ValueError
    except ValueError:
        raise _usage(
            f"expected two instants with their zones, the earlier first, such as 2026-11-27T14:00Z/2026-11-27T16:00Z; read {text!r}"
        ) from None
    return nanoseconds(begins), nanoseconds(ends)


def _usage(message: str) -> click.UsageError:
    return click.UsageError(message, click.get_current_context())
