"""Who hears an alert: where each tree sends it, whom the receivers there tell, and what that hangs on."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache

from msgspec import Struct

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.signals.alert_labels import NAME, added_by_servers, label_of, labels_of
from accord.boundaries.signals.alerting import ROOT, Alert, Form, Node, Tree, alerting, namespaces_told
from accord.boundaries.signals.courses import Course, courses
from accord.boundaries.signals.open_labels import Labels, Open, decides
from accord.boundaries.signals.routing import router
from accord.boundaries.signals.surroundings import is_file, surroundings
from accord.model.fact import Fact

_WEBHOOK = "webhook"
_GOES, _NAMESPACE = "alert.receiver", "alert.namespace"
UNREAD = "route.unread"
"""What is stated of a routing file that could not be read."""
TRIALS = frozenset(
    ("test", "tests", "testdata", "testing", "e2e", "fixtures", "example", "examples", "sample", "samples")
)
"""Folders, by their names, of what is tried or shown, and not used."""
_NOBODY_TAKES_IT: frozenset["Ear"] = frozenset()


class Ear(IntEnum):
    """Who hears: nobody, a copy that goes to a program and may end there, or somebody."""

    NOBODY = 0
    COPY = 1
    SOMEBODY = 2


_HEARD = frozenset((Ear.SOMEBODY,))


class Reach:
    """One tree with what its receivers do; `silent` has, by name, the fact by which a receiver tells nobody."""

    def __init__(self, tree: Tree, words: Vocabulary) -> None:
        self.tree = tree
        self.silent: dict[str, Fact] = {
            name: words.said["log_only"] if name in words.log_only else fact
            for name, fact in tree.receivers.items()
            if name in words.log_only or not fact.value.integrations
        }
        self.router = router(tree)
        self.namespace = str(tree.said["route.namespace"].value) if "route.namespace" in tree.said else ""
        self.copies = self._copies()
        matchers = [matcher for node in tree.nodes for matcher in node.route.matchers]
        self.asked = tuple(dict.fromkeys(matcher.label for matcher in matchers))
        self.names = tuple(dict.fromkeys(matcher for matcher in matchers if matcher.label == NAME))
        self.others = tuple(name for name in self.asked if name != NAME)
        self._known: dict[object, Way | None] = {}

    def _copies(self) -> frozenset[str]:
        """The receivers to which everything is sent on its way, and that are told by webhooks alone.

        That a whole tree goes on is its operator's doing, and says nothing of whom it tells.
        """
        taking: dict[str, bool] = {}
        all_the_way = {"": True}
        for node in self.tree.nodes:
            open_above = all_the_way.get(node.path.rpartition(".")[0], True)
            all_the_way[node.path] = open_above and not node.route.matchers
            name = self.receiver(node)
            if node.route.receiver or not node.children:
                passes = all_the_way[node.path] and node.route.continues and node.path != ROOT
                taking[name] = taking.get(name, True) and passes
        return frozenset(name for name, passes in taking.items() if passes and self._is_program(name))

    def _is_program(self, name: str) -> bool:
        receiver = self.tree.receiver(name)
        return receiver is not None and all(each.kind == _WEBHOOK for each in receiver.integrations)

    @property
    def file(self) -> str:
        """The file of the tree."""
        return self.tree.root.fact.place.file if self.tree.root is not None else ""

    def receiver(self, node: Node) -> str:
        """The receiver of a route: its own, else that of the nearest above."""
        return self.router.settings(node).receiver

    def way(self, labels: Labels) -> "Way | None":
        """How the tree takes these labels; None where there are too many courses to tell."""
        named = tuple([decides(matcher, labels) for matcher in self.names])
        key = (named, *[labels.get(name, "") for name in self.others])
        if key not in self._known:
            found = courses(self.tree, self._as_seen(labels))
            ending = tuple(course for course in found if course.ends)
            usual = next((course for course in ending if not any(map(is_supposed, course.supposed.values()))), None)
            self._known[key] = Way(ending, frozenset(map(self.hears, ending)), usual) if found else None
        return self._known[key]

    def _as_seen(self, labels: Labels) -> Labels:
        """The labels that it asks for; one that its root asks for, and nobody sets, may come with the series."""
        root = self.tree.root
        wanted = {matcher.label for matcher in root.route.matchers} if root is not None else set()
        seen = {name: labels[name] for name in (*self.asked, NAME) if name in labels}
        return {name: Open() if name in wanted and not value else value for name, value in seen.items()}

    def is_meant(self, node: Node) -> bool:
        """Whether whoever wrote the tree sends what ends there to that receiver on purpose: the route that names it asks for labels."""
        return bool(self.router.settings(node).named_by.route.matchers)

    def is_by_name(self, node: Node) -> bool:
        """Whether the route that names the receiver asks for alerts by their names."""
        asked = self.router.settings(node).named_by.route.matchers
        return any(matcher.label == NAME and matcher.operator in ("=", "=~") for matcher in asked)

    @property
    def is_bare(self) -> bool:
        """Whether none of the receivers that its routes name tells anybody."""
        return all(self.receiver(node) in self.silent for node in self.tree.nodes)

    @property
    def is_spare(self) -> bool:
        """Whether a receiver that no route names would tell somebody."""
        return any(name not in self.silent for name in self.tree.receivers)

    def hears(self, course: Course) -> Ear:
        """Who hears at the best of its ends."""
        return max((self._ear(self.receiver(node)) for node in course.ends), default=Ear.NOBODY)

    def _ear(self, name: str) -> Ear:
        if name in self.silent:
            return Ear.NOBODY
        return Ear.COPY if name in self.copies else Ear.SOMEBODY


class Way(Struct, frozen=True):
    """How one tree takes an alert: the courses that end somewhere, and who hears, over all of them.

    `usual` is the course where no open label is what a route asks for.
    """

    courses: tuple[Course, ...]
    ears: frozenset[Ear]
    usual: Course | None


class Heard(Struct, frozen=True):
    """One alert, the courses that it can take through each tree that takes it, and who hears, over all of them.

    `first` is how the tree takes it that is told of; its labels are `added` by a server, and some `asked` for by routes.
    """

    alert: Alert
    added: dict[str, Fact]
    asked: tuple[str, ...]
    ways: tuple[tuple[Reach, tuple[Course, ...]], ...]
    ears: frozenset[Ear]
    first: Way | None

    @property
    def labels(self) -> Labels:
        """What is known of its labels."""
        return labels_of(self.alert, self.added, self.asked)

    @property
    def last(self) -> tuple[Reach, Node]:
        """The tree that is told of, and the route at which the alert ends there last, as a rule."""
        assert self.first is not None
        return self.ways[0][0], (self.first.usual or self.first.courses[-1]).ends[-1]

    @property
    def usual(self) -> Course | None:
        """Its course where no open label is what a route asks for; None where several trees take it."""
        return self.first.usual if self.first is not None and len(self.ways) == 1 else None


def is_supposed(value: Open) -> bool:
    """Whether a route asks for the label to be something, not only to be nothing of what is asked for."""
    return value.among is not None or bool(value.must)


def heard(system: System, view: View) -> tuple[Heard, ...]:
    """Every alert that a tree takes, in order of party, with the labels of whichever server has it heard best; worked out once."""
    key = ("heard", tuple(sorted(view.items())))
    known: tuple[Heard, ...] | None = system.memory.get(key)
    if known is None:
        known = system.memory[key] = tuple(_heard(system, view))
    return known


def reaches(system: System, view: View) -> tuple[Reach, ...]:
    """Every tree that has a root, with what its receivers do; worked out once."""
    key = ("reaches", tuple(sorted(view.items())))
    known: tuple[Reach, ...] | None = system.memory.get(key)
    if known is None:
        words = vocabulary(system, view)
        trees = [tree for tree in alerting(system, view).trees if tree.root is not None]
        known = system.memory[key] = tuple(Reach(tree, words) for tree in trees)
    return known


def _heard(system: System, view: View) -> Iterator[Heard]:
    if not reaches(system, view):
        return
    asked = tuple(dict.fromkeys(name for reach in reaches(system, view) for name in reach.asked))
    near, unread = _Near(system, view), _unread(system, view)
    for alert, beside in near.each(alerting(system, view).alerts):
        found = []
        for added in beside.added:
            taken = beside.trees.taken(alert, added)
            if taken is not None:
                found.append(Heard(alert, added, asked, *taken))
        if len(found) == len(beside.added):
            best = found[0] if len(found) == 1 else max(found, key=_ears_of)
            if best.ears == _HEARD or (beside.is_for_it and alert.name.place.root not in unread):
                yield best  # else whoever hears may stand there, or the routing is that of another system


def _ears_of(heard: Heard) -> tuple[bool, int]:
    return heard.ears == _HEARD, max(heard.ears, default=-1)


_Taken = tuple[tuple[tuple[Reach, tuple[Course, ...]], ...], frozenset[Ear], Way | None]
"""The courses through each tree that takes an alert, who hears over all of them, and the way that is told of."""


class _Trees:
    """Trees that are asked together; one answer for all alerts that they take alike."""

    def __init__(self, every: tuple[Reach, ...]) -> None:
        self.every = every
        self._names = tuple(dict.fromkeys(matcher for reach in every for matcher in reach.names))
        self._others = tuple(dict.fromkeys(name for reach in every for name in reach.others))
        self._known: dict[tuple[object, ...], _Taken | None] = {}
        self._by_values: dict[tuple[str, ...], _Taken | None] = {}
        self._stated: dict[Form, tuple[str, ...]] = {}

    def taken(self, alert: Alert, added: dict[str, Fact]) -> _Taken | None:
        """How they take an alert that comes with these labels beside its own; None where there are too many courses to tell."""
        if added or self._names:
            return self._taken(alert, added)
        form, said = alert.form, alert.said
        stated = self._stated.get(form)
        if stated is None:
            stated = self._stated[form] = self._stated_by(form)
        if not stated:
            return self._taken(alert, added)
        # of all that its rule states nothing else need be known
        values = tuple([str(said[term].value) for term in stated])
        if values not in self._by_values:
            self._by_values[values] = self._taken(alert, added)
        return self._by_values[values]

    def _stated_by(self, form: Form) -> tuple[str, ...]:
        """The terms of all labels that they ask for; none where alerts of this form do not state each of them."""
        terms = tuple([form.labels[name] for name in self._others if name in form.labels])
        return terms if len(terms) == len(self._others) else ()

    def _taken(self, alert: Alert, added: dict[str, Fact]) -> _Taken | None:
        key: tuple[object, ...] = tuple([label_of(alert, added, name) for name in self._others])
        if self._names:
            called: Labels = {NAME: alert.called}
            key = (*key, *[decides(matcher, called) for matcher in self._names])
        if key not in self._known:
            labels = {name: label_of(alert, added, name) for name in (*self._others, NAME)}
            self._known[key] = self._asked(labels)
        return self._known[key]

    def _asked(self, labels: Labels) -> _Taken | None:
        ways = [reach.way(labels) for reach in self.every]
        if None in ways:
            return None
        taken = [(reach, way) for reach, way in zip(self.every, ways, strict=True) if way is not None and way.courses]
        first = taken[0][1] if taken else None
        ears = first.ears.union(*(way.ears for _, way in taken[1:])) if first else _NOBODY_TAKES_IT
        return tuple([(reach, way.courses) for reach, way in taken]), ears, first


class _Beside(Struct, frozen=True):
    """The trees beside an alert, and the labels that each server may add; whether the trees are for it, which with none of them is so."""

    trees: _Trees
    added: list[dict[str, Fact]]
    is_for_it: bool


class _Near:
    """What is beside the alerts of one view: the same for all of one file, namespace and program."""

    def __init__(self, system: System, view: View) -> None:
        self.system, self.view, self.every = system, view, reaches(system, view)
        self.named = namespaces_told(system, view)
        self.tried = {_tried_in(reach.file) for reach in self.every}
        self.programs = {reach.tree.program for reach in self.every}
        self._of_program: dict[tuple[str, str | None, str, str], tuple[Reach, ...]] = {}
        self._known: dict[object, _Beside | None] = {}
        self._trees: dict[tuple[Reach, ...], _Trees] = {}

    def each(self, alerts: Iterable[Alert]) -> Iterator[tuple[Alert, _Beside]]:
        """Each alert with what is beside it; none whose rule says where it goes, nor one that nothing is beside."""
        last: Alert | None = None
        beside: _Beside | None = None
        for alert in alerts:
            if _GOES in alert.form.terms:
                continue
            if last is None or not _are_together(alert, last):
                last, beside = alert, self.beside(alert)
            if beside is not None:
                yield alert, beside

    def beside(self, alert: Alert) -> _Beside | None:
        """What is beside an alert; None where no routing of its program was read, or only that of trials elsewhere."""
        place = alert.name.place
        where = place.root, place.file, _namespace(alert), is_file(alert), alert.program
        if where not in self._known:
            self._known[where] = self._beside(alert)
        return self._known[where]

    def _beside(self, alert: Alert) -> _Beside | None:
        program, tried = alert.program, _tried_in(alert.name.place.file)
        where = alert.name.place.root, _namespace(alert), tried, program
        if where not in self._of_program:
            found = _near(self.every, *where[:3], self.named)
            self._of_program[where] = tuple(reach for reach in found if reach.tree.program == program)
        near = self._of_program[where]
        if program not in self.programs or not (near or tried in self.tried):
            return None
        around = _around(self.system, self.view, alert, near)
        asked = around or near
        trees = self._trees.get(asked) or self._trees.setdefault(asked, _Trees(asked))
        return _Beside(trees, added_by_servers(self.system, self.view, alert), bool(around) or not near)


def _unread(system: System, view: View) -> set[str]:
    """The roots below which a routing file could not be read."""
    return {tree.said[UNREAD].place.root for tree in alerting(system, view).trees if UNREAD in tree.said}


def _around(system: System, view: View, alert: Alert, near: tuple[Reach, ...]) -> tuple[Reach, ...]:
    """Those of the trees around an alert that are known to be for it, or were read under another root."""
    own = [reach.tree for reach in near if _root_of(reach.tree) == alert.name.place.root]
    meant = [tree.party for tree in surroundings(system, view).around(system, view, alert, own)]
    return tuple([reach for reach in near if reach.tree not in own or reach.tree.party in meant])


def left_open(system: System, view: View, alert: Alert) -> str:
    """Why it cannot be told who hears an alert that `heard` leaves out."""
    if alert.name.place.root in _unread(system, view):
        return "a routing file could not be read"
    if _GOES in alert.said:
        return f"its rule names {alert.said[_GOES].text} itself"
    every = [reach for reach in reaches(system, view) if reach.tree.program == alert.program]
    if not every:
        return "no notification policy of Grafana was read" if alert.program else "no routing of Alertmanager was read"
    own = _tried_in(alert.name.place.file)
    if own not in {_tried_in(reach.file) for reach in every}:
        return f"no routing was read for {own}" if own else "only routing for tests or examples was read"
    if not _around(system, view, alert, tuple(every)):
        folders = dict.fromkeys(surroundings(system, view).of(reach.tree) or reach.file for reach in every)
        return f"nothing says that the routing in {' or '.join(folders)} is for it"
    return "too many ways are open"


def _are_together(one: Alert, other: Alert) -> bool:
    """Whether the same is surely beside both: they have one form, without a namespace, and stand in one file."""
    near, there = one.name.place, other.name.place
    is_one_file = near.file is there.file and near.root is there.root and one.name.source == other.name.source
    return is_one_file and one.form is other.form and _NAMESPACE not in one.form.terms


def _namespace(alert: Alert) -> str | None:
    own = alert.said.get(_NAMESPACE)
    return None if own is None else str(own.value)


@lru_cache(maxsize=4096)
def _tried_in(file: str) -> str:
    """The folder of tests or examples that a file lies in; "" for what is meant to be used."""
    folders = file.split("/")[:-1]
    first = next((number for number, name in enumerate(folders, 1) if name.lower() in TRIALS), 0)
    return "/".join(folders[:first])


def _near(
    every: tuple[Reach, ...], root: str, own: str | None, tried_in: str, named: frozenset[str]
) -> tuple[Reach, ...]:
    """The trees that were read under the root of an alert, else all; none of a namespace that no server is known to tell.

    Routing in a folder of tests or examples is for what lies in the same one, and no other is for that.
    """
    near = tuple(reach for reach in every if _root_of(reach.tree) == root) or every
    near = tuple(reach for reach in near if _tried_in(reach.file) == tried_in)
    told = None if own is None else {*named, own}
    return near if told is None else tuple(reach for reach in near if reach.namespace in ("", *told))


def _root_of(tree: Tree) -> str:
    return tree.root.fact.place.root if tree.root is not None else ""
