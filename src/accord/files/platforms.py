"""The versions of the platforms in use: `[platforms]`, a `[[scope]]`, or variables; each arrives as a fact with its line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from accord.boundaries.join.vocabulary import CONFIGURATION
from accord.defaults.reader import is_version, platforms
from accord.files.keys import PLATFORM_KEY, shown, suggestion
from accord.files.toml import Keys, Toml
from accord.model.fact import EVERYWHERE, PARTY, Fact, Layer, Scope, Stance
from accord.model.place import Place
from accord.model.problem import Problem

_EXPECTED = 'expected a version in quotes such as "1.23", read'


class Running(Struct, frozen=True):
    """The version of one platform, where it was said, and the environment or cluster that it holds for."""

    platform: str
    version: str
    origin: str
    place: Place
    scope: Scope = EVERYWHERE

    @property
    def name(self) -> str:
        """Its key: `platforms.istio`."""
        return f"{PLATFORM_KEY.table}.{self.platform}"


def in_table(toml: Toml, path: Keys, table: Any, problems: list[Problem]) -> tuple[Running, ...]:
    """What one table of the file says, such as `{istio = "1.23"}`; what is wrong with it joins the problems."""
    if not isinstance(table, dict):
        problems.append(
            Problem(toml.place(path), f'platforms: expected a table such as {{istio = "1.23"}}, read {shown(table)}')
        )
        return ()
    found = []
    for name, version in table.items():
        place = toml.place((*path, name))
        refusal = _refusal(name, version)
        if refusal:
            problems.append(Problem(place, refusal))
        else:
            found.append(Running(name, version, f"{toml.file}:{place.line}", place))
    return tuple(found)


def in_environment(environ: Mapping[str, str], problems: list[Problem]) -> tuple[Running, ...]:
    """What variables such as ACCORD_PLATFORMS_ISTIO say."""
    names = {_variable(name): name for name in platforms()}
    found = []
    for variable in sorted(name for name in environ if name.startswith(_variable(""))):
        place = Place("", f"environment variable {variable}", 0, 0)
        if variable not in names:
            problems.append(Problem(place, f"unknown variable; {suggestion(variable, names)}"))
        elif refusal := environ[variable] and _refusal(names[variable], environ[variable]):
            problems.append(Problem(place, refusal))
        elif environ[variable]:
            found.append(Running(names[variable], environ[variable], variable, place))
    return tuple(found)


def within(found: Iterable[Running], scope: Scope) -> tuple[Running, ...]:
    """The same, for an environment or a cluster."""
    return tuple(replace(one, scope=scope) for one in found)


def stated(found: Iterable[Running]) -> Iterator[Fact]:
    """A fact of each."""
    for one in found:
        says, what = CONFIGURATION, (one.name, one.version, one.version)
        yield Fact(says, Stance.PROMISES, "", says, PARTY, *what, one.place, Layer.PEOPLE, one.scope, "configuration")


def _variable(platform: str) -> str:
    return f"ACCORD_PLATFORMS_{platform}".replace("-", "_").upper()


def _refusal(name: str, version: Any) -> str:
    if name not in platforms():
        return f"unknown platform {name!r}; {suggestion(name, platforms())} accord defaults lists them"
    if not isinstance(version, str) or not is_version(version):
        return f"platforms.{name}: {_EXPECTED} {shown(version)}"
    return ""
