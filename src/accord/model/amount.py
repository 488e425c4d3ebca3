"""Quantities other than durations: shares, sizes, rates, counts, sets of words and growing levels."""

import re
from datetime import date
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from accord.model.duration import NANOSECONDS, parse_duration
from accord.model.problem import Refused

_POWERS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15}
_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50}
SIZES = {**_POWERS, **_BINARY}
_MEANT_SIZES = {
    spelling: pair
    for pair in zip(("kB", "MB", "GB", "TB", "PB"), _BINARY, strict=True)
    for spelling in (pair[0].upper(), pair[1].upper())
} | {"K": ("kB", "KiB")}
_NUMBER = re.compile(r"\d{1,18}(?:\.\d{1,9})?", re.ASCII)
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)\s?([A-Za-z]+)", re.ASCII)
_RATE = re.compile(r"([^/]+)/([^/ ]+)( each)?")


class Amount(Struct, frozen=True):
    """A number with its dimension (count, bytes, duration, count/ns, bytes/ns); `each` means per caller."""

    dimension: str
    value: Fraction
    each: bool = False


class Words(Struct, frozen=True):
    """A set of words, such as the currencies one side can take."""

    words: frozenset[str]


class Growth(Struct, frozen=True):
    """A level that grows: `now` at the date `as_of`, by `grows` per nanosecond, never above `largest`.

    `unbounded` is set where the side says that it promises no largest level.
    """

    now: Amount | None
    largest: Amount | None
    as_of: date | None
    grows: Amount | None
    unbounded: bool = False


@lru_cache(maxsize=2048)
def parse_percent(text: str) -> Fraction:
    """The share that a text such as 99.9% means, between 0 and 1."""
    number = text[:-1] if text.endswith("%") else ""
    if not _NUMBER.fullmatch(number):
        raise Refused(f"expected a percentage such as 99.9%, read {text!r}")
    share = Fraction(number) / 100
    if share > 1:
        raise Refused(f"expected at most 100%, read {text!r}")
    return share


@lru_cache(maxsize=2048)
def parse_count(text: str) -> int:
    """A whole number of at least 1, as `attempts` and the like need it."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18) or int(text) < 1:
        raise Refused(f"expected a whole number of at least 1, read {text!r}")
    return int(text)


@lru_cache(maxsize=2048)
def parse_size(text: str) -> Amount:
    """A size such as 256KiB or 2TB, in bytes."""
    match = _SIZE.fullmatch(text)
    meant = _MEANT_SIZES.get(match[2].upper()) if match and match[2] not in SIZES else None
    if match and meant:
        raise Refused(f"expected {match[1]}{meant[0]} (of 1000) or {match[1]}{meant[1]} (of 1024), read {text!r}")
    if not match or match[2] not in SIZES:
        raise Refused(f"expected a size such as 64KiB or 2GB ({' '.join(SIZES)}), read {text!r}")
    return Amount("bytes", Fraction(match[1]) * SIZES[match[2]])


@lru_cache(maxsize=2048)
def parse_rate(text: str) -> Amount:
    """A rate such as 300/s, 2/12h or `100/min each`, per nanosecond."""
    match = _RATE.fullmatch(text)
    if not match:
        raise Refused(f"expected a rate such as 300/s or `100/min each`, read {text!r}")
    number = match[1]
    amount = Amount("count", Fraction(number)) if _NUMBER.fullmatch(number) else parse_size(number)
    per = _SPELLED_UNITS.get(match[2]) or parse_duration(match[2])
    if not per:
        raise Refused(f"expected a rate over some time, read {text!r}")
    return Amount(f"{amount.dimension}/ns", amount.value / per, bool(match[3]))


_SPELLED_UNITS = {**NANOSECONDS, "min": NANOSECONDS["m"]}


@lru_cache(maxsize=2048)
def parse_amount(text: str) -> Amount | Words:
    """Any bound of `accepts` and `sends`: a count, size, duration or rate; a word that is no number is a set of one."""
    if _NUMBER.fullmatch(text):
        return Amount("count", Fraction(text))
    if "/" in text:
        return parse_rate(text)
    if _NUMBER.fullmatch(text.removesuffix(" each")):
        return Amount("count", Fraction(text.removesuffix(" each")), each=True)
    if text[:1].isdigit():
        return _size_or_duration(text)
    return Words(frozenset((text,)))


def _size_or_duration(text: str) -> Amount:
    size = _SIZE.fullmatch(text)
    if size and size[2] not in SIZES and size[2].upper() in _MEANT_SIZES:
        return parse_size(text)
    for parser in (parse_size, _parse_span):
        try:
            return parser(text)
        except Refused:
            continue
    raise Refused(f"expected a count, size, duration, rate or word, read {text!r}")


def _parse_span(text: str) -> Amount:
    return Amount("duration", Fraction(parse_duration(text)))


def parse_date(text: str) -> date:
    """A calendar day, YYYY-MM-DD."""
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"expected a date such as 2027-03-31, read {text!r}") from None
