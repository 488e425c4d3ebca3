"""What a service that runs for years remembers is bounded by what there is, not by how long it runs."""

from pathlib import Path

from serving import MINUTE, SLOW, Within


def test_policies_of_days_gone_by_are_not_kept(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    carrying, [case] = service.service.carrier.carrying, service.ledger.cases()
    policies = [carrying.policy(case.deviation, service.now + day * 24 * 60 * MINUTE) for day in range(30)]
    assert len(set(policies)) > 1 and len(carrying._policies) == 1
    assert carrying.policy(case.deviation, service.now) == policies[0]
    service.close()
