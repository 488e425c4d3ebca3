"""Whose a file is: patterns as GitHub and GitLab read them, the last line that matches, and where the file lies."""

import pytest

from accord.boundaries.people.owned_files import CodeOwners, matches
from accord.model.fact import Fact
from accord.model.place import Place
from accord.sources.codeowners import read_text

GITHUB: tuple[tuple[str, str, bool], ...] = (
    # everything, and names at any depth
    ("*", "a", True),
    ("*", "a/b/c.txt", True),
    ("**", "a/b/c.txt", True),
    ("*.js", "index.js", True),
    ("*.js", "src/deep/index.js", True),
    ("*.js", "index.jsx", False),
    ("*.js", "js", False),
    ("*.js", ".js", True),
    ("README.md", "README.md", True),
    ("README.md", "docs/README.md", True),
    ("README.md", "README.md.txt", False),
    ("README.md", "readme.md", False),
    # a folder in one place
    ("/build/logs/", "build/logs/today.log", True),
    ("/build/logs/", "build/logs/old/today.log", True),
    ("/build/logs/", "deep/build/logs/today.log", False),
    ("/build/logs/", "build/logs", False),
    ("/docs/", "docs/a.md", True),
    ("/docs/", "docs/a/b.md", True),
    ("/docs/", "src/docs/a.md", False),
    ("/apps/github", "apps/github", True),
    ("/apps/github", "apps/github/main.go", True),
    ("/apps/github", "apps/githubs/main.go", False),
    ("/apps/github", "src/apps/github/main.go", False),
    # files right in a folder alone
    ("docs/*", "docs/getting-started.md", True),
    ("docs/*", "docs/build-app/troubleshooting.md", False),
    ("docs/*", "src/docs/getting-started.md", False),
    ("/docs/*", "docs/a.md", True),
    ("/docs/*", "docs/a/b.md", False),
    ("/*", "a.md", True),
    ("/*", "docs/a.md", False),
    ("docs/*.md", "docs/a.md", True),
    ("docs/*.md", "docs/a.txt", False),
    ("docs/*.md", "docs/deep/a.md", False),
    # a folder anywhere
    ("apps/", "apps/a.go", True),
    ("apps/", "src/apps/deep/a.go", True),
    ("apps/", "apps", False),
    ("apps/", "myapps/a.go", False),
    ("apps", "src/apps", True),
    ("apps", "src/apps/a.go", True),
    # a slash inside ties a pattern to the top
    ("src/apps", "src/apps/a.go", True),
    ("src/apps", "deep/src/apps/a.go", False),
    ("src/apps/", "deep/src/apps/a.go", False),
    # any number of folders
    ("**/logs", "logs", True),
    ("**/logs", "build/logs", True),
    ("**/logs", "deeply/nested/logs/today.log", True),
    ("**/logs", "build/mylogs/today.log", False),
    ("/docs/**", "docs/a/b.md", True),
    ("/docs/**", "docs/a.md", True),
    ("/docs/**", "docs", False),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("a/**/b", "a/x/y/c", False),
    ("a/**/*.go", "a/main.go", True),
    ("a/**/*.go", "a/x/y/main.go", True),
    ("a/**/*.go", "b/x/main.go", False),
    ("**/test/**/*.py", "test/a.py", True),
    ("**/test/**/*.py", "x/test/y/z/a.py", True),
    ("**/test/**/*.py", "x/tests/a.py", False),
    # stars and signs within a name
    ("/src/*/main.go", "src/a/main.go", True),
    ("/src/*/main.go", "src/main.go", False),
    ("/src/*/main.go", "src/a/b/main.go", False),
    ("/src/a*c", "src/abc", True),
    ("/src/a*c", "src/ab/c", False),
    ("/src/a?c", "src/abc", True),
    ("/src/a?c", "src/a/c", False),
    ("/src/a?c", "src/ac", False),
    ("/src/a.c", "src/abc", False),
    ("/src/a+(b).c", "src/a+(b).c", True),
    ("/src/my\\ file.c", "src/my file.c", True),
    ("/src/my\\ file.c", "src/my\\ file.c", False),
    ("/src/\\*.c", "src/*.c", True),
    ("/src/\\*.c", "src/a.c", False),
    (".github/", ".github/workflows/ci.yml", True),
    ("/", "a", False),
)

GITLAB: tuple[tuple[str, str, bool], ...] = (
    ("*", "a/b/c.txt", True),
    ("README.md", "docs/README.md", True),
    ("/README.md", "docs/README.md", False),
    ("internal/README.md", "docs/internal/README.md", True),
    ("docs", "docs/a.md", False),
    ("docs", "docs", True),
    ("docs/", "src/docs/deep/a.md", True),
    ("/docs/", "src/docs/a.md", False),
    ("/docs/*", "docs/a.md", True),
    ("/docs/*", "docs/deep/a.md", False),
    ("/docs/**/*.md", "docs/a.md", True),
    ("/docs/**/*.md", "docs/deep/er/a.md", True),
    ("/docs/**", "docs/deep/a.md", False),
    ("*.[jt]s", "src/a.ts", True),
    ("*.[jt]s", "src/a.rs", False),
    ("\\#file.rb", "#file.rb", True),
)


@pytest.mark.parametrize(("pattern", "path", "expected"), GITHUB)
def test_a_pattern_is_read_as_github_does(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


@pytest.mark.parametrize(("pattern", "path", "expected"), GITLAB)
def test_a_pattern_is_read_as_gitlab_does(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path, "gitlab") is expected


def test_the_tables_are_long_enough() -> None:
    assert len(GITHUB) >= 60


def test_a_pattern_of_many_stars_takes_no_longer_than_its_length() -> None:
    assert not matches("/" + "a*" * 500 + "b", "a" * 4000)
    assert not matches("**/" * 500 + "b", "/".join("a" * 2000))


def lines(text: str, file: str = "CODEOWNERS", root: str = ".") -> list[Fact]:
    return [found for found in read_text(text, Place(root, file, 1, 1)) if isinstance(found, Fact)]


def owning(owned: list[Fact], file: str, root: str = ".") -> list[str]:
    return [" ".join(line.value.owners) or "nobody" for line in CodeOwners(owned).of(Place(root, file, 7, 1))]


def test_the_last_line_that_matches_holds() -> None:
    owned = lines("* @o/all\n/apps/ @o/apps\n/apps/github\n*.go @o/go @o/back\n")
    assert owning(owned, "README") == ["@o/all"]
    assert owning(owned, "apps/a.md") == ["@o/apps"]
    assert owning(owned, "apps/github/a.md") == ["nobody"]
    assert owning(owned, "apps/github/a.go") == ["@o/go @o/back"]


def test_of_gitlab_one_line_of_each_section_holds() -> None:
    owned = lines(
        "* @o/all\n[Docs][2] @o/docs\n*.md\n/api/*.md @o/api\n^[Data]\n/data/ @o/data\n!/data/free/\n[DOCS]\n/x.md @o/x\n"
    )
    assert owning(owned, "a.md") == ["@o/all", "@o/docs"]
    assert owning(owned, "api/a.md") == ["@o/all", "@o/api"]
    assert owning(owned, "x.md") == ["@o/all", "@o/x"]
    assert owning(owned, "data/a") == ["@o/all", "@o/data"]
    assert owning(owned, "data/free/a") == ["@o/all"]


@pytest.mark.parametrize("file", [".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS"])
@pytest.mark.parametrize("root", [".", "", "shop", "./shop/", "../shop"])
def test_it_is_for_the_repository_it_lies_in(file: str, root: str) -> None:
    owned = lines("/rules/a.yaml @o/a", file, root)
    assert owning(owned, "rules/a.yaml", root) == ["@o/a"]
    assert owning(owned, "other/rules/a.yaml", root) == []


def test_arguments_that_lie_beside_each_other_are_one_tree() -> None:
    assert owning(lines("/rules/a.yaml @o/a", "CODEOWNERS", ".github"), "a.yaml", "rules") == ["@o/a"]
    assert owning(lines("/rules/a.yaml @o/a", "CODEOWNERS", "shop/.github"), "a.yaml", "./shop/rules/") == ["@o/a"]


def test_of_several_the_one_that_the_host_reads_holds() -> None:
    first, second, third = (
        lines(f"* @o/{n}", f) for n, f in enumerate([".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
    )
    assert owning([*third, *second, *first], "a") == ["@o/0"]
    assert owning([*third, *second], "a") == ["@o/1"]


def test_where_repositories_lie_in_each_other_nothing_is_said() -> None:
    owned = [*lines("* @o/outer"), *lines("* @o/inner", "vendor/x/CODEOWNERS")]
    assert owning(owned, "vendor/x/a") == []
    assert owning(owned, "vendor/y") == ["@o/outer"]
