"""A review as one HTML file that needs nothing else: no script, one scale of type, light and dark, from a phone to a wall."""

from html import escape

from accord.model.review import Review
from accord.review.marked_up import STYLE, marked_up

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_PAGE = """
:root{color-scheme:light dark;--ink:#1c1d1f;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e9e9ea;--paper:#15171a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.5625rem;line-height:1.25;margin:0 0 1.25rem;font-weight:600;overflow-wrap:anywhere}
@media (max-width:44rem){main{padding:1.5rem 1rem 3rem}}
@media print{main{max-width:none}}
"""


def render(review: Review) -> str:
    """The whole document."""
    title = escape(f"Review: {review.header.title}")
    lines = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{title}</title>",
        f"<style>{_PAGE}{STYLE}</style>",
        "</head>",
        "<body>",
        '<main class="review">',
        f"<h1>{title}</h1>",
        marked_up(review),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"
