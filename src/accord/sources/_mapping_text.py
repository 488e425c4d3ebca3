"""Texts with `<paths>` in them: what stands between the brackets, and what a text becomes once they are filled."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from accord.model.amount import Amount, parse_amount
from accord.model.duration import show_duration
from accord.model.problem import Refused

EACH = "each"
"""The placeholder for the key of the item, where `each` goes over a map."""

LONGEST = 4_000
"""Characters that a text with paths may have."""

_KEY = r'(?:"[^"\n]{1,200}"|[^\s.<>"]{1,200})'
_REFERENCE = re.compile(rf"<(?:([A-Za-z_][\w-]{{0,63}})|(\.|(?:\.{_KEY}){{1,40}}))(?: else ([^<>\n]*))?>")
_PATH = re.compile(rf"\.|(?:\.{_KEY}){{1,40}}")
_KEYS = re.compile(_KEY)
_TERM = re.compile(r"\d[\w.]*|\s*")
_NAMED = re.compile(r"<([A-Za-z_][\w-]{0,63})>")
_SUM = " + "


class Reference(Struct, frozen=True):
    """What stands in brackets: the name of a placeholder, or a path of keys, and what holds where it is missing."""

    text: str
    name: str = ""
    path: tuple[str, ...] = ()
    otherwise: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders that it needs: its own, or those inside quoted keys of its path."""
        inside = tuple(name for key in self.path for name in _NAMED.findall(key))
        return (self.name, *inside) if self.name else inside

    def keys(self, bound: Mapping[str, str]) -> tuple[str, ...] | None:
        """The keys of its path with the placeholders filled; None where one is open."""
        if not self.names:
            return self.path
        if any(name not in bound for name in self.names):
            return None
        return tuple(_NAMED.sub(lambda match: bound[match[1]], key) for key in self.path)


class Template(Struct, frozen=True):
    """A text with references: the parts of one text, or of each term of a sum."""

    terms: tuple[tuple[str | Reference, ...], ...]

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every reference, in order."""
        return tuple(part for term in self.terms for part in term if isinstance(part, Reference))

    @property
    def alone(self) -> Reference | None:
        """The reference that is all there is."""
        only = self.terms[0][0] if len(self.terms) == 1 and len(self.terms[0]) == 1 else ""
        return only if isinstance(only, Reference) else None


class Filled(Struct, frozen=True):
    """A text without references; `first` is what the first of them found (None for none), `is_default` tells an `else`."""

    text: str
    first: Any = None
    is_default: bool = False


Resolve = Callable[[Reference], tuple[str, Any] | None]
"""The text that a reference stands for, and what was found; None where there is none."""


def parse_path(text: str) -> tuple[str, ...]:
    """The keys of a path such as `.mesh."a.b".timeout`; none for `.`, where one stands. Raises Refused."""
    if len(text) > LONGEST or not _PATH.fullmatch(text):
        raise Refused(f'expected a path such as .mesh.timeout or ."a.b".c, read {text[:80]!r}')
    return tuple(key.strip('"') for key in _KEYS.findall(text))


@lru_cache(maxsize=8192)
def parse_template(text: str) -> Template | None:
    """The parts of a text with references; None where it has none. Raises Refused where a bracket is not understood."""
    if "<" not in text:
        return None
    if len(text) > LONGEST:
        raise Refused(f"expected at most {LONGEST:,} characters with paths, read {len(text):,}")
    parts = tuple(_parts(text))
    if not any(isinstance(part, Reference) for part in parts):
        return None
    terms = _terms(parts)
    is_sum = len(terms) > 1 and all(_is_term(term) for term in terms)
    return Template(terms if is_sum else (parts,))


def _parts(text: str) -> Iterator[str | Reference]:
    position = 0
    for match in _REFERENCE.finditer(text):
        before = text[position : match.start()]
        _check(before)
        if before:
            yield before
        name, path, otherwise = match.groups()
        yield Reference(match[0], name or "", parse_path(path) if path else (), otherwise)
        position = match.end()
    _check(text[position:])
    if text[position:]:
        yield text[position:]


def _check(literal: str) -> None:
    if "<." in literal:
        begin = literal.index("<.")
        raise Refused(
            f'expected a path such as <.mesh.timeout> or <."a.b" else 5s>, read {literal[begin : begin + 80]!r}'
        )


def _terms(parts: tuple[str | Reference, ...]) -> tuple[tuple[str | Reference, ...], ...]:
    terms: list[list[str | Reference]] = [[]]
    for part in parts:
        if isinstance(part, Reference):
            terms[-1].append(part)
            continue
        first, *rest = part.split(_SUM)
        terms[-1].append(first)
        terms += [[each] for each in rest]
    return tuple(tuple(part for part in term if part != "") for term in terms)


def _is_term(term: tuple[str | Reference, ...]) -> bool:
    """Whether this may be added: a quantity, or one reference and its unit."""
    literal = "".join(part for part in term if isinstance(part, str))
    if any(isinstance(part, Reference) for part in term):
        return sum(isinstance(part, Reference) for part in term) == 1 and (not literal or literal.isalpha())
    return bool(literal) and _TERM.fullmatch(literal) is not None


def filled(template: Template, resolve: Resolve) -> Filled | None:
    """The text with every reference filled, sums added up; None where one is missing. Raises Refused for a wrong sum."""
    texts, first, is_default = [], None, False
    for term in template.terms:
        said = []
        for part in term:
            if isinstance(part, str):
                said.append(part)
                continue
            found = resolve(part)
            if found is None and part.otherwise is None:
                return None
            is_default = is_default or found is None
            text, at = found if found is not None else (_without_unit(part.otherwise or "", term), None)
            first = first if first is not None else at
            said.append(text)
        texts.append("".join(said).strip() if len(template.terms) > 1 else "".join(said))
    return Filled(added(texts) if len(texts) > 1 else texts[0], first, is_default)


def _without_unit(otherwise: str, term: tuple[str | Reference, ...]) -> str:
    """What holds instead, without the unit that stands behind the bracket anyway: `<.timeout else 30s>s` means 30s."""
    last = term[-1]
    if len(term) == 2 and isinstance(last, str) and last.isalpha() and otherwise.endswith(last):
        rest = otherwise.removesuffix(last)
        return rest if rest.replace(".", "", 1).isdigit() else otherwise
    return otherwise


def added(texts: list[str]) -> str:
    """The sum of counts, or of durations. Raises Refused where they cannot be added."""
    amounts = [parse_amount(text) for text in texts]
    found = [amount for amount in amounts if isinstance(amount, Amount)]
    dimensions = {amount.dimension for amount in found}
    if len(found) < len(texts) or len(dimensions) > 1 or not dimensions <= {"count", "duration"}:
        raise Refused(f"expected counts or durations to add, read {_SUM.join(texts)[:80]!r}")
    total = sum(amount.value for amount in found)
    return (
        show_duration(int(total)) if dimensions == {"duration"} else _count(float(total) if total % 1 else int(total))
    )


def _count(total: float) -> str:
    return repr(total)
