"""What the demo itself asks of its services over HTTP, on this machine alone."""

import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from accord.files.taken import not_to_be_had
from accord.model.problem import Refused

_LIMIT_S = 30.0
_open = build_opener(ProxyHandler({})).open


def get(url: str) -> Any:
    """The JSON that is there."""
    with _open(url, timeout=_LIMIT_S) as answer:
        return json.loads(answer.read())


def page(url: str) -> str:
    """The text that is there."""
    with _open(url, timeout=_LIMIT_S) as answer:
        text: str = answer.read().decode()
    return text


def post(url: str, document: Mapping[str, Any] | None = None) -> tuple[int, str]:
    """The status and the text of the answer to a JSON document, or to nothing."""
    body = b"" if document is None else json.dumps(document).encode()
    return _sent(Request(url, body, {"content-type": "application/json"}))


def post_form(url: str, **fields: str) -> tuple[int, str]:
    """The same for a form, as a browser sends it."""
    return _sent(Request(url, urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded"}))


def _sent(request: Request) -> tuple[int, str]:
    try:
        with _open(request, timeout=_LIMIT_S) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def free_address(listen: str) -> str:
    """The address with a port that is free just now; raises Refused where it is not to be had."""
    host, _, port = listen.rpartition(":")
    if host not in ("127.0.0.1", "localhost"):
        raise Refused(f"the demo stays on this machine: expected 127.0.0.1:PORT to listen at, read `{listen}`")
    try:
        with socket.create_server((host, int(port))) as door:
            return "{}:{}".format(*door.getsockname()[:2])
    except OSError as error:
        raise Refused(not_to_be_had(listen, error)) from None
    except (ValueError, OverflowError):
        raise Refused(f"expected 127.0.0.1:PORT to listen at, read `{listen}`") from None
