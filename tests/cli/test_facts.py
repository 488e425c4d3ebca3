"""`accord facts`: what was read, on which line, and the file that carries it elsewhere."""

from pathlib import Path

import pytest

from accord.cli import run

CHECKOUT = """party: checkout
assumes:
  payments/charge:
    timeout: {attempt: 2s}
    attempts: 3
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop}
spec: {selector: {app: payments}}
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file, text in (
        ("checkout/accord.yaml", CHECKOUT),
        (
            "payments/accord.yaml",
            "party: payments\nnames: {kubernetes: shop/payments}\npromises: {charge: {latency: {max: 5s}}}\n",
        ),
        ("payments/service.yaml", SERVICE),
    ):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["facts", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_everything_that_was_read_with_what_was_linked(capsys: pytest.CaptureFixture[str]):
    code, out, err = said(capsys)
    assert (code, err) == (0, "")
    assert out == (
        "checkout/accord.yaml\n"
        "  4:24  checkout assumes payments/charge timeout.attempt: 2s\n"
        "  5:15  checkout assumes payments/charge attempts: 3\n"
        "payments/accord.yaml\n"
        "  2:21  payments promises payments names.kubernetes: shop/payments\n"
        "  3:36  payments promises payments/charge latency.max: 5s\n"
        "payments/service.yaml\n"
        "  3:18  kubernetes:shop/payments (payments) promises kubernetes:shop/payments (payments) declares: Service  [platform, kubernetes]\n"
        "  4:18  kubernetes:shop/payments (payments) promises kubernetes:shop/payments (payments) selects: app=payments  [platform, kubernetes]\n"
        "links\n"
        "  kubernetes:shop/payments is payments: payments says names.kubernetes: shop/payments\n"
        "6 facts from 3 files\n"
    )


def test_one_file_and_one_line_of_it(capsys: pytest.CaptureFixture[str]):
    _, out, _ = said(capsys, "checkout/accord.yaml")
    assert out.splitlines()[-1] == "2 facts from 1 file"
    _, out, _ = said(capsys, "checkout/accord.yaml:5")
    assert out == "checkout/accord.yaml\n  5:15  checkout assumes payments/charge attempts: 3\n1 fact from 1 file\n"


def test_names_in_one_file_are_explained_by_what_stands_around_it(capsys: pytest.CaptureFixture[str]):
    _, out, _ = said(capsys, "payments/service.yaml:3")
    assert "kubernetes:shop/payments is payments: payments says names.kubernetes: shop/payments" in out


def test_a_line_on_which_nothing_is_said(capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "checkout/accord.yaml:99")[:2] == (3, "")


def test_an_exported_file_is_a_source_of_equal_facts(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, err = said(capsys, ".", "--export", "facts.json", "--as-of", "2026-11-23")
    assert (code, out, err) == (0, "", "6 facts from 3 files\n")
    text = (shop / "facts.json").read_text()
    assert text.startswith('{"accord_facts": 1, "exported_at": "2026-11-23", "facts": [\n')
    elsewhere = shop / "elsewhere"
    elsewhere.mkdir()
    (shop / "facts.json").rename(elsewhere / "facts.json")
    code, out, _ = said(capsys, "elsewhere/facts.json")
    assert code == 0
    assert "elsewhere/facts.json/checkout/accord.yaml (as of 2026-11-23)\n" in out
    assert "  5:15  checkout assumes payments/charge attempts: 3" in out.splitlines()
    assert out.endswith("6 facts from 3 files\n")


def test_an_export_leaves_out_what_was_imported(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "imports").mkdir()
    said(capsys, "checkout", "--export", "imports/checkout.json", "--as-of", "2026-11-23")
    code, out, err = said(capsys, "payments", "imports", "--export", "-")
    assert (code, err) == (0, "4 facts from 2 files; 2 imported ones are left out\n")
    assert "checkout" not in out
    assert said(capsys, "imports", "--export", "-")[:2] == (3, "")


def test_what_is_not_there_is_a_usage_error(capsys: pytest.CaptureFixture[str]):
    code, _, err = said(capsys, "nowhere.yaml:3")
    assert code == 2
    assert "nowhere.yaml:3: no such file or folder" in err
    assert said(capsys, "checkout/accord.yaml:3", "--export", "-")[0] == 2


def test_nothing_readable_and_nothing_said(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "empty").mkdir()
    assert said(capsys, "empty")[0] == 3
    (shop / "empty" / "accord.yaml").write_text("party: [\n")
    assert said(capsys, "empty")[0] == 2
