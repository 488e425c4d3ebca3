"""The files that mappings name: found below their folder, opened once each, and read as the mappings say.

A mapped file needs no format and no ending that Accord knows; it is YAML or JSON of one document. A mapping at the top
of what is read, or given as a file by itself, also reads below every other folder that was given.
"""

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from accord.defaults.reader import platforms
from accord.files.config import Config
from accord.files.decode import text_of_file
from accord.files.landscape import Side
from accord.files.walk import SKIPPED, Found, shown, walk, words_of
from accord.model.fact import EVERYWHERE, Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources._mapping_files import ANY_FOLDERS, Bindings, Pattern
from accord.sources._mapping_rows import Mapped, given
from accord.sources._yaml import Document, documents
from accord.sources.mapping import FILE_NAMES, Mapping, claims, compiled, named

MOST_ENTRIES = 400_000
"""Entries of folders that the patterns of one mapping may look at."""

MOST_FILES = 20_000
"""Files that one mapping may read."""


class Folder(Struct, frozen=True):
    """A folder that was read: its path, the root that places in it have, and the path of it below that root."""

    path: str
    root: str
    prefix: str = ""


class MappedFiles:
    """The mappings met while reading, and the folders that were read."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.documents: list[Document] = []
        self.folders: list[Folder] = []
        self.texts: list[tuple[Place, str, str]] = []
        """Every text that was read: its first place, the text, and the path that scopes and waivers go by."""
        self.repositories: list[Side] = []
        self._opened: dict[str, Document | None] = {}
        self._where: dict[str, Found] = {}
        self._problems: list[Problem] = []

    def add_roots(self, paths: Iterable[str]) -> None:
        """Takes the folders among what is read, once each; a file stands for the folder it lies in."""
        self.folders += [Folder(path, shown(path)) for path in paths if Path(path).is_dir()]

    def read(self, told: Iterable[Problem]) -> Iterator[Fact | Problem]:
        """What all the mappings give; a file's own problem that is among those told already is not told again."""
        known = set(told)
        whole = [found for document in self.documents if (found := compiled(document)[0])]
        for mapping in named(whole):
            if isinstance(mapping, Problem):
                yield mapping
                continue
            yield from _platform_refused(mapping)
            files, refused = self._files(mapping)
            yield from refused
            yield from given(mapping, files, self._document)
            yield from (problem for problem in self._problems if problem not in known)
            known.update(self._problems)
            self._problems = []

    def _files(self, mapping: Mapping) -> tuple[list[Mapped], list[Problem]]:
        found: list[Mapped] = []
        problems: list[Problem] = []
        for folder in self._below(mapping):
            search = _Search(folder)
            for number, pattern in enumerate(mapping.patterns):
                matched = search.files(pattern)
                found += [Mapped(number, bound, self._name(folder, path)) for path, bound in matched]
            problems += search.problems(mapping)
        found += [each for side in self.repositories for each in self._of_repository(mapping, side)]
        if len(found) > MOST_FILES:
            reason = f"the mapping {mapping.name} matches more than {MOST_FILES:,} files; the rest is not read"
            problems.append(Problem(mapping.place, reason))
        return found[:MOST_FILES], problems

    def _of_repository(self, mapping: Mapping, side: Side) -> list[Mapped]:
        """The files of a repository that a mapping of its own, or one at the top of what is read, names; read at once."""
        inside = mapping.place.file.rpartition("/")[0]
        is_own = mapping.place.root == side.root
        if side.again is None or (inside and not is_own):
            return []
        prefix = f"{inside}/" if inside else ""
        below = [file for file in side.listed if file.startswith(prefix)]
        found = [
            Mapped(number, bound, f"{side.root}//{file}")
            for number, pattern in enumerate(mapping.patterns)
            for file in below
            if (bound := pattern.match(file[len(prefix) :])) is not None
        ]
        wanted = {each.name.removeprefix(f"{side.root}//") for each in found if each.name not in self._opened}
        for text in side.again(wanted) if wanted else ():
            self._opened[f"{side.root}//{text.start.file}"] = self._parsed(text.content, text.start, text.path)
        return found

    def _below(self, mapping: Mapping) -> list[Folder]:
        """The folder of the mapping; where that is the top of what is read, every other folder as well."""
        inside = mapping.place.file.rpartition("/")[0]
        own = Folder(os.path.join(mapping.place.root, inside), mapping.place.root, f"{inside}/" if inside else "")  # noqa: PTH118
        if not Path(own.path).is_dir():
            return []
        others = [] if inside else [folder for folder in self.folders if not _is_same(folder.path, own.path)]
        return [own, *others]

    def _name(self, folder: Folder, path: str) -> str:
        name = f"{folder.path}/{path}"
        self._where[name] = Found(str(Path(folder.path, path)), folder.root, folder.prefix + path)
        return name

    def _document(self, name: str) -> Document | None:
        if name not in self._opened:
            self._opened[name] = self._read(self._where[name])
        return self._opened[name]

    def _read(self, file: Found) -> Document | None:
        return self._parsed(text_of_file(file.path, file.start), file.start, self._path(file.path))

    def _parsed(self, text: str | Problem, start: Place, path: str) -> Document | None:
        if isinstance(text, Problem):
            self._problems.append(text)
            return None
        self.texts.append((start, text, path))
        scope = self.config.scope_of(path) if self.config.scopes else EVERYWHERE
        found = list(documents(text, start.root, start.file, scope))
        self._problems += [one for one in found if isinstance(one, Problem)]
        read = [one for one in found if isinstance(one, Document)]
        if len(read) > 1:
            reason = f"a mapping reads files of one document, and this one has {len(read)}; nothing of it is mapped"
            self._problems.append(Problem(start, reason))
        return read[0] if len(found) == 1 and read else None

    def _path(self, path: str) -> str:
        return Path(os.path.relpath(path, self.config.folder)).as_posix()


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _platform_refused(mapping: Mapping) -> Iterator[Problem]:
    name, known = mapping.speaker.platform, platforms()
    if name and name not in known:
        close = get_close_matches(name, known, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else f"; there are {' '.join(known)}"
        yield Problem(
            mapping.place,
            f"the mapping {mapping.name} names the platform {name!r}, of which no defaults are known{meant}",
        )


class _Search:
    """Looks for files below one folder; links that lead out of it are not followed, no folder is entered twice."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.looked = 0
        self.unread: list[tuple[str, str]] = []
        self._listed: dict[str, list[tuple[str, bool]]] = {}
        self._inside = os.path.realpath(folder.path)

    def problems(self, mapping: Mapping) -> list[Problem]:
        """What could not be looked at."""
        folder = self.folder
        found = [Problem(Place(folder.root, folder.prefix + name, 1, 1), reason) for name, reason in self.unread]
        if self.looked > MOST_ENTRIES:
            reason = f"the mapping {mapping.name} looks at more than {MOST_ENTRIES:,} files and folders; the rest is not read"
            found.append(Problem(mapping.place, reason))
        return found

    def files(self, pattern: Pattern) -> list[tuple[str, Bindings]]:
        """The paths below the folder that a pattern matches, sorted, with what its placeholders are there."""
        found: dict[tuple[str, Bindings], None] = {}
        waiting: list[tuple[str, int, Bindings]] = [("", 0, ())]
        seen = set(waiting)
        while waiting:
            path, position, bound = waiting.pop()
            for step in self._steps(pattern, path, position, bound):
                if step in seen:
                    continue
                seen.add(step)
                if step[1] == len(pattern.segments):
                    found[(step[0], step[2])] = None
                else:
                    waiting.append(step)
        return sorted(found, key=lambda each: each[0].split("/"))

    def _steps(
        self, pattern: Pattern, path: str, position: int, bound: Bindings
    ) -> Iterator[tuple[str, int, Bindings]]:
        segment, is_last = pattern.segments[position], position == len(pattern.segments) - 1
        if segment.text == ANY_FOLDERS:
            yield path, position + 1, bound
            for name, is_folder in self._entries(path):
                if is_folder and name not in SKIPPED:
                    yield _joined(path, name), position, bound
            return
        for name, is_folder in self._entries(path):
            if is_folder == is_last:
                continue
            matched = segment.match(name, dict(bound))
            if matched is not None and (segment.is_literal or name not in SKIPPED):
                yield _joined(path, name), position + 1, tuple(sorted(matched.items()))

    def _entries(self, path: str) -> list[tuple[str, bool]]:
        if path not in self._listed:
            self._listed[path] = [] if self.looked > MOST_ENTRIES else list(self._scanned(path))
            self.looked += len(self._listed[path]) + 1
        return self._listed[path]

    def _scanned(self, path: str) -> Iterator[tuple[str, bool]]:
        try:
            with os.scandir(Path(self.folder.path, path)) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            self.unread.append((path or ".", f"this folder cannot be read: {words_of(error)}"))
            return
        for entry in entries:
            if entry.is_symlink() and not self._stays(entry):
                continue
            yield entry.name, entry.is_dir()

    def _stays(self, entry: "os.DirEntry[str]") -> bool:
        """Whether a link leads to a file inside the folder; links to folders are not followed."""
        target = os.path.realpath(entry.path)
        return Path(target).is_relative_to(self._inside) and not Path(target).is_dir()


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def mapping_of(name: str, paths: Iterable[str]) -> Mapping | None:
    """The mapping of this name in the files below these paths that are named for it; None where there is none."""
    for found in walk(paths):
        if isinstance(found, Problem) or found.file.rpartition("/")[2] not in FILE_NAMES:
            continue
        text = text_of_file(found.path, found.start)
        for document in documents(text, found.root, found.file) if isinstance(text, str) else ():
            mapping = compiled(document)[0] if isinstance(document, Document) and claims(document) else None
            if mapping is not None and mapping.name == name:
                return mapping
    return None
