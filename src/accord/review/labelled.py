"""Facts by number: each is said in full where it comes first, and by its number from there on."""

import re

from accord.model.review import Review
from accord.review.helped import shortened

MOST = 4
"""How many facts the first lines say in full."""


class Labels:
    """The facts of a review by number: those that were missing first, then what else the lanes hold."""

    def __init__(self, review: Review) -> None:
        missing = dict.fromkeys(row.fact for row in review.missing)
        marks = dict.fromkeys(mark.fact for lane in review.lanes for mark in lane.marks)
        self._numbers = {fact: f"F{number}" for number, fact in enumerate({**missing, **marks}, 1)}
        course = [moment.what for moment in review.course]
        self._said = set(list(missing)[:MOST])
        self._said |= {fact for fact in self._numbers if any(_stands_in(fact, what) for what in course)}

    def of(self, fact: str) -> str:
        """Its number."""
        return self._numbers[fact]

    def first(self, fact: str) -> str:
        """Its number; with the fact itself where it was not said before."""
        number = self._numbers[fact]
        if fact in self._said:
            return number
        self._said.add(fact)
        return f"{number}: {fact}"

    def with_number(self, what: str) -> str:
        """A line of what happened, with the number of the fact that it ends with or is."""
        for fact, number in self._numbers.items():
            if _stands_in(fact, what):
                return what.replace(fact, f"{fact} ({number})", 1)
        return what

    def referred(self, text: str) -> str:
        """A text with numbers instead of the facts that it quotes."""
        for fact, number in self._numbers.items():
            if text == fact:
                return number
            text = re.sub(rf"(?<=[:;] ){re.escape(fact)}(?=$|;)", number, text)
            text = text.replace(f"“{shortened(fact)}”", number)
        return text


def _stands_in(fact: str, what: str) -> bool:
    return what == fact or what.startswith(f"{fact} (") or what.endswith(f": {fact}") or f": {fact} (" in what
