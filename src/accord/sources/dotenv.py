"""Files of variables (`app.env`), as Docker Compose gives them to a service by `env_file`: the addresses in them, nothing else.

Which service takes a file is for the Compose file to say, and where both are seen, who is called. Values are not kept.
"""

import re
from collections.abc import Iterable, Iterator

from accord.model.fact import PARTY, Fact, Layer, Stance
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._settings import hosts

FORMAT = "dotenv"
FILES = ("*.env", ".env.*")
COMMENTS = ("#",)
PREFIX = "envfile:"
_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]{0,200})[ \t]*=[ \t]*(.{0,2000})", re.ASCII)
_QUOTED = re.compile(r"(['\"])(.*?)\1[ \t]*(?:#.*)?")
_LONGEST = 100_000


def read_text(text: str, start: Place) -> Iterable[Fact | Problem]:
    """Each variable that holds addresses, with their hosts; of one that stands twice the last."""
    party = f"{PREFIX}{start.file}"
    found = {name: (number, value) for number, name, value in _variables(text)}
    for name, (number, value) in found.items():
        pointed = hosts(name, value) if "$" not in value and "{{" not in value else ()
        if pointed:
            place = Place(start.root, start.file, number, 1)
            yield Fact(
                party, Stance.PROMISES, "", party, PARTY, f"setting.{name}", pointed, name, place, Layer.PLATFORM, (), FORMAT
            )  # fmt: skip


def _variables(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text[:_LONGEST].splitlines(), 1):
        match = _LINE.match(line)
        if match:
            quoted = _QUOTED.fullmatch(match[2].strip())
            yield number, match[1], quoted[2] if quoted else match[2].partition(" #")[0].strip()
