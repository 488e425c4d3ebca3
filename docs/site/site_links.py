"""Looks through a site that was built: every link and picture leads to something in it, and nothing is fetched from elsewhere."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself when it shows the page; a link that somebody may follow is not among them.
FETCHED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"), ("use", "href")}
_NEVER_FETCHED = {"canonical", "prev", "next", "license"}


class Page(HTMLParser):
    """What one page of HTML points at, and the names that others can point at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[tuple[int, str]] = []
        self.fetched: list[tuple[int, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the names and the links of one element."""
        has = {key: value or "" for key, value in attrs}
        self.names.update(has[key] for key in ("id", "name") if key in has)
        line = self.getpos()[0]
        for key in ("href", "src"):
            if has.get(key):
                fetched = (tag, key) in FETCHED and not _NEVER_FETCHED & set(has.get("rel", "").split())
                (self.fetched if fetched else self.links).append((line, has[key]))


def broken(site: Path) -> list[str]:
    """What is wrong with a site, one line each: a link without a target, a page fetched from elsewhere."""
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    return [f"{file.relative_to(site)}:{wrong}" for file in pages for wrong in _of(file, site, pages)]


def _of(file: Path, site: Path, pages: dict[Path, Page]) -> Iterator[str]:
    page = pages[file]
    for line, link in page.fetched:
        if urlsplit(link).netloc:
            yield f"{line}: {link} is fetched from another host"
    for line, link in (*page.links, *page.fetched):
        parts = urlsplit(link)
        # The page for what was not found has no place of its own, so its links are of the root.
        if parts.scheme or parts.netloc or file.name == "404.html":
            continue
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        if not target.is_relative_to(site) or not target.is_file():
            yield f"{line}: {link} is no file of the site"
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
            yield f"{line}: {link}: no such place in that page"
