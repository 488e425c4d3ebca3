"""The other sides: folders, exported facts and repositories at a revision, each with its age; refusals at their line."""

import os
import subprocess
from datetime import date
from pathlib import Path

import pytest

from accord.files import git as git_module
from accord.files.cache import cache_folder
from accord.files.config import load
from accord.files.git import Address, parse_address
from accord.files.read import read
from accord.model.problem import Refused
from accord.model.result import Reading
from accord.sources import exported

CONTRACT = "party: {name}\npromises:\n  charge: {{latency: {{max: {longest}}}}}\n"


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in list(os.environ):
        if variable.startswith("GIT_"):
            monkeypatch.delenv(variable)


def git(folder: Path, *arguments: str, day: str = "2026-03-04") -> str:
    environ = {
        **os.environ,
        "GIT_COMMITTER_DATE": f"{day}T23:30:00-05:00",
        "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    named = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", "-C", str(folder), *named, *arguments], env=environ, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A repository with a tag v1 (5s), an annotated tag rel/2 (2s), and a branch."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    git(folder, "init", "--quiet")
    write(folder / "pay/accord.yaml", CONTRACT.format(name="payments", longest="5s"))
    write(folder / "other/accord.yaml", CONTRACT.format(name="other", longest="1s"))
    write(folder / "node_modules/accord.yaml", CONTRACT.format(name="skipped", longest="1s"))
    write(folder / "pay/readme.md", "nothing")
    write(folder / "pay/café.yaml", "a: [1\n")
    (folder / "pay/link.yaml").symlink_to("accord.yaml")
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "-m", "one")
    git(folder, "tag", "v1")
    write(folder / "pay/accord.yaml", CONTRACT.format(name="payments", longest="2s"))
    git(folder, "commit", "--quiet", "-am", "two", day="2026-05-06")
    git(folder, "tag", "-a", "rel/2", "-m", "second", day="2026-07-08")
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def landscape(*includes: str) -> Reading:
    write(Path("accord.toml"), f"[landscape]\ninclude = [{', '.join(repr(text) for text in includes)}]\n")
    write(Path("accord.yaml"), CONTRACT.format(name="own", longest="9s"))
    return read(["."], load(["."]))


def said(reading: Reading) -> set[tuple[str, str, str, str]]:
    return {(fact.place.root, str(fact.place), fact.says, fact.text) for fact in reading.facts if fact.says != "own"}


def refused(reading: Reading) -> list[str]:
    return [f"{problem.place.root}|{problem.place} {problem.reason}" for problem in reading.problems]


# ---------------------------------------------------------------------- folders and files


def test_folders_and_files_are_read_as_they_lie_there() -> None:
    write(Path("../there/pay/accord.yaml"), CONTRACT.format(name="payments", longest="5s"))
    write(Path("../there/a.json"), "[")
    reading = landscape("../there", "../there/pay/accord.yaml", ".")
    assert said(reading) == {("../there", "pay/accord.yaml:3:27", "payments", "5s")}
    assert refused(reading) == ["../there|a.json:1:1 not JSON: the text ends where a value is expected"]
    assert reading.imported == {}
    assert len([fact for fact in reading.facts if fact.says == "own"]) == 1


def test_paths_start_from_the_configuration() -> None:
    write(Path("../there/accord.yaml"), CONTRACT.format(name="payments", longest="5s"))
    write(Path("accord.toml"), '[landscape]\ninclude = "../there"\n')
    write(Path("deep/er/accord.yaml"), CONTRACT.format(name="own", longest="5s"))
    os.chdir("deep")
    reading = read(["er"], load(["er"]))
    assert said(reading) == {("../../there", "accord.yaml:3:27", "payments", "5s")}


def test_exported_facts_have_the_day_of_their_export() -> None:
    write(Path("../there/accord.yaml"), CONTRACT.format(name="payments", longest="5s"))
    write(Path("../facts.json"), exported.write(read(["../there"]).facts, date(2026, 8, 9)))
    reading = landscape("../facts.json")
    [(root, place, says, text)] = said(reading)
    assert (root, place.rpartition("/")[2], says, text) == ("../facts.json", "accord.yaml:3:27", "payments", "5s")
    assert reading.imported == {"../facts.json": date(2026, 8, 9)}


def test_what_is_not_there_is_a_problem_at_its_line() -> None:
    reading = landscape("../none", "../facts.json")
    assert refused(reading) == [
        ".|accord.toml:2:1 landscape.include ../none: no such file or folder",
        ".|accord.toml:2:1 landscape.include ../facts.json: no such file or folder",
    ]
    assert reading.files == 1


# ---------------------------------------------------------------------- repositories


def test_a_tag_is_read_with_the_day_of_its_commit(theirs: Path) -> None:
    include = f"git+file://{theirs}@v1#pay"
    reading = landscape(include)
    assert said(reading) == {(include, "accord.yaml:3:27", "payments", "5s")}
    assert refused(reading) == [f"{include}|café.yaml:1:4 not YAML: this [ is not closed; expected ]"]
    assert reading.imported == {include: date(2026, 3, 4)}


@pytest.mark.parametrize("length", [40, 9])
def test_a_commit_is_read_by_its_id(theirs: Path, length: int) -> None:
    commit = git(theirs, "rev-parse", "v1")[:length]
    assert {(says, text) for _, _, says, text in said(landscape(f"git+file://{theirs}@{commit}"))} == {
        ("payments", "5s"),
        ("other", "1s"),
    }


def test_an_annotated_tag_and_a_single_file_are_read(theirs: Path) -> None:
    include = f"git+file://{theirs}@rel/2#pay/accord.yaml"
    reading = landscape(include)
    assert said(reading) == {(include, "accord.yaml:3:27", "payments", "2s")}
    assert reading.imported == {include: date(2026, 5, 6)}


def test_what_is_in_the_cache_is_not_fetched_again(theirs: Path) -> None:
    include = f"git+file://{theirs}@v1#other"
    first = landscape(include)
    theirs.rename(theirs.parent / "gone")
    assert landscape(include) == first
    assert refused(landscape(f"git+file://{theirs}@rel/2"))[0].startswith(
        ".|accord.toml:2:1 landscape.include git+file://"
    )


def test_scopes_go_by_the_include_and_the_path(theirs: Path) -> None:
    write(
        Path("accord.toml"),
        f"[landscape]\ninclude = 'git+file://{theirs}@v1'\n[[scope]]\npath = '**/pay/**'\nenv = 'e'\n",
    )
    reading = read(["."], load(["."]))
    assert {fact.says: fact.scope for fact in reading.facts} == {"payments": (("env", ("e",)),), "other": ()}


@pytest.mark.parametrize(
    ("revision", "refusal"),
    [
        ("main", "'main' is no tag and no commit id there, and a branch would move"),
        ("HEAD", "'HEAD' is no tag and no commit id there, and a branch would move"),
        ("0123456789", "'0123456789' is no tag and no commit id there, and a branch would move"),
        ("v1#none", "no folder or file 'none' at v1"),
    ],
)
def test_what_is_not_pinned_or_not_there_is_refused(theirs: Path, revision: str, refusal: str) -> None:
    include = f"git+file://{theirs}@{revision}"
    reading = landscape(include)
    assert refused(reading) == [f".|accord.toml:2:1 landscape.include {include}: {refusal}"]
    assert len(reading.facts) == 1


def test_a_repository_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    [problem] = landscape(f"git+file://{tmp_path}/none@v1").problems
    assert f"git: '{tmp_path}/none' does not appear to be a git repository" in problem.reason


def test_a_missing_git_is_a_problem(theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    [problem] = landscape(f"git+file://{theirs}@v1").problems
    assert problem.reason.endswith("the program git cannot be started: no such file or directory")


def test_a_git_that_hangs_is_a_problem(tmp_path: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "bin/git", "#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "PATIENCE_S", 0.2)
    [problem] = landscape(f"git+file://{theirs}@v1").problems
    assert problem.reason.endswith("git init took longer than 0.2s")


def test_a_cache_that_cannot_be_used_is_a_problem(theirs: Path, tmp_path: Path) -> None:
    write(tmp_path / "cache", "a file")
    [problem] = landscape(f"git+file://{theirs}@v1").problems
    assert f"the cache {tmp_path / 'cache'}" in problem.reason


def test_nothing_of_the_repository_is_run(theirs: Path, tmp_path: Path) -> None:
    for hook in ("post-checkout", "reference-transaction", "post-merge", "pre-upload"):
        write(theirs / ".git/hooks" / hook, f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (theirs / ".git/hooks" / hook).chmod(0o755)
    write(theirs / ".gitattributes", "* filter=x\n")
    git(theirs, "add", "-A")
    git(theirs, "commit", "--quiet", "-m", "three")
    (tmp_path / "ran").unlink(missing_ok=True)
    landscape(f"git+file://{theirs}@{git(theirs, 'rev-parse', 'HEAD')}")
    assert not (tmp_path / "ran").exists()


# ---------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("git+https://example.org/a/b.git@v1.2", Address("https://example.org/a/b.git", "v1.2")),
        ("git+ssh://git@example.org/a@release/1#x/y/", Address("ssh://git@example.org/a", "release/1", "x/y")),
        ("git+file:///srv/a@0123abc#", Address("file:///srv/a", "0123abc")),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "git+https://example.org/a",
        "git+https://user:word@example.org/a@v1",
        "git+https://user:word@example.org/a",
        "git+ext::sh -c touch@v1",
        "git+ftp://example.org/a@v1",
        "git+--upload-pack=x://a/b@v1",
        "git+https://example.org/a@--upload-pack=x",
        "git+https://example.org/a@v1#../x",
        "git+https://example.org/a@v1#/x",
        "git+../there@v1",
    ],
)
def test_refused_addresses(text: str) -> None:
    with pytest.raises(Refused):
        parse_address(text)


def test_the_cache_is_where_the_user_keeps_caches() -> None:
    assert cache_folder({"ACCORD_CACHE": "/x"}) == Path("/x")
    if os.name == "posix" and os.uname().sysname == "Linux":
        assert cache_folder({"XDG_CACHE_HOME": "/y"}) == Path("/y/accord")
        assert cache_folder({}) == Path.home() / ".cache" / "accord"


def test_a_mapping_here_reads_the_files_of_a_repository(theirs: Path) -> None:
    write(theirs / "pay/values.yaml", "limits:\n  charge: 7s\n")
    git(theirs, "add", "-A")
    git(theirs, "commit", "--quiet", "-m", "three")
    git(theirs, "tag", "v3")
    gives = "gives: {party: <team>, promises: {refund: {latency: {max: <.limits.charge>}}}}\n"
    write(Path("accord-mapping.yaml"), f"mapping: m\nfiles: [pay/<team>.yaml]\nwhere: [{{team: values}}]\n{gives}")
    include = f"git+file://{theirs}@v3"
    reading = landscape(include)
    mapped = [fact for fact in reading.facts if fact.source == "mapping"]
    assert [(fact.text, fact.place.root, str(fact.place)) for fact in mapped] == [
        ("7s", include, "pay/values.yaml:2:11")
    ]
