"""Documents that nobody claims are left out unread, and nothing else is: what is refused and what is read stay as they are."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from accord.model.problem import Problem
from accord.sources._claims import asked, claimable_in
from accord.sources._objects import opened
from accord.sources._yaml import Document, documents
from beside import CORPUS, needs
from counted import calls
from mutated import mutated, told

ROOT = Path(__file__).parents[2]


def read(text: str, file: str = "a.yaml", leaving_out: bool = True) -> list[Document | Problem]:
    """The documents of a text, and what is refused of it."""
    return list(documents(text, "", file, is_claimable=claimable_in(file) if leaving_out else None))


def is_claimed(document: Document) -> bool:
    """Whether any source claims a document, or a part of it."""
    return any(source.claims(part) for part in opened(document) for source, _ in asked(part))


def said(text: str, file: str, leaving_out: bool) -> list[Any]:
    """What is refused of a text, and all that its claimed documents say."""
    found = read(text, file, leaving_out)
    return [
        one if isinstance(one, Problem) else told(one.node)
        for one in found
        if isinstance(one, Problem) or is_claimed(one)
    ]


def leaves_out(text: str, file: str = "a.yaml") -> bool:
    """Whether anything is left out; all else is then as if nothing were."""
    assert said(text, file, True) == said(text, file, False), text
    return len(read(text, file)) < len(read(text, file, False))


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: 80\n"
OTHER = "apiVersion: example.org/v1\nkind: Other\nspec:\n  a: 'b\n    c'\n  d: |\n    e\n"
ROUTING = "alertmanager:\n  config:\n    route: {receiver: a}\n    receivers: [{name: a}]\n"
DASHBOARD = json.dumps(
    {"title": "a", "panels": [{"targets": [{"expr": "up", "legendFormat": "{{job}}, {{ x }}"}]}]}, indent=1
)
LEFT_OUT = [
    OTHER,
    f"# a\n\n{OTHER}",
    f"---\n{OTHER}---\n{OTHER}",
    f"{SERVICE}---\n{OTHER}",
    f"{OTHER}--- # b\n{SERVICE}",
    f"{SERVICE}x: |+\n  y\n\n---\n{OTHER}\n\n---\n{SERVICE}",
    f"{SERVICE}---\n{OTHER}".replace("\n", "\r\n"),
    "a: 1\nb:\n- c\n- d: 'e'\n\"f g\": 2\n'h': 3\n",
    "- a\n- b: c\n",
    "a: 1\n--- b\n",
    "a: is *not* a\n",
    "a: some receivers and groups\n",
    f"{OTHER}---\n{SERVICE}x: 'b: {{{{ c }}}}'\n",
    "on: push\njobs:\n  a: ${{ b }}\n",
    DASHBOARD,
    f"\n{DASHBOARD}\n",
    "[1, 2]",
    "{}",
    '{"kind": "Other", "a": "\\u0041\\/"}',
    '{"a": ' + "[" * 50 + "]" * 50 + "}",
    "[" + ",".join(['[{"a": "[{"}]'] * 1_000) + "]",
]
"""Texts of which something is left out."""

READ = [
    SERVICE,
    ROUTING,
    ROUTING.replace("receivers", '"receiv\\x65rs"'),
    ROUTING.replace("receivers", '"receiv\\u0065rs"'),
    json.dumps({"alertmanager": {"config": {"route": {"receiver": "a"}, "receivers": [{"name": "a"}]}}}),
    '{"alertmanager": {"config": {"route": {"receiver": "a"}, "r\\u0065ceivers": [{"name": "a"}]}}}',
    json.dumps([{"methodConfig": []}]),
    json.dumps({"kind": "List", "apiVersion": "v1", "items": []}),
    json.dumps({"kind": 5}),
    "- methodConfig: []\n",
    "groups : [{name: a, rules: [{alert: a}]}]\n",
    "a: &b {groups: [{name: a, rules: [{alert: a}]}]}\n<<: *b\n",
    "a: 'b\nkind: Other'\n" + ROUTING,
    "a: {b: c,\nkind: Other}\n" + ROUTING,
    "  a: 1\n",
    "kind:\n  Service\n",
    "kind: Other\n  List\napiVersion: v1\nitems: []\n",
    "? kind\n: Service\n",
    "route: {group_by, routes}\n",
    "a:\n  config:\n    route: {receiver: b}\n    ? receivers # c\n    :\n    - name: b\n",
    "a: *b\n",
    "a: {{ b }}\n",
    "a: <% b %>\n",
    "a: 'b\n",
    "a: 1\n b: 2\n",
    "a: 1\n...\nb: 2\n",
    "%YAML 1.2\n---\na: 1\n",
    "a: \x07\n",
    f"{'a' * 1_100}: 1\n",
    f'{{"{"a" * 1_100}": 1}}',
    '{"a"\n: 1}',
    '{"a": 1,}',
    '{"a": 1} b',
    '{"a": "\x7f"}',
    "[" + ",".join(["[" * 600 + "]" * 600] * 10) + "]",
    '{"a": ' + "[" * 1_100 + "]" * 1_100 + "}",
    "a: " + "[" * 5_000 + "]" * 5_000 + "\n",
    "",
    "# a\n",
    "---\n",
]
"""Texts of which everything is read, or refused."""


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_nobody_claims_is_left_out(text: str) -> None:
    assert leaves_out(text)


@pytest.mark.parametrize("text", READ)
def test_all_else_is_read(text: str) -> None:
    assert not leaves_out(text)


def test_in_a_file_of_some_names_nothing_is_left_out() -> None:
    assert not leaves_out(OTHER, "accord.yaml")
    assert not leaves_out("resources: []\n", "kustomization.yaml")


def test_what_follows_stands_where_it_stood() -> None:
    [service] = read(f"{OTHER}---\n# a\n{OTHER}---\n{SERVICE}")
    assert isinstance(service, Document)
    assert service.node.line == 2 * OTHER.count("\n") + 3


def test_what_is_left_out_makes_no_work_for_its_lines() -> None:
    dashboards = [json.dumps([json.loads(DASHBOARD)] * times, indent=1) for times in (1, 500)]
    objects = [OTHER + "    e\n" * times for times in (1, 5_000)]
    for short, long in (dashboards, objects):
        assert calls(lambda text=long: read(text)) < calls(lambda text=short: read(text)) + 20  # type: ignore[misc]


EXAMPLES = [(path.name, path.read_text("utf-8")) for path in sorted(ROOT.glob("examples/**/*.y*ml"))]


def test_mutated_texts_say_the_same() -> None:
    chance = random.Random(20261128)
    texts = [*EXAMPLES, *(("a.yaml", text) for text in (*LEFT_OUT[:11], *READ[:3], *READ[9:24]) for _ in range(5))]
    texts += [("a.json", text) for text in (DASHBOARD, *READ[4:9])] * 5
    left_out = 0
    for _ in range(3_000):
        (name, first), (_, second) = chance.choice(texts), chance.choice(texts)
        text = f"{first}---\n{second}" if chance.random() < 0.5 else first
        left_out += leaves_out(mutated(text, chance), name)
    assert left_out > 300  # enough to have looked at something


@needs(CORPUS)
def test_real_files_say_the_same() -> None:
    left_out = 0
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".json") and path.stat().st_size < 50_000:
            left_out += leaves_out(path.read_bytes().decode("utf-8", "replace"), path.name)
    assert left_out > 100
