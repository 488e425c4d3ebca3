"""The words in which several rules tell where an alert goes, who hears it there, and what that hangs on."""

from collections.abc import Iterator

from accord.boundaries.join.vocabulary import Vocabulary
from accord.boundaries.signals.alert_labels import ANEW
from accord.boundaries.signals.alerting import TEMPLATE, Alert, Node
from accord.boundaries.signals.courses import Course
from accord.boundaries.signals.hearing import Ear, Heard, Reach, is_supposed
from accord.boundaries.signals.open_labels import Open
from accord.model.finding import Question, Statement

MOST_VALUES = 24
_DISCARDS = frozenset(
    ("null", "blackhole", "devnull", "none", "noop", "nobody", "nowhere", "void", "drop", "discard", "trash", "ignore")
)


def fires(alert: Alert) -> Statement:
    """The alert with the labels that its rule sets."""
    told = ", ".join(f"{name}={fact.text}" for name, fact in sorted(alert.labels.items()) if TEMPLATE not in fact.text)
    return Statement(alert.name, f"{alert.called} fires with {told}" if told else f"{alert.called} fires")


def ends(reach: Reach, node: Node) -> Statement:
    """The route at which an alert ends, and its receiver."""
    matchers = ", ".join(str(matcher) for matcher in node.route.matchers)
    which = (
        f"the route for {matchers}" if matchers else "the route for every alert" if "." in node.path[6:] else "the root"
    )
    return Statement(node.fact, f"{which} ends it at {reach.receiver(node)}")


def silent(reach: Reach, name: str) -> Statement:
    """Why a receiver tells nobody."""
    return Statement(reach.silent[name], silence(reach, name))


def silence(reach: Reach, name: str) -> str:
    """`default has no integration`, or that it only writes a log."""
    is_empty = reach.silent[name] == reach.tree.receivers[name]
    return f"{name} has no integration" if is_empty else f"{name} only writes a log"


def discards(name: str) -> bool:
    """Whether a receiver is called as what is thrown away: `null`, `black-hole`."""
    return "".join(filter(str.isalnum, name.lower())) in _DISCARDS


def copied(heard: Heard) -> list[tuple[Reach, str]]:
    """The receivers that get a copy of the alert on its way and may be programs."""
    found = [
        (reach, reach.receiver(node))
        for reach, taken in heard.ways
        for course in taken
        for node in course.ends
        if reach.receiver(node) in reach.copies and reach.receiver(node) not in reach.silent
    ]
    return list(dict.fromkeys(found))


def targets(reach: Reach, name: str) -> str:
    """Where the messages of a receiver go, as far as the file tells."""
    receiver = reach.tree.receiver(name)
    told = [each.target or each.kind for each in receiver.integrations] if receiver is not None else []
    return " and ".join(dict.fromkeys(told)) or name


def tells(reach: Reach, name: str) -> Statement:
    """Where a receiver that gets a copy of everything sends it."""
    return Statement(reach.tree.receivers[name], f"{name} tells {targets(reach, name)}")


def copies(heard: Heard) -> list[Statement]:
    """Where the receivers that get a copy of the alert on its way send it."""
    return [tells(*copy) for copy in copied(heard)]


def condition(heard: Heard) -> str:
    """What it hangs on that somebody hears the alert: the values of open labels, or what gets a copy of everything."""
    programs = (f"{targets(reach, name)} ({name}) reaches a person" for reach, name in copied(heard))
    return f"heard only if {'; or '.join(filter(None, (only_if(heard), *programs)))}"


def questions(heard: Heard) -> tuple[Question, ...]:
    """What would settle whether a copy is heard."""
    asks = "whether {} reaches a person (or else receivers.log_only)"
    return tuple(Question(reach.tree.party, asks.format(targets(reach, name))) for reach, name in copied(heard))


def severity(alert: Alert, words: Vocabulary) -> str:
    """` (page)`: the severity that an alert declares."""
    declared = alert.severity(words)
    return f" ({declared})" if declared else ""


def only_if(heard: Heard) -> str:
    """`team is ml, sre or 3 others`: for which values of its open labels somebody hears the alert."""
    single: dict[str, dict[str, None]] = {}
    several: dict[str, None] = {}
    for reach, taken in heard.ways:
        for course in taken:
            if reach.hears(course) is Ear.SOMEBODY:
                asked = list(_asked(course))
                if len(asked) == 1:
                    single.setdefault(asked[0][0], {}).update(dict.fromkeys(asked[0][1]))
                elif asked:
                    several[" and ".join(f"{name} is {listed(values)}" for name, values in asked)] = None
    named = [f"{name} is {listed(list(values))}" for name, values in single.items()]
    return listed([*named, *several])


def opens(heard: Heard) -> list[Statement]:
    """Why the labels that decide are open: the rule sets them from a template, or its expression carries them."""
    decide = (
        name
        for reach, taken in heard.ways
        for course in taken
        if reach.hears(course) is Ear.SOMEBODY
        for name, _ in _asked(course)
    )
    return [told for name in dict.fromkeys(decide) if (told := _open(heard, name)) is not None]


def _open(heard: Heard, name: str) -> Statement | None:
    own, expression, added = (
        heard.alert.labels.get(name),
        heard.alert.said.get("alert.expression"),
        heard.added.get(name),
    )
    if added is not None and (own is None or added.term.startswith(ANEW)):
        filled = f"writes {name} anew" if added.term.startswith(ANEW) else f"adds {name}={added.text}"
        return Statement(added, f"the server {filled}")
    if own is not None:
        return Statement(own, f"{name} is {own.text}")
    return None if expression is None else Statement(expression, f"{name} comes with its series")


def _asked(course: Course) -> Iterator[tuple[str, list[str]]]:
    for name, value in course.supposed.items():
        if is_supposed(value):
            yield name, _values(value)


def _values(value: Open) -> list[str]:
    if value.among is not None:
        return [each or '""' for each in value.among]
    return [f"like {matcher.value}" for matcher in value.must]


def listed(words: list[str]) -> str:
    """`a, b or c`; of many the first, and how many others."""
    if len(words) > MOST_VALUES:
        words = [*words[: MOST_VALUES - 1], f"{len(words) - MOST_VALUES + 1} others"]
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
