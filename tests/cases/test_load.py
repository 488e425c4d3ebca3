"""The load of pages: figures against a plain look at every window and every clock, and targets that are not judged too early."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from accord.boundaries.people.duty import instant_at, nanoseconds
from accord.cases.load import HOUR, MINUTE, SHIFT, TEN_MINUTES, Load, Page, Standing, load, targets

SPRING = nanoseconds(datetime(2027, 3, 27, tzinfo=UTC))
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")


@st.composite
def pages(draw: st.DrawFn) -> list[Page]:
    made = []
    for _ in range(draw(st.integers(0, 25))):
        cases = tuple(draw(st.sets(st.sampled_from("abcde"), min_size=1, max_size=2)))
        at = SPRING + draw(st.integers(0, 48 * 60)) * MINUTE
        made.append(Page(at, cases, tuple(f"key of {case}" for case in cases), draw(st.sampled_from(ZONES)), ("rota",)))
    return made


@given(pages())
@settings(max_examples=200, deadline=None)
def test_figures_are_those_of_a_plain_look_at_every_window(paged: list[Page]) -> None:
    found = load(paged, lambda person: person)
    assert (found.pages, found.incidents) == (len(paged), len({case for page in paged for case in page.cases}))
    inside = [[page for page in paged if at <= page.at_ns < at + TEN_MINUTES] for at in {page.at_ns for page in paged}]
    assert found.peak == max((len(each) for each in inside), default=0)
    binned = [page.at_ns // TEN_MINUTES for page in paged]
    assert found.crowded == sum(binned.count(each) > 10 for each in set(binned))
    longer = [[page for page in paged if at <= page.at_ns < at + SHIFT] for at in {page.at_ns for page in paged}]
    assert found.most_incidents == max(
        (len({case for page in each for case in page.cases}) for each in longer), default=0
    )
    clocks = [instant_at(page.at_ns).astimezone(ZoneInfo(page.person)) for page in paged]
    nights = [clock for clock in clocks if not 7 <= clock.hour < 23]
    assert found.at_night == len(nights)
    assert found.on_weekend == sum(clock.strftime("%a") in ("Sat", "Sun") for clock in clocks if 7 <= clock.hour < 23)
    assert found.loudest == (1 if paged else 0) and found.sources == found.incidents


def test_what_is_not_known_of_a_clock_is_not_counted() -> None:
    one = Page(SPRING, ("a",), ("a",), "p-1", ())
    found = load([one], lambda _: "")
    assert (found.pages, found.at_night, found.on_weekend) == (1, None, None)


def one_page(after: int, case: int, key: int) -> Page:
    return Page(SPRING + after, (str(case),), (str(key),), "p", ())


def standings(seen: Load, acted: tuple[int, int] = (1, 20), known_days: int = 30) -> dict[str, Standing]:
    return {each.name: each.standing for each in targets(seen, 30, acted, 0, known_days)}


def test_nothing_is_judged_before_thirty_days_are_known() -> None:
    busy = load([one_page(number * MINUTE, number, number) for number in range(20)], lambda _: "UTC")
    assert set(standings(busy, known_days=29).values()) == {Standing.OPEN}
    assert {each.why for each in targets(busy, 30, (1, 20), 0, 29)} >= {"29 of 30 days are in the ledger"}
    judged = standings(busy)
    assert judged["pages in the busiest ten minutes"] is Standing.WITHIN
    assert judged["deviations in the busiest twelve hours"] is Standing.ABOVE
    assert judged["deviations on which somebody acted"] is Standing.ABOVE
    assert judged["pages in ten minutes, on average"] is Standing.WITHIN


def test_a_flood_is_counted_by_the_windows_that_it_fills() -> None:
    name = "windows of ten minutes with more than 10"
    begins = SPRING // TEN_MINUTES * TEN_MINUTES - SPRING
    for filled, standing in ((43, Standing.WITHIN), (44, Standing.ABOVE)):  # of 4,320 in 30 days
        flood = [
            one_page(begins + window * TEN_MINUTES + second * 1_000_000_000, 0, 0)
            for window in range(filled)
            for second in range(11)
        ]
        assert load(flood, lambda _: "UTC").crowded == filled
        assert standings(load(flood, lambda _: "UTC"))[name] is standing


def test_a_share_that_no_rota_could_meet_is_not_judged() -> None:
    few = load([one_page(number * HOUR, 0, number) for number in range(199)], lambda _: "UTC")
    name = "share of the 10 loudest sources"
    assert standings(few)[name] is Standing.OPEN
    many = load([one_page(number * HOUR, 0, number) for number in range(200)], lambda _: "UTC")
    assert standings(many)[name] is Standing.WITHIN
    loud = load([one_page(number * HOUR, 0, number % 200) for number in range(220)], lambda _: "UTC")
    assert standings(loud)[name] is Standing.ABOVE


def test_without_a_page_nothing_could_lead_to_an_action() -> None:
    nothing = load([], lambda _: "UTC")
    assert standings(nothing, (0, 0))["deviations on which somebody acted"] is Standing.OPEN
    assert all(each.source for each in targets(nothing, 30, (0, 0), 0, 365))
    assert (nothing.at_night, nothing.peak, nothing.loudest) == (0, 0, 0)
