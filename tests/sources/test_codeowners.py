"""Lines of CODEOWNERS: what is a pattern, who is an owner, and what the host skips."""

import pytest

from accord.model.fact import Fact
from accord.model.place import Place
from accord.model.problem import Problem
from accord.sources.codeowners import LARGEST_ON_GITHUB, read_text


def read(text: str, file: str = "CODEOWNERS") -> list[str]:
    found = []
    for item in read_text(text, Place(".", file, 1, 1)):
        if isinstance(item, Problem):
            found.append(f"{item.place.line}:{item.place.column} {item.reason}")
        else:
            assert isinstance(item, Fact) and item.term == f"owns.{item.place.line}"
            value = item.value
            found.append(f"{item.place.line}:{item.place.column} {value.pattern} -> {' '.join(value.owners)}")
    return found


def test_comments_blank_lines_and_every_kind_of_owner() -> None:
    text = "# all\r\n\r\n*  @octocat @o/team-a team@example.org # not @o/b\r\n  /a\t@o/c\r\n/free\n/x#y @o/c #@o/d"
    assert read(text) == [
        "3:1 * -> @octocat @o/team-a team@example.org",
        "4:3 /a -> @o/c",
        "5:1 /free -> ",
        "6:1 /x#y -> @o/c",
    ]


def test_an_escaped_space_belongs_to_the_pattern() -> None:
    assert read("/my\\ file.md @o/a\n/end\\\n") == ["1:1 /my\\ file.md -> @o/a", "2:1 /end\\ -> "]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!/a @o/a", "a pattern cannot be negated with !"),
        ("\\#a @o/a", "a pattern cannot begin with an escaped #"),
        ("/[ab].md @o/a", "a pattern has no character ranges, read '/[ab].md'"),
        ("/a/***/b @o/a", "expected at most two asterisks in a row, read '/a/***/b'"),
        ("/a team-a", "expected an owner such as @name, @org/team or name@example.org, read 'team-a'"),
        ("/a @o/a @", "expected an owner such as @name, @org/team or name@example.org, read '@'"),
    ],
)
def test_a_line_that_github_skips_is_told(line: str, reason: str) -> None:
    assert read(f"* @o/all\n{line}\n") == ["1:1 * -> @o/all", f"2:1 GitHub skips this line: {reason}"]


def test_gitlab_takes_what_github_skips() -> None:
    text = "!/a\n*.[jt]s @o/js someone\n\\#a @@developer\n[Docs][2] @o/docs\n*.md\n/x @o/x\n^[Free]\n/y\n"
    assert read(text, ".gitlab/CODEOWNERS") == [
        "1:1 !/a -> ",
        "2:1 *.[jt]s -> @o/js",
        "3:1 \\#a -> @@developer",
        "5:1 *.md -> @o/docs",
        "6:1 /x -> @o/x",
        "8:1 /y -> ",
    ]


def test_a_section_tells_gitlab_unless_the_folder_tells_github() -> None:
    assert read("[Docs]\n*.md @o/docs\n") == ["2:1 *.md -> @o/docs"]
    first, second = read("[Docs]\n*.md @o/docs\n", ".github/CODEOWNERS")
    assert first.startswith("1:1 GitHub skips this line") and second == "2:1 *.md -> @o/docs"


def test_a_file_that_github_does_not_load() -> None:
    (only,) = read("#" * (LARGEST_ON_GITHUB + 1))
    assert only == "1:1 3,000,001 bytes, and GitHub loads no CODEOWNERS of more than 3 MB"
