"""The people of the demo, reached by a webhook: one has left, one sleeps, one answers; and the other side, who confirms.

Who answers does so as people do: by the link that stands in the message.
"""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from accord.demo.asking import page, post_form

HAS_LEFT, SLEEPS, ANSWERS, OTHER_SIDE, LAST = (
    "payments-first",
    "payments-second",
    "payments-third",
    "checkout",
    "shop-office",
)
EVERYBODY = (HAS_LEFT, SLEEPS, ANSWERS, OTHER_SIDE, LAST)
_GONE, _TAKEN, _LONGEST = 410, 200, 1_000_000
Message = dict[str, Any]


class People:
    """A webhook on this machine, at `/NAME` for each person, and the messages that came, in order."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _receiving(self._take))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where they are reached."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def until(self, person: str, *about: str, within_s: float = 30.0) -> Message | None:
        """The newest message to a person about one of these, waited for; None where there is none in time."""

        def found() -> Message | None:
            told = (each for each in reversed(self.messages) if each["person"] == person and each["about"] in about)
            return next(told, None)

        with self._news:
            return self._news.wait_for(found, within_s)

    def close(self) -> None:
        """Nobody is reached any more."""
        self._server.shutdown()
        self._server.server_close()

    def _take(self, person: str, message: Message) -> int:
        if person == HAS_LEFT:
            return _GONE
        with self._news:
            self.messages.append(message)
            self._news.notify_all()
        return _TAKEN


def answered(message: Message, say: str, until: str = "") -> int:
    """The status of an answer by the link in a message: it is opened, read, and answered with what it asks to be read back."""
    fields = {"say": say, "until": until, **_read_back(page(message["answer"]))}
    return post_form(message["answer"], **fields)[0]


def _read_back(text: str) -> dict[str, str]:
    """The two picks, by what stands above them: the boundary, and what was expected and is seen."""
    facts = dict(_FACT.findall(text))
    meant = {
        "boundary": "".join(_TITLE.findall(text)),
        "difference": f"expected {facts.get('expected')}, seen {facts.get('seen')}",
    }
    choices = [(name, place, said.strip()) for name, place, said in _CHOICE.findall(text)]
    return {name: place for name, place, said in choices if said == meant[name]}


_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_FACT = re.compile(r"<dt>(.*?)</dt><dd>(.*?)</dd>", re.DOTALL)
_CHOICE = re.compile(r'<input type="radio" name="(\w+)" value="(\d)">(.*?)</label>', re.DOTALL)


def _receiving(take: Callable[[str, Message], int]) -> type[BaseHTTPRequestHandler]:
    class Receiving(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length", 0)), _LONGEST)
            message = json.loads(self.rfile.read(length))
            self.send_response(take(self.path.strip("/"), message))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Receiving
