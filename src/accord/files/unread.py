"""Files that could not be read: that a routing file is there is known, a contract says something, and of another kind it is told what is read."""

import re
from collections.abc import Iterable, Iterator

from accord.files.walk import SUFFIXES
from accord.model.fact import PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._claims import text_sources
from accord.sources._reading import TextSource

_KEYS = tuple(re.compile(rf"^[ \t]*[\"']?{key}[\"']?:", re.MULTILINE) for key in ("route", "receivers"))


def unread_routing(content: str, start: Place, scope: Scope, problems: Iterable[Problem]) -> Iterator[Fact]:
    """That a text routes alerts, where it has the two keys every routing file needs and something cost it as a whole."""
    if any(problem.fatal for problem in problems) and all(key.search(content) for key in _KEYS):
        party = f"alertmanager:{start.file}"
        shown = "a routing file that could not be read"
        yield Fact(
            party,
            Stance.PROMISES,
            "",
            party,
            PARTY,
            "route.unread",
            shown,
            shown,
            start,
            Layer.PLATFORM,
            scope,
            "files",
        )


_CONTRACTS = ("accord.yaml", "accord.yml")
_SAYS_SOMETHING = re.compile(r"^(?!\s*(?:#|---|\.\.\.|%|$))", re.MULTILINE)


def empty_contract(content: str, start: Place) -> Iterator[Problem]:
    """That a file called as contracts are says nothing, so that nobody takes it for one."""
    if start.file.rpartition("/")[2] in _CONTRACTS and not _SAYS_SOMETHING.search(content):
        yield Problem(start, "an empty contract; expected `party: NAME`, and what it promises or assumes")


def of_no_kind(start: Place, others: Iterable[TextSource]) -> Problem:
    """That a file which was named is of no kind that is read, and which kinds are."""
    patterns = [one for source in (*text_sources(), *others) for one in source.FILES]
    names = ", ".join(sorted(one for one in patterns if not one.startswith(_BY_ENDING)))
    expected = f"YAML or JSON ({', '.join(SUFFIXES)}), or a file called {names}"
    return Problem(start, f"no kind of file that is read; expected {expected}", fatal=True)


_BY_ENDING = tuple(f"*{ending}" for ending in SUFFIXES)
