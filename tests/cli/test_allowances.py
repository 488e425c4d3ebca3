"""Waivers and baselines from the command line: what is shown, what is counted, and the code a run exits with."""

import json
from pathlib import Path

from .conftest import CHECKOUT, PAYMENTS, Accord, write

RULE = "timing/caller-gives-up-first"
OTHER = "retries/unsafe-operation-repeated"
DAY = ("--as-of", "2026-11-23")
WAIVED = CHECKOUT.replace(
    "  payments/charge:",
    f"  # accord: allow[{RULE}, {OTHER}] until 2027-03-31 owner team-shop because known\n  payments/charge:",
)
SELECTION = f'[[waiver]]\nrule = "{RULE}"\npath = "payments/**"\nuntil = 2027-03-31\nbecause = "it is a pilot"\n'


def test_a_waived_finding_is_counted_and_not_shown_until_it_is_asked_for(accord: Accord, shop: Path) -> None:
    write(shop, "checkout/accord.yaml", WAIVED)
    done = accord("check", *DAY)
    assert done.code == 0
    assert "1 question nobody answers" not in done.out and "2 waived (--waived lists them)" in done.out
    assert "mismatch  " not in done.out
    listed = accord("check", "--waived", *DAY)
    assert listed.code == 0
    assert f"waived  mismatch  {RULE}   checkout -> payments/charge" in listed.out
    assert "allowed until 2027-03-31 by team-shop because known\n      checkout/accord.yaml:4:19" in listed.out


def test_the_day_after_its_last_it_counts_again(accord: Accord, shop: Path) -> None:
    write(shop, "checkout/accord.yaml", WAIVED)
    done = accord("check", "--as-of", "2027-04-01")
    assert done.code == 1
    assert f"mismatch  {RULE}" in done.out and f"note  contract/waiver-expired   allow[{RULE}]" in done.out


def test_json_tells_what_is_waived_and_by_whom(accord: Accord, shop: Path) -> None:
    assert "waived" not in json.loads(accord("check", "--format", "json", *DAY).out)
    write(shop, "checkout/accord.yaml", WAIVED)
    document = json.loads(accord("check", "--format", "json", *DAY).out)
    assert document["counts"]["mismatch"] == 0
    assert {waived["finding"]["rule"] for waived in document["waived"]} == {RULE, OTHER}
    assert document["waived"][0]["waiver"] == {
        "root": ".", "file": "checkout/accord.yaml", "line": 4, "column": 50 if document["waived"][0]["finding"]["rule"] == OTHER else 19,
        "because": "known", "owner": "team-shop", "until": "2027-03-31",
    }  # fmt: skip


def test_a_selection_of_the_configuration_is_for_the_files_of_its_pattern(accord: Accord, shop: Path) -> None:
    write(shop, "accord.toml", SELECTION)
    done = accord("check", "--rule", RULE, "--waived", *DAY)
    assert done.code == 0
    assert "allowed until 2027-03-31 because it is a pilot\n      accord.toml:2:1" in done.out
    write(shop, "accord.toml", SELECTION.replace("payments/**", "elsewhere/**"))
    done = accord("check", *DAY)
    assert done.code == 1 and "note  contract/waiver-unused" in done.out and "accord.toml:2:1" in done.out


def test_a_check_of_a_part_accuses_no_waiver(accord: Accord, shop: Path) -> None:
    write(shop, "checkout/accord.yaml", CHECKOUT + "# accord: allow[people/nobody-on-duty] because x\nx-a: 1\n")
    assert "waiver-unused" in accord("check").out
    assert "waiver-unused" not in accord("check", "checkout").out
    assert "waiver-unused" not in accord("check", "--rule", "timing/").out
    write(shop, "checkout/accord.toml", "")
    assert "waiver-unused" in accord("check", "checkout", *DAY).out


def test_waivers_of_an_included_side_have_their_own_check(accord: Accord, shop: Path) -> None:
    write(shop, "payments/accord.yaml", PAYMENTS + "# accord: allow[people/nobody-on-duty] because x\nx-a: 1\n")
    assert "waiver-unused" in accord("check").out
    write(shop, "checkout/accord.toml", '[landscape]\ninclude = ["../payments"]\n')
    done = accord("check", "checkout")
    assert f"mismatch  {RULE}" in done.out and "waiver-unused" not in done.out


def test_what_is_wrong_with_a_selection_is_a_usage_error_with_its_line(accord: Accord, shop: Path) -> None:
    for text, words in (
        ("[[waiver]]\n", "accord.toml:1:1: waiver: expected `rule` and `because` and `path`, `subject` or `says`"),
        (SELECTION.replace("because", "becuase"), "accord.toml:5:1: unknown key 'becuase'; did you mean 'because'?"),
        (SELECTION.replace("2027-03-31", '"soon"'), "waiver.until: expected a date such as 2027-03-31, read 'soon'"),
        ("waiver = 1\n", "waiver: expected [[waiver]], one for each selection"),
        (SELECTION.replace('"it is a pilot"', '" "'), "waiver.because: expected a text, read ' '"),
    ):
        write(shop, "accord.toml", text)
        done = accord("check")
        assert (done.code, done.out) == (2, "") and words in done.err


def test_waivers_survive_every_encoding_that_is_read(accord: Accord, shop: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        (shop / "checkout/accord.yaml").write_bytes(
            WAIVED.replace("\n", "\r\n").replace("known", "bekannt für März").encode(encoding)
        )
        assert "because bekannt für März" in accord("check", "--waived", *DAY).out


# ---------------------------------------------------------------------- baseline


def test_a_baseline_makes_a_check_count_only_what_is_new(accord: Accord, shop: Path) -> None:
    done = accord("baseline", *DAY)
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith(
        "accord.baseline.toml: 3 known findings\nnext: accord check --baseline accord.baseline.toml"
    )
    assert accord("check", *DAY).code == 1
    done = accord("check", "--baseline", "accord.baseline.toml", *DAY)
    assert done.code == 0 and done.out.startswith("nothing else is found, 3 known to the baseline\n")
    write(shop, "accord.toml", '[check]\nbaseline = "accord.baseline.toml"\n')
    assert accord("check", *DAY).code == 0
    write(shop, "desk/accord.yaml", CHECKOUT.replace("checkout", "desk"))
    done = accord("check", *DAY)
    assert done.code == 1 and "desk -> payments/charge" in done.out and "checkout -> payments" not in done.out


def test_a_baseline_is_sorted_and_read_by_people(accord: Accord, shop: Path) -> None:
    accord("baseline", *DAY)
    text = (shop / "accord.baseline.toml").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("rule")] == [
        'rule = "contract/question-unanswered"', f'rule = "{OTHER}"', f'rule = "{RULE}"',
    ]  # fmt: skip
    assert 'message = "checkout waits 2s, payments may answer after 5s"' in text
    accord("baseline", *DAY)
    assert (shop / "accord.baseline.toml").read_text(encoding="utf-8") == text


def test_a_baseline_only_shrinks(accord: Accord, shop: Path) -> None:
    accord("baseline", *DAY)
    write(shop, "desk/accord.yaml", CHECKOUT.replace("checkout", "desk").replace("attempts: 3", "attempts: 1"))
    write(shop, "payments/accord.yaml", PAYMENTS.replace("never", "always"))
    done = accord("check", "--baseline", "accord.baseline.toml", *DAY)
    assert "note  contract/known-finding-gone   baseline\n  1 known finding is found no longer\n" in done.out
    assert "accord.baseline.toml:10:1" in done.out
    done = accord("baseline", *DAY)
    assert done.code == 1
    assert done.err.startswith(
        "accord.baseline.toml: 2 known findings, 1 gone\n1 new finding is not added (--grow adds):"
    )
    assert "desk -> payments/charge" in done.err
    assert accord("baseline", *DAY).err.startswith("accord.baseline.toml: 2 known findings, none gone\n")
    done = accord("baseline", "--grow", *DAY)
    assert (done.code, done.err) == (0, "accord.baseline.toml: 3 known findings, 1 added\n")
    assert accord("check", "--baseline", "accord.baseline.toml", *DAY).code == 0


def test_what_joins_many_stays_known_while_it_shrinks(accord: Accord, tmp_path: Path) -> None:
    """One of three alerts gets its owner: nothing is new. A fourth without one is."""

    def alerts(*names: str) -> None:
        rules = "".join(f"      - {{alert: {name}, expr: up == 0}}\n" for name in names)
        write(tmp_path, "rules.yaml", f"groups:\n  - name: g\n    rules:\n{rules}")

    known = ("check", tmp_path, "--baseline", tmp_path / "b.toml", "--rule", "signals/owner-missing")
    alerts("A", "B", "C")
    accord("baseline", tmp_path, "--output", tmp_path / "b.toml")
    alerts("A", "C")
    assert "1 known to the baseline" in accord(*known).out
    done = accord("baseline", tmp_path, "--output", tmp_path / "b.toml")
    assert done.code == 0 and "none gone" in done.err
    alerts("A", "B", "C")
    assert "none of 3 alerts names an owner" in accord(*known).out


def test_a_baseline_is_of_the_whole(accord: Accord, shop: Path) -> None:
    write(shop, "accord.toml", "[check]\n")
    done = accord("baseline", "checkout")
    assert done.code == 2 and "run it on" in done.err
    write(shop, "empty/accord.toml", "")
    assert accord("baseline", "empty").code == 3
    assert not (shop / "empty" / "accord.baseline.toml").exists()


def test_a_baseline_that_cannot_be_used_is_a_usage_error(accord: Accord, shop: Path) -> None:
    write(shop, "accord.toml", '[check]\nbaseline = "nowhere.toml"\n')
    done = accord("check")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("accord check: nowhere.toml: no such baseline; accord baseline writes it\n")
    for text, words in (
        ("version = 2\n", "b.toml:1:1: expected `version = 1`"),
        (
            "version = 1\n[[finding]]\nrule = 'x'\n",
            "b.toml:2:1: expected `rule`, `subject`, `message` and `fingerprint`",
        ),
        ("version = 1\nfinding = 3\n", "b.toml:2:1: expected [[finding]]"),
        ("version = [\n", "b.toml:1:1: not TOML"),
    ):
        write(shop, "b.toml", text)
        done = accord("check", "--baseline", "b.toml")
        assert (done.code, done.out) == (2, "") and words in done.err


def test_odd_names_survive_a_baseline(accord: Accord, shop: Path) -> None:
    write(shop, "checkout/accord.yaml", CHECKOUT.replace("payments/charge", '"payments/ch\\x7f\\" \\u00e4"'))
    write(shop, "payments/accord.yaml", PAYMENTS.replace("charge", '"ch\\x7f\\" \\u00e4"'))
    accord("baseline")
    assert accord("check", "--baseline", "accord.baseline.toml").code in (0, 3)


# ---------------------------------------------------------------------- formats and codes


def test_one_run_writes_several_formats(accord: Accord, shop: Path) -> None:
    done = accord("check", "--also", "sarif=a.sarif", "--also", "markdown=a.md", *DAY)
    assert done.code == 1 and done.out.startswith("mismatch")
    assert json.loads(Path("a.sarif").read_text(encoding="utf-8")) == json.loads(
        accord("check", "--format", "sarif", *DAY).out
    )
    assert Path("a.md").read_text(encoding="utf-8") == accord("check", "--format", "markdown", *DAY).out
    for wrong in ("sarif", "srif=a", "sarif="):
        done = accord("check", "--also", wrong)
        assert (done.code, done.out) == (2, "") and "--also: expected FORMAT=FILE" in done.err


def test_what_was_not_read_can_fail_a_check(accord: Accord, shop: Path) -> None:
    write(shop, "checkout/accord.yaml", WAIVED)
    assert accord("check", "--fail-on", "not-read", *DAY).code == 0
    write(shop, "x.yaml", "a: [\n---\nb: [\n---\nc: 1\n")
    assert accord("check", *DAY).code == 0
    done = accord("check", "--fail-on", "not-read", *DAY)
    assert done.code == 1 and "not read: 1 whole file\n" in done.out
    write(shop, "accord.toml", '[check]\nfail_on = ["not-read"]\n')
    assert accord("check", *DAY).code == 1


def test_what_is_wrong_with_one_file_is_told_in_order_of_its_lines(accord: Accord, shop: Path) -> None:
    write(shop, "payments/accord.yaml", PAYMENTS + "zeta: 1\nalpha: 1\nmiddle: 1\n")
    told = [
        line for line in accord("check").out.splitlines() if line.startswith("  payments/accord.yaml:") and ":1" in line
    ]
    assert told == [f"  payments/accord.yaml:{line}:1" for line in (5, 6, 7)]


def test_an_empty_rule_is_refused_in_words(accord: Accord, shop: Path) -> None:
    done = accord("check", "--rule", "")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("accord check: --rule: expected a rule or how its name begins, read ''\n")


def test_an_empty_contract_is_named(accord: Accord, tmp_path: Path) -> None:
    for text in ("", "# nothing yet\n---\n"):
        write(tmp_path, "accord.yaml", text)
        done = accord("check", tmp_path)
        assert done.code == 2
        assert "accord.yaml:1:1\n      an empty contract; expected `party: NAME`" in done.out


def test_a_contract_in_the_line_of_its_dashes_is_none_that_is_empty(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "accord.yaml", "--- {party: payments, promises: {charge: {latency: {max: 2s}}}}\n")
    assert "an empty contract" not in accord("check", tmp_path).out


def test_facts_of_nothing_say_so(accord: Accord, tmp_path: Path) -> None:
    done = accord("facts", tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err == f"nothing in {tmp_path}: no file of a kind that is read\n"
    write(tmp_path, "values.yaml", "a: 1\n")
    assert accord("facts", tmp_path).err == f"nothing in {tmp_path}: 1 file of a kind that is read, and no fact in it\n"


def test_a_comment_of_the_configuration_is_for_what_rests_on_its_lines(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "rules.yml", "groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]\n")
    lines = "[vocabulary]\n# accord: allow[signals/nothing] because x\nowner = '# accord: allow[x/y]'\n"
    write(tmp_path, "accord.toml", lines)
    done = accord("check", tmp_path)
    assert "no rule 'signals/nothing'" in done.out and "accord.toml:2:17" in done.out and "x/y" not in done.out
