"""Names of people and their pseudonyms: only the latter reach the ledger."""

import asyncio
import re
from collections.abc import Callable

from accord.model.problem import Refused
from accord.store.interface import People
from accord.store.person import Person

_WORD = re.compile(r"[\w@.+-]*\w")


class Naming:
    """Who is meant by a name, and what a pseudonym is shown as. `is_party` tells the names of parties, which stand for themselves.

    `known` gives the pseudonym of whom the configuration says that others call so; empty where it does not.
    """

    def __init__(
        self, people: People, is_party: Callable[[str], bool], known: Callable[[str], str] = lambda _: ""
    ) -> None:
        self._people, self._is_party, self._known = people, is_party, known

    async def pseudonym(self, name: str) -> str:
        """The pseudonym of whom others call so; somebody new gets one."""
        if not name or self._is_party(name) or self._people.person(name) is not None:
            return name
        known = self._known(name) or self._people.pseudonym_of(name)
        return known or (await asyncio.wrap_future(self._people.admit(Person("", name, name)))).pseudonym

    def known(self, name: str) -> str:
        """The pseudonym of whom others call so; raises Refused where nobody here is called so: nobody new is made of a slip."""
        if self._is_party(name) or self._people.person(name) is not None:
            return name
        known = self._people.pseudonym_of(name)
        if not known:
            raise Refused(
                f"nobody here is called `{name[:80]}`: expected a party, or somebody whom the configuration names"
            )
        return known

    def name(self, pseudonym: str) -> str:
        """The name, else the pseudonym itself."""
        person = self._people.person(pseudonym) if pseudonym else None
        return (person.name or person.known_as or pseudonym) if person is not None else pseudonym

    def named(self, text: str) -> str:
        """A note of the ledger with names in the place of pseudonyms."""
        names = {word: self.name(word) for word in set(_WORD.findall(text))}
        return _WORD.sub(lambda found: names[found[0]], text)
