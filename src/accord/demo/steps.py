"""What a step of the story has to show."""

from accord.model.problem import Refused


class Unexpected(Refused):
    """The story went otherwise than it should."""


def expect(holds: bool, what: str) -> None:
    """Raises Unexpected where it does not hold."""
    if not holds:
        raise Unexpected(f"the story went otherwise than it should: expected {what}")
