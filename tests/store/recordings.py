"""Cases that were carried somewhere, as entries of a ledger."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from accord.cases.deviation import Deviation
from accord.cases.events import Clear, Fire, Timer
from accord.cases.policy import Policy
from accord.store.interface import Ledger
from accord.store.person import Address, Person
from accord.store.rows import Entry
from cases.carried import DEVIATION, MINUTE, POLICY, START, Carried

KEY = DEVIATION.key
Opening = Callable[[], Ledger]


def deviation(name: str = "") -> Deviation:
    return replace(DEVIATION, partition=name)


def fire(event_id: str, name: str = "", at_ns: int = START, source: str = "", policy: Policy = POLICY) -> Entry:
    return Entry(deviation(name).key, Fire(event_id, at_ns, deviation(name), source), policy)


def clear(event_id: str, name: str = "", at_ns: int = START + MINUTE, source: str = "") -> Entry:
    return Entry(deviation(name).key, Clear(event_id, at_ns, source), POLICY)


def entries(carried: Carried, name: str = "") -> Iterator[Entry]:
    """What was heard by a case, with ids that are its own."""
    for event, policy in carried.events:
        yield Entry(carried.deviation.key, replace(event, id=f"{name}{event.id}"), policy)


def a_whole_life(name: str = "") -> Carried:
    """From the first signal to the confirmation of the other side, with a level that does not answer on the way."""
    carried = Carried(deviation=deviation(name))
    carried.fire()
    carried.timer(late=MINUTE)
    carried.after(MINUTE).commit()
    carried.after(MINUTE).fire("again")
    carried.after(5 * MINUTE).fixed()
    carried.after(MINUTE).confirm(by="c0")
    return carried


def fire_timers(ledger: Ledger, now_ns: int) -> int:
    """What the loop does: every deadline that passed, once, in order; how many there were."""
    due = ledger.due(now_ns)
    for case in due:
        event = Timer(f"timer {case.id} {case.turn}", now_ns, case.turn, case.deadline_ns)
        policy = ledger.policy_of(case.key)
        assert policy is not None
        ledger.record([Entry(case.key, event, policy)]).result()
    return len(due)


def admit(ledger: Ledger, *names: str, channels: tuple[str, ...] = ("ntfy",)) -> None:
    for name in names:
        addresses = tuple(Address(channel, f"{name}@{channel}", after=n * MINUTE) for n, channel in enumerate(channels))
        ledger.admit(Person(name, name=f"The {name}", known_as=f"rota-{name}", addresses=addresses)).result()
