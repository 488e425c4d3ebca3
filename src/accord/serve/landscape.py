"""The contracts that are carried by: read from files at the start, and again when asked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from accord.cases.carrying import Carrying
from accord.check import joined
from accord.files.config import Config
from accord.files.digests import digests
from accord.files.read import read
from accord.files.vocabulary import stated
from accord.model.fact import Fact, Stance
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.report._places import where
from accord.store.interface import People
from accord.store.person import Person

NAMED = 5
"""Places that cannot be read that one refusal names."""


class Observing(Struct, frozen=True):
    """What was asked what really happens, and why what was not read was not."""

    sources: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def carrying_in(
    paths: Sequence[str], config: Config, last: str, people: People, observed: Sequence[Fact] = ()
) -> tuple[Carrying, tuple[Problem, ...]]:
    """What the contracts in these paths say of signals, beside what was observed, and what could not be read.

    What was observed may stand in these paths too: no file of it counts twice.
    """
    reading = read(tuple(paths), config)
    files = {_file(each.place) for each in reading.facts if each.stance is Stance.OBSERVES}
    observed = [each for each in observed if _file(each.place) not in files]
    words = () if reading.facts else [each for each in stated(config) if isinstance(each, Fact)]
    system, refused = joined((*reading.facts, *words, *observed), _today())
    known = {name.lower(): reached.pseudonym for reached in config.people for name in reached.known_as}
    return Carrying(system, last, Pseudonyms(people), known, digests(reading.facts)), (*reading.problems, *refused)


def _file(place: Place) -> Path:
    return Path(place.root, place.file).resolve()


def check_readable(problems: Iterable[Problem], in_use: Iterable[Problem]) -> None:
    """Raises Refused where something cannot be read now and could in the reading that is in use; lines may have moved."""
    known = {(each.place.root, each.place.file, each.reason) for each in in_use}
    lost = [each for each in problems if (each.place.root, each.place.file, each.reason) not in known]
    if lost:
        told = "; ".join(f"{where(each.place)}: {each.reason}" for each in lost[:NAMED])
        raise Refused(f"not read: {told}{f'; and {len(lost) - NAMED} more' if len(lost) > NAMED else ''}")


def admitted(people: People, reached: Iterable[Person], carrying: Carrying) -> None:
    """Keeps who is reached by which channels; several consumers of one operation are told as one, on the addresses of all."""
    known = {person.pseudonym: person for person in reached}
    for name in carrying.joint_parties():
        addresses = [address for part in name.split("+") if part in known for address in known[part].addresses]
        known[name] = Person(name, addresses=tuple(addresses))
    for person in known.values():
        before = people.person(person.pseudonym) or Person(person.pseudonym)
        verified = {(each.channel, each.to): each.verified_ns for each in before.addresses}
        kept = tuple(replace(each, verified_ns=verified.get((each.channel, each.to), 0)) for each in person.addresses)
        if before.addresses != kept or people.person(person.pseudonym) is None:
            people.admit(replace(before, addresses=kept)).result()


def unreached(people: People, carrying: Carrying, now_ns: int) -> Iterator[str]:
    """Whoever may be told and has no channel, as rotas and contracts call them."""
    for name in carrying.told(now_ns):
        person = people.person(name)
        if person is None or not person.addresses:
            yield (person.known_as if person is not None else "") or name


def _today() -> date:
    return datetime.now(UTC).date()  # noqa: TID251  # the shell of a program that runs


class Pseudonyms:
    """Gives the pseudonym of whom a rota names; somebody new gets one."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The pseudonym."""
        if name not in self._known:
            known = name if self._people.person(name) is not None else self._people.pseudonym_of(name)
            self._known[name] = known or self._people.admit(Person("", name, name)).result().pseudonym
        return self._known[name]
