"""The load of a rota, beside the targets; of single people only to themselves and to an admin, by pseudonym and in no order of load."""

from functools import cache

from msgspec import Struct

from accord.cases.case import Case, Phase
from accord.cases.events import Answer
from accord.cases.load import DAY, Load, Page, load, targets, too_early
from accord.serve.access import Bearer
from accord.serve.ahead import Rota
from accord.serve.pages._paged import Paged
from accord.serve.pages._shown import Shown
from accord.store.kept import Role

MOST_LOOKED_AT = 100
"""Deviations of which is looked up what they came to, the newest ones."""
MOST_PEOPLE = 50
_ASKED = (Phase.HELD, Phase.AWAIT, Phase.READBACK, Phase.COMMITTED, Phase.HANDOVER, Phase.LAST)


class Person(Struct, frozen=True):
    """The load of one person in this rota, by pseudonym."""

    pseudonym: str
    week: Load
    month: Load


def weighed(rota: Rota, shown: Shown, paged: Paged, bearer: Bearer) -> dict[str, object]:
    """The figures of 7 and of 30 days, the targets, and the deviations that wait for somebody of the rota."""
    now_ns = shown.now_ns
    month = paged.of(rota.party, now_ns - 30 * DAY)
    week = paged.of(rota.party, now_ns - 7 * DAY)

    @cache
    def zone_of(person: str) -> str:
        known = shown.ledger.person(person)
        return (known.zone if known is not None else "") or rota.zone

    cases, in_all = _cases(month, shown), load(month, zone_of)
    acted = sum(_led_to_action(case, shown) for case in cases)
    stale = sum(case.is_open and case.phase is not Phase.COMMITTED and case.opened_ns < now_ns - DAY for case in cases)
    known_days = _known_days(shown)
    return {
        "week": load(week, zone_of),
        "month": in_all,
        "known_days": known_days,
        "early": too_early(known_days),
        "targets": targets(in_all, 30, (acted, len(cases)), stale, known_days),
        "people": [
            Person(each, load(_of(week, each), zone_of), load(_of(month, each), zone_of))
            for each in _visible(month, bearer)
        ],
        "waiting": [case for case in cases if case.phase in _ASKED],
    }


def _of(pages: list[Page], person: str) -> list[Page]:
    return [page for page in pages if page.person == person]


def _visible(pages: list[Page], bearer: Bearer) -> list[str]:
    """Whose load may be shown, by pseudonym and ordered by it."""
    everybody = sorted({page.person for page in pages})
    return (everybody if bearer.may(Role.ADMIN) else [each for each in everybody if each == bearer.pseudonym])[
        :MOST_PEOPLE
    ]


def _cases(pages: list[Page], shown: Shown) -> list[Case]:
    """The newest deviations that these pages were about, the newest first."""
    newest = dict.fromkeys(case for page in reversed(pages) for case in page.cases)
    found = (shown.ledger.case(case) for case, _ in zip(newest, range(MOST_LOOKED_AT), strict=False))
    return [case for case in found if case is not None]


def _led_to_action(case: Case, shown: Shown) -> bool:
    """Whether a person said anything to it that counted, as the list of signals counts."""
    return any(row.changed and isinstance(row.event, Answer) for row in shown.ledger.history(case.id))


def _known_days(shown: Shown) -> int:
    first = next(iter(shown.ledger.rows(0, 1)), None)
    return max(0, shown.now_ns - first.event.at_ns) // DAY if first is not None else 0
