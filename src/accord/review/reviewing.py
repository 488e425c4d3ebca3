"""The review of one deviation, or of all in a window, from the ledger and, where they were read, the contracts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from accord.cases.deviation import called
from accord.cases.events import Answer, Lapse, Unreachable
from accord.model.finding import Finding
from accord.model.instants import span
from accord.model.review import Contract, Extract, Header, Missing, Review, Turn
from accord.review.asking import askings
from accord.review.assumptions import of_ledger
from accord.review.carried import in_words, owner_of, timeline_of
from accord.review.checked import changes, concerning, gone, of_findings, permitted, unknown_words
from accord.review.helped import helped_by, questions_of
from accord.review.hops import hops_of
from accord.review.kept import clauses_of, course_of, happened_in, late_timers
from accord.review.ledger import Recorded, Row, Story
from accord.review.metrics import metrics_of
from accord.review.roles import Spoken, role
from accord.review.timeline import Timeline, joined, lanes, missing
from accord.review.turns import NOBODY, turns_of

NO_CONTRACTS = (
    "no contracts were read: --contracts PATH lets the checker say what each side permits and what could change"
)
NOTHING_FOUND = "the checker finds nothing at this boundary that everybody's own words permit"
NOTHING_TRIED = "the checker knows no change at this boundary that removes a finding and brings none"


class Asked(Struct, frozen=True):
    """What the checker found in the contracts that were read, and in which files each party speaks; None where none were read.

    `now` is what it finds in the same contracts after a change, None where they are those.
    """

    findings: tuple[Finding, ...] | None = None
    contracts: Mapping[str, tuple[Contract, ...]] = {}
    now: tuple[Finding, ...] | None = None


def review_of(stories: Sequence[Story], recorded: Recorded, spoken: Spoken, asked: Asked, title: str = "") -> Review:
    """The review of these deviations, at least one."""
    timeline = _timeline(stories, spoken)
    found = concerning(asked.findings or (), stories)
    lacking = _lacking(timeline, found, spoken)
    shown = permitted(found, spoken)
    moves = changes(found, spoken)
    return Review(
        _header(stories, recorded, spoken, asked, title),
        happened=tuple(sentence for story in stories for sentence in happened_in(story, spoken)),
        turns=_turns(stories, spoken),
        course=_sorted(moment for story in stories for moment in course_of(story, spoken)),
        permitted=shown,
        no_witness="" if shown else NO_CONTRACTS if asked.findings is None else NOTHING_FOUND,
        clauses=tuple(clause for story in stories for clause in clauses_of(story, spoken)),
        lanes=lanes(timeline),
        missing=lacking,
        unexamined=_once(
            (*(row for story in stories for row in of_ledger(story, spoken)), *of_findings(found, spoken))
        ),
        hops=tuple(hop for story in stories for hop in hops_of(story, spoken)),
        helped=_sorted(moment for story in stories for moment in helped_by(story, spoken)),
        questions=_once(question for story in stories for question in questions_of(story, spoken, lacking)),
        changes=moves,
        gone=gone(found, asked.now) if asked.now is not None else (),
        no_changes="" if moves else NO_CONTRACTS if asked.findings is None else NOTHING_TRIED,
        extract=tuple(sorted(_extract(stories, spoken), key=lambda each: each.sequence)),
        participants=len({row.event.by for story in stories for row in story.rows if isinstance(row.event, Answer)}),
        metrics=metrics_of(stories, spoken),
    )


def _turns(stories: Sequence[Story], spoken: Spoken) -> tuple[Turn, ...]:
    """The turns of each deviation; beside others, each names its boundary."""
    if len(stories) == 1:
        return turns_of(stories[0], spoken)
    named = ((spoken(story.first.deviation.subject), turns_of(story, spoken)) for story in stories)
    return tuple(replace(turn, party=f"{of}: {turn.party or NOBODY}") for of, turns in named for turn in turns)


def missing_in(story: Story, spoken: Spoken, asked: Asked) -> tuple[Missing, ...]:
    """What the review of one deviation says was missing, without the rest of it."""
    return _lacking(_timeline((story,), spoken), concerning(asked.findings or (), (story,)), spoken)


def _timeline(stories: Sequence[Story], spoken: Spoken) -> Timeline:
    return joined(timeline_of(story, spoken, is_alone=len(stories) == 1) for story in stories)


def _lacking(timeline: Timeline, found: Sequence[Finding], spoken: Spoken) -> tuple[Missing, ...]:
    return (*_once(unknown_words(found, spoken)), *missing(timeline))


def _once(rows: Iterable[object]) -> tuple:  # type: ignore[type-arg]
    return tuple(dict.fromkeys(rows))


def _sorted(moments: Iterable[object]) -> tuple:  # type: ignore[type-arg]
    return tuple(sorted(moments, key=lambda moment: moment.at_ns))


def _header(stories: Sequence[Story], recorded: Recorded, spoken: Spoken, asked: Asked, title: str) -> Header:
    subjects = _once(spoken(story.first.deviation.key) for story in stories)
    parties = _once(party for story in stories for party in (*_sides(story), *_asked_parties(story)) if party)
    return Header(
        title or spoken(called(stories[0].first.deviation.key)),
        subjects,
        parties,
        min(story.first.since_ns for story in stories),
        max(story.ends_ns for story in stories),
        _kept(stories, recorded),
        _once(row.policy_hash for story in stories for row in story.rows),
        _once(each for party in _concerned(stories) for each in asked.contracts.get(party, ())),
        tuple(spoken(gap) for gap in _gaps(stories, recorded)),
    )


def _sides(story: Story) -> tuple[str, ...]:
    """Who provides, who answers for it, and who waits."""
    return story.first.deviation.provider, owner_of(story.policy), story.policy.other


def _asked_parties(story: Story) -> tuple[str, ...]:
    return tuple(each.lane for each in askings(story))


def _concerned(stories: Sequence[Story]) -> list[str]:
    """Every party that stands at these boundaries, or on their ladders."""
    found: set[str] = set()
    for story in stories:
        deviation, policy = story.first.deviation, story.policy
        found |= {*deviation.consumer.split("+"), deviation.provider, *(level.party for level in policy.levels)}
    return sorted(found)


def _kept(stories: Sequence[Story], recorded: Recorded) -> str:
    """What the review is written from, whether the ledger was read whole or by these deviations alone."""
    count = sum(len(story.rows) for story in stories)
    rows, roots = "row" if count == 1 else "rows", "root" if recorded.roots == 1 else "roots"
    return f"{count} {rows} of a ledger with {recorded.roots} {roots}, by accord {recorded.program}"


def _gaps(stories: Sequence[Story], recorded: Recorded) -> Iterator[str]:
    keys = {story.rows[0].key for story in stories}
    yield from (gap for key, gap in recorded.gaps if key in keys)
    if otherwise := sum(row.is_otherwise for story in stories for row in story.rows):
        yield f"{otherwise} rows were decided by another program, and this one decides them otherwise"
    for story in stories:
        for row, late in late_timers(story):
            yield f"nothing was decided for {span(late)} before row {row.sequence}"
        for row in story.rows:
            if isinstance(row.event, Lapse) and row.changed:
                yield f"a source of the signal fell silent at row {row.sequence}: from there on it says nothing"
        if story.sent is None:
            yield "what became of each message is not in these lines: read the ledger itself for that"
        if story.case.is_open:
            yield "the deviation is still open"


def _extract(stories: Sequence[Story], spoken: Spoken) -> Iterator[Extract]:
    for story in stories:
        for row in story.rows:
            yield Extract(row.sequence, row.event.at_ns, spoken(_told(row)), row.hash)


def _told(row: Row) -> str:
    who = role(row.event.by, row.policy, row.before, row.event.at_ns) if isinstance(row.event, Answer) else ""
    if isinstance(row.event, Unreachable):
        to = role(row.event.person, row.policy, row.before, row.event.at_ns)
        who = ""
        said = f"no channel took the message of turn {row.event.turn} to {to}"
    else:
        said = in_words(row)
    turn = f"turn {row.after.turn}, {row.after.phase}" if row.after else "no case"
    return f"{f'{who} ' if who else ''}{said}: {turn if row.changed else 'changed nothing'}"


def participants_of(stories: Sequence[Story]) -> tuple[tuple[str, str], ...]:
    """Who took part, by pseudonym, and as what; this is kept apart from every review."""
    found: dict[str, str] = {}
    for story in stories:
        for row in story.rows:
            if isinstance(row.event, Answer):
                found.setdefault(row.event.by, role(row.event.by, row.policy, row.before, row.event.at_ns))
    return tuple(sorted(found.items()))
