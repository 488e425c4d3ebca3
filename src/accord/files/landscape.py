"""The other sides: what `[landscape] include` brings in, each text with its place, and the day it is from.

Folders and files are read as they lie there now. A repository at a revision is as old as its commit, a file of
exported facts as old as its export: whoever shows a finding that rests on them can say so.
"""

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path

from msgspec import Struct

from accord.files.cache import cache_folder
from accord.files.config import Config, Include
from accord.files.decode import decoded, text_of_file, text_of_stdin
from accord.files.walk import STDIN, Found, Missing, Seen, walk
from accord.model.place import Place
from accord.model.problem import Problem, Refused

ADDRESS = "git+"
"""How an entry of the landscape begins that names a repository."""


class Text(Struct, frozen=True):
    """One file: the place of its first character, its text or why there is none, and the path that scopes go by."""

    start: Place
    content: str | Problem
    path: str


class Side(Struct, frozen=True):
    """What one include gives, and the root its files have; `day` is None where it is as of now.

    The root of a repository is the include as typed; of a folder, its path from the working folder. What a repository
    has is `listed`, and `again` gives the texts of some of it once more.
    """

    root: str
    texts: Iterable[Text | Problem]
    day: date | None = None
    listed: tuple[str, ...] = ()
    again: Callable[[Container[str]], Iterator[Text]] | None = None


def is_whole(arguments: Iterable[str], config: Config) -> bool:
    """Whether these are more than a part of the folder that the configuration is for, or of the working folder without one."""
    home = Path(config.folder).resolve()
    return not all(home in Path(argument).resolve().parents for argument in arguments)


def sides_of(paths: Iterable[str], config: Config) -> Iterator[Side | Problem]:
    """The files of the paths, then what each include brings in; raises accord.files.walk.Missing."""
    seen = Seen()
    yield own([*paths] or ["."], config, seen)
    yield from others(config, seen)


def own(arguments: list[str], config: Config, seen: Seen) -> Side:
    """The files of the arguments themselves, `-` being standard input; raises Missing."""
    arguments = list(dict.fromkeys(arguments))
    found = [None if one == STDIN else walk([one], seen) for one in arguments]
    return Side("", chain.from_iterable(_stdin(config) if one is None else _texts(one, config) for one in found))


def _stdin(config: Config) -> Iterator[Text]:
    start = Place("", config.stdin, 1, 1)
    yield Text(start, text_of_stdin(start), _path_from(config.folder, config.stdin))


def others(config: Config, seen: Seen, environ: Mapping[str, str] | None = None) -> Iterator[Side | Problem]:
    """Each include in turn, or a Problem at the line that names it; a file that was read already is not read again."""
    for include in config.includes:
        try:
            if include.text.startswith(ADDRESS):
                yield _repository(include, os.environ if environ is None else environ)
            else:
                yield _folder(include, config, seen)
        except Refused as refused:
            yield Problem(include.place, f"landscape.include {include.text}: {refused}", fatal=True)


def _texts(found: list[Found | Problem], config: Config) -> Iterator[Text | Problem]:
    for one in found:
        if isinstance(one, Problem):
            yield one
        else:
            path = _path_from(config.folder, one.path) if config.scopes or config.selections else ""
            start = one.start
            yield Text(start, text_of_file(one.path, start), path)


def _path_from(folder: str, path: str) -> str:
    """The path as the patterns of the configuration see it."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return Path(path).as_posix()


def _folder(include: Include, config: Config, seen: Seen) -> Side:
    path = os.path.normpath(Path(include.folder, Path(include.text).expanduser()))
    try:
        return Side(path, _texts(walk([path], seen), config))
    except Missing:
        raise Refused("no such file or folder") from None


def _repository(include: Include, environ: Mapping[str, str]) -> Side:
    from accord.files.git import Repository, parse_address  # a check without one does not pay for it

    repository = Repository(parse_address(include.text), cache_folder(environ))
    listed = repository.listed()

    def texts(wanted: Container[str]) -> Iterator[Text]:
        contents = repository.contents([each for each in listed if each[0] in wanted])
        return (_text_of_blob(include, file, content) for file, content in contents)

    files = tuple(file for file, *_ in listed)
    return Side(include.text, texts(files), repository.day(), files, texts)


def _text_of_blob(include: Include, file: str, content: bytes | str) -> Text:
    start = Place(include.text, file, 1, 1)
    text = Problem(start, content, fatal=True) if isinstance(content, str) else decoded(content, start)
    return Text(start, text, f"{include.text.replace('#', '/').rstrip('/')}/{file}")
