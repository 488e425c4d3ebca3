"""Window shorter than scrape.

`rate` and its kin need two samples. Over a window shorter than twice the scrape interval there is often one only, and
below the interval itself there never are two: the alert is silent however bad it gets, and nothing shows that. Whoever
wrote the rule thought of a server that reads more often; whoever slowed the reading down saved load.

The interval is known where a `prometheus.yml` that was read loads the rule file: of the job that the selection names by
`job="..."`, else of the fastest of all its jobs. It holds unless the series is also made otherwise (federated, written
remotely), so this is conditional. Series that a recording rule makes are left out. Of several servers that load the file the
nearest counts. Where no server was read at all, its default of one minute is the only interval that is known, and all windows
that are too short for it are told once. Rules that are objects of the operator are left out there: it sets an interval of
its own.

## Example
```yaml file=prometheus.yml
global: {scrape_interval: 15s}
rule_files: [rules/*.yaml]
scrape_configs:
- {job_name: stock, scrape_interval: 1m}
- {job_name: checkout}
```
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - alert: StockFails
    expr: rate(errors_total{job="stock"}[1m]) > 0.1  # finding: conditional
  - alert: CheckoutFails
    expr: rate(errors_total{job="checkout"}[1m]) > 0.1
```

## Not a gap
A window of twice the interval holds two samples, and other functions are content with one:
```yaml file=prometheus.yml
global: {scrape_interval: 1m}
rule_files: [rules/*.yaml]
scrape_configs: [{job_name: stock}]
```
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: StockFails, expr: "rate(errors_total[2m]) > 0.1"}
  - {alert: StockHigh, expr: "max_over_time(stock[1m]) > 100"}
```

### A server that may be another's
```yaml file=deploy/prometheus.yml
global: {scrape_interval: 15s}
scrape_configs: [{job_name: stock}]
```
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: StockFails, expr: "rate(errors_total[1m]) > 0.1"}
```

### Two servers that load a file of this name
```yaml file=prometheus.yml
global: {scrape_interval: 1m}
rule_files: [/etc/prometheus/alerts.yaml]
scrape_configs: [{job_name: stock}]
```
```yaml file=shop/prometheus/prometheus.yml
global: {scrape_interval: 15s}
rule_files: [/etc/prometheus/alerts.yaml]
scrape_configs: [{job_name: stock}]
```
```yaml file=shop/prometheus/alerts.yaml
groups:
- name: shop
  rules:
  - {alert: StockFails, expr: "rate(errors_total[1m]) > 0.1"}
```

### A rule that the operator loads
```yaml file=rules/shop.yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: shop, namespace: shop}
spec:
  groups:
  - name: shop
    rules:
    - {alert: StockFails, expr: "rate(errors_total[1m]) > 0.1"}
```
```yaml file=rules/stock.yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: stock}
spec:
  groups:
  - name: stock
    rules:
    - {alert: StockFull, expr: "rate(stock_total[1m]) > 0.1"}
```

## Unanswered
### The interval is nowhere said
```yaml file=rules/shop.yaml
groups:
- name: shop
  rules:
  - {alert: StockFails, expr: "rate(errors_total[1m]) > 0.1"}  # finding: conditional
  - {alert: StockFull, expr: "rate(stock_total[5m]) > 100"}
```

## What to do
The alert: ask over at least two intervals, better four. The server: read the job more often.

## References
- Prometheus, Querying functions: rate
- Reliable Insights, What range should I use with rate()?
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from accord.boundaries.join.system import System
from accord.boundaries.join.view import View
from accord.boundaries.platforms.programs import by_default
from accord.boundaries.signals.alert_sets import counted, roots
from accord.boundaries.signals.alerting import Alert
from accord.boundaries.signals.scraping import Server, below_root, is_alone, over_windows, server_of
from accord.boundaries.signals.surroundings import is_file
from accord.model.alerting import Selection
from accord.model.duration import show_duration
from accord.model.fact import Fact
from accord.model.finding import Finding, Question, Severity, Statement, Verdict

READS = ("alert", "scrape", "rule_files", "records")
_FILE = attrgetter("name.place.file")


def check_system(system: System, view: View) -> Iterator[Finding]:
    """Holds each window against the interval at which its series are read."""
    recorded = {str(fact.value) for fact in system.about("records")}
    for alerts in roots(system, view).values():
        alone, unknown = is_alone(system, alerts[0]), alerts
        if not alone or below_root(system, alerts[0], view):
            unknown = []
            for _, of_file in groupby(alerts, key=_FILE):
                asking = [(alert, asked) for alert in of_file if (asked := over_windows(alert, recorded))]
                server = server_of(system, view, asking[0][0]) if asking else None  # the same for all of a file
                if server is None:
                    unknown += [alert for alert, _ in asking]
                else:
                    yield from (_short(alert, *short[0]) for alert, asked in asking if (short := _less(asked, server)))
        if alone:
            yield from _by_default([alert for alert in unknown if is_file(alert)], recorded)


def _less(asked: list[Selection], server: Server) -> list[tuple[Selection, Fact]]:
    """The windows that hold less than two intervals, each with its interval."""
    told = ((one, server.intervals(one)) for one in asked)
    found = [(one, min(intervals, key=lambda fact: int(fact.value))) for one, intervals in told if intervals]
    return [(one, interval) for one, interval in found if (one.window or 0) < 2 * interval.value]


def _asks(alert: Alert, selection: Selection) -> Statement:
    fact = alert.said["alert.expression"]
    window = show_duration(selection.window or 0)
    return Statement(fact, f"{alert.called} asks for {selection.within} over {window} of {selection.metric}")


def _short(alert: Alert, selection: Selection, interval: Fact) -> Finding:
    silent = (selection.window or 0) < interval.value
    often = "never holds two samples" if silent else "may hold one sample only"
    message = f"a window of {show_duration(selection.window or 0)} {often} at an interval of {interval.text}"
    condition = f"it fires only if {selection.metric} is also made more often than every {interval.text}"
    statements = (_asks(alert, selection), Statement(interval, f"targets are read every {interval.text}"))
    return Finding(Verdict.CONDITIONAL, message, statements, "", alert.party, "", "", Severity.WARNING, condition)


def _by_default(alerts: list[Alert], recorded: set[str]) -> Iterator[Finding]:
    default = by_default("prometheus", "scrape.interval", alerts[0].name) if alerts else None
    if default is None:
        return
    least = 2 * default.value
    windows = [one.window for alert in alerts for one in alert.expression.selections if one.window]
    if min(windows, default=least) >= least:
        return  # as nearly always
    shorter = [(alert, [one for one in over_windows(alert, recorded) if (one.window or 0) < least]) for alert in alerts]
    short = [(alert, min(found, key=lambda one: one.window or 0)) for alert, found in shorter if found]
    if short:
        alerts = [alert for alert, _ in short]
        default = by_default("prometheus", "scrape.interval", alerts[0].name) or default
        least = min(one.window or 0 for _, one in short)
        bound = show_duration(least // 2)
        message = counted(alerts, "asks over a short window", "ask over a short window")
        message = f"{message}, and nothing that was read says how often their targets are read"
        statements = (*(_asks(*one) for one in short), Statement(default, f"targets are read every {default.text}"))
        condition = f"holds only where targets are read every {bound} or more often"
        question = Question("Prometheus", "how often targets are read (scrape_interval)", f"at most {bound}")
        about = ("", alerts[0].party if len(alerts) == 1 else "", "", "", Severity.INFO, condition)
        yield Finding(Verdict.CONDITIONAL, message, statements, *about, questions=(question,))
