"""Numbers as platforms write them."""

from accord.model.problem import Refused


def parse_number(text: str) -> int:
    """A whole number of at least 0. Raises Refused for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Refused(f"expected a whole number, read {text[:40]!r}")
    return int(text)
