"""Waivers that stand in the configuration, for files that cannot be edited: `[[waiver]]`."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from accord.files.keys import WAIVER_KEYS
from accord.files.listed import Listed, listed_tables
from accord.files.patterns import pattern
from accord.files.toml import Toml
from accord.model.problem import Problem
from accord.model.waiver import File, Waiver


class Selection(Struct, frozen=True):
    """A waiver and the pattern of the files that it is for, "" for all."""

    waiver: Waiver
    path: str

    def over(self, files: "dict[File, str]") -> Waiver:
        """The waiver for those of the files, each with the path that patterns go by, that its pattern matches."""
        if not self.path:
            return self.waiver
        wanted = pattern(self.path)
        return replace(self.waiver, files=frozenset(file for file, path in files.items() if wanted.fullmatch(path)))


def waivers_of(toml: Toml, problems: list[Problem]) -> tuple[Selection, ...]:
    """What the tables `[[waiver]]` select, one for each rule that they name."""
    return tuple(
        selection
        for listed in listed_tables(toml, "waiver", WAIVER_KEYS, problems)
        if _is_complete(listed, problems)
        for selection in _selections(listed)
    )


def waivers_of_lines(toml: Toml) -> tuple[Waiver, ...]:
    """The waivers in the comments of the configuration itself, for what rests on its own lines."""
    if not any("accord:" in line for line in toml.text):
        return ()
    from accord.sources._waivers import waivers_in  # a configuration without any does not pay for it

    return tuple(waivers_in("\n".join(toml.text), toml.place(()), ("#",), quotes="\"'"))


def _is_complete(listed: Listed, problems: list[Problem]) -> bool:
    missing = [word for word in ("rule", "because") if word not in listed.table]
    wanted = [f"`{word}`" for word in missing]
    if not {"path", "subject", "says"} & set(listed.table):
        wanted.append("`path`, `subject` or `says`")
    if wanted:
        problems.append(Problem(listed.place, f"waiver: expected {' and '.join(wanted)}"))
    return not wanted


def _selections(listed: Listed) -> Iterator[Selection]:
    values = listed.values
    place = listed.places["rule"]
    for rule in values.get("rule", ()):
        waiver = Waiver(
            rule,
            place,
            " ".join(values.get("because", "").split()),
            values.get("owner", ""),
            values.get("until"),
            subject=values.get("subject", ""),
            says=values.get("says", ""),
        )
        yield Selection(waiver, values.get("path", ""))
