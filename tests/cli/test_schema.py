"""`accord schema`: the published schemas."""

import json
from pathlib import Path

import pytest

from .conftest import Accord

SCHEMAS = Path(__file__).parents[2] / "schema"


@pytest.mark.parametrize("name", ["contract", "output"])
def test_it_prints_what_is_published(accord: Accord, name: str) -> None:
    done = accord("schema", name)
    assert done.code == 0
    assert done.out == (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(done.out)["$schema"]


def test_an_unknown_schema_is_refused(accord: Accord) -> None:
    assert accord("schema", "contracts").code == 2
