"""Files are read those of one name one after another, and what they give is kept in the order of the files."""

from itertools import groupby
from pathlib import Path

import pytest

from accord.files import read as reading
from accord.files.ahead import ReaderAhead
from accord.files.config import DEFAULTS
from accord.files.given import Alone
from accord.files.landscape import Text, sides_of
from accord.files.read import Reader, name_of, read

CONTRACT = "party: {name}\nowner: team\npromises:\n  order: {{latency: {{max: {seconds}s}}, attempts: many}}\n"
OBJECT = "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n---\na: [\n"
RULES = "groups:\n- name: {name}\n  rules: [{{alert: {name}, expr: up == 0}}]  # accord: allow all because {name}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(("api", "billing", "cart", "desk")):
        home = tmp_path / name
        home.mkdir()
        for file, text in (("accord.yaml", CONTRACT), ("object.yaml", OBJECT), ("rules.yaml", RULES)):
            (home / file).write_text(text.format(name=name, seconds=number + 1))
        (home / "CODEOWNERS").write_text(f"/{name}/ @team\n/odd/ odd\n")
    return tmp_path


class _Told(Reader):
    """A reader that notes which files it reads."""

    def __init__(self) -> None:
        super().__init__(DEFAULTS)
        self.names: list[str] = []

    def alone(self, text: Text) -> Alone:
        self.names.append(name_of(text))
        return super().alone(text)


@pytest.mark.parametrize(
    ("at_once", "longest"), [(2, 10**6), (3, 10**6), (5, 10**6), (400, 10**6), (400, 1), (400, 150)]
)
def test_what_is_read_is_the_same_as_in_the_order_of_the_files(
    folder: Path, at_once: int, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", 1)
    plain = read([str(folder)])
    assert plain.facts
    assert plain.problems
    monkeypatch.setattr(reading, "_AT_ONCE", at_once)
    monkeypatch.setattr(reading, "_LONGEST_AT_ONCE", longest)
    assert read([str(folder)]) == plain


def test_files_of_one_name_are_read_one_after_another_and_each_once(folder: Path) -> None:
    told = _Told()
    told.reading_of([str(folder)], sides_of([str(folder)], DEFAULTS))
    assert len(told.names) == 16
    assert [name for name, _ in groupby(told.names)] == sorted(set(told.names))


def test_what_others_read_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.files.ahead.LEAST", 1)
    [side] = sides_of([str(folder)], DEFAULTS)
    texts = tuple(side.texts)  # type: ignore[union-attr]
    reader = ReaderAhead(DEFAULTS)
    reader.read_ahead([text for text in texts if isinstance(text, Text)], processes=2)
    assert not any(reader.is_unread(text) for text in texts if isinstance(text, Text))
