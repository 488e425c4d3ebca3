"""Reading: from paths to facts. Whatever is wrong with a file, a document or a source becomes a Problem; the rest is read.

Facts are kept, trees are not.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from msgspec.structs import replace

from accord.files.collector import collector_paused
from accord.files.config import DEFAULTS, Config
from accord.files.given import Alone, alone, defect, waivers_given
from accord.files.landscape import Side, Text, is_whole, sides_of
from accord.files.mapped import MappedFiles
from accord.files.plugins import plugins
from accord.files.vocabulary import stated
from accord.model.fact import EVERYWHERE, Fact
from accord.model.problem import Problem
from accord.model.result import Given, Reading
from accord.model.waiver import File, Waiver
from accord.sources._claims import is_adding
from accord.sources._named import together_source
from accord.sources._reading import UNREAD, SourceText, TogetherSource

_AT_ONCE, _LONGEST_AT_ONCE = 4_000, 8_000_000
"""Texts, and characters of them, that are read in an order of their own before they are kept in that of their files."""


def read(paths: Iterable[str], config: Config = DEFAULTS) -> Reading:
    """Everything that the files of these paths, and of the includes of the configuration, state.

    Raises accord.files.walk.Missing for a path that names nothing.
    """
    arguments = [*paths] or ["."]
    with collector_paused():
        return Reader(config).reading_of(arguments, sides_of(arguments, config))


def _at_once(texts: Iterable[Text | Problem]) -> Iterator[list[Text | Problem]]:
    """The texts in their order, as many at a time as are read in an order of their own."""
    some: list[Text | Problem] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text.content) if isinstance(text, Text) and isinstance(text.content, str) else 0
        if len(some) >= _AT_ONCE or size >= _LONGEST_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


@lru_cache(maxsize=4096)
def _together_source(name: str) -> TogetherSource | None:
    """The source that reads files of this name with others; files of one name lie in many folders."""
    return together_source(name)


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
            source = _together_source(name_of(text))
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
        for some in _at_once(texts):
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
            found = [defect(texts[0].start, source.FORMAT, error)]
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
        return alone(text, self.config)

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
                self.waivers += waivers_given(content, start, self.problems)
