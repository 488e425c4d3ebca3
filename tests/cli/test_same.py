"""`accord same A B`: the verdict, why, and what would decide."""

from pathlib import Path

import pytest

from accord.cli import run


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "payments").mkdir()
    (tmp_path / "payments" / "accord.yaml").write_text("party: payments\nnames: {kubernetes: default/payments}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["same", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_same_shows_the_reason_and_its_place(capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "payments", "kubernetes:/payments") == (
        0,
        "same: payments and kubernetes:/payments\n"
        "  payments says names.kubernetes: default/payments\n"
        "  a manifest without a namespace is applied to `default` unless told otherwise\n"
        "  at payments/accord.yaml:2:21\n",
        "",
    )


def test_different_in_given_paths(capsys: pytest.CaptureFixture[str]):
    code, out, _ = said(capsys, "payments", "shop/payments", "payments")
    assert code == 0
    assert out.startswith("different: payments and shop/payments\n")


def test_unknowable_says_what_would_decide(capsys: pytest.CaptureFixture[str]):
    code, out, _ = said(capsys, "payments", "otel:payments")
    assert code == 0
    assert out.splitlines()[-1] == "  would decide: `names: {otel: payments}` in the contract of payments"


def test_a_password_is_never_shown(capsys: pytest.CaptureFixture[str]):
    _, out, _ = said(capsys, "payments", "postgres://app:hunter2@db.example.com/orders")
    assert "hunter2" not in out and "app@" not in out


def test_what_is_no_name_is_a_usage_error(capsys: pytest.CaptureFixture[str]):
    code, out, err = said(capsys, "payments", "two words")
    assert (code, out) == (2, "")
    assert "expected a name such as payments" in err


def test_a_folder_of_unreadable_files_still_gets_the_answer_of_the_spelling(
    shop: Path, capsys: pytest.CaptureFixture[str]
):
    (shop / "broken").mkdir()
    (shop / "broken" / "accord.yaml").write_text("party: [\n")
    code, out, err = said(capsys, "a.shop.svc", "shop/a", "broken")
    assert code == 2
    assert out.startswith("same: ")
    assert err == "not read: 1 whole file; accord check says why\n"
