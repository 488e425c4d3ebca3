"""What the terminal can show: its width, and whether colour is wanted."""

import os
import sys

WITHOUT_A_TERMINAL = 100
_NARROWEST, _WIDEST = 60, 160


def page_width() -> int:
    """The columns of the page: COLUMNS, else the terminal's, else WITHOUT_A_TERMINAL."""
    said = os.environ.get("COLUMNS", "")
    width = int(said) if said.isdecimal() else 0
    return max(_NARROWEST, min(width or _terminal_width() or WITHOUT_A_TERMINAL, _WIDEST))


def _terminal_width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return 0


def wants_color(choice: str, to_file: bool = False) -> bool:
    """Whether to colour: as `choice` says; for `auto` NO_COLOR, then FORCE_COLOR, then whether a terminal reads it."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return not to_file and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
