"""Which pages an address of a runbook can mean, and whether one of those that exist is meant."""

from collections.abc import Iterable

_ENDINGS = (".md", ".html", ".adoc", ".rst")


class Pages:
    """The pages that exist, as addresses or as the ends of addresses."""

    def __init__(self, pages: Iterable[str]) -> None:
        named = {compared(page) for page in pages} - {""}
        self.ends = frozenset(named)

    def end_of(self, address: str) -> str | None:
        """The longest listed page that this address ends with; None where there is none."""
        whole = compared(address)
        if whole in self.ends:
            return whole
        parts = whole.split("/")
        ends = ("/".join(parts[first:]) for first in range(1, len(parts)))
        return next((end for end in ends if end in self.ends), None)

    def foundations(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """What stands before the page in each address whose page exists; only what begins so can be judged."""
        found = set()
        for address in addresses:
            end = self.end_of(address)
            if end is not None:
                whole = compared(address)
                before = whole[: len(whole) - len(end)]
                found.add(before or whole.rpartition("/")[0] + "/")
        return tuple(sorted(found))


def compared(address: str) -> str:
    """An address as it is compared: without case, fragment, query, ending, index page and last slash."""
    text = address.strip().partition("#")[0].partition("?")[0].lower().rstrip("/")
    for ending in _ENDINGS:
        text = text.removesuffix(ending)
    for index in ("_index", "index"):
        if text == index or text.endswith(f"/{index}"):
            text = text[: -len(index)].rstrip("/")
    return text.removeprefix("./")
