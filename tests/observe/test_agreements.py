"""What is agreed of a boundary is found by the same join as everywhere, and by nothing less."""

from pathlib import Path

import pytest
from creeping import CONTRACT, SEEN, agreements
from msgspec.structs import replace

from accord.model.drifting import Asks, Seen

OTHERS = CONTRACT.replace("at: POST /charges", "at: POST /charges\n    to: [billing]")


def test_both_sides_are_found_by_name_and_address(tmp_path: Path):
    [(contract, hours)] = agreements(tmp_path).of([SEEN])
    assert (contract.consumer, contract.provider, contract.operation, contract.because) == (
        "checkout",
        "payments",
        "charge",
        "",
    )
    assert hours is None
    assert {each.asks for each in contract.expectations} == set(Asks)
    assert contract.limit_text == "2s" and contract.recovers.startswith("payments-oncall within 4h")


@pytest.mark.parametrize(
    ("seen", "because"),
    [
        (replace(SEEN, provider="payouts"), "no contract says that it is payouts: names: {otel: payouts}"),
        (replace(SEEN, provider="peer:db:5432"), "no contract says that it is db:5432: names: {dns: db:5432}"),
        (replace(SEEN, operation="GET /charges"), "no operation of payments is known to be GET /charges; its `at` would say so"),
        (replace(SEEN, provider="peer:"), "nothing tells whom it calls"),
    ],
)  # fmt: skip
def test_what_nothing_is_agreed_for_says_why(tmp_path: Path, seen: Seen, because: str):
    [(contract, hours)] = agreements(tmp_path).of([seen])
    assert (contract.because, contract.expectations, hours) == (because, (), None)


def test_a_callee_may_be_known_by_its_host_alone(tmp_path: Path):
    named = CONTRACT.replace("names: {otel: payments}", "names: {dns: payments.shop}")
    [(contract, _)] = agreements(tmp_path, named).of([replace(SEEN, provider="peer:payments.shop")])
    assert contract.provider == "payments" and contract.expects(Asks.SLOW)


def test_a_promise_to_others_is_none_and_a_caller_that_nobody_names_is_held_to_what_holds_for_all(tmp_path: Path):
    [(told, _)] = agreements(tmp_path, OTHERS).of([SEEN])
    assert told.because == "payments promises nothing to checkout"
    [(unknown, _)] = agreements(tmp_path).of([replace(SEEN, consumer="shop")])
    assert unknown.consumer == "" and not unknown.expects(Asks.VANISHED) and unknown.expects(Asks.SLOW)


def test_a_version_that_telemetry_does_not_tell_decides_nothing(tmp_path: Path):
    text = CONTRACT.replace("party: payments\n", "party: payments\nonly: {version: v2}\n")
    [(contract, _)] = agreements(tmp_path, text).of([SEEN])
    assert not contract.expectations and "version:payments" in contract.because


def test_hours_limit_when_a_promise_holds(tmp_path: Path):
    text = CONTRACT.replace("availability: 99%", "availability: 99%\n    hours: Mon-Fri 09:00-18:00 Europe/Berlin")
    [(_, hours)] = agreements(tmp_path, text).of([SEEN])
    assert hours is not None


def test_any_number_are_asked_at_once_each_for_itself(tmp_path: Path):
    found = [replace(SEEN, consumer=f"caller-{number}") for number in range(200)]
    found.insert(77, SEEN)
    told = agreements(tmp_path).of(found)
    assert [number for number, (contract, _) in enumerate(told) if contract.consumer] == [77]
    assert all(contract.provider == "payments" for contract, _ in told)
