"""Modules of Terraform: values that are passed from file to file, each with the place where it was written."""

import pytest

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources import terraform
from accord.sources._reading import UNREAD, SourceText
from counted import calls

QUEUE = """
variable "seconds" {
  type    = number
  default = 60
}
variable "tries" { default = null }
variable "dead" { default = null }
resource "aws_sqs_queue" "this" {
  visibility_timeout_seconds = var.seconds
  redrive_policy = var.dead != null ? jsonencode({
    deadLetterTargetArn = var.dead
    maxReceiveCount     = var.tries
  }) : null
}
output "arn" { value = aws_sqs_queue.this.arn }
output "seconds" { value = var.seconds }
"""
FUNCTION = """
variable "timeout" {}
variable "queue" { default = "" }
resource "aws_lambda_function" "this" { timeout = var.timeout }
resource "aws_lambda_event_source_mapping" "this" {
  count            = var.queue == "" ? 0 : 1
  event_source_arn = var.queue
  function_name    = aws_lambda_function.this.arn
}
output "timeout" { value = aws_lambda_function.this.timeout }
"""
Said = dict[tuple[str, str], tuple[str, str, int]]


def read(files: dict[str, str]) -> list[Fact | Problem]:
    """What some files give by their paths."""
    texts = [SourceText(Place(".", file, 1, 1), text) for file, text in files.items()]
    return [each for group in terraform.together(texts) for each in terraform.read_together(group)]


def told(files: dict[str, str]) -> list[Fact]:
    """The facts of some files by their paths; nothing was left out but what nobody knows how often it is there."""
    found = read(files)
    assert not [each for each in found if isinstance(each, Problem) and " is not read: " not in each.reason]
    return [each for each in found if isinstance(each, Fact)]


def left_out(files: dict[str, str]) -> list[tuple[str, int, str]]:
    """What is said not to be read: where, and in which words."""
    problems = (each for each in read(files) if isinstance(each, Problem))
    return [(each.place.file, each.place.line, each.reason) for each in problems]


def said(files: dict[str, str], *terms: str) -> Said:
    """What is said under some terms: the text and where it was written, by who says it of what."""
    facts = [fact for fact in told(files) if fact.term in terms]
    return {(fact.says.partition("#")[2], fact.term): (fact.text, fact.place.file, fact.place.line) for fact in facts}


def seconds(files: dict[str, str]) -> dict[str, str]:
    """How long each queue waits, or that it does not say."""
    found = said(files, "timeout.attempt", "left_out.timeout.attempt")
    return {queue.removesuffix("aws_"): text for (queue, _), (text, *_) in found.items()}


def test_an_argument_stands_where_the_caller_wrote_it_and_a_default_in_the_module() -> None:
    main = 'module "a" {\n  source  = "./queue"\n  seconds = 30\n}\nmodule "b" { source = "./queue" }\n'
    assert said({"main.tf": main, "queue/main.tf": QUEUE}, "timeout.attempt") == {
        ("module.a.sqs_queue.this", "timeout.attempt"): ("30s", "main.tf", 3),
        ("module.b.sqs_queue.this", "timeout.attempt"): ("1m", "queue/main.tf", 4),
    }


def test_what_one_module_gives_is_what_another_is_given() -> None:
    main = """
    module "queue" {
      source  = "../modules/queue"
      seconds = 6 * module.work.timeout
      dead    = module.dead.arn
      tries   = 3
    }
    module "dead" { source = "../modules/queue" }
    module "work" {
      source  = "../modules/function"
      timeout = local.longest
      queue   = module.queue.arn
    }
    locals { longest = max(4, 10) }
    """
    files = {"live/main.tf": main, "modules/queue/main.tf": QUEUE, "modules/function/main.tf": FUNCTION}
    queue = "module.queue.sqs_queue.this"
    found = said(files, "timeout.attempt", "work.max", "attempts", "dead_letter")
    assert found == {
        (queue, "timeout.attempt"): ("1m", "live/main.tf", 4),
        (queue, "attempts"): ("3", "modules/queue/main.tf", 10),
        (queue, "dead_letter"): ("module.dead.sqs_queue.this", "modules/queue/main.tf", 10),
        ("module.dead.sqs_queue.this", "timeout.attempt"): ("1m", "modules/queue/main.tf", 4),
        ("module.work.lambda_function.this", "work.max"): ("10s", "live/main.tf", 14),
    }
    places = {fact.value for fact in told(files) if fact.term == "dead_letter"}
    assert places == {("aws:live#module.dead.sqs_queue.this/receive",)}


def test_a_module_inside_a_module_is_followed() -> None:
    middle = 'variable "s" {}\nmodule "q" {\n  source  = "../queue"\n  seconds = var.s\n}\n'
    files = {"main.tf": 'module "m" {\n  source = "./middle"\n  s = 7\n}\n', "middle/a.tf": middle, "queue/a.tf": QUEUE}
    assert said(files, "timeout.attempt") == {
        ("module.m.module.q.sqs_queue.this", "timeout.attempt"): ("7s", "main.tf", 3)
    }


def test_what_is_only_called_is_not_judged_alone_and_what_nobody_calls_has_no_defaults() -> None:
    caller = {"main.tf": 'module "a" {\n  source = "./queue"\n  seconds = 30\n}\n', "queue/main.tf": QUEUE}
    assert seconds(caller) == {"module.a.sqs_queue.this": "30s"}
    assert seconds({"queue/main.tf": QUEUE}) == {}
    deployed = QUEUE + 'terraform {\n  backend "s3" {}\n}\nlocals { x = 9 }\n'
    assert seconds({**caller, "queue/main.tf": deployed.replace("var.seconds", "local.x", 1)}) == {
        "module.a.sqs_queue.this": "9s",
        "sqs_queue.this": "9s",
    }


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("for_each = toset(['a', 'b'])\nseconds = each.key == 'a' ? 1 : 2", {"m.a": "1s", "m.b": "2s"}),
        ("for_each = { a = 1, b = null }\nseconds = each.value", {"m.a": "1s", "m.b": "no"}),
        ("for_each = { for k in ['x', 'y'] : k => 5 if k != 'x' }\nseconds = each.value", {"m.y": "5s"}),
        ("for_each = var.queues\nseconds = 3", {}),
        ("for_each = { 'a b' = 1 }\nseconds = 3", {}),
        ("count = 0", {}),
        ("count = 1\nseconds = count.index", {"m": "0s"}),
        ("count = 2\nseconds = 4", {"m": "4s"}),
        ("count = 2\nseconds = count.index", {}),
        ("count = var.on ? 1 : 0\nseconds = 4", {}),
    ],
)
def test_how_many_there_are_is_known_or_nothing_is(call: str, found: dict[str, str]) -> None:
    text = 'module "m" {\n  source = "./queue"\n' + call.replace("'", '"') + "\n}\n"
    queues = seconds({"main.tf": text, "queue/main.tf": QUEUE})
    assert {key: value.split()[0] for key, value in queues.items()} == {
        f"module.{key}.sqs_queue.this": value for key, value in found.items()
    }


HANGS_ON_ON = "how many there are hangs on var.on, and no value is known (%s); terraform.tfvars can give it"


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("count = var.on ? 1 : 0", HANGS_ON_ON % "count = var.on ? 1 : 0"),
        ("count = local.on ? 1 : 0", HANGS_ON_ON % "count = local.on ? 1 : 0"),
        ("for_each = var.on", HANGS_ON_ON % "for_each = var.on"),
        ("count = data.a.b.c", "how many there are is known only where it is deployed (count = data.a.b.c)"),
        ("for_each = { 'a b' = 1 }", "a key of for_each holds more than letters, digits, `_`, `-` and `@`"),
        ("count = 0", ""),
        ("count = 2", ""),
        ("for_each = toset(['a'])", ""),
    ],
)
def test_a_module_of_which_nobody_knows_how_many_there_are_is_told(call: str, why: str) -> None:
    start = 'variable "on" { default = true }\nlocals { on = var.on.x }\n'
    text = start + 'module "m" {\n  source = "./outer"\n  ' + call.replace("'", '"') + "\n}\n"
    files = {"main.tf": text, "outer/a.tf": 'module "q" { source = "../queue" }', "queue/main.tf": QUEUE}
    assert left_out(files) == ([("main.tf", 5, f"module.m is not read: {why}")] if why else [])
    assert left_out({**files, "queue/main.tf": "", "x.tf": 'resource "aws_sqs_queue" "q" {}'}) == []


def test_a_module_is_told_in_the_module_that_calls_it_and_read_where_its_number_is_set() -> None:
    outer = 'variable "on" {}\nmodule "q" {\n  source = "../queue"\n  count  = var.on ? 1 : 0\n}\n'
    files = {"main.tf": 'module "m" {\n  source = "./outer"\n  on     = var.live\n}\n', "outer/a.tf": outer}
    files["queue/main.tf"] = QUEUE
    ((file, line, why),) = left_out(files)
    assert (file, line) == ("outer/a.tf", 4) and "module.q is not read" in why and "hangs on var.live" in why
    assert left_out({**files, "terraform.tfvars": "live = true"}) == []
    assert seconds({**files, "terraform.tfvars": "live = true"}) == {"module.m.module.q.sqs_queue.this": "1m"}


def test_a_queue_of_which_nobody_knows_how_many_there_are_is_told_and_a_topic_of_which_nothing_is_read_is_not() -> None:
    queue = 'resource "aws_sqs_queue" "q" { for_each = var.names }\n'
    topic = 'resource "aws_sns_topic_subscription" "s" {\n  for_each = var.names\n}\n'
    assert [why.split()[0] for *_, why in left_out({"main.tf": queue + topic})] == ["aws_sqs_queue.q"]
    asides = topic.replace("}", "  redrive_policy = jsonencode({})\n}")
    assert [why.split()[0] for *_, why in left_out({"main.tf": asides})] == ["aws_sns_topic_subscription.s"]
    assert left_out({"main.tf": queue.replace("for_each = var.names", "count = var.on ? 1 : 0")}) == []


@pytest.mark.parametrize(
    "value",
    [
        "var.never_set",
        "data.aws_ssm_parameter.x.value",
        "module.remote.seconds",
        'tonumber(file("x"))',
        "var.never_set ? 1 : 2",
        "local.circle",
        "aws_sqs_queue.this.missing",
        'terraform.workspace == "prod" ? 1 : 2',
        "lookup({ a = 1 }, var.never_set, 2)",
        "try(data.x.y.z, 5)",
        "coalesce(var.never_set, 5)",
        "{ a = 1 }.b",
        "1 / 0",
        '"${var.never_set}0"',
        '"${var.never_set}0" == "x" ? 1 : 2',
        "length([for each in var.never_set : each])",
    ],
)
def test_what_only_terraform_can_work_out_stays_open(value: str) -> None:
    main = f"""
    variable "never_set" {{}}
    locals {{ circle = local.circle }}
    module "remote" {{ source = "example/queue/aws" }}
    module "q" {{
      source  = "./queue"
      seconds = {value}
    }}
    """
    assert seconds({"main.tf": main, "queue/main.tf": QUEUE}) == {}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("local.all.eu.seconds", "5s"),
        ('local.all["eu"].seconds', "5s"),
        ("local.list[1]", "2s"),
        ('lookup(local.all.eu, "none", 8)', "8s"),
        ("coalesce(null, 9)", "9s"),
        ("merge({ a = 1 }, { a = 6 }).a", "6s"),
        ('"${local.list[0]}${local.list[1]}"', "12s"),
        ("local.list[0] > 3 ? var.none : min(30, 20)", "20s"),
        ("one([for n in local.list : n if n == 2])", "2s"),
        ("try(local.all.eu.seconds, 1)", "5s"),
        ('tonumber("7") + 1 # more', "8s"),
        ("element(concat(local.list, [3]), 2)", "3s"),
        ("length(local.list) * 10", "20s"),
    ],
)
def test_plain_values_are_worked_out(value: str, found: str) -> None:
    main = f"""
    locals {{
      all  = {{ eu = {{ seconds = 5 }} }}
      list = [1, 2]
    }}
    module "q" {{
      source  = "./queue"
      seconds = {value}
    }}
    """
    assert seconds({"main.tf": main, "queue/main.tf": QUEUE}) == {"module.q.sqs_queue.this": found}


def test_a_null_is_the_default_where_no_null_is_allowed() -> None:
    main = 'module "q" {\n  source = "./queue"\n  seconds = null\n}\n'
    refusing = QUEUE.replace("  default = 60", "  default = 60\n  nullable = false")
    assert seconds({"main.tf": main, "queue/main.tf": refusing}) == {"module.q.sqs_queue.this": "1m"}
    assert seconds({"main.tf": main, "queue/main.tf": QUEUE}) == {
        "module.q.sqs_queue.this": "no visibility_timeout_seconds"
    }


def test_an_attribute_that_is_optional_has_the_default_of_its_type() -> None:
    module = """
    variable "queues" { type = map(object({ seconds = optional(number, 45), name = string })) }
    resource "aws_sqs_queue" "this" {
      for_each                   = var.queues
      visibility_timeout_seconds = each.value.seconds
    }
    """
    main = 'module "q" {\n  source = "./m"\n  queues = {\n    a = { name = "a", seconds = 1 }\n    b = { name = "b" }\n  }\n}\n'
    assert said({"main.tf": main, "m/main.tf": module}, "timeout.attempt") == {
        ("module.q.sqs_queue.this.a", "timeout.attempt"): ("1s", "main.tf", 4),
        ("module.q.sqs_queue.this.b", "timeout.attempt"): ("45s", "m/main.tf", 2),
    }


def test_blocks_that_are_generated_are_there_as_often_as_they_are() -> None:
    text = """
    locals { most = MOST }
    resource "aws_sqs_queue" "q" {}
    resource "aws_lambda_function" "f" {}
    resource "aws_lambda_event_source_mapping" "m" {
      event_source_arn = aws_sqs_queue.q.arn
      function_name    = aws_lambda_function.f.arn
      dynamic "scaling_config" {
        for_each = local.most == null ? [] : [local.most]
        content { maximum_concurrency = scaling_config.value }
      }
    }
    """

    def fetched(most: str) -> list[str]:
        found = said({"main.tf": text.replace("MOST", most)}, "fetched", "left_out.fetched")
        return [each for each, *_ in found.values()]

    assert [fetched("4"), fetched("null"), fetched("var.x")] == [["4"], ["no scaling_config"], []]


def test_files_of_values_are_taken_always_or_as_variants() -> None:
    main = 'variable "s" {}\nvariable "t" {}\nresource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = var.s\n}\n'
    queue = {"main.tf": main}
    assert seconds({**queue, "terraform.tfvars": "s = 1\n", "b.auto.tfvars": "s = 2\n"}) == {"sqs_queue.q": "2s"}
    assert seconds({**queue, "only.tfvars": "s = 1\n"}) == {}
    several = told({**queue, "env/prod.tfvars": "s = 1\n", "env/dev.tfvars": "s = 3\n", "more.tfvars": "t = 1\n"})
    variants = {fact.text: fact.scope for fact in several if fact.term == "timeout.attempt"}
    assert variants == {
        "1s": (("variant:terraform:.", ("env/prod.tfvars:1",)),),
        "3s": (("variant:terraform:.", ("env/dev.tfvars:1",)),),
    }
    assert {fact.scope for fact in several if fact.term == "kind"} == {()}


def test_a_file_of_values_that_cannot_be_read_leaves_them_open() -> None:
    main = 'variable "s" {}\nresource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = var.s\n}\n'
    assert seconds({"main.tf": main, "terraform.tfvars": "s = 1\n", "z.auto.tfvars": UNREAD}) == {}
    assert seconds({"main.tf": main, "a.tfvars": "s = 1\n", "b.tfvars": "s = 1\n", "c.tfvars": UNREAD}) == {}


def test_a_queue_that_a_module_only_gives_is_named_where_its_caller_uses_it() -> None:
    module = QUEUE + 'output "all" { value = aws_sqs_queue.this }\n'

    def named(use: str) -> list[str]:
        main = f'module "q" {{ source = "./queue" }}\n{use}\n'
        return [fact.provider for fact in told({"main.tf": main, "queue/a.tf": module}) if fact.term == "mentioned"]

    queue = ["aws:#module.q.sqs_queue.this"]
    assert named("") == []
    assert named('output "x" { value = module.q.arn }') == queue
    assert named('output "x" { value = module.q }') == queue
    assert named('data "x" "y" { z = "reads ${module.q.arn}/*" }') == queue
    assert named('module "other" {\n  source = "example/reader/aws"\n  queue = module.q.all\n}') == queue
    assert named('resource "aws_sqs_queue_policy" "p" { queue_url = module.q.arn }') == []


def test_a_queue_is_named_by_its_own_name_as_well() -> None:
    module = """
    variable "name" {}
    resource "aws_sqs_queue" "this" { name = var.name }
    resource "aws_sqs_queue" "dead" { name = "${var.name}-dead" }
    output "dead" { value = "${var.name}-dead" }
    """
    alarms = """
    variable "queues" {}
    resource "aws_cloudwatch_metric_alarm" "a" {
      count      = length(var.queues)
      dimensions = { QueueName = var.queues[count.index] }
    }
    """
    main = 'module "q" {\n  source = "./m"\n  name = "${var.env}-orders"\n}\n'

    def found(use: str, *of_interest: str) -> dict[str, str]:
        facts = told({"main.tf": main + use, "m/a.tf": module, "alarms/a.tf": alarms})
        of_interest = of_interest or ("mentioned",)
        return {fact.provider.rpartition(".")[2]: fact.term for fact in facts if fact.term in of_interest}

    assert found("") == {}
    assert found('module "a" {\n  source = "./alarms"\n  queues = [module.q.dead]\n}') == {"dead": "mentioned"}
    assert found('data "aws_sqs_queue" "d" { name = "${var.env}-orders-dead" }') == {"dead": "mentioned"}
    assert found('data "a" "b" { c = "arn:aws:sqs:eu-west-1:1:${var.env}-orders" }') == {"this": "mentioned"}
    alarm = 'resource "aws_cloudwatch_metric_alarm" "a" {\n  dimensions = { QueueName = module.q.dead }\n}'
    assert found(alarm, "detect.by") == {"dead": "detect.by"}


LETS = """
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["sqs:SendMessage", "sqs:GetQueueUrl"]
    resources = [aws_sqs_queue.dead.arn]
  }
  statement {
    actions   = %s
    resources = [%s]
  }
}
"""
TEXT = """
resource "aws_iam_role_policy" "p" {
  policy = jsonencode({ Statement = [
    { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.dead.arn },
    { Effect = "%s", Action = %s, Resource = "*", Condition = { ArnLike = { "aws:SourceArn" = aws_sqs_queue.dead.arn } } },
  ] })
}
"""
DEAD = "aws_sqs_queue.dead.arn"


@pytest.mark.parametrize(
    ("use", "is_named"),
    [
        (LETS % ('["sqs:ReceiveMessage"]', DEAD), True),
        (LETS % ('["sqs:*"]', DEAD), True),
        (LETS % ('["*"]', DEAD), True),
        (LETS % ('["sqs:Rec*"]', DEAD), True),
        (LETS % ("var.actions", DEAD), True),
        (LETS % ('["kms:*", "s3:Get*", "sqs:Send*", "sqs:Delete?"]', DEAD), False),
        (LETS % ('["sqs:*"]\n    effect = "Deny"', DEAD), False),
        (LETS % ('["sqs:ReceiveMessage"]', '"arn:aws:sqs:::elsewhere"'), False),
        (TEXT % ("Allow", '["kms:Decrypt", "kms:GenerateDataKey*"]'), False),
        (TEXT % ("Allow", '"kms:*"'), False),
        (TEXT % ("Deny", '"sqs:*"'), False),
        (TEXT % ("Allow", '["sqs:ReceiveMessage"]'), True),
        (TEXT % ("Allow", "var.actions"), True),
        (f'resource "aws_lambda_function" "f" {{\n  dead_letter_config {{ target_arn = {DEAD} }}\n}}', False),
        (f'resource "aws_lambda_function" "f" {{\n  environment {{ variables = {{ Q = {DEAD} }} }}\n}}', True),
        (f'resource "aws_cloudwatch_event_target" "t" {{ arn = {DEAD} }}', False),
        ('resource "aws_s3_bucket" "b" { depends_on = [aws_sqs_queue.dead] }', False),
        (f"locals {{ dead = {DEAD} }}", False),
        (f'locals {{ dead = {DEAD} }}\noutput "o" {{ value = local.dead }}', True),
        (f'resource "aws_sqs_queue_policy" "p" {{\n  queue_url = {DEAD}\n  policy = "{{}}"\n}}', False),
        (
            f'resource "aws_sqs_queue_policy" "p" {{\n  queue_url = {DEAD}\n  policy = jsonencode({{ Statement = [{{ '
            'Effect = "Allow", Principal = "*", Action = "sqs:*", Resource = "*" }] })\n}',
            True,
        ),
        (
            f'resource "aws_lambda_event_source_mapping" "m" {{\n  event_source_arn = {DEAD}\n  function_name = var.f\n}}',
            True,
        ),
    ],
)
def test_only_who_may_take_from_a_queue_counts_as_somebody_who_names_it(use: str, is_named: bool) -> None:
    queues = 'resource "aws_sqs_queue" "dead" {}\nresource "aws_sqs_queue" "orders" {}\n'
    named = [fact.provider for fact in told({"main.tf": queues + use}) if fact.term == "mentioned"]
    assert named == (["aws:#sqs_queue.dead"] if is_named else [])


def test_who_uses_a_queue_is_looked_for_once_in_what_is_spelled_the_same() -> None:
    uses = "".join(f'data "a" "b{number}" {{ c = [for n in local.many : n + 1] }}\n' for number in range(200))

    def work(many: int) -> int:
        text = f'resource "aws_sqs_queue" "q" {{}}\nlocals {{ many = {[*range(many)]} }}\n{uses}'
        return calls(lambda: told({"main.tf": text}))

    assert work(100) < 1.5 * work(1)


def test_an_override_leaves_what_it_changes_open() -> None:
    text = 'resource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = 1\n  message_retention_seconds = 60\n}\n'
    over = 'resource "aws_sqs_queue" "q" {\n  visibility_timeout_seconds = 2\n}\n'
    assert said({"a.tf": text, "a_override.tf": over}, "timeout.attempt", "retention") == {
        ("sqs_queue.q", "retention"): ("1m", "a.tf", 3)
    }


def test_modules_that_call_each_other_end() -> None:
    a, b = 'module "b" { source = "../b" }\n', 'module "a" { source = "../a" }\nresource "aws_sqs_queue" "q" {}\n'
    assert told({"a/a.tf": a, "b/b.tf": b}) == []
    main = 'module "a" { source = "./a" }\n'
    assert len({fact.provider for fact in told({"main.tf": main, "a/a.tf": a, "b/b.tf": b})}) == 6


def test_ladders_follow_the_people_that_a_module_is_given() -> None:
    module = """
    variable "lead" {}
    variable "wait" { default = 15 }
    resource "pagerduty_escalation_policy" "p" {
      rule {
        escalation_delay_in_minutes = var.wait
        target { id = var.lead }
      }
      rule {
        escalation_delay_in_minutes = 30
        target { id = pagerduty_user.other.id }
      }
    }
    """
    main = 'module "web" {\n  source = "./m"\n  lead = pagerduty_user.jo.id\n}\n'
    ladder = next(fact for fact in told({"main.tf": main, "m/a.tf": module}) if fact.term == "escalates")
    assert ladder.provider == "pagerduty:module.web.escalation_policy.p"
    assert [(rung.to, rung.after) for rung in ladder.value] == [
        ("pagerduty:user.jo", 0),
        ("pagerduty:module.web.user.other", 15 * 60_000_000_000),
    ]


def test_the_scope_of_what_is_deployed_reaches_its_modules() -> None:
    scope = (("env", ("prod",)),)
    main = SourceText(Place(".", "prod/main.tf", 1, 1), 'module "q" { source = "../queue" }\n', scope)
    queue = SourceText(Place(".", "queue/main.tf", 1, 1), QUEUE)
    found = [each for group in terraform.together([main, queue]) for each in terraform.read_together(group)]
    assert {each.scope for each in found if isinstance(each, Fact)} == {scope}


def test_folders_that_have_nothing_to_do_with_each_other_are_read_apart() -> None:
    files = {
        "a/main.tf": 'resource "aws_sqs_queue" "q" {}\n',
        "b/main.tf": 'module "x" { source = "../c" }\n',
        "b/prod.tfvars": "x = 1\n",
        "c/main.tf": 'resource "aws_sqs_queue" "q" {}\n',
        "d/main.tf": "this is not read at all {{{\n",
    }
    groups = terraform.together(SourceText(Place(".", file, 1, 1), text) for file, text in files.items())
    assert [[text.start.file for text in group] for group in groups] == [
        ["a/main.tf"],
        ["b/main.tf", "b/prod.tfvars", "c/main.tf"],
    ]
