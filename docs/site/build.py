"""Builds the site of these docs into build/site: `uv run --group docs python docs/site/build.py`.

It fails where a link or a picture leads nowhere, a page is missing or stands in no menu, or a page would fetch anything
from another host.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import site_links as links  # noqa: E402
import site_pages as pages  # noqa: E402

STAGE = pages.ROOT / "build" / "docs"
SITE = pages.ROOT / "build" / "site"
RULES_MARK, FILES_MARK = "    # the families of rules", "      # the files that pages show"
SETTINGS = "zensical.toml"
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def stage(folder: Path) -> list[str]:
    """Writes the pages and the settings of the builder there; gives the pages that no menu names."""
    shutil.rmtree(folder, ignore_errors=True)
    made = pages.pages()
    for place, text in made.items():
        file = folder / "pages" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for place, picture in pages.pictures().items():
        (folder / "pages" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, folder / "pages" / place)
    files = "\n".join(
        f'      {{ "{Path(place).stem}" = "{place}" }},' for place in sorted(made) if place.startswith("files/")
    )
    settings = (HERE / SETTINGS).read_text(encoding="utf-8")
    settings = settings.replace(RULES_MARK, pages.navigation()).replace(FILES_MARK, files)
    (folder / SETTINGS).write_text(settings, encoding="utf-8")
    named = named_in(tomllib.loads(settings)["project"]["nav"])
    return sorted(place for place in made if place not in named and place != "project/README.md")


def named_in(entry: object) -> set[str]:
    """The pages that a part of the menu names."""
    if isinstance(entry, str):
        return {entry}
    parts = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ()
    return set().union(*(named_in(part) for part in parts))


def built(folder: Path) -> int:
    """Has the builder make a site of what was staged; its exit code. What it warns of fails it."""
    command = [
        sys.executable,
        "-m",
        "zensical",
        "build",
        "--strict",
        "--clean",
        "--config-file",
        str(folder / SETTINGS),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    # A warning that ends it is followed by a traceback of the builder's own, which tells nothing more.
    said = re.split(r"^Traceback", done.stdout + done.stderr, maxsplit=1, flags=re.MULTILINE)[0]
    print(_COLOUR.sub("", said).strip())
    return done.returncode


def main() -> int:
    """The whole of it: staged, built, looked through; 1 where anything is wrong."""
    try:
        forgotten = stage(STAGE)
    except pages.MissingPage as missing:
        print(f"docs: {missing}", file=sys.stderr)
        return 1
    if built(STAGE) != 0:
        return 1
    wrong = [f"{place} stands in no menu of docs/site/{SETTINGS}" for place in forgotten] + links.broken(STAGE / "site")
    for line in wrong:
        print(f"docs: {line}", file=sys.stderr)
    if wrong:
        return 1
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(STAGE / "site", SITE)
    print(
        f"docs: {len(list(SITE.rglob('*.html')))} pages in {SITE.relative_to(pages.ROOT)}, every link leads somewhere"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
