"""Providers on loopback that fail as real ones do, and what they were told; certificates to be believed by, or not."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Received = dict[str, Any]


class Provider:
    """One server of HTTP. `mode` is what it does next: ok, a status, hang, late:SECONDS, drop, huge, redirect.

    `told` are the bodies that it took: of a late answer too, and of a connection that it dropped after reading.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.mode, self.headers, self.refusal = "ok", dict[str, str](), b""
        self.modes: dict[str, str] = {}
        self.told: list[Received] = []
        self.asked: list[dict[str, str]] = []
        self.released = threading.Event()
        self.connections = 0
        provider = self

        class Handling(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                provider.connections += 1
                super().setup()

            def do_POST(self) -> None:
                provider.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
        self.server.daemon_threads = True
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def turns(self) -> list[int]:
        """The turns that it was told of, in order, copies too."""
        return [one["turn"] for one in self.told]

    @property
    def abouts(self) -> list[str]:
        return [one["about"] for one in self.told]

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers["content-length"]))
        self.asked.append({name.lower(): value for name, value in asked.headers.items()})
        read = json.loads(body)
        mode = self.modes.get(read.get("person", ""), self.mode)
        if mode == "ok" or mode.startswith(("late", "drop", "huge")):
            self.told.append(read)
        if mode == "hang" or mode.startswith("late"):
            self.released.wait(30)
        if mode in ("hang", "drop"):
            asked.close_connection = True
            return
        status = int(mode) if mode.isdigit() else 302 if mode == "redirect" else 200
        answer = self.refusal or (b'{"id": "taken"}' if mode != "huge" else b"x" * 5_000_000)
        try:
            asked.send_response(status)
            for name, value in self.headers.items():
                asked.send_header(name, value)
            asked.send_header("content-length", str(len(answer)))
            asked.end_headers()
            asked.wfile.write(answer)
        except OSError:
            asked.close_connection = True


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Provider]:
    provider = Provider(context)
    provider.thread.start()
    try:
        yield provider
    finally:
        provider.released.set()
        provider.server.shutdown()
        provider.server.server_close()
        provider.thread.join()
