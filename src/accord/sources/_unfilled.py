"""Words of a form that was never filled in, in the address of whoever is told: `YOUR/SLACK/WEBHOOK`, `xxx@xxx.com`."""

import re

_FORM = re.compile(
    r"(?i:\byour(?:[-_/][\w/-]+|(?:webhook|slack|discord|teams?|channel|company|domain|org|email|mail|name|token|key)\w*))"
    r"|(?i:change[-_]?me\b|replace[-_]?me\b|\bplaceholder\b|\bfix[-_]?me\b)|\bTODO\b|<[a-zA-Z][\w .-]*>"
    r"|(?<![\w])[xX]{3,}(?![\w])|[xX]{8,}|\bT0{6,}(?:/B0{6,})?"
)
_EXAMPLE = re.compile(r"(?i)https?://(127\.0\.0\.1:5001|localhost:5001)/?")
"""Where the file that Alertmanager comes with sends everything (examples/ha/alertmanager.yml)."""


def unfilled(text: str) -> str:
    """The words that were to be replaced, or the address of the example; empty where there are none, or a variable stands for them."""
    if "$" in text or "{{" in text or "{%" in text:
        return ""
    example = _EXAMPLE.fullmatch(text)
    if example:
        return example[1]
    found = _FORM.search(text)
    return found[0] if found else ""
