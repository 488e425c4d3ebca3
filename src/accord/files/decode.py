"""From a file to its text: never waits on a pipe, never reads more than the limit, never guesses an encoding."""

import codecs
import os
import stat
import sys

from accord.files.walk import Found, words_of
from accord.model.place import Place
from accord.model.problem import Problem

LARGEST = 20_000_000
"""Bytes that a file may have; a larger one is not read."""

_MARK = "\ufeff"
_ENCRYPTED = b"\0GITCRYPT\0"
"""How git-crypt begins every file that it encrypts (git-crypt, commands.cpp)."""

_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


def text_of_file(found: Found) -> str | Problem:
    """The text of a file, or why there is none, with the place."""
    try:
        content = _content(found)
    except OSError as error:
        return Problem(found.start, f"cannot be read: {words_of(error)}", fatal=True)
    return content if isinstance(content, Problem) else decoded(content, found.start)


def _content(found: Found) -> bytes | Problem:
    descriptor = os.open(found.path, _OPENING)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
            return Problem(found.start, f"cannot be read: {kind}, not a file", fatal=True)
        if status.st_size > LARGEST:
            return Problem(found.start, too_large(status.st_size), fatal=True)
        content = _read(descriptor, status.st_size)
        return content if len(content) <= LARGEST else Problem(found.start, too_large(len(content)), fatal=True)
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


def _read(descriptor: int, size: int) -> bytes:
    """What a file holds, which had this size; no more than one byte beyond the limit of one that has grown since."""
    parts = [os.read(descriptor, size + 1)]
    length = len(parts[0])
    while parts[-1] and length != size and length <= LARGEST:
        parts.append(os.read(descriptor, LARGEST + 1 - length))
        length += len(parts[-1])
    return parts[0] if len(parts) == 1 else b"".join(parts)


def too_large(size: int) -> str:
    """The refusal of a file of this many bytes."""
    return f"not read: {size:,} bytes, and the limit is {LARGEST:,}; split it, or leave it out of the paths"


def decoded(content: bytes, start: Place) -> str | Problem:
    """The text of UTF-8, or of UTF-16 with a byte order mark; a Problem at the first byte that is neither.

    Marks are left out at the beginning, however many programs put one before the other's: none is a character that anybody sees.
    """
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
