"""Terraform's own language beside another reader of it, python-hcl2: the same values are read, and what it refuses is refused."""

import hcl2
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError

from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._data import data_of
from accord.sources._hcl import parsed

START = Place("", "main.tf", 1, 1)
NAMES = st.sampled_from(["a", "name", "visibility_timeout_seconds", "for_each", "x-y", "_z"])
TEXTS = st.sampled_from(['""', '"b"', '"a b/c.d"', '"${var.a}-x"', '"queue # 1"', '"a = { }"'])
EXPRESSIONS = st.sampled_from(
    ["var.a", "module.q.url", "60 * 6", "var.a ? 1 : 2", "f(1, var.b)", "a[0].b", "!var.a", "null"]
)
PLAIN = st.one_of(TEXTS, st.integers(0, 10**6).map(str), st.sampled_from(["true", "false"]), EXPRESSIONS)


def listed(values: list[str]) -> str:
    return f"[{', '.join(values)}]"


def mapped(values: dict[str, str]) -> str:
    return "{\n" + "".join(f"  {name} = {value}\n" for name, value in values.items()) + "}"


VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3).map(listed) | st.dictionaries(NAMES, inner, max_size=3).map(mapped),
    max_leaves=6,
)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4).map(
    lambda values: "".join(f"{name} = {value}\n" for name, value in values.items())
)
BLOCKS = st.tuples(
    st.sampled_from(["resource", "locals", "module", "dynamic"]),
    st.lists(st.sampled_from(['"q"', '"aws_sqs_queue"', "bare"]), max_size=2),
    ATTRIBUTES,
).map(lambda block: f"{' '.join((block[0], *block[1]))} {{\n{block[2]}}}\n")
FILES = st.tuples(ATTRIBUTES, st.lists(st.one_of(BLOCKS, st.just("# a comment\n")), max_size=3)).map(
    lambda parts: parts[0] + "".join(parts[1])
)
SPOILING = st.sampled_from(["", "=", "{", "}", '"', "[", "]", ",", "\n", "a", ":", "?", "//"])


def as_ours(value: object) -> object:
    """What the library gives in the words of ours: without quotes, its marks of blocks and its comments."""
    if isinstance(value, dict):
        return {as_ours(name): as_ours(one) for name, one in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [as_ours(one) for one in value]
    if isinstance(value, str) and value.startswith('"'):
        return value[1:-1]
    return "".join(value.split()) if isinstance(value, str) and value.startswith("${") else value


def unspaced(value: object) -> object:
    """Our own with expressions written without blanks: the library writes them anew."""
    if isinstance(value, dict):
        return {unspaced(name): unspaced(one) for name, one in value.items()}
    if isinstance(value, list):
        return [unspaced(one) for one in value]
    return "".join(value.split()) if isinstance(value, str) and value.startswith("${") else value


def is_read_by_library(text: str) -> bool:
    try:
        hcl2.parses(text)
    except LarkError:
        return False
    return True


@given(FILES)
def test_the_same_values_are_read(text):
    found = parsed(text, START)
    assert not isinstance(found, Problem), (found, text)
    assert unspaced(data_of(found)) == as_ours(hcl2.loads(text)), text


@given(FILES.filter(bool), st.data(), SPOILING)
def test_what_the_library_refuses_is_refused(text, data, spoiling):
    """The library also reads what Terraform itself does not, such as two arguments on one line."""
    at = data.draw(st.integers(0, len(text) - 1))
    spoilt = text[:at] + spoiling + text[at + 1 :] + "\n"
    assert isinstance(parsed(spoilt, START), Problem) or is_read_by_library(spoilt), spoilt
