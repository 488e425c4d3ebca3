"""The contract language, `accord.yaml`: a document is one party speaking. All errors of a document are reported at once."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from accord.model.amount import Amount, Growth, Words, parse_amount
from accord.model.contract_values import ErrorAnswer, Idempotence, Needs, Rung, WorkStep
from accord.model.duration import parse_duration
from accord.model.fact import ANY, EVERYWHERE, Fact, shown_scope
from accord.model.hours import parse_hours
from accord.model.nothing import NONE
from accord.model.problem import Problem, Refused
from accord.sources import contract_keys as keys
from accord.sources._contract_speech import ASSUMES, PROMISES, Speech, Subject, shown, unknown_in
from accord.sources._yaml import Document, Entry, MappingNode, Node, SequenceNode, items, text_of
from accord.sources.contract_keys import Key

FORMAT = "contract"
AT_KEYS, AT_FILES = frozenset(("party",)), frozenset(("accord.yaml", "accord.yml"))


def claims(document: Document) -> bool:
    """A document whose first key is `party`, or any document of a file named accord.yaml but a mapping."""
    node = document.node
    if type(node) is not MappingNode or not node.value:
        return _is_contract_file(document.file)
    first = node.value[0].key
    if first == "party":
        return True
    return _is_contract_file(document.file) and first not in ("mapping", "accord_facts")


def _is_contract_file(file: str) -> bool:
    return file.rpartition("/")[2] in AT_FILES


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one document, and a Problem for each thing in it that the language refuses."""
    reader = _Reader(document)
    reader.read_party(document.node)
    return (*reader.facts, *reader.problems) if reader.is_scoped else reader.problems


class _Reader(Speech):
    """Walks one document, key by key."""

    # ------------------------------------------------------------------ the document

    def read_party(self, node: Node) -> None:
        found = {entry.key: entry for entry in self.entries(node, "a document that begins with `party:`")}
        name = found.get("party")
        if name is None:
            if text_of(node) != "":
                self.refuse(node, "expected the key `party`, the name of who speaks here")
            return
        named = self.scalar(name.value, keys.parse_name, "party")
        if named is None:
            if text_of(name.value) == "unknown":
                self.refuse(name.value, "party: expected a name, read the reserved word 'unknown'")
            return
        self.party = named[0]
        if "only" in found:
            self.read_scope(found["only"])
        if self.is_scoped:
            self.take_home(name)
        subject = Subject(PROMISES, "", self.party, "")
        for entry in found.values():
            key = keys.PARTY_KEYS.get(entry.key) or self.known(entry, keys.PARTY_KEYS)
            if key is None or key.name == "only":
                continue
            reader = _PARTY_READERS.get(key.shape)
            if reader:
                reader(self, subject, key, entry)
            elif key.name != "party":
                self.read_plain(subject, key, entry)

    def read_scope(self, entry: Entry) -> None:
        """The conditions of `only`; one that cannot be read leaves the document without a scope, and so without facts."""
        before = len(self.problems)
        scope = dict(self.scope)
        parts = self.parts(entry.value, keys.SCOPE_PARTS, "only")
        for name, (value, text, _) in parts.items():
            values = value if isinstance(value, tuple) else (text,)
            scope[f"version:{self.party}" if name == "version" else name] = tuple(sorted(set(values)))
        for node in unknown_in(entry.value):
            self.refuse(node, "only: expected where this document holds, read 'unknown'")
        if "from" in parts and "until" in parts and parts["from"][0] > parts["until"][0]:
            self.refuse(parts["until"][2], f"only: until {parts['until'][1]} is before from {parts['from'][1]}")
        self.is_scoped = len(self.problems) == before
        self.problems[before:] = [
            replace(problem, reason=f"{problem.reason}; without its scope, nothing of this document counts")
            for problem in self.problems[before:]
        ]
        self.scope = tuple(sorted(scope.items())) or EVERYWHERE

    def take_home(self, name: Entry) -> None:
        """Refuses a second document of one party and scope in one text."""
        here = self.place(name.value)
        first = self.homes.setdefault((self.party, self.scope), here)
        if first != here:
            self.refuse(
                name.value,
                f"party {self.party}{shown_scope(self.scope)} already has its home in line {first.line} of this file; "
                "one home per party and scope: join the two",
            )

    def read_promises(self, subject: Subject, key: Key, entry: Entry) -> None:
        for operation in self.named(entry.value, "promises to be a map of operations"):
            if self.name_of(operation, keys.parse_operation):
                self.read_terms(Subject(PROMISES, "", self.party, operation.key), operation, keys.PROMISE_KEYS)

    def read_assumes(self, subject: Subject, key: Key, entry: Entry) -> None:
        first: dict[tuple[str, str], Entry] = {}
        for called in self.named(entry.value, "assumes to be a map of party/operation"):
            if not self.name_of(called, keys.parse_reference):
                continue
            provider, _, operation = called.key.partition("/")
            said, before = first.setdefault((provider, operation or ANY), called), len(self.facts)
            if said is not called:
                self.refuse(
                    called.key_node,
                    f"{called.key} is the same as {said.key} in line {self.place(said.key_node).line}: "
                    "a party alone means any of its operations; one place per fact",
                )
            self.read_terms(Subject(ASSUMES, self.party, provider, operation or ANY), called, keys.ASSUME_KEYS)
            if said is not called:
                del self.facts[before:]

    def read_terms(self, subject: Subject, operation: Entry, table: dict[str, Key]) -> None:
        started = len(self.facts)
        short_timeout = None
        for entry in self.entries(operation.value, f"{operation.key} to be a map of terms"):
            key = table.get(entry.key) or self.known(entry, table)
            if key is None:
                continue
            if key.name == "timeout" and text_of(entry.value) not in (None, "none", "unknown", ""):
                short_timeout = entry
            _TERM_READERS[key.shape](self, subject, key, entry)
        if len(self.facts) == started:
            self.add(subject, "mentioned", True, operation.key, operation.key_node)
            return
        added = self.facts[started:] if short_timeout else []
        if short_timeout and any(fact.term == "attempts" and (fact.value is NONE or fact.value > 1) for fact in added):
            self.refuse(
                short_timeout.value,
                f"timeout: {text_of(short_timeout.value)} beside attempts above 1 does not say whether it limits each "
                "attempt or all; write {attempt: ...} or {request: ...}",
            )
            self.facts[started:] = [fact for fact in added if fact.term != "timeout.request"]

    # ------------------------------------------------------------------ one reader per shape

    def read_plain(self, subject: Subject, key: Key, entry: Entry) -> None:
        value = self.value(key, entry.value, key.name)
        if value is not None:
            self.add(subject, key.name, value[0], value[1], entry.at)

    def read_group(self, subject: Subject, key: Key, entry: Entry) -> None:
        if type(entry.value) is MappingNode:
            for name, (value, text, at) in self.parts(entry.value, key.members, key.name).items():
                self.add(subject, f"{key.name}.{name}", value, text, at)
            return
        if text_of(entry.value) == "none":
            term = "timeout.request" if key.name == "timeout" else key.name
            self.add(subject, term, NONE, "none", entry.at)
            return
        member = next(member for member in key.members if member.name == key.short)
        value = self.value(member, entry.value, key.name)
        if value is not None:
            self.add(subject, f"{key.name}.{key.short}", value[0], value[1], entry.at)

    def read_latency(self, subject: Subject, key: Key, entry: Entry) -> None:
        if text_of(entry.value) == "none":
            self.add(subject, f"{key.name}.max", NONE, "none", entry.at)
            return
        for part in self.entries(entry.value, f"{key.name} to be a map such as {{p99: 300ms, max: 2s}}"):
            name = f"{key.name}.{part.key}"
            if part.key == "slow" and key.name == "latency":
                value = self.scalar(part.value, keys.SLOW, name)
            elif part.key == "max" or keys.is_percentile(part.key):
                none = text_of(part.value) == "none"
                value = (NONE, "none") if none else self.scalar(part.value, parse_duration, name)
            else:
                self.refuse(
                    part.key_node, f"unknown key {part.key!r}; expected max, or a percentile such as p99 or p99.9"
                )
                continue
            if value is not None:
                self.add(subject, name, value[0], value[1], part.at)

    def read_detect(self, subject: Subject, key: Key, entry: Entry) -> None:
        node = entry.value
        members = {member.name for member in key.members}
        if type(node) is MappingNode and node.value and not any(entry.key in members for entry in node.value):
            for part in self.entries(node, "detect to be a map"):
                if part.key not in keys.PROMISE_KEYS:
                    self.refuse(part.key_node, f"unknown key {part.key!r}; expected by, within, or a term")
                    continue
                for name, (value, text, at) in self.parts(part.value, key.members, f"detect.{part.key}").items():
                    self.add(subject, f"detect.{part.key}.{name}", value, text, at)
            return
        self.read_group(subject, key, entry)

    def read_hours(self, subject: Subject, key: Key, entry: Entry) -> None:
        never = text_of(entry.value) == "none"
        texts = [("none", entry.value)] if never else self.texts(entry.value, "hours")
        if not texts:
            return
        try:
            hours = parse_hours([text for text, _ in texts])
        except Refused as refusal:
            node = self.refused_among(texts)
            meant = "expected 24x7, read '24/7'" if text_of(node) == "24/7" else str(refusal)
            self.refuse(node, f"hours: {meant}")
            return
        self.add(subject, "hours", hours, ", ".join(text for text, _ in texts), entry.at)

    def refused_among(self, texts: list[tuple[str, Node]]) -> Node:
        for text, node in texts:
            try:
                parse_hours([text])
            except Refused:
                return node
        return texts[0][1]

    def read_idempotent(self, subject: Subject, key: Key, entry: Entry) -> None:
        if type(entry.value) is MappingNode:
            parts = self.parts(entry.value, keys.IDEMPOTENT_PARTS, "idempotent")
            if parts:
                field = parts["key"][1] if "key" in parts else ""
                remembered = parts["for"][0] if "for" in parts and parts["for"][0] is not NONE else None
                shown = " ".join(part for part in (field, f"for {parts['for'][1]}" if "for" in parts else "") if part)
                self.add(subject, "idempotent", Idempotence("key", field, remembered), shown, entry.at)
            return
        value = self.scalar(entry.value, keys.IDEMPOTENT, "idempotent")
        if value:
            self.add(subject, "idempotent", Idempotence(value[0]), value[1], entry.at)

    def read_quantities(self, subject: Subject, key: Key, entry: Entry) -> None:
        for quantity in self.named(entry.value, f"{key.name} to be a map of quantities such as {{rate: 300/s}}"):
            name = f"{key.name}.{quantity.key}"
            value = self.quantity(quantity.value, name) if self.name_of(quantity, keys.parse_name) else None
            if value is not None:
                self.add(subject, name, value[0], value[1], quantity.at)

    def quantity(self, node: Node, name: str) -> tuple[Any, str] | None:
        if text_of(node) == "none":
            return NONE, "none"
        if type(node) is SequenceNode:
            words = [text for text, _ in self.texts(node, name)]
            return (Words(frozenset(words)), ", ".join(words)) if words else None
        if type(node) is MappingNode:
            return self.growth(node, name)
        return self.scalar(node, parse_amount, name)

    def growth(self, node: Node, name: str) -> tuple[Any, str] | None:
        parts = self.parts(node, keys.GROWTH_PARTS, name)
        amounts = {part: parts[part][0] for part in ("now", "max", "grows") if part in parts}
        for part, value in amounts.items():
            if not isinstance(value, Amount) and value is not NONE:
                self.refuse(parts[part][2], f"{name}.{part}: expected a quantity, read {parts[part][1]!r}")
                return None
        if not parts:
            return None
        largest = amounts.get("max")
        value = Growth(
            now=_amount(amounts.get("now")),
            largest=_amount(largest),
            as_of=parts["as_of"][0] if "as_of" in parts else None,
            grows=_amount(amounts.get("grows")),
            unbounded=largest is NONE,
        )
        return value, ", ".join(
            f"{part}: {parts[part][1]}" for part in ("now", "max", "as_of", "grows") if part in parts
        )

    def read_needs(self, subject: Subject, key: Key, entry: Entry) -> None:
        if text_of(entry.value) == "none":
            self.add(subject, "needs", NONE, "none", entry.at)
            return
        calls: list[tuple[str, ...]] = []
        for item in self.each(entry.value):
            together = [text for text in self.references(item) if text]
            if together:
                calls.append(tuple(together))
        if calls:
            text = ", ".join("[" + ", ".join(group) + "]" if len(group) > 1 else group[0] for group in calls)
            self.add(subject, "needs", Needs(tuple(calls)), text, entry.at)

    def references(self, node: Node) -> list[str]:
        found = [self.scalar(part, keys.parse_reference, "needs") for part in self.each(node)]
        return [value[0] for value in found if value]

    def read_errors(self, subject: Subject, key: Key, entry: Entry) -> None:
        if text_of(entry.value) == "none":
            self.add(subject, "errors", NONE, "none", entry.at)
            return
        for error in self.named(entry.value, "errors to be a map of names"):
            if not self.name_of(error, keys.parse_name):
                continue
            parts = self.parts(error.value, keys.ERROR_PARTS, error.key)
            answer = ErrorAnswer(*(parts[part][0] if part in parts else None for part in ("status", "retry", "effect")))
            says = ", ".join(f"{part}: {parts[part][1]}" for part in ("status", "retry", "effect") if part in parts)
            self.add(subject, f"errors.{error.key}", answer, says, error.key_node)

    def read_names(self, subject: Subject, key: Key, entry: Entry) -> None:
        for name in self.named(entry.value, "names to be a map of systems"):
            system = self.name_of(name, keys.parse_name)
            texts = tuple(text for text, _ in self.texts(name.value, f"names.{name.key}")) if system else ()
            if texts:
                self.add(subject, f"names.{name.key}", texts, ", ".join(texts), name.at)

    def read_source(self, subject: Subject, key: Key, entry: Entry) -> None:
        if type(entry.value) is MappingNode:
            parts = self.parts(entry.value, keys.SOURCE_PARTS, "source")
            text = ", ".join(parts[part][1] for part in ("url", "as_of") if part in parts)
        else:
            value = self.scalar(entry.value, keys.parse_text, "source")
            text = value[0] if value else ""
        if text:
            self.add(subject, "source", text, text, entry.at)

    def read_escalates(self, subject: Subject, key: Key, entry: Entry) -> None:
        if text_of(entry.value) == "none":
            self.add(subject, "escalates", NONE, "none", entry.at)
            return
        rungs = []
        for item in self.list_of(entry, "escalates", "{after, unless, to}"):
            parts = self.parts(item, keys.RUNG_PARTS, "escalates")
            if "to" not in parts:
                self.refuse(item, "escalates: expected `to`, who is next")
                continue
            after, unless = parts.get("after", (None,))[0], parts.get("unless", (None,))[0]
            place = self.place(parts["to"][2])
            rungs.append(
                Rung(None if after is NONE else after, None if unless is NONE else unless, parts["to"][0], place)
            )
        if rungs:
            self.add(subject, "escalates", tuple(rungs), ", ".join(rung.to for rung in rungs), entry.key_node)

    def read_steps(self, subject: Subject, key: Key, entry: Entry) -> None:
        steps = []
        for item in self.list_of(entry, "steps", "{do, by, needs, takes, done}"):
            parts = self.parts(item, keys.STEP_PARTS, "steps")
            if "do" not in parts:
                self.refuse(item, "steps: expected `do`, what is done")
                continue
            steps.append(self.step(item, parts))
        if steps:
            self.add(subject, "steps", tuple(steps), f"{len(steps)} steps", entry.key_node)

    def step(self, item: Node, parts: dict[str, tuple[Any, str, Node]]) -> WorkStep:
        """One step of a procedure; the answer none stays the word."""
        said: dict[str, Any] = {name: "none" if part[0] is NONE else part[0] for name, part in parts.items()}
        needs, takes = said.get("needs"), said.get("takes")
        return WorkStep(
            do=said["do"],
            by=said.get("by"),
            needs=needs if isinstance(needs, tuple) else (),
            takes=takes if isinstance(takes, int) else None,
            done=said.get("done"),
            place=self.place(item),
            places=tuple((name, self.place(part[2])) for name, part in parts.items()),
        )

    def list_of(self, entry: Entry, name: str, shape: str) -> list[Node]:
        if type(entry.value) is not SequenceNode and text_of(entry.value) != "unknown":
            self.refuse(entry.value, f"{name}: expected a list of {shape}, read {shown(entry.value)}")
        return items(entry.value)


PartyReader = _Reader
"""Reads one document; a mapping reads its own documents with one that knows where their values stand."""
_Reading = Callable[[_Reader, Subject, Key, Entry], None]
_TERM_READERS: dict[str, _Reading] = {
    "scalar": _Reader.read_plain,
    "words": _Reader.read_plain,
    "group": _Reader.read_group,
    "latency": _Reader.read_latency,
    "detect": _Reader.read_detect,
    "hours": _Reader.read_hours,
    "idempotent": _Reader.read_idempotent,
    "quantities": _Reader.read_quantities,
    "needs": _Reader.read_needs,
    "errors": _Reader.read_errors,
}
_PARTY_READERS: dict[str, _Reading] = {
    "names": _Reader.read_names,
    "source": _Reader.read_source,
    "promises": _Reader.read_promises,
    "assumes": _Reader.read_assumes,
    "escalates": _Reader.read_escalates,
    "steps": _Reader.read_steps,
}


def _amount(value: Any) -> Amount | None:
    return value if isinstance(value, Amount) else None
