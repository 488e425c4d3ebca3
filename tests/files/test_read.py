"""From paths to facts: what is counted, what becomes a problem, and that no source can break the rest."""

import gc
import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from accord.files import given as given_module
from accord.files import plugins as plugins_module
from accord.files.config import load
from accord.files.plugins import plugins
from accord.files.read import read
from accord.files.walk import Missing
from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.model.result import Reading
from accord.sources import exported
from accord.sources._yaml import Document, child, text_of

CONTRACT = "party: {name}\npromises:\n  charge: {{latency: {{max: 5s}}}}\n"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(file: str, text: str) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(text, encoding="utf-8", newline="")


def said(reading: Reading) -> list[str]:
    return [f"{fact.place.root}|{fact.place} {fact.says} {fact.term} {fact.text}" for fact in reading.facts]


def refused(reading: Reading) -> list[str]:
    return [f"{problem.place} {problem.reason}" for problem in reading.problems]


def test_facts_problems_and_files_are_collected() -> None:
    write("shop/payments/accord.yaml", CONTRACT.format(name="payments"))
    write("shop/other.yaml", "nobody: claims this\n")
    write("shop/empty.json", "")
    write("shop/bad.yaml", "a: [1\n")
    write("shop/half.yaml", "a: [1\n---\nparty: half\npromises: {x: {latency: {max: 1s}}}\n")
    reading = read(["shop"])
    assert said(reading) == [
        "shop|half.yaml:3:1 half latency.max 1s".replace("3:1", "4:31"),
        "shop|payments/accord.yaml:3:27 payments latency.max 5s",
    ]
    assert refused(reading) == [
        "bad.yaml:1:4 not YAML: this [ is not closed; expected ]",
        "half.yaml:1:4 not YAML: this [ is not closed; expected ]",
    ]
    assert reading.files == 4
    assert reading.imported == {}


def test_files_that_mean_something_together_are_read_together() -> None:
    write("live/main.tf", 'variable "s" {}\nmodule "q" {\n  source = "../queue"\n  s      = var.s\n}\n')
    write("live/bad.tf", 'resource "aws_sqs_queue" = 1\n')
    write("live/terraform.tfvars", "s = 9\n")
    queue = 'variable "s" {}\nresource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = var.s\n}\n'
    write("queue/main.tf", queue)
    reading = read(["."])
    assert [line for line in said(reading) if "timeout" in line] == [
        ".|live/terraform.tfvars:1:5 aws:live#module.q.sqs_queue.q timeout.attempt 9s"
    ]
    assert refused(reading) == ["live/bad.tf:1:26 not Terraform: this does not fit here"]
    assert reading.files == 3
    apart = [line for line in said(read(["live", "queue"])) if "timeout" in line]
    assert apart == ["live|terraform.tfvars:1:5 aws:#module.q.sqs_queue.q timeout.attempt 9s"]
    assert not [line for line in said(read(["queue"])) if "timeout" in line]


def test_a_file_of_values_that_cannot_be_decoded_is_nobodys_concern() -> None:
    write("main.tf", 'variable "s" {}\nresource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = var.s\n}\n')
    Path("terraform.tfvars").write_bytes(b"\0GITCRYPT\0\xff\xfe")
    reading = read(["."])
    assert reading.problems == ()
    assert not [line for line in said(reading) if "timeout" in line]


def test_without_paths_the_working_folder_is_read() -> None:
    write("accord.yaml", CONTRACT.format(name="a"))
    assert said(read([])) == [".|accord.yaml:3:27 a latency.max 5s"]


def test_a_path_that_names_nothing_is_refused() -> None:
    with pytest.raises(Missing, match=r"none\.yaml: no such file or folder"):
        read(["none.yaml"])


def test_what_cannot_be_opened_does_not_stop_the_rest() -> None:
    write("accord.yaml", CONTRACT.format(name="a"))
    os.mkfifo("pipe.yaml")
    Path("folder.yaml").mkdir()
    Path("loop.yaml").symlink_to("loop.yaml")
    with Path("large.json").open("wb") as file:
        file.truncate(50_000_000)
    Path("latin.yaml").write_bytes(b"a: caf\xe9\n")
    reading = read(["."])
    assert len(reading.facts) == 1
    assert reading.files == 1
    assert [problem.place.file for problem in reading.problems] == [
        "large.json",
        "latin.yaml",
        "loop.yaml",
        "pipe.yaml",
    ]
    assert all(problem.fatal for problem in reading.problems)


def test_paths_give_facts_their_scope() -> None:
    write(
        "accord.toml",
        '[[scope]]\npath = "overlays/staging/**"\nenv = "staging"\n[[scope]]\npath = "base/"\nversion = {a = "2.10"}\n',
    )
    write("overlays/staging/x/accord.yaml", CONTRACT.format(name="a"))
    write("base/accord.yaml", CONTRACT.format(name="b"))
    write("accord.yaml", CONTRACT.format(name="c"))
    for arguments in (["."], ["overlays", "base", "accord.yaml"], ["overlays/staging/x/accord.yaml", "."]):
        reading = read(arguments, load(arguments, environ={}))
        assert {fact.says: fact.scope for fact in reading.facts} == {
            "a": (("env", ("staging",)),),
            "b": (("version:a", ("2.10",)),),
            "c": (),
        }


def source(name: str, **given: object) -> SimpleNamespace:
    def claims(document: Document) -> bool:
        return child(document.node, name) is not None

    def read_(document: Document) -> Iterator[Fact | Problem]:
        yield from ()

    return SimpleNamespace(**{"FORMAT": name, "claims": claims, "read": read_, **given})


def test_a_source_that_fails_costs_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(document: Document) -> Iterator[Problem]:
        yield Problem(given_module.place_of(document.node, document.root, document.file), "first")
        raise KeyError("spec\nof it")

    def endless(document: Document) -> Iterator[Problem]:
        yield from endless(document)

    broken = [
        source("fails", read=failing),
        source("endless", read=endless),
        source("claims", claims=lambda document: 1 / 0),
    ]
    real, more = given_module.asked, [(one, False) for one in broken]
    monkeypatch.setattr(given_module, "asked", lambda document, others: (*more[:2], *real(document, others), more[2]))
    monkeypatch.setattr(given_module, "claimable_in", lambda file: None)
    write("a.yaml", "other: 1\n---\nfails: 1\n---\nendless: 1\n---\n" + CONTRACT.format(name="a"))
    reading = read(["."])
    assert len(reading.facts) == 1
    first, second, third = refused(reading)
    assert first == "a.yaml:1:1 could not be read: please report this (claims, ZeroDivisionError: division by zero)"
    assert second == "a.yaml:3:1 could not be read: please report this (fails, KeyError: 'spec\\nof it')"
    assert third.startswith(
        "a.yaml:5:1 could not be read: please report this (endless, RecursionError: maximum recursion"
    )


def test_the_collector_is_as_before() -> None:
    write("a.yaml", "a: 1\n")
    read(["."])
    assert gc.isenabled()
    gc.disable()
    try:
        read(["."])
        assert not gc.isenabled()
    finally:
        gc.enable()


# ---------------------------------------------------------------------- sources of third parties


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "installed"
    (folder / "theirs-1.0.dist-info").mkdir(parents=True)
    (folder / "theirs-1.0.dist-info" / "METADATA").write_text("Name: theirs\nVersion: 1.0\n")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    plugins.cache_clear()
    yield folder
    plugins.cache_clear()


def test_a_package_can_bring_a_source(installed: Path) -> None:
    (installed / "theirs-1.0.dist-info" / "entry_points.txt").write_text(
        f"[{plugins_module.GROUP}]\nb = theirs\na = missing_module\nc = json\n"
    )
    (installed / "theirs.py").write_text(
        "from accord.model.problem import Problem\nfrom accord.model.place import Place\nFORMAT = 'theirs'\n"
        "def claims(document): return True\n"
        "def read(document): yield Problem(Place(document.root, document.file, 7, 7), 'read by theirs')\n"
    )
    write("in/a.yaml", "x: 1\n---\n" + CONTRACT.format(name="a"))
    reading = read(["in"])
    assert len(reading.facts) == 1
    assert refused(reading) == [
        "accord.sources a this source cannot be used: ModuleNotFoundError: No module named 'missing_module'",
        "accord.sources c this source cannot be used: TypeError: expected a module with FORMAT, claims and read; it has no FORMAT, claims, read",
        "a.yaml:7:7 read by theirs",
    ]


NAMED = """
from accord.model.fact import Fact, Stance
from accord.model.problem import Problem
FORMAT, FILES = "notes", ("NOTES", "*.note")
def read_text(text, start):
    if "broken" in text:
        raise KeyError("spec")
    yield Fact("notes", Stance.PROMISES, "", "notes", "", "source", text.strip(), text.strip(), start)
    if "half" in text:
        yield Problem(start, "half read")
"""


def test_a_source_takes_files_whole_by_their_names(installed: Path) -> None:
    (installed / "theirs-1.0.dist-info" / "entry_points.txt").write_text(f"[{plugins_module.GROUP}]\nnotes = named\n")
    (installed / "named.py").write_text(NAMED)
    write("in/NOTES", "one: [ is no YAML")
    write("in/deep/.github/a.NOTE", "half")
    write("in/notes", "not the name")
    write("in/broken.note", "broken")
    write("in/big.note", "x" * 10)
    Path("in/latin.note").write_bytes(b"caf\xe9")
    write("accord.toml", '[[scope]]\npath = "in/deep/"\nenv = "prod"\n')
    reading = read(["in"], load((), environ={}))
    assert [(fact.place.file, fact.text, fact.scope) for fact in reading.facts] == [
        ("NOTES", "one: [ is no YAML", ()),
        ("big.note", "x" * 10, ()),
        ("deep/.github/a.NOTE", "half", (("env", ("prod",)),)),
    ]
    assert refused(reading) == [
        "broken.note:1:1 could not be read: please report this (notes, KeyError: 'spec')",
        "deep/.github/a.NOTE:1:1 half read",
        "latin.note:1:4 not UTF-8: the byte 0xE9; write the file as UTF-8",
    ]
    assert reading.files == 3


def test_a_source_may_be_an_object_without_a_hash(installed: Path) -> None:
    (installed / "theirs-1.0.dist-info" / "entry_points.txt").write_text(
        f"[{plugins_module.GROUP}]\nnotes = namespaced:source\n"
    )
    made = "from types import SimpleNamespace\nsource = SimpleNamespace(FORMAT=FORMAT, FILES=[*FILES], read_text=read_text)\n"
    (installed / "namespaced.py").write_text(NAMED + made)
    write("in/a.note", "one")
    reading = read(["in"])
    assert ([fact.text for fact in reading.facts], refused(reading)) == (["one"], [])


# ---------------------------------------------------------------------- facts that travelled

LADDER = "party: rota\nkind: rota\nescalates:\n  - {after: 5m, to: lead}\n"


@pytest.mark.parametrize("whole", [True, False])
def test_exported_facts_stand_below_their_file_with_the_day_of_the_export(whole: bool) -> None:
    write("home/deep/accord.yaml", CONTRACT.format(name="a") + "---\n" + LADDER)
    facts = read(["home"]).facts
    text = exported.write(facts, date(2026, 10, 1))
    write(
        "here/theirs.json",
        text if whole else json.dumps({**json.loads(text), "facts": [*json.loads(text)["facts"], 5]}, indent=1),
    )
    for argument, root in (("here", "here/theirs.json"), ("here/theirs.json", "here/theirs.json")):
        reading = read([argument])
        assert {fact.place.root for fact in reading.facts} == {root}
        assert {fact.place.file for fact in reading.facts} == {"home/deep/accord.yaml"}
        assert reading.imported == {root: date(2026, 10, 1)}
        assert [fact.place.line for fact in reading.facts] == [fact.place.line for fact in facts]
        [rungs] = [fact.value for fact in reading.facts if fact.term == "escalates"]
        assert rungs[0].place.root == root
        assert len(reading.problems) == (0 if whole else 1)
        assert reading.files == 1


def test_values_stay_text() -> None:
    write("a.json", '{"party": "a", "promises": {"x": {"latency": {"max": "1s"}, "accepts": {"n": "NO"}}}}')
    assert [fact.text for fact in read(["."]).facts] == ["1s", "NO"]
    [document] = given_module.documents(Path("a.json").read_text(), "r", "a.json")
    assert isinstance(document, Document)
    assert text_of(document.node.value[0].value) == "a"


def test_a_key_that_stands_twice_in_a_manifest_is_not_read() -> None:
    write("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: x, namespace: y}\nspec: {}\n")
    assert refused(read(["."])) == [
        "a.yaml:3:35 cannot read metadata.namespace: it stands here a second time, so neither is read"
    ]


@pytest.mark.parametrize(
    ("working", "argument"),
    [
        (".", "My.Shop"),
        ("My.Shop", "."),
        ("My.Shop", ""),
        ("My.Shop/deep", ".."),
        ("My.Shop/deep", "../"),
        ("My.Shop/deep", "../compose.yaml"),
        ("My.Shop", "compose.yaml"),
        ("My.Shop", "./deep/.."),
    ],
)
def test_a_project_of_compose_has_the_name_of_its_folder_wherever_it_is_read_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, working: str, argument: str
) -> None:
    (tmp_path / "My.Shop" / "deep").mkdir(parents=True)
    (tmp_path / "My.Shop" / "compose.yaml").write_text("services: {web: {image: a}}\n")
    monkeypatch.chdir(tmp_path / working)
    reading = read([argument] if argument else [])
    assert {fact.provider for fact in reading.facts} == {"compose:myshop/web"}
