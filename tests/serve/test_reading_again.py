"""Reading contracts again: what became unreadable is refused, so that nobody drops out of a ladder by a slip of the pen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from serving import CONTRACTS

from accord.cases.carrying import Carrying
from accord.cli.serve import _loading
from accord.files.config import load
from accord.model.problem import Refused
from accord.store.ledger_sqlite import SqliteLedger

SLOW = {"alertname": "PaymentsSlow"}


@pytest.fixture
def loading(tmp_path: Path) -> Callable[[], Carrying]:
    """Reads the contracts of one folder again and again, as the command does."""
    (tmp_path / "accord.toml").write_text("")
    (tmp_path / "accord.yaml").write_text(CONTRACTS)
    ledger = SqliteLedger(tmp_path.parent / f"{tmp_path.name}.ledger")
    return partial(_loading((str(tmp_path),), partial(load, (str(tmp_path),), None), "keeper"), ledger)


@pytest.mark.parametrize("broken", ["party: [\n", "party: payments\nkind: rhota\n", CONTRACTS.replace("30m", "30x")])
def test_a_contract_that_became_unreadable_is_not_used(
    loading: Callable[[], Carrying], tmp_path: Path, broken: str
) -> None:
    assert loading().deviations(SLOW, {})[0].provider == "payments"
    (tmp_path / "accord.yaml").write_text(broken)
    with pytest.raises(Refused, match=r"not read: .*accord\.yaml:\d+:\d+: "):
        loading()
    (tmp_path / "accord.yaml").write_text(CONTRACTS.replace("30m", "20m"))
    assert loading().deviations(SLOW, {})[0].provider == "payments"


def test_what_was_unreadable_all_along_keeps_nothing_from_being_read_again(
    loading: Callable[[], Carrying], tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "accord.yaml").write_text("party: notes\nkind: rhota\n")
    loading()
    (tmp_path / "notes" / "accord.yaml").write_text("# moved\nparty: notes\nkind: rhota\n")
    assert loading().is_party("payments")


def test_a_party_that_was_taken_away_is_no_longer_carried_by(loading: Callable[[], Carrying], tmp_path: Path) -> None:
    loading()
    (tmp_path / "accord.yaml").write_text("party: other\n")
    assert loading().deviations(SLOW, {})[0].provider == ""
