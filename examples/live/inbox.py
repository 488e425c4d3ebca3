"""Shows each message that the live loop sends, as somebody's phone would: a webhook on 127.0.0.1:8099.

With `--answers` it also follows the link of a page and says there that it has it, as somebody would.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Timer
from urllib.parse import urlencode
from urllib.request import urlopen

ADDRESS = "127.0.0.1:8099"
ANSWERS_AFTER_S = 1.0


class Inbox(BaseHTTPRequestHandler):
    """Takes one message and shows whom it is for and what it says."""

    def do_POST(self) -> None:
        """Shows the message and says that it is here."""
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        link = f"\n    {told['answer']}" if told.get("answer") else ""
        print(f"to {told['person']}: {told['title']}{link}\n", end="", flush=True)
        if "--answers" in sys.argv and told["about"] == "opened" and told.get("answer"):
            Timer(ANSWERS_AFTER_S, has_it, [told["answer"]]).start()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing of its own."""


def has_it(link: str) -> None:
    """Opens the page of the link, and commits there for 15 minutes."""
    with urlopen(link, timeout=10), urlopen(link, urlencode({"say": "commit", "until": "15m"}).encode(), timeout=10):
        pass


if __name__ == "__main__":
    host, _, port = ADDRESS.partition(":")
    server = ThreadingHTTPServer((host, int(port)), Inbox)
    print(f"inbox at http://{ADDRESS}/", flush=True)
    server.serve_forever()
