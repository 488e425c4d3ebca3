"""How an alert is told of that nobody hears: the steps, and the statements that the monitor needs to follow it."""

from collections.abc import Iterable, Iterator

from accord.boundaries.calls.evidence import concludes
from accord.boundaries.join.vocabulary import Vocabulary
from accord.boundaries.signals.alert_labels import NAME, firing
from accord.boundaries.signals.alert_sets import interrupts
from accord.boundaries.signals.alerting import Alert, Node
from accord.boundaries.signals.courses import looked_at
from accord.boundaries.signals.hearing import Heard, Reach
from accord.boundaries.signals.hearing_words import silence
from accord.boundaries.signals.open_labels import Labels
from accord.model.fact import Fact
from accord.model.finding import Severity
from accord.model.witness import Step, Witness

_QUIET = frozenset(("", "info", "information", "informational", "notice", "none", "debug"))


def weight(alert: Alert, words: Vocabulary) -> Severity:
    """How much it matters that an alert is not heard: as much as it declares itself."""
    if interrupts(alert, words):
        return Severity.ERROR
    return Severity.INFO if alert.severity(words).lower() in _QUIET else Severity.WARNING


def unheard(heard: Heard, does: str) -> Witness | None:
    """The alert fires, and is sent where nobody hears it; None where no values for its open labels are found."""
    labels = next(fired(heard), None)
    if labels is None:
        return None
    steps: list[Step] = [fires(heard.alert, labels)]
    for reach, _ in heard.ways:
        ends = reach.router.ends(labels)
        steps += [sent(reach, heard.alert, node) for node in ends]
        steps += silences(reach, ends)
    return Witness(
        (*steps, concludes(does)), "alert-heard", needed(heard, labels), labels=tuple(sorted(labels.items()))
    )


def needed(heard: Heard, labels: dict[str, str]) -> tuple[Fact, ...]:
    """What the monitor needs to follow the way of an alert: its labels, its expression, and the routes looked at."""
    own = (*heard.alert.labels.values(), *heard.added.values(), *_expression(heard))
    looked = (fact for reach, _ in heard.ways for fact in seen(reach, labels))
    parts = (reach.tree.said["route.parts"] for reach, _ in heard.ways if "route.parts" in reach.tree.said)
    return tuple(dict.fromkeys((*own, *looked, *parts)))


def fired(heard: Heard) -> Iterator[dict[str, str]]:
    """The labels of an alert that fires so, for each course of its first tree, the usual one last told first."""
    for course in reversed(heard.ways[0][1]):
        examples = {name: value.example for name, value in course.supposed.items()}
        if None not in examples.values():
            yield firing(heard.labels, {name: value for name, value in examples.items() if value})


def fires(alert: Alert, labels: dict[str, str]) -> Step:
    """The step in which an alert fires with these labels."""
    told = ", ".join(f"{name}={value}" for name, value in labels.items() if name != NAME)
    return Step(0, alert.party, "fires", f"fires with {told}" if told else "fires", alert.name, alert.party)


def sent(reach: Reach, alert: Alert, node: Node) -> Step:
    """The step in which a tree sends an alert to the receiver of a route."""
    does = f"sends it to {reach.receiver(node)}"
    return Step(0, reach.tree.party, "routes", does, node.fact, alert.party)


def seen(reach: Reach, labels: dict[str, str]) -> list[Fact]:
    """The routes that the evaluation of these labels looks at."""
    return [node.fact for node in looked_at(reach.tree, _known(labels))]


def _known(labels: dict[str, str]) -> Labels:
    return dict(labels)


def silences(reach: Reach, ends: Iterable[Node]) -> Iterator[Step]:
    """The steps that say why the receivers of these routes tell nobody."""
    for name in dict.fromkeys(reach.receiver(node) for node in ends):
        fact = reach.silent[name]
        yield Step(0, fact.says, "states", silence(reach, name), fact, fact.subject)


def _expression(heard: Heard) -> list[Fact]:
    fact = heard.alert.said.get("alert.expression")
    return [fact] if fact is not None else []
