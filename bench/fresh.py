"""Rounds of a benchmark, each in a process of its own: what one round learnt must not make the next one quicker.

What a program loads when it starts is loaded before a round begins, for that is timed apart.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from accord.rules._catalogue import rules
from accord.sources._claims import sources

Taken = dict[str, float]
_ONE = "--one-round"


def rounds(program: str, folder: Path, count: int) -> list[Taken]:
    """What each of so many rounds of a benchmark took on the files of a folder."""
    return [_round(program, folder) for _ in range(count)]


def _round(program: str, folder: Path) -> Taken:
    run = [sys.executable, program, _ONE, str(folder)]
    taken: Taken = json.loads(subprocess.run(run, stdout=subprocess.PIPE, check=True).stdout)
    return taken


def is_one(one_round: Callable[[Path], Taken]) -> bool:
    """Whether this process is there for one round: then it does it, and writes what it took."""
    if sys.argv[1:2] != [_ONE]:
        return False
    assert rules() and sources()
    print(json.dumps(one_round(Path(sys.argv[2]))))
    return True
