"""Ladders, clocks that run only on duty, and the worst instant for a page: against a reading minute by minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.boundaries.join.system import System
from accord.boundaries.people.course import Course, certain_end, course
from accord.boundaries.people.duty import Duty, duty, first_answer, gap, nanoseconds, worst_page
from accord.boundaries.people.ladder import answering, ladder
from accord.boundaries.people.recovery import due, recovery
from accord.model.duration import NANOSECONDS, parse_duration
from accord.model.fact import Fact
from accord.model.hours import ALWAYS, Hours, parse_hours
from accord.sources._claims import read_text

AS_OF = date(2026, 10, 20)  # the clocks of Europe change on the 25th
MINUTE = NANOSECONDS["m"]
START = nanoseconds(datetime(2026, 10, 20, tzinfo=UTC))


def system_of(text: str) -> System:
    facts = [item for item in read_text(text, "test", "accord.yaml") if isinstance(item, Fact)]
    return System(facts, AS_OF)


# ---------------------------------------------------------------------- who is paged when

LADDER = """
party: ledger
promises: {post: {recover: {by: first}}}
---
party: first
kind: rota
promises: {page: {acknowledge: 5m}}
escalates: [{after: 10m, unless: acknowledged, to: second}, {after: 1h, unless: recovered, to: vendor/support}]
---
party: second
kind: rota
escalates: [{after: 15m, to: third}, {after: 20m, to: first}]
---
party: third
kind: rota
promises: {hotline: {acknowledge: 1m, hours: 24x7}}
---
party: vendor
kind: external
promises: {support: {acknowledge: 4h}, sales: {acknowledge: 1d}}
"""


def test_each_party_stands_at_its_earliest_page_counted_from_the_first() -> None:
    levels = ladder(system_of(LADDER), "ledger", "post").levels
    shown = [(level.subject, level.after // MINUTE, level.pager) for level in levels]
    assert shown == [
        ("first/page", 0, "ledger"),
        ("second/page", 10, "first"),
        ("third/hotline", 25, "second"),
        ("vendor/support", 60, "first"),
    ]


def test_a_way_back_is_told_with_its_path() -> None:
    (back,) = ladder(system_of(LADDER), "ledger", "post").returns
    assert back.path == ("first", "second", "first")


def test_a_ladder_begins_with_whom_the_alert_pages_where_nobody_is_named() -> None:
    text = """
party: ledger
promises: {post: {detect: {by: LedgerDown}}}
---
party: LedgerDown
kind: alert
escalates: [{after: 2m, to: first}]
---
party: first
kind: rota
escalates: [{after: 5m, to: second}]
"""
    levels = ladder(system_of(text), "ledger", "post").levels
    assert [(level.party, level.after // MINUTE) for level in levels] == [("first", 2), ("second", 7)]


def test_a_name_means_its_page_else_its_only_operation() -> None:
    system = system_of(LADDER)
    assert answering(system, "first") == ("first", "page")
    assert answering(system, "third") == ("third", "hotline")
    assert answering(system, "vendor") == ("vendor", "page")
    assert answering(system, "vendor/support") == ("vendor", "support")
    assert answering(system, "nobody") == ("nobody", "page")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 30)), max_size=15))
@settings(max_examples=100, deadline=None)
def test_a_ladder_is_a_search_for_shortest_ways(rungs: list[tuple[int, int, int]]) -> None:
    documents = ["party: ledger\npromises: {post: {recover: {by: p0}}}"]
    for name in range(6):
        own = [f"{{after: {after}m, to: p{to}}}" for start, to, after in rungs if start == name]
        if own:
            documents.append(f"party: p{name}\nescalates: [{', '.join(own)}]")
    found = ladder(system_of("\n---\n".join(documents)), "ledger", "post")
    best = {0: 0}
    for _ in range(6):
        for start, to, after in rungs:
            if start in best:
                best[to] = min(best.get(to, 10**9), best[start] + after)
    assert {level.party: level.after // MINUTE for level in found.levels} == {
        f"p{name}": at for name, at in best.items()
    }
    for back in found.returns:
        assert back.path[-1] in back.path[:-1]


# ---------------------------------------------------------------------- clocks that run on duty

HOURS = (
    "24x7",
    "Mon-Fri 09:00-18:00 Europe/Berlin",
    "daily 22:00-06:00 America/New_York",
    "daily 00:30-03:30 Europe/Berlin",
    "Sat-Sun 08:00-20:00 Asia/Kolkata",
    "daily 18:00-09:00 Europe/Berlin",
)


@given(st.sampled_from(HOURS), st.integers(0, 7 * 24 * 60), st.integers(0, 900))
@settings(max_examples=150, deadline=None)
def test_a_clock_runs_only_on_duty(text: str, start: int, span: int) -> None:
    on, at, left = Duty(parse_hours(text), AS_OF), START + start * MINUTE, span
    while not on.holds(at):
        at += MINUTE
    while left:
        left -= on.holds(at)
        at += MINUTE
    assert on.elapsed(START + start * MINUTE, span * MINUTE) == at


def test_four_hours_from_friday_afternoon_may_be_monday() -> None:
    on = Duty(parse_hours("Mon-Fri 09:00-18:00 Europe/Berlin"), AS_OF)
    friday = nanoseconds(datetime(2026, 10, 23, 14, tzinfo=UTC))  # 16:00 in Berlin
    monday = nanoseconds(datetime(2026, 10, 26, 10, tzinfo=UTC))  # 11:00, the clocks have changed
    assert on.elapsed(friday, parse_duration("4h")) == monday


def test_a_clock_that_never_runs_out_has_no_end() -> None:
    assert Duty(Hours(), AS_OF).elapsed(START, 1) is None


level_times = st.tuples(
    st.integers(0, 90).map(lambda number: number * MINUTE),
    st.integers(0, 120).map(lambda number: number * MINUTE),
    st.sampled_from(HOURS).map(parse_hours),
)


@given(st.lists(level_times, min_size=1, max_size=3), st.sampled_from(HOURS).map(parse_hours), st.integers(0, 200))
@settings(max_examples=60, deadline=None)
def test_the_worst_page_is_not_beaten_by_any_minute(
    levels: list[tuple[int, int, Hours]], needed: Hours, stretch: int
) -> None:
    given_levels, lasts = tuple(levels), stretch * MINUTE
    worst = worst_page(given_levels, needed, 0, lasts, AS_OF)
    longest = answered_after(given_levels, worst)
    wanted = duty(needed, AS_OF)
    gapless = gap(needed, [hours for _, _, hours in given_levels], AS_OF) is None
    for minute in range(0, 9 * 24 * 60, 7):
        at = START + minute * MINUTE
        if wanted.holds_through(at, at + lasts) and is_answered_by_duty(given_levels, at, gapless):
            assert worst is not None
            assert answered_after(given_levels, at) <= longest + NANOSECONDS["s"]
    if worst is not None:
        assert wanted.holds_through(worst, worst + lasts)


def is_answered_by_duty(levels: tuple[tuple[int, int, Hours], ...], page: int, gapless: bool) -> bool:
    if not any(duty(hours, AS_OF).holds(page + after) for after, _, hours in levels):
        return False
    answer = first_answer(levels, page, AS_OF)
    assert answer is not None
    return gapless or any(
        on.elapsed(page + after, within) == answer[0] and on.holds_through(page + after, answer[0])
        for after, within, on in ((after, within, duty(hours, AS_OF)) for after, within, hours in levels)
    )


def answered_after(levels: tuple[tuple[int, int, Hours], ...], page: int | None) -> int:
    answer = first_answer(levels, page, AS_OF) if page is not None else None
    return -1 if answer is None or page is None else answer[0] - page


def test_on_duty_the_answer_is_the_smallest_sum_of_pause_and_promise() -> None:
    levels = ((0, 30 * MINUTE, ALWAYS), (10 * MINUTE, 5 * MINUTE, ALWAYS))
    assert first_answer(levels, START, AS_OF) == (START + 15 * MINUTE, 1)


# ---------------------------------------------------------------------- gaps


def test_a_gap_is_looked_for_at_the_dates_that_exceptions_name_too() -> None:
    always, later = parse_hours("24x7"), parse_hours(["24x7", "except 2027-12-24"])
    past = parse_hours(["24x7", "except 2002-07-01T21:00Z/2002-07-02T04:00Z"])
    assert gap(always, [later], AS_OF) == datetime(2027, 12, 24, tzinfo=UTC)
    assert gap(always, [past], AS_OF) == datetime(2002, 7, 1, 21, tzinfo=UTC)
    assert gap(always, [past, later], AS_OF) is None


@pytest.mark.parametrize("day", [date.min, date.max, date(1970, 1, 1)])
def test_no_day_is_too_early_or_too_late(day: date) -> None:
    offered = parse_hours(["daily 08:00-20:00 Europe/Berlin", f"except {date.min}/{date.max}"])
    assert gap(ALWAYS, [offered], day) is not None


# ---------------------------------------------------------------------- the whole course

COURSE = """
party: ledger
promises: {{post: {{hours: {hours}, recover: {{by: duty, within: {within}, how: failover}}}}}}
---
party: duty
kind: rota
promises: {{page: {{acknowledge: 10m, hands_on: 5m, hours: {duty}}}}}
---
party: failover
kind: procedure
steps: [{{do: promote the replica, by: duty, takes: {takes}, done: it is primary}}]
"""


def course_of(text: str, as_of: date = AS_OF) -> Course:
    system = system_of(text)
    side, repair = system.promised("ledger", "post"), recovery(system, "ledger", "post")
    owed = due(side, side.get("hours"))
    assert repair is not None
    assert owed is not None
    goes = course(repair, owed, as_of)
    assert goes is not None
    assert certain_end(repair, owed, as_of) is (goes.ends <= goes.due)
    return goes


def told(within: str = "30m", takes: str = "15m", hours: str = "24x7", on_duty: str = "24x7") -> tuple[int, int]:
    goes = course_of(COURSE.format(within=within, takes=takes, hours=hours, duty=on_duty))
    return goes.ends // MINUTE, goes.due // MINUTE


def test_the_sum_is_exact_and_a_bound_that_is_met_holds() -> None:
    assert told() == (30, 30)
    assert told(takes="16m") == (31, 30)


def test_a_promise_in_office_hours_is_judged_while_its_clock_does_not_pause() -> None:
    assert told(hours='"Mon-Fri 09:00-18:00 Europe/Berlin"', on_duty='"Mon-Fri 09:00-18:00 Europe/Berlin"') == (30, 30)


def test_out_of_hours_the_next_rung_answers_however_late_it_is() -> None:
    further = 'hours: "daily 08:00-20:00 UTC"}}\nescalates: [{after: 4h, to: night}]\n---\nparty: night\npromises: {page: {acknowledge: 1m, hands_on: 5m, hours: 24x7'
    text = COURSE.format(within="30m", takes="15m", hours="24x7", duty="").replace("hours: }}", further + "}}")
    goes = course_of(text)
    assert goes.due // MINUTE == 30
    assert goes.ends // MINUTE == 4 * 60 + 1 + 5 + 15


def test_where_nobody_is_on_duty_for_long_the_gap_is_another_finding() -> None:
    assert told(on_duty='"daily 08:00-20:00 UTC"') == (30, 30)


def test_the_day_of_the_check_decides_nothing_that_repeats_each_week() -> None:
    text = COURSE.format(within="10m", takes="1m", hours="24x7", duty='"Mon-Fri 09:00-18:00 Europe/Berlin"')
    assert len({course_of(text, AS_OF + timedelta(days=days)).ends for days in range(0, 14, 3)}) == 1
