"""Runbook dead.

An alert links a page that does not exist. The link was right when it was written, or the page was to follow; whoever
renamed the page was right too. The alert leads nowhere at the moment it is needed.

There is no network: judged is only where the configuration lists the pages that exist (`runbooks.pages`, `runbooks.list`),
and only addresses that begin as those whose pages do exist. Case, the fragment, `.md`, `_index` and a last slash do not
count. A page is told once, with every alert that links it.

## Example
```toml file=accord.toml
[runbooks]
pages = ["stock/StockDown.md", "_index.md"]
```
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockDown
    expr: stock == 0
    annotations: {runbook_url: "https://runbooks.shop.example/stock/stockdown"}
  - alert: StockFull
    expr: stock > 100
    annotations: {runbook_url: "https://runbooks.shop.example/stock/stockfull"}  # finding: note
  - alert: StockFuller
    expr: stock > 200
    annotations: {runbook_url: "https://runbooks.shop.example/stock/stockfull/#first"}
```

## Not a gap
The second address begins otherwise: nothing is known of what stands there.
```toml file=accord.toml
[runbooks]
pages = ["stock/StockDown.md"]
```
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockDown
    expr: stock == 0
    annotations: {runbook_url: "https://runbooks.shop.example/stock/StockDown/"}
  - alert: StockFull
    expr: stock > 100
    annotations: {runbook_url: "https://wiki.shop.example/StockFull"}
```

## Unanswered
No page is listed, so nothing can be said:
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: StockFull, expr: stock > 100, annotations: {runbook_url: "https://runbooks.shop.example/x"}}
```

## What to do
The alert: link the page as it is called now. Whoever keeps the pages: write it, or let the old address lead to the new.

## References
- Prometheus, Alerting: linking to runbooks
"""

from collections.abc import Iterator

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.join.vocabulary import Vocabulary, vocabulary
from accord.boundaries.people.runbooks import Pages, compared
from accord.boundaries.signals.alert_sets import note
from accord.boundaries.signals.alerting import TEMPLATE, Alert, alerting
from accord.model.fact import Fact
from accord.model.finding import Finding

READS = ("alert", "label", "annotation", "vocabulary")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Looks each linked page up among those that exist."""
    words = vocabulary(system, view)
    if not words.runbook_pages:
        return
    pages = Pages(words.runbook_pages)
    linked = [(alert, link) for alert in alerting(system, view).alerts if (link := _link(alert, words.runbook))]
    judged = pages.foundations(str(link.value) for _, link in linked)
    dead: dict[str, list[tuple[Alert, Fact]]] = {}
    for alert, link in linked:
        address = compared(str(link.value))
        if address.startswith(judged) and pages.end_of(address) is None:
            dead.setdefault(address, []).append((alert, link))
    for named in dead.values():
        yield _finding({alert.party: link for alert, link in named}, [alert for alert, _ in named], words)


def _finding(links: dict[str, Fact], alerts: list[Alert], words: Vocabulary) -> Finding:
    ordered = sorted(alerts, key=lambda alert: links[alert.party].place.spot)
    address = links[ordered[0].party].value
    return note(ordered, f"there is no page {address}", lambda alert: _statement(alert, links), words)


def _link(alert: Alert, names: tuple[str, ...]) -> Fact | None:
    link = alert.first(names)
    return link if link is not None and "/" in str(link.value) and TEMPLATE not in str(link.value) else None


def _statement(alert: Alert, links: dict[str, Fact]) -> tuple[Fact, str]:
    link = links[alert.party]
    return link, f"{alert.called} links {link.value}"
