"""From a file to its text: never waits on a pipe, never reads more than the limit, never guesses an encoding."""

import codecs
import os
import stat
import sys

from accord.files.walk import words_of
from accord.model.place import Place
from accord.model.problem import Problem

LARGEST = 20_000_000
"""Bytes that a file may have; a larger one is not read."""

_MARK = "\ufeff"
_ENCRYPTED = b"\0GITCRYPT\0"
"""How git-crypt begins every file that it encrypts (git-crypt, commands.cpp)."""

_UNUSUAL = frozenset((_ENCRYPTED[:1], codecs.BOM_UTF8[:1], codecs.BOM_UTF16_LE[:1], codecs.BOM_UTF16_BE[:1]))
"""How a file begins that is encrypted, has a byte order mark or is UTF-32, which shares its first bytes with these."""

_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


def text_of_file(path: str, start: Place) -> str | Problem:
    """The text of a file, or why there is none, with its first place."""
    try:
        content = _content(path, start)
    except OSError as error:
        return Problem(start, f"cannot be read: {words_of(error)}", fatal=True)
    return content if isinstance(content, Problem) else decoded(content, start)


def _content(path: str, start: Place) -> bytes | Problem:
    descriptor = os.open(path, _OPENING)
    try:
        status = os.fstat(descriptor)
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
            return Problem(start, f"cannot be read: {kind}, not a file", fatal=True)
        if size > LARGEST:
            return Problem(start, too_large(size), fatal=True)
        content = os.read(descriptor, size + 1)
        if len(content) != size:
            content = _rest(descriptor, content, size)
        return content if len(content) <= LARGEST else Problem(start, too_large(len(content)), fatal=True)
    finally:
        os.close(descriptor)


def text_of_stdin(start: Place) -> str | Problem:
    """The text on standard input, or why there is none; waits until it ends."""
    if sys.stdin is None:
        return Problem(start, "cannot be read: standard input is closed", fatal=True)
    try:
        content = sys.stdin.buffer.read(LARGEST + 1)
    except OSError as error:
        return Problem(start, f"cannot be read: {words_of(error)}", fatal=True)
    if len(content) > LARGEST:
        return Problem(start, f"not read: more than {LARGEST:,} bytes, which is the limit; split it", fatal=True)
    return decoded(content, start)


def _rest(descriptor: int, first: bytes, size: int) -> bytes:
    """What a file holds which had this size and gave something else at first; no more than one byte beyond the limit."""
    parts = [first]
    length = len(first)
    while parts[-1] and length != size and length <= LARGEST:
        parts.append(os.read(descriptor, LARGEST + 1 - length))
        length += len(parts[-1])
    return b"".join(parts)


def too_large(size: int) -> str:
    """The refusal of a file of this many bytes."""
    return f"not read: {size:,} bytes, and the limit is {LARGEST:,}; split it, or leave it out of the paths"


def decoded(content: bytes, start: Place) -> str | Problem:
    """The text of UTF-8, or of UTF-16 with a byte order mark; a Problem at the first byte that is neither.

    Marks are left out at the beginning, however many programs put one before the other's: none is a character that anybody sees.
    """
    if content[:1] not in _UNUSUAL:
        try:
            return content.decode()
        except UnicodeDecodeError:
            pass
    return _unusually_decoded(content, start)


def _unusually_decoded(content: bytes, start: Place) -> str | Problem:
    if content.startswith(_ENCRYPTED):
        return Problem(start, "cannot read: encrypted by git-crypt; unlock the repository first", fatal=True)
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Problem(start, "not read: UTF-32; write it as UTF-8", fatal=True)
    encoding, offset = "utf-8", 0
    if content.startswith(codecs.BOM_UTF8):
        offset = len(codecs.BOM_UTF8)
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, offset = ("utf-16-le" if content.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"), 2
    body = content[offset:] if offset else content
    try:
        return body.decode(encoding).lstrip(_MARK)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        place = Place(start.root, start.file, len(lines), len(lines[-1]) + 1)
        read = f"the byte 0x{body[error.start]:02X}" if encoding == "utf-8" else "half a character"
        name = encoding.removesuffix("-le").removesuffix("-be").upper()
        return Problem(place, f"not {name}: {read}; write the file as UTF-8", fatal=True)
