"""What sources pass over quickly is what they would give by looking at everything: the short ways beside the plain ones."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources import istio
from accord.sources._contract_speech import Speech
from accord.sources._istio_speech import Members
from accord.sources._objects import Reader, opened
from accord.sources._settings import _PARTS, _URL, _host, _parted, _without_port, hosts
from accord.sources._yaml import Document, MappingNode, Node, documents, entries, is_null, text_of

KEYS = st.sampled_from(["a", "b", "<<", "?", "x-own", "? {a: b}", "~", "metadata", '"<<"', "&k c", "!t d"])
VALUES = st.sampled_from(
    ["1", "{a: 1}", "{a: 1, b: 2}", "[{a: 1}]", "~", "{{ .Values.x }}", "{<<: {a: 1}}", "''", "!t x"]
)
MARKS = ("{{", "<%", "%{", "{%", "${", "$(")


def _document(text: str) -> Document | None:
    found = [one for one in documents(text, "", "a.yaml") if isinstance(one, Document)]
    return found[0] if len(found) == 1 else None


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for entry in node.value if type(node) is MappingNode else ():
        yield from _nodes(entry.value)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5))
def test_the_members_of_a_plain_map_are_those_that_a_look_at_each_gives(pairs: list[tuple[str, str]]) -> None:
    document = _document("{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}")
    for node in _nodes(document.node) if document else ():
        quick, whole = Reader(document), Reader(document)  # type: ignore[arg-type]
        plain = {} if is_null(node) else whole._odd_members(node, "it")
        found = quick.members(node, "it")
        assert {key: entry.value for key, entry in found.items()} == {key: entry.value for key, entry in plain.items()}
        assert quick.problems == whole.problems
        assert {entry.key for entry in quick.members(node, "it").values()} <= {entry.key for entry in entries(node)}


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5))
def test_what_stands_at_the_top_is_what_a_walk_finds(pairs: list[tuple[str, str]]) -> None:
    document = _document("{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}")
    for key in ("a", "metadata", "absent") if document else ():
        first = [entry.value for entry in entries(document.node) if entry.key == key]  # type: ignore[union-attr]
        assert Reader(document).top(key) is (first[0] if first else None)  # type: ignore[arg-type]


@given(st.text(st.sampled_from("a1{}%<$( ~:"), max_size=6), st.sampled_from(["", "'", '"']))
def test_a_text_is_refused_for_the_first_mark_of_a_template_in_it(text: str, quote: str) -> None:
    document = _document(f"a: {quote}{text}{quote}")
    node = document.node.value[0].value if document and document.node.value else None
    if document is None or node is None or text_of(node) is None:
        return
    reader, typed = Reader(document), text_of(node) or ""
    mark = next((mark for mark in MARKS if mark in typed), None)
    expected = None if is_null(node) or mark else typed
    assert reader.scalar(node, "it") == expected
    assert [problem.reason for problem in reader.problems] == (
        [f"cannot read it: template ({mark}); check the rendered manifest instead"]
        if mark and not is_null(node)
        else []
    )


@given(st.lists(st.tuples(KEYS, VALUES), max_size=5))
def test_the_entries_of_a_contract_are_those_that_are_not_its_authors_own(pairs: list[tuple[str, str]]) -> None:
    document = _document("{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}")
    if document is None:
        return
    quick, whole = Speech(document), Speech(document)
    found = [entry for entry in whole.named(document.node, "a map") if not entry.key.startswith("x-")]
    given = quick.entries(document.node, "a map")
    assert [(entry.key, entry.value) for entry in given] == [(entry.key, entry.value) for entry in found]
    assert quick.problems == whole.problems


_NAMES = st.sampled_from(["URL", "DB_HOST", "LOG_LEVEL", "IMAGE", "image_url", "X", "host", "serverVersion", ""])
_PIECES = st.sampled_from(
    [
        "a",
        "b-1",
        ".shop",
        ":80",
        ":99999",
        "/p",
        "http://",
        "jdbc:mysql://",
        "user@",
        ",",
        ";",
        " ",
        "dns:///",
        "1.2",
        "localhost",
        "\n",
        "'",
        "://",
        "HOST.",
    ]
)


def _plainly(name: str, value: str) -> tuple[str, ...]:
    """The hosts of a variable, each part looked at whatever it holds."""
    words = {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name, re.ASCII)}
    if len(value) > 2_000 or "\n" in value.strip() or words & {"image", "images", "tag", "version"}:
        return ()
    meant = bool(words & {"url", "host", "server"})
    found: list[str] = []
    for part in _PARTS.split(value.strip().strip("\"'")):
        match = _URL.match(part)
        if match:
            authority = match[1].rpartition("@")[2] or ((match[2] or "") if part.lower().startswith("dns:") else "")
            found += [_host(_without_port(piece)) for piece in authority.split(",")]
            continue
        host, port = _parted(part)
        found += [_host(host)] if host and (port or meant) else []
    return tuple(dict.fromkeys(host.lower().rstrip(".") for host in found if host))


@given(_NAMES, st.lists(_PIECES, max_size=7).map("".join))
def test_the_hosts_of_a_variable_are_those_of_each_of_its_parts(name: str, value: str) -> None:
    assert hosts(name, value) == _plainly(name, value)


LIST = "apiVersion: {version}\nkind: {kind}\nitems: [{{apiVersion: v1, kind: List, items: [{{kind: A}}]}}, {{kind: B}}, 1]\n"


@pytest.mark.parametrize(("version", "kind"), list(product(("v1", "''"), ("List", "ServiceList", "Service", "''"))))
def test_a_list_is_opened_and_nothing_else(version: str, kind: str) -> None:
    document = _document(LIST.format(version=version, kind=kind))
    assert document is not None
    found = list(opened(document))
    if not kind.endswith("List"):
        assert found == [document]
    else:
        assert [text_of(one.node) or one.node.value[0].value.value for one in found] == ["A", "B", "1"]


ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders, namespace: shop}
spec:
  hosts: [orders]
  gateways: [mesh, front]
  http:
  - match: [{uri: {prefix: /a}}]
    route: [{destination: {host: orders, subset: v1}}]
    timeout: 1s
  - match: [{uri: {prefix: /b}}]
    route: [{destination: {host: others}}]
    timeout: 2s
  - route: [{destination: {host: orders}}]
"""


def test_what_an_entry_asks_is_read_once_for_each_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    plain = istio.conditions

    def told(reader: Reader, entry: Members, gateway: str) -> list[str] | None:
        asked.append(gateway)
        return plain(reader, entry, gateway)

    monkeypatch.setattr(istio, "conditions", told)
    document = _document(ROUTE)
    assert document is not None
    found = list(istio.read(document))
    assert asked == ["mesh"] * 3 + ["front"] * 3
    assert not [one for one in found if isinstance(one, Problem)]
    tables = [one for one in found if isinstance(one, Fact) and one.term == "requests.shop/orders"]
    assert [(fact.consumer, fact.text) for fact in tables] == [
        ("", "path /a*; path /b*; all other requests"),
        ("gateway:shop/front", "path /a*; path /b*; all other requests"),
        ("gateway:shop/front", "path /a*; path /b*; all other requests"),
    ]
