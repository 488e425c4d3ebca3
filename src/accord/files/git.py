"""Files of another repository at one revision: fetched by the `git` program into a cache, read without a work tree.

A revision is a tag or a commit id, so that a check gives the same answer tomorrow; once in the cache it is never
fetched again. Nothing of the repository is run: no hooks, no filters, no submodules.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path, PurePosixPath

from msgspec import Struct

from accord.files.decode import LARGEST, too_large
from accord.files.walk import SKIPPED, is_read, words_of
from accord.model.problem import Refused

PATIENCE_S = 120.0
"""Seconds that one call of `git` may take."""

_SCHEMES = ("https", "http", "ssh", "git", "file")
_ADDRESS = re.compile(
    rf"git\+(?P<url>(?:{'|'.join(_SCHEMES)})://[^#\s]*/[^#\s]*?)@(?P<revision>[^@#\s/-][^@#\s]*)(?:#(?P<folder>[^#]*))?"
)
_PASSWORD = re.compile(r"[a-z]+://[^/@]*:[^/@]*@")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_WHOLE_COMMIT = 40
_LINK = "120000"
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": ":".join(_SCHEMES),
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}
_UNLESS_SET = {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
_NOT_INHERITED = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
    "GIT_COMMON_DIR",
)


class Address(Struct, frozen=True):
    """`git+URL@REVISION#FOLDER`, taken apart; `folder` may be a file, and is "" for the whole repository."""

    url: str
    revision: str
    folder: str = ""


Listed = tuple[str, str, int]
"""A file of a repository: its path below the folder, the identity of its content, its size in bytes."""


def parse_address(text: str) -> Address:
    """The parts of an address; raises Refused."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        raise Refused(f"expected git+URL@REVISION or git+URL@REVISION#FOLDER ({', '.join(_SCHEMES)}), read {text!r}")
    if _PASSWORD.match(found["url"]):
        raise Refused("a password does not belong in a configuration file; git asks its credential helper")
    folder = PurePosixPath(found["folder"] or "")
    if folder.is_absolute() or ".." in folder.parts:
        raise Refused(f"expected a folder inside the repository after #, read {found['folder']!r}")
    return Address(found["url"], found["revision"], "" if str(folder) == "." else str(folder))


class Repository:
    """One repository at one revision, in the cache. Raises Refused where git is missing or refuses."""

    def __init__(self, address: Address, cache: Path) -> None:
        self.address = address
        name = hashlib.sha256(f"{address.url}@{address.revision}".encode()).hexdigest()[:24]
        self.folder = cache / "git" / name
        self.commit = self._resolved() or self._fetched()

    def day(self) -> date:
        """The day of the commit, by the clock of its committer."""
        return date.fromisoformat(
            self._git("log", "-1", "--format=%cd", "--date=format:%Y-%m-%d", self.commit).decode().strip()
        )

    def listed(self) -> list[Listed]:
        """The files that are read by their name, sorted; links and submodules are passed over."""
        top = self.address.folder
        listed = self._git("ls-tree", "-r", "-l", "-z", "--full-tree", self.commit, *([top] if top else []))
        if top and not listed:
            raise Refused(f"no folder or file {top!r} at {self.address.revision}")
        return sorted(_listed(listed, top))

    def contents(self, listed: Iterable[Listed]) -> Iterator[tuple[str, bytes | str]]:
        """The path of each file below the folder, and its bytes, or why they are not read."""
        with _started(self.folder, "cat-file", "--batch") as reader:
            assert reader.stdin is not None and reader.stdout is not None
            for file, identity, size in listed:
                if size > LARGEST:
                    yield file, too_large(size)
                    continue
                reader.stdin.write(f"{identity}\n".encode())
                reader.stdin.flush()
                reader.stdout.readline()
                content = reader.stdout.read(size + 1)[:-1]
                yield file, content if len(content) == size else "cannot be read: git gave less than it announced"

    def _resolved(self) -> str:
        """The commit that the revision names in the cache; "" where it is not there."""
        if not (self.folder / "HEAD").is_file():
            return ""
        for name in (f"refs/tags/{self.address.revision}", *([self.address.revision] if self._is_commit else [])):
            try:
                return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
            except Refused:
                continue
        return ""

    @property
    def _is_commit(self) -> bool:
        return _COMMIT.fullmatch(self.address.revision) is not None

    def _fetched(self) -> str:
        """Fetch as little as the other side lets: the one commit or tag, else everything."""
        url, revision = self.address.url, self.address.revision
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"the cache {self.folder.parent} cannot be used: {words_of(error)}") from None
        self._git("init", "--quiet", "--bare")
        everything = ("+refs/heads/*:refs/remotes/there/*", "+refs/tags/*:refs/tags/*")
        attempts = [("--depth=1", url, f"+refs/tags/{revision}:refs/tags/{revision}"), (url, *everything)]
        if self._is_commit and len(revision) >= _WHOLE_COMMIT:
            attempts[0] = ("--depth=1", url, revision)
        refusal = ""
        for attempt in attempts:
            try:
                self._git("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", *attempt)
            except Refused as refused:
                refusal = str(refused)
            else:
                refusal = f"{revision!r} is no tag and no commit id there, and a branch would move"
            commit = self._resolved()
            if commit:
                return commit
        raise Refused(refusal)

    def _git(self, *arguments: str) -> bytes:
        with _started(self.folder, *arguments) as process:
            try:
                output, errors = process.communicate(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Refused(f"git {arguments[0]} took longer than {PATIENCE_S:g}s") from None
        if process.returncode:
            raise Refused(_complaint(errors) or f"git {arguments[0]} failed")
        return output


def _listed(listed: bytes, top: str) -> Iterator[Listed]:
    for line in listed.decode("utf-8", "replace").split("\0"):
        head, _, path = line.partition("\t")
        mode, kind, identity, size = head.split() if path else ("", "", "", "")
        parts = PurePosixPath(path).parts
        if kind == "blob" and mode != _LINK and is_read(parts[-1]) and SKIPPED.isdisjoint(parts[:-1]):
            yield parts[-1] if path == top else path[len(top) + 1 if top else 0 :], identity, int(size)


def _started(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    settings = ["-c", f"core.hooksPath={os.devnull}", "-c", "gc.auto=0", "-c", "maintenance.auto=false"]
    try:
        return subprocess.Popen(
            ["git", f"--git-dir={folder}", *settings, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_UNLESS_SET, **inherited, **_QUIET},
        )
    except OSError as error:
        raise Refused(f"the program git cannot be started: {words_of(error)}") from None


def _complaint(errors: bytes) -> str:
    """The last thing git said that says what went wrong, on one line."""
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    chosen = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
    return f"git: {chosen.partition(': ')[2] or chosen}" if chosen else ""
