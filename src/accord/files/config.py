"""Configuration: the nearest `accord.toml` or `[tool.accord]`, the environment and options; each value knows its origin.

Options win over the environment, the environment over the file, the file over the defaults. Nothing is guessed: an
unknown key or a value of another type is refused, all of a file at once, each with its line. The keys are in `keys.py`.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from accord.files.keys import KEYS, PLATFORM_KEY, SCOPE_KEYS, ConfigRefused, Key, shown, suggestion, typed
from accord.files.listed import Listed, listed_tables, unknown
from accord.files.patterns import ScopeRule, scope_of
from accord.files.platforms import Running, in_environment, in_table, within
from accord.files.toml import Toml, find, read_toml
from accord.files.waivers import Selection, waivers_of, waivers_of_lines
from accord.model.fact import EVERYWHERE, Scope
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.model.waiver import Waiver

if TYPE_CHECKING:
    from accord.files.channels import Channel, Reached
    from accord.files.serving import Serving

_BY_NAME = {key.name: key for key in KEYS}
_LISTED = ("scope", "waiver")
_TABLES = (*dict.fromkeys(key.table for key in (*KEYS, PLATFORM_KEY)), *_LISTED)
_REACHING = ("channels", "people")
_SERVING = ("serve", "heartbeats")
_CONFIG_VARIABLE = "ACCORD_CONFIG"


class Setting(Struct, frozen=True):
    """The value of one key and where it comes from: `accord.toml:3`, `ACCORD_CHECK_FORMAT`, `--format` or `default`.

    `place` is set where it comes from a file.
    """

    key: Key
    value: Any
    origin: str = "default"
    place: Place | None = None


class Include(Struct, frozen=True):
    """One entry of `landscape.include` as typed, the folder that its path starts from, and where it was said."""

    text: str
    folder: str
    place: Place


STDIN_CALLED = "<stdin>"
"""What the file on standard input is called where nobody says."""


class Config(Struct, frozen=True):
    """Every setting with its origin, in the order of the keys; `file` is the file that was read, "" for none.

    `selections` are its waivers, each with the pattern of the files that it is for, `comments` those of its own lines.
    `platforms` are the versions in use that were said, those of an environment or a cluster with their scope.
    `channels` are the ways to reach people, `people` who is reached by which. `serving` is what else the live loop is told.
    `stdin` is what the file on standard input is called.
    """

    settings: tuple[Setting, ...]
    scopes: tuple[ScopeRule, ...] = ()
    file: str = ""
    platforms: tuple[Running, ...] = ()
    selections: tuple[Selection, ...] = ()
    comments: tuple[Waiver, ...] = ()
    channels: "tuple[Channel, ...]" = ()
    people: "tuple[Reached, ...]" = ()
    serving: "Serving | None" = None
    stdin: str = STDIN_CALLED

    def setting(self, name: str) -> Setting:
        """The setting of a key such as `check.format`."""
        return next(setting for setting in self.settings if setting.key.name == name)

    def value(self, name: str) -> Any:
        """The value of a key such as `check.format`."""
        return self.setting(name).value

    @property
    def folder(self) -> str:
        """The folder that the paths and patterns of the file start from."""
        return str(Path(self.file).parent)

    @property
    def baseline(self) -> str:
        """The path of the baseline from here; "" where there is none."""
        setting = self.setting("check.baseline")
        return os.path.normpath(Path(self.folder if setting.place else ".", setting.value)) if setting.value else ""

    @property
    def includes(self) -> tuple[Include, ...]:
        """What `landscape.include` names."""
        setting = self.setting("landscape.include")
        folder = self.folder if setting.place else "."
        place = setting.place or no_file(setting.origin)
        return tuple(Include(text, folder, place) for text in setting.value)

    def with_options(self, **given: Any) -> "Config":
        """The same where options were given, as `with_options(fail_on=("note",))`; None and () are not given.

        Raises ConfigRefused for a value that its key does not take.
        """
        problems: list[Problem] = []
        settings = []
        for setting in self.settings:
            value = given.get(setting.key.word)
            said = value is not None and value != ()
            settings.append(_said(setting, value, setting.key.flag, problems) if said else setting)
        if problems:
            raise ConfigRefused(problems)
        return replace(self, settings=tuple(settings))

    def scope_of(self, path: str) -> Scope:
        """The scope of a file by its path from `folder`, posix separators; of all that match, a later pattern wins."""
        return scope_of(self.scopes, path) if self.scopes else EVERYWHERE


DEFAULTS = Config(tuple(Setting(key, key.default) for key in KEYS))


def load(arguments: Iterable[str] = (), file: str | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration for a check of these arguments; raises ConfigRefused with everything that is wrong.

    `file` is what `--config` names, else ACCORD_CONFIG; else the nearest file from the first argument upward, or from
    the working folder where there is no argument.
    """
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []
    path = file or environ.get(_CONFIG_VARIABLE) or find(next(iter(arguments), "."))
    config = _with_file(DEFAULTS, read_toml(path), problems) if path else DEFAULTS
    config = _with_environment(config, environ, problems)
    if problems:
        raise ConfigRefused(problems)
    return config


def _said(setting: Setting, value: Any, origin: str, problems: list[Problem], place: Place | None = None) -> Setting:
    try:
        return Setting(setting.key, typed(setting.key, value), origin, place)
    except Refused as refusal:
        problems.append(Problem(place or no_file(origin), str(refusal)))
        return setting


def no_file(origin: str) -> Place:
    """The place of what stands in no file: an option, or a variable of the environment; it has no line."""
    return Place("", origin if origin.startswith("-") else f"environment variable {origin}", 0, 0)


def _with_environment(config: Config, environ: Mapping[str, str], problems: list[Problem]) -> Config:
    variables = {setting.key.variable: setting for setting in config.settings}
    ours = tuple(f"ACCORD_{table.upper()}_" for table in _TABLES if table != PLATFORM_KEY.table)
    problems += [
        Problem(no_file(name), f"unknown variable; {suggestion(name, variables)}")
        for name in sorted(environ)
        if name.startswith(ours) and name not in variables
    ]
    settings = [
        _said(setting, environ[name], name, problems) if environ.get(name) else setting
        for name, setting in variables.items()
    ]
    said = in_environment(environ, problems)
    names = {one.platform for one in said}
    kept = tuple(one for one in config.platforms if one.scope or one.platform not in names)
    return replace(config, settings=tuple(settings), platforms=(*kept, *said))


def _with_file(config: Config, toml: Toml, problems: list[Problem]) -> Config:
    found = {setting.key.name: setting for setting in config.settings}
    for table, members in toml.tables.items():
        if table in (*_LISTED, PLATFORM_KEY.table, *_REACHING, *_SERVING):
            continue
        if table not in _TABLES:
            problems.append(unknown(toml, (table,), (*_TABLES, *_REACHING, *_SERVING)))
        elif not isinstance(members, dict):
            problems.append(Problem(toml.place((table,)), f"{table}: expected a table, read {shown(members)}"))
        else:
            _read_table(toml, table, members, found, problems)
    scopes = _scopes(toml, problems)
    everywhere = in_table(toml, (PLATFORM_KEY.table,), toml.tables.get(PLATFORM_KEY.table, {}), problems)
    running = (*everywhere, *(one for rule in scopes for one in rule.running))
    selections = waivers_of(toml, problems)
    reaching = _reaching(toml, problems)
    lines = waivers_of_lines(toml)
    return Config(
        tuple(found.values()), scopes, toml.file, running, selections, lines, *reaching, _serving(toml, problems)
    )


def _reaching(toml: Toml, problems: list[Problem]) -> "tuple[tuple[Channel, ...], tuple[Reached, ...]]":
    if not any(table in toml.tables for table in _REACHING):
        return (), ()
    from accord.files.channels import channels_of, people_of  # a configuration without any does not pay for it

    channels = channels_of(toml, problems)
    return channels, people_of(toml, channels, problems)


def _serving(toml: Toml, problems: list[Problem]) -> "Serving | None":
    if not any(table in toml.tables for table in _SERVING):
        return None
    from accord.files.serving import serving_of

    return serving_of(toml, problems)


def _read_table(
    toml: Toml, table: str, members: dict[str, Any], found: dict[str, Setting], problems: list[Problem]
) -> None:
    for word, value in members.items():
        name = f"{table}.{word}"
        if name not in found:
            problems.append(unknown(toml, (table, word), [key.word for key in KEYS if key.table == table]))
            continue
        place = toml.place((table, word))
        found[name] = _said(found[name], value, f"{toml.file}:{place.line}", problems, place)


def _scopes(toml: Toml, problems: list[Problem]) -> tuple[ScopeRule, ...]:
    rules = (_scope_rule(toml, listed, problems) for listed in listed_tables(toml, "scope", SCOPE_KEYS, problems))
    return tuple(rule for rule in rules if rule)


def _scope_rule(toml: Toml, listed: Listed, problems: list[Problem]) -> ScopeRule | None:
    values = listed.values
    if "path" not in listed.table:
        problems.append(Problem(listed.place, "scope: expected `path`, the files it is for"))
    if "path" not in values:
        return None
    conditions = {word: values[word] for word in ("env", "cluster") if values.get(word)}
    apart = _sorted(conditions)
    conditions |= {f"version:{party}": versions for party, versions in values.get("version", ())}
    running = _running(toml, listed, apart, problems)
    return ScopeRule(values["path"], _sorted(conditions), f"{toml.file}:{listed.place.line}", running)


def _sorted(conditions: Mapping[str, Iterable[str]]) -> Scope:
    return tuple(sorted((name, tuple(sorted(said))) for name, said in conditions.items()))


def _running(toml: Toml, listed: Listed, apart: Scope, problems: list[Problem]) -> tuple[Running, ...]:
    """The versions of platforms in the environment or the cluster that a scope names."""
    word = PLATFORM_KEY.table
    if word not in listed.table:
        return ()
    if not apart:
        problems.append(Problem(listed.places[word], "scope.platforms: expected `env` or `cluster` beside it"))
    return within(in_table(toml, (*listed.path, word), listed.table[word], problems), apart)
