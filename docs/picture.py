"""Draws what the terminal shows for the README's example as docs/finding.svg: `python docs/picture.py`."""

import re
import subprocess
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "finding.svg"
ARGUMENTS = ("check", "examples/two-services")
COLUMNS, CHAR, LINE, MARGIN = 100, 8.4, 20, 20
INKS = {
    "1;31": "#ff7b72",
    "1;33": "#e3b341",
    "1;34": "#79c0ff",
    "1;36": "#56d4dd",
    "2": "#8b949e",
    "32": "#7ee787",
    "36": "#56d4dd",
}
PLAIN, PAPER = "#e6edf3", "#0d1117"
ANSI = re.compile(r"\x1b\[([0-9;]*)m")


def shown() -> str:
    """What the program writes, coloured."""
    program = "import sys; from accord.cli import run; sys.exit(run(sys.argv[1:]))"
    environment = {"PYTHONPATH": str(ROOT / "src"), "COLUMNS": str(COLUMNS), "PATH": ""}
    command = [sys.executable, "-c", program, *ARGUMENTS, "--color", "always"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


def picture(output: str) -> str:
    """The output as an SVG: each piece of text is fitted to its columns, so that every font keeps the alignment."""
    lines = [f"\x1b[2m$\x1b[0m accord {' '.join(ARGUMENTS)}", "", *output.rstrip("\n").split("\n")]
    width, height = round(COLUMNS * CHAR + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    drawn = [part for number, line in enumerate(lines) for part in pieces(line, MARGIN + (number + 0.75) * LINE)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title words">',
            '<title id="title">accord check shows how a caller gives up before its provider answers</title>',
            f'<desc id="words">{escape(ANSI.sub("", output), quote=False)}</desc>',
            f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
            f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" fill="{PLAIN}">',
            *drawn,
            "</g>",
            "</svg>\n",
        ]
    )


def pieces(line: str, y: float) -> list[str]:
    """The words of one line where they stand, each run between wide gaps on its own."""
    drawn, column = [], 0
    parts = ANSI.split(line)
    for style, text in zip(["", *parts[1::2]], parts[0::2], strict=True):
        drawn += [piece(run[0], column + run.start(), y, style) for run in re.finditer(r"\S+(?: \S+)*", text)]
        column += len(text)
    return drawn


def piece(text: str, column: int, y: float, style: str) -> str:
    """One run of text in its ink."""
    ink = f' fill="{INKS[style]}"' if style in INKS else ""
    weight = ' font-weight="bold"' if style.startswith("1") else ""
    place = f'x="{MARGIN + column * CHAR:g}" y="{y:g}" textLength="{len(text) * CHAR:g}"'
    return f'<text {place} lengthAdjust="spacingAndGlyphs" xml:space="preserve"{ink}{weight}>{escape(text, quote=False)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(shown()), encoding="utf-8")
