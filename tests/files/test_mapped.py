"""Which files a mapping reads from disk: below its own folder, each once, never out of it."""

from pathlib import Path

import pytest

from accord.check import check
from accord.files.config import load
from accord.files.read import read
from accord.model.fact import Fact
from accord.model.result import Reading

GIVES = "gives: {party: <name>, promises: {any: {latency: {max: <.t>}}}}\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def mapped(reading: Reading) -> dict[str, str]:
    found = [fact for fact in reading.facts if fact.source == "mapping" and fact.term == "latency.max"]
    return {fact.provider: f"{fact.text} {fact.place}" for fact in found}


def test_any_name_and_ending_is_read_below_the_folder_of_the_mapping(tmp_path: Path) -> None:
    mapping = f"mapping: m\nfiles: [conf/<name>.settings]\n{GIVES}"
    written(
        tmp_path, **{"a__accord-mapping.yaml": mapping, "a__conf__x.settings": "t: 1s\n", "conf__y.settings": "t: 2s\n"}
    )
    assert mapped(read((str(tmp_path),))) == {"x": "1s a/conf/x.settings:1:4"}


def test_a_mapping_given_as_a_file_reads_the_other_folders(tmp_path: Path) -> None:
    mapping = f"mapping: m\nfiles: ['**/<name>.yaml']\nwhere: [{{name: x}}]\n{GIVES}"
    written(
        tmp_path, **{"ours__accord-mapping.yaml": mapping, "theirs__a__b__x.yaml": "t: 1s\n", "theirs__x.txt": "t: 2s"}
    )
    found = read((str(tmp_path / "ours" / "accord-mapping.yaml"), str(tmp_path / "theirs")))
    assert mapped(found) == {"x": "1s a/b/x.yaml:1:4"}
    assert mapped(read((str(tmp_path / "ours"),))) == {}


def test_the_path_of_a_file_gives_its_facts_a_scope(tmp_path: Path) -> None:
    mapping = f"mapping: m\nfiles: [<name>.yaml, prod/<name>.yaml]\nwhere: [{{name: x}}]\n{GIVES}"
    scope = '[[scope]]\npath = "prod/**"\nenv = ["prod"]\n'
    written(
        tmp_path,
        **{"accord-mapping.yaml": mapping, "x.yaml": "t: 1s\n", "prod__x.yaml": "t: 2s\n", "accord.toml": scope},
    )
    reading = read((str(tmp_path),), load([str(tmp_path)], environ={}))
    assert [fact.scope for fact in reading.facts if fact.term == "latency.max"] == [(("env", ("prod",)),)]


def test_links_that_leave_the_folder_are_not_followed(tmp_path: Path) -> None:
    written(
        tmp_path,
        **{"secret__x.yaml": "t: 1s\n", "root__accord-mapping.yaml": f"mapping: m\nfiles: ['**/<name>.yaml']\n{GIVES}"},
    )
    (tmp_path / "root" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "root" / "y.yaml").symlink_to(tmp_path / "secret" / "x.yaml")
    (tmp_path / "root" / "loop").symlink_to(tmp_path / "root")
    assert mapped(read((str(tmp_path / "root"),))) == {}


def test_what_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    mapping = f"mapping: m\nfiles: [<name>.yaml]\nwhere: [{{name: x}}, {{name: y}}, {{name: z}}]\n{GIVES}"
    other = mapping.replace("mapping: m", "mapping: n")
    written(
        tmp_path,
        **{"accord-mapping.yaml": f"{mapping}---\n{other}", "x.yaml": "t: [\n", "y.yaml": "t: 1s\n---\nt: 2s\n"},
    )
    (tmp_path / "z.yaml").write_bytes(b"t: \xff\n")
    said = [str(problem.place) for problem in read((str(tmp_path),)).problems]
    assert sorted(said) == ["x.yaml:1:4", "y.yaml:1:1", "z.yaml:1:4"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("[none/<name>.yaml]", "no file matches none/<name>.yaml"),
        ("[x.yaml]\nwhere: [{name: x}]", "none of its paths stands in the 1 files that match"),
    ],
)
def test_a_mapping_that_reads_nothing_is_a_note(files: str, said: str, tmp_path: Path) -> None:
    written(tmp_path, **{"accord-mapping.yaml": f"mapping: m\nfiles: {files}\n{GIVES}", "x.yaml": "other: 1s\n"})
    findings = [finding for finding in check(read((str(tmp_path),)).facts).findings if finding.verdict == "note"]
    assert [finding.rule for finding in findings] == ["contract/mapping-reads-nothing"]
    assert said in findings[0].message and "mapping m" in findings[0].message


def test_an_unknown_platform_is_refused(tmp_path: Path) -> None:
    mapping = f"mapping: m\nfiles: [<name>.yaml]\nplatform: envoi\n{GIVES}"
    written(tmp_path, **{"accord-mapping.yaml": mapping, "x.yaml": "t: 1s\n"})
    assert [problem.reason.partition(";")[2] for problem in read((str(tmp_path),)).problems] == [
        " did you mean 'envoy'?"
    ] * 1


def test_two_mappings_of_one_name_are_refused(tmp_path: Path) -> None:
    mapping = f"mapping: m\nfiles: [<name>.yaml]\nwhere: [{{name: x}}]\n{GIVES}"
    written(tmp_path, **{"accord-mapping.yaml": f"{mapping}---\n{mapping}", "x.yaml": "t: 1s\n"})
    reading = read((str(tmp_path),))
    assert [problem.reason for problem in reading.problems] == [
        "a mapping named 'm' stands at accord-mapping.yaml:1 already; one name each"
    ]
    assert len([fact for fact in reading.facts if isinstance(fact, Fact) and fact.term == "latency.max"]) == 1
