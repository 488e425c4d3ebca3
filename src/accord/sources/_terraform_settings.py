"""Files of values, `*.tfvars`: what the variables of a folder that is deployed are set to, always or as one of several.

`terraform.tfvars` and `*.auto.tfvars` are always taken, the later in order of name over the earlier. Of the others one or more
are named when it is deployed (Terraform, Variables on the command line, variable definitions precedence): each is a variant
of its own, in which what only another of them sets is not known. One alone may be an example, and is not taken.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec import Struct

from accord.sources._reading import SourceText
from accord.sources._terraform_nodes import value_of
from accord.sources._terraform_values import Open, Value
from accord.sources._yaml import Node, entries

ENDINGS = (".tfvars", ".tfvars.json")
MOST_VARIANTS = 30
"""Files of values of one folder that are tried; of more nothing is known."""

_ALWAYS = ("terraform.tfvars", "terraform.tfvars.json")
Given = Mapping[str, Callable[[], Value]]


class Variant(Struct, frozen=True):
    """What the variables are set to with one file of values; `file` is empty where there are no several."""

    given: Given
    file: str = ""


class _Nothing:
    """No name means anything in a file of values."""

    def path(self, steps: tuple[str, ...], keys: tuple[Value, ...]) -> Value:
        return Open()


def is_settings(text: SourceText) -> bool:
    """Whether this is a file of values."""
    return text.name.endswith(ENDINGS)


def owner_of(text: SourceText, folders: Iterable[str]) -> str:
    """The folder whose variables it sets: its own, or the nearest above it that has files of Terraform; "" for none."""
    above = [path for path in folders if f"{text.folder}/".startswith(f"{path}/") or path == "."]
    return max(above, key=len, default="")


def variants(folder: str, read: Iterable[tuple[SourceText, Node | None]]) -> list[Variant]:
    """What the files of values of a folder come to; None in place of a body is a file that cannot be read."""
    always: dict[str, Value] = {}
    chosen: dict[str, dict[str, Value] | None] = {}
    for text, body in sorted(read, key=lambda each: (each[0].name not in _ALWAYS, each[0].name)):
        values = _values(text, body) if body is not None else None
        if text.folder == folder and (text.name in _ALWAYS or ".auto.tfvars" in text.name):
            always = {} if values is None else always | values
        else:
            chosen[text.start.file] = values
    several = {file: values for file, values in chosen.items() if values is not None}
    if len(several) < len(chosen) or not 1 < len(several) <= MOST_VARIANTS:
        unknown = {name: Open() for values in several.values() for name in values}
        return [Variant(_given(always | unknown if len(several) == len(chosen) else {}))]
    set_by_any = {name: Open() for values in several.values() for name in values}
    return [Variant(_given(always | set_by_any | values), file) for file, values in several.items()]


def _given(values: Mapping[str, Value]) -> Given:
    """What is set; what cannot be told is left to the name of the variable."""
    return {name: partial(_same, value) for name, value in values.items() if not isinstance(value, Open)}


def _same(value: Value) -> Value:
    return value


def _values(text: SourceText, body: Node) -> dict[str, Value]:
    nothing = _Nothing()
    return {entry.key: value_of(entry.value, nothing, text.start) for entry in entries(body)}
