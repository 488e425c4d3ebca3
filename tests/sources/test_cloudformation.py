"""What is read of CloudFormation and SAM: queues, functions, who takes from where, and what is not known."""

import csv
from collections import Counter
from datetime import date

import pytest

from accord.check import check
from accord.files.config import DEFAULTS
from accord.files.read import read
from accord.model.fact import Fact
from accord.model.finding import Finding, Verdict
from accord.model.problem import Problem
from accord.model.subject import called, operation_of, provider_of
from accord.sources._claims import read_text
from beside import CORPUS, needs
from counted import calls

FILES = CORPUS / "sqs-lambda-a"
REDELIVERED = "delivery/redelivered-while-still-working"
ENDLESS = "delivery/failing-message-never-set-aside"
BATCH = "delivery/one-failure-repeats-the-batch"


def facts(text: str, file: str = "template.yaml") -> list[Fact]:
    found = list(read_text(text, ".", file))
    assert [each for each in found if isinstance(each, Problem)] == []
    return [each for each in found if isinstance(each, Fact)]


def told(text: str, file: str = "template.yaml") -> dict[tuple[str, str], str]:
    """What is said, by the end of the party's name and the term."""
    return {(called(fact.provider), fact.term): fact.text for fact in facts(text, file)}


def findings(text: str) -> list[Finding]:
    return list(check(facts(text), as_of=date(2026, 11, 27)).findings)


def verdicts(text: str, rule: str = REDELIVERED) -> list[Verdict]:
    return [found.verdict for found in findings(text) if found.rule == rule]


SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Visibility: {{Type: Number, Default: 30}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      {queue}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      {function}
      Events:
        Message: {{Type: SQS, Properties: {{Queue: !GetAtt Queue.Arn, BatchSize: 1}}}}
"""


def sam(queue: str = "QueueName: q", function: str = "Handler: h") -> str:
    return SAM.format(queue=queue, function=function)


def test_short_and_full_forms_and_json_say_the_same():
    full = """{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
      "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
      "F": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 60}},
      "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
        "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}, "FunctionName": {"Ref": "F"}}}}}"""
    short = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 30}}
  F: {Type: AWS::Lambda::Function, Properties: {Timeout: 60}}
  M:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref F}
"""
    sub = short.replace("!GetAtt Queue.Arn", "!Sub '${Queue.Arn}'").replace("!Ref F", "!Sub '${F.Arn}'")
    assert told(full, "template.json") == told(short) == told(sub)
    assert told(short)[("Queue", "work.max")] == "1m"
    assert verdicts(short) == [Verdict.MISMATCH]


def test_a_name_of_an_artefact_has_a_file_and_an_operation():
    party = "cloudformation:a/b/template.yaml#Queue"
    assert (provider_of(f"{party}/receive"), operation_of(f"{party}/receive")) == (party, "receive")
    assert (provider_of(party), operation_of(party), called(party)) == (party, "", "Queue")


@pytest.mark.parametrize(
    ("queue", "function", "verdict"),
    [
        ("VisibilityTimeout: 30", "Timeout: 31", [Verdict.MISMATCH]),
        ("VisibilityTimeout: 30", "Timeout: 30", [Verdict.CONDITIONAL]),
        ("VisibilityTimeout: 30", "Timeout: 29", [Verdict.CONDITIONAL]),
        ("VisibilityTimeout: 30", "Timeout: 28", [Verdict.NOTE]),
        ("VisibilityTimeout: 180", "Timeout: 30", []),
        ("QueueName: q", "Timeout: 31", [Verdict.MISMATCH]),
        ("QueueName: q", "Handler: h", []),
        ("VisibilityTimeout: 2", "Handler: h", [Verdict.MISMATCH]),
        ("VisibilityTimeout: !Ref Visibility", "Timeout: 60", [Verdict.CONDITIONAL]),
        ("VisibilityTimeout: !If [Large, 900, 30]", "Timeout: 60", []),
        ("VisibilityTimeout: !ImportValue Time", "Timeout: 60", []),
        ("VisibilityTimeout: !Ref Unknown", "Timeout: 60", []),
        ("VisibilityTimeout: 30", "Timeout: !FindInMap [A, B, C]", []),
        ("VisibilityTimeout: '{{resolve:ssm:time}}'", "Timeout: 60", []),
    ],
)
def test_the_redelivery_is_held_against_the_run(queue: str, function: str, verdict: list[Verdict]):
    found = [each for each in verdicts(sam(queue, function)) if each is not Verdict.UNANSWERED]
    assert found == verdict


def test_a_value_that_is_the_default_of_a_parameter_holds_only_as_long_as_it_is_kept():
    (found,) = [
        each for each in findings(sam("VisibilityTimeout: !Ref Visibility", "Timeout: 60")) if each.rule == REDELIVERED
    ]
    assert found.condition == "if the parameter Visibility keeps its default (30s)"


def test_what_is_said_for_all_functions_holds_where_one_is_silent():
    everywhere = sam(function="Handler: h").replace("Resources:", "Globals: {Function: {Timeout: 45}}\nResources:", 1)
    assert told(everywhere)[("Function", "killed_after")] == "45s"
    own = sam(function="Timeout: 5").replace("Resources:", "Globals: {Function: {Timeout: 45}}\nResources:", 1)
    assert told(own)[("Function", "killed_after")] == "5s"


def test_the_time_for_which_a_batch_is_gathered_counts():
    gathered = sam("VisibilityTimeout: 30", "Timeout: 26").replace("BatchSize: 1", "MaximumBatchingWindowInSeconds: 5")
    (found,) = [each for each in findings(gathered) if each.rule == REDELIVERED]
    assert (found.verdict, found.message) == (
        Verdict.MISMATCH,
        "Queue delivers again after 30s, Function may keep a message for 31s",
    )


def test_a_function_that_outlasts_the_queue_is_refused_by_its_platform():
    (found,) = [each for each in findings(sam("VisibilityTimeout: 30", "Timeout: 60")) if each.rule == REDELIVERED]
    assert found.message.endswith("for 1m; AWS Lambda refuses to connect the two, or to change how they are")


def test_a_switched_off_mapping_takes_nothing():
    off = sam("VisibilityTimeout: 30", "Timeout: 60").replace("BatchSize: 1", "Enabled: false")
    assert verdicts(off) == []


def test_a_queue_is_known_by_its_name_in_a_written_arn():
    named = sam("QueueName: orders", "Timeout: 60").replace(
        "!GetAtt Queue.Arn", "!Sub 'arn:aws:sqs:eu-west-1:${AWS::AccountId}:orders'"
    )
    assert verdicts(named) == [Verdict.MISMATCH]


def test_an_alarm_is_the_signal_about_dead_letters():
    text = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead: {Type: AWS::SQS::Queue}
"""
    alarm = """
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {Dimensions: [{Name: QueueName, Value: !GetAtt Dead.QueueName}]}
"""
    rule = "delivery/dead-letters-nobody-reads"
    assert verdicts(text, rule) == [Verdict.CONDITIONAL]
    assert verdicts(text + alarm, rule) == []
    joined = alarm.replace("!GetAtt Dead.QueueName", '!Join ["", [a, !GetAtt Dead.QueueName]]')
    assert verdicts(text + joined, rule) == []


@pytest.mark.parametrize(
    "more",
    [
        "  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: [{Name: QueueName, Value: !Sub '${A}-dead'}]}}",
        "  Reader: {Type: AWS::IAM::Role, Properties: {Action: 'sqs:ReceiveMessage', Resource: !GetAtt Dead.Arn}}",
        "Outputs: {Dead: {Value: !GetAtt Dead.Arn, Export: {Name: dead}}}",
        "  Elsewhere: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref KeyOfAnotherFile}}",
    ],
)
def test_who_may_read_dead_letters_elsewhere_is_left_open(more: str):
    text = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${A}-dead"}}
"""
    rule = "delivery/dead-letters-nobody-reads"
    sender = "  Sender: {Type: AWS::IAM::Role, Properties: {Action: 'sqs:SendMessage', Resource: !GetAtt Dead.Arn}}"
    assert verdicts(text + sender, rule) == [Verdict.CONDITIONAL]
    assert verdicts(text + more, rule) == []


def test_what_a_part_of_a_template_leaves_out_is_not_the_default():
    part = sam("KmsMasterKeyId: !Ref KeyOfAnotherFile\n      VisibilityTimeout: 2")
    assert ("Function", "killed_after") not in told(part)
    assert [each for each in verdicts(part) if each is not Verdict.UNANSWERED] == []


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        ("{Type: Api, Properties: {Path: /x, Method: get}}", [Verdict.CONDITIONAL]),
        ("{Type: HttpApi}", []),
        ("{Type: HttpApi, Properties: {TimeoutInMillis: 5000}}", [Verdict.CONDITIONAL]),
        ("{Type: Api, Properties: {TimeoutInMillis: !Ref Wait}}", []),
        ("{Type: Schedule}", []),
    ],
)
def test_a_gateway_ends_a_call_before_the_function_does(event: str, verdict: list[Verdict]):
    text = sam(function="Timeout: 30") + f"        Call: {event}\n"
    assert verdicts(text, "timing/platform-cap-below-promise") == verdict


@pytest.mark.parametrize(
    ("attributes", "verdict"),
    [
        ("Scheme: internal", [Verdict.CONDITIONAL]),
        ("LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds, Value: 180}]", []),
        ("LoadBalancerAttributes: !If [a, b, c]", []),
        ("Type: network", []),
    ],
)
def test_a_balancer_ends_a_silent_call_before_the_function_does(attributes: str, verdict: list[Verdict]):
    text = f"""
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Balancer: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{{attributes}}}}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Group}}]
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {{TargetType: lambda, Targets: [{{Id: !GetAtt F.Arn}}]}}
  F: {{Type: AWS::Lambda::Function, Properties: {{Timeout: 120}}}}
"""
    assert verdicts(text, "timing/platform-cap-below-promise") == verdict


# ---------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: !If [a]}\n",
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: [1, 2]}\n",
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: !Ref A, Tags: !Ref A}}\n",
        "Resources:\n  A: !Ref A\n  B: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref B}}\n",
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Nonsense {a: [b]}}}\n",
        "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !GetAtt }}\n",
        "Parameters: {P: {Default: !Ref P}}\nResources:\n  A: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref P}}\n",
        "Parameters: [P]\nGlobals: x\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {Events: {E: !Ref F, G: [], H: {Type: SQS}}}}\n",
        "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: SQS, Properties: {Queue: !GetAtt [F]}}}}}\n",
        "Resources:\n  M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref M, EventSourceArn: !Sub [a, {b: c}]}}\n",
        "Resources:\n  M: {Type: AWS::ApiGateway::Method, Properties: {Integration: 3}}\n  C: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: 3, Metrics: [!Ref C]}}\n",
        "Resources:\n  Fn::ForEach::Queues: [Name, [a, b], {'Q${Name}': {Type: AWS::SQS::Queue}}]\n  A: {Type: AWS::SQS::Queue}\n",
    ],
)
def test_what_has_no_sense_is_not_known(text: str):
    found = list(
        read_text(text.replace("Resources", "Transform: AWS::Serverless-2016-10-31\nResources", 1), ".", "t.yaml")
    )
    check((each for each in found if isinstance(each, Fact)), as_of=date(2026, 11, 27))


def test_a_number_that_is_none_is_refused_with_its_place():
    (refused,) = [
        each for each in read_text(sam("VisibilityTimeout: soon"), ".", "t.yaml") if isinstance(each, Problem)
    ]
    assert (refused.reason, refused.place.line) == (
        "cannot read VisibilityTimeout: expected a whole number, read 'soon'",
        9,
    )


def test_a_property_that_no_queue_has_is_told_and_not_taken_for_left_out():
    text = sam("VisibilityTimeoutSeconds: 300", "Timeout: 300")
    read = list(read_text(text, ".", "t.yaml"))
    (refused,) = [each for each in read if isinstance(each, Problem)]
    assert (refused.reason, refused.place.line) == (
        "cannot read VisibilityTimeoutSeconds: no property of AWS::SQS::Queue, so CloudFormation refuses the template; "
        "is VisibilityTimeout meant?",
        9,
    )
    stated = {each.term for each in read if isinstance(each, Fact)}
    assert "left_out.retention" in stated and "left_out.timeout.attempt" not in stated
    assert verdicts(sam("QueueName: q", "Timeout: 300")) == [Verdict.MISMATCH]


def test_a_tag_stays_refused_elsewhere():
    (refused,) = [
        each for each in read_text("party: a\nowner: !Ref b\n", ".", "accord.yaml") if isinstance(each, Problem)
    ]
    assert "tag" in refused.reason


def test_a_large_template_takes_work_in_proportion():
    def taken(size: int) -> int:
        one = "  Q{0}: {{Type: AWS::SQS::Queue}}\n  A{0}: {{Type: AWS::CloudWatch::Alarm, Properties: {{Metrics: [!Ref Q{0}]}}}}\n"
        text = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n" + "".join(one.format(n) for n in range(size))
        assert len(facts(text)) > size
        return calls(lambda: facts(text))

    assert taken(400) < 5 * taken(100)


# ---------------------------------------------------------------------- templates that others wrote

corpus = needs(FILES)


def expected() -> list[dict[str, str]]:
    with (FILES / "EXPECTED-pairs.csv").open() as lines:
        return list(csv.DictReader(lines))


def of_corpus() -> list[Finding]:
    reading = read([str(FILES)], DEFAULTS)
    assert reading.problems == ()
    return list(check(reading.facts, as_of=date(2026, 11, 27)).findings)


def pair(found: Finding) -> tuple[str, str, str]:
    place = found.statements[0].fact.place
    return (place.file.partition("sqs-lambda-a/")[2] or place.file, called(found.provider), called(found.consumer))


def pairs(rows: list[dict[str, str]]) -> Counter[tuple[str, str, str]]:
    return Counter((row["file"], row["queue"], row["function"]) for row in rows)


@corpus
def test_the_pairs_of_the_corpus_are_found_each_with_its_line():
    found, rows = of_corpus(), expected()
    redelivered = [each for each in found if each.rule == REDELIVERED and each.verdict is not Verdict.UNANSWERED]
    assert Counter(map(pair, redelivered)) == pairs([row for row in rows if row["below 6x"] == "yes"])
    lines = {(row["file"], row["queue"]): row for row in rows}
    for each in redelivered:
        row, again = lines[pair(each)[:2]], each.statements[-1].fact
        assert again.value == int(row["visibility timeout s"]) * 10**9
        assert (again.stance == "default") == row["visibility given"].startswith("default")
        assert again.stance != "default" or again.place.line == int(row["line of the queue"])
        assert each.statements[0].fact.value == int(row["function timeout s"]) * 10**9


@corpus
def test_runs_that_may_last_as_long_as_the_redelivery_are_told_apart():
    found, rows = of_corpus(), expected()
    near = [row for row in rows if int(row["function timeout s"]) >= int(row["visibility timeout s"]) - 1]
    pressing = [
        each for each in found if each.rule == REDELIVERED and each.verdict in (Verdict.MISMATCH, Verdict.CONDITIONAL)
    ]
    assert len(near) == 6 and Counter(map(pair, pressing)) == pairs(near)
    (mismatch,) = [each for each in pressing if each.verdict is Verdict.MISMATCH]
    assert pair(mismatch)[0].startswith("iot-mqttoverhttp") and "34s" in mismatch.message


@corpus
def test_queues_without_dead_letters_and_batches_without_partial_failures_are_counted():
    found, rows = of_corpus(), expected()
    endless = [each for each in found if each.rule == ENDLESS]
    batches = [each for each in found if each.rule == BATCH]
    assert Counter(map(pair, endless)) == pairs([row for row in rows if row["dead letters"] == "no DLQ"])
    assert Counter(map(pair, batches)) == pairs([row for row in rows if row["reports partial failures"] == "no"])
    assert (len(rows), len(endless), len(batches)) == (13, 9, 12)
    for each in batches:
        sizes = {row["batch size"] for row in rows if (row["file"], row["queue"]) == pair(each)[:2]}
        assert any(f"up to {size}," in each.message for size in sizes)


ASIDE = "RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:1:dead', maxReceiveCount: %s}"


@pytest.mark.parametrize(
    ("queue", "function", "scaling", "said"),
    [
        (ASIDE % 3, "ReservedConcurrentExecutions: 2", "", [Verdict.CONDITIONAL]),
        (ASIDE % 5, "ReservedConcurrentExecutions: 2", "", []),
        (ASIDE % 3, "ReservedConcurrentExecutions: 1250", "", []),
        (ASIDE % 3, "ReservedConcurrentExecutions: 0", "", []),
        (ASIDE % 3, "ReservedConcurrentExecutions: !Ref Unknown", "", []),
        (ASIDE % 3, "Handler: h", "", []),
        ("QueueName: q", "ReservedConcurrentExecutions: 2", "", []),
        (ASIDE % 3, "ReservedConcurrentExecutions: 2", ", ScalingConfig: {MaximumConcurrency: 2}", []),
        (ASIDE % 3, "ReservedConcurrentExecutions: 2", ", ScalingConfig: {MaximumConcurrency: 3}", [Verdict.CONDITIONAL]),
        (ASIDE % 3, "ReservedConcurrentExecutions: 2", ", ScalingConfig: !Ref Unknown", []),
        ("FifoQueue: true\n      " + ASIDE % 3, "ReservedConcurrentExecutions: 2", "", []),
    ],
)  # fmt: skip
def test_what_is_fetched_at_once_is_held_against_what_is_reserved(queue, function, scaling, said):
    text = sam(queue, function).replace("BatchSize: 1", f"BatchSize: 1{scaling}")
    assert verdicts(text, "delivery/set-aside-unworked") == said


SUBSCRIBED = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {{Type: AWS::SNS::Topic}}
  Work: {{Type: AWS::SQS::Queue, Properties: {{RedrivePolicy: {{deadLetterTargetArn: x, maxReceiveCount: 5}}}}}}
  Dead: {{Type: AWS::SQS::Queue}}
  Sub:
    Type: AWS::SNS::Subscription
    Properties: {{TopicArn: !Ref Orders, {more}}}
  Billing:
    Type: AWS::Serverless::Function
    Properties: {{Events: {{Told: {{Type: SNS, Properties: {{Topic: !Ref Orders{event}}}}}}}}}
"""
INTO_DEAD = "RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}"
POLICY = "DeliveryPolicy: {healthyRetryPolicy: {numRetries: %s, minDelayTarget: 1, maxDelayTarget: 60}}"


@pytest.mark.parametrize(
    ("more", "event", "said"),
    [
        ("Protocol: sqs, Endpoint: !GetAtt Work.Arn", "", {}),
        (f"Protocol: https, Endpoint: 'https://x', {POLICY % 5}", "", {("Sub", "attempts"): "6 (5 retries)"}),
        (f"Protocol: https, Endpoint: 'https://x', {POLICY % '!Ref N'}", "", {}),
        (f"Protocol: sqs, Endpoint: !GetAtt Work.Arn, {POLICY % 5}", "", {}),
        (f"Protocol: sqs, Endpoint: !GetAtt Work.Arn, {INTO_DEAD}", "", {("Sub", "dead_letter"): "Dead"}),
        ("Protocol: sqs, RedrivePolicy: {deadLetterTargetArn: !Ref Elsewhere}", "", {}),
        ("Protocol: email", f", {INTO_DEAD}", {("BillingTold", "dead_letter"): "Dead"}),
    ],
)
def test_a_subscription_says_how_often_it_tries_and_where_it_sets_aside(more, event, said):
    found = told(SUBSCRIBED.format(more=more, event=event))
    assert {
        key: text for key, text in found.items() if key[1] in ("attempts", "dead_letter") and key[0] != "Work"
    } == said
    (nobody,) = verdicts(
        SUBSCRIBED.format(more=f"Protocol: sqs, {INTO_DEAD}", event=""), "delivery/dead-letters-nobody-reads"
    )
    assert nobody is Verdict.CONDITIONAL


def test_whom_a_subscription_delivers_to_stands_beside_what_it_says():
    found = facts(SUBSCRIBED.format(more=f"Endpoint: !GetAtt Work.Arn, {INTO_DEAD}", event=f", {INTO_DEAD}"))
    called_by = {
        (called(fact.consumer), called(fact.provider)) for fact in found if fact.term == "mentioned" and fact.consumer
    }
    assert called_by == {("Work", "Sub"), ("Billing", "BillingTold")}


# ---------------------------------------------------------------------- an API that the template describes itself

DESCRIBED = """
Resources:
  Api:
    Type: {kind}
    Properties:
      {body}:
        paths:
          /orders:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                uri: !Sub "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${{Orders.Arn}}/invocations"
                {more}
  Orders:
    Type: AWS::Lambda::Function
    Properties: {{Timeout: 45}}
"""


@pytest.mark.parametrize(
    ("kind", "body", "more", "ends"),
    [
        ("AWS::Serverless::Api", "DefinitionBody", "httpMethod: POST", "29s"),
        ("AWS::ApiGateway::RestApi", "Body", "httpMethod: POST", "29s"),
        ("AWS::Serverless::HttpApi", "DefinitionBody", "httpMethod: POST", "30s"),
        ("AWS::ApiGatewayV2::Api", "Body", "timeoutInMillis: 12000", "12s"),
    ],
)
def test_the_description_of_an_api_says_how_long_it_waits(kind: str, body: str, more: str, ends: str):
    found = findings(DESCRIBED.format(kind=kind, body=body, more=more))
    (cap,) = [each for each in found if each.rule == "timing/platform-cap-below-promise"]
    assert cap.message == f"Api ends a call after {ends}, Orders may run for 45s"


def test_a_function_that_is_only_started_is_not_waited_for():
    started = """requestParameters: {integration.request.header.X-Amz-Invocation-Type: "'Event'"}"""
    found = findings(DESCRIBED.format(kind="AWS::Serverless::Api", body="DefinitionBody", more=started))
    assert not [each for each in found if each.rule.startswith("timing/")]


STATEMENT = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Dead: {Type: "AWS::SQS::Queue"}
  Policy:
    Type: %s
    Properties:
      Queues: [!Ref Dead]
      PolicyDocument:
        Statement:
        - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Dead.Arn}
        - {Effect: %s, Action: %s, Resource: %s, Condition: {ArnEquals: {"aws:SourceArn": !GetAtt Dead.Arn}}}
"""
POLICIES = "AWS::IAM::Policy", "AWS::SQS::QueuePolicy"


@pytest.mark.parametrize(
    ("kind", "effect", "action", "resource", "is_named"),
    [
        (POLICIES[0], "Allow", "[sqs:ReceiveMessage]", "!GetAtt Dead.Arn", True),
        (POLICIES[0], "Allow", "'sqs:*'", "!GetAtt Dead.Arn", True),
        (POLICIES[0], "Allow", "!Ref Actions", "!GetAtt Dead.Arn", True),
        (POLICIES[0], "Deny", "'sqs:*'", "!GetAtt Dead.Arn", False),
        (POLICIES[0], "Allow", "'kms:*'", "'*'", False),
        (POLICIES[0], "Allow", "[kms:Decrypt, 's3:Get*']", "'*'", False),
        (POLICIES[1], "Allow", "'sqs:*'", "'*'", True),
        (POLICIES[1], "Deny", "'sqs:*'", "!GetAtt Dead.Arn", False),
        (POLICIES[1], "Allow", "sqs:SendMessage", "!GetAtt Dead.Arn", False),
    ],
)
def test_a_permission_names_a_queue_only_where_somebody_may_take_from_it(
    kind: str, effect: str, action: str, resource: str, is_named: bool
) -> None:
    text = STATEMENT % (kind, effect, action, resource)
    assert (("Dead", "mentioned") in told(text)) is is_named


def test_a_rule_that_sends_to_a_queue_is_nobody_who_looks_there() -> None:
    text = "AWSTemplateFormatVersion: x\nResources:\n  Dead: {Type: 'AWS::SQS::Queue'}\n  Rule:\n    Type: %s\n"
    text += "    Properties: {Targets: [{Arn: !GetAtt Dead.Arn}]}\n"
    assert ("Dead", "mentioned") not in told(text % "AWS::Events::Rule")
    assert ("Dead", "mentioned") in told(text % "AWS::Pipes::Pipe")
