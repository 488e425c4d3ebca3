"""Reviews as the pages show them: what `accord review` writes, of the ledger in use and the contracts as they are read."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace
from starlette.responses import Response

from accord.cases.case import Case
from accord.check import with_moves
from accord.model.problem import Refused
from accord.model.review import Review
from accord.review import html, markdown
from accord.review.answered import first_missing
from accord.review.checked import concerning
from accord.review.ledger import Recorded, Story, read_ledger, stories
from accord.review.linting import lint, lint_line
from accord.review.reviewing import Asked, missing_in, review_of
from accord.review.roles import Spoken, people_in
from accord.rules._catalogue import rules
from accord.serve.doors import Absent
from accord.serve.pages._shown import Known, Shown
from accord.store.chain import row_hash
from accord.store.interface import Ledger
from accord.store.told import names_in, sent_of

_AT_ONCE = 500
FORMATS = {"markdown": ("md", "text/markdown", markdown.render), "html": ("html", "text/html", html.render)}
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A review that is a file of its own brings its style along, and nothing else."""


class Unfit(Exception):
    """A review that holds what none may hold: a defect of ours, and it is not shown."""


def latest(ledger: Ledger, holds: Callable[[Case], bool], before: str, most: int) -> list[Case]:
    """The cases of which this holds, the newest first, and one more than `most` where there are more."""
    found: list[Case] = []
    while len(found) <= most:
        cases = ledger.latest(before, _AT_ONCE)
        found += filter(holds, cases)
        if len(cases) < _AT_ONCE:
            break
        before = cases[-1].id
    return found[: most + 1]


async def reviewed(shown: Shown, cases: Sequence[Case], title: str = "") -> Review:
    """The review of these, at least one; raises Unfit, and Absent where the ledger holds no row of them."""
    reading = _Reading(shown, await shown.known(), cases)
    return await asyncio.to_thread(reading.review, title)


async def missing_of(shown: Shown, cases: Sequence[Case]) -> list[str]:
    """What was missing in each of these, as one line; empty where nothing was."""
    reading = _Reading(shown, await shown.known(), cases)
    return await asyncio.to_thread(lambda: list(reading.lines())) if cases else []


class _Reading:
    """What the ledger and the contracts hold of some cases."""

    def __init__(self, shown: Shown, known: Known, cases: Sequence[Case]) -> None:
        self._ledger, self._system, self._earlier = shown.ledger, known.system, shown.earlier
        self._contracts = shown.carrier.carrying.contracts
        self._ids = [case.id for case in cases]
        self._keys = sorted({case.key for case in cases})
        providers = {case.deviation.provider for case in cases}
        self._findings = [finding for finding in known.findings if finding.provider in providers]

    def review(self, title: str) -> Review:
        """The review of all of them as one."""
        recorded, told = self._read()
        if not told:
            raise Absent("the ledger holds no row of it")
        return self._made(told, recorded, self._asked(told), title)

    def lines(self) -> Iterator[str]:
        """What was missing in each of them, in their order."""
        recorded, told = self._read()
        by_id, spoken = {story.case.id: story for story in told}, self._spoken(recorded)
        for case in self._ids:
            line = first_missing(missing_in(by_id[case], spoken, self._then(case)))
            yield line if lint_line(line, spoken) else "not shown, as it has what no review may have"

    def _then(self, case: str) -> Asked:
        """What was found in the contracts that were in use when it began."""
        earlier = self._earlier.of(case)
        return Asked(earlier.findings if earlier else tuple(self._findings))

    def _spoken(self, recorded: Recorded) -> Spoken:
        return Spoken(people_in(recorded) | names_in(self._ledger))

    def _asked(self, told: Sequence[Story]) -> Asked:
        """What the check found in the contracts that were in use when each began, and what it finds now."""
        now = tuple(with_moves(self._system, concerning(self._findings, told), rules()))
        then = [each for each in (self._earlier.of(story.case.id) for story in told) if each]
        if not then:
            return Asked(now, self._contracts)
        late = [story for story in told if self._earlier.of(story.case.id) is None]
        every = (*(finding for each in then for finding in each.findings), *concerning(now, late))
        found = {(finding.fingerprint, finding.message): finding for finding in every}
        return Asked(tuple(found.values()), then[0].contracts, now)

    def _read(self) -> tuple[Recorded, list[Story]]:
        recorded = read_ledger(self._ledger.exported(self._keys), "the ledger", row_hash)
        told = [story for story in stories(recorded) if story.case.id in self._ids]
        sent = sent_of(self._ledger, [story.case.id for story in told])
        return recorded, [replace(story, sent=sent[story.case.id]) for story in told]

    def _made(self, told: Sequence[Story], recorded: Recorded, asked: Asked, title: str = "") -> Review:
        spoken = self._spoken(recorded)
        review = review_of(told, recorded, spoken, asked, title)
        if found := lint(review, spoken):
            raise Unfit(f"this review is not shown, as it has what none may have: {'; '.join(found[:3])}")
        return review


def as_file(review: Review, format_: str, name: str) -> Response:
    """The review to be kept: what `accord review --format` writes; raises Refused for another format."""
    if format_ not in FORMATS:
        raise Refused(f"expected markdown or html for `format`, read `{format_[:40]}`")
    ending, kind, render = FORMATS[format_]
    headers = {
        "content-disposition": f'attachment; filename="review-{name}.{ending}"',
        "content-security-policy": _ALONE,
    }
    return Response(render(review), media_type=f"{kind}; charset=utf-8", headers=headers)
