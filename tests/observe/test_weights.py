"""Spans of which each says for how many it stands tell the truth of all calls; of those that do not say, nothing is concluded."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from telling import ABSENT, BEGIN, SECOND

from accord.check import check
from accord.files.read import read
from accord.model.finding import Verdict
from accord.model.observed import Observed, percentile
from accord.model.place import Place
from accord.observe.columns import CLIENT, ERROR, ONE, SERVER
from accord.observe.engine import Engine
from accord.observe.schema import arrow_schema
from accord.observe.summary import observed
from accord.sources._sightings import facts_of

CALLS, KEPT, FAILING, SLOW_S = 200_000, 0.05, 0.005, 1.0
CONTRACT = """
party: checkout
names: {otel: checkout}
assumes:
  payments/charge: {timeout: {attempt: 30s}}
--- {party: payments, names: {otel: payments}, promises: {charge: {at: POST /charges, latency: {p99: PROMISED}}}}
"""


@pytest.fixture(scope="module")
def calls() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """How long each call took, whether it failed, whether its spans were kept, and the weight that they then say.

    Kept are all that failed, all that were slow, and one in twenty of the others: what a tail sampler does.
    """
    chance = np.random.default_rng(11)
    took, failed = 0.2 * np.exp(0.6 * chance.normal(size=CALLS)), chance.random(CALLS) < FAILING
    always = failed | (took > SLOW_S)
    return took, failed, always | (chance.random(CALLS) < KEPT), np.where(always, ONE, round(ONE / KEPT))


def seen(calls: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], told: bool = True) -> Observed:
    spans = []
    for number, (took, failed, _, weight) in enumerate(row for row in zip(*calls, strict=True) if row[2]):
        said = ABSENT | {
            "trace_lo": number + 1, "environment": "", "operation": "POST /charges", "status": ERROR if failed else 0,
            "start_ns": BEGIN + number, "duration_ns": round(took * SECOND), "weight": int(weight) if told else 0,
        }  # fmt: skip
        spans.append(said | {"span": 2 * number + 1, "kind": CLIENT, "service": "checkout"})
        spans.append(said | {"span": 2 * number + 2, "parent": 2 * number + 1, "kind": SERVER, "service": "payments"})
    engine = Engine()
    engine.take("spans", pa.Table.from_pylist(spans, schema=arrow_schema()))
    [found] = observed(engine)
    engine.close()
    return found


def test_by_weight_errors_and_percentiles_are_those_of_all_calls(calls):
    took, failed, *_ = calls
    found = seen(calls)
    assert found.is_weighted and found.stands_for == pytest.approx(1 / KEPT)
    assert found.failed == pytest.approx(failed.mean(), rel=0.02)
    for share in (0.5, 0.99, 0.999):
        told = percentile(found.callee_times, share)
        assert told is not None
        assert told.middle / SECOND == pytest.approx(np.quantile(took, share), rel=0.03)
    assert found.count("callee_errors") / found.count("calls") > 10 * failed.mean()  # what counting spans would say


def judged(folder: Path, found: Observed, promised: str) -> list[Verdict]:
    (folder / "accord.yaml").write_text(CONTRACT.replace("PROMISED", promised))
    facts = [*read([str(folder)]).facts, *facts_of(found, Place("", "spans", 1, 1))]
    return [one.verdict for one in check(facts).findings if one.rule == "observed/observed-outside-promised"]


def test_a_promise_that_all_calls_keep_is_kept_whatever_was_drawn(calls, tmp_path: Path):
    beyond = float(np.mean(calls[0] > SLOW_S))
    assert 0.003 < beyond < 0.006
    assert judged(tmp_path, seen(calls), "1s") == []
    assert judged(tmp_path, seen(calls), "700ms") == [Verdict.BREACH]
    assert judged(tmp_path, seen(calls, told=False), "700ms") == [Verdict.CONDITIONAL]


def test_one_weight_for_all_leaves_the_counts_as_they_are(calls):
    took, failed, kept, weight = calls
    found = seen((took, failed, kept, np.full_like(weight, 20 * ONE)))
    assert not found.is_weighted and found.stands_for == 1
    assert sum(count for *_, count in found.callee_times) == found.count("calls") == kept.sum()
