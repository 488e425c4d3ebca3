"""Contracts, quantities and owners beyond the rules' pages: bounds, compositions, order, units and what must end."""

import random
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import pytest

from accord.boundaries.calls.quantity import show_amount
from accord.check import check, joined, refused_witnesses
from accord.model.amount import Amount, parse_rate
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.rules._catalogue import Rule, rules
from accord.sources._claims import read_text

AS_OF = date(2026, 11, 23)
FAMILIES = ("contract/", "capacity/", "ownership/")
MINE = [rule for rule in rules() if rule.id.startswith(FAMILIES)]


def facts_of(text: str) -> list[Fact]:
    read = list(read_text(text, "tests", "accord.yaml"))
    assert [item for item in read if not isinstance(item, Fact)] == []
    return [item for item in read if isinstance(item, Fact)]


def chosen(rule: str) -> list[Rule]:
    return [each for each in MINE if each.id == rule]


def findings(text: str, rule: str, as_of: date = AS_OF) -> list[Finding]:
    facts = facts_of(text)
    assert refused_witnesses(joined(facts, as_of)[0], chosen(rule)) == []
    return list(check(facts, as_of=as_of, rules=chosen(rule)).findings)


def verdicts(text: str, rule: str) -> list[str]:
    return [each.verdict.value for each in findings(text, rule)]


def bounds(found: Iterable[Finding]) -> list[str]:
    return [question.bound for each in found for question in each.questions]


# ---------------------------------------------------------------------- the three questions


def test_a_recovery_counted_on_leaves_what_detection_does_not_take() -> None:
    text = """
party: checkout
assumes: {ledger/post: {recover: {within: 1h}}}
---
party: ledger
promises: {post: {hours: 24x7, detect: {by: LedgerDown, within: 2m}, recover: {by: oncall}}}
"""
    (found,) = findings(text, "contract/question-unanswered")
    assert [(each.to, each.bound) for each in found.questions] == [("ledger", "at most 58m")]
    assert found.subject == "ledger/post"


def test_where_neither_time_is_known_both_share_what_is_counted_on() -> None:
    text = """
party: checkout
assumes: {ledger/post: {recover: {within: 1h}}}
---
{party: ledger, promises: {post: {hours: 24x7}}}
"""
    assert bounds(findings(text, "contract/question-unanswered")) == [
        "together with the recovery at most 1h",
        "together with the detection at most 1h",
    ]


def test_the_shortest_of_all_that_is_counted_on_decides() -> None:
    text = """
{party: slow, assumes: {ledger/post: {recover: {within: 4h}}}}
---
{party: quick, assumes: {ledger/post: {recover: {within: 30m}}}}
---
party: ledger
promises: {post: {hours: 24x7, detect: {by: LedgerDown}, recover: {by: oncall, within: 20m}}}
"""
    assert bounds(findings(text, "contract/question-unanswered")) == ["at most 10m"]


def test_an_operation_of_several_callers_is_asked_about_once() -> None:
    text = "\n---\n".join(
        f"{{party: caller-{number}, assumes: {{ledger/post: {{timeout: 1s}}}}}}" for number in range(4)
    )
    (found,) = findings(text, "contract/question-unanswered")
    assert found.message.startswith("nobody says of ledger/post what is promised")


def test_an_outsider_is_not_asked_but_who_relies_on_it() -> None:
    text = """
{party: shop, assumes: {bank/pay: {timeout: 1s}}}
---
{party: bank, kind: external, promises: {pay: {latency: {max: 1s}}}}
"""
    (found,) = findings(text, "contract/question-unanswered")
    assert {question.to for question in found.questions} == {"shop"}


@pytest.mark.parametrize("kind", ["rota", "alert", "procedure"])
def test_people_and_signals_are_not_asked(kind: str) -> None:
    assert (
        findings(f"{{party: one, kind: {kind}, promises: {{page: {{hours: 24x7}}}}}}", "contract/question-unanswered")
        == []
    )


def test_a_silent_party_that_is_needed_is_asked_about() -> None:
    found = findings(
        "{party: shop, promises: {page: {needs: [stock/get], detect: none, recover: none}}}",
        "contract/question-unanswered",
    )
    assert [each.subject for each in found] == ["stock/get"]


# ---------------------------------------------------------------------- promises that cannot hold


def test_side_by_side_calls_take_as_long_as_the_longest() -> None:
    parts = "\n---\n".join(
        f"{{party: {name}, promises: {{get: {{latency: {{max: {time}}}}}}}}}"
        for name, time in (("a", "3s"), ("b", "2s"))
    )
    for needs, expected in (("[a/get, b/get]", ["mismatch"]), ("[[a/get, b/get]]", [])):
        text = f"{{party: shop, promises: {{page: {{latency: {{max: 4s}}, needs: {needs}}}}}}}\n---\n{parts}"
        assert verdicts(text, "contract/cannot-hold") == expected


def test_a_maximum_two_calls_away_counts_too() -> None:
    text = """
{party: shop, promises: {page: {latency: {max: 2s}, needs: [middle/get]}}}
---
{party: middle, promises: {get: {needs: [far/get]}}}
---
{party: far, promises: {get: {latency: {max: 3s}}}}
"""
    assert verdicts(text, "contract/cannot-hold") == ["mismatch"]


def test_calls_that_need_each_other_are_told_once() -> None:
    parties = [
        "party: shop\npromises: {pay: {latency: {max: 1s}, needs: [bank/move]}}\n",
        "party: bank\npromises: {move: {needs: [ledger/write]}}\n",
        "party: ledger\npromises: {write: {needs: [bank/move, disk/sync]}}\n",
        "party: disk\npromises: {sync: {latency: {max: 2s}}}\n",
    ]
    (found,) = findings("---\n".join(parties), "contract/cannot-hold")
    assert found.message.endswith("waiting for bank/move it may answer after 2s")
    told = [statement.fact.provider for statement in found.statements]
    assert told[:3] == ["shop", "shop", "bank"]
    assert told.count("bank") == 1


def test_what_its_own_limit_cuts_counts_as_far_as_it_waits() -> None:
    text = """
party: shop
promises: {page: {latency: {max: 5s}, needs: [far/get]}}
assumes: {far/get: {timeout: {attempt: 3s}, attempts: 2}}
---
{party: far, promises: {get: {latency: {max: 9s}}}}
"""
    (found,) = findings(text, "contract/cannot-hold")
    assert "after 6s" in found.message
    assert verdicts(text.replace("attempts: 2", "attempts: 1"), "contract/cannot-hold") == []


def test_a_part_that_nobody_bounds_leaves_the_rest() -> None:
    text = """
{party: shop, promises: {page: {latency: {max: 5s}, needs: [far/get, near/get]}}}
---
{party: far, promises: {get: {latency: {max: 3s}}}}
---
{party: near, promises: {get: {at: GET /near}}}
"""
    (found,) = findings(text, "contract/cannot-hold")
    assert [(each.to, each.bound) for each in found.questions] == [("near", "at most 2s")]


def test_needs_that_go_in_a_circle_end() -> None:
    text = """
{party: one, promises: {get: {latency: {max: 1s}, availability: 99%, needs: [two/get], fallback: two/get, recover: {by: two}}}}
---
{party: two, promises: {get: {needs: [three/get]}}}
---
{party: three, promises: {get: {needs: [one/get, three/get]}}}
"""
    for rule in MINE:
        findings(text, rule.id)


@pytest.mark.parametrize("attempts", ["999999999999999999", "none", "2"])
def test_tries_make_up_for_failures_that_do_not_last(attempts: str) -> None:
    text = f"""
party: shop
promises: {{page: {{availability: 99.99%, needs: [far/get]}}}}
assumes: {{far/get: {{timeout: {{attempt: 1s}}, attempts: {attempts}}}}}
---
{{party: far, promises: {{get: {{availability: 99.9%}}}}}}
"""
    assert verdicts(text, "contract/cannot-hold") == ["conditional"]


def test_the_share_that_is_left_is_rounded_to_the_safe_side() -> None:
    text = """
{party: shop, promises: {page: {availability: 99.9%, needs: [a/get, b/get]}}}
---
{party: a, promises: {get: {availability: 99.95%}}}
---
{party: b, promises: {get: {at: GET /b}}}
"""
    assert bounds(findings(text, "contract/cannot-hold")) == ["at least 99.95%"]


# ---------------------------------------------------------------------- quantities


def grown(now: str, as_of: str, grows: str, limit: str, more: str = "") -> list[Finding]:
    text = f"""
party: one
assumes: {{store/files: {{sends: {{size: {{now: {now}, as_of: {as_of}, grows: {grows}}}}}{more}}}}}
---
{{party: store, promises: {{files: {{accepts: {{size: {limit}}}}}}}}}
"""
    return findings(text, "capacity/more-sent-than-accepted")


def test_a_growing_level_meets_its_limit_on_a_day() -> None:
    (found,) = grown("1.8TB", "2016-09-01", "40GB/30d", "2TB")
    assert "2017-01-29" in found.message


def test_the_last_day_on_which_it_fits_is_inside() -> None:
    assert grown("1.8TB", "2016-09-01", "40GB/30d", "2TB", ", until: 2017-01-29") == []
    assert len(grown("1.8TB", "2016-09-01", "40GB/30d", "2TB", ", until: 2017-01-30")) == 1


def test_a_level_that_outgrows_nothing_in_the_calendar_is_inside() -> None:
    assert grown("1B", "9999-12-30", "1B/30d", "2TB") == []


@pytest.mark.parametrize(("sent", "taken", "expected"), [
    ("60/min", "1/s", []),
    ("61/min", "1/s", ["mismatch"]),
    ("1MiB", "1MB", ["mismatch"]),
    ("1MB", "1MiB", []),
    ("90m", "1h30m", []),
    ("5", "5", []),
    ("EUR", "[EUR, USD]", []),
    ("5", "5kB", ["unanswered"]),
    ("N.s", "5", ["unanswered"]),
])  # fmt: skip
def test_quantities_are_held_against_each_other_in_their_units(sent: str, taken: str, expected: list[str]) -> None:
    text = f"{{party: a, assumes: {{b/c: {{sends: {{x: {sent}}}}}}}}}\n---\n{{party: b, promises: {{c: {{accepts: {{x: {taken}}}}}}}}}"
    assert verdicts(text, "capacity/more-sent-than-accepted") == expected


def test_rates_are_shown_in_the_unit_of_the_limit() -> None:
    assert show_amount(parse_rate("65/s"), "60/s") == "65/s"
    assert show_amount(parse_rate("65/s"), "60/min each") == "3900/min"
    assert show_amount(Amount("count", Fraction(7)), "5") == "7"


def test_callers_that_fit_alone_may_not_fit_together_in_one_environment() -> None:
    text = """
{party: orders, promises: {publish: {accepts: {rate: 60/s}}}}
---
{party: shop, assumes: {orders/publish: {sends: {rate: 40/s}}}}
---
{party: fair, only: {env: prod}, assumes: {orders/publish: {sends: {rate: 25/s}}}}
"""
    (found,) = findings(text, "capacity/callers-together-exceed")
    assert found.scope == (("env", "prod"),)
    assert found.subject == "shop+fair -> orders/publish"


# ---------------------------------------------------------------------- counted on


@pytest.mark.parametrize(("counted", "promised", "expected"), [
    ("p99: 200ms", "p99: 200ms", []),
    ("p99: 200ms", "p99.9: 200ms", []),
    ("p99: 200ms", "p99.9: 300ms", ["unanswered"]),
    ("p99: 200ms", "p99: 300ms", ["mismatch"]),
    ("p99: 200ms", "p90: 100ms", ["unanswered"]),
    ("p99: 300ms", "p99: 400ms, max: 300ms", []),
    ("max: 1s", "max: 2s", ["mismatch"]),
    ("max: 1s", "p99.9: 2s", ["unanswered"]),
    ("max: 1s", "max: none", ["mismatch"]),
    ("max: none", "max: 2s", []),
])  # fmt: skip
def test_latency_that_is_counted_on(counted: str, promised: str, expected: list[str]) -> None:
    text = f"{{party: a, assumes: {{b/c: {{latency: {{{counted}}}}}}}}}\n---\n{{party: b, promises: {{c: {{latency: {{{promised}}}}}}}}}"
    assert verdicts(text, "contract/counts-on-more-than-promised") == expected


def test_the_moves_of_both_sides_settle_it() -> None:
    text = "{party: a, assumes: {b/c: {availability: 99.9%}}}\n---\n{party: b, promises: {c: {availability: 99%}}}"
    (found,) = findings(text, "contract/counts-on-more-than-promised")
    assert [(move.party, move.do) for move in found.moves] == [
        ("a", "count on 99% availability"),
        ("b", "promise 99.9% availability"),
    ]


def test_a_promise_to_be_ready_is_read_by_both_clocks() -> None:
    text = """
{party: report, assumes: {house/table: {ready_by: "daily 04:30 UTC"}}}
---
{party: house, promises: {table: {ready_by: "daily 06:00 Europe/Berlin"}}}
"""
    (summer,) = findings(text, "contract/read-before-ready", date(2026, 6, 1))
    assert "2026-10-25 04:30 UTC" in summer.message
    (winter,) = findings(text, "contract/read-before-ready", date(2026, 12, 1))
    assert "2026-12-01 04:30 UTC" in winter.message


# ---------------------------------------------------------------------- owners


def parties(count: int, *more: str) -> str:
    return "\n---\n".join(
        [*(f"{{party: service-{number}, promises: {{get: {{at: GET /}}}}}}" for number in range(count)), *more]
    )


def test_a_handful_without_an_owner_are_named_one_by_one() -> None:
    assert len(findings(parties(5), "ownership/owner-unknown")) == 5


def test_more_than_a_handful_are_one_finding() -> None:
    (found,) = findings(parties(9), "ownership/owner-unknown")
    assert found.message.startswith("nobody is said to answer for 9 parties")
    assert len(found.questions) == 9


def test_a_list_of_teams_that_is_obviously_partial_accuses_nobody() -> None:
    owned = [f"{{party: shop-{number}, owner: team-{word}}}" for number, word in enumerate(("red", "green", "blue"))]
    found = findings("\n---\n".join([*owned, "{party: team-red, kind: team}"]), "ownership/owner-unknown")
    assert [each.verdict for each in found] == [Verdict.NOTE]


def test_teams_that_differ_in_a_number_are_no_slip() -> None:
    text = "\n---\n".join(
        [
            "{party: a, owner: team-platform-1}",
            "{party: b, owner: team-platform-2}",
            "{party: team-platform-1, kind: team}",
        ]
    )
    assert verdicts(text, "ownership/owner-unknown") == ["note"]


# ---------------------------------------------------------------------- all of them


STORY = """
{party: shop, owner: web, assumes: {orders/publish: {sends: {rate: 40/s, currency: [EUR, USD]}, recover: {within: 1h}, availability: 99.9%, until: 2030-01-01}}}
---
{party: fair, assumes: {orders/publish: {sends: {rate: 25/s}, latency: {p99: 1s}, freshness: 2h, fallback: paper/publish}}}
---
party: orders
kind: queue
promises:
  publish: {accepts: {rate: 60/s}, availability: 99%, latency: {max: 2s}, needs: [disk/write], sunset: 2029-01-01, to: [shop]}
  to-billing: {delivery: at-least-once, detect: none, recover: none, order: none, dead_letter: dead/read}
---
{party: disk, promises: {write: {latency: {max: 3s}, availability: 98%}}}
---
{party: paper, promises: {publish: {needs: [disk/write]}}}
---
{party: billing, assumes: {orders/to-billing: {accepts: {currency: EUR, rate: 30/s}, order: total}}}
---
{party: dead, promises: {read: {detect: none}}}
"""


def told(facts: Iterable[Fact]) -> list[object]:
    return [
        (each.rule, each.verdict, each.subject, each.message, [move.do for move in each.moves])
        for each in check(facts, as_of=AS_OF, rules=MINE).findings
    ]


def test_the_order_in_which_facts_are_read_never_matters() -> None:
    facts = facts_of(STORY)
    first = told(facts)
    assert len(first) > 15
    for seed in range(5):
        shuffled = facts[:]
        random.Random(seed).shuffle(shuffled)
        assert told(shuffled) == first


def test_every_mismatch_is_accepted_by_the_monitor() -> None:
    assert refused_witnesses(joined(facts_of(STORY), AS_OF)[0], MINE) == []


def test_no_message_speaks_to_the_reader_or_ends_in_a_full_stop() -> None:
    for each in check(facts_of(STORY), as_of=AS_OF, rules=MINE).findings:
        says = [each.message, *(statement.says for statement in each.statements), *(move.do for move in each.moves)]
        assert not [line for line in says if line.endswith(".") or " you " in f" {line} "]
