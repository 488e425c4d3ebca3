"""Every finding on the real files has a verdict of ours; one that is not in the table is judged before it is kept."""

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from accord.check import check
from accord.files.config import load
from accord.files.read import read
from accord.model.finding import Finding
from accord.rules._catalogue import rules

TABLES = Path(__file__).parent
CORPUS = Path(os.environ.get("ACCORD_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
LOG_ONLY = '[receivers]\nlog_only = ["logger"]\n'
RUNBOOKS = f"[runbooks]\nlist = {str(CORPUS / 'kube-prometheus' / 'runbook-pages.txt')!r}\n"
SETS = (
    *((folder, "") for folder in ("alertmanager-examples-a", "emojivoto-linkerd", "gateway-consul-envoy-a", "giantswarm-catalog")),
    *((folder, "") for folder in ("googleapis-grpc-a", "istio-bookinfo", "nezha-traces-a", "online-boutique", "slo-a")),
    *((folder, "") for folder in ("spring-resilience4j", "sqs-lambda-a", "trace-samples-a", "wikimedia-fix-pairs-a")),
    *(("kube-prometheus", RUNBOOKS), ("wikimedia-routing", ""), ("wikimedia-routing", LOG_ONLY), ("wikimedia-video-path", "")),
)  # fmt: skip
"""The folders, each with the settings it is checked with."""

ARGUABLE_AT_MOST = 0.05
Row = tuple[str, str, str, str, str]

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus is not here: {CORPUS}")


def told(folder: str, settings: str) -> str:
    """The table of a folder: a second one where the folder is checked with a logger that only writes a log."""
    return f"{folder}{'-log-only' if settings == LOG_ONLY else ''}.csv"


def findings(folder: Path, settings: str, tmp_path: Path) -> list[Finding]:
    file = tmp_path / "accord.toml"
    file.write_text(settings)
    reading = read([str(folder)], load(file=str(file), environ={}))
    return list(check(reading.facts, as_of=date(2026, 11, 23), rules=rules()).findings)


def row_of(finding: Finding) -> Row:
    place = finding.statements[0].fact.place if finding.statements else None
    subject = finding.title or (finding.statements[0].fact.provider.rpartition("/")[2] if finding.statements else "")
    return finding.rule, finding.verdict.value, subject, place.file if place else "", str(place.line if place else "")


def judged(folder: str, settings: str) -> list[dict[str, str]]:
    """Nothing where the folder has no table: nothing is to be found in it."""
    file = TABLES / told(folder, settings)
    return list(csv.DictReader(file.open())) if file.exists() else []


@pytest.mark.parametrize(("folder", "settings"), SETS, ids=[told(*one).removesuffix(".csv") for one in SETS])
def test_every_finding_was_judged(folder, settings, tmp_path):
    rows = [(row["rule"], row["verdict"], row["subject"], row["file"], row["line"]) for row in judged(folder, settings)]
    assert sorted(map(row_of, findings(CORPUS / folder, settings, tmp_path))) == sorted(rows)


def test_none_is_false_and_hardly_any_is_arguable():
    rows = [row for folder, settings in SETS for row in judged(folder, settings)]
    assert all(row["why"] for row in rows)
    assert {row["judged"] for row in rows} <= {"true", "arguable"}
    assert sum(row["judged"] == "arguable" for row in rows) < ARGUABLE_AT_MOST * len(rows)


def test_every_table_has_its_folder():
    assert {file.name for file in TABLES.glob("*.csv")} <= {told(*one) for one in SETS}
