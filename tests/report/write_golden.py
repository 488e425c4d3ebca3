"""Writes the golden pages anew: `python -m tests.report.write_golden`. Read the difference before it is committed."""

from accord.report.text import render

from . import test_formats
from .test_text import GOLDEN, PAGES

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for page in PAGES:
        (GOLDEN / f"{page.name}.txt").write_text(render(page.result, page.asked), encoding="utf-8")
    for page in test_formats.PAGES:
        for ending, written in test_formats.FORMATS.items():
            (GOLDEN / f"{page.name}.{ending}").write_text(written(page.result, page.asked), encoding="utf-8")
