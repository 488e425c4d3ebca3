"""Numbers of pods as Kubernetes writes them: a count, or a share of all of them."""

from accord.model.problem import Refused

_LONGEST = 9


def parse_scaled(text: str) -> str:
    """A text such as `2` or `25%`, as it was written. Raises Refused for anything else."""
    if not _is_scaled(text):
        raise Refused(f"expected a number or a percentage such as 25%, read {text!r}")
    return text


def scaled(value: object, total: int) -> int | None:
    """How many of `total` a value means; a part of one counts as a whole one, as Kubernetes rounds all of these.

    None for what is neither a number nor a share.
    """
    text = str(value)
    if not _is_scaled(text):
        return None
    return -(-total * int(text[:-1]) // 100) if text.endswith("%") else int(text)


def spared(budget: object, is_least: bool, total: int) -> int | None:
    """How many of `total` healthy pods a disruption budget lets go at once: all but the least, or the most of its own."""
    stated = scaled(budget, total)
    if stated is None:
        return None
    return max(total - stated, 0) if is_least else min(stated, total)


def _is_scaled(text: str) -> bool:
    digits = text.removesuffix("%")
    return digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST
