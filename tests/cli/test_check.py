"""`accord check`: what it shows, what it chooses, and the code it exits with."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from accord.files.decode import LARGEST

from .conftest import CHECKOUT, PAYMENTS, Accord, write

RULE = "timing/caller-gives-up-first"
QUIET = "party: team-data\nkind: team\n"


def test_a_mismatch_is_shown_with_both_sides_and_how_it_fails(accord: Accord, shop: Path) -> None:
    done = accord("check")
    assert done.code == 1 and done.err == ""
    for words in (
        f"mismatch  {RULE}   checkout -> payments/charge",
        "checkout gives up each try after 2s    checkout/accord.yaml:5:24",
        "payments may answer after 5s           payments/accord.yaml:4:27",
        "how it fails while both keep their word:",
        "answers try 1, to nobody",
        "help: checkout: wait at least 5s",
        "payments: promise at most 2s",
        "(--questions lists them)",
        "read 2 files: 2 parties, 1 boundary",
    ):
        assert words in done.out


def test_places_open_from_the_working_directory_whatever_the_arguments(accord: Accord, shop: Path) -> None:
    done = accord("check", "checkout", "payments/accord.yaml")
    assert "checkout/accord.yaml:5:24" in done.out and "payments/accord.yaml:4:27" in done.out
    document = json.loads(accord("check", "checkout", "payments", "--format", "json").out)
    places = {(place["root"], place["file"]) for finding in document["findings"] for place in finding["places"]}
    assert places == {("checkout", "accord.yaml"), ("payments", "accord.yaml")}


ROUTE = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: pay, namespace: shop}\n"
SPEC = "spec: {hosts: [payments], http: [{timeout: %s, route: [{destination: {host: payments}}]}]}\n"
OTHERS = "party: cart\nneeds:\n  payments/charge: {timeout: {attempt: 1s}}\n---\nparty: wishes\nowner: none\n"


@pytest.mark.parametrize("form", ["json", "text", "sarif", "github"])
def test_nothing_hangs_on_where_the_folders_lie(accord: Accord, tmp_path: Path, shop: Path, form: str) -> None:
    def told(first: str, second: str) -> str:
        folders = [tmp_path / first / "r", tmp_path / second / "r"]
        for folder, timeout in zip(folders, ("1s", "3s"), strict=True):
            write(folder, "checkout/accord.yaml", CHECKOUT)
            write(folder, "payments/accord.yaml", PAYMENTS + "names: {kubernetes: shop/payments}\n")
            write(folder, "others/accord.yaml", OTHERS)
            write(folder, "mesh/route.yaml", ROUTE + SPEC % timeout)
            write(folder, "broken.yaml", "party: [\n")
        out = accord("check", *map(str, folders), "--format", form, "--questions", "--no-cache").out
        for folder in folders:
            out = out.replace(os.path.relpath(folder), str(folder)).replace(
                str(folder), f"FOLDER{folders.index(folder)}"
            )
        return out

    one, other = told("a/1", "a/2"), told("b/2", "b/1")
    assert "FOLDER0" in one and "FOLDER1" in one
    assert one == other


Piped = Callable[[str | bytes], None]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Piped:
    """Puts a text on standard input."""

    def put(content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return put


def test_what_is_piped_in_is_checked_as_a_file(accord: Accord, shop: Path, piped: Piped) -> None:
    piped(f"{CHECKOUT}---\n{PAYMENTS}")
    done = accord("check", "-")
    assert done.code == 1 and "<stdin>:5:24" in done.out and "<stdin>:11:27" in done.out
    piped(f"{CHECKOUT}---\n{PAYMENTS}")
    again = accord("check", "-", "--stdin-name", "k8s/both.yaml", "--format", "json")
    places = {place["file"] for finding in json.loads(again.out)["findings"] for place in finding["places"]}
    assert places == {"k8s/both.yaml"}
    piped(CHECKOUT)
    beside = accord("check", "-", "payments", "-")
    assert beside.code == 1 and "<stdin>:5:24" in beside.out and "payments/accord.yaml:4:27" in beside.out


def test_what_is_piped_in_is_never_taken_for_what_was_piped_in_before(accord: Accord, shop: Path, piped: Piped) -> None:
    for text, code in ((CHECKOUT + "---\n" + PAYMENTS, 1), (QUIET, 0), (CHECKOUT + "---\n" + PAYMENTS, 1)):
        piped(text)
        assert accord("check", "-").code == code


def test_the_name_of_what_is_piped_in_says_what_it_is(accord: Accord, shop: Path, piped: Piped) -> None:
    for name, code in (("main.tf", 0), ("<stdin>", 3)):
        piped('resource "aws_sqs_queue" "q" {}\n')
        assert accord("check", "-", "--stdin-name", name).code == code


def test_what_is_wrong_with_what_is_piped_in_is_told(accord: Accord, shop: Path, piped: Piped) -> None:
    for content, words in (
        ("party: [\n", "<stdin>:1:8"),
        (b"party: \xff\n", "not UTF-8: the byte 0xFF"),
        (b"x" * (LARGEST + 1), "not read: more than 20,000,000 bytes"),
    ):
        piped(content)
        done = accord("check", "-")
        assert done.code == 2 and "nothing could be read in standard input" in done.out and words in done.out
    piped("")
    assert accord("check", "-").code == 3
    for arguments in (("--stdin-name", "x.yaml"), ("-", "--stdin-name", ""), ("-", "--stdin-name", "k8s/")):
        done = accord("check", *arguments)
        assert done.code == 2 and "--stdin-name: expected" in done.err


def test_nothing_found_is_said_and_is_zero(accord: Accord, shop: Path) -> None:
    write(shop, "people of ours/accord.yaml", QUIET)
    done = accord("check", "people of ours")
    assert done.code == 0
    assert done.out.startswith(
        "no statement contradicts another, and no question is open\nread 1 file: 1 party; no file says yet"
    )
    assert done.out.endswith("\nnext: accord facts 'people of ours'\n")


def test_json_is_one_document_on_standard_output(accord: Accord, shop: Path) -> None:
    done = accord("check", "--format", "json")
    assert done.code == 1
    assert json.loads(done.out)["counts"]["mismatch"] >= 1


def test_output_goes_to_a_file_and_is_the_same(accord: Accord, shop: Path) -> None:
    shown = accord("check", "--format", "json")
    done = accord("check", "--format", "json", "--output", "result.json")
    assert (done.code, done.out) == (1, "")
    assert Path("result.json").read_text(encoding="utf-8") == shown.out


def test_an_output_that_cannot_be_written_is_one_clear_line(accord: Accord, shop: Path) -> None:
    done = accord("check", "--output", "missing/result.txt")
    assert (done.code, done.out) == (2, "")
    assert done.err == "accord: cannot write missing/result.txt: no such file or directory\n"


def test_questions_are_counted_and_listed_only_when_asked_for(accord: Accord, shop: Path) -> None:
    assert "asked of payments" not in accord("check").out
    assert "unanswered  asked of payments" in accord("check", "--questions").out


def test_a_rule_or_a_family_can_be_chosen(accord: Accord, shop: Path) -> None:
    for chosen in (RULE, "timing/", "timing/caller"):
        done = accord("check", "--rule", chosen)
        assert done.code == 1
        assert "unsafe-operation-repeated" not in done.out and f"mismatch  {RULE}" in done.out
    assert accord("check", "--rule", "people/").code == 0
    both = accord("check", "--rule", "timing/", "--rule", "retries/").out
    assert "timing/" in both and "retries/unsafe-operation-repeated" in both


def test_moves_are_the_same_however_few_rules_are_shown(accord: Accord, shop: Path) -> None:
    whole = json.loads(accord("check", "--format", "json").out)["findings"]
    part = json.loads(accord("check", "--format", "json", "--rule", RULE).out)["findings"]
    assert part == [finding for finding in whole if finding["rule"] == RULE]


def test_a_boundary_can_be_chosen(accord: Accord, shop: Path) -> None:
    assert accord("check", "--boundary", "PAYMENTS/charge").code == 1
    assert accord("check", "--boundary", "checkout -> payments").code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rule", "timing/caller-gives-up-frist"), "did you mean 'timing/caller-gives-up-first'?"),
        (("--boundary", "payment/charge"), "no boundary contains 'payment/charge'; did you mean 'payments/charge'?"),
        (("--format", "txt"), "'--format'"),
        (("--fail-on", "errors"), "'--fail-on'"),
        (("--as-of", "tomorrow"), "as_of"),
        (("nowhere",), "nowhere"),
        (("--questoins",), "--questions"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_a_slip_of_the_pen_is_a_usage_error(accord: Accord, shop: Path, arguments: tuple[str, ...], words: str) -> None:
    done = accord("check", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err and "Traceback" not in done.err


def test_exit_codes_follow_verdicts_and_severities(accord: Accord, shop: Path) -> None:
    assert accord("check", "--exit-zero").code == 0
    write(shop, "payments/accord.yaml", PAYMENTS.replace("{max: 5s}", "{p99: 1s}").replace("never", "always"))
    assert accord("check").code == 0
    assert accord("check", "--fail-on", "conditional").code == 1
    assert accord("check", "--fail-on", "unanswered").code == 1
    assert accord("check", "--fail-on", "warning").code == 1
    assert accord("check", "--fail-on", "error", "--fail-on", "note").code == 0
    assert accord("check", "--fail-on", "conditional", "--exit-zero").code == 0


def test_nothing_to_check_is_three_and_says_what_to_do(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "values.yaml", "replicas: 3\n")
    done = accord("check", tmp_path)
    assert done.code == 3
    assert (
        f"nothing to check in {tmp_path}: of 1 file none is" in " ".join(done.out.split())
        and "party: checkout" in done.out
    )


def test_owners_of_paths_alone_are_nothing_to_check(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "CODEOWNERS", "* @shop/payments\n")
    done = accord("check", tmp_path)
    assert done.code == 3 and "nothing to check" in done.out


def test_a_chart_of_templates_beside_readable_files_is_nothing_to_check_and_says_so(
    accord: Accord, tmp_path: Path
) -> None:
    write(tmp_path, "values.yaml", "replicas: 3\n")
    write(tmp_path, "templates/service.yaml", "kind: Service\nmetadata: {{ .Values.meta }}\nspec: [\n")
    done = accord("check", tmp_path)
    assert done.code == 3
    assert "nothing to check" in done.out and "not read: 1 whole file" in done.out


def test_a_contract_that_is_refused_is_not_nothing(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "accord.yaml", "promises: {charge: {latency: {max: 5s}}}\n")
    done = accord("check", tmp_path)
    assert done.code == 2
    assert "nothing could be read" in done.out and "accord.yaml:1:1" in done.out


def test_a_kustomization_of_what_cannot_be_read_is_not_clean(accord: Accord, tmp_path: Path) -> None:
    kustomization = "resources: [a.yaml]\npatches: [{path: b.yaml, target: {kind: Deployment, name: a}}]\n"
    write(tmp_path, "kustomization.yaml", kustomization)
    write(tmp_path, "a.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ x }}\nspec: [\n")
    done = accord("check", tmp_path)
    assert done.code == 2 and "nothing could be read" in done.out
    write(tmp_path, "kustomization.yaml", "resources: [c.yaml]\n")
    (tmp_path / "a.yaml").unlink()
    assert accord("check", tmp_path).code == 3


def test_nothing_readable_is_two(accord: Accord, tmp_path: Path) -> None:
    write(tmp_path, "accord.yaml", "party: [\n")
    done = accord("check", tmp_path)
    assert done.code == 2
    assert "nothing could be read" in done.out and "accord.yaml:" in done.out


def test_partly_unreadable_is_counted_and_the_rest_is_checked(accord: Accord, shop: Path) -> None:
    write(shop, "broken.yaml", "a: [\n")
    done = accord("check")
    assert done.code == 1
    assert "not read: 1 whole file" in done.out and "broken.yaml:" in done.out
    document = json.loads(accord("check", "--format", "json").out)
    assert [entry["file"] for entry in document["read"]["not_read"]] == ["broken.yaml"]


def test_the_configuration_decides_where_no_option_does(accord: Accord, shop: Path) -> None:
    write(shop, "accord.toml", '[check]\nformat = "json"\nfail_on = ["note"]\nquestions = true\n')
    done = accord("check")
    assert done.code == 0 and done.out.startswith("{")
    assert "asked of payments" in accord("check", "--format", "text").out
    other = write(shop, "other.toml", "[check]\n")
    assert accord("check", "--config", other).code == 1
    bad = write(shop, "bad.toml", "[check]\nformt = 1\n")
    done = accord("check", "--config", bad)
    assert done.code == 2 and "bad.toml:2" in done.err and "did you mean 'format'" in done.err


def test_the_day_is_an_input(accord: Accord, shop: Path) -> None:
    dated = PAYMENTS.replace("owner", "only: {until: 2026-12-31}\nowner")
    write(
        shop,
        "payments/accord.yaml",
        dated + "---\nparty: payments\nonly: {from: 2027-01-01}\npromises: {charge: {latency: {max: 1s}}}\n",
    )
    assert accord("check", "--rule", RULE, "--as-of", "2026-12-31").code == 1
    assert accord("check", "--rule", RULE, "--as-of", "2027-01-01").code == 0


def test_what_rests_on_an_import_says_its_age(accord: Accord, shop: Path) -> None:
    accord("facts", "payments", "--export", "payments.facts.json", "--as-of", "2026-11-01")
    (shop / "payments" / "accord.yaml").unlink()
    done = accord("check", "--as-of", "2026-11-23", "--rule", RULE)
    assert done.code == 1
    assert (
        "payments.facts.json: payments/accord.yaml:4:27\n  payments.facts.json says so as of 2026-11-01, 22 days ago\n"
        in done.out
    )
    document = json.loads(accord("check", "--as-of", "2026-11-23", "--rule", RULE, "--format", "json").out)
    assert [place.get("as_of") for place in document["findings"][0]["places"]] == [None, "2026-11-01"]


def test_colour_is_used_where_it_is_wanted(accord: Accord, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in accord("check").out
    assert "\x1b[1;31mmismatch" in accord("check", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in accord("check").out
    assert "\x1b[" not in accord("check", "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in accord("check").out


def test_the_page_is_as_wide_as_the_terminal(accord: Accord, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    narrow = accord("check").out
    assert "  checkout gives up each try after 2s\n      checkout/accord.yaml:5:24\n" in narrow


def test_a_narrow_encoding_loses_nothing(shop: Path) -> None:
    write(shop, "checkout/accord.yaml", CHECKOUT.replace("checkout", "kaßenhaus"))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-m", "accord", "check"]
    done = subprocess.run(command, capture_output=True, env=environment, cwd=shop, check=False)
    assert done.returncode == 1 and done.stderr == b""
    assert b"ka\\xdfenhaus gives up each try" in done.stdout


def test_file_order_and_argument_order_change_nothing_but_paths(accord: Accord, shop: Path) -> None:
    one = json.loads(accord("check", "checkout", "payments", "--format", "json").out)
    other = json.loads(accord("check", "payments", "checkout", "--format", "json").out)
    assert one == other


def test_what_a_variable_names_has_no_line(accord: Accord, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_LANDSCAPE_INCLUDE", "nowhere")
    told = accord("check").out
    assert "  environment variable ACCORD_LANDSCAPE_INCLUDE\n      landscape.include nowhere: no such file" in told
    (refused,) = json.loads(accord("check", "--format", "json").out)["read"]["not_read"]
    assert (refused["file"], refused["line"], refused["column"]) == (
        "environment variable ACCORD_LANDSCAPE_INCLUDE",
        None,
        None,
    )


def test_a_list_of_pages_named_by_a_variable_has_no_line(
    accord: Accord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.yml").write_text("groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]")
    monkeypatch.setenv("ACCORD_RUNBOOKS_LIST", "nowhere.txt")
    told = accord("check", str(tmp_path)).out
    assert "  environment variable ACCORD_RUNBOOKS_LIST\n      runbooks.list nowhere.txt: cannot be read" in told


@pytest.mark.parametrize("content", ["# Read me\n\nme: [\n", "one: two: three\n", "\ttabs\n"])
def test_a_file_of_a_kind_that_nobody_reads_is_told_what_is_read(accord: Accord, tmp_path: Path, content: str) -> None:
    (tmp_path / "README.md").write_text(content)
    (tmp_path / "accord.yaml").write_text(content)
    done = accord("check", tmp_path / "README.md")
    assert done.code == 2 and "not YAML" not in done.out
    said = " ".join(done.out.split())
    assert "README.md:1:1 no kind of file that is read; expected YAML or JSON (.yaml, .yml, .json)" in said
    assert "CODEOWNERS" in said and "*.ics" in said
    assert "not YAML" in accord("check", tmp_path / "accord.yaml").out


def test_yaml_under_any_name_is_read_where_it_is_named(accord: Accord, tmp_path: Path) -> None:
    (tmp_path / "contract.txt").write_text("party: checkout\nassumes:\n  payments/charge: {timeout: {attempt: 2s}}\n")
    assert "read 1 file: 2 parties, 1 boundary" in accord("check", tmp_path / "contract.txt").out
