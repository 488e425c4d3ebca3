"""Our own API under /api/v1: deviations, what was told of them, answers, a plain webhook, and whether everything has an actor."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from accord.cases.case import Case
from accord.model.problem import Refused
from accord.serve.alerts import PostedAlert, instance
from accord.serve.answers import Said, event_of
from accord.serve.carrier import Carrier
from accord.serve.doors import Absent, Asked, Conflict, Door, answer
from accord.serve.instants import LATEST, read, written
from accord.serve.intake import Intake
from accord.serve.naming import Naming
from accord.store.kept import Role
from accord.store.rows import Row, Sending

MOST = 500


class PostedAnswer(Said, frozen=True, forbid_unknown_fields=True):
    """An answer; `by` names who says it, where the token is not somebody's own."""

    by: str = ""


class PostedEvent(Struct, forbid_unknown_fields=True):
    """A signal in plain words: that something fires or is over. `source` tells instances of one signal apart."""

    signal: str
    status: str = "firing"
    source: str = ""
    summary: str = ""
    since: str = ""
    labels: dict[str, str] = {}


class Api:
    """The doors under /api/v1."""

    def __init__(self, carrier: Carrier, intake: Intake, naming: Naming) -> None:
        self._carrier, self._intake, self._naming = carrier, intake, naming
        self._ledger = carrier.ledger

    def doors(self) -> Iterable[Door]:
        """What programs and commands ask."""
        yield Door("POST", "/api/v1/events", Role.RESPONDER, self.post_event)
        yield Door("GET", "/api/v1/deviations", Role.READER, self.deviations)
        yield Door("GET", "/api/v1/deviations/{id}", Role.READER, self.deviation)
        yield Door("POST", "/api/v1/deviations/{id}/answers", Role.RESPONDER, self.post_answer)
        yield Door("GET", "/api/v1/audit", Role.READER, self.audit)

    async def post_event(self, asked: Asked) -> Response:
        """Takes one signal; 202 says that it is durable, and how."""
        told: PostedEvent = asked.read(PostedEvent)
        if not told.signal.strip():
            raise Refused("expected the name of a signal")
        if told.status not in ("firing", "resolved"):
            raise Refused(f"expected firing or resolved as the status, read `{told.status[:40]}`")
        now_ns = self._carrier.clock()
        alert = PostedAlert(_labels(told), {"summary": told.summary} if told.summary else {})
        one = instance(alert, now_ns)
        begins = _since(told.since, now_ns)
        ends = now_ns if told.status == "resolved" else LATEST
        one = msgspec.structs.replace(one, begins_ns=begins, ends_ns=ends, resolved=told.status == "resolved")
        await self._intake.take([one])
        return Response(status_code=202, headers={"accord-durability": self._ledger.durability})

    async def deviations(self, asked: Asked) -> Response:
        """Deviations by id, those behind `after` first; only open ones unless `open=false` or `open=all` asks for others."""
        wanted = asked.query("open", "true")
        if wanted not in _OPEN:
            raise Refused(f"expected true, false or all for `open`, read `{wanted[:40]}`")
        cases = self._ledger.cases(_OPEN[wanted], asked.query("after"), MOST)
        return answer({"deviations": [self._case(case) for case in cases], "more": len(cases) == MOST})

    async def deviation(self, asked: Asked) -> Response:
        """One deviation, everything that happened to it, and what became of each message."""
        case = self._known(asked.path("id"))
        history = [self._row(row) for row in self._ledger.history(case.id)]
        messages = [self._sending(each) for each in self._ledger.sendings(case.id)]
        return answer({**self._case(case), "history": history, "messages": messages})

    async def post_answer(self, asked: Asked) -> Response:
        """Answers the present turn, or the one that is named; 409 says why an answer changed nothing."""
        told: PostedAnswer = asked.read(PostedAnswer)
        case = self._known(asked.path("id"))
        by = self._by(asked, told.by)
        said = msgspec.structs.replace(told, to=self._naming.known(told.to)) if told.to else told
        recorded = await self._carrier.tell(case, event_of(said, case, by, self._carrier.clock()))
        if not recorded.changed and not recorded.repeated:
            raise Conflict(recorded.note)
        return answer({**self._case(recorded.case or case), "note": recorded.note})

    def _by(self, asked: Asked, named: str) -> str:
        """Who answers: whose token it is; another only where the token is nobody's own or an admin's."""
        own = asked.bearer.pseudonym
        if named and own and asked.bearer.role != Role.ADMIN and self._naming.known(named) != own:
            raise Refused("this token answers for whom it belongs to, and for nobody else")
        if not (named or own):
            raise Refused("who says so? expected `by` (accord answer --by PERSON)")
        return self._naming.known(named) if named else own

    async def audit(self, asked: Asked) -> Response:
        """Whether every open deviation has an actor and a deadline."""
        found = self._ledger.audit()
        return answer({"open": found.open, "broken": found.broken, "trouble": self._ledger.trouble()})

    def _known(self, case_id: str) -> Case:
        case = self._ledger.case(case_id)
        if case is None:
            raise Absent(f"no deviation {case_id[:80]}")
        return case

    def _case(self, case: Case) -> dict[str, Any]:
        deviation = case.deviation
        return {
            "id": case.id,
            "key": case.key,
            "boundary": deviation.subject,
            "term": deviation.term,
            "signal": deviation.signal,
            "hasContract": bool(deviation.provider),
            "expected": deviation.expected,
            "seen": deviation.seen,
            "urgency": str(deviation.urgency),
            "phase": str(case.phase),
            "turn": case.turn,
            "actor": self._naming.name(case.actor),
            "deadline": _moment(case.deadline_ns),
            "openedAt": _moment(case.opened_ns),
            "since": _moment(case.since_ns),
            "until": _moment(case.eta_ns),
            "reason": case.reason,
            "closedBy": case.closed_by,
            "closedAt": _moment(case.closed_ns),
            "repeats": case.repeats,
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "sequence": row.sequence,
            "at": _moment(row.event.at_ns),
            "event": msgspec.to_builtins(row.event),
            "changed": row.changed,
            "note": row.note,
            "hash": row.hash,
        }

    def _sending(self, sending: Sending) -> dict[str, Any]:
        message = sending.message
        return {
            "id": sending.id,
            "turn": message.turn,
            "side": str(message.side),
            "person": self._naming.name(message.person),
            "about": str(message.about),
            "channel": sending.channel,
            "fate": str(sending.fate),
            "attempts": sending.attempts,
            "reason": sending.reason,
        }


_OPEN: dict[str, bool | None] = {"true": True, "false": False, "all": None}


def _labels(told: PostedEvent) -> dict[str, str]:
    source = {"source": told.source} if told.source else {}
    return {**told.labels, **source, "alertname": told.signal}


def _moment(at_ns: int) -> str | None:
    return written(at_ns) if at_ns else None


def _since(text: str, now_ns: int) -> int:
    return min(read(text), now_ns) if text else now_ns
