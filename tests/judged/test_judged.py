"""Every finding on the real files has a verdict of ours; one that is not in the table is judged before it is kept."""

import csv
from datetime import date
from pathlib import Path

import pytest

from accord.check import check
from accord.files.config import load
from accord.files.read import read
from accord.model.finding import Finding
from accord.rules._catalogue import rules
from beside import CORPUS, needs
from paired import PAIRED, declared

TABLES = Path(__file__).parent
DAY = date(2026, 11, 23)
LOG_ONLY = '[receivers]\nlog_only = ["logger"]\n'
RUNBOOKS = f"[runbooks]\nlist = {str(CORPUS / 'kube-prometheus' / 'runbook-pages.txt')!r}\n"
SETS = (
    *((folder, "") for folder in ("alertmanager-examples-a", "emojivoto-linkerd", "gateway-consul-envoy-a", "giantswarm-catalog")),
    *((folder, "") for folder in ("googleapis-grpc-a", "istio-bookinfo", "nezha-traces-a", "online-boutique", "slo-a")),
    *((folder, "") for folder in ("spring-resilience4j", "sqs-lambda-a", "trace-samples-a", "wikimedia-fix-pairs-a")),
    *(("kube-prometheus", RUNBOOKS), ("wikimedia-routing", ""), ("wikimedia-routing", LOG_ONLY), ("wikimedia-video-path", "")),
)  # fmt: skip
"""The folders, each with the settings it is checked with."""

HOUSE = Path(__file__).parents[1] / "houses"
MAPPING = HOUSE / "video-path-mapping.yaml"
STAGES = ("2024-06-20", "2024-07-11", "2024-08-01", "2024-09-20", "2024-11-14")
PAIRS = tuple((pair, when) for pair in PAIRED for when in ("before", "after"))
MAPPED = (
    *(f"wikimedia-video-path-{stage}" for stage in STAGES),
    *(f"wikimedia-pair-{pair}-{when}" for pair, when in PAIRS),
)
"""The tables of what is read through a mapping: the dated folders, and each pair before and after its fix."""

ARGUABLE_AT_MOST = 0.05
Row = tuple[str, str, str, str, str]

pytestmark = needs(CORPUS)


def told(folder: str, settings: str) -> str:
    """The table of a folder: a second one where the folder is checked with a logger that only writes a log."""
    return f"{folder}{'-log-only' if settings == LOG_ONLY else ''}.csv"


def stage_findings(stage: str, tmp_path: Path) -> list[Finding]:
    """What the house's own settings leave of a dated folder."""
    beside(tmp_path, MAPPING.parent, CORPUS / "wikimedia-video-path" / stage)
    reading = read(
        [str(tmp_path / "a" / MAPPING.name), str(tmp_path / "b")], load(file=str(HOUSE / "accord.toml"), environ={})
    )
    result = check(reading.facts, as_of=DAY, rules=rules(), waivers=reading.waivers, whole=reading.whole)
    return list(result.findings)


def beside(folder: Path, *folders: Path) -> None:
    """Links a, b and so on to these, as folders that are given together."""
    for name, target in zip("ab", folders, strict=False):
        (folder / name).symlink_to(target, target_is_directory=True)


def pair_findings(pair: str, when: str, tmp_path: Path) -> list[Finding]:
    """What is found in one half of a pair, with the few lines that are declared beside it."""
    added = tmp_path / "accord-mapping.yaml"
    added.write_text(declared(MAPPING.read_text(encoding="utf-8"), pair), encoding="utf-8")
    beside(tmp_path, CORPUS / "wikimedia-fix-pairs-a" / pair / when)
    reading = read([str(added), str(tmp_path / "a")], load([str(added)], environ={}))
    return list(check(reading.facts, as_of=DAY, rules=rules()).findings)


def findings(folder: Path, settings: str, tmp_path: Path) -> list[Finding]:
    file = tmp_path / "accord.toml"
    file.write_text(settings)
    reading = read([str(folder)], load(file=str(file), environ={}))
    return list(check(reading.facts, as_of=DAY, rules=rules()).findings)


def row_of(finding: Finding) -> Row:
    place = finding.statements[0].fact.place if finding.statements else None
    subject = finding.title or (finding.statements[0].fact.provider.rpartition("/")[2] if finding.statements else "")
    return finding.rule, finding.verdict.value, subject, place.file if place else "", str(place.line if place else "")


def judged(name: str) -> list[dict[str, str]]:
    """Nothing where there is no table: nothing is to be found there."""
    file = TABLES / name
    return list(csv.DictReader(file.open())) if file.exists() else []


def rows_of(name: str) -> list[Row]:
    return sorted((row["rule"], row["verdict"], row["subject"], row["file"], row["line"]) for row in judged(name))


@pytest.mark.parametrize(("folder", "settings"), SETS, ids=[told(*one).removesuffix(".csv") for one in SETS])
def test_every_finding_was_judged(folder, settings, tmp_path):
    assert sorted(map(row_of, findings(CORPUS / folder, settings, tmp_path))) == rows_of(told(folder, settings))


@pytest.mark.parametrize("stage", STAGES)
def test_every_finding_through_the_mapping_of_a_house_was_judged(stage, tmp_path):
    assert sorted(map(row_of, stage_findings(stage, tmp_path))) == rows_of(f"wikimedia-video-path-{stage}.csv")


@pytest.mark.parametrize(("pair", "when"), PAIRS)
def test_every_finding_before_and_after_a_fix_was_judged(pair, when, tmp_path):
    assert sorted(map(row_of, pair_findings(pair, when, tmp_path))) == rows_of(f"wikimedia-pair-{pair}-{when}.csv")


NAMES = (*(told(*one) for one in SETS), *(f"{name}.csv" for name in MAPPED))


def test_none_is_false_and_hardly_any_is_arguable():
    rows = [row for name in NAMES for row in judged(name)]
    assert all(row["why"] for row in rows)
    assert {row["judged"] for row in rows} <= {"true", "arguable"}
    assert sum(row["judged"] == "arguable" for row in rows) < ARGUABLE_AT_MOST * len(rows)


def test_every_table_has_its_folder():
    assert {file.name for file in TABLES.glob("*.csv")} <= set(NAMES)
