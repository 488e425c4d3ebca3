"""Files that could not be read: that one of alerting is there is known, a contract says something, and of another kind it is told what is read."""

import re
from collections.abc import Iterable, Iterator

from accord.files.walk import SUFFIXES
from accord.model.fact import PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._named import patterns
from accord.sources._reading import TextSource


def _key(name: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*[\"']?{name}[\"']?:", re.MULTILINE)


_KINDS = (
    ("alertmanager", "route.unread", "a routing file that could not be read", (_key("route"), _key("receivers"))),
    ("prometheus", "scrape.unread", "a server that could not be read", (_key("scrape_configs"),)),
)
"""Whose files they are, what is stated of one, in words, and the keys that every one of them needs."""


def unread_alerting(content: str, start: Place, scope: Scope, problems: Iterable[Problem]) -> Iterator[Fact]:
    """That a text routes alerts, or says what a server reads, where it has the keys for it and something cost it as a whole."""
    if not any(problem.fatal for problem in problems):
        return
    for program, term, shown, keys in _KINDS:
        if all(key.search(content) for key in keys):
            party = f"{program}:{start.file}"
            yield Fact(
                *(party, Stance.PROMISES, "", party, PARTY, term),
                *(shown, shown, start, Layer.PLATFORM, scope, "files"),
            )


_CONTRACTS = ("accord.yaml", "accord.yml")
_SAYS_SOMETHING = re.compile(r"^(?!\s*(?:#|---|\.\.\.|%|$))", re.MULTILINE)


def empty_contract(content: str, start: Place) -> Iterator[Problem]:
    """That a file called as contracts are says nothing, so that nobody takes it for one."""
    if start.file.rpartition("/")[2] in _CONTRACTS and not _SAYS_SOMETHING.search(content):
        yield Problem(start, "an empty contract; expected `party: NAME`, and what it promises or assumes")


def of_no_kind(start: Place, others: Iterable[TextSource]) -> Problem:
    """That a file which was named is of no kind that is read, and which kinds are."""
    taken = [*patterns().values(), *(source.FILES for source in others)]
    names = ", ".join(sorted(one for files in taken for one in files if not one.startswith(_BY_ENDING)))
    expected = f"YAML or JSON ({', '.join(SUFFIXES)}), or a file called {names}"
    return Problem(start, f"no kind of file that is read; expected {expected}", fatal=True)


_BY_ENDING = tuple(f"*{ending}" for ending in SUFFIXES)
