"""True witnesses made by hand: for each expectation contracts and a story, one line a step.

A line reads `AT PARTY ACT [ABOUT] [#ATTEMPT] [xCOUNT] [by FACT]`; AT is a duration, `-` is nobody, and FACT is
`[CONSUMER>]PARTY[/OPERATION] TERM[@LINE]` as the contracts of the story state it; the line tells it from another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from accord.model.duration import parse_duration
from accord.model.fact import Fact
from accord.model.witness import Step, Witness
from accord.sources._claims import read_text

_LINE = re.compile(r"(\S+) +(\S+) +(\S+)(?: +([^\s#x][^\s]*))??(?: +#(\d+))?(?: +x(\d+))?(?: +by +(\S+ \S+))?")


@dataclass(frozen=True)
class Story:
    """Contracts, the steps, what they break, the facts that state the expectation, the instant of 0s, and the alert's labels."""

    breaks: str
    contracts: str
    steps: str
    expects: tuple[str, ...] = ()
    starts: str = ""
    more: tuple[Fact, ...] = field(default=())
    labels: tuple[tuple[str, str], ...] = ()
    manifests: str = ""


def facts_of(story: Story) -> list[Fact]:
    """What the contracts of the story state, and what no contract can say."""
    read = [*read_text(story.contracts, "story", "accord.yaml"), *read_text(story.manifests, "story", "rules.yml")]
    assert all(isinstance(fact, Fact) for fact in read), read
    return [*(fact for fact in read if isinstance(fact, Fact)), *story.more]


def found(facts: list[Fact], words: str) -> Fact:
    """The fact that these words mean; there must be exactly one."""
    subject, term = words.split(" ")
    term, _, line = term.partition("@")
    consumer, arrow, provided = subject.rpartition(">")
    matching = [
        fact
        for fact in facts
        if (fact.consumer, fact.subject, fact.term) == (consumer if arrow else "", provided, term)
        and line in ("", str(fact.place.line))
    ]
    assert len(matching) == 1, f"{words}: {matching}"
    return matching[0]


def witness_of(story: Story) -> Witness:
    """The story as a witness."""
    facts = facts_of(story)
    steps = tuple(_step(line.strip(), facts) for line in story.steps.strip().splitlines())
    return Witness(
        steps, story.breaks, tuple(found(facts, words) for words in story.expects), story.starts, story.labels
    )


def _step(line: str, facts: list[Fact]) -> Step:
    match = _LINE.fullmatch(line)
    assert match, line
    at, party, act, about, attempt, count, words = match.groups()
    fact = found(facts, words) if words else None
    return Step(
        parse_duration(at),
        "" if party == "-" else party,
        act,
        line,
        fact,
        about or "",
        int(attempt or 0),
        int(count or 0),
    )
