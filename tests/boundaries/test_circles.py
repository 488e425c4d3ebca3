"""Ways back on ladders: the same ones as when every party is followed, and found in a time that grows with the rungs."""

from random import Random

from accord.boundaries.join.knots import knots
from accord.boundaries.join.system import System
from accord.boundaries.people.summons import MOST_STARTS, circles
from accord.check import check
from accord.model.fact import Fact
from accord.sources._claims import read_text
from counted import steps


def facts_of(text: str) -> list[Fact]:
    return [item for item in read_text(text, "test", "accord.yaml") if isinstance(item, Fact)]


def chain(length: int) -> str:
    """One operation whose ladder has so many rotas, each paging the next."""
    shop = "party: shop\npromises: {pay: {latency: {max: 5s}, recover: {by: r0, within: 1h}}}\n"
    rungs = [f"escalates: [{{after: 5m, unless: acknowledged, to: r{number}}}]\n" for number in range(1, length)]
    rotas = [
        f"party: r{number}\nkind: rota\npromises: {{page: {{acknowledge: 10m}}}}\n{rung}"
        for number, rung in enumerate([*rungs, ""])
    ]
    return "---\n".join([shop, *rotas])


def ring(length: int) -> str:
    return "---\n".join(
        f"party: r{number}\nkind: rota\nescalates: [{{after: 5m, to: r{(number + 1) % length}}}]\n"
        for number in range(length)
    )


def reached(leads: dict[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(leads.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += leads.get(name, ())
    return found


def test_a_knot_is_who_reaches_each_other() -> None:
    random = Random(1)
    for _ in range(300):
        names = [f"n{number}" for number in range(random.randint(1, 7))]
        leads = {name: random.choices([*names, "outside"], k=random.randint(0, 2)) for name in names}
        reach = {name: reached(leads, name) for name in names}
        wanted = {
            tuple(sorted(other for other in names if other in reach[name] and name in reach[other]))
            for name in names
            if name in reach[name]
        }
        assert {tuple(knot) for knot in knots(leads)} == wanted


def test_a_ring_is_told_once_from_its_first_party_whatever_its_length() -> None:
    for length in (1, 2, 5, 3 * MOST_STARTS):
        ((party, back),) = circles(System(facts_of(ring(length))), {})
        assert (party, len(set(back.path))) == ("r0", length)


def test_whoever_answers_settles_the_ring() -> None:
    answering = "---\nparty: r1\nkind: rota\npromises: {page: {acknowledge: 5m}}\nescalates: [{to: r2}]\n"
    assert list(circles(System(facts_of(ring(3).replace("party: r1\n", "party: r9\n") + answering)), {})) == []


def test_a_long_ladder_is_followed_by_work_that_grows_with_its_length() -> None:
    short, long = facts_of(chain(100)), facts_of(chain(400))
    assert steps(lambda: check(long)) < 5 * steps(lambda: check(short))
