"""What can be typed is documented: every command, option, configuration key, variable, verdict, exit code and rule."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from accord import cli
from accord.cli import check
from accord.cli._pages import page, rule_ids
from accord.cli._program import program
from accord.files.keys import KEYS, PLATFORM_KEY, SCOPE_KEYS, WAIVER_KEYS
from accord.model.finding import Severity, Verdict
from accord.report._output_schema import output_schema
from accord.sources.contract_keys import ASSUME_KEYS, PARTY_KEYS, PROMISE_KEYS

DOCS = Path(__file__).parents[1] / "docs"
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
LANGUAGE = DOCS / "language.md"


def commands() -> Iterator[tuple[str, click.Command]]:
    with program.make_context("accord", [], resilient_parsing=True) as context:
        for name in program.list_commands(context):
            yield name, importlib.import_module(f"{cli.__name__}.{name.replace('-', '_')}").command


def section(name: str) -> str:
    """What the docs say of one command, up to the next of its level."""
    return re.split(r"^## ", COMMANDS.partition(f"## accord {name}\n")[2], flags=re.MULTILINE)[0]


def parameters(command: click.Command) -> Iterator[click.Parameter]:
    """Those of a command and of the commands in it."""
    yield from command.params
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        yield from parameters(inner)


def options() -> list[object]:
    named = {
        (name, option)
        for name, command in commands()
        for parameter in parameters(command)
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    return [pytest.param(name, option, id=f"{name} {option}") for name, option in sorted(named)]


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_has_a_section(name: str) -> None:
    assert section(name)
    assert f"    accord {name} " in COMMANDS.partition("## ")[0]


@pytest.mark.parametrize(("name", "option"), options())
def test_every_option_is_in_the_section_of_its_command(name: str, option: str) -> None:
    assert re.search(rf"`{re.escape(option)}\b", section(name))


def test_no_option_is_documented_that_does_not_exist() -> None:
    known = {option for _, command in commands() for parameter in parameters(command) for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z-]+)", COMMANDS + CONFIGURATION)) <= known | {"--help", "--version"}


def test_every_exit_code_verdict_and_severity_is_documented() -> None:
    for code in (check.CLEAN, check.FOUND, check.UNREADABLE, check.NOTHING):
        assert f"\n| {code} | " in section("check")
    for word in (*Verdict, *Severity):
        assert not word or word is Verdict.COMPATIBLE or f"`{word}`" in section("check")


def test_every_key_of_the_json_is_documented() -> None:
    keys = {key for shape in output_schema()["$defs"].values() for key in shape["properties"]}
    assert {key for key in keys if f"`{key}`" not in section("check")} <= {str(verdict) for verdict in Verdict}


@pytest.mark.parametrize("key", [*KEYS, PLATFORM_KEY, *SCOPE_KEYS, *WAIVER_KEYS], ids=lambda key: key.name)
def test_every_configuration_key_is_documented(key: object) -> None:
    assert f"| `{key.name}` | " in CONFIGURATION  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", [*KEYS, PLATFORM_KEY], ids=lambda key: key.variable)
def test_every_variable_is_documented(key: object) -> None:
    assert f"`{key.variable}`" in CONFIGURATION  # type: ignore[attr-defined]


@pytest.mark.parametrize("id_", list(rule_ids()))
def test_every_rule_has_a_page_with_a_title_and_a_text(id_: str) -> None:
    title, _, rest = page(rule_ids()[id_]).strip().partition("\n")
    assert title.endswith(".") and title[0].isupper()
    assert rest.strip() and not rest.strip().startswith("#")


@pytest.mark.parametrize("name", sorted({*PARTY_KEYS, *PROMISE_KEYS, *ASSUME_KEYS}))
def test_every_word_of_the_contract_language_is_documented(name: str) -> None:
    assert f"`{name}`" in LANGUAGE.read_text(encoding="utf-8")


def test_the_picture_shows_what_the_program_shows() -> None:
    """Draw it anew with `python docs/picture.py`, and look at it."""
    specification = importlib.util.spec_from_file_location("picture", DOCS / "picture.py")
    assert specification is not None and specification.loader is not None
    drawer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(drawer)
    assert drawer.PICTURE.read_text(encoding="utf-8") == drawer.picture(drawer.shown())
