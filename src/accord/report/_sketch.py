"""A contract to be filled in, of what telemetry tells: every figure in it is a comment, observed and not agreed."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from accord.boundaries.seen.sketched import Answered, Called, Sketched
from accord.model.observed import Observed, Ranges, percentile, rounded
from accord.report._paint import padded, visible

_HEAD = """\
# Observed, not agreed{window}: every figure here is a comment, and nobody's promise.
# `unknown` is an open question: put what the party stands for, or counts on, in its place, or `none` where there is none.
# What happens is no reason to promise it. Leave out what is not yours; docs/language.md has every other word.
"""
_MOST_TRIES = 5
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*( [A-Za-z0-9_./-]+)?", re.ASCII)


def sketch(parties: Sequence[Sketched]) -> str:
    """The text of an accord.yaml with one document for each party."""
    seen = [told.seen for party in parties for told in party.answers]
    seen += [told.seen for party in parties for told in party.calls]
    head = _HEAD.replace("{window}", _window([one for one in seen if one.ended]))
    return head + "".join("---\n" + "\n".join(_document(party)) + "\n" for party in parties)


def questions(party: Sketched) -> int:
    """How many answers of one party are left open."""
    return sum(line.partition("#")[0].rstrip().endswith("unknown") for line in _document(party))


def _window(seen: Sequence[Observed]) -> str:
    if not seen:
        return ""
    began, ended = min(one.began for one in seen), max(one.ended for one in seen)
    return ", " + " to ".join(f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}" for at in (began, ended)) + " UTC"


def _document(party: Sketched) -> Iterator[str]:
    yield f"party: {party.name}"
    yield f"names: {{{party.system}: {_quoted(party.called)}}}"
    if party.answers:
        yield "promises:"
    for answered in party.answers:
        yield from _promises(answered)
    if party.calls:
        yield "assumes:"
    for call in party.calls:
        yield from _assumes(call)


def _promises(answered: Answered) -> Iterator[str]:
    yield f"  {answered.name}:"
    yield f"    # observed, not agreed: {visible(_calls(answered))}"
    if answered.at:
        yield f"    at: {_quoted(answered.at)}"
    elif answered.called != answered.name:
        yield f"    # at: telemetry calls it {visible(answered.called)}; its address is not told"
    yield from _open(_offered(answered.seen))


def _assumes(call: Called) -> Iterator[str]:
    yield f"  {call.about}:"
    yield f"    # observed, not agreed: {_counted(call.seen.count('calls'), 'call')}"
    yield from _open(_wanted(call.seen))


def _open(rows: list[tuple[str, str]]) -> Iterator[str]:
    widest = max(len(word) for word, _ in rows) + len(": unknown")
    for word, said in rows:
        yield "    " + (padded(f"{word}: unknown", widest) + f"  # {visible(said)}" if said else f"{word}: unknown")


def _calls(answered: Answered) -> str:
    """`12000 calls of checkout, basket in production`."""
    seen = answered.seen
    whom = f" of {', '.join(answered.consumers)}" if answered.consumers else ""
    where = f" in {', '.join(answered.environments)}" if answered.environments else ""
    return f"{_counted(seen.count('calls'), 'call')}{whom}{where}"


def _offered(seen: Observed) -> list[tuple[str, str]]:
    own, side = (seen.callee_times, "callee") if seen.callee_times else (seen.caller_times, "caller")
    calls, failed = seen.count("paired") + seen.count(f"{side}_only"), seen.count(f"{side}_errors")
    by = "" if side == "callee" else ", as its callers saw it"
    repeated = seen.count("repeated")
    return [
        ("latency", _times(seen, own, side) + (by if own else "")),
        ("availability", f"{failed} of {_counted(calls, 'call')} failed{by}" if calls else ""),
        ("idempotent", f"{_counted(repeated, 'execution')} of what was executed before" if repeated else ""),
        ("detect", "how will a deviation be detected?"),
        ("recover", "who recovers?"),
    ]


def _times(seen: Observed, times: Ranges, side: str) -> str:
    longest = seen.count(f"{side}_longest_ns") or (times[-1][0] if times else 0)
    shares = [(name, percentile(times, share)) for name, share in (("99", 0.99), ("99.9", 0.999))]
    parts = [
        f"{name} % within {rounded(min(found.high, longest))}"
        for name, found in shares
        if found is not None and seen.shares_are_known
    ]
    return ", ".join([*parts, *([f"the longest {rounded(longest)}"] if longest else [])])


def _wanted(seen: Observed) -> list[tuple[str, str]]:
    waited = seen.count("caller_longest_ns") or (seen.caller_times[-1][0] if seen.caller_times else 0)
    most = max((number for number in range(1, _MOST_TRIES + 1) if seen.count(f"try_{number}")), default=0)
    again = sum(seen.count(f"try_{number}") for number in range(2, _MOST_TRIES + 1))
    late = seen.count("late")
    after = f"; {_counted(late, 'answer')} came after it had left with an error" if late else ""
    return [
        ("timeout", f"it waited {rounded(waited)} at most{after}" if waited else ""),
        ("attempts", f"{most} at most; {again} of {_counted(seen.count('calls'), 'call')} asked again" if most else ""),
    ]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _quoted(text: str) -> str:
    """The text as a value of YAML: as it is where nothing in it means anything there."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=not text.isprintable())
