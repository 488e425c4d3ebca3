"""What an answer in HTTP comes to, for all kinds that speak it."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

from accord.channels._page import shortened
from accord.model.delivery import Outcome, Response, Verdict
from accord.model.duration import SECOND

AGAIN = frozenset({408, 409, 423, 425, 429})
"""What a provider says that asks for another try: too slow, at work on the same key, locked, too early, too many."""

UNSURE = frozenset({504, 524})
"""What a proxy says whose own server did not answer in time: it may have taken it (RFC 9110, 15.6.5; 524 is Cloudflare's)."""

_LONGEST_WAIT = 3600 * SECOND
_SHOWN = 200


def of_http(response: Response, provider_ref: str = "") -> Verdict:
    """Handed for 2xx; again for 5xx and AGAIN, when the provider says; for good for all else, redirects among it."""
    status = response.status
    if 200 <= status < 300:
        return Verdict(Outcome.HANDED, f"answered {status}", provider_ref)
    if 300 <= status < 400:
        return Verdict(Outcome.FAILED, f"answered {status}, a redirect; redirects are not followed")
    reason = f"answered {status}{_words(response.body)}"
    if status in AGAIN or status >= 500:
        after = retry_after(response.headers, response.at_ns)
        outcome = Outcome.AMBIGUOUS if status in UNSURE else Outcome.RETRY
        return Verdict(outcome, reason, retry_after=after, provider_failed=status >= 500 or status == 429)
    return Verdict(Outcome.FAILED, reason)


def retry_after(headers: Mapping[str, str], now_ns: int) -> int:
    """How long Retry-After asks for, in seconds or as a date (RFC 9110, 10.2.3), an hour at most; 0 where it does not."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(int(told[:9]) * SECOND, _LONGEST_WAIT)
    try:
        at_ns = int(parsedate_to_datetime(told).timestamp()) * SECOND
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0
    return min(max(at_ns - now_ns, 0), _LONGEST_WAIT)


def member(body: bytes, name: str) -> str:
    """A text of a JSON object; "" where there is none."""
    if not body.lstrip().startswith(b"{"):
        return ""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ""
    value = found.get(name) if isinstance(found, dict) else None
    return shortened(value, _SHOWN) if isinstance(value, str) else ""


def _words(body: bytes) -> str:
    """The beginning of what was answered, as one line; pages of HTML say nothing to people."""
    text = shortened(body[:4_000].decode("utf-8", "replace"), _SHOWN)
    return "" if not text or text.startswith("<") else f": {text}"
