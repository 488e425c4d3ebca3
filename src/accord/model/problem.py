"""Something that could not be read, said to a person."""

from msgspec import Struct

from accord.model.place import Place


class Problem(Struct, frozen=True):
    """What was read, what was expected and what to do; `fatal` means the file gave nothing."""

    place: Place
    reason: str
    fatal: bool = False


class Refused(ValueError):
    """A text that its grammar refuses; the message says what was expected."""
