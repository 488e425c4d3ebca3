"""The house keeps its own limits: short functions, short files, whole words, everything said what it is."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "accord"
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_RULE = 40, 400, 200
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "handler", "base", "common", "misc"}
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|Users|work|tmp/exp)/\w|\b[A-Z]:\\Users\\")

modules = pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.py")), ids=lambda file: str(file.relative_to(SOURCE)))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the last statement; the docstring counts, decorators do not."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def tracked() -> list[Path]:
    """The files that version control knows; every file of the tree where it is not there to ask."""
    try:
        listed = (
            subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
            .stdout.decode()
            .split("\0")
        )
        return [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        parts = {".git", ".venv", "dist", "build"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not parts & set(path.relative_to(ROOT).parts)]


@modules
def test_functions_are_short(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    long = {function.name: length(function) for function in functions(tree) if length(function) > LONGEST_FUNCTION}
    assert not long


@modules
def test_modules_are_short(file: Path) -> None:
    is_rule = "rules" in file.relative_to(SOURCE).parts and not file.name.startswith("_")
    assert len(file.read_text(encoding="utf-8").splitlines()) <= (LONGEST_RULE if is_rule else LONGEST_MODULE)


@modules
def test_names_of_modules_are_words_with_a_meaning(file: Path) -> None:
    assert file.stem.strip("_") not in FORBIDDEN


@modules
def test_everything_public_says_what_it_is(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    silent = [] if ast.get_docstring(tree) else [file.name]
    silent += [name for name, node in public(tree) if not ast.get_docstring(node)]
    assert not silent


def public(
    node: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every public class, function and method; what begins with an underscore, and what is inside it, is private."""
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{child.name}.")


def test_the_median_function_is_short() -> None:
    lengths = sorted(
        length(function)
        for file in SOURCE.rglob("*.py")
        for function in functions(ast.parse(file.read_text(encoding="utf-8")))
    )
    assert lengths[len(lengths) // 2] < 10


@pytest.mark.parametrize("file", sorted((ROOT / "tests").rglob("*.py")), ids=lambda file: file.name)
def test_no_test_holds_how_long_something_takes(file: Path) -> None:
    # Work is counted (tests/counted.py): a slow machine fails nothing.
    assert file == Path(__file__) or not re.search(r"perf_counter|process_time", file.read_text(encoding="utf-8"))


def test_no_tracked_file_names_a_machine() -> None:
    found = []
    for path in tracked():
        if path.suffix in (".png", ".bin") or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE_PATHS.finditer(text)]
    assert not found
