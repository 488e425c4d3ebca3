"""Who a pseudonym is, in SQLite: the only table with names and addresses."""

import secrets
import sqlite3
from concurrent.futures import Future

import msgspec

from accord.store.chain import encode
from accord.store.kept import Token
from accord.store.parts import Parts
from accord.store.person import Person

_read = msgspec.json.Decoder(Person).decode


class PeopleRows(Parts):
    """Pseudonyms and who they are (`interface.People`)."""

    def person(self, pseudonym: str) -> Person | None:
        """Who this is."""
        with self.readers() as connection:
            return _person(connection, pseudonym)

    def pseudonym_of(self, known_as: str) -> str:
        """The pseudonym of whom a rota calls so."""
        with self.readers() as connection:
            return _pseudonym(connection, known_as)

    def people(self) -> tuple[Person, ...]:
        """All that are known."""
        with self.readers() as connection:
            return tuple(_read(body) for (body,) in connection.execute("select body from person order by pseudonym"))

    def admit(self, person: Person) -> "Future[Person]":
        """Keeps a person."""
        return self.writer.do(lambda connection: _admitted(connection, person))

    def erase(self, pseudonym: str) -> "Future[bool]":
        """Forgets who this was: what is deleted is overwritten, in the log too once nobody reads it any more."""
        return self.writer.do(lambda connection: _erased(connection, pseudonym), overwrite=True)


def channels_of(connection: sqlite3.Connection, pseudonym: str) -> tuple[tuple[str, int], ...]:
    """The channels that somebody is told on, and how long after the first."""
    found = _person(connection, pseudonym)
    return tuple((address.channel, address.after) for address in found.addresses) if found else ()


def _person(connection: sqlite3.Connection, pseudonym: str) -> Person | None:
    found = connection.execute("select body from person where pseudonym = ?", (pseudonym,)).fetchone()
    return _read(found[0]) if found else None


def _pseudonym(connection: sqlite3.Connection, known_as: str) -> str:
    found = connection.execute(
        "select pseudonym from person where known_as = ? and known_as <> ''", (known_as,)
    ).fetchone()
    return found[0] if found else ""


def _admitted(connection: sqlite3.Connection, person: Person) -> Person:
    pseudonym = person.pseudonym or _pseudonym(connection, person.known_as) or f"p-{secrets.token_hex(6)}"
    addresses = tuple({address.channel: address for address in person.addresses}.values())
    kept = msgspec.structs.replace(person, pseudonym=pseudonym, addresses=addresses)
    connection.execute("insert or replace into person values (?, ?, ?)", (pseudonym, kept.known_as, encode(kept)))
    return kept


def _erased(connection: sqlite3.Connection, pseudonym: str) -> bool:
    gone = connection.execute("delete from person where pseudonym = ?", (pseudonym,)).rowcount
    connection.execute("update sending set provider_ref = '', reason = '' where person = ?", (pseudonym,))
    connection.execute("delete from kept where kind = ? and owner = ?", (Token.KIND, pseudonym))
    return bool(gone)
