"""Which files are found, under which names, and that no loop or link leads astray."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.files.walk import Found, Missing, Seen, _position, walk


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*files: str) -> None:
    for file in files:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text("a: 1\n")


def names(*arguments: str) -> list[str]:
    return [
        f"{found.root} | {found.file}"
        if isinstance(found, Found)
        else f"{found.place.root} | {found.place.file}: {found.reason}"
        for found in walk(arguments)
    ]


def test_files_are_sorted_and_known_by_their_argument() -> None:
    make("b.yml", "a/z.yaml", "a/b/c.json", "a/b.YAML", "a-b/x.yaml", "a/readme.md", "a/.hidden.yaml", "a/.#lock.yaml")
    assert names(".") == [
        ". | a/.hidden.yaml",
        ". | a/b/c.json",
        ". | a/b.YAML",
        ". | a/z.yaml",
        ". | a-b/x.yaml",
        ". | b.yml",
    ]
    assert names("a", "b.yml") == ["a | .hidden.yaml", "a | b/c.json", "a | b.YAML", "a | z.yaml", ". | b.yml"]
    assert names("./a/b/../z.yaml", "a/b/") == ["a/b/.. | z.yaml", "a/b/ | c.json"]


@given(st.lists(st.lists(st.text("!-.0aé", min_size=1, max_size=3), min_size=1, max_size=3), max_size=8))
def test_files_stand_in_the_order_of_their_parts(files: list[list[str]]) -> None:
    found = sorted((Found("", "", "/".join(parts)) for parts in files), key=_position)
    assert [each.file.split("/") for each in found] == sorted(files)


def test_a_file_that_is_an_argument_is_read_whatever_its_name() -> None:
    make("a/notes.txt")
    assert names("a/notes.txt") == ["a | notes.txt"]


def test_folders_of_copies_and_history_are_skipped() -> None:
    make("a.yaml", ".git/b.yaml", "x/node_modules/c.json", "x/.venv/d.yaml", "__pycache__/e.json", ".github/f.yaml")
    make("package-lock.json", "x/tsconfig.json")
    assert names("package-lock.json") == [". | package-lock.json"]
    assert names(".") == [". | .github/f.yaml", ". | a.yaml"]
    assert names("x/node_modules") == ["x/node_modules | c.json"]


def test_a_file_reached_by_two_arguments_is_read_once() -> None:
    make("a/b/c.yaml", "a/d.yaml")
    assert names("a/b", "a", ".", "a/d.yaml", "a/b/c.yaml") == ["a/b | c.yaml", "a | d.yaml"]
    assert names("a/d.yaml", "a") == ["a | d.yaml", "a | b/c.yaml"]
    seen = Seen()
    assert walk(["a"], seen)
    assert walk(["."], seen) == []


def test_a_path_that_names_nothing_is_refused() -> None:
    make("a.yaml")
    for missing in ("none.yaml", "a.yaml/b", "a\0b"):
        with pytest.raises(Missing, match="no such file or folder"):
            names("a.yaml", missing)


def test_links_are_followed_once_and_real_names_win() -> None:
    make("z/real.yaml", "z/deep/more.yaml", "elsewhere/o.yaml")
    Path("a").symlink_to("z")
    Path("current.yaml").symlink_to("z/real.yaml")
    Path("b").mkdir()
    Path("b/linked").symlink_to("../elsewhere")
    assert names(".") == [". | elsewhere/o.yaml", ". | z/deep/more.yaml", ". | z/real.yaml"]
    assert names("b", ".") == ["b | linked/o.yaml", ". | z/deep/more.yaml", ". | z/real.yaml"]
    assert names("a") == ["a | deep/more.yaml", "a | real.yaml"]
    assert names("current.yaml") == [". | current.yaml"]


def test_a_loop_is_reported_and_not_followed() -> None:
    make("a/b/c.yaml")
    Path("a/b/up").symlink_to("..")
    Path("a/b/top").symlink_to("../..")
    Path("a/self").symlink_to("self")
    Path("a/x.yaml").symlink_to("y.yaml")
    Path("a/y.yaml").symlink_to("x.yaml")
    above = "this link leads to a folder above it; the loop is not followed"
    itself = "this link cannot be followed: too many levels of symbolic links"
    assert names("a") == [
        "a | b/c.yaml",
        f"a | b/top: {above}",
        f"a | b/up: {above}",
        f"a | self: {itself}",
        f"a | x.yaml: {itself}",
        f"a | y.yaml: {itself}",
    ]


def test_two_folders_that_link_to_each_other_are_each_read_once() -> None:
    make("a/a.yaml", "b/b.yaml")
    Path("a/to_b").symlink_to("../b")
    Path("b/to_a").symlink_to("../a")
    assert names(".") == [". | a/a.yaml", ". | b/b.yaml"]
    assert (
        names("a")
        == [
            "a | a.yaml",
            "a | to_b/b.yaml",
            "a | to_b/to_a: this link leads to a folder above it; the loop is not followed",
        ][:2]
    )


def test_a_link_to_nothing_is_reported_where_a_file_would_be_read() -> None:
    make("a.yaml")
    Path("b.yaml").symlink_to("gone")
    Path("c.txt").symlink_to("gone")
    assert names(".") == [". | a.yaml", ". | b.yaml: this link cannot be followed: no such file or directory"]


def test_a_name_that_is_no_text_is_shown_as_one() -> None:
    Path(os.fsdecode(b"caf\xe9.yaml")).write_text("a: 1\n")
    [found] = walk(["."])
    assert isinstance(found, Found)
    assert found.file == "caf\ufffd.yaml"
    assert Path(found.path).read_text() == "a: 1\n"


def test_a_deep_tree_does_not_recurse() -> None:
    folder = Path("d")
    for _ in range(400):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("a: 1\n")
    assert len(names(".")) == 1
