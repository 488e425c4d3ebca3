"""Requests that nobody means well by: each is the bytes that go over the wire, made by chance."""

import json
import random
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

NAMES = ("PaymentsSlow", "Elsewhere", "a", "", "\x00", "é" * 300, "x" * 20_000, "‮gnp", "a b", "__name__")
TEXTS = (
    *NAMES,
    "<script>alert(1)</script>",
    "'; drop table cases; --",
    "{{ .Labels }}",
    "%s%n",
    "\r\nset-cookie: a=b",
    "\\ud800",
)
INSTANTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00-23:59",
    "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59+23:59",
    "1969-12-31T23:59:59Z",
    "1900-01-01T00:00:00+05:53:28",
    "2026-02-30T00:00:00Z",
    "2026-11-27T24:00:00Z",
    "2026-11-27T12:00:60Z",
    "2026-11-27t12:00:00z",
    "2026-11-27T12:00:00",
    "2026-11-27T12:00:00+99:99",
    "99999-01-01T00:00:00Z",
    "-2026-01-01T00:00:00Z",
    "yesterday",
    "",
    "2026-W48-5T12:00:00Z",
    "20261127T120000Z",
    "２０２６-11-27T12:00:00Z",
)
DURATIONS = ("45m", "0s", "-5m", "99999999999999999999h", "1e9h", "∞", "1m1m", "5", " 5m ", "0.0000001ns", "1y")
NUMBERS = (
    "0",
    "-1",
    "1e400",
    "-1e400",
    "1e-400",
    "9" * 400,
    str(1 << 63),
    str(-(1 << 63) - 1),
    "1.5",
    "NaN",
    "Infinity",
    "-0",
    "01",
    "0x10",
)
PATTERNS = (
    "(a*)*b",
    "(a{1000}){1000}",
    "a{2000}",
    "[",
    "(?P<n>a)\\1",
    "(?=a)",
    "\\",
    "." * 5000,
    "(" * 2000 + ")" * 2000,
    "\\p{Greek}",
    "(?i)" * 500,
)
IDS = (
    "0123456789abcdef",
    "x",
    "%00",
    "..",
    "%2e%2e%2f",
    "a" * 9000,
    "é",
    "%ff%fe",
    "%ud800",
    "1%27%20or%201=1",
    "%0d%0aset-cookie:a",
    "*",
)
PATHS = (
    "/api/v2/alerts",
    "/api/v2/alerts/groups",
    "/api/v2/silences",
    "/api/v2/silence/{}",
    "/api/v2/receivers",
    "/api/v2/status",
    "/api/v1/events",
    "/api/v1/deviations",
    "/api/v1/deviations/{}",
    "/api/v1/deviations/{}/answers",
    "/api/v1/heartbeats",
    "/api/v1/heartbeats/{}",
    "/api/v1/audit",
    "/api/v1/tokens",
    "/api/v1/tokens/{}",
    "/a/{}",
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/-/reload",
)
ODD_PATHS = (
    "//",
    "/..",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/api/v2/alerts/",
    "/API/V2/ALERTS",
    "*",
    "/a//",
    "/a/",
    "http://example.org/",
    "/\x7f",
    "/%",
    "/%zz",
    "/" + "a/" * 3000,
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "X" * 500, "P\x00ST")
SAYS = (
    "commit",
    "acknowledge",
    "fixed",
    "confirm",
    "dispute",
    "decline",
    "offer",
    "accept",
    "refuse",
    "progress",
    "read-back",
    "sing",
    "",
)


MOMENT_S = 0.5


class Raw(str):
    """JSON that is written as it stands."""


class Hostile:
    """Makes requests; `ids` and `links` are such as there really are."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.ids: list[str] = []
        self.links: list[str] = []

    def request(self) -> bytes:
        """One request, or what is none."""
        if self.chance.random() < 0.03:
            return self.chance.randbytes(self.chance.randrange(1, 3000))
        path, method, body = self._asked()
        body = self._spoilt(body) if self.chance.random() < 0.15 else body
        head = f"{method} {path} {self._one('HTTP/1.1', 90, 'HTTP/1.0', 'HTTP/9.9', 'HTTP/1.1 x', '')}\r\n"
        return head.encode("utf-8", "surrogatepass") + self._headers(body)

    def _one(self, usual: Any, weight: int, *odd: Any) -> Any:
        return self.chance.choice((*[usual] * weight, *odd))

    def _asked(self) -> tuple[str, str, bytes]:
        chance = self.chance.random()
        if chance < 0.05:
            return self.chance.choice(ODD_PATHS), self.chance.choice(METHODS), b""
        if chance < 0.25:
            path = self.chance.choice(PATHS).format(self._id()) + self._query()
            return path, self._one("GET", 60, *METHODS), self._json(self._anything(2))
        path, made = self.chance.choice(self._doors())
        return path.format(self._id()), self._one("POST", 90, *METHODS), made()

    def _doors(self) -> tuple[tuple[str, Callable[[], bytes]], ...]:
        link = self.chance.choice(self.links) if self.links else "/a/AAAA"
        return (
            ("/api/v2/alerts", lambda: self._json([self._alert() for _ in range(self.chance.randrange(4))])),
            ("/api/v2/alerts", lambda: self._json([self._alert()])),
            ("/api/v2/silences", lambda: self._json(self._silence())),
            ("/api/v1/events", lambda: self._json(self._event())),
            ("/api/v1/deviations/{}/answers", lambda: self._json(self._answer())),
            ("/api/v1/heartbeats/{}", lambda: b""),
            (
                "/api/v1/tokens",
                lambda: self._json({"role": self._text(), "name": self._text(), "lasts": self._lasts()}),
            ),
            (self._bent(link), lambda: self._form()),
        )

    def _bent(self, link: str) -> str:
        place = self.chance.randrange(3, len(link))
        return self._one(link, 5, link[:place], link[:place] + "A" + link[place + 1 :], link + "=", link + "%00")

    def _id(self) -> str:
        return self.chance.choice(self.ids) if self.ids and self.chance.random() < 0.6 else self.chance.choice(IDS)

    def _query(self) -> str:
        name = self.chance.choice(
            ("filter", "receiver", "active", "silenced", "open", "after", "x" * 100, "%00", "filter[]")
        )
        value = self.chance.choice(
            (*PATTERNS, *TEXTS, 'a="b"', 'a=~"(a*)*"', 'a="\\', "a=", "=", 'a!~"["', "true", "all")
        )
        return self._one(
            "",
            3,
            f"?{name}={quote(value)}",
            f"?{name}={quote(value)}&" + "&".join(["filter=a%3Db"] * 500),
            "?" + "&" * 2000,
            "?%",
        )

    def _alert(self) -> dict[str, Any]:
        labels = {
            "alertname": self._text(),
            "severity": self._one("critical", 2, "info", "x", Raw("5")),
            "seq": str(self.chance.randrange(20)),
        }
        labels |= {
            self.chance.choice(("b", "c-d", "", "é", "x" * 5000)): self._text()
            for _ in range(self._one(0, 9, 1, 3, 200))
        }
        alert: dict[str, Any] = {"labels": self._one(labels, 12, {}, [], None, Raw("1"))}
        alert["annotations"] = self._one({"summary": self._text()}, 9, {}, None, {"a": 1}, self._anything(3))
        return alert | {name: self._instant() for name in ("startsAt", "endsAt") if self.chance.random() < 0.5}

    def _silence(self) -> dict[str, Any]:
        matcher = {
            "name": self._text(),
            "value": self.chance.choice((*PATTERNS, *TEXTS)),
            "isRegex": self._one(True, 2, False, None),
        }
        told = {
            "matchers": [matcher] * self._one(1, 9, 0, 65, 3000),
            "startsAt": self._instant(),
            "endsAt": self._instant(),
        }
        return told | {
            "createdBy": self._text(),
            "comment": self._text(),
            "id": self._one("", 5, self._text(), self._id()),
        }

    def _event(self) -> dict[str, Any]:
        told = {
            "signal": self._text(),
            "status": self._one("firing", 4, "resolved", "x", None),
            "since": self._instant(),
        }
        return told | {
            "source": self._text(),
            "summary": self._text(),
            "labels": self._one({}, 3, {"a": self._text()}, [1]),
        }

    def _answer(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "say": self.chance.choice(SAYS),
            "by": self._one("keeper", 1, self._text()),
            "until": self._one("5m", 2, self._lasts()),
        }
        picked = Raw(self._one("0", 3, *NUMBERS))
        told |= {"turn": picked, "boundary": picked, "id": self._text()}
        kept = {name: value for name, value in told.items() if self.chance.random() < 0.8}
        return kept | {"to": self._text(), "names": self._text()} if self.chance.random() < 0.3 else kept

    def _form(self) -> bytes:
        told = {
            "say": self.chance.choice(SAYS),
            "until": self._lasts(),
            "boundary": self._one("1", 2, "９", "-1", "1e9"),
        }
        form = "&".join(f"{name}={quote(value)}" for name, value in told.items())
        return self._one(form, 6, form + "&say=%ff%fe", "&" * 4000, form * 500, "say=%ud800").encode()

    def _lasts(self) -> str:
        return str(self.chance.choice((*DURATIONS, *INSTANTS)))

    def _instant(self) -> Any:
        usual = self.chance.choice(INSTANTS[: 8 if self.chance.random() < 0.8 else None])
        return self._one(usual, 20, None, Raw(self.chance.choice(NUMBERS)), "2026-11-27T12:00:00Z")

    def _text(self) -> Any:
        return self._one(
            self.chance.choice(TEXTS),
            80,
            None,
            Raw('"\\ud800"'),
            Raw('"\\udc00\\ud800"'),
            Raw(self.chance.choice(NUMBERS)),
            [],
        )

    def _anything(self, depth: int) -> Any:
        if depth == 0 or self.chance.random() < 0.3:
            return self.chance.choice((self._text(), Raw(self.chance.choice(NUMBERS)), True, None))
        made = [self._anything(depth - 1) for _ in range(self.chance.randrange(4))]
        return made if self.chance.random() < 0.5 else {str(place): each for place, each in enumerate(made)}

    def _json(self, value: Any) -> bytes:
        return written(value).encode("utf-8", "surrogatepass")

    def _spoilt(self, body: bytes) -> bytes:
        place = self.chance.randrange(len(body) + 1)
        deep = self.chance.choice((50, 2000, 100_000))
        return self.chance.choice(
            (
                body[:place],
                body[:place] + self.chance.randbytes(3) + body[place + 1 :],
                body + body,
                b"[" * deep,
                b'[{"labels":' * deep,
                b'[{"labels":{"a":"b"},"x":' + b"[" * deep + b"]" * deep + b"}]",
                b'{"signal":"a","labels":{"a":' * deep,
                b"\xff\xfe" + body,
                b"\xef\xbb\xbf" + body,
                body.replace(b'"', b"\xc3("),
                b"",
                b" " * 200_000,
                b"9" * 100_000,
                b'"' + b"a" * 100_000,
                body.decode("utf-8", "replace").encode("utf-16"),
            )
        )

    def _headers(self, body: bytes) -> bytes:
        host = self._one("127.0.0.1", 90, "localhost:1", "example.org", "", "[::1]", "127.0.0.1\x00", "a" * 9000)
        lines = [f"host: {host}".encode()] * self._one(1, 90, 0, 2)
        lines += self.chance.choice(_ODD_HEADERS) if self.chance.random() < 0.1 else []
        if self.chance.random() < 0.15:
            return b"\r\n".join([*lines, b"transfer-encoding: chunked", b"", b""]) + self._chunks(body)
        length = self._one(str(len(body)), 150, *(wrong.format(len(body)) for wrong in _LENGTHS))
        lines += [f"content-length: {length}".encode()] if length else []
        return b"\r\n".join([*lines, b"", b""]) + body

    def _chunks(self, body: bytes) -> bytes:
        size = self.chance.randrange(1, 3000)
        parts = [body[at : at + size] for at in range(0, len(body), size)][:50]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        end = self._one(
            b"0\r\n\r\n",
            5,
            b"",
            b"-1\r\n\r\n",
            b"ffffffffffffffff\r\n",
            b"zz\r\n\r\n",
            b"0\r\na: b\r\n\r\n",
            b"0;" + b"x" * 70_000,
        )
        return bytes(chunks + end)


_LENGTHS = (
    "{}0",
    "-{}",
    "+{}",
    "{}_0",
    "0",
    "1",
    "99999999999999999999",
    "{0}, {0}",
    "4294967296",
    "²",
    "",
    " {} ",
    "0x10",
    "5000000",
)
_ODD_HEADERS: tuple[list[bytes], ...] = (
    [b"origin: http://example.org"],
    [b"origin: null"],
    [b"origin: \xff\xfe"],
    [b"authorization: Bearer"],
    [b"authorization: Bearer " + b"x" * 30_000],
    [b"authorization: Basic !!!!"],
    [b"authorization: Basic /////w=="],
    [b"authorization: \xff \xfe"],
    [b"authorization: Bearer \xc3\xa9\xff"],
    [b"x-%d: y" % number for number in range(1000)],
    [b"x: " + b"y" * 100_000],
    [b"cookie: " + b"a=b; " * 5000],
    [b"expect: 100-continue"],
    [b"transfer-encoding: chunked"],
    [b"transfer-encoding: gzip, chunked"],
    [b"content-encoding: gzip"],
    [b"content-length: 7"],
    [b"connection: close, upgrade", b"upgrade: websocket", b"sec-websocket-key: x", b"sec-websocket-version: 13"],
    [b"connection: upgrade, http2-settings", b"upgrade: h2c"],
    [b" folded: x"],
    [b"no colon"],
    [b"a\x00b: c"],
    [b": empty"],
    [b"x-forwarded-for: 127.0.0.1", b"forwarded: for=127.0.0.1"],
    [b"content-type: text/plain; charset=utf-16"],
)


def written(value: Any) -> str:
    """The value as JSON; Raw parts as they stand."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{written(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def answered(port: int, request: bytes, within_s: float = 10.0) -> list[int]:
    """The statuses that came back; none where the connection was only closed. Raises TimeoutError where it hangs.

    What is waited for is an answer; where none comes for a moment, the request was not whole, and its end is told.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=within_s) as connection:
        read = bytearray()
        try:
            connection.sendall(request)
            connection.settimeout(MOMENT_S)
            while not [status for status in statuses(bytes(read)) if status >= 200]:
                if not (piece := connection.recv(1 << 16)):
                    return statuses(bytes(read))
                read += piece
        except TimeoutError:
            pass
        except OSError:
            return statuses(bytes(read))  # it was closed while we were still talking
        read += _rest(connection, within_s)
    return statuses(bytes(read))


def _rest(connection: socket.socket, within_s: float) -> bytes:
    read = bytearray()
    connection.settimeout(within_s)
    try:
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(1 << 16):
            read += piece
    except TimeoutError:
        raise
    except OSError:
        pass
    return bytes(read)


def statuses(read: bytes) -> list[int]:
    """The statuses of the answers in these bytes."""
    found = []
    while read.startswith(b"HTTP/1.1 "):
        head, _, rest = read.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        found.append(status)
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        read = rest[int(lines.get(b"content-length", b"0")) :] if status >= 200 else rest
    return found
