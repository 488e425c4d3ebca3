"""The pages of the rules, read without importing the rules: a page is the docstring that its file begins with."""

import ast
import pkgutil
from pathlib import Path

import accord.rules


def rule_ids() -> dict[str, Path]:
    """The file of every rule by its id, in order; a rule is a file in a family folder."""
    found = {}
    for folder in accord.rules.__path__:
        for family in pkgutil.iter_modules([folder]):
            inside = Path(folder, family.name)
            for module in pkgutil.iter_modules([str(inside)] if family.ispkg else []):
                if not module.name.startswith("_"):
                    found[f"{family.name}/{module.name}".replace("_", "-")] = inside / f"{module.name}.py"
    return dict(sorted(found.items()))


def page(file: Path) -> str:
    """The docstring of a module, which is the first thing in its file."""
    text = file.read_text(encoding="utf-8")
    start = text.find('"""')
    end = text.find('"""', start + 3)
    if text[:start] not in ("", "r") or end < 0:
        return ast.get_docstring(ast.parse(text), clean=False) or ""
    return str(ast.literal_eval(text[: end + 3]))


def title(file: Path) -> str:
    """The first line of a page, without its full stop."""
    with file.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("r").strip().strip('"').rstrip(".")
