"""From arguments to the files to read: sorted, each once. Nothing is opened here, and no loop is followed."""

import errno
import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from accord.files.config import STDIN_CALLED
from accord.files.plugins import texts_of_plugins
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.sources._named import is_taken

SUFFIXES = (".yaml", ".yml", ".json")
"""Endings of files that are read as documents; a source may name others (`FILES`)."""

SKIPPED = frozenset(
    (
        *(".bzr", ".cache", ".direnv", ".eggs", ".git", ".gradle", ".hg", ".hypothesis", ".idea", ".jj", ".mypy_cache"),
        *(
            ".next",
            ".nox",
            ".pytest_cache",
            ".ruff_cache",
            ".svn",
            ".terraform",
            ".tox",
            ".venv",
            ".vs",
            ".vscode",
            ".yarn",
        ),
        *("__pycache__", "bower_components", "node_modules", "site-packages", "venv"),
    )
)
"""Folders that hold copies, caches or history, never what somebody here states; read only where they are an argument."""


SKIPPED_FILES = frozenset(
    ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "tsconfig.json", "jsconfig.json", ".eslintrc.json")
)
"""Files that are long or no JSON, and state nothing; read only where they are an argument."""

_EDITOR_LOCK = ".#"  # a link to nothing, beside a file that somebody is writing


STDIN = "-"
"""The argument that stands for standard input; a file of this name is `./-`."""


class Missing(Refused):
    """An argument that names nothing: a usage error."""


class Found(Struct, frozen=True):
    """A file to read. `root` is the argument it was found under as typed, `file` its path below, with posix separators.

    `path` opens it.
    """

    path: str
    root: str
    file: str

    @property
    def start(self) -> Place:
        """The first place of the file."""
        return Place(self.root, self.file, 1, 1)


def walk(arguments: Iterable[str], seen: "Seen | None" = None) -> list[Found | Problem]:
    """Every file to read, sorted by argument and path, and a Problem for each folder that cannot be entered.

    A file that is reached twice, by a link or by two arguments, is read once: under the first argument, and by its
    real name rather than through a link; `seen` keeps this over several walks. Raises Missing for an argument that
    names nothing.
    """
    arguments = list(arguments)
    for argument in arguments:
        if "\0" in argument or not os.path.lexists(argument):
            raise Missing(f"{shown(argument)}: no such file or folder")
    seen = Seen() if seen is None else seen
    found: list[Found | Problem] = []
    for argument in arguments:
        found += sorted(_below(argument, seen), key=_position)
    return found


def shown(name: str) -> str:
    """A name of the file system as text: bytes that are no UTF-8 become U+FFFD."""
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "replace")


def folder_of(start: Place) -> str:
    """What the folder of a file is called, where that has to be asked for: below a root such as `.` or `..`; else ""."""
    if "/" in start.file or start.root.rstrip("/").rpartition("/")[2] not in ("", ".", ".."):
        return ""
    return shown(os.path.basename(os.path.abspath(start.root)))  # noqa: PTH100, PTH119


def words_of(error: OSError) -> str:
    """What went wrong, in the words of the system: `permission denied`."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def is_read(name: str) -> bool:
    """Whether files of this name are read."""
    return _is_read(name, _files_of_plugins())


def _files_of_plugins() -> tuple[str, ...]:
    return tuple([one for source in texts_of_plugins() for one in source.FILES])


@lru_cache(maxsize=4096)  # files of one name lie in many folders
def _is_read(name: str, more: tuple[str, ...]) -> bool:
    if name in SKIPPED_FILES or name.startswith(_EDITOR_LOCK):
        return False
    return name == STDIN_CALLED or name.lower().endswith(SUFFIXES) or is_taken(name, more)


_Identity = tuple[int, int]


class Seen:
    """The real folders and files met so far; a file is known by its folder and its name."""

    def __init__(self) -> None:
        self.folders: set[_Identity] = set()
        self.files: defaultdict[_Identity, set[str]] = defaultdict(set)
        """The names in each folder."""

    def new_link(self, path: str) -> bool:
        """Whether the file behind this path is met for the first time; one that cannot be resolved always is."""
        folder, name = os.path.split(os.path.realpath(path))
        try:
            met = self.files[_identity(folder)]
        except OSError:
            return True
        is_new = name not in met
        met.add(name)
        return is_new


def _identity(path: str) -> _Identity:
    status = os.stat(path)  # noqa: PTH116  a Path for every folder takes longer than the rest of the walk
    return status.st_dev, status.st_ino


def _position(found: Found | Problem) -> str:
    """Orders names by their parts: no sign of a name comes before what stands here for the one between two parts."""
    return (found.file if isinstance(found, Found) else found.place.file).replace("/", "\0")


def _below(argument: str, seen: Seen) -> Iterator[Found | Problem]:
    if not Path(argument).is_dir():
        path = Path(argument)
        if seen.new_link(argument):
            yield Found(argument, shown(str(path.parent)), shown(path.name))
        return
    below = _Walk(shown(argument), seen)
    yield from below.folder(argument, "")
    yield from below.linked()


class _Walk:
    """The walk below one argument. Links are put off: what is reached both ways keeps its own name."""

    def __init__(self, root: str, seen: Seen) -> None:
        self.root, self.seen = root, seen
        self.links: list[tuple[str, str, bool]] = []

    def problem(self, name: str, reason: str) -> Problem:
        return Problem(Place(self.root, name.rstrip("/") or ".", 1, 1), reason, fatal=True)

    def folder(self, top: str, prefix: str) -> Iterator[Found | Problem]:
        """The files in a folder and the folders below it."""
        waiting = [(top, prefix)]
        while waiting:
            path, prefix = waiting.pop()
            try:
                identity = _identity(path)
                if identity in self.seen.folders:
                    continue
                self.seen.folders.add(identity)
                with os.scandir(path) as listed:
                    entries = list(listed)
            except OSError as error:
                yield self.problem(prefix, f"this folder cannot be read: {words_of(error)}")
                continue
            met, more = self.seen.files[identity], _files_of_plugins()
            for entry in entries:
                name = entry.name
                if entry.is_symlink():
                    self.links.append((entry.path, prefix + shown(name), is_read(name)))
                elif entry.is_dir():
                    if name not in SKIPPED:
                        waiting.append((entry.path, f"{prefix}{shown(name)}/"))
                elif _is_read(name, more) and name not in met:
                    met.add(name)
                    yield Found(entry.path, self.root, prefix + (name if name.isascii() else shown(name)))

    def linked(self) -> Iterator[Found | Problem]:
        """What links lead to, as far as it was not met by its own name."""
        while self.links:
            links, self.links = sorted(self.links), []
            for path, name, reads in links:
                yield from self.link(path, name, reads)

    def link(self, path: str, name: str, reads: bool) -> Iterator[Found | Problem]:
        try:
            leads_to_folder = stat.S_ISDIR(Path(path).stat().st_mode)
        except OSError as error:
            if reads or error.errno == errno.ELOOP:
                yield self.problem(name, f"this link cannot be followed: {words_of(error)}")
            return
        if not leads_to_folder:
            if reads and self.seen.new_link(path):
                yield Found(path, self.root, name)
        elif Path(path).name not in SKIPPED:
            above, target = os.path.realpath(Path(path).parent), os.path.realpath(path)
            if Path(above).is_relative_to(target):
                yield self.problem(name, "this link leads to a folder above it; the loop is not followed")
            else:
                yield from self.folder(path, f"{name}/")
