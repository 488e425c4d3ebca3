"""What one side writes the other reads, and nothing that is not of the form is believed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.intent import carried
from accord.intent.context import CRITICALITIES, Intent, Trying

texts = st.text(max_size=40)


@given(
    left=st.none() | st.floats(0, 86_400),
    number=st.none() | st.integers(1, 10_000),
    key=st.none() | st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255),
    criticality=st.none() | st.sampled_from(CRITICALITIES),
)
def test_what_is_written_is_read(left: float | None, number: int | None, key: str | None, criticality: str | None):
    deadline = None if left is None else time.monotonic() + left
    found = carried.read(carried.written(Intent(deadline, criticality=criticality), Trying(number, key)))
    assert (found.attempt, found.key, found.criticality) == (number, key, criticality)
    if deadline is None:
        assert found.deadline is None
    else:
        assert found.deadline == pytest.approx(deadline, abs=5)


@given(
    st.dictionaries(
        st.sampled_from([carried.REMAINING, carried.ATTEMPT, carried.CRITICALITY, carried.KEY, "baggage"]), texts
    )
)
def test_nothing_that_is_said_can_break_the_reader(headers: dict[str, str]):
    found = carried.read(headers)
    assert found.attempt is None or 1 <= found.attempt <= 10_000
    assert found.criticality in (None, *CRITICALITIES)


@pytest.mark.parametrize("text", ["-1", "1e3", "1.5", "٣", "999999999999999", "0x10", ""])
def test_a_time_that_is_no_plain_number_is_none(text: str):
    assert carried.read({carried.REMAINING: text}).deadline is None


def test_the_header_of_the_hop_is_stronger_than_baggage():
    headers = {"ACCORD-REMAINING-MS": "1500", "Baggage": f"accord.deadline={int(time.time() * 1000) + 60_000}"}
    assert (carried.read(headers).remaining() or 0) <= 1.5
    assert 50 < (carried.read({"baggage": headers["Baggage"]}).remaining() or 0) <= 60


def test_baggage_that_goes_along_is_kept():
    intent = Intent(time.monotonic() + 2, criticality="critical")
    told = carried.written(intent, Trying(), "user=1;p=2, accord.criticality=sheddable,x=%20y")["baggage"]
    found = carried.members(told)
    assert (found["user"], found["x"], found["accord.criticality"]) == ("1", " y", "critical")
    assert told.count("accord.criticality") == 1


def test_baggage_stays_within_its_limits():
    told = carried.written(Intent(time.monotonic() + 2), Trying(), ",".join(f"k{n}={'v' * 60}" for n in range(400)))
    assert len(told["baggage"]) <= 8192 and told["baggage"].count(",") < 180
    assert "accord.deadline" in carried.members(told["baggage"])


def test_several_baggage_headers_are_one():
    found = carried.read([("baggage", "a=1"), ("baggage", "accord.criticality=sheddable")])
    assert found.criticality == "sheddable"
