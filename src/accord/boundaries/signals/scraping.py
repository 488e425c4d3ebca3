"""How often the targets are read whose series an alert asks for: which server loads the rule, which of its jobs is meant."""

from collections.abc import Iterator, Set
from fnmatch import fnmatchcase
from itertools import takewhile
from posixpath import dirname, join, normpath

from msgspec import Struct

from accord.boundaries.join.memory import once, once_each
from accord.boundaries.join.system import System
from accord.boundaries.join.telling import telling
from accord.boundaries.join.view import View
from accord.boundaries.platforms.programs import by_default
from accord.boundaries.signals.alerting import Alert
from accord.model.alerting import Selection
from accord.model.fact import Fact

_PARTY = "prometheus:"
_JOB = "#job/"
_NEED_TWO = frozenset(("rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"))
UNREAD = "scrape.unread"
"""What is stated of the configuration of a server that could not be read."""


class Server(Struct, frozen=True):
    """One server with its jobs by name; `interval` is stated or, as a fact of its own, the default."""

    party: str
    first: Fact
    interval: Fact
    jobs: dict[str, Fact]
    rule_files: Fact | None = None

    def intervals(self, selection: Selection) -> list[Fact]:
        """How often those jobs are read that can have made the series: the one it names, else all; none where unknown."""
        wanted = dict(selection.labels).get("job")
        if wanted is None:
            return list(self.jobs.values())
        return [self.jobs[wanted]] if wanted in self.jobs else []

    def loads(self, file: str) -> bool:
        """Whether one of its patterns names the file, from its own folder or by the last parts of both paths."""
        for pattern in self.rule_files.value if self.rule_files is not None else ():
            if fnmatchcase(file, normpath(join(dirname(self.first.place.file), pattern))):
                return True
            depth = min(pattern.count("/"), 1) + 1
            ends = ("/".join(path.split("/")[-depth:]) for path in (file, pattern))
            if fnmatchcase(*ends):
                return True
        return False


def servers(system: System, view: View) -> tuple[Server, ...]:
    """Every server that was read from a prometheus.yml; worked out once."""
    key = ("servers", tuple(sorted(view.items())))
    known: tuple[Server, ...] | None = system.memory.get(key)
    if known is None:
        known = system.memory[key] = tuple(_servers(system, view))
    return known


def _servers(system: System, view: View) -> Iterator[Server]:
    jobs: dict[str, dict[str, Fact]] = {}
    for party in system.parties:
        if party.startswith(_PARTY) and _JOB in party:
            said = system.party(party, view)
            name = said.get("scrape.job")
            if name is not None:
                jobs.setdefault(party.partition(_JOB)[0], {})[str(name.value)] = said.get("scrape.interval") or name
    for party in telling(system, "rule_files"):
        jobs.setdefault(party, {})  # its jobs stand in other files, or it only evaluates
    for party, named in jobs.items():
        said = system.party(party, view)
        stated = said.get("scrape.interval")
        first = stated or said.get("rule_files") or next(iter(named.values()), None)
        if first is None:
            continue  # it says something in other views only
        interval = stated or by_default("prometheus", "scrape.interval", first)
        if interval is not None:
            read = {job: fact if fact.term == "scrape.interval" else interval for job, fact in named.items()}
            yield Server(party, first, interval, read, said.get("rule_files"))


def over_windows(alert: Alert, recorded: Set[str]) -> list[Selection]:
    """The series that an alert asks for over a window that must hold two samples, those that a rule records apart."""
    every = alert.expression.selections
    asked = [one for one in every if one.window and one.within in _NEED_TWO and ":" not in one.metric]
    return [one for one in asked if one.metric not in recorded] if recorded else asked


def below_root(system: System, alert: Alert, view: View) -> list[Server]:
    """The servers that were read under the root of an alert: no other can load it."""
    return _below(system, alert.name.place.root, view)


@once_each
def _below(system: System, root: str, view: View) -> list[Server]:
    return [server for server in servers(system, view) if server.first.place.root == root]


def server_of(system: System, view: View, alert: Alert) -> Server | None:
    """The server that loads the rule, of several the one whose file lies nearest; None where that tells none or no single one."""
    place = alert.name.place
    return _nearest(system, place.root, place.file, view) if below_root(system, alert, view) else None


def loading(system: System, view: View, alert: Alert) -> list[Server]:
    """Every server that loads the rule."""
    place = alert.name.place
    return _loading(system, place.root, place.file, view) if below_root(system, alert, view) else []


@once_each
def _nearest(system: System, root: str, file: str, view: View) -> Server | None:
    found = _loading(system, root, file, view)
    most = max((_shared(server, file) for server in found), default=0)
    nearest = [server for server in found if _shared(server, file) == most]
    return nearest[0] if len(nearest) == 1 else None


@once_each
def _loading(system: System, root: str, file: str, view: View) -> list[Server]:
    return [server for server in _below(system, root, view) if server.loads(file)]


def is_alone(system: System, alert: Alert) -> bool:
    """Whether no server stands below the root of an alert, not even one that could not be read."""
    return alert.name.place.root not in _roots_of_servers(system)


@once
def _roots_of_servers(system: System) -> frozenset[str]:
    said = system.about("scrape.job", "scrape.interval", "rule_files", UNREAD)
    return frozenset(fact.place.root for fact in said if fact.subject.startswith(_PARTY))


def _shared(server: Server, file: str) -> int:
    """How many folders the paths of a server and of a rule file share from the root on."""
    pairs = zip(server.first.place.file.split("/")[:-1], file.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
