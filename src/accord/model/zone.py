"""Time zones by their IANA name. Abbreviations and offsets are refused: they do not say when the clock changes."""

from datetime import UTC, tzinfo
from difflib import get_close_matches
from functools import lru_cache

from accord.model.problem import Refused

_EXPECTED = "a zone such as Europe/Berlin or UTC"
_MEANT = {
    "Z": "UTC",
    "ZULU": "UTC",
    "UCT": "UTC",
    "GMT": "Europe/London",
    "BST": "Europe/London",
    "GB": "Europe/London",
    "WET": "Europe/Lisbon",
    "WEST": "Europe/Lisbon",
    "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin",
    "MET": "Europe/Berlin",
    "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "EST5EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "CT": "America/Chicago",
    "CST6CDT": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "MT": "America/Denver",
    "MST7MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "PT": "America/Los_Angeles",
    "PST8PDT": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
    "SGT": "Asia/Singapore",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland",
}
_NOT_AREAS = ("Etc", "posix", "right", "SystemV")


@lru_cache(maxsize=256)
def parse_zone(text: str) -> str:
    """The name itself where it is an IANA name or UTC.

    Raises Refused for abbreviations (CET, EST), offsets (+02:00, Etc/GMT+5) and names nobody knows.
    """
    if text == "UTC":
        return text
    area, slash, _ = text.partition("/")
    if not slash or area in _NOT_AREAS or len(text) > 64 or not _is_known(text):
        raise Refused(_refusal(text))
    return text


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """The rules of a zone that `parse_zone` took."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # imported late: most repositories state no hours

    return ZoneInfo(name)


def _is_known(name: str) -> bool:
    try:
        zone_named(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _refusal(text: str) -> str:
    shown = repr(text[:64])
    area, slash, city = text.partition("/")
    if text.upper() in _MEANT:
        kind = "" if text.upper() in ("Z", "ZULU", "UCT", "GB") else ", an abbreviation"
        return f"expected {_EXPECTED}, read {shown}{kind}; did you mean {_MEANT[text.upper()]!r}?"
    if text.upper() == "UTC" or (area in _NOT_AREAS and city.upper() in ("UTC", "UCT", "ZULU", "GMT")):
        return f"expected {_EXPECTED}, read {shown}; did you mean 'UTC'?"
    if text[:1] in ("+", "-") or text[:3].upper() in ("UTC", "GMT") or (area == "Etc" and slash):
        return f"expected {_EXPECTED}, read the offset {shown}, which does not say when the clock changes"
    close = _close_to(text[:64])
    return f"expected {_EXPECTED}, read {shown}" + (f"; did you mean {close!r}?" if close else "")


def _close_to(text: str) -> str:
    from zoneinfo import available_timezones

    known = {
        name.lower(): name for name in available_timezones() if "/" in name and name.partition("/")[0] not in _NOT_AREAS
    }
    cities = {name.rpartition("/")[2]: known[name] for name in sorted(known)}
    wanted = text.lower().replace(" ", "_")
    for names in (known, cities):
        found = get_close_matches(wanted, names, n=1, cutoff=0.75)
        if found:
            return names[found[0]]
    return ""
