"""Entities of a Backstage catalogue: names as Backstage compares them, owners by its rules for references."""

import pytest

from accord.model.fact import Fact
from accord.sources._claims import read_text

HEAD = "apiVersion: backstage.io/v1alpha1\nkind: {}\nmetadata:\n  name: {}\n"


def read(text: str) -> list[str]:
    found = []
    for item in read_text(text, ".", "catalog-info.yaml"):
        if isinstance(item, Fact):
            found.append(f"{item.place.line} {item.provider} {item.term} {item.value} ({item.text})")
        else:
            found.append(f"{item.place.line} {item.reason}")
    return found


@pytest.mark.parametrize(
    ("namespace", "owner", "reference"),
    [
        ("", "team-a", "group:default/team-a"),
        ("", "Team-A", "group:default/team-a"),
        ("", "group:team-a", "group:default/team-a"),
        ("", "Group:Default/Team-A", "group:default/team-a"),
        ("", "user:jo", "user:default/jo"),
        ("", "shop/team-a", "group:shop/team-a"),
        ("shop", "team-a", "group:shop/team-a"),
        ("Shop", "user:team-a", "user:shop/team-a"),
        ("shop", "default/team-a", "group:default/team-a"),
    ],
)
def test_an_owner_is_a_reference(namespace: str, owner: str, reference: str) -> None:
    inside = f"  namespace: {namespace}\n" if namespace else ""
    *_, said = read(HEAD.format("Component", "Shop") + inside + f"spec:\n  owner: {owner}\n")
    party = f"backstage:component:{namespace.lower() or 'default'}/shop"
    assert said == f"{7 if namespace else 6} {party} owner backstage:{reference} ({owner})"


@pytest.mark.parametrize("kind", ["Component", "API", "Resource", "System", "Domain"])
def test_what_is_owned(kind: str) -> None:
    assert read(HEAD.format(kind, "x") + "spec: {owner: team-a}\n") == [
        f"4 backstage:{kind.lower()}:default/x kind {kind.lower()} ({kind})",
        f"5 backstage:{kind.lower()}:default/x owner backstage:group:default/team-a (team-a)",
    ]


def test_groups_and_users_are_somebody() -> None:
    group = HEAD.format("Group", "team-a") + "spec: {type: team, parent: all, children: [team-b, 'ns/c d']}\n"
    assert read(group + "---\n" + HEAD.format("User", "Jo") + "spec: {memberOf: [team-a]}\n") == [
        "4 backstage:group:default/team-a kind team (Group)",
        "5 backstage:group:default/team-a group.parent ('backstage:group:default/all',) (backstage:group:default/all)",
        "5 backstage:group:default/team-a group.children ('backstage:group:default/team-b',) (backstage:group:default/team-b)",
        "10 backstage:user:default/jo kind user (User)",
    ]


def test_what_is_called_on_call_is_an_alias_and_a_key_is_none() -> None:
    more = "  annotations: {pagerduty.com/service-id: P1, pagerduty.com/integration-key: secret}\nspec: {}\n"
    assert read(HEAD.format("Component", "x") + more)[1:] == [
        "5 backstage:component:default/x names.pagerduty ('P1',) (P1)"
    ]


def test_locations_and_others_are_passed_over() -> None:
    assert read(HEAD.format("Location", "all") + "spec: {targets: [./a.yaml]}\n") == []
    assert read(HEAD.format("Template", "new") + "spec: {owner: team-a}\n") == []


def test_templates_and_wrong_shapes_are_told() -> None:
    assert read(HEAD.format("Component", "x") + "spec: {owner: '${{ values.owner }}'}\n")[1:] == [
        "5 cannot read spec.owner: template ({{); check the rendered manifest instead"
    ]
    assert read(HEAD.format("Component", "x") + "spec: {owner: the shop team}\n")[1:] == [
        "5 cannot read spec.owner: expected a reference such as group:default/team-a, read 'the shop team'"
    ]
    assert read(HEAD.format("Component", "x") + "spec: {owner: [a]}\n")[1:] == [
        "5 cannot read spec.owner: expected one value, read a list"
    ]
    assert read("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {}\n") == [
        "1 cannot read this Component: it has no metadata.name"
    ]
