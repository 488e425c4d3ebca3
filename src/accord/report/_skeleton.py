"""A contract to be filled in: what artefacts say of each party as comments with their lines, and three open questions."""

from collections.abc import Iterator

from accord.boundaries.verdicts.unwritten import Unwritten
from accord.model.fact import ANY, Fact, Layer
from accord.model.place import Place
from accord.report._paint import columns, padded, visible

_MOST = 12
"""Statements of one party that are shown; `accord facts` lists all."""
_LONGEST = 72

_HEAD = """\
# What {parties} promise is not written down anywhere yet. Under each stands what other files already say, with its line.
# `unknown` is an open question: put what the party stands for in its place, or `none` where there is none. A check asks
# on until then. Leave out what is not yours; docs/language.md has every other word.
"""
_QUESTIONS = (
    ("latency", "what is expected? how late an answer may be, such as {max: 2s}"),
    ("detect", "how will a deviation be detected? such as {by: AnAlert, within: 5m}"),
    ("recover", "who recovers? such as {by: a-team, within: 1h}"),
)
QUESTIONS = len(_QUESTIONS)


def skeleton(parties: list[Unwritten]) -> str:
    """The text of an accord.yaml with one document for each party; every statement of others in it is a comment."""
    counted = "one party promises" if len(parties) == 1 else f"{len(parties)} parties promise"
    head = _HEAD.replace("{parties} promise", counted)
    return head + "".join("---\n" + "\n".join(_document(party)) + "\n" for party in parties)


def _document(party: Unwritten) -> Iterator[str]:
    yield f"party: {party.name}"
    if party.system:
        yield f"names: {{{party.system}: {_quoted(party.called)}}}"
    yield from _comments(party)
    yield "promises:"
    yield "  any:"
    widest = max(len(word) for word, _ in _QUESTIONS)
    for word, asks in _QUESTIONS:
        yield f"    {padded(word + ': unknown', widest + 9)}  # {asks}"


def _comments(party: Unwritten) -> Iterator[str]:
    rows = [(f"owner: {party.owner.name}", party.owner.place)] if party.owner else []
    rows += [(_says(fact, party), fact.place) for fact in party.said[:_MOST]]
    lines = [visible(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...") for text, _ in rows]
    column = max(map(columns, lines), default=0)
    for line, (_, place) in zip(lines, rows, strict=True):
        yield f"# {padded(line, column)}  {_where(place)}"
    more = len(party.said) - _MOST
    if more > 0:
        yield f"# and {more} more statement{'s' * (more > 1)}; accord facts lists them"


def _says(fact: Fact, party: Unwritten) -> str:
    """`timeout.request: 5s (istio)`, with whom it is about where that is not the party as a whole."""
    about = f"{fact.operation} " if fact.operation not in ("", ANY) else ""
    if party.called and fact.consumer.partition(":")[2].removeprefix("/") == party.called.removeprefix("/"):
        about = f"calls {fact.provider.rpartition('/')[2].rpartition('#')[2]} {about}"
    layer = f"{fact.source}, {fact.layer}" if fact.layer not in (Layer.CODE, Layer.PLATFORM) else fact.source
    return f"{about}{fact.term}: {' '.join(fact.text.split())} ({layer})"


def _where(place: Place) -> str:
    return visible(f"{place.file}:{place.line}")


def _quoted(text: str) -> str:
    return f'"{text}"' if ":" in text or "#" in text else text
