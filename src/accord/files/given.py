"""What one text gives by itself: each document read with the first source that claims it, and with those that read beside others.

Whatever is wrong with the text, a document or a source becomes a Problem; the rest is read.
"""

from collections.abc import Sequence
from datetime import date

from accord.files.config import Config
from accord.files.imported import EXPORTED, Exported, exported, quickly
from accord.files.landscape import Text
from accord.files.plugins import documents_of_plugins, texts_of_plugins
from accord.files.unread import empty_contract, of_no_kind, unread_alerting
from accord.files.walk import folder_of, is_read
from accord.model.fact import EVERYWHERE, Fact, Scope
from accord.model.place import Place
from accord.model.problem import Problem
from accord.model.result import Given
from accord.model.waiver import Waiver
from accord.sources._claims import asked, claimable_in, read_whole, waivers_of_file
from accord.sources._named import source_of_file
from accord.sources._objects import opened
from accord.sources._reading import Source, TextSource
from accord.sources._waivers import may_hold_any
from accord.sources._yaml import Document, documents, place_of
from accord.sources.mapping import FORMAT as MAPPING

_LONGEST_WORDS = 200

Alone = tuple[Given, list[Document]]
"""What a text gives, and the mappings in it."""


def alone(text: Text, config: Config) -> Alone:
    """What a text gives, whatever other texts say, and the mappings in it.

    It is readable where it gave a document that was not refused whole, or nothing was wrong with it.
    """
    content, start = text.content, text.start
    assert isinstance(content, str)
    one = _One(content, start, config.scope_of(text.path) if text.path else EVERYWHERE)
    source = source_of_file(start.file, texts_of_plugins())
    if source is None:
        readable = one.read()
    else:
        readable = hasattr(source, "read_together") or one.read_whole(source)
    waivers = waivers_given(content, start, one.problems)
    given = Given(readable, tuple(one.facts), one.unread, tuple(one.problems), one.imported, tuple(waivers))
    return given, one.mappings


def waivers_given(content: str, start: Place, problems: list[Problem]) -> list[Waiver]:
    """The waivers in a text; what goes wrong is added to the problems."""
    if not may_hold_any(content):
        return []
    try:
        return waivers_of_file(content, start, texts_of_plugins())
    except Exception as error:
        problems.append(defect(start, "its waivers", error))
        return []


class _One:
    """Collects what one text gives."""

    __slots__ = ("content", "facts", "imported", "mappings", "problems", "scope", "start", "unread")

    def __init__(self, content: str, start: Place, scope: Scope) -> None:
        self.content, self.start, self.scope = content, start, scope
        self.facts: list[Fact] = []
        self.unread: tuple[Fact, ...] = ()
        self.problems: list[Problem] = []
        self.imported: dict[str, date] = {}
        self.mappings: list[Document] = []

    def read(self) -> bool:
        """Reads the documents of the text; whether it was readable."""
        found = quickly(self.content, self.start)
        if found:
            self.keep_exported(found)
            return True
        given = self.read_documents()
        if not self.facts:
            self.problems += empty_contract(self.content, self.start)
        if not self.problems:
            return True
        self.unread = tuple(unread_alerting(self.content, self.start, self.scope, self.problems))
        refused = any(problem.fatal for problem in self.problems)
        if refused and not self.facts and not is_read(self.start.file.rpartition("/")[2]):
            self.problems = [of_no_kind(self.start, texts_of_plugins())]
        return bool(self.facts) or (bool(given) and not refused)

    def read_documents(self) -> int:
        """Reads each document, and counts those that are any."""
        given, start, more = 0, self.start, documents_of_plugins()
        is_claimable = None if more else claimable_in(start.file)
        try:
            for document in documents(self.content, start.root, start.file, self.scope, folder_of(start), is_claimable):
                if isinstance(document, Problem):
                    self.problems.append(document)
                else:
                    given += 1
                    self.read_document(document, more)
        except Exception as error:  # a defect of ours costs this file, not the check
            self.problems.append(defect(start, "its text", error))
        return given

    def read_document(self, document: Document, more: Sequence[Source]) -> None:
        """Reads one document with the first source that claims it, and with those that read beside others."""
        name = "lists"
        try:
            for part in opened(document):
                is_claimed = False
                for source, beside in asked(part, more):
                    name = source.FORMAT
                    if (beside or not is_claimed) and source.claims(part):
                        is_claimed = is_claimed or not beside
                        self.keep(part, source)
        except Exception as error:
            self.problems.append(defect(place_of(document.node, document.root, document.file), name, error))

    def read_whole(self, source: TextSource) -> bool:
        """Reads a file that a source takes by its name: keeps all that the source gives, or nothing where it fails."""
        try:
            found = list(read_whole(source, self.content, self.start, self.scope))
        except Exception as error:
            self.problems.append(defect(self.start, source.FORMAT, error))
            return False
        self.facts = [one for one in found if isinstance(one, Fact)]
        self.problems = [one for one in found if isinstance(one, Problem)]
        self.unread = tuple(unread_alerting(self.content, self.start, self.scope, self.problems))
        return bool(self.facts) or not self.problems

    def keep(self, document: Document, source: Source) -> None:
        """Keeps what the source gives: all of it, or nothing where the source fails halfway."""
        found = list(source.read(document))
        facts = [one for one in found if type(one) is Fact]
        if len(facts) < len(found):
            self.problems += [one for one in found if type(one) is Problem]
        if source.FORMAT == EXPORTED:
            self.keep_exported(exported(facts, document))
            return
        if source.FORMAT == MAPPING:
            self.mappings.append(document)
        self.facts += facts

    def keep_exported(self, exported: Exported) -> None:
        """Keeps facts that travelled, and the day they are from."""
        self.facts += exported.facts
        if exported.day:
            self.imported[exported.root] = exported.day


def defect(place: Place, what: str, error: Exception) -> Problem:
    """That something of ours went wrong while it read something."""
    words = " ".join(str(error).split())[:_LONGEST_WORDS]
    return Problem(
        place, f"could not be read: please report this ({what}, {type(error).__name__}: {words})", fatal=True
    )
