"""Where a statement stands: never a statement without a place."""

from msgspec import Struct


class Place(Struct, frozen=True, gc=False, order=True):
    """A spot in a file; line and column count from 1, file is relative to the root it was found under.

    What stands in no file, such as a variable of the environment, is named by `file` and has line 0.
    """

    root: str
    file: str
    line: int
    column: int

    @property
    def spot(self) -> tuple[str, int, int]:
        """Where it is below its root.

        What is put in this order stands so wherever the roots lie; of several roots the first that was read comes first.
        """
        return self.file, self.line, self.column

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
