"""True stories of alerts: what their labels are, where they are sent, and who hears them."""

from __future__ import annotations

from accord.boundaries.join.vocabulary import CONFIGURATION
from accord.model.alerting import (
    Calendar,
    Expression,
    Inhibition,
    Integration,
    Matcher,
    Receiver,
    Route,
    Selection,
    Span,
)
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place

from .stories import Story

FULL, DOWN, SERVER = "prometheus:r.yaml#g/DiskFull", "prometheus:r.yaml#g/NodeDown", "prometheus:prometheus.yml"
TREE = "alertmanager:am.yml"

DATA = (Matcher("team", "=~", "data|search"),)
ROUTES = {
    "route.r": Route("default", children=3),
    "route.r.0": Route("log", continues=True),
    "route.r.1": Route("", DATA, children=1),
    "route.r.1.0": Route("data-page", (Matcher("severity", "!=", "page"),)),
    "route.r.2": Route("ops", (Matcher("severity", "=", "page"), Matcher("cluster", "!~", "a|"))),
}
RECEIVERS = {
    "receiver.default": Receiver(),
    "receiver.log": Receiver((Integration("webhook", "localhost:6725"),)),
    "receiver.data-page": Receiver((Integration("pagerduty"),)),
}
PAGE = {"alert": "DiskFull", "label.team": "data", "label.severity": "page"}
LABELS = (("alertname", "DiskFull"), ("severity", "page"), ("team", "data"))
NIGHT = Calendar((Span(times=((0, 480), (1080, 1440)), weekdays=((1, 5),), zone="Europe/Berlin"),))
HOURS = "party: disks\npromises: {store: {hours: 24x7, detect: {by: DiskFull}}}\n"


def said(party: str, *told: dict[str, object]) -> tuple[Fact, ...]:
    """What a party says, a line for each."""
    items = [item for terms in told for item in terms.items()]
    return tuple(
        Fact(party, Stance.PROMISES, "", party, PARTY, term, value, str(value), Place("story", f"{len(party)}.yml", line, 3), Layer.PLATFORM)
        for line, (term, value) in enumerate(items, start=len(party))
    )  # fmt: skip


TOLD = tuple(f"{TREE} {path}" for path in ("route.r", "route.r.1", "route.r.1.0", "receiver.default"))
LOG_ONLY = said(CONFIGURATION, {"vocabulary.log_only": ("log",)})

STORIES: dict[str, Story] = {
    "a page that pages nobody": Story(
        "alert-heard",
        "",
        f"""
        0s {FULL} fires {FULL} by {FULL} alert
        0s {TREE} routes {FULL} by {TREE} route.r.0
        0s {TREE} routes {FULL} by {TREE} route.r.1
        0s {TREE} states by {TREE} receiver.default
        0s - concludes
        """,
        (*TOLD[:1], TOLD[2], f"{TREE} receiver.log", f"{CONFIGURATION} vocabulary.log_only", f"{FULL} label.team", f"{FULL} label.severity"),
        more=(*said(FULL, PAGE), *said(TREE, ROUTES, RECEIVERS), *LOG_ONLY),
        labels=LABELS,
    ),
    "a label that a server adds": Story(
        "alert-heard",
        "",
        f"""
        0s {FULL} fires {FULL} by {FULL} alert
        0s {TREE} routes {FULL} by {TREE} route.r
        0s {TREE} states by {TREE} receiver.default
        0s - concludes
        """,
        (f"{TREE} route.r.0", f"{FULL} alert.expression", f"{FULL} label.team", f"{SERVER} external_label.severity"),
        more=(
            *said(FULL, {"alert": "DiskFull", "label.team": "{{ $labels.team }}", "alert.expression": Expression((Selection("full", (("job", "node"),)),), ("cluster",))}),
            *said(SERVER, {"external_label.severity": "none"}),
            *said(TREE, {"route.r": Route("default", children=1), "route.r.0": Route("ops", (*DATA, Matcher("cluster", "=", "a"))), "receiver.default": Receiver()}),
        ),
        labels=(("alertname", "DiskFull"), ("cluster", "b"), ("job", "node"), ("severity", "none"), ("team", "data")),
    ),
    "a signal that is silent at night": Story(
        "heard-while-promised",
        HOURS,
        f"""
        0s disks states disks/store by disks/store detect.by
        0s {FULL} fires {FULL} by {FULL} alert
        0s {TREE} routes {FULL} by {TREE} route.r.0
        0s {TREE} mutes {FULL} by {TREE} calendar.night
        0s - concludes disks/store
        """,
        ("disks/store hours", f"{TREE} route.r", f"{FULL} label.team"),
        starts="2026-11-26T03:00:00Z",
        more=(
            *said(FULL, {"alert": "DiskFull", "label.team": "data"}),
            *said(TREE, {"route.r": Route("default", children=1), "route.r.0": Route("ops", DATA, muted=("night",)), "calendar.night": NIGHT}),
        ),
        labels=(("alertname", "DiskFull"), ("team", "data")),
    ),
    "a signal that works office hours only": Story(
        "heard-while-promised",
        HOURS,
        f"""
        0s disks states disks/store by disks/store detect.by
        0s {FULL} fires {FULL} by {FULL} alert
        0s {TREE} routes {FULL} by {TREE} route.r.0
        0s {TREE} mutes {FULL} by {TREE} calendar.office
        0s - concludes disks/store
        """,
        ("disks/store hours", f"{TREE} route.r", f"{FULL} label.team"),
        starts="2026-11-28T11:00:00Z",
        more=(
            *said(FULL, {"alert": "DiskFull", "label.team": "data"}),
            *said(TREE, {"route.r": Route("default", children=1), "route.r.0": Route("ops", DATA, active=("office",)), "calendar.office": Calendar((Span(days=((1, 25), (-2, -2))),))}),
        ),
        labels=(("alertname", "DiskFull"), ("team", "data")),
    ),
    "a signal that another one holds back": Story(
        "alert-not-held-back",
        HOURS,
        f"""
        0s disks states disks/store by disks/store detect.by
        0s {FULL} fires {FULL} by {FULL} alert
        0s {DOWN} fires {DOWN} by {DOWN} alert
        0s {TREE} inhibits {DOWN} by {TREE} inhibition.0
        0s - concludes disks/store
        """,
        (f"{FULL} label.team", f"{FULL} alert.expression", f"{DOWN} label.severity", f"{DOWN} label.node"),
        more=(
            *said(FULL, {"alert": "DiskFull", "label.team": "data", "alert.expression": Expression(carried=("node",))}),
            *said(DOWN, {"alert": "NodeDown", "label.severity": "critical", "label.node": "{{ $labels.instance }}"}),
            *said(TREE, {"inhibition.0": Inhibition((Matcher("severity", "=", "critical"),), (Matcher("team", "=", "data"),), ("node",))}),
        ),
        labels=(("alertname", "DiskFull"), ("node", "n1"), ("team", "data")),
    ),
}  # fmt: skip
