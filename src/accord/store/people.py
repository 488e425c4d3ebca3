"""Who a pseudonym is, in SQLite: the only table with names and addresses."""

import secrets
import sqlite3
from concurrent.futures import Future

import msgspec

from accord.store.chain import encode
from accord.store.memory import Memory
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
        memory = self.writer.memory
        return self.writer.do(lambda connection: _admitted(connection, memory, person))

    def erase(self, pseudonym: str) -> "Future[bool]":
        """Forgets who this was: what is deleted is overwritten, in the log too once nobody reads it any more."""
        memory = self.writer.memory
        return self.writer.do(lambda connection: _erased(connection, memory, pseudonym), overwrite=True)


def channels_of(connection: sqlite3.Connection, memory: Memory, pseudonym: str) -> tuple[tuple[str, int], ...]:
    """The channels that somebody is told on, and how long after the first."""
    channels = memory.channels.get(pseudonym)
    if channels is None:
        found = _person(connection, pseudonym)
        channels = tuple((address.channel, address.after) for address in found.addresses) if found else ()
        memory.channels[pseudonym] = channels
    return channels


def _person(connection: sqlite3.Connection, pseudonym: str) -> Person | None:
    found = connection.execute("select body from person where pseudonym = ?", (pseudonym,)).fetchone()
    return _read(found[0]) if found else None


def _pseudonym(connection: sqlite3.Connection, known_as: str) -> str:
    found = connection.execute(
        "select pseudonym from person where known_as = ? and known_as <> ''", (known_as,)
    ).fetchone()
    return found[0] if found else ""


def _admitted(connection: sqlite3.Connection, memory: Memory, person: Person) -> Person:
    pseudonym = person.pseudonym or _pseudonym(connection, person.known_as) or f"p-{secrets.token_hex(6)}"
    addresses = tuple({address.channel: address for address in person.addresses}.values())
    kept = msgspec.structs.replace(person, pseudonym=pseudonym, addresses=addresses)
    connection.execute("insert or replace into person values (?, ?, ?)", (pseudonym, kept.known_as, encode(kept)))
    memory.forget()
    return kept


def _erased(connection: sqlite3.Connection, memory: Memory, pseudonym: str) -> bool:
    memory.forget()
    gone = connection.execute("delete from person where pseudonym = ?", (pseudonym,)).rowcount
    connection.execute("update sending set provider_ref = '', reason = '' where person = ?", (pseudonym,))
    connection.execute("delete from kept where owner = ? and owner <> ''", (pseudonym,))
    return bool(gone)
