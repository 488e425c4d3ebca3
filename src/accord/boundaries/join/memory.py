"""What follows from a system, or from one boundary, is worked out once: neither ever changes, and many rules ask the same."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from accord.boundaries.join.system import Boundary, System

P = ParamSpec("P")
T = TypeVar("T")


def once(work: Callable[[System], T]) -> Callable[[System], T]:
    """The same function, its answer kept with the system."""

    @wraps(work)
    def remembered(system: System) -> T:
        memory: dict[object, Any] = system.memory
        if work not in memory:
            memory[work] = work(system)
        found: T = memory[work]
        return found

    return remembered


def once_each(work: Callable[Concatenate[System, P], T]) -> Callable[Concatenate[System, P], T]:
    """The same function of names and, last, a view; its answers are kept with the system where no view tells scopes apart."""

    @wraps(work)
    def remembered(system: System, /, *arguments: P.args, **named: P.kwargs) -> T:
        if named or not arguments or arguments[-1]:
            return work(system, *arguments, **named)
        memory: dict[object, Any] = system.memory
        asked = (work, *arguments[:-1])
        if asked not in memory:
            memory[asked] = work(system, *arguments, **named)
        found: T = memory[asked]
        return found

    return remembered


def once_here(work: Callable[Concatenate[Boundary, P], T]) -> Callable[Concatenate[Boundary, P], T]:
    """The same function of one boundary, its answers kept with the boundary."""

    @wraps(work)
    def remembered(boundary: Boundary, /, *arguments: P.args, **named: P.kwargs) -> T:
        if named:
            return work(boundary, *arguments, **named)
        memory: dict[object, Any] = boundary.memory
        asked: object = (work, arguments) if arguments else work
        if asked not in memory:
            memory[asked] = work(boundary, *arguments, **named)
        found: T = memory[asked]
        return found

    return remembered
