"""The machine of a deviation as an executable specification: who acts next, what a turn is, what both sides are told.

It is written from the specification and knows nothing of `accord.cases`. Time is abstract: a deadline that is armed may pass at any
moment. Turns have no number: an answer or a timer is of this turn or stale, so the states are finite however long it goes on.
People may answer anything, late, twice, wrongly or never; the network may repeat and delay; the process may be killed.

A mutant switches one rule to what some system in use does. `model_invariants` names what it breaks.
"""

from collections.abc import Iterator
from typing import NamedTuple

OPEN = ("HELD", "AWAIT", "READBACK", "COMMITTED", "HANDOVER", "CLAIMED", "LAST")
DONE = ("CLOSED", "WITHDRAWN", "MERGED")
ASKED = ("AWAIT", "READBACK", "LAST")
LEVELS, RENEWALS, HANDOVERS = 2, 1, 1
KEEPER, OTHER, HOLDER, COLLEAGUE = "keeper", "c0", "h0", "b0"
RANK = {"record": 0, "workday": 1, "interrupt": 2}
Mutants = frozenset[str]
CORRECT: Mutants = frozenset()
Event = tuple  # ("fire", source, when, held) ("clear", source) ("timer", fresh) ("commit", by, fresh, fits) ...


class State(NamedTuple):
    """What is durable, and a few ghosts that only the invariants read (from `clean` on)."""

    phase: str = ""
    level: int = 0
    actor: str = ""
    to: str = ""
    armed: bool = False
    firing: str = ""
    lapsed: str = ""
    urgency: str = "interrupt"
    duty: tuple[str, ...] = ("p0", "p1")
    telemetry: bool = True
    confirming: bool = False
    renewals: int = 0
    handed: int = 0
    closed_by: str = ""
    accepted: bool = False
    clean: bool = True
    unheard: str = ""
    holds: int = 0
    room: bool = True
    twins: int = 0
    owner_waits: str = ""
    other_waits: str = ""
    owner_told: bool = False
    other_told: bool = False
    wrongly_told: bool = False
    untold: bool = False
    copies: int = 0
    crashes: int = 0
    lost: bool = False


class Out(NamedTuple):
    """The state after an event, whether it is a new turn, what each side is told, and who is asked in a way that may wake."""

    state: State
    moved: bool = False
    told: frozenset[tuple[str, str]] = frozenset()
    asks: str = ""


def turn(s: State, mutants: Mutants, about: str, **changes: object) -> Out:
    """One transaction: a new turn, a deadline of its own, a message for each side."""
    n = s._replace(armed=True, clean=True, **changes)  # type: ignore[arg-type]
    sides = ("owner",) if "one_side_told" in mutants else ("owner", "other")
    over = "over" if n.phase in DONE else "open"
    if "merge_untold" in mutants and n.phase == "MERGED":
        sides = ()
    n = n._replace(**{f"{side}_waits": over for side in sides}, copies=0)  # type: ignore[arg-type]
    if n.phase in DONE:
        n = n._replace(armed=False, actor="", to="")
    if "quiet_has_no_deadline" in mutants and n.urgency != "interrupt" and n.phase in OPEN:
        n = n._replace(armed=False)
    asks = {"AWAIT": n.actor, "LAST": n.actor, "HANDOVER": n.to}.get(n.phase, "")
    if n.urgency != "interrupt":
        asks = ""
    return Out(n, True, frozenset((side, about) for side in sides), asks)


def ask(s: State, mutants: Mutants, level: int, about: str) -> Out:
    """The first level from here with somebody to ask; then the last resort, for ever."""
    fresh = s._replace(to="", renewals=0, handed=0, confirming=False)
    for number in range(level, LEVELS):
        if fresh.duty[number] or "empty_level_waits" in mutants:
            return turn(fresh, mutants, about, phase="AWAIT", level=number, actor=fresh.duty[number])
    if "policy_ends" in mutants and s.phase == "LAST":
        return Out(fresh._replace(actor="", armed=False))
    out = turn(fresh, mutants, "repeated" if s.phase == "LAST" else about, phase="LAST", level=LEVELS, actor=KEEPER)
    return out._replace(asks="") if "last_goes_quiet" in mutants and s.phase == "LAST" else out


def claim(s: State, mutants: Mutants, by_person: bool = False) -> Out:
    confirming = by_person or not s.telemetry or bool(s.lapsed)
    out = turn(s, mutants, "claimed", phase="CLAIMED", actor=OTHER, to="", confirming=confirming)
    return out._replace(state=out.state._replace(clean=not out.state.firing))


def close(s: State, mutants: Mutants, phase: str, about: str, closed_by: str = "") -> Out:
    return turn(s, mutants, about, phase=phase, closed_by=closed_by, confirming=False)


def hold(s: State, mutants: Mutants, room: bool) -> Out:
    if not room and "hold_without_room" not in mutants:
        return Out(s)
    out = turn(s, mutants, "held", phase="HELD", actor=HOLDER, to="", holds=s.holds + 1, room=room)
    return out._replace(state=out.state._replace(armed=False)) if "hold_for_ever" in mutants else out


def release(s: State, mutants: Mutants) -> Out:
    return ask(s, mutants, s.level, "released") if s.firing else claim(s, mutants)


def without(sources: str, source: str) -> str:
    return "".join(one for one in sources if one != source)


def joined(sources: str, source: str) -> str:
    return "".join(sorted({*sources, source}))


def fire(s: State, mutants: Mutants, source: str, when: str, held: bool, urgency: str) -> Out:
    """`when` says, where it is done, how long ago: quiet (signals lag), soon (the same again), late (a new one)."""
    if s.phase in OPEN:
        again = source not in s.firing
        n = s._replace(
            firing=joined(s.firing, source), lapsed=without(s.lapsed, source), unheard=without(s.unheard, source)
        )
        if "second_opens" in mutants:
            n = n._replace(twins=min(2, n.twins + 1))
        if s.phase == "CLAIMED":
            n = n._replace(clean=False)
            if again and "bad_again_ignored" not in mutants:
                higher = max(s.urgency, urgency, key=RANK.__getitem__)
                return ask(n._replace(urgency=higher), mutants, s.level, "reopened")
        return rerate(n, mutants, urgency) if RANK[urgency] > RANK[s.urgency] else Out(n)
    same = s.phase in DONE and when != "late"
    if same and when == "quiet" and source in s.firing:
        return Out(s)
    n = State(
        duty=s.duty,
        telemetry=s.telemetry,
        firing=source,
        urgency=urgency,
        accepted=True,
        crashes=s.crashes,
        lost=s.lost,
    )
    n = n._replace(owner_waits=s.owner_waits, other_waits=s.other_waits) if same else n
    if held:
        return hold(n, mutants, True)
    return ask(n, mutants, 0, "reopened" if same else "opened")


def rerate(s: State, mutants: Mutants, urgency: str) -> Out:
    n = s._replace(urgency=urgency)
    if s.phase in DONE or urgency == s.urgency:
        return Out(s)
    if RANK[urgency] < RANK[s.urgency]:
        return Out(n)
    if s.phase == "HELD" and "rise_keeps_hold" not in mutants:
        return release(n, mutants)
    return ask(n, mutants, s.level, "escalated") if s.phase in ("AWAIT", "LAST") else Out(n)


def clear(s: State, mutants: Mutants, source: str) -> Out:
    if source not in s.firing + s.lapsed:
        return Out(s)
    n = s._replace(
        firing=without(s.firing, source), lapsed=without(s.lapsed, source), unheard=without(s.unheard, source)
    )
    if n.firing or s.phase in DONE or s.phase == "HELD":
        return Out(n)
    if "clear_closes" in mutants:
        return close(n, mutants, "CLOSED", "closed")
    if "window_not_restarted" in mutants and s.phase == "CLAIMED":
        return Out(n)
    return claim(n, mutants)


def lapse(s: State, mutants: Mutants, source: str) -> Out:
    if source not in s.firing:
        return Out(s)
    n = s._replace(unheard=joined(s.unheard, source))
    if "lapse_is_clear" in mutants:
        return claim(n._replace(firing=without(s.firing, source)), mutants)
    return Out(n._replace(firing=without(s.firing, source), lapsed=joined(s.lapsed, source)))


def timer(s: State, mutants: Mutants, fresh: bool) -> Out:
    if s.phase not in OPEN or (not fresh and "stale_timer_counts" not in mutants):
        return Out(s)
    if s.phase == "HELD":
        return release(s, mutants)
    if s.phase == "HANDOVER" and "silence_accepts" in mutants:
        return turn(s, mutants, "committed", phase="COMMITTED", actor=s.to, to="")
    if s.phase == "CLAIMED":
        return window_over(s, mutants)
    if s.phase == "AWAIT" and s.urgency == "record":
        return ask(s, mutants, s.level, "repeated")
    return ask(s, mutants, s.level + 1, "escalated")


def window_over(s: State, mutants: Mutants) -> Out:
    if s.firing and "bad_window_closes" not in mutants and "bad_again_ignored" not in mutants:
        return ask(s, mutants, s.level + 1, "reopened")
    if s.confirming:
        return close(s, mutants, "CLOSED", "closed", "unconfirmed")
    if (s.lapsed or not s.telemetry) and "lapse_confirms" not in mutants:
        return claim(s, mutants, by_person=True)
    return close(s, mutants, "CLOSED", "closed", "telemetry")


def answer(s: State, mutants: Mutants, kind: str, by: str, fresh: bool, more: object) -> Out:
    """What a person says. `more`: whether an ETA lies within the promise, to whom is offered, which level is named."""
    if s.phase not in OPEN or (not fresh and "stale_counts" not in mutants):
        return Out(s)
    if kind in ("confirm", "dispute"):
        return confirmation(s, mutants, kind, by)
    if kind in ("accept", "refuse"):
        return handover(s, mutants, kind, by, bool(more))
    if by != s.actor and not ("anyone_commits" in mutants and kind == "commit"):
        return Out(s)
    if s.phase in ASKED:
        return asked(s, mutants, kind, by, more)
    if kind == "fixed" and s.phase in ("COMMITTED", "HANDOVER"):
        return fixed(s, mutants)
    if kind == "progress" and s.phase == "COMMITTED" and more and s.renewals < RENEWALS:
        return turn(s, mutants, "committed", renewals=s.renewals + 1)
    if kind == "offer" and s.phase == "COMMITTED" and s.handed < HANDOVERS and more not in ("", s.actor):
        out = turn(s, mutants, "offered", phase="HANDOVER", to=str(more))
        return out._replace(state=out.state._replace(actor="")) if "offer_transfers" in mutants else out
    return Out(s)


def asked(s: State, mutants: Mutants, kind: str, by: str, more: object) -> Out:
    if kind in ("ack", "readback"):
        if kind == "ack" and s.phase == "READBACK":
            return Out(s)
        if "ack_stops_clock" in mutants:
            return Out(s._replace(phase="COMMITTED", armed=False))
        if "ack_restarts_clock" in mutants:
            return turn(s, mutants, "committed", phase="READBACK")
        return Out(s._replace(phase="READBACK"))
    if kind == "commit" and more:
        return turn(s, mutants, "committed", phase="COMMITTED", actor=by)
    if kind == "decline" and s.level < LEVELS:
        return ask(s, mutants, max(s.level + 1, more if isinstance(more, int) else 0), "escalated")
    return fixed(s, mutants) if kind == "fixed" else Out(s)


def fixed(s: State, mutants: Mutants) -> Out:
    return close(s, mutants, "CLOSED", "closed") if "owners_word_closes" in mutants else claim(s, mutants)


def handover(s: State, mutants: Mutants, kind: str, by: str, fits: bool) -> Out:
    if s.phase != "HANDOVER" or by != s.to:
        return Out(s)
    if kind == "accept":
        handed = s.handed + 1
        return turn(s, mutants, "committed", phase="COMMITTED", actor=by, to="", handed=handed) if fits else Out(s)
    if "refusal_orphans" in mutants:
        return turn(s, mutants, "escalated", phase="AWAIT", actor="", to="")
    return ask(s, mutants, s.level + 1, "escalated")


def confirmation(s: State, mutants: Mutants, kind: str, by: str) -> Out:
    if s.phase != "CLAIMED" or (by != OTHER and "owner_confirms" not in mutants):
        return Out(s)
    if kind == "dispute":
        return ask(s, mutants, s.level, "reopened")
    return close(s, mutants, "CLOSED", "closed", "other" if by == OTHER else by)


def unreachable(s: State, mutants: Mutants, person: str, fresh: bool) -> Out:
    awaited = s.to if s.phase == "HANDOVER" else s.actor
    if s.phase not in ("AWAIT", "HANDOVER") or person != awaited or not fresh or "unreachable_waits" in mutants:
        return Out(s)
    return ask(s, mutants, s.level + 1, "escalated")


def rota(s: State, mutants: Mutants) -> Out:
    """Whoever only was asked and is no longer on duty is replaced; a commitment stays where it is."""
    if s.phase != "AWAIT":
        return Out(s)
    asked_now = ask(s, mutants, s.level, "escalated")
    if (asked_now.state.phase, asked_now.state.actor) == (s.phase, s.actor):
        return Out(s)
    if "rota_moves_silently" in mutants:
        return Out(s._replace(actor=asked_now.state.actor, level=asked_now.state.level, phase=asked_now.state.phase))
    return asked_now


def apply(s: State, event: Event, mutants: Mutants = CORRECT) -> Out:
    """The machine itself."""
    kind, *rest = event
    if kind == "fire":
        return fire(s, mutants, *rest)
    if not s.phase:
        return Out(s)
    if kind == "clear":
        return clear(s, mutants, *rest)
    if kind == "lapse":
        return lapse(s, mutants, *rest)
    if kind == "timer":
        return timer(s, mutants, *rest)
    if kind == "rerate":
        return rerate(s, mutants, *rest)
    if kind == "unreachable":
        return unreachable(s, mutants, *rest)
    if kind == "rota":
        return rota(s._replace(duty=rest[0]), mutants)
    if kind in ("withdraw", "merge"):
        return ending(s, mutants, kind, *rest)
    if kind == "hold":
        return hold(s, mutants, *rest) if s.phase in (*ASKED, "HELD") else Out(s)
    if kind == "release":
        return release(s, mutants) if s.phase == "HELD" else Out(s)
    return answer(s, mutants, kind, *rest)


def ending(s: State, mutants: Mutants, kind: str, valid: bool) -> Out:
    if s.phase not in OPEN or not (valid or "no_reason_withdraws" in mutants):
        return Out(s)
    phase = "WITHDRAWN" if kind == "withdraw" else "MERGED"
    return close(s, mutants, phase, phase.lower(), "" if valid else "no reason")


def deliveries(s: State, mutants: Mutants, crashes: int) -> Iterator[tuple[str, State]]:
    """The outbox and kills: the newest message stands for all older ones, and is marked only after it was handed over."""
    for side in ("owner", "other"):
        waits, told = getattr(s, f"{side}_waits"), getattr(s, f"{side}_told")
        if not waits:
            continue
        if waits == "over" and not told and "ended_unheard_untold" in mutants:
            yield f"drop {side}", s._replace(**{f"{side}_waits": ""}, untold=True)  # type: ignore[arg-type]
            continue
        wrong = waits == "over" and not told and "closed_before_opened" in mutants
        sent = s._replace(**{f"{side}_told": True}, wrongly_told=s.wrongly_told or wrong)  # type: ignore[arg-type]
        yield f"send {side}", sent._replace(**{f"{side}_waits": ""}, copies=0)  # type: ignore[arg-type]
        if "never_marked" in mutants:
            yield f"send {side}", sent._replace(copies=min(sent.copies + 1, 9))
        if s.crashes < crashes and "mark_before_send" in mutants:
            yield "mark, kill", s._replace(**{f"{side}_waits": ""}, lost=True, crashes=s.crashes + 1)  # type: ignore[arg-type]
        elif s.crashes < crashes:
            yield "send, kill", sent._replace(copies=sent.copies + 1, crashes=s.crashes + 1)
    if s.crashes < crashes and s.phase:
        yield "kill", killed(s, mutants)


def killed(s: State, mutants: Mutants) -> State:
    """There is no volatile state: a kill changes nothing but the count of kills."""
    after = s._replace(crashes=s.crashes + 1)
    if "volatile_accept" in mutants:
        return State(accepted=s.accepted, crashes=after.crashes, duty=s.duty, telemetry=s.telemetry)
    return after._replace(armed=False) if "volatile_timer" in mutants else after
