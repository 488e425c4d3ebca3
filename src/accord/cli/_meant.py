"""Did you mean: the nearest known word beside one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'check'?`, or "" where no known word is near; ready to stand after a message."""
    words = list(known)
    close = get_close_matches(word, words, n=1, cutoff=0.5) or [each for each in words if word and word in each][:1]
    return f"; did you mean {close[0]!r}?" if close else ""
