"""The rules there are, found by looking: a file in a family folder is a rule."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import ModuleType

from msgspec import Struct

import accord.rules
from accord.boundaries.join.in_views import InViews
from accord.boundaries.join.system import Boundary, System
from accord.boundaries.join.view import View
from accord.model.finding import Finding
from accord.model.waiver import Allowances

Judge = Callable[[Boundary], Iterable[Finding]]
AllowancesJudge = Callable[[Allowances], Iterable[Finding]]
SystemJudge = Callable[[System, View], Iterable[Finding]]


class Rule(Struct, frozen=True):
    """One rule: its id is its path, its page its docstring, `reads` the first segments of the terms it reads.

    Where it names `values`, it asks of other terms only whether, where and in which scope anything is said.

    Where one of `needs` (terms, or their first segments) is said by neither side, the rule finds nothing; one that judges
    a system finds nothing where it is said nowhere, or where the system does not concern it, in whatever view. A rule
    that judges allowances, waivers and what a baseline knows, runs after all others, and on what they found. Of one with
    terms by which boundaries are `alike`, whether it finds anything hangs on what both sides say of these alone: of those of
    them that are `named` only on whether it is somebody or `none`, and of the `known` on whether anybody named is a party. A boundary
    that is the `same_in_every_view` to a rule is shown to it once, whatever of the terms it reads differs between views.
    """

    id: str
    reads: tuple[str, ...]
    page: str
    needs: tuple[str, ...] = ()
    judge: Judge | None = None
    alike: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    same_in_every_view: Callable[[InViews], bool] | None = None
    values: tuple[str, ...] | None = None
    judge_system: SystemJudge | None = None
    concerns: Callable[[System], bool] | None = None
    judge_allowances: AllowancesJudge | None = None

    @property
    def title(self) -> str:
        """The first line of its page, without the full stop."""
        return self.page.strip().partition("\n")[0].rstrip(".")


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in order of id."""
    return tuple(sorted((_rule(module) for module in _modules()), key=lambda rule: rule.id))


def _modules() -> Iterator[ModuleType]:
    prefix = accord.rules.__name__ + "."
    for found in pkgutil.walk_packages(accord.rules.__path__, prefix):
        name = found.name.removeprefix(prefix)
        if not found.ispkg and "." in name and "_" not in (name[0], name.rpartition(".")[2][0]):
            yield importlib.import_module(found.name)


def _alike(module: ModuleType) -> tuple[str, ...]:
    declared = getattr(module, "ALIKE", ())
    return module.READS if declared is True else declared


def _rule(module: ModuleType) -> Rule:
    family, name = module.__name__.split(".")[-2:]
    return Rule(
        id=f"{family}/{name}".replace("_", "-"),
        reads=module.READS,
        page=module.__doc__ or "",
        values=getattr(module, "VALUES", None),
        needs=getattr(module, "NEEDS", ()),
        judge=getattr(module, "check", None),
        alike=_alike(module),
        named=getattr(module, "NAMED", ()),
        known=getattr(module, "KNOWN", ()),
        same_in_every_view=getattr(module, "same_in_every_view", None),
        judge_system=getattr(module, "check_system", None),
        concerns=getattr(module, "concerns", None),
        judge_allowances=getattr(module, "check_allowances", None),
    )
