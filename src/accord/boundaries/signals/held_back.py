"""Whether an alert can be held back because another one fires, and how that is told."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from accord.boundaries.calls.evidence import concludes, states
from accord.boundaries.signals.alert_labels import firing, labels_of
from accord.boundaries.signals.alerting import Alert
from accord.boundaries.signals.hearing import Heard
from accord.boundaries.signals.hearing_story import fires
from accord.boundaries.signals.open_labels import Labels
from accord.boundaries.signals.routing import holds_back
from accord.boundaries.signals.watched import Watched
from accord.model.alerting import Inhibition, Matcher
from accord.model.fact import Fact
from accord.model.witness import Step, Witness


class Hold(Struct, frozen=True):
    """The rule by which `source`, while it fires, holds an alert of these labels back."""

    rule: Fact
    source: Heard
    labels: dict[str, str]


def holds(target: Heard, others: Iterable[Heard]) -> Iterator[Hold]:
    """Every other alert, of another name, that can hold the target back in the one tree that takes both."""
    if len(target.ways) != 1:
        return
    tree = target.ways[0][0].tree
    for rule in tree.inhibitions:
        for source in others:
            beside = [reach.tree.party for reach, _ in source.ways]
            if source.alert.called != target.alert.called and beside == [tree.party]:
                labels = _held(rule.value, source, target)
                if labels is not None:
                    yield Hold(rule, source, labels)


def _held(rule: Inhibition, source: Heard, target: Heard) -> dict[str, str] | None:
    """The labels of the target beside those of the source that has it held back; None where there are none."""
    known = _known(source, (*(matcher.label for matcher in rule.sources), *rule.equal))
    own = _known(target, (*(matcher.label for matcher in rule.targets), *rule.equal))
    shared = {name: value for name in rule.equal if isinstance(value := known.get(name, ""), str) and value}
    labels = firing(own, {**_asked(rule.targets), **shared})
    equal = {name: labels[name] for name in rule.equal if name in labels}
    beside = firing(known, {**_asked(rule.sources), **equal})
    return labels if holds_back(rule, beside, labels) else None


def _known(heard: Heard, asked: tuple[str, ...]) -> Labels:
    return labels_of(heard.alert, heard.added, asked)


def _asked(matchers: tuple[Matcher, ...]) -> dict[str, str]:
    return {matcher.label: matcher.value for matcher in matchers if matcher.operator == "="}


def holding(watched: Watched, hold: Hold, does: str) -> Witness:
    """Both alerts fire, and the only signal of an operation is held back."""
    alert, source = watched.by.alert, hold.source.alert
    named = ", ".join(f"{name}={fact.text}" for name, fact in sorted(source.labels.items()))
    steps = [
        *(states(fact, f"has {watched.subject} shown by {alert.called} alone") for fact in watched.shown),
        fires(alert, hold.labels),
        Step(0, source.party, "fires", f"fires with {named}" if named else "fires", source.name, source.party),
        Step(0, hold.rule.says, "inhibits", f"holds {alert.called} back", hold.rule, source.party),
        concludes(does, watched.subject),
    ]
    needed = [*_told(alert), *_told(source), *watched.by.added.values(), *hold.source.added.values()]
    return Witness(
        tuple(steps), "alert-not-held-back", tuple(dict.fromkeys(needed)), labels=tuple(sorted(hold.labels.items()))
    )


def _told(alert: Alert) -> list[Fact]:
    expression = alert.said.get("alert.expression")
    return [*alert.labels.values(), *([expression] if expression is not None else [])]
