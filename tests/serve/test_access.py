"""Every door, the role it needs, and what happens without it; what another site or another host may not do."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import MINUTE, SLOW, Within

from accord.model.problem import Refused
from accord.serve.access import OPEN
from accord.serve.app import Application
from accord.serve.doors import Door
from accord.serve.live import PATH as LIVE
from accord.serve.pages._static import KINDS
from accord.serve.rates import Rates
from accord.serve.tokens import PostedToken, made
from accord.store.kept import Role, Token
from accord.store.ledger_sqlite import SqliteLedger

ROLES = (Role.READER, Role.RESPONDER, Role.ADMIN)
OPEN_DOORS = {
    ("GET", "/a/{link}"),
    ("POST", "/a/{link}"),
    ("GET", "/-/healthy"),
    ("GET", "/-/ready"),
    *(("GET", f"/static/{name}") for name in KINDS),
}


class Guarded(Within):
    """A service that others can reach: with one token of each role."""

    def __init__(self, folder: Path) -> None:
        ledger = SqliteLedger(folder / "ledger")
        self.secrets: dict[str, str] = {}
        for role in ROLES:
            token, self.secrets[role] = made(PostedToken(role, f"for {role}"), "", 1)
            ledger.keep(token).result()
        ledger.close()
        super().__init__(folder, listen="0.0.0.0:9095")

    def status(self, door: Door, secret: str, **more: str) -> int:
        path = door.path.replace("{id}", "none").replace("{name}", "none").replace("{link}", "none")
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        return self.ask(door.method, path, headers={**headers, **more}).status_code


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    service = Guarded(tmp_path)
    yield service
    service.close()


def test_the_doors_are_those_that_are_known(guarded: Guarded) -> None:
    """A new door is listed here once somebody has thought about who may open it."""
    doors = {(door.method, door.path): door.role for door in guarded.service.doors()}
    assert {door for door, role in doors.items() if role == OPEN} == OPEN_DOORS
    assert {door for door, role in doors.items() if role == Role.ADMIN} == {
        ("POST", "/-/reload"),
        ("POST", "/api/v1/tokens"),
        ("GET", "/api/v1/tokens"),
        ("DELETE", "/api/v1/tokens/{id}"),
        ("GET", "/api/v1/people"),
        ("DELETE", "/api/v1/people/{pseudonym}"),
    }
    changing = {door for door, role in doors.items() if door[0] != "GET" and role == Role.READER}
    assert not changing, "a reader changes nothing"


def test_every_door_is_closed_without_the_role_it_needs_and_open_with_it(guarded: Guarded) -> None:
    tried = 0
    for door in guarded.service.doors():
        if door.role == OPEN:
            continue
        assert guarded.status(door, "") == 401, door.path
        assert guarded.status(door, "guessed") == 401, door.path
        for role in ROLES:
            may = ROLES.index(role) >= ROLES.index(Role(door.role))
            if may and door.path == LIVE:
                continue  # it does not end: tests/serve/test_live.py
            status = guarded.status(door, guarded.secrets[role])
            assert (status == 403) is not may, (door.method, door.path, role, status)
            tried += 1
    assert tried > 40


def test_a_token_that_ended_opens_nothing(guarded: Guarded) -> None:
    token, secret = made(PostedToken(Role.READER, "short", lasts="5m"), "", guarded.now)
    guarded.ledger.keep(token).result()
    headers = {"authorization": f"Bearer {secret}"}
    assert guarded.ask("GET", "/api/v2/alerts", headers=headers).status_code == 200
    guarded.now += 6 * MINUTE
    assert guarded.ask("GET", "/api/v2/alerts", headers=headers).status_code == 401


def test_a_token_is_taken_as_the_password_of_basic_too(guarded: Guarded) -> None:
    basic = base64.b64encode(f"prometheus:{guarded.secrets['reader']}".encode()).decode()
    assert guarded.ask("GET", "/api/v2/alerts", headers={"authorization": f"Basic {basic}"}).status_code == 200
    for wrong in ("Basic", "Basic !", "Basic " + base64.b64encode(b"\xff").decode(), "Digest a", "Bearer"):
        assert guarded.ask("GET", "/api/v2/alerts", headers={"authorization": wrong}).status_code == 401


def test_secrets_are_kept_nowhere(guarded: Guarded) -> None:
    admin = {"authorization": f"Bearer {guarded.secrets['admin']}"}
    answer = guarded.ask("POST", "/api/v1/tokens", headers=admin, json={"role": "responder", "name": "prometheus"})
    secret = answer.json()["secret"]
    listed = guarded.ask("GET", "/api/v1/tokens", headers=admin)
    assert "prometheus" in listed.text and secret not in listed.text
    held = b"".join(file.read_bytes() for file in guarded.file.parent.iterdir())
    assert secret.encode() not in held and guarded.secrets["admin"].encode() not in held
    gone = guarded.ask("DELETE", f"/api/v1/tokens/{answer.json()['id']}", headers=admin)
    assert gone.status_code == 204
    assert guarded.ask("GET", "/metrics", headers={"authorization": f"Bearer {secret}"}).status_code == 401


def test_others_are_let_in_only_where_they_can_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no token"):
        Within(tmp_path, listen="0.0.0.0:9095")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:9095"},
        {"host": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "null"},
        {"x-forwarded-for": "192.0.2.1"},
        {"forwarded": "for=192.0.2.1"},
        {"x-real-ip": "192.0.2.1"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://localhost:9095"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-real-ip": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
    ],
)
def test_on_loopback_no_other_site_reaches_in(tmp_path: Path, headers: dict[str, str]) -> None:
    """A page of another site or port, a name that was pointed at this machine, and who comes through a proxy ask in vain."""
    service = Within(tmp_path)
    assert service.ask("POST", "/api/v2/alerts", json=[SLOW], headers=headers).status_code == 401
    assert service.ask("POST", "/api/v2/alerts", json=[SLOW], headers={"host": "localhost:9095"}).status_code == 200
    own = {"host": "localhost:9095", "origin": "http://localhost:9095"}
    assert service.ask("POST", "/api/v2/alerts", json=[SLOW], headers=own).status_code == 200
    service.close()


def test_a_bearer_answers_for_nobody_else(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.reachable("payments-oncall", "second")
    service.ask("POST", "/api/v2/alerts", json=[SLOW])
    token, secret = made(PostedToken(Role.RESPONDER, "own"), "second", service.now)
    service.ledger.keep(token).result()
    headers = {"authorization": f"Bearer {secret}"}
    path = f"/api/v1/deviations/{service.only()['id']}/answers"
    said = {"say": "commit", "until": "20m"}
    other = service.ask("POST", path, headers=headers, json={**said, "by": "payments-oncall"})
    assert other.status_code == 400 and "nobody else" in other.text
    own = service.ask("POST", path, headers=headers, json=said)
    assert own.status_code == 409 and "asked of payments-oncall, answered by second" in own.text
    service.close()


def test_who_asks_too_much_waits(tmp_path: Path) -> None:
    service = Within(tmp_path)
    service.app = Application(service.service.doors(), _open_to_all(service), Rates(2, 3), lambda: service.now)
    statuses = [service.ask("GET", "/-/healthy").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert service.ask("GET", "/-/healthy").headers["retry-after"] == "1"
    service.now += 1_000_000_000
    assert service.ask("GET", "/-/healthy").status_code == 200
    service.close()


def _open_to_all(service: Within):  # type: ignore[no-untyped-def]
    from accord.serve.access import Access

    return Access(service.ledger, True)


def test_a_body_is_read_no_further_than_it_may_be(tmp_path: Path) -> None:
    service = Within(tmp_path)

    async def sent(chunked: bool) -> int:
        async def pieces():  # type: ignore[no-untyped-def]
            for _ in range(80):
                yield b" " * 65_536

        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9095") as client:
            body = pieces() if chunked else b" " * (5 * 1024 * 1024)
            return (await client.post("/api/v2/alerts", content=body)).status_code

    assert asyncio.run(sent(chunked=False)) == 413
    assert asyncio.run(sent(chunked=True)) == 413
    service.close()


def test_no_answer_can_be_framed_or_guessed_at(tmp_path: Path) -> None:
    service = Within(tmp_path)
    for path in ("/-/healthy", "/api/v2/alerts", "/nowhere", "/a/nothing"):
        answer = service.ask("GET", path)
        if path != "/nowhere":
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["x-content-type-options"] == "nosniff"
    service.close()


def test_tokens_end_with_their_owner(tmp_path: Path) -> None:
    service = Within(tmp_path)
    token, _ = made(PostedToken(Role.RESPONDER, "own"), "p-1", service.now)
    service.ledger.keep(token).result()
    assert [each.bearer for each in service.ledger.kept(Token)] == ["p-1"]
    service.close()
