"""Terraform's resources for people on call: PagerDuty, Opsgenie, Grafana OnCall and GoAlert, in both of its spellings."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from accord.boundaries.join.view import EVERY
from accord.boundaries.people.rotas import roster, with_rotas
from accord.check import check, joined
from accord.model.contract_values import Rung
from accord.model.duration import NANOSECONDS
from accord.model.fact import Fact
from accord.model.hours import ALWAYS, Window
from accord.model.nothing import NONE
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.rotas import ChainStep, Shift
from accord.model.subject import provider_of
from accord.sources import terraform
from accord.sources._claims import read_text
from accord.sources._reading import SourceText

MINUTE = NANOSECONDS["m"]
AS_OF = date(2026, 11, 23)

PAGERDUTY = """
resource "pagerduty_user" "jo" {
  email = "jo@example.org"
}

resource "pagerduty_schedule" "primary" {
  name      = "Web primary"
  time_zone = "Europe/Berlin"

  layer {
    name                         = "weeks"
    start                        = "2024-01-01T09:00:00+01:00"
    end                          = "2027-01-01T09:00:00Z"
    rotation_virtual_start       = "2024-01-01T09:00:00+01:00"
    rotation_turn_length_seconds = 60 * 60 * 24 * 7 // a week
    users                        = [pagerduty_user.jo.id, data.pagerduty_user.lee.id, var.third, "PABC123", each.value]

    restriction {
      type              = "weekly_restriction"
      start_day_of_week = 5
      start_time_of_day = "17:00:00"
      duration_seconds  = 226800
    }
    restriction {
      type              = "daily_restriction"
      start_time_of_day = "20:00:00"
      duration_seconds  = 43200
    }
  }
}

resource "pagerduty_escalation_policy" "web" {
  name      = "Web"
  num_loops = 3

  rule {
    escalation_delay_in_minutes = 15
    target {
      type = "schedule_reference"
      id   = pagerduty_schedule.primary.id
    }
  }
  rule {
    escalation_delay_in_minutes = 30
    target {
      type = "user_reference"
      id   = pagerduty_user.jo.id
    }
    target {
      id = merge(local.leads, {})["x"]
    }
  }
}

resource "pagerduty_service" "web" {
  name                    = "Web shop"
  escalation_policy       = pagerduty_escalation_policy.web.id
  acknowledgement_timeout = "null"
  auto_resolve_timeout    = 14400
}
"""


def read(text: str, file: str = "ops/main.tf") -> list[Fact]:
    found = list(read_text(text, "root", file))
    assert all(isinstance(one, Fact) for one in found), found
    return [one for one in found if isinstance(one, Fact)]


def said(facts: list[Fact], party: str, term: str) -> Fact:
    return next(fact for fact in facts if fact.provider == party and fact.term == term)


def test_a_policy_is_a_ladder_with_a_wait_on_each_level() -> None:
    facts = read(PAGERDUTY)
    ladder = said(facts, "pagerduty:ops/escalation_policy.web", "escalates")
    assert [(rung.after, rung.unless, rung.to) for rung in ladder.value] == [
        (0, None, "pagerduty:ops/schedule.primary"),
        (15 * MINUTE, "acknowledged", "pagerduty:ops/user.jo"),
        (15 * MINUTE, "acknowledged", "pagerduty:ops/escalation_policy.web.level-2"),
    ]
    assert [rung.place.line for rung in ladder.value] == [36, 43, 43]
    assert ladder.text == "15m + 30m"
    assert said(facts, "pagerduty:ops/escalation_policy.web", "paging.repeats").value == 3
    assert said(facts, "pagerduty:ops/schedule.primary", "acknowledge").value is NONE
    assert said(facts, "pagerduty:ops/user.jo", "acknowledge").value == 30 * MINUTE


def test_a_layer_is_a_shift() -> None:
    shift = said(read(PAGERDUTY), "pagerduty:ops/schedule.primary", "shift.1")
    assert (shift.text, shift.place.line, shift.place.column) == ("weeks", 10, 3)
    assert shift.value == Shift(
        people=(
            ("pagerduty:ops/user.jo",),
            ("pagerduty:ops/data.user.lee",),
            ("pagerduty:ops/var.third",),
            ("pagerduty:PABC123",),
            ("",),
        ),
        begins=datetime.fromisoformat("2024-01-01T09:00:00+01:00"),
        zone="Europe/Berlin",
        every=7,
        unit="days",
        since=datetime(2024, 1, 1, 8, tzinfo=UTC),
        until=datetime(2027, 1, 1, 9, tzinfo=UTC),
        windows=(
            Window((4,), 1020, 1440, "Europe/Berlin"),
            Window((5, 6), 0, 1440, "Europe/Berlin"),
            Window((0,), 0, 480, "Europe/Berlin"),
            Window(tuple(range(7)), 1200, 480, "Europe/Berlin"),
        ),
    )


def test_a_service_pages_its_policy() -> None:
    facts = read(PAGERDUTY)
    service = "pagerduty:ops/service.web"
    assert said(facts, service, "escalates").value[0].to == "pagerduty:ops/escalation_policy.web"
    assert said(facts, service, "paging.renewed").value is NONE
    assert said(facts, service, "paging.closed").value == 14400 * NANOSECONDS["s"]
    assert said(facts, service, "names.pagerduty").value == ("service.web", "web", "Web shop")


def test_both_spellings_say_the_same() -> None:
    typed = """
    {"resource": {
      "pagerduty_schedule": {"s": {"time_zone": "UTC", "layer": [
        {"start": "2024-01-01T09:00:00Z", "rotation_virtual_start": "2024-01-01T09:00:00Z",
         "rotation_turn_length_seconds": 86400, "users": ["${pagerduty_user.jo.id}"]}]}},
      "pagerduty_escalation_policy": {"p": [{"rule": {"escalation_delay_in_minutes": 5,
         "target": {"id": "${pagerduty_schedule.s.id}"}}}]}}}
    """
    hcl = """
    resource "pagerduty_schedule" "s" {
      time_zone = "UTC"
      layer {
        start                        = "2024-01-01T09:00:00Z"
        rotation_virtual_start       = "2024-01-01T09:00:00Z"
        rotation_turn_length_seconds = 86400
        users                        = [pagerduty_user.jo.id]
      }
    }
    resource "pagerduty_escalation_policy" "p" {
      rule {
        escalation_delay_in_minutes = 5
        target { id = pagerduty_schedule.s.id }
      }
    }
    """

    def told(facts: list[Fact]) -> list[tuple[object, ...]]:
        rungs = [(fact, fact.value) for fact in facts]
        return [
            (fact.provider, fact.term, [(rung.after, rung.to) for rung in value] if fact.term == "escalates" else value)
            for fact, value in rungs
        ]

    assert told(read(typed, "ops/main.tf.json")) == told(read(hcl))


@pytest.mark.parametrize(
    "layer",
    [
        'dynamic "layer" {\n for_each = var.layers\n content {\n users = layer.value\n }\n }',
        'layer {\n users = ["P1"]\n end = var.end\n }',
        'layer {\n users = ["P1"]\n restriction {\n type = "daily_restriction"\n start_time_of_day = var.start\n duration_seconds = 60\n }\n }',
        'layer {\n users = ["P1"]\n restriction {\n type = "daily_restriction"\n start_time_of_day = "08:00:30"\n duration_seconds = 60\n }\n }',
        'layer {\n users = ["P1"]\n dynamic "restriction" {\n for_each = var.x\n content {}\n }\n }',
        "layer {\n start = var.start\n }",
        'lifecycle {\n ignore_changes = [layer[0].users, description]\n }\n layer {\n users = ["P1"]\n }',
        'lifecycle {\n ignore_changes = all\n }\n layer {\n users = ["P1"]\n }',
    ],
)
def test_what_only_terraform_can_work_out_is_not_followed(layer: str) -> None:
    facts = read(f'resource "pagerduty_schedule" "s" {{\n time_zone = "UTC"\n {layer}\n}}\n')
    shifts = [fact.value for fact in facts if fact.term.startswith("shift.")]
    assert [shift.followed for shift in shifts] == [False]


def test_users_that_are_worked_out_are_somebody() -> None:
    facts = read('resource "pagerduty_schedule" "s" {\n time_zone = "UTC"\n layer {\n users = var.users\n }\n}\n')
    assert said(facts, "pagerduty:ops/schedule.s", "shift.1").value.people == (("",),)


def test_the_first_of_a_counted_resource_is_the_resource() -> None:
    facts = read(
        'resource "pagerduty_escalation_policy" "p" {\n count = var.on ? 1 : 0\n rule {\n'
        " escalation_delay_in_minutes = 5\n target {\n id = pagerduty_schedule.s[0].id\n }\n"
        " target {\n id = pagerduty_schedule.s[1].id\n }\n }\n}\n"
    )
    ladder = said(facts, "pagerduty:ops/escalation_policy.p", "escalates").value
    assert [rung.to for rung in ladder] == ["pagerduty:ops/schedule.s", "pagerduty:ops/schedule.s.1"]


def test_a_resource_that_is_switched_off_is_none() -> None:
    assert read('resource "pagerduty_schedule" "s" {\n count = 0\n time_zone = "UTC"\n}\n') == []


def test_other_resources_are_passed_over_unread() -> None:
    assert read('resource "aws_instance" "x" {\n this is not terraform at all\n') == []
    assert read('resource "pagerduty_user" "x" {\n neither is this\n') == []


def test_what_is_no_terraform_has_its_place() -> None:
    found = list(read_text('resource "pagerduty_schedule" "s" {\n  name = = "x"\n}\n', "root", "ops/main.tf"))
    assert [(one.place.line, one.place.column) for one in found if isinstance(one, Problem)] == [(2, 10)]


# ---------------------------------------------------------------------- Opsgenie

OPSGENIE = """
resource "opsgenie_schedule" "s" {
  name     = "ops"
  timezone = "Europe/Rome"
}
resource "opsgenie_schedule_rotation" "r" {
  schedule_id = "${opsgenie_schedule.s.id}"
  name        = "night"
  start_date  = "2024-06-18T17:00:00Z"
  type        = "weekly"
  length      = 2
  participant {
    type = "user"
    id   = opsgenie_user.jo.id
  }
  participant {
    type = "none"
  }
  time_restriction {
    type = "weekday-and-time-of-day"
    restrictions {
      start_day  = "friday"
      start_hour = 18
      start_min  = 30
      end_day    = "monday"
      end_hour   = 8
      end_min    = 0
    }
  }
}
resource "opsgenie_escalation" "e" {
  name = "e"
  rules {
    condition   = "if-not-acked"
    notify_type = "default"
    delay       = 0
    recipient {
      type = "schedule"
      id   = opsgenie_schedule.s.id
    }
  }
  rules {
    condition   = "if-not-closed"
    notify_type = "next"
    delay       = 20
    recipient {
      type = "schedule"
      id   = opsgenie_schedule.s.id
    }
  }
  repeat {
    wait_interval = 10
  }
}
"""


def test_opsgenie_counts_from_the_alert() -> None:
    facts = read(OPSGENIE)
    ladder = said(facts, "opsgenie:ops/escalation.e", "escalates").value
    assert [(rung.after, rung.unless, rung.to) for rung in ladder] == [
        (0, "acknowledged", "opsgenie:ops/schedule.s"),
        (20 * MINUTE, "recovered", "opsgenie:ops/schedule.s.next"),
    ]
    assert said(facts, "opsgenie:ops/schedule.s.next", "acknowledge").value == 10 * MINUTE


def test_an_opsgenie_rotation_is_a_shift_of_its_schedule() -> None:
    facts = read(OPSGENIE)
    shift = said(facts, "opsgenie:ops/schedule.s", "shift.r").value
    assert shift.people == (("opsgenie:ops/user.jo",), ())
    assert (shift.every, shift.unit, shift.begins) == (2, "weeks", datetime(2024, 6, 18, 17, tzinfo=UTC))
    assert shift.windows == (Window((4,), 1110, 1440, ""), Window((5, 6), 0, 1440, ""), Window((0,), 0, 480, ""))
    assert said(facts, "opsgenie:ops/schedule.s", "zone").value == "Europe/Rome"


# ---------------------------------------------------------------------- Grafana OnCall

GRAFANA = """
resource "grafana_oncall_escalation_chain" "c" {
  name = "web"
}
resource "grafana_oncall_escalation" "third" {
  escalation_chain_id = grafana_oncall_escalation_chain.c.id
  type                = "notify_persons"
  persons_to_notify   = [data.grafana_oncall_user.jo.id]
  position            = 2
}
resource "grafana_oncall_escalation" "first" {
  escalation_chain_id          = grafana_oncall_escalation_chain.c.id
  type                         = "notify_on_call_from_schedule"
  notify_on_call_from_schedule = grafana_oncall_schedule.s.id
  position                     = 0
}
resource "grafana_oncall_escalation" "wait" {
  escalation_chain_id = grafana_oncall_escalation_chain.c.id
  type                = "wait"
  duration            = 60 * 5
  position            = 1
}
resource "grafana_oncall_schedule" "s" {
  name      = "web"
  type      = "calendar"
  time_zone = "Europe/Berlin"
  shifts    = [grafana_oncall_on_call_shift.week.id]
}
resource "grafana_oncall_on_call_shift" "week" {
  name       = "week"
  type       = "rolling_users"
  start      = "2024-01-01T09:00:00"
  duration   = 60 * 60 * 24
  frequency  = "daily"
  rolling_users = [[data.grafana_oncall_user.jo.id], [data.grafana_oncall_user.lee.id, "U1"]]
}
resource "grafana_oncall_integration" "i" {
  name = "alertmanager"
  type = "alertmanager"
  default_route {
    escalation_chain_id = grafana_oncall_escalation_chain.c.id
  }
}
"""


def test_a_chain_is_put_together_from_its_steps() -> None:
    facts = list(with_rotas(read(GRAFANA), AS_OF))
    chain = "grafana_oncall:ops/escalation_chain.c"
    assert said(facts, chain, "chain.wait").value == ChainStep(
        1, 5 * MINUTE, (), said(facts, chain, "chain.wait").place
    )
    ladder = said(facts, chain, "escalates").value
    assert [(rung.after, rung.to) for rung in ladder] == [
        (0, "grafana_oncall:ops/schedule.s"),
        (5 * MINUTE, "grafana_oncall:ops/data.user.jo"),
    ]
    integration = said(facts, "grafana_oncall:ops/integration.i", "escalates").value
    assert integration == (Rung(0, None, chain, integration[0].place),)


def test_a_schedule_is_made_of_its_shifts() -> None:
    system, problems = joined(read(GRAFANA), AS_OF)
    assert not problems
    found = roster(system, "grafana_oncall:ops/schedule.s", EVERY)
    assert found is not None
    (shift, zone) = found.shifts[0]
    assert (zone, shift.unit, shift.every, shift.lasts) == ("Europe/Berlin", "days", 1, 86_400)
    assert shift.people == (
        ("grafana_oncall:ops/data.user.jo",),
        ("grafana_oncall:ops/data.user.lee", "grafana_oncall:U1"),
    )
    starts = datetime(2026, 11, 23, tzinfo=UTC)
    covered = found.staffed(starts, starts + timedelta(days=30))
    assert covered is not None and len(covered) == 1


def test_a_calendar_elsewhere_may_be_staffed_at_any_time() -> None:
    facts = read('resource "grafana_oncall_schedule" "s" {\n type = "ical"\n ical_url_primary = "x"\n}\n')
    assert not said(facts, "grafana_oncall:ops/schedule.s", "shift.0").value.followed


# ---------------------------------------------------------------------- GoAlert

GOALERT = """
resource "goalert_escalation_policy" "p" {
  name   = "p"
  repeat = 1
  step {
    delay_minutes = 5
    schedule_ids  = [goalert_schedule.s.id]
  }
  step {
    delay_minutes = 10
    user_ids      = [goalert_user.jo.id]
    rotation_ids  = [goalert_rotation.r.id]
  }
}
resource "goalert_rotation" "r" {
  name       = "r"
  type       = "weekly"
  start_time = "2026-10-01T09:00:00Z"
  time_zone  = "Europe/Madrid"
  user_ids   = [goalert_user.jo.id, goalert_user.lee.id]
}
resource "goalert_schedule" "s" {
  name      = "s"
  time_zone = "Europe/Madrid"
}
resource "goalert_schedule_rule" "days" {
  schedule_id    = goalert_schedule.s.id
  target_type    = "rotation"
  target_id      = goalert_rotation.r.id
  start_time     = "09:00"
  end_time       = "17:00"
  weekday_filter = [false, true, true, true, true, true, false]
}
"""


def test_goalert_comes_in_through_terraform() -> None:
    facts = read(GOALERT)
    ladder = said(facts, "goalert:ops/escalation_policy.p", "escalates").value
    assert [(rung.after, rung.to) for rung in ladder] == [
        (0, "goalert:ops/schedule.s"),
        (5 * MINUTE, "goalert:ops/user.jo"),
        (5 * MINUTE, "goalert:ops/rotation.r"),
    ]
    rule = said(facts, "goalert:ops/schedule.s", "shift.days").value
    assert rule.windows == (Window((0, 1, 2, 3, 4), 540, 1020, ""),)
    assert rule.people == (("goalert:ops/rotation.r",),)
    rotation = said(facts, "goalert:ops/rotation.r", "shift.1").value
    assert (rotation.every, rotation.unit, rotation.zone) == (1, "weeks", "Europe/Madrid")


def test_hours_are_what_the_shifts_lay_out() -> None:
    facts = list(with_rotas(read(GOALERT), AS_OF))
    hours = {fact.provider: fact.value for fact in facts if fact.term == "hours" and fact.source == "goalert"}
    assert hours["goalert:ops/schedule.s"].windows == (Window((0, 1, 2, 3, 4), 540, 1020, "Europe/Madrid"),)
    assert hours["goalert:ops/rotation.r"] == ALWAYS


# ---------------------------------------------------------------------- queues

QUEUES = """
resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 30
  message_retention_seconds  = 86400 * 2
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 5
  })
}
resource "aws_sqs_queue" "dead" {
  message_retention_seconds = 86400
}
resource "aws_lambda_function" "billing" {
  timeout = 28
}
resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn                   = aws_sqs_queue.orders.arn
  function_name                      = aws_lambda_function.billing.arn
  maximum_batching_window_in_seconds = 5
}
"""


def read_files(files: dict[str, str]) -> Iterator[Fact | Problem]:
    """What the files give together."""
    texts = [SourceText(Place(".", file, 1, 1), text) for file, text in files.items()]
    return (found for group in terraform.together(texts) for found in terraform.read_together(group))


def found_in(*texts: str) -> dict[str, str]:
    read = list(read_files({f"infra/{number}.tf": text for number, text in enumerate(texts)}))
    assert not [each for each in read if isinstance(each, Problem)]
    found = check((each for each in read if isinstance(each, Fact)), as_of=AS_OF).findings
    return {each.rule: each.verdict.value for each in found if each.rule.startswith("delivery/")}


def test_queues_in_terraform_are_held_against_what_takes_from_them():
    assert found_in(QUEUES) == {
        "delivery/redelivered-while-still-working": "mismatch",
        "delivery/one-failure-repeats-the-batch": "note",
        "delivery/dead-letters-nobody-reads": "conditional",
        "delivery/retention-shorter-than-human-response": "conditional",
    }


@pytest.mark.parametrize(
    "more",
    [
        'output "dead" { value = aws_sqs_queue.dead.arn }',
        'module "alarm" { queue = aws_sqs_queue.dead.name }',
        'resource "aws_cloudwatch_metric_alarm" "a" { dimensions = { QueueName = aws_sqs_queue.dead.name } }',
        'data "aws_iam_policy_document" "p" { statement { resources = [aws_sqs_queue.dead.arn] } }',
    ],
)
def test_who_may_read_dead_letters_may_stand_in_another_file_of_the_module(more: str):
    assert "delivery/dead-letters-nobody-reads" not in found_in(QUEUES, more)


@pytest.mark.parametrize(
    ("name", "watched", "is_known"),
    [
        ('"${split("-", aws_s3_bucket.b.id)[0]}-dead"', "orders-dead", True),
        ('"${split("-", aws_s3_bucket.b.id)[0]}-dead"', "orders-dead-too", False),
        ('"${split("-", aws_s3_bucket.b.id)[0]}-dead"', "arn:orders-dead", False),
        ('"a-${split("-", aws_s3_bucket.b.id)[0]}"', "a-dead", False),
        ('"orders-dead"', "bills-dead", False),
    ],
)
def test_an_alarm_may_watch_a_queue_whose_name_only_terraform_can_work_out(name: str, watched: str, is_known: bool):
    text = QUEUES.replace('"dead" {', f'"dead" {{\n  name = {name}')
    metric = f'metric_query {{ metric {{ dimensions = {{ QueueName = "{watched}" }} }} }}'
    more = f'resource "aws_s3_bucket" "b" {{}}\nresource "aws_cloudwatch_metric_alarm" "a" {{ {metric} }}'
    assert ("delivery/dead-letters-nobody-reads" not in found_in(text, more)) == is_known


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("timeout = 28", "timeout = var.timeout"),
        ("visibility_timeout_seconds = 30", "visibility_timeout_seconds = var.visibility"),
        ("visibility_timeout_seconds = 30", "visibility_timeout_seconds = 60"),
        ("function_name                      = aws_lambda_function.billing.arn", "function_name = var.function"),
        ("timeout = 28", "timeout = 28\n  lifecycle { ignore_changes = [timeout] }"),
        (
            '"aws_lambda_event_source_mapping" "orders" {',
            '"aws_lambda_event_source_mapping" "orders" {\n  enabled = false',
        ),
    ],
)
def test_what_terraform_works_out_is_not_known(before: str, after: str):
    assert before in QUEUES
    found = found_in(QUEUES.replace(before, after)).get("delivery/redelivered-while-still-working")
    assert found in (None, "note", "unanswered")


@pytest.mark.parametrize(
    ("function", "mapping", "said"),
    [
        ("reserved_concurrent_executions = 2", "", "conditional"),
        ("reserved_concurrent_executions = -1", "", None),
        ("reserved_concurrent_executions = var.most", "", None),
        ("", "", None),
        ("reserved_concurrent_executions = 2", "scaling_config { maximum_concurrency = 2 }", None),
        ("reserved_concurrent_executions = 2", "scaling_config { maximum_concurrency = 3 }", "conditional"),
        ("reserved_concurrent_executions = 2", "scaling_config { maximum_concurrency = var.most }", None),
    ],
)
def test_what_is_fetched_at_once_is_held_against_what_is_reserved(function: str, mapping: str, said: str | None):
    text = QUEUES.replace("= 5\n  })", "= 3\n  })").replace("timeout = 28", f"timeout = 28\n  {function}")
    text = text.replace("_seconds = 5\n", f"_seconds = 5\n  {mapping}\n")
    assert found_in(text).get("delivery/set-aside-unworked") == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", {}),
        ("redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })", {"dead_letter": "dead"}),
        ("redrive_policy = var.policy", {}),
        ("delivery_policy = jsonencode({ healthyRetryPolicy = { minDelayTarget = 1, numRetries = 5 } })", {"attempts": "6 (5 retries)"}),
        ("delivery_policy = jsonencode({ throttlePolicy = { numRetries = 5 } })", {}),
    ],
)  # fmt: skip
def test_a_subscription_says_how_often_it_tries_and_where_it_sets_aside(more: str, said: dict[str, str]):
    head = (
        'resource "aws_sns_topic_subscription" "hook" {\n  protocol = "https"\n  endpoint = "https://pay.example.org"\n'
    )
    dead = 'resource "aws_sqs_queue" "dead" {}\n'
    found = [each for each in read_text(f"{dead}{head}  {more}\n}}\n", ".", "infra/a.tf") if isinstance(each, Fact)]
    about = "aws:infra#sns_topic_subscription.hook"
    assert {
        fact.term: fact.text for fact in found if fact.provider == about and fact.term in ("attempts", "dead_letter")
    } == said


def test_a_name_of_a_module_has_a_folder_and_an_operation():
    assert provider_of("aws:infra/eu#sqs_queue.orders/receive") == "aws:infra/eu#sqs_queue.orders"
