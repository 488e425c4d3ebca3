"""Which routing is for which rule files: that of the folder in which both lie, where a repository holds several systems."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename, dirname

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.signals.alerting import Alert, Alerting, Tree, alerting
from accord.boundaries.signals.scraping import Server, server_of, servers

_WILD = frozenset("*?[{")
_OF_OPERATOR = frozenset(("alert.namespace", "alert.object"))


class Surroundings:
    """Of each routing file the deepest folder around it that has a rule too: what lies elsewhere may be another system's.

    Routing that an object of a cluster holds is for all rules that are objects: of it only rule files are asked where they lie.
    """

    def __init__(self, read: Alerting, servers: Sequence[Server]) -> None:
        rooted = [tree for tree in read.trees if tree.root is not None]
        every = files = _holding(read.files)
        if any(map(is_held, rooted)):
            files = _holding(place for place, alerts in read.files.items() if any(map(is_file, alerts)))
        self._of: Mapping[str, str] = {tree.party: _deepest(tree, files if is_held(tree) else every) for tree in rooted}
        self._named = {tree.party: _named_beside(tree, servers) for tree in read.trees}

    def of(self, tree: Tree) -> str:
        """The folder, from the root that was read on; empty where it is the root itself."""
        return self._of[tree.party]

    def around(self, system: System, view: View, alert: Alert, trees: Sequence[Tree]) -> tuple[Tree, ...]:
        """Those of the trees that are for an alert: it lies around them, or is loaded by a server that does.

        A tree is not for a rule from elsewhere that nobody is known to load where each server beside it names other files, one by one.
        """
        server = server_of(system, view, alert)
        files = [alert.name.place.file] + ([server.first.place.file] if server is not None else [])
        return tuple(
            tree
            for tree in trees
            if (is_held(tree) and not is_file(alert))
            or (
                any(_lies_in(file, self.of(tree)) for file in files)
                and (server is not None or not self._is_left_out(alert, tree))
            )
        )

    def _is_left_out(self, alert: Alert, tree: Tree) -> bool:
        named, file = self._named[tree.party], alert.name.place.file
        place = tree.root.fact.place if tree.root is not None else None
        return (
            bool(named)
            and basename(file) not in named
            and place is not None
            and not _lies_in(file, dirname(place.file))
        )


def _named_beside(tree: Tree, servers: Iterable[Server]) -> frozenset[str]:
    """What the rule files are called of the servers beside a tree; empty where one does not name all of them one by one."""
    place = tree.root.fact.place if tree.root is not None else None
    beside = [
        server.rule_files.value if server.rule_files is not None else ()
        for server in servers
        if place is not None
        and server.first.place.root == place.root
        and dirname(server.first.place.file) == dirname(place.file)
    ]
    named = frozenset(basename(pattern) for patterns in beside for pattern in patterns)
    return named if all(beside) and not any(_WILD & set(name) for name in named) else frozenset()


def _holding(files: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    """By root, the folders that have one of these files, each a root and a path, somewhere below."""
    holding: dict[str, set[str]] = {}
    for root, file in files:
        known = holding.setdefault(root, {""})
        folder = file.rpartition("/")[0]
        while folder not in known:  # those around one that is known are known too
            known.add(folder)
            folder = folder.rpartition("/")[0]
    return holding


def surroundings(system: System, view: View) -> Surroundings:
    """What surrounds each tree of one view; worked out once."""
    key = ("surroundings", tuple(sorted(view.items())))
    known: Surroundings | None = system.memory.get(key)
    if known is None:
        known = system.memory[key] = Surroundings(alerting(system, view), servers(system, view))
    return known


def is_file(alert: Alert) -> bool:
    """Whether a rule stands in a rule file, not in an object that the operator of a cluster gathers from anywhere."""
    return alert.form.terms.isdisjoint(_OF_OPERATOR)


def is_held(tree: Tree) -> bool:
    """Whether an object of a cluster, or values for one, hold the routing."""
    return "route.object" in tree.said


def _deepest(tree: Tree, holding: Mapping[str, set[str]]) -> str:
    place = tree.root.fact.place if tree.root is not None else None
    assert place is not None
    found = holding.get(place.root, set())
    return next((folder for folder in _above(place.file) if folder in found), "")


def _lies_in(file: str, folder: str) -> bool:
    """Whether a folder is one of those around a file."""
    return not folder or file.startswith(f"{folder}/")


def _above(file: str) -> Iterator[str]:
    """The folders around a file, from its own to the root."""
    folders = file.split("/")[:-1]
    for count in range(len(folders), -1, -1):
        yield "/".join(folders[:count])
