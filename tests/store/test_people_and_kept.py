"""People can be forgotten while the ledger stays whole; small things are kept until somebody changes them."""

import threading
from pathlib import Path
from typing import Any

import pytest

from accord.model.message import Fate
from accord.store.interface import Ledger
from accord.store.kept import Heartbeat, Matcher, Note, Override, Role, Silence, Token, token_id
from accord.store.ledger_sqlite import SqliteLedger
from accord.store.person import Address, Person
from accord.store.rows import Outcome
from cases.carried import MINUTE, START
from store.recordings import Opening, a_whole_life, admit, entries

NAME, MAIL = "Ottilie Hainbuch", "ottilie@hainbuch.example"


def test_a_pseudonym_is_of_chance_and_stays(opening: Opening) -> None:
    ledger = opening()
    first = ledger.admit(Person("", NAME, "ottilie")).result()
    ledger.close()
    ledger = opening()
    again = ledger.admit(Person("", NAME, "ottilie", (Address("smtp", MAIL),))).result()
    other = ledger.admit(Person("", "Another", "another")).result()
    assert first.pseudonym == again.pseudonym == ledger.pseudonym_of("ottilie")
    assert other.pseudonym != first.pseudonym and "ottilie" not in first.pseudonym
    assert ledger.person(first.pseudonym) == again
    assert {person.pseudonym for person in ledger.people()} == {first.pseudonym, other.pseudonym}
    assert ledger.pseudonym_of("nobody") == "" and ledger.person("nobody") is None


def test_a_channel_has_one_address(ledger: Ledger) -> None:
    person = Person("p0", addresses=(Address("smtp", "old"), Address("smtp", "new"), Address("ntfy", "t")))
    assert ledger.admit(person).result().addresses == (Address("smtp", "new"), Address("ntfy", "t"))


def test_who_is_erased_is_gone_from_the_file_and_the_ledger_agrees(opening: Opening, tmp_path: Path) -> None:
    ledger = opening()
    admit(ledger, "p1", "c0")
    ledger.admit(Person("p0", NAME, "ottilie", (Address("smtp", MAIL),))).result()
    ledger.keep(Token(token_id("secret"), role=Role.RESPONDER, bearer="p0"), Token("other", bearer="p1")).result()
    carried = a_whole_life()
    for entry in entries(carried):
        ledger.record([entry]).result()
    ours = next(each for each in ledger.sendings(carried.case.id) if each.message.person == "p0")
    ledger.report([Outcome(ours.id, Fate.FAILED, START, provider_ref="r1", reason=f"{MAIL} refused")]).result()
    sealed = ledger.seal(START).result()
    assert ledger.erase("p0").result() and not ledger.erase("p0").result()
    assert ledger.person("p0") is None and ledger.pseudonym_of("ottilie") == ""
    assert [token.id for token in ledger.kept(Token)] == ["other"]
    assert not ledger.verify(sealed.hash).disagreement
    assert "p0" in {sending.message.person for sending in ledger.sendings(carried.case.id)}
    ledger.close()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not [word for word in (NAME, MAIL, "ottilie") if word.encode() in left]


def test_no_name_is_in_the_ledger(ledger: Ledger, tmp_path: Path) -> None:
    from accord.store.copying import lines

    ledger.admit(Person("p0", NAME, "ottilie", (Address("smtp", MAIL),))).result()
    ledger.record(list(entries(a_whole_life()))).result()
    exported = b"".join(lines(tmp_path / "ledger.db"))
    assert b'"p0"' in exported
    assert not [word for word in (NAME, MAIL, "ottilie") if word.encode() in exported]


def test_a_silence_is_kept_until_it_ends_or_is_forgotten(opening: Opening) -> None:
    ledger = opening()
    silence = Silence("s1", START + MINUTE, (Matcher("job", "db", is_regex=True),), START, "p0", "upgrade")
    forever, other = Note("n1", text="x"), Override("s1", START, "rota", "p1", 0)
    ledger.keep(silence, forever, other).result()
    ledger.close()
    ledger = opening()
    assert ledger.kept(Silence) == (silence,) and ledger.kept_one(Override, "s1") == other
    assert ledger.kept(Silence, ending_after_ns=START + MINUTE) == () and ledger.kept_one(Silence, "s1") == silence
    assert ledger.kept(Note, ending_after_ns=START + MINUTE) == (forever,)
    assert ledger.forget(Silence, "s1").result() and not ledger.forget(Silence, "s1").result()
    assert ledger.kept(Silence) == () and ledger.kept(Override) == (other,)


def test_what_is_kept_takes_the_place_of_what_was(ledger: Ledger) -> None:
    ledger.keep(Heartbeat("prometheus", within=MINUTE, heard_ns=START)).result()
    later = Heartbeat("prometheus", within=MINUTE, heard_ns=START + MINUTE, missed=True)
    ledger.keep(later).result()
    assert ledger.kept(Heartbeat) == (later,)


def test_a_token_is_known_by_its_secret_alone(ledger: Ledger, tmp_path: Path) -> None:
    secret = "a-long-secret-of-chance"
    ledger.keep(Token(token_id(secret), role=Role.ADMIN, name="deploy")).result()
    found = ledger.kept_one(Token, token_id(secret))
    assert found is not None and found.role is Role.ADMIN
    assert ledger.kept_one(Token, token_id("another")) is None
    assert not any(secret.encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_counters_add_up(opening: Opening) -> None:
    ledger = opening()
    for future in [ledger.count({"accepted": 2, "repeated": 1}) for _ in range(10)]:
        future.result()
    ledger.count({"accepted": -1}).result()
    ledger.close()
    assert opening().counters() == {"accepted": 19, "repeated": 10}


def test_a_log_that_was_emptied_a_moment_before_is_emptied_again(
    opening: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(group: Any, outcomes: Any) -> Any:
        held.set()
        assert freed.wait(30)
        return ended(group, outcomes)

    ledger = opening()
    assert isinstance(ledger, SqliteLedger)
    held, freed, ended = threading.Event(), threading.Event(), ledger.writer.ended
    ledger.admit(Person("p9", name="Wilhelmina Unusual")).result()
    monkeypatch.setattr(ledger.writer, "ended", late)
    before = ledger.count({"a": 1})
    assert held.wait(30)
    erased = ledger.erase("p9")
    freed.set()
    before.result(30)
    assert erased.result(30)
    assert not any(b"Wilhelmina" in file.read_bytes() for file in tmp_path.iterdir())
