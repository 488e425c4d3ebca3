"""Reads the packs of defaults that come with Accord, and says which of them decide for a version, known or not."""

import re
from collections.abc import Iterator, Set
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import Any

from msgspec import Struct

from accord.model.amount import parse_amount, parse_count
from accord.model.duration import parse_duration
from accord.model.fact import Layer
from accord.model.nothing import NONE
from accord.model.terms import term_of

_VERSION = re.compile(r"v?\d+(\.\d+)*([-+][\w.+-]*)?", re.ASCII)


class Default(Struct, frozen=True):
    """What one platform does for the versions `since` to `until` (both included; empty is every later one).

    `beside` is a term, or `term=value`: the default holds only where that is stated too, as a number of retries where there is a policy.
    """

    platform: str
    layer: Layer
    term: str
    value: Any
    text: str
    since: str
    until: str
    source: str
    seen: date
    beside: str = ""

    @property
    def versions(self) -> str:
        """The range in words: `1.1 and later`, `1.6 to 1.23`."""
        if not self.until:
            return f"{self.since} and later"
        return self.since if self.since == self.until else f"{self.since} to {self.until}"

    def covers(self, version: str) -> bool:
        """Whether it holds for this version."""
        return _key(self.since) <= _key(version) and (not self.until or _key(version) <= _key(self.until))


class Pack(Struct, frozen=True, dict=True):
    """The defaults of one platform, the versions they were read for, which API version each first accepts, and the
    repository that the paths of their sources begin in.

    A platform that accepts objects of an API, such as a mesh, carries calls; the others are programs by themselves.
    """

    platform: str
    known: tuple[str, ...]
    accepts: dict[str, str]
    defaults: tuple[Default, ...]
    repository: str = ""

    def beyond(self, version: str) -> str:
        """`older` or `newer` where this version lies outside of those that were read, else "".

        A pack that knows one version does not tell versions apart.
        """
        read = self._read
        if len(read) < 2 or not version:
            return ""
        return "older" if _key(version) < read[0] else "newer" if _key(version) > read[-1] else ""

    @cached_property
    def _read(self) -> list[tuple[int, ...]]:
        return sorted(_key(known) for known in self.known if known[:1].isdigit())

    @cached_property
    def range(self) -> str:
        """The versions that were read, in words: `1.0 to 1.30`, `1.9 and later` where all are one, "" for a service without."""
        first, last = min(self.known, key=_key), max(self.known, key=_key)
        if first == last:
            return f"{first} and later" if "." in first else ""
        return f"{first} to {last}"

    def deciding(self, version: str = "", at_least: str = "") -> tuple[Default, ...]:
        """Per term, and what it stands beside, the default that holds for `version`, or, where it is unknown, for all known ones from `at_least` on.

        Of a list of words those that all these versions share hold.
        """
        known = self._answers.get((version, at_least))
        if known is None:
            known = self._answers[version, at_least] = tuple(self._deciding(version, at_least))
        return known

    def since_without(self, term: str, words: Set[str], from_version: str) -> str:
        """The first version from which on no default of a term has any of these words, where one of those before, from `from_version` on, has.

        Else "". Of `1.0 and later` the first version counts.
        """
        listing = [
            each for each in self.defaults if each.term == term and each.value is not NONE and words & {*each.value}
        ]
        begin = _key(from_version.partition(" ")[0])
        newer = [known for known in self.known if begin <= _key(known)]
        last = max((at for at, known in enumerate(newer, 1) if any(each.covers(known) for each in listing)), default=0)
        return newer[last] if 0 < last < len(newer) else ""

    @cached_property
    def _answers(self) -> dict[tuple[str, str], tuple[Default, ...]]:
        return {}

    def _deciding(self, version: str, at_least: str) -> Iterator[Default]:
        wanted = (
            [version] if version else [known for known in self.known if not at_least or _key(at_least) <= _key(known)]
        )
        for known in dict.fromkeys((default.term, default.beside) for default in self.defaults):
            same = [default for default in self.defaults if (default.term, default.beside) == known]
            decided = _decided(same, wanted or [at_least])
            if decided is not None:
                yield decided


def _decided(defaults: list[Default], versions: list[str]) -> Default | None:
    chosen = [next((default for default in defaults if default.covers(version)), None) for version in versions]
    found = [default for default in dict.fromkeys(chosen) if default is not None]
    if None in chosen or not found:
        return None
    if len(found) == 1 or all(default.value == found[0].value for default in found):
        return found[0]
    if not all(isinstance(default.value, tuple) for default in found):
        return None
    shared = tuple(word for word in found[-1].value if all(word in default.value for default in found))
    last = found[-1]
    return (
        Default(
            last.platform,
            last.layer,
            last.term,
            shared,
            ", ".join(shared),
            versions[0],
            "",
            last.source,
            last.seen,
            last.beside,
        )
        if shared
        else None
    )


@cache
def pack(platform: str) -> Pack:
    """The pack of a platform, such as `istio`."""
    import tomllib  # imported late, like files: a check without manifests needs neither
    from importlib.resources import files

    text = files(__package__).joinpath(f"{platform}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    defaults = tuple(_default(data, entry) for entry in data["default"])
    return Pack(
        data["platform"], tuple(data["known"]), dict(data.get("accepts", {})), defaults, data.get("repository", "")
    )


@cache
def deciding(platform: str, term: str, version: str = "") -> Default | None:
    """What a platform does about one term, in this version or, where it is empty, in all that are known."""
    return next((default for default in pack(platform).deciding(version) if default.term == term), None)


@cache
def platforms() -> tuple[str, ...]:
    """The name of every platform there is a pack of, in order."""
    from importlib.resources import files

    names = (entry.name for entry in files(__package__).iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def is_version(text: str) -> bool:
    """Whether a text is a version such as 1.23, v2.53.1 or 1.24-rc.0."""
    return _VERSION.fullmatch(text) is not None


def packs() -> tuple[Pack, ...]:
    """Every pack there is, in order of name."""
    return tuple(pack(name) for name in platforms())


def _default(data: dict[str, Any], entry: dict[str, Any]) -> Default:
    return Default(
        platform=data["platform"],
        layer=Layer(entry.get("layer", data["layer"])),
        term=entry["term"],
        value=_value(entry["term"], entry["value"]),
        text=entry.get("text", entry["value"]),
        since=entry["since"],
        until=entry.get("until", ""),
        source=entry["source"],
        seen=entry["seen"],
        beside=entry.get("beside", ""),
    )


def _value(term: str, text: str) -> Any:
    if text == "none":
        return NONE
    known = term_of(term)
    if known is not None and known.domain == "duration":
        return parse_duration(text)
    if known is not None and known.domain == "count":
        return parse_count(text)
    if known is not None and known.domain == "word":
        return text
    if known is not None and known.domain in ("number", "scaled number"):
        return int(text) if text.isdigit() else text
    if known is not None and known.domain == "amount":
        return parse_amount(text)
    if known is not None and known.domain == "word":
        return text
    return tuple(word.strip() for word in text.split(","))


@lru_cache(maxsize=4096)
def _key(version: str) -> tuple[int, ...]:
    """Versions compare by their first two numbers: 1.9 is before 1.10, and 1.24.3 is 1.24."""
    numbers = [int(part) if part.isdigit() else 0 for part in version.removeprefix("v").split(".")[:2]]
    return tuple(numbers)
