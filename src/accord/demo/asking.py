"""What the demo itself asks of its services over HTTP, on this machine alone."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

_LIMIT_S = 30.0
_open = build_opener(ProxyHandler({})).open


def get(url: str) -> Any:
    """The JSON that is there."""
    with _open(url, timeout=_LIMIT_S) as answer:
        return json.loads(answer.read())


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
