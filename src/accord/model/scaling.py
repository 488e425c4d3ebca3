"""Numbers of pods as Kubernetes writes them: a count, or a share of all of them."""

from accord.model.problem import Refused

_LONGEST = 9


def parse_scaled(text: str) -> str:
    """A text such as `2` or `25%`, as it was written. Raises Refused for anything else."""
    digits = text.removesuffix("%")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST):
        raise Refused(f"expected a number or a percentage such as 25%, read {text!r}")
    return text


def scaled(text: str, total: int) -> int:
    """How many of `total` a parsed text means; a part of one counts as a whole one, as Kubernetes rounds all of these."""
    if text.endswith("%"):
        return -(-total * int(text[:-1]) // 100)
    return int(text)


def spared(budget: str, is_least: bool, total: int) -> int:
    """How many of `total` healthy pods a disruption budget lets go at once: all but the least, or the most of its own."""
    kept = scaled(budget, total) if is_least else max(total - scaled(budget, total), 0)
    return max(total - kept, 0)
