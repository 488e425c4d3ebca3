"""Messages go to public addresses, and to those that the settings allow; what was checked is what is connected to."""

import asyncio
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.channels.email import Settings as MailSettings
from accord.files.channels import Network
from accord.model.delivery import HttpRequest, MailRequest, Security
from accord.serve.sending.guard import is_permitted, is_public, reachable, resolved
from accord.serve.sending.mailing import Mailing
from accord.serve.sending.posting import Posting
from accord.serve.sending.transport import Forbidden, NotSent, Tracked
from serve.providers import serving

LOOPBACK = (ip_network("127.0.0.0/8"),)

PRIVATE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "64:ff9b:1::1",
    "fec0::1",
    "100::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "64:ff9b::101:101",
    "::ffff:8.8.8.8",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_permitted(address, ())


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_reached(address: str) -> None:
    assert is_permitted(address, ())


@given(st.integers(0, 2**32 - 1))
def test_a_version_4_address_is_judged_alike_however_it_is_wrapped(number: int) -> None:
    plain = IPv4Address(number)
    for wrapped in (IPv6Address((0xFFFF << 32) | number), IPv6Address((0x64FF9B << 96) | number)):
        assert is_permitted(str(wrapped), ()) == is_public(plain)
    assert not is_public(plain) or (plain.is_global and not plain.is_multicast)


def test_allowed_networks_are_reached_and_no_others() -> None:
    allowed: tuple[Network, ...] = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert is_permitted("10.1.2.3", allowed) and is_permitted("::ffff:10.1.2.3", allowed)
    assert is_permitted("fd00::5", allowed)
    assert not is_permitted("10.2.0.1", allowed) and not is_permitted("169.254.169.254", allowed)


class Names:
    """A name server that gives its answers one after another: the last one repeats."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_of_several_addresses_only_the_permitted_are_tried() -> None:
    found = asyncio.run(reachable("x", 443, (), Names(["10.0.0.1", "1.1.1.1", "::1", "1.1.1.1", "8.8.8.8"])))
    assert found == ["1.1.1.1", "8.8.8.8"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]"])
def test_loopback_is_not_reached_however_it_is_spelt(host: str) -> None:
    with serving() as provider:
        posting = Posting()
        request = HttpRequest(f"http://{host}:{provider.port}/", {}, b"{}")
        with pytest.raises((Forbidden, NotSent)):
            asyncio.run(posting.send(request, Tracked()))
        assert not provider.asked


def test_a_name_that_changes_between_check_and_connection_changes_nothing() -> None:
    """The answer is asked for once, and the connection goes to the address that was in it."""
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    with serving() as provider:
        request = HttpRequest(f"http://hooks.example.net:{provider.port}/x", {}, b'{"turn": 1}')
        response = asyncio.run(Posting(LOOPBACK, resolve=names).send(request, Tracked()))
    assert (response.status, names.asked) == (200, 1)
    assert provider.asked[0]["host"] == f"hooks.example.net:{provider.port}"


def test_a_name_that_leads_inside_is_refused_and_never_connected_to() -> None:
    with serving() as provider:
        request = HttpRequest(f"http://rebound.example.net:{provider.port}/", {}, b"{}")
        with pytest.raises(Forbidden, match="allow_private"):
            asyncio.run(Posting(resolve=Names(["127.0.0.1"])).send(request, Tracked()))
        assert not provider.asked


def test_http_without_encryption_goes_to_allowed_networks_alone() -> None:
    request = HttpRequest("http://hooks.example.net/", {}, b"{}")
    with pytest.raises(Forbidden, match="without encryption"):
        asyncio.run(Posting(LOOPBACK, resolve=Names(["1.1.1.1"])).send(request, Tracked()))


def test_mail_is_guarded_alike() -> None:
    settings = MailSettings(host="mail.example.net", sender="a@example.net")
    for security, address, words in (
        (Security.PLAIN, "1.1.1.1", "without encryption"),
        (Security.STARTTLS, "10.0.0.1", "allow_private"),
    ):
        request = MailRequest(settings.host, 25, security, settings.sender, "b@example.org", b"")
        with pytest.raises(Forbidden, match=words):
            asyncio.run(Mailing(resolve=Names([address])).send(request, Tracked()))


def test_a_redirect_is_not_followed_and_of_a_large_answer_only_the_beginning_is_read() -> None:
    with serving() as provider, serving() as inside:
        provider.mode, provider.headers = "redirect", {"location": f"http://127.0.0.1:{inside.port}/"}
        request = HttpRequest(f"http://127.0.0.1:{provider.port}/", {}, b'{"turn": 1}')
        assert asyncio.run(Posting(LOOPBACK).send(request, Tracked())).status == 302
        assert not inside.asked
        provider.mode, provider.headers = "huge", {}
        assert len(asyncio.run(Posting(LOOPBACK).send(request, Tracked())).body) == 16_384


def test_a_connection_is_used_again_and_asks_for_no_name() -> None:
    names = Names(["127.0.0.1"])

    async def go(port: int) -> None:
        posting = Posting(LOOPBACK, resolve=names)
        for _ in range(3):
            await posting.send(HttpRequest(f"http://hooks.example.net:{port}/", {}, b'{"turn": 1}'), Tracked())
        await posting.close()

    with serving() as provider:
        asyncio.run(go(provider.port))
    assert (len(provider.told), names.asked, provider.connections) == (3, 1, 1)


def test_the_next_address_is_tried_where_one_refuses() -> None:
    with serving() as provider:
        request = HttpRequest(f"http://hooks.example.net:{provider.port}/", {}, b'{"turn": 1}')
        names = Names(["127.0.0.9", "::1", "127.0.0.1"])
        allowed = (*LOOPBACK, ip_network("::1/128"))
        assert asyncio.run(Posting(allowed, resolve=names).send(request, Tracked())).status == 200


def test_a_name_is_asked_for_once_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent name server holds up one thread for each name, and no other name."""
    asked, silent = [], threading.Event()

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        if host == "silent.example":
            silent.wait(20)
        return [(0, 0, 0, "", ("127.0.0.1", 1))]

    async def go() -> None:
        waiting = [asyncio.create_task(resolved("silent.example", 443)) for _ in range(50)]
        await asyncio.sleep(0)
        assert await resolved("other.example", 443) == ["127.0.0.1"]
        waiting[0].cancel()
        silent.set()
        assert [await one for one in waiting[1:]] == [["127.0.0.1"]] * 49

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    asyncio.run(go())
    assert sorted(asked) == ["other.example", "silent.example"]


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving() as provider:
        request = HttpRequest(f"http://127.0.0.1:{provider.port}/", {}, b'{"turn": 1}')
        assert asyncio.run(Posting(LOOPBACK).send(request, Tracked())).status == 200
