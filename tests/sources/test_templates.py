"""A template of a file that is read is told, with its line; others that are templates too are passed over."""

from pathlib import Path

import pytest

from accord.check import check
from accord.files.read import read
from accord.model.problem import Problem
from accord.sources._claims import read_text

RULES = "# {{ managed }}\ngroups:\n- name: g\n  rules: [{alert: A, expr: up == 0}]\n"


@pytest.mark.parametrize("ending", ["yml.j2", "yaml.tmpl", "YAML.TPL", "yml.erb", "json.template", "yaml.jinja2"])
def test_what_a_template_would_become_is_told_at_the_key_that_shows_it(ending):
    (told,) = read_text(RULES, "root", f"rules.{ending}")
    assert isinstance(told, Problem)
    assert told.fatal
    assert told.place.line == 2
    assert told.reason == f"cannot read: template (.{ending.rpartition('.')[2]}); check its rendered output instead"


@pytest.mark.parametrize(
    ("file", "line", "more"),
    [
        (
            "shop/chart/templates/web.yaml",
            "name: {{ .Values.name }}",
            ": `helm template shop/chart > rendered.yaml` writes it",
        ),
        (
            "a b/templates/x/web.yaml",
            'name: {{ include "x.name" . }}',
            ": `helm template 'a b' > rendered.yaml` writes it",
        ),
        ("templates/web.yaml", "name: {{ .Release.Name }}", ": `helm template . > rendered.yaml` writes it"),
        ("roles/web/templates/web.yaml", "name: {{ inventory_hostname }}", ""),
        ("shop/web.yaml", "name: {{ .Values.name }}", ""),
    ],
)
def test_a_template_of_a_chart_is_told_with_what_renders_it(file: str, line: str, more: str) -> None:
    (told,) = read_text(f"kind: Deployment\nmetadata:\n  {line}\n", "root", file)
    assert isinstance(told, Problem)
    assert told.reason == f"cannot read: template ({{{{); check its rendered output instead{more}"


@pytest.mark.parametrize(
    ("name", "text"),
    [("policy.json.tpl", '{"Version": "2012-10-17", "Statement": []}'), ("mail.yml.j2", "subject: {{ s }}\n")],
)
def test_other_templates_are_passed_over(name, text):
    assert list(read_text(text, "root", name)) == []


def test_nobody_is_said_to_hear_nothing_beside_a_template_of_routing(tmp_path: Path):
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: a}\nreceivers: [{name: a}]\n")

    def unheard() -> list[str]:
        return [one.rule for one in check(read([str(tmp_path)]).facts).findings if one.rule.endswith("reaches-nobody")]

    assert unheard() == ["signals/reaches-nobody"]
    (tmp_path / "prod.yml.j2").write_text("route: {receiver: {{ team }}}\nreceivers:\n- name: {{ team }}\n")
    assert unheard() == []
