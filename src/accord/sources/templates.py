"""Templates of files that are read: `alertmanager.yml.j2` states nothing before it is rendered, and that is told.

Told is a template of what the other sources read, as far as its keys show it; policies, mails and pages are passed over.
"""

import re
from collections.abc import Iterable

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._refusals import FORMAT_KEYS, template_reason

FORMAT = "template"
FILES = (
    "*.yaml.j2",
    "*.yaml.jinja",
    "*.yaml.jinja2",
    "*.yaml.tmpl",
    "*.yaml.tpl",
    "*.yaml.gotmpl",
    "*.yaml.ctmpl",
    "*.yaml.erb",
    "*.yaml.template",
    "*.yml.j2",
    "*.yml.jinja",
    "*.yml.jinja2",
    "*.yml.tmpl",
    "*.yml.tpl",
    "*.yml.gotmpl",
    "*.yml.ctmpl",
    "*.yml.erb",
    "*.yml.template",
    "*.json.j2",
    "*.json.jinja",
    "*.json.jinja2",
    "*.json.tmpl",
    "*.json.tpl",
    "*.json.gotmpl",
    "*.json.ctmpl",
    "*.json.erb",
    "*.json.template",
)

_KEY = re.compile(rf"^[ \t]{{0,4}}[\"']?(?:{'|'.join(FORMAT_KEYS)})[\"']?[ \t]*:", re.MULTILINE)


def read_text(text: str, start: Place) -> Iterable[Fact | Problem]:
    """No facts; a Problem at the key that shows what this would become."""
    found = _KEY.search(text)
    if found is not None:
        line = text.count("\n", 0, found.end()) + 1
        ending = f".{start.file.rpartition('.')[2]}"
        yield Problem(Place(start.root, start.file, line, 1), template_reason(ending), fatal=True)
