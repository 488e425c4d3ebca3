"""What each act that carries a deviation to its repair demands of its step: from `breaks` to `recovers`, and `due`.

A function returns why the step is refused, or "" once it is part of the timeline.
"""

from datetime import datetime, timedelta

from accord.model.contract_values import Rung, WorkStep
from accord.model.fact import Fact
from accord.model.hours import Hours
from accord.model.witness import Step
from accord.monitor.signalling import SIGNALLING
from accord.monitor.speech import is_of_party, is_providers, names, provider_of, speaks_of
from accord.monitor.timeline import Page, Timeline

_LONGEST_WAIT = timedelta(days=400)


def breaks(line: Timeline, step: Step) -> str:
    """The deviation begins."""
    if step.at or step.party != provider_of(step.about) or step.about in line.broke:
        return "a deviation begins once, at 0s, at its provider"
    if step.fact is not None and not is_providers(step.fact, step.about):
        return f"{step.fact.subject} {step.fact.term} is not what {step.party} says of {step.about}"
    line.broke[step.about] = step.at
    return ""


def reaches(line: Timeline, step: Step) -> str:
    """A change that was wrong from the start is everywhere."""
    fact = step.fact
    if step.about not in line.broke or step.about in line.spread:
        return "nothing has gone wrong there, or it was everywhere before"
    if fact is None or fact.term != "spread" or not is_providers(fact, step.about) or not isinstance(fact.value, int):
        return f"nobody says how soon a change of {step.about} is everywhere"
    if step.party != fact.says or step.at != line.broke[step.about] + fact.value:
        return "it is everywhere at another time, or another party says so"
    line.spread[step.about] = step.at
    return ""


def detects(line: Timeline, step: Step) -> str:
    """A signal shows the deviation."""
    fact = step.fact
    if step.about not in line.broke or step.about in line.detected:
        return "nothing has gone wrong there, or it was shown before"
    refusal = _signal_refused(line, step, fact) if fact else _unsaid_signal_refused(line, step)
    if not refusal:
        line.detected[step.about] = (step.at, step.party)
    return refusal


def _unsaid_signal_refused(line: Timeline, step: Step) -> str:
    """Where nobody says how a deviation is shown, the provider sees it at once: the kindest it can be."""
    said = any(_is_part(one, "detect") and speaks_of(one, step.about) for one in line.facts)
    at_once = step.party == provider_of(step.about) and step.at == line.broke[step.about]
    return "" if at_once and not said else "no fact has the deviation shown by this party at this moment"


def _signal_refused(line: Timeline, step: Step, fact: Fact) -> str:
    if not _is_part(fact, "detect") or not speaks_of(fact, step.about):
        return f"no fact has a deviation of {step.about} shown"
    signals = [
        one for one in line.facts if _is_part(one, "detect") and speaks_of(one, step.about) and one.says == fact.says
    ]
    named = any(one.term.endswith(".by") and names(one, step.party) for one in signals)
    if not named and (fact.term.endswith(".by") or step.party != fact.says):
        return f"{step.party} is not the signal"
    parts = [one for one in line.told if one.act in SIGNALLING and one.about == step.about]
    if parts:
        by_name = fact.term.endswith(".by") and _fires(line, step, parts)
        return "" if by_name and step.at == parts[-1].at else "the signal shows it at another time"
    within = [one.value for one in signals if one.term.endswith(".within") and isinstance(one.value, int)]
    if step.at != line.broke[step.about] + min(within, default=0):
        return "the signal shows it at another time"
    return ""


def _fires(line: Timeline, step: Step, parts: list[Step]) -> bool:
    """Whether a rule among the facts fires the alert of this name, and it is that rule's condition that held."""
    rules = {fact.says for fact in line.facts_of("alert") if fact.value == step.party}
    return bool(rules) and all(part.party in rules for part in parts if part.act == "holds")


def _is_part(fact: Fact, group: str) -> bool:
    return fact.term.startswith(group + ".") and fact.term.rpartition(".")[2] in ("by", "within")


def pages(line: Timeline, step: Step) -> str:
    """A party is paged."""
    fact, before, party = step.fact, line.last_act(), provider_of(step.about)
    if (
        fact is None
        or before is None
        or not names(fact, party)
        or fact.term not in ("recover.by", "detect.by", "steps", "escalates")
    ):
        return f"no fact has {step.about} paged"
    refusal = _rung_refused(line, step, fact, party) if fact.term == "escalates" else _direct_refused(line, step, fact)
    if not refusal:
        line.pages.append(Page(party, step.at))
    return refusal


def _direct_refused(line: Timeline, step: Step, fact: Fact) -> str:
    before = line.last_act()
    if before is None or step.at != before.at:
        return "a first page comes at the moment of the act before it"
    if fact.term != "steps" and not line.detected:
        return "nobody has seen that anything is wrong"
    if step.party != fact.says:
        return f"{step.party} does not page"
    return "" if fact.term != "steps" or _is_able(line) else "nobody is able to act yet"


def _is_able(line: Timeline) -> bool:
    """Whether whoever acknowledged last, and says that it takes time until it can act, has arrived."""
    acknowledged = [page for page in line.pages if page.acknowledged is not None]
    return (
        not acknowledged
        or acknowledged[-1].arrived is not None
        or not line.of_party("hands_on", acknowledged[-1].party)
    )


def _rung_refused(line: Timeline, step: Step, fact: Fact, party: str) -> str:
    before, owner = line.last_act(), line.page_of(fact.provider)
    if before is None or step.party != fact.provider:
        return f"{step.party} does not page on this ladder"
    if owner is None and line.pages and fact.provider not in line.broke:
        return f"{step.party} was not paged itself"
    began = line.broke.get(fact.provider, before.at)
    starts = began if owner is None else next(page.at for page in line.pages if page.party == owner.party)
    reason = f"the ladder pages {party} at another time"
    for rung in fact.value:
        if isinstance(rung, Rung) and provider_of(rung.to) == party and step.at == starts + (rung.after or 0):
            if not _is_called_off(line, rung, owner):
                return ""
            reason = f"the ladder pages {party} only while nobody has {rung.unless}"
    return reason


def _is_called_off(line: Timeline, rung: Rung, owner: Page | None) -> bool:
    if rung.unless == "acknowledged":
        return owner is not None and owner.acknowledged is not None
    return rung.unless == "recovered" and bool(line.recovered)


def acknowledges(line: Timeline, step: Step) -> str:
    """A party answers its page."""
    fact, page = step.fact, line.page_of(step.party)
    if (
        fact is None
        or fact.term != "acknowledge"
        or not is_of_party(fact, step.party)
        or not isinstance(fact.value, int)
    ):
        return f"{step.party} does not say how soon it acknowledges"
    if page is None or page.acknowledged is not None:
        return "it was not paged, or has acknowledged before"
    if step.about not in line.broke:
        return f"nothing is wrong with {step.about}"
    hours = [one.value for one in line.of_party("hours", step.party) if isinstance(one.value, Hours)]
    if step.at != _on_duty(line.witness.starts, hours, page.at, fact.value):
        return "it acknowledges at another time"
    page.acknowledged = step.at
    return ""


def _on_duty(starts: str, hours: list[Hours], since: int, value: int) -> int | None:
    """The time at which `value` nanoseconds on duty have passed since `since`; None where that never happens."""
    if not hours:
        return since + value
    start = instant(starts, since)
    if start is None:
        return None
    left = value
    for span in hours[0].spans(start, start + _LONGEST_WAIT):
        length = nanoseconds(span.ends - span.starts)
        if left <= length:
            return since + nanoseconds(span.starts - start) + left
        left -= length
    return None


def instant(starts: str, at: int) -> datetime | None:
    """The instant `at` nanoseconds after the start of the witness, to the microsecond below; None where it has no start."""
    try:
        start = datetime.fromisoformat(starts)
    except ValueError:
        return None
    return start + timedelta(microseconds=at // 1000) if start.tzinfo else None


def nanoseconds(length: timedelta) -> int:
    """A length of time, exactly."""
    return (length // timedelta(microseconds=1)) * 1000


def arrives(line: Timeline, step: Step) -> str:
    """A party is able to act."""
    fact, page = step.fact, line.page_of(step.party)
    if fact is None or fact.term != "hands_on" or not is_of_party(fact, step.party) or not isinstance(fact.value, int):
        return f"{step.party} does not say how long it takes until it can act"
    if page is None or page.acknowledged is None or page.arrived is not None:
        return "it has not acknowledged, or has arrived before"
    if step.about not in line.broke:
        return f"nothing is wrong with {step.about}"
    if step.at != page.acknowledged + fact.value:
        return "it is able to act at another time"
    page.arrived = step.at
    return ""


def works(line: Timeline, step: Step) -> str:
    """One step of a procedure ends."""
    fact, before = step.fact, line.last_act()
    if fact is None or before is None or not isinstance(fact.value, tuple) or not 1 <= step.attempt <= len(fact.value):
        return "no procedure has such a step"
    work = fact.value[step.attempt - 1]
    if line.worked.get(fact.provider, 0) != step.attempt - 1:
        return "the steps of a procedure come in order"
    if step.about not in line.broke or not _is_able(line):
        return f"nothing is wrong with {step.about}, or nobody is able to act yet"
    if not isinstance(work, WorkStep) or step.party != _worker(work, fact):
        return f"{step.party} does not do this step"
    if step.at != before.at + (work.takes or 0):
        return "the step ends at another time"
    line.worked[fact.provider] = step.attempt
    return ""


def _worker(work: WorkStep, fact: Fact) -> str:
    return provider_of(work.by) if work.by and work.by != "none" else fact.provider


def recovers(line: Timeline, step: Step) -> str:
    """A party has repaired it."""
    fact, before = step.fact, line.last_act()
    if fact is None or before is None or step.about not in line.broke or step.about in line.recovered:
        return "nothing is broken there"
    if not _may_recover(line, step, fact, before):
        return f"{step.party} is not who repairs it, or has not done so yet"
    ends = _promised_end(line, step, fact) if fact.term == "recover.within" else before.at
    if step.at != ends:
        return "nothing ends at this moment"
    line.recovered[step.about] = step.at
    return ""


def _promised_end(line: Timeline, step: Step, fact: Fact) -> int | None:
    start = _counts_from(line, step, fact)
    return start + fact.value if start is not None and isinstance(fact.value, int) else None


def _may_recover(line: Timeline, step: Step, fact: Fact, before: Step) -> bool:
    """Whether the fact has this party recover it, and the act before is the last one that takes the party time."""
    if fact.term == "recover.by":
        return speaks_of(fact, step.about) and names(fact, step.party) and before.act in ("pages", "acknowledges")
    if fact.term == "steps":
        steps = len(fact.value) if isinstance(fact.value, tuple) else -1
        return line.worked.get(fact.provider, 0) == steps and step.party == before.party
    if fact.term == "recover.within":
        return is_providers(fact, step.about) and step.party == fact.says
    last = {"hands_on": "arrives", "acknowledge": "acknowledges"}.get(fact.term)
    return before.act == last and before.party == step.party and is_of_party(fact, step.party)


def due(line: Timeline, step: Step) -> str:
    """The recovery was due."""
    fact = step.fact
    if (
        fact is None
        or fact.term != "recover.within"
        or not speaks_of(fact, step.about)
        or not isinstance(fact.value, int)
    ):
        return f"nobody says how soon {step.about} is repaired"
    if step.party != fact.says:
        return f"{step.party} does not say so"
    start = _counts_from(line, step, fact)
    if start is None or step.at != start + fact.value:
        return "it was due at another time"
    line.due[step.about] = step.at
    return ""


def _counts_from(line: Timeline, step: Step, fact: Fact) -> int | None:
    said = next(
        (one.value for one in line.facts_of("recover.from") if one.says == fact.says and speaks_of(one, step.about)),
        "detection",
    )
    if said == "failure":
        return line.broke.get(step.about)
    if said == "detection":
        seen = line.detected.get(step.about)
        return seen[0] if seen else None
    return next((page.acknowledged for page in line.pages if page.acknowledged is not None), None)
