"""Times other programs in turn with `accord check`, each pair on the files that the program reads.

No two of them look for the same: the figures say how long whoever runs them waits, not which is better. A program that is
not installed is skipped with a word why; cfn-lint and checkov are run by `uv tool run`, so nothing is installed here.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

UV = ("uv", "tool", "run")
PROGRAMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("promtool check rules", "**/*.rules.yaml", ("promtool", "check", "rules")),
    ("amtool check-config", "**/alertmanager.yml", ("amtool", "check-config")),
    ("cfn-lint", "**/*.template.yaml", (*UV, "cfn-lint")),
    (
        "checkov (Kubernetes)",
        "**/deploy.yaml",
        (*UV, "checkov", "--framework", "kubernetes", "--compact", "--quiet", "--skip-download", "-d"),
    ),
    ("kube-linter", "**/deploy.yaml", ("kube-linter", "lint")),
)
"""Each with the files it is given, and how it is called; one that ends with `-d` takes the folder."""


def compare(folder: Path, rounds: int) -> None:
    for name, pattern, command in PROGRAMS:
        files = sorted(folder.glob(pattern))
        if not files:
            print(f"beside {name}: skipped, no file here is one that it reads")
        elif shutil.which(command[0]) is None:
            print(f"beside {name}: skipped, {command[0]} is not installed")
        else:
            _compared(name, files, folder, command, min(rounds, 3))


def _compared(name: str, files: list[Path], above: Path, command: Sequence[str], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as copies:
        for file in files:
            copy = Path(copies, file.relative_to(above))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
        given = [copies] if command[-1] in ("-d", "lint") else [str(path) for path in Path(copies).rglob("*.y*ml")]
        accord = (sys.executable, "-m", "accord", "check", copies, "--no-cache", "--exit-zero")
        if _seconds((*command, *given[:1])) is None:
            print(f"beside {name}: skipped, it cannot be run here")
            return
        theirs, ours = [], []
        for _ in range(rounds):
            theirs.append(_seconds((*command, *given)) or 0.0)
            ours.append(_seconds(accord) or 0.0)
    size = sum(file.stat().st_size for file in files) / 1e6
    ratio = median(one / other for one, other in zip(ours, theirs, strict=True))
    print(
        f"beside {name}: {len(files)} files, {size:.1f} MB: it takes {median(theirs):.1f} s, "
        f"accord check {median(ours):.1f} s, ratio {ratio:.2f}"
    )


def _seconds(command: Sequence[str]) -> float | None:
    """How long a command takes by the clock; None where it cannot be started, or is broken off."""
    started = time.perf_counter()
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode > 100 else time.perf_counter() - started
