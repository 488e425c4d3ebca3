"""Names that look alike. Likeness never joins two names; it only forbids to say that they are different."""

import re

_SEPARATORS = re.compile(r"[-_./:]+|(?<=[a-z])(?=[A-Z])")
_VERSION = r"v?\d+(?:\.\d+)*"
_ENVIRONMENT = r"prod|production|prd|live|staging|stage|stg|dev|development|test|qa|uat|sandbox|preview"
_ROLL_OUT = r"canary|stable|primary|blue|green|baseline|shadow|headless"
_DECORATION = re.compile(f"{_VERSION}|{_ENVIRONMENT}|{_ROLL_OUT}")
_CARRIED = re.compile(f"{_VERSION}|{_ROLL_OUT}")


def look_alike(one: str, other: str) -> bool:
    """Whether two names differ only in case, separators, version, environment or roll-out, or one extends the other."""
    first, second = _segments(one), _segments(other)
    if first == second or "".join(first) == "".join(second):
        return True
    bare = [segment for segment in first if not _DECORATION.fullmatch(segment)]
    if bare and bare == [segment for segment in second if not _DECORATION.fullmatch(segment)]:
        return True
    shorter, longer = sorted((first, second), key=len)
    return bool(shorter) and (longer[: len(shorter)] == shorter or longer[-len(shorter) :] == shorter)


def carries_name(workload: str, service: str) -> bool:
    """Whether a workload is named as its Service, give or take a version or a roll-out: `reviews-v1` for `reviews`."""
    first, second = _segments(workload), _segments(service)
    return [word for word in first if not _CARRIED.fullmatch(word)] == [
        word for word in second if not _CARRIED.fullmatch(word)
    ]


def _segments(name: str) -> list[str]:
    return [segment.lower() for segment in _SEPARATORS.split(name) if segment]
