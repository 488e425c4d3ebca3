"""What a request is for, carried along: its deadline, which try it is, its idempotency key and how critical it is.

The standard library alone, and nothing else of Accord: a service may take this package by itself. docs/intent.md is the
convention, for whoever wants to speak it without this code.

    with intent.request(within=2.0, criticality="critical"):
        for attempt in intent.attempts(3, pause=0.1, key=order_id):
            with attempt:
                client.post("http://payments/charges", json=order)

`asgi.Intent` receives it, refuses work that can no longer be of use and counts duplicates; `outgoing` sends it on.
"""

from accord.intent.context import Attempt, DeadlineExceeded, Intent, attempts, current, remaining, request, still_wanted
from accord.intent.duplicates import Duplicates

__all__ = [
    "Attempt",
    "DeadlineExceeded",
    "Duplicates",
    "Intent",
    "attempts",
    "current",
    "remaining",
    "request",
    "still_wanted",
]
