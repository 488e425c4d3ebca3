"""What a service that runs for years remembers is bounded by what there is, not by how long it runs."""

import asyncio
from pathlib import Path

from msgspec.structs import replace
from serving import MINUTE, SLOW, Within

from accord.serve.alerts import Instance


def test_policies_of_days_gone_by_are_not_kept(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    carrying, [case] = service.service.carrier.carrying, service.ledger.cases()
    policies = [carrying.policy(case.deviation, service.now + day * 24 * 60 * MINUTE) for day in range(30)]
    assert len(set(policies)) > 1 and len(carrying._policies) == 1
    assert carrying.policy(case.deviation, service.now) == policies[0]
    service.close()


def test_an_instance_that_ended_long_ago_is_forgotten_and_one_that_fires_is_not(tmp_path: Path) -> None:
    service = Within(tmp_path)
    pods = [{**SLOW, "labels": {**SLOW["labels"], "pod": pod}} for pod in ("a", "b")]
    service.ask("POST", "/api/v2/alerts", json=pods)
    service.now += MINUTE
    service.ask("POST", "/api/v2/alerts", json=[{**pods[0], "endsAt": "2026-11-27T12:00:30Z"}])
    intake = service.service.intake
    service.do(intake.forget())
    assert len(intake.instances) == 2, "an end is repeated for some time"
    service.now += 3 * 60 * MINUTE
    service.do(intake.forget())
    [left] = intake.instances.values()
    assert left.labels["pod"] == "b" and service.ledger.kept(Instance) == (left,)
    service.ask("POST", "/api/v2/alerts", json=pods)
    assert len(intake.instances) == 2
    service.close()


def test_what_is_told_again_while_it_is_being_forgotten_is_kept(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    intake = service.service.intake
    [before] = intake.instances.values()
    service.now += MINUTE

    async def both() -> None:
        forgetting = asyncio.create_task(intake._forget(before))
        intake.instances[before.id] = replace(before, updated_ns=service.now)
        await forgetting

    asyncio.run(both())
    assert service.ledger.kept(Instance) == tuple(intake.instances.values()) != (before,)
    service.close()
