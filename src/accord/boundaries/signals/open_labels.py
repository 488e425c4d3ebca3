"""What is known of the value of a label: the value itself, or what it must and must not be. Decides matchers over it."""

import re
from functools import lru_cache

from msgspec import Struct

from accord.boundaries.signals.routing import fits
from accord.model.alerting import Matcher

_LISTED = re.compile(r"[\w:,@ -]+(\|[\w:,@ -]+)*", re.ASCII)
_SPARE = ("", "other", "something-else")
_ASKS = {"=": "=", "!=": "=", "=~": "=~", "!~": "=~"}
"""For each operator the one that asks for the same without denying it."""


class Open(Struct, frozen=True):
    """A value that is worked out when an alert fires: one of `among` unless that is None, what `must` asks for, not what `never` does.

    The matchers of `must` and `never` have the operators = and =~.
    """

    among: tuple[str, ...] | None = None
    must: tuple[Matcher, ...] = ()
    never: tuple[Matcher, ...] = ()

    def allows(self, value: str) -> bool:
        """Whether it can be this value."""
        if self.among is not None and value not in self.among:
            return False
        return all(_fits(asked, value) for asked in self.must) and not any(_fits(asked, value) for asked in self.never)

    @property
    def example(self) -> str | None:
        """A value that it can have, none at all ("") if possible; None where none is found."""
        return next((value for value in (*_SPARE, *(self.among or ())) if self.allows(value)), None)


Value = str | Open
Labels = dict[str, Value]
"""What is known of each label; one that is not there is not set."""


def decides(matcher: Matcher, labels: Labels) -> bool | None:
    """Whether the labels match; None where that hangs on a value that is open."""
    value = labels.get(matcher.label, "")
    asked = _asked(matcher)
    found = _fits(asked, value) if isinstance(value, str) else _open_fits(asked, value)
    return None if found is None else found is (asked.operator == matcher.operator)


def supposing(matcher: Matcher, labels: Labels, matched: bool) -> Labels:
    """The labels, where an open value is such that the matcher matches, or does not."""
    value, asked = labels[matcher.label], _asked(matcher)
    assert isinstance(value, Open)
    among = listed(asked)
    if matched is not (asked.operator == matcher.operator):
        value = Open(value.among, value.must, (*value.never, asked))
    elif among is not None:
        value = Open(tuple(each for each in among if value.allows(each)))
    else:
        value = Open(value.among, (*value.must, asked), value.never)
    if value.among is not None:
        value = Open(tuple(each for each in value.among if value.allows(each)))
    return {**labels, matcher.label: value}


def _open_fits(asked: Matcher, value: Open) -> bool | None:
    """Whether an open value is what is asked for; None where it may be or not."""
    if asked in value.never:
        return False
    if asked in value.must or (asked.operator == "=~" and asked.value == ".*"):
        return True
    among = value.among if value.among is not None else listed(asked)
    possible = None if among is None else [each for each in among if value.allows(each)]
    if possible is not None and not any(_fits(asked, each) for each in possible):
        return False
    return True if value.among is not None and all(_fits(asked, each) for each in possible or ()) else None


def _asked(matcher: Matcher) -> Matcher:
    operator = _ASKS[matcher.operator]
    return matcher if operator == matcher.operator else Matcher(matcher.label, operator, matcher.value)


def _fits(asked: Matcher, value: str) -> bool:
    return asked.value == value if asked.operator == "=" else fits(asked.value, value)


@lru_cache(maxsize=4096)
def listed(asked: Matcher) -> tuple[str, ...] | None:
    """The values that are asked for where they are listed (`a`, `a|b`, `(a|b)`); None for any other pattern."""
    if asked.operator == "=":
        return (asked.value,)
    pattern = asked.value[1:-1] if asked.value[:1] + asked.value[-1:] == "()" else asked.value
    return tuple(pattern.split("|")) if _LISTED.fullmatch(pattern) else None
