"""What may lie beside the checkout and is no part of it: real files of others with known answers, and what makes more of them."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"
CORPUS = Path(os.environ.get("ACCORD_CORPUS") or SHARED / "corpus")


def needs(path: Path) -> pytest.MarkDecorator:
    """A mark that skips a test, or a module, where this is not beside the checkout."""
    return pytest.mark.skipif(not path.exists(), reason=f"not beside this checkout: {path}")
