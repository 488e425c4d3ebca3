"""The kernel and the specification, side by side: after each event the same phase, actor and turn, and the same is told to each side."""

import pytest
from carried import HOUR, MINUTE, Carried, on_duty, woken
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import json
from test_model import IN_THE_OUTBOX, MUTANTS

from accord.cases.case import Case, Stepped
from accord.cases.deviation import Urgency
from accord.cases.events import AnyEvent
from accord.cases.policy import Level, Policy
from accord.cases.step import step
from accord.model.message import Side
from model import COLLEAGUE, CORRECT, DONE, HOLDER, OPEN, OTHER, Event, Out, State, apply

STABLE, REOPEN, HELD, COMMIT = 10 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR
DUTIES = (("p0", "p1"), ("q0", "p1"), ("", "p1"), ("p0", ""), ("", ""))
ETAS = (-MINUTE, MINUTE, 3 * HOUR, 5 * HOUR)
SPEAKERS = ("actor", "to", "p1", OTHER, "x9")


def policy_of(duty: tuple[str, ...], telemetry: bool) -> Policy:
    rungs = tuple(
        Level(party, 5 * MINUTE, on_duty(person) if person else ())
        for party, person in zip(("payments", "support"), duty, strict=True)
    )
    return Policy(
        owner="payments",
        other="checkout",
        levels=rungs,
        last="keeper",
        telemetry=telemetry,
        stable_window=STABLE,
        reopen_window=REOPEN,
        other_person=OTHER,
        commit_at_most=COMMIT,
        renewals=1,
        hand_overs=1,
        hold_at_most=HELD,
    )


class SideBySide(RuleBasedStateMachine):
    mutants = CORRECT

    @initialize(duty=st.sampled_from(DUTIES), telemetry=st.booleans())
    def begin(self, duty: tuple[str, ...], telemetry: bool) -> None:
        self.kernel = Carried(policy_of(duty, telemetry))
        self.model = State(duty=duty, telemetry=telemetry)
        self.closed = self.committed = self.held_since = self.held = 0
        self.before: Case | None = None

    # What the model leaves to the world, worked out here from the specification: when, how long, who.

    def when(self, source: str) -> str:
        if self.model.phase not in DONE:
            return ""
        ago = self.kernel.now - self.closed
        if ago > REOPEN:
            return "late"
        lag = STABLE if self.model.phase == "CLOSED" else REOPEN
        return "quiet" if ago < lag and source in self.model.firing else "soon"

    def fits(self, eta: int) -> bool:
        begun = self.committed if self.model.phase in ("COMMITTED", "HANDOVER") else self.kernel.now
        return 0 < eta <= min(COMMIT, begun + 2 * COMMIT - self.kernel.now)

    def speaker(self, word: str) -> str:
        return {"actor": self.model.actor, "to": self.model.to}.get(word, word) or "x9"

    def turn(self, fresh: bool) -> int:
        return self.kernel.case.turn if fresh else self.kernel.case.turn - 1 or -1

    def apply(self, event: Event) -> Out:
        return apply(self.model, event, self.mutants)

    def both(self, stepped: Stepped, out: Out, *, new: bool = False) -> None:
        was, self.model = self.model, out.state
        case = self.kernel.state
        assert case is not None
        self.account(was, out, case)
        assert (case.phase.upper(), case.actor, case.to) == (out.state.phase, out.state.actor, out.state.to)
        assert ("".join(sorted(case.sources)), "".join(sorted(case.lapsed))) == (out.state.firing, out.state.lapsed)
        assert case.deviation.urgency == out.state.urgency
        assert case.closed_by == out.state.closed_by
        if case.is_open:
            assert case.level == out.state.level
            assert out.state.phase != "CLAIMED" or case.confirming == out.state.confirming
        if out.state.phase in ("COMMITTED", "HANDOVER"):
            assert (case.renewals, case.handed) == (out.state.renewals, out.state.handed)
        self.turns(stepped, out, case)

    def turns(self, stepped: Stepped, out: Out, case: Case) -> None:
        earlier = self.before.turn if self.before is not None and self.before.id == case.id else 0
        assert case.turn == earlier + out.moved
        sides = {(message.side, message.about) for message in stepped.messages if message.side is not Side.KEEPER}
        assert sides == out.told
        assert woken(stepped) == ([out.asks] if out.asks else [])
        assert stepped.changed or case == self.before
        self.before = case

    def account(self, was: State, out: Out, case: Case) -> None:
        now, n = self.kernel.now, out.state
        if was.phase == "HELD" and out.moved:
            self.held += now - self.held_since
        if was.phase not in OPEN and n.phase in OPEN:
            self.held = 0
        if n.phase == "HELD" and out.moved:
            self.held_since = now
        if n.phase == "COMMITTED" and was.phase not in ("COMMITTED", "HANDOVER"):
            self.committed = now
        if n.phase in DONE and was.phase in OPEN:
            self.closed = now

    # What can happen.

    @rule(source=st.sampled_from("AB"), urgency=st.sampled_from(Urgency), held=st.booleans())
    def fire(self, source: str, urgency: Urgency, held: bool) -> None:
        event = ("fire", source, self.when(source), held, str(urgency))
        hold = {"held_by": HOLDER, "held_because": "works", "held_until_ns": self.kernel.now + HOUR}
        plain = self.kernel.policy
        if held:
            self.kernel.with_policy(**hold)
        stepped = self.kernel.fire(source, urgency)
        self.kernel.policy = plain
        self.both(stepped, self.apply(event))

    @rule(span=st.sampled_from((MINUTE, 7 * MINUTE, 40 * MINUTE, 3 * HOUR)))
    def time_passes(self, span: int) -> None:
        self.kernel.after(span)

    @precondition(lambda self: self.model.phase in OPEN)
    @rule(late=st.sampled_from((0, 0, MINUTE, 720 * HOUR)), fresh=st.sampled_from((True, True, True, False)))
    def deadline(self, late: int, fresh: bool) -> None:
        self.both(self.kernel.timer(late, self.turn(fresh)), self.apply(("timer", fresh)))

    @precondition(lambda self: self.model.phase)
    @rule(source=st.sampled_from("AB"), silent=st.booleans())
    def source_ends(self, source: str, silent: bool) -> None:
        stepped = self.kernel.lapse(source) if silent else self.kernel.clear(source)
        self.both(stepped, self.apply(("lapse" if silent else "clear", source)))

    @precondition(lambda self: self.model.phase)
    @rule(
        kind=st.sampled_from(("acknowledge", "commit", "commit", "progress", "accept")),
        by=st.sampled_from(SPEAKERS),
        fresh=st.sampled_from((True, True, True, False)),
        eta=st.sampled_from(ETAS),
    )
    def taken(self, kind: str, by: str, fresh: bool, eta: int) -> None:
        speaker, turn = self.speaker(by), self.turn(fresh)
        more: object = "" if kind == "acknowledge" else self.fits(eta)
        arguments = () if kind == "acknowledge" else (eta,)
        stepped = getattr(self.kernel, kind)(*arguments, by=speaker, turn=turn)
        self.both(stepped, self.apply(("ack" if kind == "acknowledge" else kind, speaker, fresh, more)))

    @precondition(lambda self: self.model.phase)
    @rule(
        kind=st.sampled_from(("fixed", "refuse", "confirm", "dispute", "read_back", "decline")),
        by=st.sampled_from(SPEAKERS),
        fresh=st.sampled_from((True, True, True, False)),
    )
    def said(self, kind: str, by: str, fresh: bool) -> None:
        speaker, turn = self.speaker(by), self.turn(fresh)
        stepped = getattr(self.kernel, kind)(by=speaker, turn=turn)
        self.both(stepped, self.apply((kind.replace("_", ""), speaker, fresh, 0)))

    @precondition(lambda self: self.model.phase)
    @rule(
        by=st.sampled_from(SPEAKERS), fresh=st.sampled_from((True, True, False)), to=st.sampled_from(("p1", COLLEAGUE))
    )
    def offer(self, by: str, fresh: bool, to: str) -> None:
        speaker, turn = self.speaker(by), self.turn(fresh)
        stepped = self.kernel.offer(to, by=speaker, turn=turn)
        self.both(stepped, self.apply(("offer", speaker, fresh, to)))

    @precondition(lambda self: self.model.phase)
    @rule(until=st.sampled_from((0, HOUR, 9 * HOUR)), holder=st.sampled_from((HOLDER, HOLDER, "")))
    def hold(self, until: int, holder: str) -> None:
        held = self.held + (self.kernel.now - self.held_since if self.model.phase == "HELD" else 0)
        room = bool(until and holder and held < HELD)
        self.both(self.kernel.hold(until, holder), self.apply(("hold", room)))

    @precondition(lambda self: self.model.phase)
    @rule(kind=st.sampled_from(("release", "withdraw", "merge")), valid=st.sampled_from((True, False, False)))
    def ended(self, kind: str, valid: bool) -> None:
        if kind == "release":
            self.both(self.kernel.release(), self.apply(("release",)))
            return
        stepped = getattr(self.kernel, kind)("P" if valid else "")
        self.both(stepped, self.apply((kind, valid)))

    @precondition(lambda self: self.model.phase)
    @rule(person=st.sampled_from(SPEAKERS), fresh=st.booleans())
    def unreachable(self, person: str, fresh: bool) -> None:
        speaker, turn = self.speaker(person), self.turn(fresh)
        self.both(self.kernel.unreachable(speaker, turn), self.apply(("unreachable", speaker, fresh)))

    @precondition(lambda self: self.model.phase)
    @rule(urgency=st.sampled_from(Urgency))
    def rerated(self, urgency: Urgency) -> None:
        self.both(self.kernel.rerated(urgency), self.apply(("rerate", str(urgency))))

    @precondition(lambda self: self.model.phase)
    @rule(duty=st.sampled_from(DUTIES))
    def rota(self, duty: tuple[str, ...]) -> None:
        stepped = self.kernel.rota_changed(policy_of(duty, self.model.telemetry))
        self.both(stepped, self.apply(("rota", duty)))

    # What holds at every instant.

    @invariant()
    def one_actor_and_one_finite_deadline(self) -> None:
        case = getattr(self, "before", None)
        if case is None:
            return
        assert bool(case.actor) == case.is_open == bool(case.deadline_ns)
        assert case.deadline_ns <= case.turned_ns + 8 * 24 * HOUR

    def teardown(self) -> None:
        """A replay of what was recorded, in bytes and back, gives the state bit for bit."""
        case: Case | None = None
        for event, policy in getattr(getattr(self, "kernel", None), "events", ()):
            recorded = json.decode(json.encode(event), type=AnyEvent)
            case = step(json.decode(json.encode(case), type=Case | None), recorded, policy).case
        if case is not None:
            assert json.encode(case) == json.encode(self.kernel.state)


TestSideBySide = SideBySide.TestCase
TestSideBySide.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class Longer(SideBySide):
    pass


TestLonger = pytest.mark.slow(Longer.TestCase)
TestLonger.settings = settings(max_examples=1000, stateful_step_count=100, deadline=None)


# Rules that show only in an outbox or after a kill, or whose event is not sent here.
UNSEEN = IN_THE_OUTBOX | {"second_opens", "hold_for_ever", "quiet_has_no_deadline"}


@pytest.mark.slow
@pytest.mark.parametrize("mutant", sorted(MUTANTS.keys() - UNSEEN))
def test_a_specification_with_a_rule_off_parts_from_the_kernel(mutant: str) -> None:
    apart = type("Apart", (SideBySide,), {"mutants": frozenset({mutant})})
    few = settings(
        max_examples=2000,
        stateful_step_count=60,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(apart, settings=few)
