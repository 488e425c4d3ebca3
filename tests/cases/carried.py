"""One boundary with three people to ask, and a case that is driven through it event by event."""

from msgspec.structs import replace

from accord.cases.case import Case, Stepped
from accord.cases.deviation import Deviation, Urgency
from accord.cases.events import (
    Accept,
    Acknowledge,
    AnyEvent,
    Clear,
    Commit,
    Confirm,
    Decline,
    Dispute,
    Fire,
    Fixed,
    Hold,
    Lapse,
    Merge,
    Offer,
    Progress,
    ReadBack,
    Receipt,
    Refuse,
    Release,
    Rerated,
    RotaChanged,
    Timer,
    Unreachable,
    Withdraw,
)
from accord.cases.policy import Duty, Level, Policy
from accord.cases.step import step
from accord.cases.understanding import right_picks
from accord.model.message import Side

MINUTE = 60_000_000_000
HOUR = 60 * MINUTE
START = 1_800_000_000_000_000_000
ALWAYS = START + 400 * 24 * HOUR

DEVIATION = Deviation(
    "PaymentsSlow",
    "checkout",
    "payments",
    "charge",
    "latency",
    expected="at most 2s",
    seen="5.1s",
    urgency=Urgency.INTERRUPT,
)


def on_duty(person: str, begins: int = 0, ends: int = ALWAYS) -> tuple[Duty, ...]:
    return (Duty(begins, ends, person),)


POLICY = Policy(
    owner="payments",
    other="checkout",
    levels=(Level("payments", 5 * MINUTE, on_duty("p0")), Level("payments", 10 * MINUTE, on_duty("p1"))),
    last="keeper",
    recover_within=2 * HOUR,
    other_duty=on_duty("c0"),
    other_person="c0",
)


class Carried:
    """A case, its policy and its own clock; each act is one event, and what it came to is kept."""

    def __init__(self, policy: Policy = POLICY, deviation: Deviation = DEVIATION) -> None:
        self.policy, self.deviation = policy, deviation
        self.now = START
        self.state: Case | None = None
        self.history: list[Stepped] = []
        self.events: list[tuple[AnyEvent, Policy]] = []

    @property
    def case(self) -> Case:
        assert self.state is not None
        return self.state

    @property
    def last(self) -> Stepped:
        return self.history[-1]

    def hear(self, event: AnyEvent) -> Stepped:
        stepped = step(self.state, event, self.policy)
        self.state = stepped.case
        self.history.append(stepped)
        self.events.append((event, self.policy))
        return stepped

    def after(self, span: int) -> "Carried":
        self.now += span
        return self

    def with_policy(self, **changes: object) -> "Carried":
        self.policy = replace(self.policy, **changes)
        return self

    def _answer(self, kind: type, by: str, turn: int, **more: object) -> Stepped:
        speaker = by or self.case.actor
        return self.hear(kind(self._id(), self.now, turn or self.case.turn, speaker, **more))

    def _id(self) -> str:
        return f"e{len(self.events)}"

    def fire(self, source: str = "", urgency: Urgency | None = None) -> Stepped:
        deviation = replace(self.deviation, urgency=urgency) if urgency else self.deviation
        return self.hear(Fire(self._id(), self.now, deviation, source))

    def clear(self, source: str = "") -> Stepped:
        return self.hear(Clear(self._id(), self.now, source))

    def lapse(self, source: str = "") -> Stepped:
        return self.hear(Lapse(self._id(), self.now, source))

    def timer(self, late: int = 0, turn: int = 0) -> Stepped:
        due = self.case.deadline_ns
        self.now = max(self.now, due) + late
        return self.hear(Timer(self._id(), self.now, turn or self.case.turn, due))

    def acknowledge(self, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Acknowledge, by, turn)

    def read_back(self, right: bool = True, by: str = "", turn: int = 0) -> Stepped:
        boundary, difference = right_picks(self.case.id, self.case.turn)
        return self._answer(
            ReadBack, by, turn, boundary=boundary if right else (boundary + 1) % 3, difference=difference
        )

    def commit(self, within: int = 30 * MINUTE, by: str = "", turn: int = 0, picks: bool = True) -> Stepped:
        boundary, difference = right_picks(self.case.id, self.case.turn) if picks else (-1, -1)
        return self._answer(Commit, by, turn, eta_ns=self.now + within, boundary=boundary, difference=difference)

    def progress(self, within: int = 30 * MINUTE, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Progress, by, turn, eta_ns=self.now + within)

    def decline(self, names: str = "", by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Decline, by, turn, names=names)

    def offer(self, to: str, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Offer, by, turn, to=to)

    def accept(self, within: int = 30 * MINUTE, by: str = "", turn: int = 0, picks: bool = True) -> Stepped:
        boundary, difference = right_picks(self.case.id, self.case.turn) if picks else (-1, -1)
        eta = self.now + within
        return self._answer(Accept, by or self.case.to, turn, eta_ns=eta, boundary=boundary, difference=difference)

    def refuse(self, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Refuse, by or self.case.to, turn)

    def fixed(self, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Fixed, by, turn)

    def confirm(self, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Confirm, by, turn)

    def dispute(self, by: str = "", turn: int = 0) -> Stepped:
        return self._answer(Dispute, by, turn)

    def hold(self, until: int = 30 * MINUTE, holder: str = "h0", reason: str = "maintenance") -> Stepped:
        return self.hear(Hold(self._id(), self.now, holder, reason, self.now + until))

    def release(self) -> Stepped:
        return self.hear(Release(self._id(), self.now))

    def unreachable(self, person: str = "", turn: int = 0) -> Stepped:
        return self.hear(Unreachable(self._id(), self.now, turn or self.case.turn, person or self.case.actor))

    def receipt(self, fate: object) -> Stepped:
        return self.hear(Receipt(self._id(), self.now, self.case.turn, self.case.actor, "mail", fate))  # type: ignore[arg-type]

    def rerated(self, urgency: Urgency) -> Stepped:
        return self.hear(Rerated(self._id(), self.now, urgency))

    def rota_changed(self, policy: Policy) -> Stepped:
        self.policy = policy
        return self.hear(RotaChanged(self._id(), self.now))

    def withdraw(self, reason: str = "the boundary is gone") -> Stepped:
        return self.hear(Withdraw(self._id(), self.now, "admin", reason))

    def merge(self, into: str = "parent") -> Stepped:
        return self.hear(Merge(self._id(), self.now, "admin", into))


def fired(policy: Policy = POLICY, deviation: Deviation = DEVIATION) -> Carried:
    carried = Carried(policy, deviation)
    carried.fire()
    return carried


def told(stepped: Stepped) -> dict[Side, list[str]]:
    """Who was told, side by side, in order."""
    sides: dict[Side, list[str]] = {}
    for message in stepped.messages:
        sides.setdefault(message.side, []).append(message.person)
    return sides


def woken(stepped: Stepped) -> list[str]:
    return [message.person for message in stepped.messages if message.interrupts]
