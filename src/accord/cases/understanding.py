"""The two picks of understanding: which boundary, and what was expected and seen. A wrong one speaks against the signal, never the person."""

from hashlib import sha256

from msgspec import Struct

from accord.cases.deviation import Deviation

CHOICES = 3
NONE_OF_THESE = "none of these"


class Picks(Struct, frozen=True):
    """What is shown: each a list of three, of which one is right; at which place, turn and case alone decide."""

    boundaries: tuple[str, ...]
    differences: tuple[str, ...]


def right_picks(case_id: str, turn: int) -> tuple[int, int]:
    """The places, from 0, of the right boundary and the right difference: even, and known to nobody who has not read the page."""
    digest = sha256(f"{case_id} {turn}".encode()).digest()
    return digest[0] % CHOICES, digest[1] % CHOICES


def shown_picks(case_id: str, turn: int, deviation: Deviation, neighbours: tuple[str, ...] = ()) -> Picks:
    """The choices for one turn; `neighbours` are the keys of boundaries that are easily mistaken for it."""
    boundary, difference = right_picks(case_id, turn)
    others = [
        *dict.fromkeys(key for key in neighbours if key != deviation.key),
        NONE_OF_THESE,
        "all that it depends on",
    ]
    expected, seen = deviation.expected or "as agreed", deviation.seen or "not as agreed"
    wrong = [_difference(seen, expected), _difference(expected, "nothing that was not expected")]
    return Picks(_placed(deviation.key, others, boundary), _placed(_difference(expected, seen), wrong, difference))


def _difference(expected: str, seen: str) -> str:
    return f"expected {expected}, seen {seen}"


def _placed(right: str, others: list[str], place: int) -> tuple[str, ...]:
    chosen = others[: CHOICES - 1]
    return (*chosen[:place], right, *chosen[place:])
