"""Small contract sets about people, each with the mismatches and conditions it must give, and no others."""

from datetime import date

import pytest

from accord.check import check, joined, refused_witnesses
from accord.model.fact import Fact
from accord.model.finding import Verdict
from accord.sources._claims import read_text

AS_OF = date(2026, 11, 23)
CLAIMS = (Verdict.MISMATCH, Verdict.CONDITIONAL)

SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "the clocks of two shifts change in different weeks": (
        """
{party: api, owner: t, promises: {get: {hours: 24x7, recover: {by: emea}}}}
---
{party: emea, kind: rota, promises: {page: {acknowledge: 5m, hours: "daily 08:00-20:00 Europe/Berlin"}}, escalates: [{after: 1m, unless: acknowledged, to: amer}]}
---
{party: amer, kind: rota, promises: {page: {acknowledge: 5m, hours: "daily 14:00-02:00 America/New_York"}}}
""",
        ("people/promise-outside-duty-hours",),
    ),
    "a holiday of the rota is a working day of the promise": (
        """
{party: shop, owner: t, promises: {buy: {hours: "Mon-Fri 09:00-17:00 Europe/Berlin", recover: {by: day}}}}
---
{party: day, kind: rota, promises: {page: {acknowledge: 5m, hours: ["Mon-Fri 09:00-17:00 Europe/Berlin", "except 2026-12-24/2026-12-26"]}}}
""",
        ("people/promise-outside-duty-hours",),
    ),
    "three shifts follow the sun": (
        """
{party: api, owner: team-api, promises: {get: {hours: 24x7, detect: {by: ApiDown, within: 1m}, recover: {by: apac, within: 1h}}}}
---
{party: apac, kind: rota, promises: {page: {acknowledge: 5m, hands_on: 5m, hours: "daily 00:00-09:00 UTC"}}, escalates: [{after: 0s, to: emea}]}
---
{party: emea, kind: rota, promises: {page: {acknowledge: 5m, hands_on: 5m, hours: "daily 08:00-17:00 UTC"}}, escalates: [{after: 0s, to: amer}]}
---
{party: amer, kind: rota, promises: {page: {acknowledge: 5m, hands_on: 5m, hours: "daily 16:00-01:00 UTC"}}, escalates: none}
""",
        (),
    ),
    "two rotas are named side by side": (
        """
{party: crm, owner: t, promises: {use: {hours: 24x7, recover: {by: [day, night]}}}}
---
{party: day, kind: rota, promises: {page: {acknowledge: 5m, hours: "daily 06:00-18:00 UTC"}}}
---
{party: night, kind: rota, promises: {page: {acknowledge: 5m, hours: "daily 18:00-06:00 UTC"}}}
""",
        (),
    ),
    "a lunch break is no duty": (
        """
{party: crm, owner: t, promises: {use: {hours: "Mon-Fri 09:00-17:00 Europe/Berlin", recover: {by: helpdesk}}}}
---
{party: helpdesk, kind: team, promises: {page: {acknowledge: 30m, hours: ["Mon-Fri 09:00-12:00 Europe/Berlin", "Mon-Fri 13:00-17:00 Europe/Berlin"]}}}
""",
        ("people/promise-outside-duty-hours",),
    ),
    "an alert pages on behalf of the party it watches": (
        """
{party: ledger, owner: team-ledger, promises: {post: {hours: 24x7, detect: {by: LedgerDown}, recover: {by: sre}}}}
---
{party: LedgerDown, kind: alert, escalates: [{to: sre}]}
---
{party: sre, kind: rota, promises: {page: {acknowledge: 5m, hours: 24x7, to: [ledger]}}}
""",
        (),
    ),
    "a step is done for the owner of what is repaired": (
        """
{party: db, owner: team-db, promises: {q: {hours: 24x7, recover: {by: dba, how: failover}}}}
---
{party: dba, kind: rota, owner: team-db, promises: {page: {acknowledge: 5m, hours: 24x7}}}
---
{party: failover, kind: procedure, steps: [{do: move dns, by: net, done: moved}]}
---
{party: net, kind: team, promises: {page: {acknowledge: 5m, hours: 24x7, to: [team-db]}}}
""",
        (),
    ),
    "the owner of the owner is named": (
        """
{party: payments, owner: team-pay, promises: {charge: {latency: {max: 1s}, to: [commerce]}}}
---
{party: checkout, owner: team-checkout, assumes: {payments/charge: {timeout: 2s}}}
---
{party: team-checkout, kind: team, owner: commerce}
""",
        (),
    ),
    "what the own team promised to others": (
        """
{party: payments, owner: team-pay, promises: {charge: {latency: {max: 1s}, to: [team-shop]}}}
---
{party: payments-cron, owner: team-pay, assumes: {payments/charge: {timeout: 2s}}}
""",
        (),
    ),
    "a caller that does not say whose it is": (
        """
{party: payments, owner: team-pay, promises: {charge: {latency: {max: 1s}, to: [team-shop]}}}
---
{party: checkout, assumes: {payments/charge: {timeout: 2s}}}
""",
        (),
    ),
    "a rota promised to one service by name": (
        """
{party: platform, kind: rota, owner: team-p, promises: {page: {acknowledge: 5m, hours: 24x7, to: [orders]}}}
---
{party: orders, kind: service, owner: team-o, promises: {place: {hours: 24x7, recover: {by: platform}}}}
---
{party: billing, kind: service, owner: team-b, promises: {bill: {hours: 24x7, recover: {by: platform}}}}
""",
        ("contract/not-promised-to-this-caller",),
    ),
    "a promise to nobody": (
        """
{party: legacy, owner: t, promises: {get: {to: none, latency: {max: 1s}}}}
---
{party: web, assumes: {legacy/get: {timeout: 2s}}}
""",
        ("contract/not-promised-to-this-caller",),
    ),
    "a second level promised to a third team": (
        """
{party: orders, owner: team-o, promises: {place: {hours: 24x7, recover: {by: first}}}}
---
{party: first, kind: rota, owner: team-o, promises: {page: {acknowledge: 5m, hours: 24x7}}, escalates: [{after: 10m, unless: acknowledged, to: second}]}
---
{party: second, kind: rota, owner: team-s, promises: {page: {acknowledge: 5m, hours: 24x7, to: [team-x]}}}
""",
        ("contract/not-promised-to-this-caller",),
    ),
    "a second level promised to the first": (
        """
{party: orders, owner: team-o, promises: {place: {hours: 24x7, recover: {by: first}}}}
---
{party: first, kind: rota, owner: team-o, promises: {page: {acknowledge: 5m, hours: 24x7}}, escalates: [{after: 10m, unless: acknowledged, to: second}]}
---
{party: second, kind: rota, owner: team-s, promises: {page: {acknowledge: 5m, hours: 24x7, to: [first]}}}
""",
        (),
    ),
    "no recovery, and another way": (
        """
{party: fx, owner: t, promises: {rates: {freshness: 1h, detect: none, recover: none}}}
---
{party: invoices, owner: u, assumes: {fx/rates: {freshness: 1d, handles: [any], fallback: the rates of yesterday}}}
""",
        (),
    ),
    "no recovery, and one counts on it": (
        """
{party: fx, owner: t, promises: {rates: {freshness: 1h, detect: {by: FxOld, within: 5m}, recover: none}}}
---
{party: invoices, owner: u, assumes: {fx/rates: {recover: {within: 2h}}}}
""",
        ("contract/recovery-orphaned-or-doubled",),
    ),
    "no recovery, and a promise rests on it": (
        """
{party: fx, owner: t, promises: {rates: {recover: none, detect: {by: FxOld, within: 5m}}}}
---
{party: invoices, owner: u, promises: {make: {availability: 99.9%, needs: [fx/rates]}}, assumes: {fx/rates: {fallback: none}}}
""",
        ("contract/recovery-orphaned-or-doubled",),
    ),
    "no recovery, and the share that fails is promised": (
        """
{party: fx, owner: t, promises: {rates: {availability: 99.9%, recover: none, detect: {by: FxOld, within: 5m}}}}
---
{party: invoices, owner: u, promises: {make: {availability: 99%, needs: [fx/rates]}}, assumes: {fx/rates: {fallback: none}}}
""",
        (),
    ),
    "no recovery, and the caller's own rota repairs it": (
        """
{party: mirror, owner: team-m, promises: {get: {recover: none, detect: none}}}
---
{party: shop, owner: team-shop, assumes: {mirror/get: {detect: {by: MirrorDown, within: 5m}, recover: {by: shop-oncall, within: 1h}}}}
---
{party: shop-oncall, kind: rota, owner: team-shop, promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}}
""",
        (),
    ),
    "no way back, and something instead": (
        """
{party: mailer, owner: t, promises: {send: {undo: none, recover: none, detect: {by: MailErrors, within: 5m}}}}
---
{party: news, owner: u, assumes: {mailer/send: {timeout: 2s, fallback: the mail goes out tomorrow}}}
""",
        (),
    ),
    "no signal on either side, and a recovery counted on": (
        """
{party: desk, owner: t, promises: {quote: {detect: none, recover: {by: desk, within: 1h}}}}
---
{party: eod, owner: u, assumes: {desk/quote: {detect: none, recover: {within: 1h}}}}
""",
        ("contract/question-unanswered",),
    ),
    "no signal, and people who may tell": (
        """
{party: printer, owner: t, promises: {print: {detect: none, recover: {by: helpdesk, within: 1d}}}}
---
{party: helpdesk, kind: team, promises: {page: {acknowledge: 1h, hands_on: 1h, hours: "Mon-Fri 09:00-17:00 UTC"}}}
---
{party: office, kind: team, assumes: {printer/print: {recover: {within: 1d}}}}
""",
        (),
    ),
    "no signal, and one of the caller's own": (
        """
{party: feed, owner: t, promises: {prices: {detect: none, recover: {by: desk, within: 2h}}}}
---
{party: desk, kind: rota, promises: {page: {acknowledge: 10m, hands_on: 0s, hours: 24x7}}}
---
{party: shop, owner: u, assumes: {feed/prices: {detect: {by: PricesOld, within: 15m}, recover: {within: 2h}}}}
""",
        (),
    ),
    "lost messages that nobody promised to keep": (
        """
{party: events, kind: queue, owner: t, promises: {clicks: {delivery: at-most-once, dead_letter: lost/read}}}
---
{party: lost, kind: queue, owner: t, promises: {read: {retention: 1d, detect: none, recover: none}}}
---
{party: stats, owner: u, assumes: {events/clicks: {work: {max: 1s}}}}
""",
        (),
    ),
    "lost messages that somebody promised to keep": (
        """
{party: events, kind: queue, owner: t, promises: {orders: {delivery: at-least-once, dead_letter: lost/read}}}
---
{party: lost, kind: queue, owner: t, promises: {read: {retention: 1d, detect: none, recover: none}}}
---
{party: billing, owner: u, assumes: {events/orders: {work: {max: 1s}}}}
""",
        ("contract/question-unanswered",),
    ),
    "nobody recovers, said of the person": (
        """
{party: plans, owner: t, promises: {process: {detect: {by: P, within: 1m}, recover: {by: none}}}}
---
{party: web, owner: u, assumes: {plans/process: {recover: {within: 1h}}}}
""",
        ("contract/recovery-orphaned-or-doubled",),
    ),
    "shown late and repaired late": (
        """
{party: feed, owner: t, promises: {prices: {detect: {by: X, within: 10m}, recover: {by: desk, within: 30m}}}}
---
{party: shop, owner: u, assumes: {feed/prices: {recover: {within: 35m, from: failure}}}}
""",
        ("people/recovery-later-than-counted-on",),
    ),
    "shown and repaired exactly in time": (
        """
{party: feed, owner: t, promises: {prices: {detect: {by: X, within: 10m}, recover: {by: desk, within: 30m}}}}
---
{party: shop, owner: u, assumes: {feed/prices: {recover: {within: 40m, from: failure}}}}
""",
        (),
    ),
    "a promise from the failure, counted on from detection": (
        """
{party: feed, owner: t, promises: {prices: {detect: {by: X, within: 10m}, recover: {by: desk, within: 2h, from: failure}}}}
---
{party: shop, owner: u, assumes: {feed/prices: {recover: {within: 1h}}}}
""",
        ("people/recovery-later-than-counted-on",),
    ),
    "a promise from the failure that detection makes up for": (
        """
{party: feed, owner: t, promises: {prices: {detect: {by: X, within: 10m}, recover: {by: desk, within: 1h5m, from: failure}}}}
---
{party: shop, owner: u, assumes: {feed/prices: {recover: {within: 1h}}}}
""",
        (),
    ),
    "the signal of a term that nobody counts on": (
        """
{party: house, owner: t, promises: {table: {freshness: 6h, detect: {freshness: {by: Old, within: 1h}, ready_by: {by: Late, within: 5m}}, recover: {by: d, within: 2h}}}}
---
{party: report, owner: u, assumes: {house/table: {recover: {within: 2h30m, from: failure}}}}
""",
        (),
    ),
    "something in a sentence outside hours": (
        """
{party: desk, owner: t, promises: {quote: {hours: "Mon-Fri 08:00-18:00 Europe/London"}}}
---
{party: trader, owner: u, assumes: {desk/quote: {hours: "daily 09:00-17:00 Europe/London", fallback: no quotes are shown}}}
""",
        (),
    ),
    "the hours of two continents, with room": (
        """
{party: vendor, kind: external, source: terms, promises: {support: {acknowledge: 4h, hours: "Mon-Fri 08:00-17:00 America/New_York", to: anyone}}}
---
{party: shop, owner: t, assumes: {vendor/support: {hours: "Mon-Fri 14:00-18:00 Europe/Berlin"}}}
""",
        (),
    ),
    "the hours of two continents, without room": (
        """
{party: vendor, kind: external, source: terms, promises: {support: {acknowledge: 4h, hours: "Mon-Fri 08:00-17:00 America/New_York", to: anyone}}}
---
{party: shop, owner: t, assumes: {vendor/support: {hours: "Mon-Fri 14:00-23:00 Europe/Berlin"}}}
""",
        ("people/counted-on-outside-hours",),
    ),
    "a zone without summer time": (
        """
{party: vendor, kind: external, source: x, promises: {support: {acknowledge: 1h, hours: "daily 07:30-22:00 Asia/Tokyo", to: anyone}}}
---
{party: syd, owner: t, assumes: {vendor/support: {hours: "Mon-Fri 09:00-17:00 Australia/Sydney"}}}
""",
        ("people/counted-on-outside-hours",),
    ),
    "a day off that is past": (
        """
{party: crm, owner: t, promises: {use: {hours: 24x7, recover: {by: duty}}}}
---
{party: duty, kind: rota, promises: {page: {acknowledge: 5m, hours: [24x7, "except 2025-12-24/2025-12-26"]}}}
""",
        (),
    ),
    "a ladder that overtakes a slow first level": (
        """
{party: crm, owner: t, promises: {use: {hours: 24x7, detect: {by: X, within: 1m}, recover: {by: one, within: 30m, how: fix}}}}
---
{party: one, kind: rota, promises: {page: {acknowledge: 45m, hands_on: 0s, hours: 24x7}}, escalates: [{after: 10m, unless: acknowledged, to: two}]}
---
{party: two, kind: rota, promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}}
---
{party: fix, kind: procedure, owner: t, steps: [{do: fix, by: two, takes: 15m, done: fixed}]}
""",
        (),
    ),
    "a ladder that is too patient": (
        """
{party: crm, owner: t, promises: {use: {hours: 24x7, detect: {by: X, within: 1m}, recover: {by: one, within: 30m, how: fix}}}}
---
{party: one, kind: rota, promises: {page: {acknowledge: 45m, hands_on: 0s, hours: 24x7}}, escalates: [{after: 20m, unless: acknowledged, to: two}]}
---
{party: two, kind: rota, promises: {page: {acknowledge: 5m, hands_on: 0s, hours: 24x7}}}
---
{party: fix, kind: procedure, owner: t, steps: [{do: fix, by: two, takes: 15m, done: fixed}]}
""",
        ("people/escalation-outlasts-recovery",),
    ),
    "a team and what it owns are one side": (
        """
{party: feed, owner: team-feed, promises: {prices: {recover: {by: team-feed, within: 4h}}}}
---
{party: team-feed, kind: team, promises: {page: {acknowledge: 30m, hands_on: 0s, hours: 24x7}}}
---
{party: shop, owner: team-shop, assumes: {feed/prices: {recover: {by: feed, within: 4h}}}}
""",
        (),
    ),
    "a slow vendor behind a quick rota": (
        """
{party: db, owner: t, promises: {q: {hours: 24x7, detect: {by: D, within: 1m}, recover: {by: dba, within: 1h}}}}
---
{party: dba, kind: rota, promises: {page: {acknowledge: 10m, hands_on: 10m, hours: 24x7}}, escalates: [{after: 20m, unless: acknowledged, to: vendor/support}]}
---
{party: vendor, kind: external, source: terms, promises: {support: {acknowledge: 1d, hours: 24x7, to: anyone}}}
""",
        (),
    ),
}


@pytest.mark.parametrize(("text", "expected"), SETS.values(), ids=SETS)
def test_a_contract_set_gives_what_it_must_and_nothing_else(text: str, expected: tuple[str, ...]) -> None:
    read = list(read_text(text, "tests", "accord.yaml"))
    facts = [item for item in read if isinstance(item, Fact)]
    assert len(facts) == len(read)
    assert refused_witnesses(joined(facts, AS_OF)[0]) == []
    claimed = {each.rule for each in check(facts, as_of=AS_OF).findings if each.verdict in CLAIMS}
    assert claimed == set(expected)


def test_who_may_belong_to_those_named_is_asked_who_answers_for_it() -> None:
    text, _ = SETS["a caller that does not say whose it is"]
    facts = [item for item in read_text(text, "tests", "accord.yaml") if isinstance(item, Fact)]
    asked = [each for each in check(facts, as_of=AS_OF).findings if each.rule == "contract/not-promised-to-this-caller"]
    assert [(question.to, question.bound) for each in asked for question in each.questions] == [
        ("checkout", "team-shop")
    ]


@pytest.mark.parametrize("title", ["no signal, and people who may tell", "lost messages that nobody promised to keep"])
def test_whoever_says_nothing_of_a_signal_is_asked(title: str) -> None:
    facts = [item for item in read_text(SETS[title][0], "tests", "accord.yaml") if isinstance(item, Fact)]
    found = check(facts, as_of=AS_OF).findings
    assert [each.verdict for each in found if each.message.startswith("nothing shows a deviation")] == [
        Verdict.UNANSWERED
    ]
