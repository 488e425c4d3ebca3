"""From bytes to text: encodings, places of bad bytes, and files that are none."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.files.decode import LARGEST, _unusually_decoded, decoded, text_of_file
from accord.model.place import Place
from accord.model.problem import Problem

START = Place("r", "f.yaml", 1, 1)


def shown(result: str | Problem) -> str:
    return result if isinstance(result, str) else f"{result.place.line}:{result.place.column} {result.reason}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ""),
        (b"a: \xc3\xa9\n", "a: é\n"),
        (b"\xef\xbb\xbfa: 1\r\n", "a: 1\r\n"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa: 1\n", "a: 1\n"),
        ("a: é\n".encode("utf-16"), "a: é\n"),
        ("\ufeffa: é\n".encode("utf-16"), "a: é\n"),
        (b"\xfe\xff" + "a: é\n".encode("utf-16-be"), "a: é\n"),
        (b"a: 1\nb: caf\xe9 x\n", "2:7 not UTF-8: the byte 0xE9; write the file as UTF-8"),
        (b"\xef\xbb\xbfa\xff", "1:2 not UTF-8: the byte 0xFF; write the file as UTF-8"),
        (b"a\r\nb\rc \xc3\xa9\xc3", "3:4 not UTF-8: the byte 0xC3; write the file as UTF-8"),
        (b"\xff\xfea\0:\0\n\0b", "2:1 not UTF-16: half a character; write the file as UTF-8"),
        ("a".encode("utf-32"), "1:1 not read: UTF-32; write it as UTF-8"),
        (b"\0GITCRYPT\0\x8a\x1c", "1:1 cannot read: encrypted by git-crypt; unlock the repository first"),
    ],
)
def test_decoded(content: bytes, expected: str) -> None:
    assert shown(decoded(content, START)) == expected


BEGINNINGS = (b"", b"\0", b"\xef", b"\xef\xbb", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff", b"\0GITCRYPT\0", b"\0\0\xfe\xff", b"a", b"\xc3", b"\xe2\x80")  # fmt: skip


@given(st.lists(st.sampled_from(BEGINNINGS), max_size=3), st.binary(max_size=6))
def test_a_file_without_a_mark_is_decoded_as_a_look_at_every_mark_decodes_it(marks: list[bytes], rest: bytes) -> None:
    content = b"".join(marks) + rest
    assert decoded(content, START) == _unusually_decoded(content, START)


def read(path: Path) -> str:
    return shown(text_of_file(str(path), Place("r", path.name, 1, 1)))


def test_a_file_that_is_none_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert read(tmp_path / "pipe.yaml") == "1:1 cannot be read: a pipe, not a file"
    (tmp_path / "folder.yaml").mkdir()
    assert read(tmp_path / "folder.yaml") == "1:1 cannot be read: a folder, not a file"
    assert read(Path(os.devnull)) == "1:1 cannot be read: a device, not a file"
    assert read(tmp_path / "gone.yaml") == "1:1 cannot be read: no such file or directory"
    (tmp_path / "x.yaml").symlink_to("x.yaml")
    assert read(tmp_path / "x.yaml") == "1:1 cannot be read: too many levels of symbolic links"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s.yaml")
        assert read(Path("s.yaml")).startswith("1:1 cannot be read: ")


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert (
        read(path)
        == "1:1 not read: 50,000,000 bytes, and the limit is 20,000,000; split it, or leave it out of the paths"
    )
    with path.open("wb") as file:
        file.truncate(LARGEST)
    assert len(read(path)) == LARGEST


def test_a_file_that_hides_its_size_is_read_up_to_the_limit() -> None:
    if Path("/proc/self/status").exists():
        assert "Name:" in read(Path("/proc/self/status"))
