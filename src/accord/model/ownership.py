"""What a file of code owners states: who answers for the files that a pattern matches."""

from msgspec import Struct


class OwnedFiles(Struct, frozen=True):
    """One line: a pattern and its owners as typed; nobody where `owners` is empty.

    `syntax` is github or gitlab: the same pattern matches other files there. Of the lines of one `section` (lower case,
    empty on GitHub) the last that matches holds; in an `optional` one nobody has to agree.
    """

    pattern: str
    owners: tuple[str, ...]
    syntax: str = "github"
    section: str = ""
    optional: bool = False
