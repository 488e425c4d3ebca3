"""Where one alert goes and why: the document that `accord route` shows, as data."""

from collections.abc import Mapping

from msgspec import Struct

from accord.boundaries.join.vocabulary import Vocabulary
from accord.boundaries.signals.alerting import Tree
from accord.boundaries.signals.routing import EVERY_LABEL, TIMINGS, Ending, Router, Settings, router
from accord.model.alerting import Integration
from accord.model.duration import show_duration
from accord.model.fact import Fact, Stance
from accord.report._places import where


class Asked(Struct, frozen=True):
    """One route: what it asks for, and, where it did not match, the matcher that failed."""

    at: str
    matchers: list[str]
    continues: bool = False
    failed: str = ""


class Told(Struct, frozen=True):
    """One way in which a receiver is told."""

    kind: str
    target: str


_ELSEWHERE = ("not said here", "", "the values that these are laid over say it, or those of the chart")


class Setting(Struct, frozen=True):
    """What holds at a route, and where that is said; `at` is empty where nobody says it here; `by` says who does, such as a program by default."""

    name: str
    value: str
    at: str = ""
    by: str = ""


class End(Struct, frozen=True):
    """One receiver that gets the alert; `silent` says why nobody hears of it there, and is empty where somebody may."""

    receiver: str
    receiver_at: str
    told: list[Told]
    silent: str
    way: list[Asked]
    settings: list[Setting]
    before: list[Asked]


class Held(Struct, frozen=True):
    """An inhibition that can hold the alert back, in words."""

    at: str
    rule: str


class Answer(Struct, frozen=True):
    """What one tree does with the alert; `scope` is where it does so, `asks` the labels that it asks for, `absent` those of them that the alert lacks."""

    tree: str
    at: str
    scope: dict[str, str]
    ends: list[End]
    held_back_by: list[Held]
    asks: list[str]
    absent: list[str]


class Document(Struct, frozen=True):
    """The whole answer; keys are only ever added to a version."""

    accord: int
    labels: dict[str, str]
    trees: list[Answer]


def answer(tree: Tree, labels: Mapping[str, str], words: Vocabulary, scope: dict[str, str]) -> Answer:
    """What a tree, which has a root, does with an alert of these labels."""
    routes = router(tree)
    assert tree.root is not None
    return Answer(
        tree.party.partition(":")[2],
        where(tree.root.fact.place),
        scope,
        [_end(routes, ending, words) for ending in routes.explained(labels)],
        [Held(where(fact.place), fact.text) for fact in routes.inhibitions(labels)],
        [*routes.asked],
        [name for name in routes.asked if not labels.get(name)],
    )


def _end(routes: Router, ending: Ending, words: Vocabulary) -> End:
    settings = routes.settings(ending.node)
    fact = routes.tree.receivers.get(settings.receiver)
    told = fact.value.integrations if fact is not None else ()
    return End(
        settings.receiver,
        where(fact.place) if fact is not None else "",
        [Told(one.kind, one.target) for one in told],
        _silent(settings.receiver, told, words),
        [
            Asked(where(node.fact.place), [str(one) for one in node.route.matchers], node.route.continues)
            for node in ending.way
        ],
        _settings(routes.tree, ending, settings),
        [
            Asked(
                where(passed.node.fact.place),
                [str(one) for one in passed.node.route.matchers],
                passed.node.route.continues,
                str(passed.failed),
            )
            for passed in ending.passed
        ],
    )


def _silent(receiver: str, told: tuple[Integration, ...], words: Vocabulary) -> str:
    if receiver in words.log_only:
        return f"it only writes a log, says {where(words.said['log_only'].place)}"
    return "" if told else "it tells nobody"


def _settings(tree: Tree, ending: Ending, settings: Settings) -> list[Setting]:
    """The receiver's origin, the grouping, the timings, and when the route is muted or active."""
    grouped = "every label" if settings.group_by == EVERY_LABEL else ", ".join(settings.group_by)
    by = settings.grouped_by
    found = [
        Setting("receiver", settings.receiver, where(settings.named_by.fact.place)),
        Setting(
            "group_by",
            grouped or "nothing: all alerts together",
            where(by.fact.place) if by else "",
            "" if by else "no route says it",
        ),
    ]
    if settings.is_laid_over and by is None:
        found[-1] = Setting("group_by", *_ELSEWHERE)
    for name in TIMINGS:
        timing = settings.timings.get(name)
        found.append(Setting(name, *_ELSEWHERE) if timing is None else _timing(name, timing.value, timing.fact))
    for name, used in (("muted", ending.node.route.muted), ("active", ending.node.route.active)):
        for calendar in used:
            fact = tree.calendars.get(calendar)
            text = f"{calendar}: {fact.text}" if fact else calendar
            found.append(Setting(name, text, where((fact or ending.node.fact).place)))
    return found


def _timing(name: str, value: int, fact: Fact) -> Setting:
    if fact.stance is Stance.DEFAULT:
        return Setting(name, show_duration(value), "", f"{fact.source} {fact.version}, by default")
    return Setting(name, show_duration(value), where(fact.place))
