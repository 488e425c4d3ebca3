"""Configuration: which value wins, where it comes from, and what is refused at which line."""

import os
from datetime import date
from pathlib import Path

import pytest

from accord.files.config import DEFAULTS, Config, load
from accord.files.keys import KEYS, PLATFORM_KEY, SCOPE_KEYS, TYPES, ConfigRefused, said_at
from accord.files.patterns import pattern
from accord.files.vocabulary import stated
from accord.model.place import Place

FULL = """\
# what the checks of this repository need
[check]
fail_on = ["mismatch",
           "note"]
questions = true
as_of = 2027-01-02

[landscape]
include = [
  "../other",  # the other side
  "git+https://example.org/payments@v1.2#contracts",
]

[[scope]]
path = "overlays/staging/**"
env = "staging"
version = {payments = "2.10"}

[[scope]]
path = "*.yaml"
cluster = ["b", "a"]
[vocabulary]
owner = ["crew"]
"""


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(file: str, text: str) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(text, encoding="utf-8")


def shown(config: Config) -> dict[str, tuple[object, str]]:
    return {setting.key.name: (setting.value, setting.origin) for setting in config.settings}


def refusals(**given: object) -> list[str]:
    with pytest.raises(ConfigRefused) as caught:
        load(environ=given.pop("environ", {}), **given)  # type: ignore[arg-type]
    return [
        f"{problem.place} {problem.reason}" if problem.place.line else f"{said_at(problem)}: {problem.reason}"
        for problem in caught.value.problems
    ]


def test_without_a_file_everything_is_default() -> None:
    config = load(environ={})
    assert config == DEFAULTS
    assert all(origin == "default" for _, origin in shown(config).values())
    assert config.scope_of("a/b.yaml") == ()


def test_every_value_has_its_line() -> None:
    write("accord.toml", FULL)
    config = load(environ={})
    assert shown(config) == {
        "check.fail_on": (("mismatch", "note"), "accord.toml:3"),
        "check.format": ("text", "default"),
        "check.questions": (True, "accord.toml:5"),
        "check.rules": ((), "default"),
        "check.as_of": (date(2027, 1, 2), "accord.toml:6"),
        "check.baseline": (None, "default"),
        "landscape.include": (("../other", "git+https://example.org/payments@v1.2#contracts"), "accord.toml:9"),
        "vocabulary.owner": (("crew",), "accord.toml:23"),
        **{
            key.name: (key.default, "default")
            for key in KEYS
            if key.table in ("vocabulary", "receivers", "runbooks", "telemetry") and key.word != "owner"
        },
    }
    assert [include.place for include in config.includes] == [Place(".", "accord.toml", 9, 1)] * 2
    assert [rule.origin for rule in config.scopes] == ["accord.toml:14", "accord.toml:19"]


def test_paths_give_scopes() -> None:
    write("accord.toml", FULL)
    config = load(environ={})
    assert config.scope_of("overlays/staging/deep/a.yaml") == (("env", ("staging",)), ("version:payments", ("2.10",)))
    assert config.scope_of("a.yaml") == (("cluster", ("a", "b")),)
    assert config.scope_of("other/a.yaml") == ()


def test_a_later_scope_wins_for_its_dimension() -> None:
    write("accord.toml", '[[scope]]\npath = "**"\nenv = "a"\ncluster = "c"\n[[scope]]\npath = "b/"\nenv = "b"\n')
    assert load(environ={}).scope_of("b/x.yaml") == (("cluster", ("c",)), ("env", ("b",)))


@pytest.mark.parametrize(
    ("text", "matches", "others"),
    [
        ("a/*.yaml", ["a/b.yaml", "a/.yaml"], ["a/b/c.yaml", "b.yaml", "a/b.yml"]),
        ("**/a.yaml", ["a.yaml", "b/a.yaml", "b/c/a.yaml"], ["ba.yaml", "b/ba.yaml"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a/c"]),
        ("./a/", ["a/b", "a/b/c"], ["a"]),
        ("a?[bc][!d].y", ["axbe.y"], ["axbd.y", "a/be.y", "axb/.y"]),
        ("a.b+(c)|[", ["a.b+(c)|["], ["aXb+(c)|["]),
        ("../x/**", ["../x/a.yaml"], ["x/a.yaml"]),
    ],
)
def test_patterns(text: str, matches: list[str], others: list[str]) -> None:
    assert [path for path in (*matches, *others) if pattern(text).fullmatch(path)] == matches


def test_the_nearest_file_from_the_first_argument_upward_wins() -> None:
    write("accord.toml", "[check]\nquestions = true\n")
    write("a/accord.toml", "[check]\nquestions = false\n")
    write("a/b/c.yaml", "")
    write("d/e.yaml", "")
    assert load(["a/b/c.yaml", "d"], environ={}).file == "a/accord.toml"
    assert load(["d/e.yaml"], environ={}).file == "accord.toml"
    assert load(["nowhere/at/all"], environ={}).file == "accord.toml"
    os.chdir("a/b")
    assert load(environ={}).file == "../accord.toml"
    assert load(file="../../accord.toml", environ={}).value("check.questions") is True
    assert load(environ={"ACCORD_CONFIG": "../../accord.toml"}).value("check.questions") is True


def test_a_shared_file_counts_where_it_speaks_to_this_program() -> None:
    write("pyproject.toml", '[project]\nname = """\n[tool.accord]\n"""\n[tool.accord]\ncheck = {format = "json"}\n[tool.accord.landscape]\ninclude = "x"\n[[tool.accord.scope]]\npath = "a"\nenv = "b"\n')  # fmt: skip
    write("a/pyproject.toml", '[project]\nname = "accord"\n')
    write("a/b/pyproject.toml", "accord = [")
    config = load(["a/b"], environ={})
    assert shown(config)["check.format"] == ("json", "pyproject.toml:6")
    assert shown(config)["landscape.include"] == (("x",), "pyproject.toml:8")
    assert config.scope_of("a") == (("env", ("b",)),)
    write("accord.toml", "")
    assert load(environ={}).file == "accord.toml"


def test_options_win_over_the_environment_and_that_over_the_file() -> None:
    write("accord.toml", FULL)
    config = load(
        environ={"ACCORD_CHECK_QUESTIONS": "no", "ACCORD_CHECK_FAIL_ON": "breach, note", "ACCORD_CHECK_FORMAT": ""}
    )
    assert shown(config)["check.questions"] == (False, "ACCORD_CHECK_QUESTIONS")
    assert shown(config)["check.fail_on"] == (("breach", "note"), "ACCORD_CHECK_FAIL_ON")
    assert shown(config)["check.format"] == ("text", "default")
    config = config.with_options(fail_on=("none",), as_of="2028-02-03", rules=(), format=None)
    assert shown(config)["check.fail_on"] == ((), "--fail-on")
    assert shown(config)["check.as_of"] == (date(2028, 2, 3), "--as-of")
    assert shown(config)["check.rules"] == ((), "default")
    with pytest.raises(ConfigRefused, match="unknown verdict 'mismach'; did you mean 'mismatch'"):
        config.with_options(fail_on=("mismach",))


def test_everything_wrong_is_said_at_once() -> None:
    write(
        "accord.toml",
        '[chek]\n[check]\nfail_on = "mismatch,nte"\nquestions = "maybe"\nfromat = "x"\nrules = [1]\n'
        'as_of = 2024-01-01T00:00:00Z\nformat = "jsn"\n[[scope]]\npaht = "x"\n[[scope]]\npath = "x"\nenv = 5\n'
        "version = {a = 2.10}\n",
    )
    assert refusals(environ={"ACCORD_CHECK_FAILON": "x", "ACCORD_OTHER": "y"}) == [
        "accord.toml:1:2 unknown key 'chek'; did you mean 'check'?",
        "accord.toml:3:1 check.fail_on: unknown verdict 'nte'; did you mean 'note'?",
        "accord.toml:4:1 check.questions: expected true or false, read 'maybe'",
        "accord.toml:5:1 unknown key 'fromat'; did you mean 'format'?",
        "accord.toml:6:1 check.rules: expected a text or a list of texts, read [1]",
        "accord.toml:7:1 check.as_of: expected a date such as 2027-03-31, read 2024-01-01 00:00:00+00:00",
        "accord.toml:8:1 check.format: unknown format 'jsn'; did you mean 'json'?",
        "accord.toml:10:1 unknown key 'paht'; did you mean 'path'?",
        "accord.toml:9:1 scope: expected `path`, the files it is for",
        "accord.toml:13:1 scope.env: expected a text or a list of texts, read 5",
        'accord.toml:14:1 scope.version: a: expected a text in quotes such as "2.10", read 2.1',
        "environment variable ACCORD_CHECK_FAILON: unknown variable; did you mean 'ACCORD_CHECK_FAIL_ON'?",
    ]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("a = \n", "accord.toml:1:5 not TOML: invalid value"),
        ("x = 1\nx = 2\n", "accord.toml:2:6 not TOML: cannot overwrite a value"),
        ('[check]\nformat = """\n\n', "accord.toml:2:1 not TOML: unterminated string"),
        ("check = 1\n", "accord.toml:1:1 check: expected a table, read 1"),
        ("scope = 1\n", "accord.toml:1:1 scope: expected [[scope]], one for each pattern"),
        ("[scope]\npath = 'x'\n", "accord.toml:1:2 scope: expected [[scope]], one for each pattern"),
        ("a = " + "[" * 5_000, "accord.toml:1:1 not TOML: nested too deeply"),
        ("# " + "x" * 1_000_000, "accord.toml: larger than 1,000,000 bytes"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(text: str, refusal: str) -> None:
    write("accord.toml", text)
    assert refusals() == [refusal]


def test_a_file_that_cannot_be_read_is_refused() -> None:
    assert refusals(file="none.toml") == ["none.toml: no such configuration file"]
    Path("x.toml").mkdir()
    assert refusals(file="x.toml") == ["x.toml: no such configuration file"]
    Path("bytes.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    assert refusals(file="bytes.toml") == ["bytes.toml:2:1 not TOML: a byte that is not UTF-8"]
    os.mkfifo("fifo.toml")
    assert refusals(file="fifo.toml") == ["fifo.toml: no such configuration file"]


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    Path("accord.toml").write_bytes(b'\xef\xbb\xbf[check]\r\nfail_on = [\r\n  "note"]\r\nquestions = true\r\n')
    assert shown(load(environ={}))["check.questions"] == (True, "accord.toml:4")


PLATFORMS = """\
[platforms]
istio = "1.23"
prometheus = "v2.53.1"

[[scope]]
path = "staging/"
env = "staging"
platforms = {istio = "1.24"}
"""


def test_the_versions_of_platforms_in_use_have_their_lines() -> None:
    write("accord.toml", PLATFORMS)
    config = load(environ={"ACCORD_PLATFORMS_PROMETHEUS": "3.0", "ACCORD_PLATFORMS_ALERTMANAGER": ""})
    assert [(one.name, one.version, one.origin, one.scope) for one in config.platforms] == [
        ("platforms.istio", "1.23", "accord.toml:2", ()),
        ("platforms.istio", "1.24", "accord.toml:8", (("env", ("staging",)),)),
        ("platforms.prometheus", "3.0", "ACCORD_PLATFORMS_PROMETHEUS", ()),
    ]
    facts = {fact.term: fact for fact in stated(config)}  # type: ignore[union-attr]
    assert (facts["platforms.istio"].value, facts["platforms.istio"].place.line) == ("1.24", 8)


def test_a_platform_that_is_not_known_and_a_version_that_is_none_are_refused() -> None:
    write(
        "accord.toml",
        '[platforms]\nistoi = "1.23"\nistio = 1.23\nprometheus = "latest"\n[[scope]]\npath = "x"\nplatforms = "1"\n',
    )
    assert refusals(environ={"ACCORD_PLATFORMS_ISTOI": "1"}) == [
        "accord.toml:7:1 scope.platforms: expected `env` or `cluster` beside it",
        "accord.toml:7:1 platforms: expected a table such as {istio = \"1.23\"}, read '1'",
        "accord.toml:2:1 unknown platform 'istoi'; did you mean 'istio'? accord defaults lists them",
        'accord.toml:3:1 platforms.istio: expected a version in quotes such as "1.23", read 1.23',
        "accord.toml:4:1 platforms.prometheus: expected a version in quotes such as \"1.23\", read 'latest'",
        "environment variable ACCORD_PLATFORMS_ISTOI: unknown variable; did you mean 'ACCORD_PLATFORMS_ISTIO'?",
    ]
    write("accord.toml", "platforms = 1\n")
    assert refusals() == ['accord.toml:1:1 platforms: expected a table such as {istio = "1.23"}, read 1']


def test_the_table_of_keys_is_whole() -> None:
    for key in (*KEYS, PLATFORM_KEY, *SCOPE_KEYS):
        assert key.type in TYPES
        assert key.meaning
    assert len({key.name for key in (*KEYS, *SCOPE_KEYS)}) == len(KEYS) + len(SCOPE_KEYS)
