"""Who is known here is shown without addresses, and somebody who is forgotten stands nowhere but as a pseudonym."""

from pathlib import Path

from serving import SLOW, Within

from accord.store.person import Address, Person


def test_somebody_who_is_forgotten_is_a_pseudonym_and_nothing_else(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.reachable("payments-oncall", "second", "checkout", "keeper")
    known = Person("p-7", "Kim Example", "kim", (Address("hook", "kim@example.org"),))
    service.ledger.admit(known).result()
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    path = f"/api/v1/deviations/{service.only()['id']}/answers"
    service.ask("POST", path, json={"say": "commit", "until": "20m", "by": "payments-oncall"})
    assert service.ask("POST", path, json={"say": "offer", "to": "kim", "by": "payments-oncall"}).status_code == 200
    listed = service.ask("GET", "/api/v1/people")
    assert {
        "pseudonym": "p-7",
        "name": "Kim Example",
        "channels": [{"channel": "hook", "verifiedAt": None}],
    } in listed.json()
    assert "kim@example.org" not in listed.text

    assert service.ask("DELETE", "/api/v1/people/p-7").status_code == 204
    assert "Kim" not in service.ask("GET", "/api/v1/people").text
    assert "p-7" in service.ask("GET", f"/deviations/{service.only()['id']}").text
    assert service.ask("DELETE", "/api/v1/people/p-7").status_code == 404
    assert service.ledger.verify().disagreement == ""
    service.close()
