"""`accord defaults`: what a platform does where nobody wrote anything."""

import json

import pytest

from accord.defaults.reader import platforms

from .conftest import Accord

AT_1_4 = """\
istio 1.4: what it does where nobody wrote anything

timeout.request  the caller's limit on all attempts together
  no timeout  1.0 and later  [1]
attempts  all tries, the first included
  3 (2 retries)  1.1 and later  [2]
retry_on  what is tried again: error names, codes, timeout, connect, reset, any
  connect-failure, refused-stream, unavailable, cancelled,      1.1 to 1.5  [3]
  resource-exhausted, 503
timeout.attempt  the caller's limit on one attempt; on a delivery, the time until redelivery
  no limit on one try  1.1 and later  [4]
timeout.connect  the caller's limit on connecting
  1s  1.0 to 1.5  [5]

read in github.com/istio/istio
  [1] pilot/pkg/networking/core/route/route.go, setTimeout (2026-11-23)
  [2] pilot/pkg/networking/core/route/retry/retry.go, DefaultPolicy (2026-11-23)
  [3] pilot/pkg/networking/core/v1alpha3/route/retry/retry.go, DefaultPolicy (2026-11-23)
  [4] pilot/pkg/networking/core/route/retry/retry.go, ConvertPolicy: PerTryTimeout only where it is
      written (2026-11-27)
  [5] pkg/config/mesh/mesh.go, ConnectTimeout; the Helm charts of these releases set 10s
      (2026-11-23)
"""
CHANGED = """\
istio 1.23 -> 1.24: 1 default changed

retry_on  what is tried again: error names, codes, timeout, connect, reset, any
  1.23  connect-failure, refused-stream, unavailable, cancelled, 503
  1.24  connect-failure, refused-stream, unavailable, cancelled
  no longer: 503
  read in pilot/pkg/networking/core/route/retry/retry.go, DefaultPolicy;
          releasenotes/notes/50506.yaml (2026-11-23)
"""


def test_every_platform_is_listed(accord: Accord) -> None:
    done = accord("defaults")
    assert (done.code, done.err) == (0, "")
    *lines, _, following = done.out.splitlines()
    assert [line.split()[0] for line in lines] == list(platforms())
    assert "istio" in done.out and "1.0 to 1.30" in done.out
    assert following == f"next: accord defaults {platforms()[0]}"


def test_one_version_of_a_platform(accord: Accord) -> None:
    assert accord("defaults", "istio", "--version", "1.4").out == AT_1_4


def test_what_changes_between_two_versions(accord: Accord) -> None:
    assert accord("defaults", "istio", "diff", "1.23", "1.24").out == CHANGED
    assert accord("defaults", "istio", "diff", "1.24", "1.25").out == "istio 1.24 -> 1.25: 0 defaults changed\n"
    first = accord("defaults", "istio", "diff", "1.0", "1.1").out
    assert "  no longer: 5xx\n  new: unavailable, cancelled, resource-exhausted, 503\n" in first
    assert "  1.0  1 (0 retries)\n  1.1  3 (2 retries)\n" in first


def test_one_platform_fits_on_one_screen(accord: Accord) -> None:
    lines = accord("defaults", "istio").out.splitlines()
    assert lines[0] == "istio: what it does where nobody wrote anything; read for 1.0 to 1.30, 2026-11-27"
    assert len(lines) <= 40 and max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", platforms())
def test_every_platform_can_be_shown(accord: Accord, name: str) -> None:
    done = accord("defaults", name)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 120


def test_a_version_that_was_never_read_is_said(accord: Accord) -> None:
    newer = "newer than any that was read (1.0 to 1.30): its last known defaults are taken"
    assert accord("defaults", "istio", "--version", "1.99").out.splitlines()[1] == newer
    older = "older than any that was read (1.0 to 1.30): nothing is known of it"
    assert accord("defaults", "istio", "--version", "0.9").out.splitlines()[1:] == [older, ""]
    assert accord("defaults", "istio", "diff", "1.24", "1.99").out.splitlines()[1] == f"1.99 is {newer}"


def test_as_json(accord: Accord) -> None:
    changes = json.loads(accord("defaults", "istio", "diff", "1.23", "1.24", "--format", "json").out)
    assert changes["accord"] == 1
    assert [(one["term"], one["after"]["versions"]) for one in changes["changes"]] == [("retry_on", "1.24 and later")]
    listed = json.loads(accord("defaults", "--format", "json").out)
    assert [one["platform"] for one in listed["platforms"]] == list(platforms())
    assert {"term", "means", "value", "layer", "versions", "source", "seen"} <= set(
        listed["platforms"][0]["defaults"][0]
    )


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("istoi",), "no platform 'istoi'; did you mean 'istio'?; accord defaults lists them"),
        (("istio", "dif", "1", "2"), "unexpected 'dif'; did you mean 'diff'?"),
        (("istio", "diff", "1.1"), "diff takes two versions, such as: accord defaults istio diff 1.23 1.24"),
        (("istio", "diff", "new", "1.1"), "expected a version such as 1.23, read 'new'"),
        (("--version", "1.1"), "--version needs a platform"),
    ],
)
def test_what_cannot_be_meant_is_refused(accord: Accord, arguments: tuple[str, ...], refusal: str) -> None:
    done = accord("defaults", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"accord defaults: {refusal}\n")
