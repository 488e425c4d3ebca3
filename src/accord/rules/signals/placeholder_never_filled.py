"""Placeholder never filled.

A label or an annotation still says `TODO`, `CHANGEME`, `team-TEAM-NAME`, or links a page of example.com: a form that was to
be filled in. The template was right to leave a place; whoever copied it had the alert to finish first.

Judged are whole values and first words in every label and annotation; names in angle brackets and links to example.com
only where an owner, a runbook or a dashboard is named. One text under one name is one finding, at all its places, and so is
one host of example.com, whatever pages are linked there; where it is the runbook of an alert that interrupts a person it is a
warning. So is the address of a receiver that a route names: one with words of a form, or at port 5001 of the machine itself,
where the file that Alertmanager comes with sends everything.

## Example
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockDown
    expr: stock == 0
    labels: {severity: page, team: team-TEAM-NAME}  # finding: note
    annotations:
      summary: stock is down
      runbook: TODO  # finding: note
  - alert: StockFull
    expr: stock > 100
    annotations:
      runbook: "TODO"
      dashboard: https://grafana.example.com/d/stock  # finding: note
```

### One host, many pages
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockDown
    expr: stock == 0
    annotations: {runbook: https://runbooks.example.com/StockDown}  # finding: note
  - alert: StockFull
    expr: stock > 100
    annotations: {runbook: https://runbooks.example.com/StockFull}
```

### Whom a receiver tells
```yaml file=alertmanager.yml
route: {receiver: chat, routes: [{receiver: hook, matchers: [team = shop]}]}
receivers:
- name: chat  # finding: note
  slack_configs: [{channel: '#shop', api_url: "https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK"}]
- name: hook  # finding: note
  webhook_configs: [{url: "http://127.0.0.1:5001/"}]
- name: spare
  email_configs: [{to: xxx@shop.example, from: a@shop.example, smarthost: "mail:25"}]
```

## Not a gap
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: TodoListTooLong
    expr: todo_items > 100
    annotations:
      summary: the todo list has <b>{{ $value }}</b> items
      team: <!subteam^S05Q1P4Q2TG>
      runbook: https://runbooks.shop.example/todo-list
```

## Unanswered
### A runbook that is still to be named
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockDown
    expr: stock == 0
    annotations: {runbook: https://wiki.shop.example/<page>}  # finding: note
```

## What to do
The alert: fill it in, or leave it out: a missing runbook is asked for, one that says TODO looks like an answer.

## References
- RFC 2606, Reserved Top Level DNS Names: example.com is nobody's
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.people.owners import is_placeholder
from accord.boundaries.signals.alert_sets import note, roots
from accord.boundaries.signals.alerting import Alert, Form, Tree, alerting
from accord.model.fact import Fact
from accord.model.finding import Finding, Statement, Verdict

READS = ("alert", "label", "annotation", "route", "receiver", "vocabulary")
_WORD = re.compile(
    r"(?i:to-?do|fix-?me|tbd|tba|x{3,}|change[-_ ]?me|replace[-_ ]?me|placeholder)[.!?]?|(?:TODO|FIXME|TBD|XXX)\b.*|\S+/(?:TODO|FIXME|TBD|XXX)",
    re.DOTALL,
)
_BEGINNINGS = frozenset(("to", "fi", "tb", "xx", "ch", "re", "pl"))
_ENDS = ("TODO", "FIXME", "TBD", "XXX")
_FIRST = frozenset("tfxcrpTFXCRP")
_LAST = frozenset("OEDX")
_HOST = re.compile(r"//((?:[\w-]+\.)*example\.(?:com|org|net))(?:[:/?#]|$)", re.IGNORECASE)
_ANGLED = re.compile(r"<\s*[A-Za-z][\w .-]*>")
_SHOWN = 60
_EXAMPLE = ":5001"


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks for what somebody was to fill in."""
    words = vocabulary(system, view)
    runbook = {name.lower() for name in words.runbook}
    terms: dict[Form, list[_Asked]] = {}
    for alerts in roots(system, view).values():
        found: dict[tuple[str, str], list[tuple[Alert, Fact]]] = {}
        for alert in alerts:
            form, said = alert.form, alert.said
            for term, name, is_named, is_owner in terms.get(form) or terms.setdefault(form, _asked(form, words)):
                text = str(said[term].value).strip()
                may_be_word = text[:1] in _FIRST or text[-1:] in _LAST
                if (is_named and _unfilled(text, is_owner)) or (may_be_word and _is_word(text)):
                    found.setdefault((name, _cause(text)), []).append((alert, said[term]))
        for (name, _), places in found.items():
            yield _finding(name, places, words if name in runbook else None)
    for tree in alerting(system, view).trees:
        yield from _told(tree)


_Asked = tuple[str, str, bool, bool]


def _asked(form: Form, words: Vocabulary) -> list[_Asked]:
    """The term of each label and annotation, its name in lower case, and whether that is of an owner or a page, or of an owner."""
    named = {name.lower() for name in (*words.owner, *words.runbook, *words.dashboard)}
    owner = {name.lower() for name in words.owner}
    every = ((term, name.lower()) for names in (form.labels, form.annotations) for name, term in names.items())
    return [(term, name, name in named, name in owner) for term, name in every]


def _is_word(text: str) -> bool:
    """Whether it says that something is to be filled in; none does that begins and ends otherwise than `_FIRST` and `_LAST`."""
    may_be = text[:2].lower() in _BEGINNINGS or text.endswith(_ENDS)
    return may_be and _WORD.fullmatch(text) is not None


def _told(tree: Tree) -> Iterator[Finding]:
    """The receivers that routes name, and whose address is nobody's yet: each address once."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(node.route.receiver for node in tree.nodes):
        receiver = tree.receiver(name)
        for one in receiver.integrations if receiver is not None else ():
            if one.unfilled:
                address = one.target if one.unfilled in one.target else one.unfilled
                found.setdefault((one.kind, address), []).append(name)
    for (kind, address), names in found.items():
        whose = f"the {kind} of {names[0]} goes" if len(names) == 1 else f"the {kind} of {len(names)} receivers goes"
        example = ", as in the file that Alertmanager comes with" if address.endswith(_EXAMPLE) else ""
        statements = tuple(Statement(tree.receivers[name], f"{name} tells {address}") for name in names)
        yield Finding(Verdict.NOTE, f"{whose} to {address}{example}", statements, "", tree.party, names[0])


@lru_cache(maxsize=4096)
def _unfilled(text: str, is_owner: bool) -> bool:
    is_link = ("<" in text and _ANGLED.search(text) is not None) or _host(text) is not None
    return is_link or (is_owner and "{{" not in text and is_placeholder(text))


def _host(text: str) -> "re.Match[str] | None":
    """A link to a host that is nobody's."""
    return _HOST.search(text) if "//" in text and "example." in text.lower() else None


def _cause(text: str) -> str:
    """What was never filled in: such a host, whatever is linked there, or the whole text."""
    found = _host(text)
    return found[1].lower() if found else text


def _finding(name: str, places: list[tuple[Alert, Fact]], words: Vocabulary | None) -> Finding:
    alerts = [alert for alert, _ in places]
    facts = {alert.party: fact for alert, fact in places}
    said = {party: f"{name}: {_short(str(fact.value).strip())}" for party, fact in facts.items()}
    who = f"{alerts[0].called} has" if len(alerts) == 1 else f"{len(alerts)} alerts have"
    what = said[alerts[0].party]
    if len(set(said.values())) > 1:
        what = f"{len(set(said.values()))} pages of {_cause(str(places[0][1].value).strip())} as {name}"
    return note(
        alerts, f"{who} {what}", lambda alert: (facts[alert.party], f"{alert.called} has {said[alert.party]}"), words
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
