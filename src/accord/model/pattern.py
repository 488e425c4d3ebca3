"""Patterns as Go programs read them: RE2, anchored at both ends, in linear time."""

from functools import lru_cache
from typing import Any

from accord.model.problem import Refused


@lru_cache(maxsize=8192)
def compiled(pattern: str) -> Any:
    """The compiled pattern; its `fullmatch` says whether a whole text matches. Raises Refused where it is none."""
    import re2  # type: ignore[import-untyped]  # imported late: most repositories route no alerts

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"^(?:{pattern})$", options)
    except (re2.error, UnicodeError) as error:
        raise Refused(f"expected a regular expression of RE2, read {pattern[:64]!r}: {_reason(error)}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches the pattern, which `compiled` took."""
    return compiled(pattern).fullmatch(text) is not None


def _reason(error: Exception) -> str:
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
