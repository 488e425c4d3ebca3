"""The command line. One file in this package is one command, and is imported only when that command runs.

Nothing but click is imported before a command is chosen, so `accord --help` is quick.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

_SELDOM = 200_000


def main() -> NoReturn:
    """The program: runs the command line and exits with its code."""
    import gc

    gc.set_threshold(
        _SELDOM, 20, 20
    )  # a run is short and keeps what it makes: looking for garbage is most often in vain
    code = run(sys.argv[1:])
    gc.freeze()  # the system takes everything back at once: nothing need be looked through for that
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; whatever goes wrong is one clear line, never a traceback."""
    from accord.cli._program import run as run_program

    return run_program(arguments)
