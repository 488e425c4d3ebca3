"""Reading: from paths to facts. Whatever is wrong with a file, a document or a source becomes a Problem; the rest is read.

Facts are kept, trees are not.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from accord.files.collector import collector_paused
from accord.files.config import DEFAULTS, Config
from accord.files.imported import EXPORTED, Exported, exported, quickly
from accord.files.landscape import Side, Text, others, own
from accord.files.mapped import MappedFiles
from accord.files.plugins import documents_of_plugins, plugins, texts_of_plugins
from accord.files.unread import empty_contract, of_no_kind, unread_alerting
from accord.files.vocabulary import stated
from accord.files.walk import Seen, folder_of, is_read
from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Reading
from accord.model.waiver import File, Waiver
from accord.sources._claims import asked, is_adding, read_whole, source_of_file, together_source, waivers_of_file
from accord.sources._objects import opened
from accord.sources._reading import UNREAD, Source, SourceText, TextSource
from accord.sources._yaml import Document, documents, place_of
from accord.sources.mapping import FORMAT as MAPPING

_LONGEST_WORDS = 200
_AT_ONCE = 400
"""Texts that are read in an order of their own, before they are kept in that of their files."""


def read(paths: Iterable[str], config: Config = DEFAULTS) -> Reading:
    """Everything that the files of these paths, and of the includes of the configuration, state.

    Raises accord.files.walk.Missing for a path that names nothing.
    """
    arguments = [*paths] or ["."]
    with collector_paused():
        return Reader(config).reading_of(arguments, sides_of(arguments, config))


def is_whole(arguments: Iterable[str], config: Config) -> bool:
    """Whether these are more than a part of the folder that the configuration is for, or of the working folder without one."""
    home = Path(config.folder).resolve()
    return not all(home in Path(argument).resolve().parents for argument in arguments)


def sides_of(paths: Iterable[str], config: Config) -> Iterator[Side | Problem]:
    """The files of the paths, then what each include brings in; raises accord.files.walk.Missing."""
    seen = Seen()
    yield own([*paths] or ["."], config, seen)
    yield from others(config, seen)


class Given(Struct, frozen=True):
    """What one text gives by itself; `unread` are facts that count only where anything was read at all."""

    readable: bool
    facts: tuple[Fact, ...]
    unread: tuple[Fact, ...]
    problems: tuple[Problem, ...]
    imported: dict[str, date]
    waivers: tuple[Waiver, ...] = ()


Alone = tuple[Given, list[Document]]
"""What a text gives, and the mappings in it."""


def name_of(text: Text) -> str:
    """The name of a file, by which texts that are written alike are found."""
    return text.start.file.rpartition("/")[2]


class Reader:
    """Collects what texts give."""

    def __init__(self, config: Config = DEFAULTS) -> None:
        self.config = config
        problems = plugins()[1]
        self.facts: list[Fact] = []
        self.unread: list[Fact] = []
        self.problems: list[Problem] = list(problems)
        self.imported: dict[str, date] = {}
        self.sides: list[str] = []
        self.mapped = MappedFiles(config)
        self.waivers: list[Waiver] = []
        self.paths: dict[File, str] = {}
        self.files = 0
        self._alone: dict[int, Alone] = {}

    def reading_of(self, arguments: Iterable[str], sides: Iterable[Side | Problem]) -> Reading:
        """Reads every side of these arguments, the own one first, then what the mappings among them name."""
        for number, side in enumerate(sides):
            self.take(side, is_own=not number)
        self.take_mapped(arguments)
        return replace(self.reading(), whole=is_whole(arguments, self.config))

    def reading(self) -> Reading:
        """What was collected, with the words of the configuration where anything was."""
        if self.facts:
            self.facts += self.unread
            for said in stated(self.config):
                if isinstance(said, Fact):
                    self.facts.append(said)
                else:
                    self.problems.append(said)
        waivers = (
            *self.waivers,
            *self.config.comments,
            *(selection.over(self.paths) for selection in self.config.selections),
        )
        return Reading(self.files, tuple(self.facts), tuple(self.problems), self.imported, waivers)

    def take(self, side: Side | Problem, is_own: bool = True) -> None:
        """Reads one side; waivers in what is not our own have their own check."""
        if isinstance(side, Problem):
            self.problems.append(side)
            return
        if side.again is not None:
            self.mapped.repositories.append(side)
        self.sides.append(side.root)
        if side.day:
            self.imported[side.root] = side.day
        tied: dict[str, list[Text]] = {}
        for text in self.read_alike(side.texts):
            if isinstance(text, Problem):
                self.problems.append(text)
                continue
            source = together_source(text.start.file)
            if source is not None:
                tied.setdefault(source.FORMAT, []).append(text)
            if isinstance(text.content, str):
                self.paths[(text.start.root, text.start.file)] = text.path
                self.keep_given(self.given(text), is_own)
            elif source is None or not is_adding(source, text.start.file):
                self.problems.append(text.content)
        for texts in tied.values():
            self.take_together(texts)

    def read_alike(self, texts: Iterable[Text | Problem]) -> Iterator[Text | Problem]:
        """The texts in their order, of which some at a time were read before: those of one name one after another.

        They are written alike, so that what one needs is at hand for the next: in the order of folders, a quarter slower.
        """
        coming = iter(texts)
        while some := list(islice(coming, _AT_ONCE)):
            wanted = [
                one for one in some if isinstance(one, Text) and isinstance(one.content, str) and self.is_unread(one)
            ]
            self._alone = {id(text): self.alone(text) for text in sorted(wanted, key=name_of)}
            yield from some

    def is_unread(self, text: Text) -> bool:
        """Whether a text has still to be read."""
        return True

    def take_together(self, texts: Sequence[Text]) -> None:
        """Reads the files of one format whose meaning lies in several; a file that is refused counts as none that was read."""
        source = together_source(texts[0].start.file)
        by_place = {text.start: text for text in texts}
        for group in source.together(map(self.source_text, texts)) if source is not None else ():
            given = self.given_together([by_place[each.start] for each in group])
            self.keep_given(given)
            self.files -= given.readable + len({problem.place.file for problem in given.problems if problem.fatal})

    def source_text(self, text: Text) -> SourceText:
        """A text as its source takes it."""
        content = text.content if isinstance(text.content, str) else UNREAD
        return SourceText(text.start, content, self.config.scope_of(text.path) if text.path else EVERYWHERE)

    def given_together(self, texts: Sequence[Text]) -> Given:
        """What the texts of one group give."""
        source = together_source(texts[0].start.file)
        assert source is not None
        try:
            found = list(source.read_together(map(self.source_text, texts)))
        except Exception as error:  # a defect of ours costs this group, not the check
            found = [_defect(texts[0].start, source.FORMAT, error)]
        facts = tuple(one for one in found if isinstance(one, Fact))
        problems = tuple(one for one in found if isinstance(one, Problem))
        return Given(bool(facts), facts, (), problems, {})

    def given(self, text: Text) -> Given:
        """What a text gives; the mappings in it are kept for when all else is read."""
        known = self._alone.pop(id(text), None)
        given, mappings = self.alone(text) if known is None else known
        self.mapped.documents += mappings
        return given

    def alone(self, text: Text) -> Alone:
        """What a text gives, whatever other texts say, and the mappings in it."""
        alone = Reader(self.config)
        alone.problems.clear()
        assert isinstance(text.content, str)
        readable = alone.text(text.content, text.start, text.path)
        alone.read_waivers(text.content, text.start)
        facts, unread, problems = tuple(alone.facts), tuple(alone.unread), tuple(alone.problems)
        given = Given(readable, facts, unread, problems, alone.imported, tuple(alone.waivers))
        return given, alone.mapped.documents

    def keep_given(self, given: Given, is_own: bool = True) -> None:
        """Keeps what a text gave."""
        self.files += given.readable
        self.facts += given.facts
        self.unread += given.unread
        self.problems += given.problems
        self.imported |= given.imported
        self.waivers += given.waivers if is_own else [replace(one, watched=False) for one in given.waivers]

    def take_mapped(self, arguments: Iterable[str]) -> None:
        """Reads what the mappings met so far name."""
        if not self.mapped.documents:
            return
        self.mapped.add_roots([*arguments, *(side for side in self.sides if side)])
        for found in self.mapped.read(self.problems):
            if isinstance(found, Fact):
                self.facts.append(found)
            else:
                self.problems.append(found)
        for start, content, path in self.mapped.texts:
            if (start.root, start.file) not in self.paths:
                self.paths[(start.root, start.file)] = path
                self.read_waivers(content, start)

    def text(self, content: str, start: Place, path: str = "") -> bool:
        """Reads one text; whether it gave a document that was not refused whole, or nothing was wrong with it."""
        scope = self.config.scope_of(path) if path else EVERYWHERE
        whole = source_of_file(start.file, texts_of_plugins())
        if whole is not None and hasattr(whole, "read_together"):
            return True
        if whole is not None:
            return self.whole(whole, content, start, scope)
        exported = quickly(content, start)
        if exported:
            self.keep_exported(exported)
            return True
        given, before, stated_before = 0, len(self.problems), len(self.facts)
        try:
            for document in documents(content, start.root, start.file, scope, folder_of(start)):
                if isinstance(document, Problem):
                    self.problems.append(document)
                else:
                    given += 1
                    self.document(document)
        except Exception as error:  # a defect of ours costs this file, not the check
            self.problems.append(_defect(start, "its text", error))
        self.problems += empty_contract(content, start)
        self.unread += unread_alerting(content, start, scope, self.problems[before:])
        refused = any(problem.fatal for problem in self.problems[before:])
        if refused and len(self.facts) == stated_before and not is_read(start.file.rpartition("/")[2]):
            self.problems[before:] = [of_no_kind(start, texts_of_plugins())]
        return len(self.facts) > stated_before or (bool(given) and not refused) or len(self.problems) == before

    def read_waivers(self, content: str, start: Place) -> None:
        """Keeps the waivers of one text."""
        try:
            self.waivers += waivers_of_file(content, start, texts_of_plugins())
        except Exception as error:
            self.problems.append(_defect(start, "its waivers", error))

    def whole(self, source: TextSource, content: str, start: Place, scope: Scope) -> bool:
        """Reads a file that a source takes by its name: keeps all that the source gives, or nothing where it fails."""
        try:
            found = list(read_whole(source, content, start, scope))
        except Exception as error:
            self.problems.append(_defect(start, source.FORMAT, error))
            return False
        facts = [one for one in found if isinstance(one, Fact)]
        problems = [one for one in found if isinstance(one, Problem)]
        self.facts += facts
        self.problems += problems
        self.unread += unread_alerting(content, start, scope, problems)
        return bool(facts) or not problems

    def document(self, document: Document) -> None:
        """Reads one document with the first source that claims it, and with those that read beside others."""
        name = "lists"
        try:
            for part in opened(document):
                is_read = False
                for source, beside in asked(part, documents_of_plugins()):
                    name = source.FORMAT
                    if (beside or not is_read) and source.claims(part):
                        is_read = is_read or not beside
                        self.keep(part, source)
        except Exception as error:
            self.problems.append(_defect(place_of(document.node, document.root, document.file), name, error))

    def keep(self, document: Document, source: Source) -> None:
        """Keeps what the source gives: all of it, or nothing where the source fails halfway."""
        found = list(source.read(document))
        facts = [one for one in found if type(one) is Fact]
        if len(facts) < len(found):
            self.problems += [one for one in found if type(one) is Problem]
        if source.FORMAT == MAPPING:
            self.mapped.documents.append(document)
        if source.FORMAT == EXPORTED:
            self.keep_exported(exported(facts, document))
        else:
            self.facts += facts

    def keep_exported(self, exported: Exported) -> None:
        """Keeps facts that travelled, and the day they are from."""
        self.facts += exported.facts
        if exported.day:
            self.imported[exported.root] = exported.day


def _defect(place: Place, what: str, error: Exception) -> Problem:
    words = " ".join(str(error).split())[:_LONGEST_WORDS]
    return Problem(
        place, f"could not be read: please report this ({what}, {type(error).__name__}: {words})", fatal=True
    )
