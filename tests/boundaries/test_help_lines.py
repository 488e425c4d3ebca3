"""Help lines: what settles a finding is shown, what leaves it is not, and only what is new must follow."""

import pytest

from accord.check import check
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.sources._claims import read_text


def mismatches(text: str, rule: str = "") -> list[Finding]:
    read = list(read_text(text, "test", "all.yaml"))
    assert all(isinstance(item, Fact) for item in read), read
    findings = check(item for item in read if isinstance(item, Fact)).findings
    return [each for each in findings if each.verdict is Verdict.MISMATCH and each.rule.startswith(rule)]


def told(finding: Finding) -> list[str]:
    return [f"{move.party}: {move.do}" for move in finding.moves]


TWO = """\
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 10s}, attempts: 3, retry_on: [busy, broken]}
---
party: payments
promises:
  charge:
    latency: {max: 1s}
    idempotent: never
    errors:
      busy: {status: 503, effect: unknown}
      broken: {status: 500, effect: done}
"""


def test_two_findings_of_one_rule_on_one_boundary_keep_their_moves() -> None:
    found = mismatches(TWO, "errors/repeated-though-maybe-executed")
    assert len(found) == 2
    for finding in found:
        assert any(line.startswith("checkout: not ask again after") for line in told(finding))


NARROWER = """\
party: gateway
promises: {page: {latency: {max: 20s}, needs: [web/page]}}
assumes: {web/page: {timeout: 2s}}
---
party: web
promises: {page: {latency: {max: 9s}, needs: [stock/get]}}
assumes: {stock/get: {timeout: 1s}}
---
party: stock
promises: {get: {latency: {max: 3s}}}
"""


def test_a_mismatch_that_was_there_before_need_not_follow() -> None:
    """The gateway gives up before web whatever web does; that is its own finding, with its own move."""
    assert mismatches(NARROWER, "timing/caller-gives-up-first")
    finding = next(each for each in mismatches(NARROWER) if each.subject == "web -> stock/get")
    lines = told(finding)
    assert lines
    assert not any("gateway must" in line for line in lines), lines


VERSIONS = """\
party: gateway
assumes: {web/page: {timeout: 2s}}
---
party: web
promises: {page: {needs: [stock/get]}}
assumes: {stock/get: {timeout: 5s}}
---
party: web
only: {version: v2}
assumes: {stock/get: {timeout: V2}}
---
party: stock
promises: {get: {latency: {max: 5s}}}
"""


@pytest.mark.parametrize(("second", "follows"), [("4s", False), ("1s", True)])
def test_what_was_there_in_every_version_is_not_new_where_the_change_makes_them_one(second: str, follows: bool) -> None:
    found = mismatches(VERSIONS.replace("V2", second), "timing/caller-gives-up-first")
    (finding,) = (each for each in found if each.subject == "web -> stock/get")
    assert told(finding)[0] == "web: wait at least 5s" + " (then gateway must wait at least 5s too)" * follows


HOURS = """\
party: desk
promises: {help: {hours: "Sat-Sun 10:00-16:00 UTC"}}
---
party: shop
assumes: {desk/help: {hours: "Mon-Fri 09:00-17:00 UTC"}}
---
party: night
assumes: {desk/help: {timeout: 1h}}
"""


def test_more_hours_are_added_to_what_is_promised() -> None:
    (finding,) = mismatches(HOURS)
    assert "desk: promise desk/help Sat-Sun 10:00-16:00 UTC, Mon-Fri 09:00-17:00 UTC" in told(finding)


DUTY = """\
party: desk
promises: {help: {hours: "daily 00:00-24:00 UTC", detect: {by: desk-alert, within: 1m}, recover: {by: oncall/page, within: 8h}}}
---
party: desk-alert
kind: alert
escalates: [{to: oncall/page, after: 0s}]
---
party: oncall
kind: rota
promises: {page: {hours: "Mon-Fri 09:00-17:00 UTC", acknowledge: 5m}}
---
party: shop
assumes: {desk/help: {CALLER}}
"""


def test_fewer_hours_settle_nothing_for_a_caller_who_does_not_say_when() -> None:
    texts = DUTY.replace("daily 00:00-24:00 UTC", "24x7")
    silent = [
        line for each in mismatches(texts.replace("CALLER", "timeout: 1h"), "people/promise") for line in told(each)
    ]
    assert silent
    assert not any(line.startswith("desk: promise") for line in silent)
    within = texts.replace("CALLER", 'hours: "Mon-Fri 10:00-12:00 UTC"')
    rechecked = [line for each in mismatches(within, "people/promise") for line in told(each)]
    assert "desk: promise desk/help Mon-Fri 09:00-17:00 UTC" in rechecked


def test_a_line_that_holds_for_several_operations_is_changed_for_all() -> None:
    files = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http:
  - match: [{uri: {prefix: /items}}]
    timeout: 500ms
    route: [{destination: {host: stock}}]
---
party: stock
names: {kubernetes: shop/stock}
promises:
  item: {at: "GET /items/{id}", latency: {max: 2s}}
  list: {at: GET /items, latency: {max: 1s}, needs: none}
---
party: web
promises: {list: {latency: {max: 700ms}, needs: [stock/list]}}
---
party: edge
assumes: {web/list: {timeout: 800ms}}
"""
    found = mismatches(files, "timing/")
    assert len(found) >= 2
