"""The rules of timing and repeats find what goes wrong in some behaviour, and nothing else: set by set, against the explorer."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from .compare import claims, compared_rules, system_of
from .explorer import ACTS_TWICE, GIVES_UP_FIRST, OUTLASTS, TRIES_CANNOT_HAPPEN, broken
from .small_sets import Calling, Serving, SmallSet, as_yaml, random_set

SEED = int(os.environ.get("ACCORD_SEED", "1"))
SETS = 5_000
MANY_SETS = 100_000


def compared(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How often each expectation was found broken, and every set about which the two disagree."""
    random, chosen = Random(seed), compared_rules()
    found, disagreements = Counter[str](), list[str]()
    for _ in range(count):
        small = random_set(random)
        unit = random.choice(("s", "s", "ms"))
        expected, (claimed, refused) = broken(small), claims(system_of(small, unit), chosen)
        found.update(name for name, _ in expected)
        for name, consumer in sorted(expected ^ claimed):
            who = "the explorer" if (name, consumer) in expected else "the rule"
            disagreements.append(f"only {who} finds {name} for {consumer} in\n{as_yaml(small)}")
        disagreements += [f"the monitor refuses {reason}\n{as_yaml(small)}" for reason in refused]
    return found, disagreements


def report(found: Counter[str], disagreements: list[str], count: int, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{count} contract sets, seed {SEED}; broken in some behaviour:")
        for name, times in sorted(found.items()):
            print(f"  {times:7}  {name}")
    shortest = sorted(disagreements, key=len)[:3]
    assert not disagreements, f"{len(disagreements)} disagreements; the shortest:\n" + "\n".join(shortest)


def test_the_rules_and_the_explorer_agree(capsys: pytest.CaptureFixture[str]) -> None:
    found, disagreements = compared(SETS, SEED)
    report(found, disagreements, SETS, capsys)
    assert all(found[name] > 100 for name in (GIVES_UP_FIRST, ACTS_TWICE, TRIES_CANNOT_HAPPEN, OUTLASTS))


@pytest.mark.slow
def test_the_rules_and_the_explorer_agree_on_many_sets(capsys: pytest.CaptureFixture[str]) -> None:
    found, disagreements = compared(MANY_SETS, SEED + 1)
    report(found, disagreements, MANY_SETS, capsys)


# ---------------------------------------------------------------------- the explorer itself, at the edges


@pytest.mark.parametrize(
    ("calling", "serving", "expected"),
    [
        (Calling(attempt=5), Serving(longest=5), set()),
        (Calling(attempt=4), Serving(longest=5), {GIVES_UP_FIRST}),
        (Calling(request=4), Serving(longest=5), {GIVES_UP_FIRST}),
        (Calling(attempt=4), Serving(), set()),
        (Calling(attempt=4), Serving(longest="none"), {GIVES_UP_FIRST}),
        (Calling(attempt="none"), Serving(longest="none"), set()),
        (Calling(attempt=2, attempts=3), Serving(longest=5, idempotent="never"), {GIVES_UP_FIRST, ACTS_TWICE}),
        (Calling(attempt=5, attempts=2), Serving(longest=5, idempotent="never"), set()),
        (Calling(attempt=5, attempts=2), Serving(idempotent="never"), {ACTS_TWICE}),
        (Calling(attempt=5, attempts=2, retry_on=("timeout",)), Serving(longest=5, idempotent="never"), {ACTS_TWICE}),
        (Calling(attempt=5, attempts=2, retry_on=("503",)), Serving(idempotent="never"), set()),
        (Calling(attempt=5, attempts=2), Serving(idempotent="always"), set()),
        (Calling(attempt=5, attempts=2), Serving(idempotent="key"), set()),
        (Calling(attempt=5, attempts=2, key="per-attempt"), Serving(idempotent="key"), {ACTS_TWICE}),
        (Calling(attempt=5, attempts=2), Serving(idempotent="key", remembered=6), set()),
        (Calling(attempt=5, attempts=2), Serving(idempotent="key", remembered=5), {ACTS_TWICE}),
        (Calling(attempt=5, attempts=2), Serving(longest=5, idempotent="key", remembered=5), set()),
        (Calling(attempt=2, attempts=3, backoff=(1, 1)), Serving(idempotent="key", remembered=7), set()),
        (Calling(attempt=2, attempts=3, backoff=(1, 2)), Serving(idempotent="key", remembered=7), {ACTS_TWICE}),
        (Calling(attempt=2, attempts=2, backoff=(1, 2)), Serving(idempotent="key", remembered=4), set()),
        (Calling(attempt=5, attempts=2, request=5), Serving(idempotent="never"), set()),
        (Calling(attempt=5, attempts=2, request=6), Serving(idempotent="never"), {ACTS_TWICE}),
        (Calling(attempt=2, attempts=3, request=3), Serving(longest=2), set()),
        (Calling(attempt=2, attempts=3, request=4), Serving(), set()),
        (Calling(attempt=2, attempts=3, request=3), Serving(), {TRIES_CANNOT_HAPPEN}),
        (Calling(attempt=2, attempts=3, backoff=(1, 1), request=6), Serving(), set()),
        (Calling(attempt=2, attempts=3, backoff=(1, 1), request=5), Serving(), {TRIES_CANNOT_HAPPEN}),
        (
            Calling(attempt=2, handles=("timeout",), counts_on=("p99", 1)),
            Serving(longest=5, percentile=("p99", 1)),
            set(),
        ),
        (
            Calling(attempt=2, handles=("timeout",), counts_on=("p99", 1)),
            Serving(longest=5, percentile=("p99", 2)),
            {GIVES_UP_FIRST},
        ),
        (Calling(attempt=2, handles=("timeout",)), Serving(longest=5), {GIVES_UP_FIRST}),
    ],
)
def test_the_explorer_at_the_edges(calling: Calling, serving: Serving, expected: set[str]) -> None:
    assert broken(SmallSet(calling, serving)) == {(name, "caller") for name in expected}


@pytest.mark.parametrize(
    ("caller", "inner", "third", "expected"),
    [
        (Calling(attempt=4), Calling(attempt=2, attempts=2), Serving(longest=5), {OUTLASTS: False}),
        (Calling(attempt=3), Calling(attempt=2, attempts=2), Serving(longest=5), {OUTLASTS: True}),
        (Calling(attempt=4), Calling(attempt=2, attempts=2, backoff=(1, 1)), Serving(longest=5), {OUTLASTS: True}),
        (
            Calling(attempt=4),
            Calling(attempt=2, attempts=2, backoff=(1, 1), request=4),
            Serving(longest=5),
            {OUTLASTS: False},
        ),
        (Calling(attempt=3), Calling(attempt=2, attempts=2), Serving(longest=2), {OUTLASTS: False}),
        (Calling(attempt=3), Calling(attempt=9), Serving(), {OUTLASTS: False}),
    ],
)
def test_the_explorer_behind_a_provider(
    caller: Calling, inner: Calling, third: Serving, expected: dict[str, bool]
) -> None:
    found = broken(SmallSet(caller, Serving(), inner, third))
    assert {name: (name, "caller") in found for name in expected} == expected
