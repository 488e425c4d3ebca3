"""What is remembered is what would be found: after any edit a check with the cache and one without give the same, byte for byte."""

import os
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from accord.check import check
from accord.files import remembered
from accord.files.cache import Cache, opened_cache
from accord.files.config import load
from accord.files.encoded import Outcome, bytes_of, given_of, outcome_of
from accord.files.read import Reader
from accord.files.remembered import Checked, checked
from accord.model.fact import Fact, Stance
from accord.model.hours import Hours, TimeOff
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.result import Given, Reading, Result
from accord.report import json as json_report
from accord.report import text as text_report
from accord.report._asked import Asked
from accord.rules._catalogue import rules
from test_pages import read_blocks, sections

SEED = int(os.environ.get("ACCORD_SEED", "1"))
EDITS = int(os.environ.get("ACCORD_EDITS", "60"))
TODAY = date(2026, 11, 27)

CONTRACT = """\
party: {party}
owner: team-{team}
promises:
  do:
    latency: {{max: {longest}}}  # accord: allow[timing/caller-gives-up-first] until 2026-12-{day} because tried
    idempotent: {idempotent}
    availability: 99.9%
    sunset: 2026-12-{day}
    recover: {{by: rota, within: 1h}}
assumes:
  {other}/do: {{timeout: {{attempt: 2s}}, attempts: 3, until: 2027-01-31}}
"""
ROTA = """\
party: rota
kind: rota
owner: team-1
promises: {{page: {{acknowledge: {longest}, hours: Mon-Fri 09:00-17:00 Europe/Berlin}}}}
escalates: none
"""
RULES = """\
groups:
- name: g
  rules:
  - alert: {party}Fails
    expr: sum by (job) (rate(failures_total{{job="{party}"}}[5m])) > {day}
    for: {longest}
    labels: {{severity: page, team: "{team}"}}
    annotations: {{summary: "{{{{ $labels.pod }}}} fails", runbook_url: "https://wiki.example/{party}"}}
"""
ROUTING = """\
route:
  receiver: rest
  routes:
  - matchers: [team="{team}"]
    receiver: {other}
receivers:
- name: rest
- name: {other}
  webhook_configs: [{{url: "http://{party}.example/"}}]
"""
OWNED = "*.yaml @org/team-{team}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {party}, namespace: shop, labels: {{team: team-{team}}}}}
spec: {{replicas: {day}}}
"""
EXPORTED = """{{"accord_facts": 1, "exported_at": "2026-11-{day}", "facts": [{{"says": "{party}", "stance": "promises", "provider": "{party}", "operation": "do", "term": "latency.max", "value": {{"int": 9000000000}}, "text": "9s", "place": {{"root": "", "file": "x.yaml", "line": 1, "column": 1}}}}]}}
"""
BROKEN = "party: {party}\n  promises: [\n"
TEMPLATED = "kind: Deployment\nmetadata: {{name: {{{{ .Values.{party} }}}}}}\n"
TERRAFORM = """\
variable "s" {{ default = {day} }}
module "{party}" {{
  source = "./a"
  s      = {day}
}}
resource "aws_sqs_queue" "{other}" {{ visibility_timeout_seconds = var.s }}
"""
SET = "s = {day}\n"
KINDS = {
    "main.tf": (TERRAFORM, "module {{"),
    "terraform.tfvars": (SET,),
    "prod.tfvars": (SET, "{{"),
    "accord.yaml": (CONTRACT, ROTA, BROKEN, f"{CONTRACT}---\n{ROTA}"),
    "rules.yml": (RULES,),
    "alertmanager.yml": (ROUTING, BROKEN),
    "CODEOWNERS": (OWNED,),
    "deployment.yaml": (DEPLOYMENT, TEMPLATED),
    "facts.json": (EXPORTED,),
}
SETTINGS = (
    "",
    '[[scope]]\npath = "a/**"\nenv = "staging"\n',
    '[[scope]]\npath = "**"\nenv = ["staging", "production"]\n',
    '\n[vocabulary]\nowner = ["team"]\n',
    '[receivers]\nlog_only = ["rest"]\n',
    '[runbooks]\nlist = ["pages.txt"]\n',
    '[landscape]\ninclude = ["../beside"]\n',
    '[check]\nas_of = "2026-01-01"\n',
    '[[waiver]]\nrule = "timing/caller-gives-up-first"\npath = "a/**"\nbecause = "tried"\n',
    '[[waiver]]\nrule = "timing/caller-gives-up-first"\nsays = "5s"\nuntil = "2026-12-01"\nbecause = "tried"\n',
)


def judge(reading: Reading, as_of: date = TODAY) -> Result:
    return check(reading.facts, reading.problems, reading.files, as_of, waivers=reading.waivers, whole=reading.whole)


def reports(found: Checked) -> tuple[str, str, bool]:
    outcome = found.outcome
    asked = Asked(imported=outcome.imported, questions=True)
    return json_report.render(outcome.result, asked), text_report.render(outcome.result, asked), outcome.stated


class Shop:
    """A folder that is edited at random."""

    def __init__(self, random: Random, folder: Path) -> None:
        self.random, self.folder, self.as_of = random, folder, TODAY
        self.root = folder / "shop"
        for group in ("a", "b/c"):
            (self.root / group).mkdir(parents=True)
        (folder / "beside").mkdir()
        (self.root / "accord.toml").touch()
        for _ in range(6):
            self.add()

    def text(self, name: str) -> str:
        chosen = self.random.choice(KINDS[name])
        party, other = self.random.sample(("checkout", "payments", "search"), 2)
        return chosen.format(
            party=party,
            other=other,
            team=self.random.randint(1, 3),
            longest=self.random.choice(("5s", "10m", "1h")),
            idempotent=self.random.choice(("always", "never")),
            day=self.random.randint(10, 28),
        )

    def files(self) -> list[Path]:
        return [path for path in sorted(self.folder.rglob("*")) if path.name in KINDS]

    def add(self) -> None:
        name = self.random.choice(sorted(KINDS))
        above = self.random.choice((self.root, self.root / "a", self.root / "b/c", self.folder / "beside"))
        (above / name).write_text(self.text(name))

    def rewrite(self) -> None:
        path = self.random.choice(self.files())
        path.write_text(self.text(path.name))

    def shift(self) -> None:
        """The same statements, one line further down."""
        path = self.random.choice(self.files())
        path.write_text("\n" + path.read_text())

    def move(self) -> None:
        path = self.random.choice(self.files())
        path.replace(self.root / self.random.choice(("", "a", "b/c")) / path.name)

    def swap(self) -> None:
        one, other = self.random.choice(self.files()), self.random.choice(self.files())
        texts = one.read_text(), other.read_text()
        one.write_text(texts[1])
        other.write_text(texts[0])

    def delete(self) -> None:
        if len(self.files()) > 4:
            self.random.choice(self.files()).unlink()

    def configure(self) -> None:
        (self.root / "accord.toml").write_text(self.random.choice(SETTINGS))

    def list_pages(self) -> None:
        pages = self.random.choice(("https://wiki.example/checkout\n", "https://wiki.example/search\n", ""))
        (self.root / "pages.txt").write_text(pages)

    def wait(self) -> None:
        self.as_of += timedelta(days=self.random.choice((1, 20, 400)))

    def touch(self) -> None:
        """Nothing that matters: the clock of a file."""
        path = self.random.choice(self.files())
        os.utime(path, (time.time(), self.random.randrange(10**9)))

    def edit(self) -> str:
        edits: list[Callable[[], None]] = [self.add, self.rewrite, self.rewrite, self.shift, self.move, self.swap]
        edits += [self.delete, self.configure, self.list_pages, self.wait, self.touch]
        chosen = self.random.choice(edits)
        chosen()
        return chosen.__name__

    def check(self, cache: Cache | None, *paths: str) -> Checked:
        config = load(paths, environ={})
        as_of = config.value("check.as_of") or self.as_of
        return checked(paths, config, as_of, cache, lambda reading: judge(reading, as_of))


@pytest.mark.parametrize("seed", range(3))
def test_after_any_edit_a_remembered_check_gives_what_a_new_one_gives(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(Random(SEED * 100 + seed), tmp_path / "landscape")
    monkeypatch.chdir(shop.root)
    cache = opened_cache({"ACCORD_CACHE": str(tmp_path / "kept")})
    assert cache is not None
    done, seen = [], set()
    for _ in range(EDITS):
        done.append(shop.edit())
        paths = shop.random.choice(((".",), (".",), ("a", "b"), (str(shop.root),)))
        anew, remembered_ = shop.check(None, *paths), shop.check(cache, *paths)
        assert reports(remembered_) == reports(anew), done
        again = shop.check(cache, *paths)
        assert again.reading is None and reports(again) == reports(anew), done
        seen.add(reports(anew)[0])
    assert len(seen) > EDITS // 3


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    opened = opened_cache({"ACCORD_CACHE": str(tmp_path / "kept")})
    assert opened is not None
    return opened


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    for party, other in (("checkout", "payments"), ("payments", "search"), ("search", "checkout")):
        Path(f"{party}.yaml").write_text(
            CONTRACT.format(party=party, other=other, team=1, longest="5s", idempotent="never", day=20)
        )
    return tmp_path / "shop"


def run(cache: Cache | None) -> Checked:
    return checked((".",), load(environ={}), TODAY, cache, judge)


def test_only_what_changed_is_read_again(shop: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    run(cache)
    read: list[str] = []
    given = Reader.given

    def counted(reader: Reader, text: remembered.Text) -> Given:
        read.append(text.start.file)
        return given(reader, text)

    monkeypatch.setattr(Reader, "given", counted)
    Path("search.yaml").write_text(Path("search.yaml").read_text().replace("5s", "6s"))
    changed = run(cache)
    assert read == ["search.yaml"]
    assert reports(changed) == reports(run(None))


def test_what_a_mapping_reads_is_read_each_time(shop: Path, cache: Cache) -> None:
    house = shop / "house.conf"
    house.write_text("wait: 2s\n")
    mapping = "mapping: waits\nfiles: [house.conf]\ngives: {party: front, assumes: {back/do: {timeout: {attempt: <.wait>}}}}\n"
    (shop / "accord-mapping.yaml").write_text(mapping)
    waits = []
    for written in ("2s", "2s", "7s"):
        house.write_text(f"wait: {written}\n")
        assert reports(run(cache)) == reports(run(None))
        reading = run(cache).reading
        assert reading is not None
        waits += [fact.text for fact in reading.facts if fact.provider == "back" and fact.term == "timeout.attempt"]
    assert waits == ["2s", "2s", "7s"]


def test_an_entry_that_was_cut_short_or_altered_is_as_good_as_none(shop: Path, cache: Cache) -> None:
    expected = reports(run(cache))
    entries = sorted(cache.folder.iterdir())
    assert [path.suffix for path in entries] == [".outcome", ".texts"]
    contents = [path.read_bytes() for path in entries]
    random = Random(SEED)
    for _ in range(40):
        for path, content in zip(entries, contents, strict=True):
            at = random.randrange(len(content))
            cut = content[:at] if random.random() < 0.5 else content[:at] + bytes([content[at] ^ 8]) + content[at + 1 :]
            path.write_bytes(random.choice((cut, b"")))
        again = run(cache)
        assert again.reading is not None and reports(again) == expected


def test_entries_of_another_version_of_the_program_are_as_good_as_none(
    shop: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(cache)
    monkeypatch.setattr(remembered, "program", lambda: b"another")
    monkeypatch.setattr("accord.files.identity.program", lambda: b"another")
    assert run(cache).reading is not None
    assert run(cache).reading is None


def test_what_a_baseline_knows_is_a_part_of_what_is_asked(shop: Path, cache: Cache) -> None:
    def asked(known: tuple[str, ...]) -> Checked:
        return checked((".",), load(environ={}), TODAY, cache, judge, known)

    asked(())
    assert asked(("one",)).reading is not None
    assert asked(("one",)).reading is None


def test_with_sources_of_other_packages_nothing_is_remembered(
    shop: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "program", lambda: b"")
    run(cache)
    assert not list(cache.folder.iterdir())


def test_the_cache_is_its_owner_s_alone(shop: Path, cache: Cache) -> None:
    run(cache)
    assert cache.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in cache.folder.iterdir()} == {0o600}
    cache.folder.chmod(0o777)
    assert opened_cache({"ACCORD_CACHE": str(cache.folder.parent)}) is None


def test_a_cache_that_cannot_be_used_costs_nothing_but_time(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert opened_cache({"ACCORD_CACHE": str(tmp_path / "file")}) is None
    assert reports(run(Cache(tmp_path / "missing"))) == reports(run(None))


def test_the_oldest_entries_go_first(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.files.cache.LARGEST", 2_500)
    content = Random(SEED).randbytes(1_000)
    for day, name in enumerate(("old", "older", "new")):
        cache.save(name, content)
        if name != "new":
            os.utime(cache.folder / name, (day * -1_000 + 10_000,) * 2)
    assert sorted(path.name for path in cache.folder.iterdir()) == ["new", "old"]
    assert cache.load("old") == content and cache.load("older") is None


def fact(value: object, term: str = "latency.max") -> Fact:
    return Fact("a", Stance.PROMISES, "", "a", "do", term, value, "", Place("", "a.yaml", 1, 1))


@pytest.mark.parametrize(
    "value",
    [
        7,
        -3,
        2**63,
        10**30,
        True,
        "text",
        "",
        NONE,
        Fraction(1, 3),
        (),
        ("a", "b"),
        date(2026, 1, 1),
        Hours(
            times_off=(
                TimeOff(
                    datetime(2026, 7, 1, 21, tzinfo=timezone(timedelta(hours=2))),
                    datetime(2026, 7, 1, 22, 0, 0, 1, tzinfo=UTC),
                ),
            )
        ),
    ],
)
def test_a_value_keeps_its_type(value: object) -> None:
    given = Given(True, (fact(value),), (), (), {})
    again = given_of(bytes_of(given))
    assert again == given and written(again) == written(given)


def written(value: object) -> str:
    """As Python writes it, types and all, whatever order a set has in this process."""
    return re.sub(r"frozenset\(\{([^}]*)\}\)", lambda found: str(sorted(found[1].split(", "))), repr(value))


def test_what_is_found_on_every_page_is_kept_exactly() -> None:
    for rule in rules():
        for _, blocks in sections(rule.page):
            facts, problems = read_blocks(blocks)
            given = Given(True, tuple(facts), (), tuple(problems), {"x": TODAY})
            again = given_of(bytes_of(given))
            assert again == given and written(again) == written(given)
            outcome = Outcome(True, {"x": TODAY}, check(facts, problems, 1, TODAY))
            known = outcome_of(bytes_of(outcome))
            assert known == outcome and written(known) == written(outcome)
