"""True stories of detection, duty and repair, and of what was said."""

from __future__ import annotations

from datetime import date

from accord.boundaries.people.rotas import with_rotas
from accord.model.fact import Fact
from accord.sources._claims import read_text

from .stories import Story

ON_CALL = """
resource "pagerduty_schedule" "first" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 604800
    users                        = [pagerduty_user.jo.id, pagerduty_user.lee.id]
    restriction {
      type              = "daily_restriction"
      start_time_of_day = "08:00:00"
      duration_seconds  = 43200
    }
  }
}
resource "pagerduty_schedule" "empty" {
  time_zone = "Europe/Berlin"
  layer {
    start                        = "2024-01-01T09:00:00+01:00"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 604800
    end                          = "2026-11-20T09:00:00+01:00"
    users                        = [pagerduty_user.jo.id, pagerduty_user.lee.id]
  }
}
resource "pagerduty_escalation_policy" "web" {
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_schedule.first.id }
  }
  rule {
    escalation_delay_in_minutes = 15
    target { id = pagerduty_user.jo.id }
  }
}
"""


def on_call() -> tuple[Fact, ...]:
    """What the ladder and its schedules state, put together."""
    found = read_text(ON_CALL, "story", "oncall.tf")
    return with_rotas((fact for fact in found if isinstance(fact, Fact)), date(2026, 11, 23))


LEDGER = """
party: ledger
promises:
  post:
    hours: 24x7
    detect: {by: LedgerDown, within: 2m}
    recover: {by: ledger-oncall, within: 30m, how: failover}
---
party: ledger-oncall
kind: rota
promises: {page: {acknowledge: 5m, hours: Mon-Fri 09:00-18:00 Europe/Berlin}}
escalates:
  - {after: 10m, unless: acknowledged, to: duty}
---
party: duty
kind: rota
promises: {page: {acknowledge: 8m, hands_on: 5m, hours: 24x7}}
---
party: failover
kind: procedure
steps:
  - {do: stop writes, by: duty, takes: 5m, done: LedgerWritesZero}
  - {do: promote the replica, by: duty, takes: 10m, done: primary}
"""

STORIES: dict[str, Story] = {
    "a ladder longer than the promise": Story(
        "recovered-in-time",
        LEDGER,
        """
        0s ledger breaks ledger/post
        2m LedgerDown detects ledger/post by ledger/post detect.by
        2m ledger pages ledger-oncall by ledger/post recover.by
        12m ledger-oncall pages duty by ledger-oncall escalates
        20m duty acknowledges ledger/post by duty/page acknowledge
        25m duty arrives ledger/post by duty/page hands_on
        30m duty works ledger/post #1 by failover steps
        32m ledger due ledger/post by ledger/post recover.within
        40m duty works ledger/post #2 by failover steps
        40m duty recovers ledger/post by failover steps
        40m - concludes ledger/post
        """,
        ("ledger/post detect.within",),
    ),
    "a message dropped before it is looked at": Story(
        "kept-until-recovered",
        """
party: dead
kind: queue
promises: {read: {retention: 1d, detect: {by: SetAside, within: 1h}, recover: {by: desk, within: 2d}}}
""",
        """
        0s dead breaks dead/read
        1h dead detects dead/read by dead/read detect.within
        49h dead recovers dead/read by dead/read recover.within
        49h - concludes dead/read
        """,
        ("dead/read retention",),
    ),
    "two who command": Story(
        "one-command-wins",
        """
{party: tcas, assumes: {crew/manoeuvre: {authority: [tcas, tower]}}}
---
{party: tower, assumes: {crew/manoeuvre: {authority: [tower]}}}
""",
        """
        0s tcas states crew/manoeuvre by tcas>crew/manoeuvre authority
        0s tower states crew/manoeuvre by tower>crew/manoeuvre authority
        0s - concludes
        """,
    ),
    "a clock that runs on duty only": Story(
        "recovered-in-time",
        LEDGER.replace("  - {after: 10m, unless: acknowledged, to: duty}", "  - {after: 100h, to: duty}"),
        """
        0s ledger breaks ledger/post
        2m LedgerDown detects ledger/post by ledger/post detect.within
        2m ledger pages ledger-oncall by ledger/post recover.by
        32m ledger due ledger/post by ledger/post recover.within
        2d15h6m ledger-oncall acknowledges ledger/post by ledger-oncall/page acknowledge
        2d15h6m ledger-oncall recovers ledger/post by ledger-oncall/page acknowledge
        2d15h6m - concludes ledger/post
        """,
        ("ledger-oncall/page hours", "ledger/post detect.by"),
        starts="2026-11-27T16:59:00Z",
    ),
    "a change that is everywhere first": Story(
        "noticed-before-everywhere",
        """
        {party: feature-file, promises: {features: {spread: 5m, detect: {by: EdgeErrors, within: 7m}}}}
        ---
        {party: proxy, assumes: {feature-file/features: {fallback: none}}}
        """.replace("\n        ", "\n"),
        """
        0s feature-file breaks feature-file/features
        5m feature-file reaches feature-file/features by feature-file/features spread
        7m EdgeErrors detects feature-file/features by feature-file/features detect.within
        7m - concludes feature-file/features
        """,
        ("proxy>feature-file/features fallback", "feature-file/features detect.by"),
    ),
    "a recovery as late as promised": Story(
        "recovered-in-time",
        """
        {party: report, assumes: {house/table: {recover: {within: 35m, from: failure}}}}
        ---
        {party: house, promises: {table: {detect: {by: TableOld, within: 10m}, recover: {by: duty, within: 30m}}}}
        """.replace("\n        ", "\n"),
        """
        0s house breaks house/table
        10m house detects house/table by house/table detect.within
        35m report due house/table by report>house/table recover.within
        40m house recovers house/table by house/table recover.within
        40m - concludes house/table
        """,
        ("report>house/table recover.from",),
    ),
    "a promise while nobody is there": Story(
        "somebody-on-duty",
        LEDGER.replace("escalates:\n  - {after: 10m, unless: acknowledged, to: duty}", "escalates: none"),
        """
        0s ledger-oncall away ledger-oncall/page by ledger-oncall/page hours
        0s - concludes
        """,
        ("ledger/post hours", "ledger/post recover.by"),
        starts="2026-11-29T03:00:00Z",
    ),
    "a step whose doer is off": Story(
        "somebody-on-duty",
        LEDGER.replace("hours: 24x7}", "hours: Mon-Fri 08:00-20:00 UTC}"),
        """
        0s duty away duty/page by duty/page hours
        0s - concludes
        """,
        ("ledger/post hours", "ledger/post recover.how", "failover steps"),
        starts="2026-11-29T03:00:00Z",
    ),
    "a schedule whose layer has ended": Story(
        "somebody-on-duty",
        "party: web",
        """
        0s pagerduty:schedule.empty away pagerduty:schedule.empty by pagerduty:schedule.empty shift.1
        0s - concludes
        """,
        ("pagerduty:schedule.empty/page hours", "pagerduty:schedule.empty zone"),
        starts="2026-11-25T10:00:00Z",
        more=on_call(),
    ),
    "a second page for the same person": Story(
        "next-page-wakes-another",
        "party: web",
        """
        0s pagerduty:escalation_policy.web breaks pagerduty:escalation_policy.web
        0s pagerduty:escalation_policy.web pages pagerduty:schedule.first by pagerduty:escalation_policy.web escalates
        15m pagerduty:escalation_policy.web pages pagerduty:user.jo by pagerduty:escalation_policy.web escalates
        15m - concludes
        """,
        ("pagerduty:schedule.first shift.1", "pagerduty:schedule.first zone"),
        starts="2026-12-01T10:00:00Z",
        more=on_call(),
    ),
    "a ladder that goes round": Story(
        "ladder-ends-in-a-person",
        """
        {party: plan, promises: {file: {recover: {by: first}}}}
        ---
        {party: first, kind: rota, escalates: [{after: 10m, to: second}]}
        ---
        {party: second, kind: rota, escalates: [{after: 15m, to: first}]}
        """.replace("\n        ", "\n"),
        """
        0s plan breaks plan/file
        0s plan detects plan/file
        0s plan pages first by plan/file recover.by
        10m first pages second by first escalates
        25m second pages first by second escalates
        25m - concludes
        """,
    ),
    "a signal that wakes nobody": Story(
        "ladder-ends-in-a-person",
        """
        {party: router, promises: {route: {detect: {by: disabled-mail}}}}
        ---
        {party: disabled-mail, kind: alert, escalates: none}
        """.replace("\n        ", "\n"),
        """
        0s disabled-mail states disabled-mail by disabled-mail escalates
        0s router breaks router/route
        0s disabled-mail detects router/route by router/route detect.by
        0s - concludes
        """,
        ("disabled-mail kind",),
    ),
    "a step that never ends": Story(
        "step-ends",
        "{party: deploy, kind: procedure, steps: [{do: copy, by: technician, done: copied}, {do: start, by: technician, done: none}]}",
        """
        0s deploy states deploy #2 by deploy steps
        0s - concludes deploy
        """,
    ),
    "an owner who is nobody": Story(
        "owner-exists",
        """
        {party: search, owner: team-serach}
        ---
        {party: team-search, kind: team}
        """.replace("\n        ", "\n"),
        """
        0s search states search by search owner
        0s - concludes search
        """,
        ("team-search kind",),
    ),
    "parts that take longer than the whole": Story(
        "promise-rests-on-promises",
        """
        party: orders
        promises: {place: {latency: {max: 6s}, needs: [[stock/reserve, offers/list], bank/pay]}}
        assumes: {bank/pay: {timeout: {attempt: 2s}, attempts: 2, backoff: 1s}}
        ---
        party: stock
        promises: {reserve: {latency: {max: 2s}}}
        ---
        party: bank
        promises: {pay: {latency: {max: 9s}}}
        """.replace("\n        ", "\n"),
        """
        0s orders states orders/place by orders/place needs
        0s stock states stock/reserve by stock/reserve latency.max
        0s bank states bank/pay by bank/pay latency.max
        0s orders states bank/pay by orders>bank/pay timeout.attempt
        0s orders states bank/pay by orders>bank/pay attempts
        0s orders states bank/pay by orders>bank/pay backoff
        0s - concludes orders/place
        """,
        ("orders/place latency.max",),
    ),
    "parts that hold less often than the whole": Story(
        "promise-rests-on-promises",
        """
        party: orders
        promises: {place: {availability: 99.95%, needs: [stock/reserve, bank/pay]}}
        ---
        party: stock
        promises: {reserve: {availability: 99.97%}}
        ---
        party: bank
        promises: {pay: {availability: 99.97%}}
        """.replace("\n        ", "\n"),
        """
        0s orders states orders/place by orders/place needs
        0s stock states stock/reserve by stock/reserve availability
        0s bank states bank/pay by bank/pay availability
        0s - concludes orders/place
        """,
        ("orders/place availability",),
    ),
    "a recovery that each leaves to the other": Story(
        "one-recovers",
        """
        {party: feed, owner: team-feed, promises: {prices: {recover: {by: shop-oncall}}}}
        ---
        {party: shop, owner: team-shop, assumes: {feed/prices: {recover: {by: feed}}}}
        ---
        {party: shop-oncall, kind: rota, owner: team-shop}
        """.replace("\n        ", "\n"),
        """
        0s feed states feed/prices by feed/prices recover.by
        0s shop states feed/prices by shop>feed/prices recover.by
        0s - concludes
        """,
        ("shop owner", "shop-oncall owner"),
    ),
    "a repair that needs what failed": Story(
        "repair-stands-apart",
        """
        {party: backbone, promises: {route: {recover: {how: restore}}}}
        ---
        {party: restore, kind: procedure, steps: [{do: log in, by: net, needs: [names/resolve]}]}
        ---
        {party: names, promises: {resolve: {needs: [backbone/route]}}}
        """.replace("\n        ", "\n"),
        """
        0s backbone breaks backbone/route
        0s backbone states backbone/route by backbone/route recover.how
        0s restore states restore by restore steps
        0s names states names/resolve by names/resolve needs
        0s - concludes backbone/route
        """,
    ),
    "a fallback with the same part": Story(
        "repair-stands-apart",
        """
        {party: plans, promises: {process: {needs: [logic/convert], fallback: backup/process}}}
        ---
        {party: backup, promises: {process: {needs: [logic/convert]}}}
        """.replace("\n        ", "\n"),
        """
        0s logic breaks logic/convert
        0s plans states plans/process by plans/process fallback
        0s backup states backup/process by backup/process needs
        0s plans states plans/process by plans/process needs
        0s - concludes plans/process
        """,
    ),
    "a question answered with none": Story(
        "question-answered",
        """
        {party: dead, promises: {read: {detect: none}}}
        ---
        {party: orders, promises: {to-billing: {delivery: at-least-once, dead_letter: dead/read}}}
        """.replace("\n        ", "\n"),
        """
        0s dead states dead/read by dead/read detect
        0s orders states orders/to-billing by orders/to-billing dead_letter
        0s - concludes
        """,
        ("orders/to-billing delivery",),
    ),
    "a recovery that nobody does and another promises": Story(
        "question-answered",
        """
        {party: bank, promises: {pay: {recover: none}}}
        ---
        party: shop
        promises: {buy: {needs: [bank/pay], recover: {by: shop, within: 30m}}}
        assumes: {bank/pay: {fallback: none}}
        """.replace("\n        ", "\n"),
        """
        0s bank states bank/pay by bank/pay recover
        0s shop states shop/buy by shop/buy recover.within
        0s - concludes
        """,
        ("shop/buy needs", "shop>bank/pay fallback"),
    ),
    "a signal that nobody has and a caller counts on": Story(
        "question-answered",
        """
        {party: feed, promises: {prices: {detect: none}}}
        ---
        {party: shop, assumes: {feed/prices: {detect: none, recover: {within: 1h}}}}
        """.replace("\n        ", "\n"),
        """
        0s feed states feed/prices by feed/prices detect
        0s shop states feed/prices by shop>feed/prices recover.within
        0s - concludes
        """,
        ("shop>feed/prices detect",),
    ),
    "more counted on than is promised": Story(
        "counts-on-what-is-promised",
        """
        {party: web, assumes: {search/query: {availability: 99.95%}}}
        ---
        {party: search, promises: {query: {availability: 99.9%}}}
        """.replace("\n        ", "\n"),
        """
        0s web states search/query by web>search/query availability
        0s search states search/query by search/query availability
        0s - concludes
        """,
    ),
    "a promise made to others": Story(
        "promised-to-this-caller",
        """
        {party: duty, kind: rota, promises: {page: {to: [payments-oncall]}}}
        ---
        {party: ledger-oncall, kind: rota, owner: team-ledger, escalates: [{after: 10m, to: duty/page}]}
        """.replace("\n        ", "\n"),
        """
        0s duty states duty/page by duty/page to
        0s ledger-oncall states ledger-oncall by ledger-oncall escalates
        0s - concludes
        """,
        ("ledger-oncall owner",),
    ),
    "a promise made to services": Story(
        "promised-to-this-caller",
        """
        {party: payments, promises: {charge: {to: [checkout]}}}
        ---
        {party: checkout, kind: service}
        ---
        {party: wallet, assumes: {payments/charge: {timeout: 2s}}}
        """.replace("\n        ", "\n"),
        """
        0s payments states payments/charge by payments/charge to
        0s wallet states payments/charge by wallet>payments/charge timeout.request
        0s - concludes
        """,
        ("checkout kind",),
    ),
}
