"""Whom signals paged of late, as part of which rota: read from the outbox once, and from then on only what is new."""

from bisect import bisect_left
from collections.abc import Iterable

from accord.cases.load import DAY, Page
from accord.cases.policy import Policy
from accord.model.message import About, Message, Side
from accord.serve.drills import Drill
from accord.store.interface import Ledger
from accord.store.rows import Queued, Sending

KEPT = 31 * DAY
"""How long pages are looked back at."""
_PAGE, _MOST_POLICIES = 1000, 256


class Paged:
    """The pages of the last days. A page counts once, on however many channels it went; drills do not count.

    It belongs to the party at whose level the person was on duty, by the policy that the turn was decided by.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._place, self._began = 0, False
        self._policies: dict[str, Policy | None] = {}
        self._by_party: dict[str, list[Page]] = {}
        self._asked: dict[tuple[str, str], tuple[int, str, tuple[str, ...]]] = {}
        self._waiting: dict[str, Queued] = {}
        self._last: tuple[object, ...] = ()

    def read(self, now_ns: int) -> None:
        """Reads what is new, and lets go of what is too old."""
        since_ns = now_ns - KEPT
        if not self._began:
            self._place, self._began = self._place_at(since_ns), True
        drills = {each.key for each in self._ledger.kept(Drill, since_ns)}
        for queued in list(self._waiting.values()):
            self._look_again(queued)
        while rows := self._ledger.queued(self._place, _PAGE):
            for queued in rows:
                if queued.sending.key not in drills:
                    self._add(queued)
            self._place = rows[-1].place
        self._forget(since_ns)

    def _forget(self, since_ns: int) -> None:
        while self._asked and self._asked[oldest := next(iter(self._asked))][0] < since_ns:
            del self._asked[oldest]
        for party, pages in self._by_party.items():
            if pages and pages[0].at_ns < since_ns:
                self._by_party[party] = [page for page in pages if page.at_ns >= since_ns]

    def of(self, party: str, since_ns: int) -> list[Page]:
        """The pages of a party since an instant, the oldest first."""
        pages = self._by_party.get(party, [])
        return pages[bisect_left(pages, since_ns, key=lambda page: page.at_ns) :]

    def _place_at(self, since_ns: int) -> int:
        """A place before the first sending since the instant, found by halves: places and instants both grow."""
        low, high = 0, 1
        while (row := self._first_behind(high)) is not None and row.sending.queued_ns < since_ns:
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            row = self._first_behind(middle)
            if row is not None and row.sending.queued_ns < since_ns:
                low = middle
            else:
                high = middle
        return low

    def _first_behind(self, place: int) -> Queued | None:
        return next(iter(self._ledger.queued(place, 1)), None)

    def _add(self, queued: Queued) -> None:
        sending, message = queued.sending, queued.sending.message
        if not message.interrupts or message.side is Side.OTHER or not sending.channel:
            return
        if message.about is About.BUNDLE:
            self._add_bundle(sending)
        elif queued.policy:
            parties = self._parties(queued)
            self._asked.pop(about := (message.deviation, message.person), None)
            self._asked[about] = sending.queued_ns, sending.key, parties
            if sending.parked:
                self._waiting[sending.id] = queued
            else:
                self._keep(sending, (message.deviation,), (sending.key,), parties)

    def _add_bundle(self, sending: Sending) -> None:
        person = sending.message.person
        known = [
            (case, *self._asked[case, person][1:]) for case in sending.message.also if (case, person) in self._asked
        ]
        parties = dict.fromkeys(party for _, _, of in known for party in of)
        self._keep(sending, tuple(case for case, _, _ in known), tuple(key for _, key, _ in known), tuple(parties))

    def _look_again(self, queued: Queued) -> None:
        """What was parked left in a bundle, which counts by itself, or alone."""
        now = self._ledger.sending(queued.sending.id)
        if now is not None and now.parked and not now.also_in:
            return
        del self._waiting[queued.sending.id]
        if now is not None and not now.also_in:
            self._keep(now, (now.message.deviation,), (now.key,), self._parties(queued))

    def _keep(self, sending: Sending, cases: tuple[str, ...], keys: tuple[str, ...], parties: Iterable[str]) -> None:
        message: Message = sending.message
        told = (message.deviation, message.turn, message.person, message.side)
        if told == self._last:
            return
        self._last = told
        page = Page(sending.queued_ns, cases, keys, message.person, tuple(parties))
        for party in page.parties:
            self._by_party.setdefault(party, []).append(page)

    def _parties(self, queued: Queued) -> tuple[str, ...]:
        policy, message = self._policy(queued.policy), queued.sending.message
        if policy is None:
            return ()
        if message.side is Side.KEEPER:
            return (policy.last,)
        at_ns, person = queued.sending.queued_ns, message.person
        held = (
            level.party
            for level in policy.levels
            if any(duty.person == person and duty.begins_ns <= at_ns < duty.ends_ns for duty in level.duty)
        )
        return (next(held, policy.owner),)

    def _policy(self, digest: str) -> Policy | None:
        if digest not in self._policies:
            if len(self._policies) >= _MOST_POLICIES:
                self._policies.clear()
            self._policies[digest] = self._ledger.policy(digest)
        return self._policies[digest]
