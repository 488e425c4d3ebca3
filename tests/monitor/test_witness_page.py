"""docs/witness.md tells each act and expectation in the words of the model. `ACCORD_REWRITE=1` writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from accord.model.acts import ACTS, EXPECTATIONS

PAGE = Path(__file__).parents[2] / "docs" / "witness.md"
_TABLE = re.compile(r"(\|---\|---\|\n)(?:\| `.*\n)*<!-- (acts|expectations) -->\n")


def with_tables(page: str) -> str:
    tables = {"acts": ACTS, "expectations": EXPECTATIONS}

    def table(match: re.Match[str]) -> str:
        rows = "".join(f"| `{name}` | {says} |\n" for name, says in tables[match[2]].items())
        return f"{match[1]}{rows}<!-- {match[2]} -->\n"

    return _TABLE.sub(table, page)


def test_the_page_tells_each_act_and_each_expectation() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("ACCORD_REWRITE"):
        PAGE.write_text(with_tables(page), encoding="utf-8")
    assert all(f"<!-- {name} -->" in page for name in ("acts", "expectations"))
    again = "docs/witness.md is not as model/acts.py has it; run again with ACCORD_REWRITE=1"
    assert PAGE.read_text(encoding="utf-8") == with_tables(page), again
