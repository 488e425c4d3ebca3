"""Small contract sets at random, and how each is written as YAML.

One caller, one provider, sometimes one third party behind it. Times are small whole seconds, drawn so that they often
lie exactly at, one below or one above the value at which an answer of the explorer changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

UNBOUNDED = "none"  # said: there is no limit; None is: nothing was said

Limit = int | str | None


@dataclass(frozen=True)
class Calling:
    """What one party says of an operation it calls."""

    attempt: Limit = None
    request: Limit = None
    attempts: Limit = None
    backoff: tuple[int, int] | None = None
    retry_on: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    counts_on: tuple[str, int] | None = None
    key: str | None = None


@dataclass(frozen=True)
class Serving:
    """What one party says of an operation it offers."""

    longest: Limit = None
    percentile: tuple[str, int] | None = None
    slow: str | None = None
    idempotent: str | None = None
    remembered: int | None = None


@dataclass(frozen=True)
class SmallSet:
    """caller -> provider/serve, and where `behind` is there, provider -> third/serve, which provider/serve needs."""

    caller: Calling
    provider: Serving
    provider_calls: Calling | None = None
    third: Serving | None = None


def random_set(random: Random) -> SmallSet:
    """One contract set; which shape it has and where its constants lie is up to `random`."""
    if random.random() < 0.45:
        third = _serving(random, random.randint(0, 5))
        inner = _calling(random, third)
        weight = _longest_wait(inner, third)
        own = None if random.random() < 0.85 else _near(random, weight)
        provider = replace(_serving(random, own or 0), longest=own, percentile=None)
        return SmallSet(_calling(random, provider, weight if own is None else own), provider, inner, third)
    provider = _serving(random, random.randint(0, 6))
    return SmallSet(_calling(random, provider), provider)


def _near(random: Random, value: int, least: int = 1) -> int:
    return max(least, value + random.choice((-1, 0, 0, 1, random.randint(-3, 4))))


def _serving(random: Random, longest: int) -> Serving:
    said: Limit = max(1, longest) if random.random() < 0.85 else random.choice((None, None, UNBOUNDED))
    percentile = (random.choice(("p50", "p99", "p99.9")), random.randint(1, 6)) if random.random() < 0.15 else None
    if percentile and isinstance(said, int) and percentile[1] > said:
        percentile = None
    idempotent = random.choice((None, "always", "never", "never", "key", "key", "key"))
    remembered = random.randint(1, 9) if idempotent == "key" and random.random() < 0.9 else None
    slow = random.choice((None, None, "per-request", "per-attempt"))
    return Serving(said, percentile, slow, idempotent, remembered)


def _calling(random: Random, serving: Serving, longest: int | None = None) -> Calling:
    answered = (
        longest
        if longest is not None
        else serving.longest
        if isinstance(serving.longest, int)
        else random.randint(1, 5)
    )
    attempts: Limit = random.choice((None, 1, 2, 2, 3, 3, 3))
    attempt: Limit = min(7, _near(random, answered)) if random.random() < 0.85 else random.choice((None, UNBOUNDED))
    backoff = _backoff(random)
    request = _request(random, attempt, attempts, backoff, answered)
    if isinstance(attempt, int) and isinstance(request, int) and random.random() < 0.06:
        attempts = UNBOUNDED
    handles = ("timeout",) if random.random() < 0.15 else ()
    counts_on = (
        (random.choice(("p50", "p99", "p99.9", "max")), random.randint(1, 7))
        if handles and random.random() < 0.7
        else None
    )
    retry_on = random.choice(((), (), (), (), (), ("timeout",), ("any",), ("connect", "reset"), ("503",)))
    key = random.choice((None, "per-request", "per-request", "per-attempt", "none"))
    return Calling(attempt, request, attempts, backoff, retry_on, handles, counts_on, key)


def _backoff(random: Random) -> tuple[int, int] | None:
    if random.random() < 0.4:
        return None
    first = random.randint(0, 2)
    return (first, first if random.random() < 0.7 else first + random.randint(1, 2))


def _request(random: Random, attempt: Limit, attempts: Limit, backoff: tuple[int, int] | None, answered: int) -> Limit:
    if random.random() < 0.4:
        return random.choice((None, None, None, UNBOUNDED))
    if isinstance(attempt, int) and isinstance(attempts, int) and attempts > 1 and random.random() < 0.7:
        pause = random.choice(backoff or (0, 0))
        return _near(random, (attempts - 1) * (attempt + pause))
    return _near(random, answered)


def _longest_wait(calling: Calling, serving: Serving) -> int:
    """About how long the provider waits: only to aim at, so it need not be exact."""
    times = [limit for limit in (calling.attempt, serving.longest) if isinstance(limit, int)]
    each = min(times, default=1)
    count = calling.attempts if isinstance(calling.attempts, int) and each == calling.attempt else 1
    pause = calling.backoff[0] if calling.backoff else 0
    total = count * each + (count - 1) * pause
    return min(total, calling.request) if isinstance(calling.request, int) else total


# ---------------------------------------------------------------------- as YAML


def as_yaml(small: SmallSet, unit: str = "s") -> str:
    """The set as one text of several documents; `unit` is s or ms (then every number is written a thousandfold)."""
    documents = [_party("caller", None, None, ("provider/serve", small.caller), unit)]
    behind = ("third/serve", small.provider_calls) if small.provider_calls else None
    documents.append(_party("provider", small.provider, "third/serve" if behind else None, behind, unit))
    if small.third:
        documents.append(_party("third", small.third, None, None, unit))
    return "---\n".join(documents)


def _party(name: str, serving: Serving | None, needs: str | None, calls: tuple[str, Calling] | None, unit: str) -> str:
    lines = [f"party: {name}"]
    if serving:
        lines += [
            "promises:",
            "  serve:",
            *(f"    {line}" for line in _served(serving, needs, unit) or ["at: GET /serve"]),
        ]
    if calls:
        lines += [
            "assumes:",
            f"  {calls[0]}:",
            *(f"    {line}" for line in _called(calls[1], unit) or ["freshness: 1h"]),
        ]
    return "\n".join(lines) + "\n"


def _served(serving: Serving, needs: str | None, unit: str) -> list[str]:
    parts = [(serving.percentile[0], _time(serving.percentile[1], unit))] if serving.percentile else []
    parts += [("max", _time(serving.longest, unit))] if serving.longest is not None else []
    parts += [("slow", serving.slow)] if serving.slow and parts else []
    lines = [f"latency: {{{', '.join(f'{name}: {value}' for name, value in parts)}}}"] if parts else []
    if serving.idempotent == "key":
        remembered = f", for: {_time(serving.remembered, unit)}" if serving.remembered is not None else ""
        lines.append(f"idempotent: {{key: id{remembered}}}")
    elif serving.idempotent:
        lines.append(f"idempotent: {serving.idempotent}")
    return lines + ([f"needs: [{needs}]"] if needs else [])


def _called(calling: Calling, unit: str) -> list[str]:
    limits = [
        (name, value)
        for name, value in (("attempt", calling.attempt), ("request", calling.request))
        if value is not None
    ]
    lines = [f"timeout: {{{', '.join(f'{name}: {_time(value, unit)}' for name, value in limits)}}}"] if limits else []
    if calling.attempts is not None:
        lines.append(f"attempts: {calling.attempts}")
    if calling.backoff is not None:
        first, longest = calling.backoff
        lines.append(f"backoff: {_time(first, unit)}" + (f"..{_time(longest, unit)}" if longest != first else ""))
    if calling.retry_on:
        lines.append(f"retry_on: [{', '.join(calling.retry_on)}]")
    if calling.handles:
        lines.append(f"handles: [{', '.join(calling.handles)}]")
    if calling.counts_on:
        lines.append(f"latency: {{{calling.counts_on[0]}: {_time(calling.counts_on[1], unit)}}}")
    if calling.key:
        lines.append(f"idempotency_key: {calling.key}")
    return lines


def _time(value: Limit, unit: str) -> str:
    if isinstance(value, int):
        return f"{value}s" if unit == "s" else f"{value * 1000}ms"
    return str(value)
