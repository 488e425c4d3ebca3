"""The answer "there is none", which is neither unknown nor zero."""

from enum import Enum


class Nothing(Enum):
    """`none` was said: a limit without limit, a promise of nothing, a signal that does not exist."""

    NONE = "none"


NONE = Nothing.NONE
