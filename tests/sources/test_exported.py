"""Facts written to a file and read again: equal, whatever they hold; and what is refused."""

import json
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.model import amount, contract_values, hours
from accord.model.alerting import (
    Calendar,
    Expression,
    Inhibition,
    Integration,
    Matcher,
    Receiver,
    Route,
    Selection,
    Span,
)
from accord.model.amount import Amount, Growth, Words
from accord.model.contract_values import Backoff, ErrorAnswer, Idempotence, Needs, Related, Rung, WorkStep
from accord.model.fact import Fact, Layer, Stance
from accord.model.hours import DailyInstant, DaysOff, Hours, TimeOff, Window
from accord.model.nothing import NONE
from accord.model.ownership import OwnedFiles
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.requests import Match, RouteEntry
from accord.model.rotas import UNITS, ChainStep, Shift
from accord.sources import exported
from accord.sources._claims import read_text
from accord.sources._typed import TYPES, written

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from('\n\t"\\{}[]: #\u2028'), max_size=12
)
TIMES = st.integers(0, 10**24)
COUNTS = st.integers(1, 10**6)
PLACES = st.builds(Place, TEXTS, TEXTS, COUNTS, COUNTS)
FRACTIONS = st.fractions(min_value=0)
AMOUNTS = st.builds(
    Amount, st.sampled_from(["count", "bytes", "duration", "count/ns", "bytes/ns"]), FRACTIONS, st.booleans()
)
DATES = st.dates()
DAYS = st.sets(st.integers(0, 6)).map(sorted).map(tuple)
MINUTES = st.integers(0, 1439)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])
INSTANTS = st.datetimes(timezones=st.just(UTC))
WINDOWS = st.builds(Window, DAYS, MINUTES, st.integers(0, 1440), ZONES)
TIME_OFF = st.builds(TimeOff, INSTANTS, INSTANTS)
DAYS_OFF = st.builds(DaysOff, DATES, DATES, ZONES | st.just(""))
STEPS = st.builds(
    WorkStep,
    TEXTS,
    st.none() | TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.none() | TIMES,
    st.none() | TEXTS,
    PLACES,
    st.lists(st.tuples(TEXTS, PLACES), max_size=2).map(tuple),
)
WORDS = st.lists(TEXTS, max_size=2).map(tuple)
MATCHERS = st.lists(st.builds(Matcher, TEXTS, st.sampled_from(["=", "!=", "=~", "!~"]), TEXTS), max_size=2).map(tuple)
SELECTIONS = st.builds(
    Selection, TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple), st.none() | TIMES, TIMES, TEXTS
)
INTEGRATIONS = st.builds(Integration, TEXTS, TEXTS, st.none() | st.booleans(), st.none() | TIMES)
RANGES = st.lists(st.tuples(st.integers(-31, 3000), st.integers(-31, 3000)), max_size=2).map(tuple)
SPANS = st.builds(Span, RANGES, RANGES, RANGES, RANGES, RANGES, ZONES)
INSTANTS = st.none() | st.datetimes(timezones=st.just(UTC))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "none": st.just(NONE),
    "flag": st.booleans(),
    "int": TIMES,
    "text": TEXTS,
    "texts": st.lists(TEXTS, max_size=3).map(tuple),
    "share": st.fractions(0, 1),
    "date": DATES,
    "amount": AMOUNTS,
    "words": st.builds(Words, st.frozensets(TEXTS, max_size=3)),
    "growth": st.builds(
        Growth, st.none() | AMOUNTS, st.none() | AMOUNTS, st.none() | DATES, st.none() | AMOUNTS, st.booleans()
    ),
    "error": st.builds(
        ErrorAnswer,
        st.none() | st.lists(TEXTS, max_size=2).map(tuple),
        st.none() | st.just("never") | TIMES,
        st.sampled_from([None, "none", "done", "unknown"]),
    ),
    "idempotence": st.builds(Idempotence, st.sampled_from(["always", "never", "key"]), TEXTS, st.none() | TIMES),
    "needs": st.builds(Needs, st.lists(st.lists(TEXTS, max_size=2).map(tuple), max_size=2).map(tuple)),
    "backoff": TIMES.flatmap(lambda first: st.builds(Backoff, st.just(first), TIMES.map(lambda more: first + more))),
    "hours": st.builds(
        Hours,
        st.booleans(),
        st.lists(WINDOWS, max_size=2).map(tuple),
        st.lists(DAYS_OFF, max_size=2).map(tuple),
        st.lists(TIME_OFF, max_size=1).map(tuple),
    ),
    "instant": st.builds(DailyInstant, DAYS, MINUTES, ZONES),
    "ladder": st.lists(
        st.builds(Rung, st.none() | TIMES, st.none() | TEXTS, TEXTS, PLACES), min_size=1, max_size=2
    ).map(tuple),
    "steps": st.lists(STEPS, min_size=1, max_size=2).map(tuple),
    "expression": st.builds(Expression, st.lists(SELECTIONS, max_size=2).map(tuple), WORDS, WORDS, st.booleans()),
    "route": st.builds(
        Route, TEXTS, MATCHERS, st.booleans(), st.integers(0, 9), st.none() | WORDS, st.none() | TIMES, muted=WORDS
    ),
    "receiver": st.builds(Receiver, st.lists(INTEGRATIONS, max_size=2).map(tuple)),
    "inhibition": st.builds(Inhibition, MATCHERS, MATCHERS, WORDS),
    "calendar": st.builds(Calendar, st.lists(SPANS, max_size=2).map(tuple)),
    "shift": st.builds(
        Shift,
        st.lists(WORDS, max_size=3).map(tuple),
        st.none() | st.datetimes(timezones=st.none() | st.just(UTC)),
        st.just("") | ZONES,
        st.integers(1, 9),
        st.sampled_from(UNITS),
        DAYS,
        st.none() | st.integers(0, 10**6),
        INSTANTS,
        INSTANTS,
        INSTANTS,
        st.none() | st.integers(0, 99),
        st.lists(WINDOWS, max_size=2).map(tuple),
        st.lists(st.datetimes(timezones=st.just(UTC)), max_size=2).map(tuple),
        st.booleans(),
    ),
    "chain": st.builds(ChainStep, st.integers(-1, 9), st.integers(-1, 10**15), WORDS, PLACES),
    "rows": st.lists(st.lists(st.integers(-9, 10**12), max_size=3).map(tuple), min_size=1, max_size=2).map(tuple),
    "related": st.builds(
        Related,
        st.sampled_from(("this", "below", "at_most", "equals")),
        TEXTS,
        st.none() | st.builds(Amount, st.sampled_from(("count", "bytes", "duration")), st.fractions(0, 10**15)),
        TEXTS,
        TEXTS,
    ),
    "owned": st.builds(OwnedFiles, TEXTS, WORDS, st.sampled_from(["github", "gitlab"]), TEXTS, st.booleans()),
    "entries": st.lists(
        st.builds(
            RouteEntry,
            TEXTS,
            st.lists(st.builds(Match, TEXTS, TEXTS, TEXTS, st.booleans(), st.booleans()), max_size=2).map(tuple),
            st.booleans(),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
}
NAMES = TEXTS.filter(bool)
SCOPES = st.dictionaries(NAMES, st.lists(TEXTS, min_size=1, max_size=2).map(tuple), max_size=2).map(
    lambda scope: tuple(sorted(scope.items()))
)
FACTS = st.builds(
    Fact,
    says=NAMES,
    stance=st.sampled_from(Stance),
    consumer=TEXTS,
    provider=NAMES,
    operation=TEXTS,
    term=st.just("a term of tomorrow"),
    value=st.one_of(*VALUES.values()),
    text=TEXTS,
    place=PLACES,
    layer=st.sampled_from(Layer),
    scope=SCOPES,
    source=TEXTS,
    version=TEXTS,
)
DAY = date(2026, 11, 23)
PLACE = Place("shop", "payments/accord.yaml", 9, 27)
FACT = Fact("payments", Stance.PROMISES, "", "payments", "charge", "latency.max", 5_000_000_000, "5s", PLACE)


def read(text: str) -> list[Fact | Problem]:
    return list(read_text(text, "imports", "facts.json"))


def refusals(text: str) -> list[tuple[int, str]]:
    return [(found.place.line, found.reason) for found in read(text) if isinstance(found, Problem)]


def file_with(**changes: Any) -> str:
    fact = json.loads(exported.write([FACT]))["facts"][0]
    return '{"accord_facts": 1, "facts": [\n' + json.dumps({**fact, **changes}) + "]}"


@given(st.lists(FACTS, max_size=3), st.none() | st.dates())
def test_a_round_trip_gives_equal_facts(facts: list[Fact], day: date | None):
    text = exported.write(facts, day)
    assert read(text) == facts
    assert exported.quick(text) == tuple(facts)
    assert exported.write(facts, day) == text


@pytest.mark.parametrize("sign", [chr(code) for code in (*range(0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF)])
def test_every_character_travels(sign: str):
    fact = msgspec.structs.replace(FACT, term="a term of tomorrow", value=sign, text=f"{sign}5s{sign}")
    text = exported.write([fact])
    assert read(text) == [fact]
    assert exported.quick(text) == (fact,)


@pytest.mark.parametrize("word", TYPES)
def test_every_type_travels(word: str):
    @given(VALUES[word])
    def travels(value: Any) -> None:
        assert list(written(value)) == [word]
        fact = msgspec.structs.replace(FACT, term="a term of tomorrow", value=value)
        assert [
            (type(found.value), found.value) for found in read(exported.write([fact])) if isinstance(found, Fact)
        ] == [(type(value), value)]

    travels()


def test_every_type_of_value_in_the_model_has_its_word():
    structs = {
        kind
        for module in (amount, contract_values, hours)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    }
    inside = {Place, Window, DaysOff, TimeOff, hours.Span, Rung, WorkStep}
    assert structs - inside - {msgspec.Struct} <= set(TYPES.values())


def test_one_fact_to_a_line_and_only_what_is_said():
    assert exported.write([FACT], DAY) == (
        '{"accord_facts": 1, "exported_at": "2026-11-23", "facts": [\n'
        '{"says":"payments","stance":"promises","provider":"payments","term":"latency.max","value":{"int":5000000000},"text":"5s",'
        '"place":{"root":"shop","file":"payments/accord.yaml","line":9,"column":27},"operation":"charge"}\n'
        "]}\n"
    )
    assert exported.write([]) == '{"accord_facts": 1, "facts": [\n\n]}\n'


def test_unknown_keys_are_ignored():
    text = file_with(
        mood="good", place={"root": "shop", "file": "payments/accord.yaml", "line": 9, "column": 27, "height": 3}
    )
    assert read(text.replace('"facts"', '"written_by": {"tool": "accord 9"}, "facts"')) == [FACT]
    assert read(text.replace('"int"', '"said_otherwise": [1], "int"')) == [FACT]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"accord_facts": 2,\n "facts": []}', 1, "facts of format 2, which is newer than 1, the newest read here"),
        ('{"accord_facts": 0, "facts": []}', 1, "expected `accord_facts: 1`, the version of the format, read '0'"),
        ('{"accord_facts": [1], "facts": []}', 1, "expected `accord_facts: 1`, the version of the format, read None"),
        ('{"accord_facts": 1}', 1, "expected a list of facts under `facts`"),
        ('{"accord_facts": 1,\n "facts": {}}', 2, "expected a list of facts under `facts`"),
        ('{"accord_facts": 1, "facts": [\n7]}', 2, "not a fact: Expected `object`, got `int`"),
        (file_with(stance="hopes"), 2, "not a fact: Invalid enum value 'hopes' - at `$.stance`"),
        (file_with(says=""), 2, "not a fact: expected says, provider and term to be named"),
        (file_with(scope=[["env", []]]), 2, "not a fact: expected each part of the scope to have values"),
        (file_with(value=5), 2, "not a fact: value: expected one of " + " ".join(TYPES) + ", read 5"),
        (file_with(value={"int": "5"}), 2, "not a fact: value: Expected `int`, got `str`"),
        (file_with(value={"int": -5}), 2, "not a fact: value: expected at least 0, read -5"),
        (file_with(value={"text": "5s"}), 2, "not a fact: value of latency.max: expected int or none, read text"),
        (file_with(term="attempts", value={"int": 0}), 2, "not a fact: value: expected at least 1, read 0"),
        (file_with(term="detect.latency.within", value={"texts": []}), 2, "not a fact: value of detect.latency.within: expected int or none, read texts"),
        (file_with(term="availability", value={"share": "3/2"}), 2, "not a fact: value: expected a share of at most 1, read 3/2"),
        (file_with(term="availability", value={"share": "1e999999999"}), 2, "not a fact: value: expected a fraction such as 1/3, read '1e999999999'"),
        (file_with(term="ready_by", value={"instant": {"days": [0], "minute": 60, "zone": "Mars/Olympus"}}), 2, "not a fact: value: expected a zone such as Europe/Berlin or UTC, read 'Mars/Olympus'"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_its_line_and_the_rest_is_read(text: str, line: int, reason: str):
    assert refusals(text) == [(line, reason)]
    assert exported.quick(text) is None


def test_one_refused_fact_does_not_hide_the_others():
    good = json.loads(exported.write([FACT]))["facts"][0]
    found = read(json.dumps({"accord_facts": 1, "facts": [{**good, "says": 5}, good]}))
    assert [type(one) for one in found] == [Problem, Fact]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TYPES, "x"]), inner, max_size=3),
        max_leaves=8,
    )
)
def test_no_value_whatever_it_is_ends_in_a_traceback(value: Any):
    for found in read(file_with(value=value)):
        assert isinstance(found, Fact | Problem)


@given(st.text(max_size=60))
def test_no_text_ends_in_a_traceback(text: str):
    exported.quick(text)
    exported.quick('{"accord_facts": 1, "facts": [' + text)


def test_the_day_of_the_export_is_told():
    from accord.sources._yaml import Document, documents

    (document,) = documents(exported.write([FACT], DAY), ".", "facts.json")
    assert isinstance(document, Document)
    assert exported.exported_at(document) == DAY
    (document,) = documents(exported.write([FACT]), ".", "facts.json")
    assert isinstance(document, Document)
    assert exported.exported_at(document) is None


def test_a_value_that_no_fact_has_is_never_written():
    for value in (1.5, {"a": 1}, datetime(2026, 11, 23, tzinfo=UTC), (1, 2), ("a", NONE), Fraction):
        with pytest.raises(TypeError):
            exported.write([msgspec.structs.replace(FACT, value=value)])
