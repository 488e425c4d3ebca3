"""Limits on silence: which timer is named, at which layer, whether it is retried, and what a promised silence changes."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from accord.boundaries.calls.limits import plan
from accord.boundaries.join.defaulted import with_defaults
from accord.boundaries.join.system import System
from accord.check import check
from accord.model.fact import Fact, Layer, Stance
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text

IDLE = "timing/idle-limit-cuts-silent-answer"
FIRST = "timing/caller-gives-up-first"
CONTRACTS = """\
party: jobs
assumes:
  video/transcode: {timeout: {request: %s}, attempts: 1}
---
party: video
promises:
  transcode: {latency: {max: 23h}%s}
"""


def facts(request: str = "24h", more: str = "") -> Iterator[Fact]:
    for item in read_text(CONTRACTS % (request, more), "test", "accord.yaml"):
        assert isinstance(item, Fact), item
        yield item


def behind_envoy(*said: Fact, idle: str = "") -> list[Fact]:
    """The statements, and an Envoy in front of the caller of which nothing but the limit on silence is said."""
    limit = next(fact for fact in said if fact.term == "timeout.request")
    envoy = replace(limit, term="platform", value="envoy", text="envoy", layer=Layer.SIDECAR)
    whole = replace(limit, layer=Layer.SIDECAR)
    own = [replace(limit, term="timeout.idle", value=3 * 10**9, text=idle, layer=Layer.SIDECAR)] if idle else []
    return list(with_defaults((*said, whole, envoy, *own)))


def told(found: list[Fact], *rules: str) -> list[Finding]:
    return [finding for finding in check(found).findings if finding.rule in (rules or (IDLE, FIRST))]


def test_the_default_of_a_proxy_is_named_with_its_layer() -> None:
    (finding,) = told(behind_envoy(*facts()))
    assert (finding.rule, finding.verdict) == (IDLE, Verdict.MISMATCH)
    assert finding.message == "jobs gives up at its sidecar after 5m of silence, video may answer after 23h"
    limit = finding.statements[0].fact
    assert (limit.stance, limit.source, limit.version) == (Stance.DEFAULT, "envoy", "1.13 and later")
    assert finding.witness is not None
    assert [step.act for step in finding.witness.steps] == ["calls", "gives-up", "fails", "answers", "concludes"]


def test_a_stated_limit_is_stronger_than_the_default() -> None:
    (finding,) = told(behind_envoy(*facts(), idle="3s"))
    assert (finding.statements[0].fact.text, finding.statements[0].fact.stance) == ("3s", Stance.ASSUMES)


def test_a_limit_on_the_call_that_fires_before_is_told_of_alone() -> None:
    (finding,) = told(behind_envoy(*facts("60s")))
    assert finding.rule == FIRST


def test_one_who_is_never_silent_for_so_long_is_not_cut() -> None:
    assert told(behind_envoy(*facts(more=", silence: 5m"))) == []
    (finding,) = told(behind_envoy(*facts(more=", silence: 6m")))
    assert "may be silent for 6m" in finding.message


def test_a_longest_silence_that_is_none_is_no_promise() -> None:
    (finding,) = told(behind_envoy(*facts(more=", silence: none")))
    assert finding.rule == IDLE


@pytest.mark.parametrize("request_", ["24h", "60s"])
def test_a_default_that_nothing_is_held_against_asks_nothing_of_silence(request_: str) -> None:
    said = [fact for fact in facts(request_) if not fact.term.startswith("latency.")]
    (finding,) = told(behind_envoy(*said))
    assert (finding.rule, finding.verdict) == (FIRST, Verdict.UNANSWERED)
    assert finding.statements[0].fact.text == request_


def test_a_silence_on_the_stream_of_its_caller_ends_every_try() -> None:
    said = behind_envoy(*facts())
    limit = next(fact for fact in said if fact.term == "timeout.idle")
    tries = replace(limit, stance=Stance.ASSUMES, term="attempts", value=3, text="3")
    retry = replace(tries, term="retry_on", value=("5xx",), text="5xx")
    key = ("jobs", "video", "transcode")
    planned = plan(System((*said, tries, retry)).boundary(key))
    assert planned is not None
    assert (len(planned.tries), planned.complete, planned.attempts) == (1, True, None)
    other = [replace(fact, value="nginx") if fact.term == "platform" else fact for fact in (*said, tries, retry)]
    of_a_try = [replace(fact, source="nginx") if fact.term == "timeout.idle" else fact for fact in other]
    planned = plan(System(of_a_try).boundary(key))
    assert planned is not None
    assert len(planned.tries) == 3
