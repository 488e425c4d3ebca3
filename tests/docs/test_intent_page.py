"""The programs on the page about what a request is for run as they are written; only the network is another."""

import re
from pathlib import Path
from typing import Any

import httpx

PAGE = (Path(__file__).parents[2] / "docs" / "intent.md").read_text(encoding="utf-8")
CALLING, SERVING = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NETWORK = "httpx.HTTPTransport()"


def test_what_a_caller_says_arrives_with_its_call() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    assert CALLING.count(NETWORK) == 1
    exec(CALLING.replace(NETWORK, "httpx.MockTransport(answer)"), {"answer": answer})
    [one] = asked
    assert 1000 < int(one.headers["accord-remaining-ms"]) <= 2000
    assert (one.headers["accord-attempt"], one.headers["idempotency-key"]) == ("1", "order-17")


def test_a_server_is_wrapped_as_is_told() -> None:
    names: dict[str, Any] = {"application": lambda scope, receive, send: None}
    exec(SERVING, names)
    assert names["application"].duplicates.counted == 0 and callable(names["still_wanted"])
