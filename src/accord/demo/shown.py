"""The story as lines on the terminal, each with the second in which it happened; what is under way stands in the last one."""

import sys
import time

import click

from accord.report._paint import Paint, columns

_MARGIN = "          "


class Shown:
    """Writes the story. Where no terminal reads it, there are no colours, and nothing that is written over."""

    def __init__(self, paint: Paint, is_live: bool) -> None:
        self.paint, self._is_live, self._began_s = paint, is_live, time.monotonic()
        self._last = 0

    @property
    def seconds(self) -> float:
        """How long the story has taken until now."""
        return time.monotonic() - self._began_s

    def part(self, title: str) -> None:
        """Begins a part of the story."""
        self.line("")
        self.line(self.paint("bold", title))

    def say(self, text: str, style: str = "") -> None:
        """One line of the story, and when it happened."""
        self.line(f"{self.paint('faint', f'{self.seconds:6.1f}s')}   {self.paint(style, text)}")

    def more(self, text: str, style: str = "") -> None:
        """One line more of the same."""
        self.line(f"{_MARGIN}{self.paint(style, text)}")

    def doing(self, text: str) -> None:
        """What is under way: one line that is written over."""
        if self._is_live:
            self._over()
            line = f"{self.seconds:6.1f}s   {text} ..."
            sys.stdout.write(self.paint("faint", line))
            sys.stdout.flush()
            self._last = columns(line)

    def line(self, text: str) -> None:
        """A line as it is."""
        self._over()
        click.echo(text, color=self.paint.on)
        sys.stdout.flush()

    def _over(self) -> None:
        if self._last:
            sys.stdout.write("\r" + " " * self._last + "\r")
            self._last = 0
