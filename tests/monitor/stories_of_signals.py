"""True stories of how long it takes until a signal shows a deviation."""

from __future__ import annotations

from accord.model.alerting import Route
from accord.model.duration import SECOND
from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place

from .stories import Story

RULE = "prometheus:rules.yml#ledger/LedgerDown"
SERVER = "prometheus:rules.yml"
TREE = "alertmanager:alertmanager.yml"
LEDGER = """
party: ledger
promises:
  post:
    hours: 24x7
    detect: {by: LedgerDown, within: 2m}
    recover: {by: duty, within: 10m, from: failure}
---
party: duty
kind: rota
promises: {page: {acknowledge: 5m, hands_on: 1m, hours: 24x7}}
"""
RULES = """
global: {scrape_interval: 30s, evaluation_interval: 1m}
scrape_configs: []
---
groups:
  - name: ledger
    rules:
      - alert: LedgerDown
        expr: up{job="ledger"} == 0
        for: 5m
"""
NAMED = Fact(
    "ledger",
    Stance.PROMISES,
    "",
    "ledger",
    "post",
    "detect.by",
    ("LedgerDown",),
    "LedgerDown",
    Place("story", "accord.yaml", 6, 15),
)
WAITS = Fact(
    TREE,
    Stance.PROMISES,
    "",
    TREE,
    PARTY,
    "route.r",
    Route("duty", group_wait=30 * SECOND),
    "duty",
    Place("story", "alertmanager.yml", 1, 1),
    Layer.PLATFORM,
)
CONTRACTS = LEDGER.replace("by: LedgerDown, ", "")

STORIES: dict[str, Story] = {
    "a signal that takes longer than is promised": Story(
        "shown-in-time",
        CONTRACTS,
        f"""
        0s ledger breaks ledger/post
        30s {SERVER} reads ledger/post by {SERVER} scrape.interval
        90s {SERVER} evaluates ledger/post by {SERVER} evaluation.interval
        390s {RULE} holds ledger/post by {RULE} alert.for
        420s {TREE} gathers ledger/post by {TREE} route.r
        420s LedgerDown detects ledger/post by ledger/post detect.by
        420s - concludes ledger/post
        """,
        ("ledger/post detect.within", f"{RULE} alert"),
        more=(NAMED, WAITS),
        manifests=RULES,
    ),
    "a signal that leaves too little of the time to recover": Story(
        "recovered-in-time",
        CONTRACTS,
        f"""
        0s ledger breaks ledger/post
        5m {RULE} holds ledger/post by {RULE} alert.for
        5m LedgerDown detects ledger/post by ledger/post detect.by
        5m ledger pages duty by ledger/post recover.by
        10m ledger due ledger/post by ledger/post recover.within
        10m duty acknowledges ledger/post by duty/page acknowledge
        11m duty arrives ledger/post by duty/page hands_on
        11m duty recovers ledger/post by duty/page hands_on
        11m - concludes ledger/post
        """,
        ("ledger/post recover.from", f"{RULE} alert"),
        more=(NAMED,),
        manifests=RULES,
    ),
}
