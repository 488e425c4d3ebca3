"""Calls that nobody states and a variable shows: it holds the address of a service that is known by that address.

A host without its cluster's ending is a service only where one of that name is declared near by, or where a contract
gives itself that name; any other address may be anything.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.facts import Facts
from accord.boundaries.join.pods import is_itself
from accord.boundaries.join.scopes import joint_scope
from accord.model.fact import ANY, Fact, Layer, Stance
from accord.sources._hosts import party_of_host

SETTING = "setting."
TAKES = "takes_settings"
MENTIONED = "mentioned"
HOLDER = "configmap:"
FILE = "envfile:"
_DECLARES, _ALIASES = "declares", ("names.kubernetes", "names.dns")
_COMPOSE = "compose:"
_CLUSTER = ".svc"
_OF_THE_PLATFORM = "kubernetes:default/kubernetes"
"""The API server of a cluster, by the name that it has inside: nobody's service here unless somebody declares it."""


class _Known(Struct, frozen=True):
    """Who is known by an address: what manifests declare below each root, and what contracts call themselves."""

    declared: frozenset[tuple[str, str]]
    called: frozenset[str]

    def is_service(self, party: str, host: str, root: str) -> bool:
        """Whether this host is a service beyond doubt."""
        in_cluster = f"{host}.".find(f"{_CLUSTER}.") > 0 and host.count(".") > 1 and party != _OF_THE_PLATFORM
        return in_cluster or (root, party) in self.declared or party in self.called


def reached(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts, each variable that points at a service now a call of that service, the others left out."""
    read = Facts.of(facts)
    settings = read.family(SETTING)
    if not settings:
        return tuple(fact for fact in read if fact.term != TAKES) if TAKES in read.terms else read
    touched = {TAKES, *settings}
    calls = _Calls(Facts(read.tying.values()), settings)
    becomes = {spot: calls.of(fact) for spot, fact in read.tying.items() if fact.term in touched}
    return read.with_each(becomes, (MENTIONED,))


class _Calls:
    """The calls that variables show, each once; `facts` are those about settings and about who is called what."""

    def __init__(self, facts: Facts, settings: Iterable[str]) -> None:
        self.known = _Known(
            frozenset((fact.place.root, fact.provider) for fact in facts.about((_DECLARES,))),
            frozenset(_aliases(facts)),
        )
        self.held: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts.about(settings):
            if fact.provider.startswith((HOLDER, FILE)):
                self.held.setdefault((fact.place.root, fact.provider), []).append(fact)
        self.takers = _takers(facts)
        self.told: set[Fact] = set()

    def of(self, fact: Fact) -> Iterator[Fact]:
        """The calls that a variable shows, or those that a party takes from elsewhere do; none that was told before."""
        if fact.term == TAKES:
            shown = list(_taken(fact, self.held, self.takers))
        else:
            shown = [] if fact.provider.startswith((HOLDER, FILE)) else [fact]
        for setting in shown:
            for call in _calls(fact, setting, self.known):
                if call not in self.told:
                    self.told.add(call)
                    yield call


def _aliases(facts: Facts) -> Iterator[str]:
    """The addresses that contracts give themselves, as local names."""
    for fact in facts.about(_ALIASES):
        if isinstance(fact.value, tuple):
            yield from (f"{fact.term.removeprefix('names.')}:{name}" for name in fact.value)


def _takers(facts: Facts) -> dict[tuple[str, str], set[str]]:
    """Who takes the variables of each holder, all of them at once."""
    found: dict[tuple[str, str], set[str]] = {}
    for fact in facts.about((TAKES,)):
        for reference in fact.value:
            if "#" not in reference and not reference.startswith("-"):
                found.setdefault((fact.place.root, reference), set()).add(fact.provider)
    return found


def _taken(
    fact: Fact, held: Mapping[tuple[str, str], list[Fact]], takers: Mapping[tuple[str, str], set[str]]
) -> Iterator[Fact]:
    """The variables that a party takes from elsewhere: the one that is named after `#`, or all of a holder but for `-NAME`.

    Who takes all with others, and gets the addresses of several, need not use each: then none is taken for its own.
    """
    beside = {SETTING + name[1:] for name in fact.value if name.startswith("-")}
    for reference in reversed(fact.value):
        if reference.startswith("-"):
            continue
        holder, _, key = reference.partition("#")
        name = holder if holder.startswith(FILE) else HOLDER + holder
        settings = [one for one in held.get((fact.place.root, name), []) if one.term not in beside]
        if key:
            yield from (setting for setting in settings if setting.term == SETTING + key)
        elif len(takers[(fact.place.root, holder)]) == 1 or len({host for one in settings for host in one.value}) == 1:
            yield from settings
        if holder.startswith(FILE):  # of a variable in two files the last counts
            beside |= {one.term for one in settings}


def _calls(by: Fact, setting: Fact, known: _Known) -> Iterator[Fact]:
    scope = joint_scope(by.scope, setting.scope)
    namespace = by.provider.partition(":")[2].rpartition("/")[0]
    for host in setting.value if scope is not None else ():
        party = f"{_COMPOSE}{namespace}/{host}" if by.provider.startswith(_COMPOSE) else party_of_host(host, namespace)
        if party and not is_itself(by.provider, party) and known.is_service(party, host, by.place.root):
            yield replace(
                setting,
                says=by.provider,
                stance=Stance.ASSUMES,
                consumer=by.provider,
                provider=party,
                operation=ANY,
                term=MENTIONED,
                value=True,
                text=f"{setting.term.removeprefix(SETTING)} is {host}",
                layer=Layer.CODE,
                scope=scope,
            )
