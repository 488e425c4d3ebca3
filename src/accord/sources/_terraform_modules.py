"""What is deployed: a folder of Terraform that nobody calls, with the modules that it calls, each with its own values.

A module that is called twice is there twice. What a path means is spelled from the folder that is deployed:
`module.orders.aws_sqs_queue.this.arn`, with the key of one of several behind its name, `module.orders.eu.`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property, partial

from msgspec import Struct

from accord.model.fact import Scope
from accord.sources._reading import SourceText
from accord.sources._terraform_evaluation import Inside, Names
from accord.sources._terraform_folders import Block, Folder, call_of
from accord.sources._terraform_nodes import expression_of, place_in, value_of
from accord.sources._terraform_types import converted
from accord.sources._terraform_values import (
    Known,
    Many,
    Mapped,
    Named,
    Open,
    Value,
    asked,
    members_of,
    text_of,
    truth_of,
)
from accord.sources._yaml import Node, entries
from accord.sources._yaml import text_of as text_of_node

DEEPEST = 12
"""Modules inside each other that are followed."""

MOST_INSTANCES = 2_000
"""Modules that one deployment may have; the rest is not read."""

_META = frozenset(("source", "version", "providers", "count", "for_each", "depends_on"))
_KEY = re.compile(r"[\w@-]{1,100}", re.ASCII)
_NUMBERS = frozenset(
    ("timeout", "reserved_concurrent_executions", "visibility_timeout_seconds", "message_retention_seconds")
)
_COUNTED = ("aws_sqs_queue", "aws_lambda_function")
_NOTHING = Open()


class Copies(Struct, frozen=True):
    """The names under which a block is there: by key for `for_each`, "" for one; None where that cannot be told.

    `is_sure` where it is certain that there is one.
    """

    names: dict[str, Names] | None
    is_sure: bool = True
    is_list: bool = False


class Instance:
    """One module as it is deployed. `prefix` is its address, `module.orders.`; empty for the folder itself."""

    def __init__(
        self,
        folders: Mapping[str, Folder],
        folder: Folder,
        given: Mapping[str, Callable[[], Value]],
        prefix: str = "",
        scope: Scope = (),
    ) -> None:
        self.folders, self.folder, self.given = folders, folder, given
        self.prefix, self.scope = prefix, scope
        self._known: dict[tuple[str, str], Value] = {}
        self._copies: dict[int, Copies] = {}

    # ------------------------------------------------------------------ what it declares

    @cached_property
    def variables(self) -> dict[str, Block]:
        """The variables it has."""
        return self.folder.of_type("variable")

    @cached_property
    def locals(self) -> dict[str, Block]:
        """Its locals."""
        return self.folder.of_type("local")

    @cached_property
    def outputs(self) -> dict[str, Block]:
        """What it gives."""
        return self.folder.of_type("output")

    @cached_property
    def resources(self) -> dict[tuple[str, str], Block]:
        """Its resources by type and name."""
        blocks = (block for block in self.folder.blocks if block.type == "resource")
        return {(block.labels[0], block.labels[1]): block for block in blocks}

    @cached_property
    def calls(self) -> "dict[str, Called]":
        """The calls of modules whose folders are known."""
        found = ((name, block, call_of(block)) for name, block in self.folder.of_type("module").items())
        return {name: Called(self, block, self.folders[path]) for name, block, path in found if path in self.folders}

    def scope_of(self, source: SourceText) -> Scope:
        """Where what a file of this module says holds: what is deployed says more of that than the module."""
        return tuple(sorted({**dict(source.scope), **dict(self.scope)}.items()))

    @cached_property
    def depth(self) -> int:
        """How many modules it is inside of."""
        return self.prefix.count("module.")

    def below(self) -> "Iterator[Instance]":
        """This module, and all that it calls, as deep as that goes."""
        waiting, count = [self], 0
        while waiting and count < MOST_INSTANCES:
            count += 1
            instance = waiting.pop(0)
            yield instance
            if instance.depth < DEEPEST:
                waiting += [each for call in instance.calls.values() for each in (call.instances or {}).values()]

    # ------------------------------------------------------------------ what names mean

    def path(self, steps: tuple[str, ...], keys: tuple[Value, ...]) -> Value:
        """The value of a path; spelled from the root where only the path is known."""
        head, rest = steps[0], (*map(Known, steps[2:]), *keys) if len(steps) > 2 else keys
        if len(steps) < 2:
            return asked(Named(head), keys)
        if head in ("each", "count", "self", "path", "terraform"):
            return _NOTHING
        reader = {"var": self.variable, "local": self.local}.get(head)
        if reader is not None:
            return asked(reader(steps[1]), rest)
        if head == "module":
            return self.called(steps[1], rest)
        return (
            asked(Named(f"{self.prefix}data.{steps[1]}"), rest) if head == "data" else self.named(head, steps[1], rest)
        )

    def variable(self, name: str) -> Value:
        """The value that a variable has here."""
        return self._once("var", name, self._variable)

    def local(self, name: str) -> Value:
        """The value of a local."""
        block = self.locals.get(name)
        if block is None:
            return Named(f"{self.prefix}local.{name}")
        return self._once("local", name, lambda _: self.value(block, block.body))

    def output(self, name: str) -> Value:
        """The value of an output."""
        block = self.outputs.get(name)
        found = block.member("value") if block is not None else None
        if block is None or found is None:
            return _NOTHING
        return self._once("output", name, lambda _: self.value(block, found))

    def value(self, block: Block, node: Node, names: Names | None = None) -> Value:
        """What a node of a block comes to."""
        return value_of(node, self if names is None else names, block.source.start)

    def _once(self, kind: str, name: str, work_out: Callable[[str], Value]) -> Value:
        """A value that is worked out once; open while it is, so that a circle ends."""
        if (kind, name) not in self._known:
            self._known[kind, name] = _NOTHING
            self._known[kind, name] = work_out(name)
        return self._known[kind, name]

    def _variable(self, name: str) -> Value:
        block, said = self.variables.get(name), self.given.get(name)
        given = said() if said is not None else None
        if block is None:
            return given if given is not None else Named(f"{self.prefix}var.{name}")
        default = block.member("default")
        if isinstance(given, Known) and given.value is None and self._refuses_null(block):
            given = None
        if given is None and not self.prefix:
            return Named(f"var.{name}")
        if given is None:
            given = self.value(block, default) if default is not None else _NOTHING
        kind = block.member("type")
        text = text_of_node(kind) if kind is not None else None
        wanted = expression_of(text if "${" in text else f"${{{text}}}") if text else None
        return converted(given, wanted, self, place_in(block.at, block.source.start))

    def _refuses_null(self, block: Block) -> bool:
        said = block.member("nullable")
        return said is not None and truth_of(self.value(block, said)) is False

    def called(self, name: str, rest: tuple[Value, ...]) -> Value:
        """What a module gives; only its path where it is none of these files."""
        call = self.calls.get(name)
        if call is None:
            return asked(Named(f"{self.prefix}module.{name}"), rest)
        return call.given(rest)

    def named(self, kind: str, name: str, rest: tuple[Value, ...]) -> Value:
        """What a path says of a resource."""
        whole = f"{self.prefix}{kind}.{name}"
        copies = self.copies(kind, name)
        if copies is None:
            return asked(Named(whole), rest)
        if copies.names is None:
            return Open(frozenset((whole,)))
        if "" in copies.names:
            return self._of_one(kind, name, copies, rest)
        key = text_of(rest[0]) if rest else None
        if key is None or (key not in copies.names):
            return Open(frozenset((whole,)))
        return asked(Named(f"{whole}.{key}" if kind.startswith("aws_") else f'{whole}["{key}"]', is_set=True), rest[1:])

    def _of_one(self, kind: str, name: str, copies: Copies, rest: tuple[Value, ...]) -> Value:
        whole = Named(f"{self.prefix}{kind}.{name}", copies.is_sure)
        if copies.is_list and not rest:
            return Many((whole,)) if copies.is_sure else Open(frozenset((whole.path,)))
        if (
            copies.is_list
            and kind.startswith("aws_")
            and isinstance(rest[0], Known)
            and type(rest[0].value) is Fraction
        ):
            rest = rest[1:]
        asks = text_of(rest[0]) if len(rest) == 1 and kind in _COUNTED else None
        number = self._number(kind, name, asks, copies) if asks in _NUMBERS and asks else None
        return number if isinstance(number, Known) else asked(whole, rest)

    def _number(self, kind: str, name: str, member: str, copies: Copies) -> Value | None:
        """What is written of a resource and so holds of it; None where nothing is, or it is left alone once it is made."""
        block = self.resources[kind, name]
        written = block.member(member)
        if written is None or copies.names is None or block.member("lifecycle") is not None:
            return None
        own = copies.names[""]
        found = self._once("number", f"{kind}.{name}.{member}", lambda _: self.value(block, written, own))
        return None if isinstance(found, Known) and found.value is None else found

    # ------------------------------------------------------------------ how many there are

    def copies(self, kind: str, name: str) -> Copies | None:
        """How often a resource is there; None where no file declares it."""
        block = self.resources.get((kind, name))
        return self.copies_of(block) if block is not None else None

    def copies_of(self, block: Block) -> Copies:
        """How often a block is there, and what `each` and `count` are for each of them."""
        if id(block.body) not in self._copies:
            self._copies[id(block.body)] = Copies(None, is_sure=False)
            self._copies[id(block.body)] = self._copied(block)
        return self._copies[id(block.body)]

    def _copied(self, block: Block) -> Copies:
        count, each = block.member("count"), block.member("for_each")
        if count is not None:
            return self._counted(self.value(block, count))
        if each is None:
            return Copies({"": self})
        members = members_of(_as_set(self.value(block, each)))
        keys = [text_of(key) or "" for key, _ in members or ()]
        if members is None or not all(_KEY.fullmatch(key) for key in keys):
            return Copies(None, is_sure=False)
        return Copies({key: self._each(key, value) for key, (_, value) in zip(keys, members, strict=True)})

    def _counted(self, value: Value) -> Copies:
        text = text_of(value)
        if text == "0":
            return Copies({})
        index = Known(Fraction(0)) if text == "1" else _NOTHING
        inside = Inside(self, {"count": Mapped({"index": index})})
        return Copies({"": inside}, is_sure=text is not None, is_list=True)

    def _each(self, key: str, value: Value) -> Names:
        return Inside(self, {"each": Mapped({"key": Known(key), "value": value})})


class Called:
    """One call of a module."""

    def __init__(self, caller: Instance, block: Block, folder: Folder) -> None:
        self.caller, self.block, self.folder = caller, block, folder

    @property
    def address(self) -> str:
        """Where the module is deployed, `module.orders`."""
        return f"{self.caller.prefix}module.{self.block.labels[0]}"

    @property
    def copies(self) -> Copies:
        """How often the module is there."""
        return self.caller.copies_of(self.block)

    @cached_property
    def instances(self) -> dict[str, Instance] | None:
        """The module by the key of each copy; None where it cannot be told whether it is there, or it lies too deep."""
        if self.copies.names is None or not self.copies.is_sure or self.caller.depth >= DEEPEST:
            return None
        return {key: self._instance(key, names) for key, names in self.copies.names.items()}

    def _instance(self, key: str, names: Names) -> Instance:
        given = {
            entry.key: partial(self.caller.value, self.block, entry.value, names)
            for entry in entries(self.block.body)
            if entry.key not in _META
        }
        prefix = f"{self.address}.{key}." if key else f"{self.address}."
        scope = self.caller.scope_of(self.block.source)
        return Instance(self.caller.folders, self.folder, given, prefix, scope)

    def given(self, rest: tuple[Value, ...]) -> Value:
        """What is asked of the module."""
        whole, instances = Open(frozenset((self.address,))), self.instances
        if not instances or not rest:
            return whole
        if "" not in instances or self.copies.is_list:
            key, rest = ("" if "" in instances else text_of(rest[0]) or "?"), rest[1:]
        else:
            key = ""
        name = text_of(rest[0]) if rest else None
        if key not in instances or name is None:
            return whole
        return asked(instances[key].output(name), rest[1:])


def _as_set(value: Value) -> Value:
    """A list where a set is wanted: each text by itself."""
    if not isinstance(value, Many):
        return value
    texts = [text_of(item) for item in value.items]
    return Open() if None in texts else Mapped({str(text): Known(text) for text in texts})
