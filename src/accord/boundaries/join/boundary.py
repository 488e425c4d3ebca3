"""One boundary in one view: both sides of a call."""

from typing import TYPE_CHECKING, Any

from accord.boundaries.join.view import View

if TYPE_CHECKING:
    from accord.boundaries.join.system import System

Key = tuple[str, str, str]  # consumer ("" for every caller), provider, operation


class Boundary:
    """One consumer, one provider, one operation, in one view.

    `consumer` is empty where nobody is known to call. `assumed` is what the consumer (and every layer in front of it)
    says about this operation, `promised` what the provider (and its platform) says.
    """

    __slots__ = ("assumed", "consumer", "memory", "operation", "promised", "provider", "system", "view")

    def __init__(self, system: "System", key: Key, view: View) -> None:
        self.system = system
        self.consumer, self.provider, self.operation = key
        self.view = view
        self.assumed = system.assumed(key, view)
        self.promised = system.promised(key[1], key[2], view)
        self.memory: dict[object, Any] = {}

    @property
    def subject(self) -> str:
        """`payments/charge`."""
        return f"{self.provider}/{self.operation}"

    @property
    def key(self) -> Key:
        """What tells this boundary from every other one."""
        return (self.consumer, self.provider, self.operation)
