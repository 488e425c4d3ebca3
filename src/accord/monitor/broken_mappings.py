"""Whether statements that mappings read from the house's own files break an expectation. A function returns why not, or ""."""

from itertools import combinations

from accord.model.contract_values import Related
from accord.model.fact import Fact
from accord.monitor.timeline import Timeline

_FROM_FILES = "mapping"


def port_belongs_to_one(line: Timeline) -> str:
    """Broken when one mapping reads the ports of two parties at two places of one file, and they are one port."""
    said = [step.fact for step in line.said("at") if step.fact is not None and step.fact.source == _FROM_FILES]
    for one, other in combinations(said, 2):
        if one.provider != other.provider and _of_one_host(one, other) and not _ports(one).isdisjoint(_ports(other)):
            return ""
    return "no two parties have one port of one host"


def _of_one_host(one: Fact, other: Fact) -> bool:
    same_file = (one.place.root, one.place.file) == (other.place.root, other.place.file)
    return same_file and one.place != other.place and _mapping(one) == _mapping(other)


def _mapping(fact: Fact) -> str:
    return fact.version.partition(", over ")[0]


def _ports(fact: Fact) -> set[str]:
    addresses = fact.value if isinstance(fact.value, tuple) else ()
    return {address for address in addresses if address.partition(" ")[0] in ("tcp", "udp")}


def relation_kept(line: Timeline) -> str:
    """Broken when the two sides of one declared relation do not stand in it."""
    said = [step.fact for step in line.said("relation.") if step.fact is not None]
    for this in said:
        for other in said:
            if _is_one(this, other) and not _stands(this.value, other.value):
                return ""
    return "the declared relation holds"


def _is_one(this: Fact, other: Fact) -> bool:
    """Whether these are the two sides of one relation."""
    sides = isinstance(this.value, Related) and isinstance(other.value, Related)
    if not sides or this.value.word != "this" or other.value.word == "this" or this.provider != other.provider:
        return False
    return this.term.rpartition(".")[0] == other.term.rpartition(".")[0]


def _stands(this: Related, other: Related) -> bool:
    if this.amount is None or other.amount is None:
        return other.word != "equals" or this.text == other.text
    if this.amount.dimension != other.amount.dimension:
        return True
    difference = this.amount.value - other.amount.value
    return difference < 0 if other.word == "below" else difference <= 0 if other.word == "at_most" else not difference
