"""The site is whole: every page stands in its menu, every rule has one, and what is broken is seen."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import pytest

from accord.cli._pages import rule_ids

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "site"))

import site_links as links  # noqa: E402
import site_pages as pages  # noqa: E402

_specification = importlib.util.spec_from_file_location("site_build", ROOT / "docs" / "site" / "build.py")
assert _specification is not None and _specification.loader is not None
build = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(build)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("site") / "stage"
    assert build.stage(folder) == []
    return folder


def test_every_page_that_the_menu_names_is_there(staged: Path) -> None:
    named = build.named_in(tomllib.loads((staged / build.SETTINGS).read_text(encoding="utf-8"))["project"]["nav"])
    assert [place for place in named if not (staged / "pages" / place).is_file()] == []
    assert len(named) > 100


def test_every_rule_has_its_page_and_stands_in_both_lists(staged: Path) -> None:
    by_family = (staged / "pages/rules/index.md").read_text(encoding="utf-8")
    by_verdict = (staged / "pages/rules/verdicts.md").read_text(encoding="utf-8")
    for id_ in rule_ids():
        text = (staged / f"pages/rules/{id_}.md").read_text(encoding="utf-8")
        assert f"`{id_}`" in text and 'class="verdict' in text and "## Example" in text
        assert f"]({id_}.md)" in by_family and f"]({id_}.md)" in by_verdict


def test_every_platform_has_its_defaults_on_their_page(staged: Path) -> None:
    text = (staged / "pages/platforms.md").read_text(encoding="utf-8")
    platforms = sorted(file.stem for file in (ROOT / "src/accord/defaults").glob("*.toml"))
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == platforms
    assert re.search(r"^\| `killed_after`<br>.* \| 30s \| 19\.0 and later \|", text, re.MULTILINE)


def test_no_page_of_a_rule_is_kept_beside_its_rule() -> None:
    assert not (ROOT / "docs" / "rules").exists()


def test_a_page_that_links_to_what_is_not_there_is_refused() -> None:
    page = ROOT / "docs" / "index.md"
    with pytest.raises(pages.MissingPage, match=re.escape("docs/index.md: nowhere.md is no file")):
        pages.relinked("See [this](nowhere.md#a).", page, "index.md", set())


def test_a_link_leads_from_where_its_page_stands_to_where_its_target_does() -> None:
    wanted: set[Path] = set()
    text = "[unit](../examples/operations/accord.service), [map](../ARCHITECTURE.md#a) and [out](https://example.org/)"
    found = pages.relinked(text, ROOT / "docs" / "operations.md", "operations.md", wanted)
    assert found == (
        "[unit](files/examples/operations/accord.service.md), [map](project/ARCHITECTURE.md#a) and [out](https://example.org/)"
    )
    assert {file.name for file in wanted} == {"accord.service", "ARCHITECTURE.md"}


def test_a_rule_that_is_named_is_linked_but_not_on_its_own_page_nor_in_a_fence() -> None:
    id_ = "timing/caller-gives-up-first"
    assert pages.named(f"`{id_}`", "waivers.md") == f"[`{id_}`](rules/{id_}.md)"
    assert pages.named(f"`{id_}`", f"rules/{id_}.md") == f"`{id_}`"
    fenced = f"```text\n`{id_}`\n```"
    assert pages.outside_of_fences(fenced, lambda line: pages.named(line, "a.md")) == fenced


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a:\n- b\n- c", "a:\n\n- b\n- c"),
        ("a\n```yaml file=x.yaml\n- b\n```\nc", 'a\n\n```yaml title="x.yaml"\n- b\n```\n\nc'),
        ("a\n| b |\n|---|\n| `c\\|d` |", "a\n\n| b |\n|---|\n| `c|d` |"),
        ("1. a\n\n   b\n2. c", "1. a\n\n    b\n\n2. c"),
        ("- a\n  b\n- c", "- a\n    b\n- c"),
    ],
)
def test_markdown_is_written_as_the_builder_reads_it(written: str, read: str) -> None:
    assert pages.prepared(written) == read


def test_a_broken_link_a_missing_place_and_a_foreign_script_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="x">a</h1><a href="b.html#y">1</a><a href="c.html">2</a><a href="b.html#n">3</a>\n'
        '<script src="https://cdn.example/s.js"></script><img src="p.svg"><a href="https://example.org/">4</a><a href="#x">5</a>',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<p id="y">b</p>', encoding="utf-8")
    assert links.broken(tmp_path) == [
        "a.html:2: https://cdn.example/s.js is fetched from another host",
        "a.html:1: c.html is no file of the site",
        "a.html:1: b.html#n: no such place in that page",
        "a.html:2: p.svg is no file of the site",
    ]
