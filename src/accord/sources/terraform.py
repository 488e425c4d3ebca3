"""Terraform, in small: the resources that say who is paged when and who is on duty, and queues with what takes from them.

Both of its spellings are read, `*.tf` and `*.tf.json`, all files of a folder together with the modules that it calls. What a
file means to other providers is passed over, and so is all that only Terraform can work out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources import _goalert, _grafana_oncall, _opsgenie, _pagerduty, _terraform_aws
from accord.sources._hcl import parsed
from accord.sources._reading import SourceText
from accord.sources._terraform import SYSTEMS, resources
from accord.sources._terraform_folders import Block, Folder, call_of, called_from, folder_of
from accord.sources._terraform_left_out import left_out
from accord.sources._terraform_modules import Instance
from accord.sources._terraform_settings import Variant, is_settings, owner_of, variants
from accord.sources._yaml import Document, Node, documents

FORMAT = "terraform"
FILES = ("*.tf", "*.tf.json", "*.tfvars", "*.tfvars.json")
ADDING = ("*.tfvars", "*.tfvars.json")
COMMENTS = ("#", "//", "/*")

_READERS = {
    "goalert": _goalert.read,
    "grafana_oncall": _grafana_oncall.read,
    "opsgenie": _opsgenie.read,
    "pagerduty": _pagerduty.read,
}
_PEOPLE = (
    *("escalation_policy", "service", "schedule", "escalation", "schedule_rotation", "team"),
    *("escalation_chain", "on_call_shift", "integration", "route", "rotation", "schedule_rule", "user_override"),
)
_CONCERNED = re.compile(
    rf"""\b(?:{"|".join(SYSTEMS)})_(?:{"|".join(_PEOPLE)})\b|{"|".join(_terraform_aws.CONCERNED)}""", re.ASCII
)


def read_text(text: str, start: Place) -> Iterable[Fact | Problem]:
    """The facts of one file that stands alone."""
    return (found for group in together([SourceText(start, text)]) for found in read_together(group))


def together(texts: Iterable[SourceText]) -> Iterator[list[SourceText]]:
    """The files that are read together: of the folders with anything that is read here, and of those that call one of them."""
    by_folder: dict[str, list[SourceText]] = {}
    settings: list[SourceText] = []
    for text in texts:
        (settings if is_settings(text) else by_folder.setdefault(text.folder, [])).append(text)
    called = {path: {each for text in own for each in called_from(text)} for path, own in by_folder.items()}
    relevant = _relevant(by_folder, called)
    owned: dict[str, list[SourceText]] = {}
    for text in settings:
        owned.setdefault(owner_of(text, by_folder), []).append(text)
    for group in _tied({path: called[path] & relevant for path in sorted(relevant)}):
        yield [text for path in group for text in (*by_folder[path], *owned.get(path, ()))]


def read_together(texts: Iterable[SourceText]) -> Iterator[Fact | Problem]:
    """The facts of all that is deployed among these files.

    A folder that another one calls is read with the values that it is given there, and not by itself.
    """
    by_folder: dict[str, list[tuple[SourceText, Node]]] = {}
    settings: list[tuple[SourceText, Node | None]] = []
    for text in texts:
        body = _body(text)
        if is_settings(text):
            settings.append((text, None if isinstance(body, Problem) else body))
        elif isinstance(body, Problem):
            yield body
        else:
            by_folder.setdefault(text.folder, []).append((text, body))
    folders = {path: folder_of(path, bodies) for path, bodies in by_folder.items()}
    called = {call_of(block) for folder in folders.values() for block in folder.of_type("module").values()}
    for path, folder in folders.items():
        if path not in called or folder.is_deployed:
            own = [each for each in settings if owner_of(each[0], folders) == path]
            yield from _deployed(folders, folder, variants(path, own))


def _relevant(by_folder: Mapping[str, list[SourceText]], called: Mapping[str, set[str]]) -> set[str]:
    """The folders with anything that is read here, those that call one of them, and all that these call."""
    callers: dict[str, set[str]] = {}
    for path, each in ((path, each) for path, own in called.items() for each in own):
        callers.setdefault(each, set()).add(path)
    waiting = [path for path, own in by_folder.items() if any(_CONCERNED.search(text.text) for text in own)]
    return _reached(_reached(waiting, callers), called) & by_folder.keys()


def _reached(begin: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    """Where the ways lead from these, however far."""
    found: set[str] = set()
    waiting = [*begin]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += ways.get(path, ())
    return found


def _tied(called: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Folders of which one calls the other, or that a third calls or is called by, and so on; in order of their paths."""
    beside: dict[str, set[str]] = {path: set() for path in called}
    for path, others in called.items():
        for other in others:
            beside[path].add(other)
            beside[other].add(path)
    left = dict.fromkeys(called)
    while left:
        group = _reached([next(iter(left))], beside)
        left = {path: None for path in left if path not in group}
        yield sorted(group)


def _body(text: SourceText) -> Node | Problem:
    if not text.name.endswith(".json"):
        return parsed(text.text, text.start)
    read = list(documents(text.text, text.start.root, text.start.file))
    found = next(iter(read), None)
    if isinstance(found, Document) and len(read) == 1:
        return found.node
    return found if isinstance(found, Problem) else Problem(text.start, "not one document of JSON", fatal=True)


def _deployed(folders: Mapping[str, Folder], folder: Folder, found: list[Variant]) -> Iterator[Fact | Problem]:
    """The facts of a folder; those that do not hold with each of its files of values hold as one of several."""
    by_variant = [(variant, list(_facts(Instance(folders, folder, variant.given)))) for variant in found]
    counted = Counter(fact for _, facts in by_variant for fact in dict.fromkeys(facts))
    told: set[Fact | Problem] = set()
    for variant, facts in by_variant:
        for fact in facts:
            if counted[fact] < len(found) and isinstance(fact, Fact):
                dimension = (f"variant:{FORMAT}:{folder.shown or '.'}", (f"{variant.file}:1",))
                yield replace(fact, scope=tuple(sorted((*fact.scope, dimension))))
            elif fact not in told:
                told.add(fact)
                yield fact


def _facts(root: Instance) -> Iterator[Fact | Problem]:
    for resource in resources(root):
        yield from _READERS[resource.system](resource)
    yield from _terraform_aws.read(root)
    yield from left_out(root, _is_concerned)


def _is_concerned(resource: Block) -> bool:
    kind = resource.labels[0]
    is_subscription = kind == f"aws_{_terraform_aws.SUBSCRIPTION}"
    says = not is_subscription or any(resource.member(key) is not None for key in _terraform_aws.SAID_OF_SUBSCRIPTIONS)
    return says and _CONCERNED.fullmatch(kind) is not None
