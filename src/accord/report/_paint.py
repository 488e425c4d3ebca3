"""Text for a terminal: colours that can be switched off, widths in columns, control characters made visible."""

import unicodedata

_CODES = {
    "mismatch": "1;31",
    "breach": "1;31",
    "conditional": "1;33",
    "unanswered": "1;36",
    "note": "1;34",
    "bold": "1",
    "faint": "2",
    "help": "32",
    "code": "36",
}


class Paint:
    """Paints text by the name of what it is, or leaves it as it is where colour is off."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, style: str, text: str) -> str:
        """The text in the colour of `style`; names without a colour change nothing."""
        code = _CODES.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and code and text else text


def visible(text: str) -> str:
    """The text with every control character written out, so that no file can steer the reader's terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def columns(text: str) -> int:
    """How many columns the text takes on a terminal; wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int) -> str:
    """The text with spaces after it up to this many columns."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken between words; a word that is longer stands alone."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def hanging(first: str, text: str, width: int) -> list[str]:
    """The text wrapped after `first`, its further lines indented to where it began."""
    indent = " " * columns(first)
    lines = wrapped(text, max(width - len(indent), 24))
    return [first + lines[0], *(indent + line for line in lines[1:])]
