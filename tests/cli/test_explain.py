"""`accord explain`: pages and lists."""

from pathlib import Path

import pytest

from accord.cli._pages import page, rule_ids
from accord.rules._catalogue import rules

from .conftest import Accord


def test_pages_read_without_importing_are_those_of_the_rules() -> None:
    assert {rule.id: rule.page for rule in rules()} == {id_: page(file) for id_, file in rule_ids().items()}


@pytest.mark.parametrize("id_", list(rule_ids()))
def test_every_page_can_be_shown(accord: Accord, id_: str) -> None:
    done = accord("explain", id_)
    assert done.code == 0 and done.err == ""
    for heading in ("Example", "Not a gap", "Unanswered", "What to do", "References"):
        assert f"\n{heading}\n" in done.out
    assert "```" not in done.out and "##" not in done.out
    assert done.out.endswith(f"\n\nnext: accord check --rule {id_}\n")


def test_a_page_is_set_for_reading(accord: Accord) -> None:
    out = accord("explain", "timing/caller-gives-up-first").out
    assert out.startswith("timing/caller-gives-up-first\nCaller gives up first\n\n  A caller stops waiting")
    assert "\n    checkout/accord.yaml:\n      party: checkout\n      assumes:\n" in out
    assert "\n  - Site Reliability Engineering" in out


def test_rules_are_listed_by_family(accord: Accord) -> None:
    out = accord("explain").out
    assert "timing: who waits how long for whom\n" in out
    assert "signals: whether anybody hears them, and whose they are\n" in out
    for rule in rules():
        assert f"  {rule.id} " in out
    assert "retries/" not in accord("explain", "timing").out


def test_the_last_part_of_an_id_is_enough(accord: Accord) -> None:
    assert accord("explain", "caller_gives_up_first").out == accord("explain", "timing/caller-gives-up-first").out


def test_a_mapping_shows_its_files_and_each_value_with_its_line(
    accord: Accord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = "mapping: limits of shops\nfiles: [usual.yaml, <shop>.yaml]\nwhere: [{shop: web}]\n"
    mapping += "gives: {party: <shop>, assumes: {db/read: {timeout: {request: <.t>}}}}\n"
    (tmp_path / "accord-mapping.yaml").write_text(mapping)
    (tmp_path / "usual.yaml").write_text("t: 1s\n")
    (tmp_path / "web.yaml").write_text("# later\nt: 2s\npassword: x\n")
    monkeypatch.chdir(tmp_path)
    done = accord("explain", "limits of shops")
    assert done.code == 0 and "password" not in done.out
    assert done.out.startswith("mapping limits of shops, accord-mapping.yaml:1:10\n  usual.yaml\n  <shop>.yaml\n")
    assert "web.yaml:2:4  web -> db/read timeout.request: 2s  [over usual.yaml:1]\n" in done.out
    assert accord("explain", "limits of shop").code == 2


def test_an_unknown_rule_is_told_the_nearest(accord: Accord) -> None:
    done = accord("explain", "timing/caller-gives-up")
    assert done.code == 2
    assert "no rule 'timing/caller-gives-up'; did you mean 'timing/caller-gives-up-first'?" in done.err
    assert "accord explain lists them" in done.err
