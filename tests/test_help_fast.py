"""The help of the program imports click and nothing else of weight; each command imports what it needs when it runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("msgspec", "yaml", "json", "tomllib", "subprocess", "asyncio", "importlib.metadata", "difflib", "argparse")
ALLOWED = {"accord", "accord.cli", "accord.cli._program"}


def imported_by(*arguments: str, cache: str = os.devnull) -> set[str]:
    """The modules in memory after one run of the program, in a process of its own."""
    program = (
        "import sys; before = set(sys.modules); from accord.cli import run; code = run(sys.argv[1:]); "
        "print(*sorted(set(sys.modules) - before), file=sys.stderr); sys.exit(code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "ACCORD_CACHE": cache}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)], ids=" ".join)
def test_help_and_version_import_click_only(arguments: tuple[str, ...]) -> None:
    imported = imported_by(*arguments)
    assert {name for name in imported if name.partition(".")[0] == "accord"} <= ALLOWED
    assert not imported & set(HEAVY)
    assert {name.partition(".")[0] for name in imported} & {"click"}


def test_the_page_of_a_rule_is_shown_without_importing_it() -> None:
    imported = imported_by("explain", "timing/caller-gives-up-first")
    assert "accord.rules" in imported
    assert not [
        name for name in imported if name.startswith(("accord.rules.timing", "accord.boundaries", "accord.sources"))
    ]


def test_a_check_imports_no_format_but_its_own() -> None:
    imported = imported_by("check", str(ROOT / "examples" / "two-services"), "--exit-zero")
    assert "accord.report.text" in imported
    assert not imported & {"accord.report.json", "accord.report._document", "accord.report._contract_schema", "json"}


def test_a_check_in_which_nothing_changed_imports_nothing_that_reads_or_judges(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "two-services", tmp_path / "shop")
    for name in ("main.tf", "README.md", "CODEOWNERS"):
        (tmp_path / "shop" / name).write_text("")
    check, cache = ("check", str(tmp_path / "shop"), "--exit-zero"), str(tmp_path / "cache")
    reading = {"yaml", "accord.files.read", "accord.sources._yaml", "accord.sources.terraform", "accord.check"}
    assert imported_by(*check, cache=cache) >= reading
    again = imported_by(*check, cache=cache)
    assert "accord.files.remembered" in again
    assert not again & reading
    assert {name for name in again if name.startswith("accord.sources.")} <= OF_WHAT_IS_KEPT


OF_WHAT_IS_KEPT = {"accord.sources._named", "accord.sources._reading", "accord.sources._typed"}
"""What tells which files are read, and what reads values that were kept."""


SERVER = (
    *(
        "duckdb",
        "ibis",
        "pyarrow",
        "numpy",
        "pandas",
        "sqlglot",
        "google.protobuf",
        "opentelemetry",
        "grpc",
        "zstandard",
    ),
    *("starlette", "uvicorn", "accord.observe"),
)
"""What `accord[server]` brings, and what of ours needs it."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("observe", "--help"),
        ("check", "--help"),
        ("check", "--exit-zero", "--no-cache", str(ROOT / "examples" / "two-services")),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_check_and_help_import_nothing_of_the_server(arguments: tuple[str, ...]) -> None:
    imported = imported_by(*arguments)
    assert "click" in imported
    assert not [name for name in imported for heavy in SERVER if name == heavy or name.startswith(f"{heavy}.")]


def test_what_observes_does_import_it(tmp_path: Path) -> None:
    (tmp_path / "traces.json").write_text(
        '{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "01", "spanId": "02", '
        '"kind": 2, "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]}'
    )
    assert {"duckdb", "ibis", "pyarrow", "accord.observe"} <= imported_by("observe", str(tmp_path / "traces.json"))
