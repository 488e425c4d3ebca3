"""A review as one HTML file that needs nothing else: no script, one scale of type, light and dark, from a phone to a wall."""

import re
from collections.abc import Iterator
from html import escape

from accord.model.review import Lane, Mark, Review
from accord.review.sections import Section, Table, answers, numbered, span

_PLAIN = ("when", "who", "what", "at")
_WHEN = ("when", "at")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2329;--soft:#5b6670;--paper:#fff;--line:#d9dee3;--mark:#fff3d6;--apart:#e3b341;--told:#9db8d2;--known:#2f6f9f}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#9aa5b0;--paper:#14181c;--line:#2e363d;--mark:#3a3116;--apart:#b98a1e;--told:#41607d;--known:#7fb3dc}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.5625rem;line-height:1.25;margin:0 0 1.25rem;font-weight:600;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;margin:3rem 0 .5rem;font-weight:600}
h2 span{color:var(--soft);font-weight:400}
p{margin:.5rem 0 1rem;max-width:44rem}
.says,.foot{color:var(--soft)}
dl{margin:0 0 1rem;border-top:1px solid var(--line)}
dl div{display:grid;grid-template-columns:8rem 1fr;gap:.25rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
ul{margin:.5rem 0 1rem;padding-left:1.25rem}li{margin:.25rem 0}
table{border-collapse:collapse;width:100%;margin:.75rem 0 1.5rem;font-size:.875rem}
th{text-align:left;font-weight:500;color:var(--soft);padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:bottom}
td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word;font-variant-numeric:tabular-nums}
td.at{white-space:nowrap}caption{text-align:left;padding:.25rem 0;font-size:1rem}
tr.mark td{background:var(--mark)}tr.mark td:first-child{box-shadow:inset .2rem 0 var(--apart);padding-left:.6rem}
details{margin:.5rem 0 1rem}summary{cursor:pointer;color:var(--soft)}
.lane{margin:1rem 0 1.5rem}.lane h3{font-size:1rem;font-weight:600;margin:0 0 .25rem}
.fact{margin:.6rem 0}.fact p{margin:0;font-size:.875rem;max-width:none}
.bar{position:relative;height:.75rem;border-radius:.375rem;background:var(--line);overflow:hidden;margin:.25rem 0}
.bar i{position:absolute;top:0;bottom:0;min-width:3px}
.apart{background:repeating-linear-gradient(45deg,var(--apart) 0 4px,transparent 4px 8px)}.told{background:var(--told)}.known{background:var(--known)}
.key{font-size:.875rem;color:var(--soft)}.key i{display:inline-block;width:1.5rem;height:.75rem;border-radius:.2rem;margin:0 .35rem 0 .9rem;vertical-align:-.05rem}.key i:first-child{margin-left:0}
@media (max-width:44rem){
main{padding:1.5rem 1rem 3rem}dl div{grid-template-columns:1fr}
table,tbody,tr,td,caption{display:block;width:100%}td.at[data-head=""],td.at[data-head=""]+td{display:inline}td.at[data-head=""]{color:var(--soft);margin-right:.5rem}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-bottom:1px solid var(--line);padding:.5rem 0}td{border:0;padding:.1rem 0}
td[data-head]:not([data-head=""])::before{content:attr(data-head) "\\2002";color:var(--soft)}td{overflow-wrap:anywhere}
td:empty{display:none}tr.mark{background:var(--mark);box-shadow:inset .2rem 0 var(--apart);padding-left:.75rem}tr.mark td:first-child{box-shadow:none;padding-left:0}}
@media print{main{max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""


def render(review: Review) -> str:
    """The whole document."""
    title = escape(f"Review: {review.header.title}")
    head = '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">'
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    lines = [
        head,
        policy,
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
    ]
    lines += ["<dl>", *_pairs(answers(review)), "</dl>"]
    lines.append('<p class="foot">All times are UTC. People are roles; nothing here measures anybody.</p>')
    for number, section in numbered(review):
        lines += _section(number, section, review)
    return "\n".join([*lines, "</main>", "</body>", "</html>"]) + "\n"


def _pairs(pairs: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for name, said in pairs:
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>"


def _section(number: str, section: Section, review: Review) -> Iterator[str]:
    yield f"<section>\n<h2><span>{number}</span> {escape(section.title)}</h2>"
    if section.says:
        yield f'<p class="says">{escape(section.says)}</p>'
    if section.items:
        yield "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in section.items) + "\n</ul>"
    if section.draws_lanes:
        yield from _drawn(review)
        yield "<details><summary>The same as a table, with instants</summary>"
    for table in section.tables:
        yield from _table(table)
    yield "</details>\n</section>" if section.draws_lanes else "</section>"


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    if not any(table.heads):
        yield from ("<dl>", *_pairs(table.rows), "</dl>")
        return
    title = f"<caption>{escape(table.title)}</caption>\n" if table.title else ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    yield f"<table>\n{title}<thead><tr>{heads}</tr></thead>\n<tbody>"
    for number, row in enumerate(table.rows):
        mark = ' class="mark"' if number in table.marked else ""
        cells = "".join(_cell(head, cell) for head, cell in zip(table.heads, row, strict=True))
        yield f"<tr{mark}>{cells}</tr>"
    yield "</tbody>\n</table>"


def _cell(head: str, cell: str) -> str:
    """A cell with its head for narrow screens, where it does not speak for itself."""
    named = "" if head in _PLAIN else escape(head)
    at = ' class="at"' if head in _WHEN or _INSTANT.fullmatch(cell) else ""
    return f'<td data-head="{named}"{at}>{escape(cell)}</td>'


def _drawn(review: Review) -> Iterator[str]:
    begins, ends = review.header.begins_ns, max(review.header.ends_ns, review.header.begins_ns + 1)
    keys = (("apart", "existed, not told"), ("told", "told"), ("known", "understood"))
    drawn = "".join(f'<i class="{name}"></i>{said}' for name, said in keys)
    yield f'<p class="key">{drawn}</p>'
    for lane in review.lanes:
        yield from _lane(lane, begins, ends)


def _lane(lane: Lane, begins: int, ends: int) -> Iterator[str]:
    yield f'<div class="lane"><h3>{escape(lane.party)}</h3>'
    for mark in lane.marks:
        bars = "".join(_bars(mark, begins, ends))
        said = escape(f"{mark.fact} ({_said(mark, ends)})")
        yield f'<div class="fact"><p>{said}</p><div class="bar" aria-hidden="true">{bars}</div></div>'
    yield "</div>"


def _said(mark: Mark, ends: int) -> str:
    """The bar in words, for who cannot see it."""
    existed = mark.existed_ns
    if not mark.told_ns:
        return f"not told, for {span(ends - existed)}" if existed else "not told"
    understood = f", understood {_after(mark.understood_ns, existed)}" if mark.understood_ns else ""
    return f"told {_after(mark.told_ns, existed)}{understood}"


def _after(at_ns: int, existed_ns: int) -> str:
    if not existed_ns:
        return "when it was first said"
    return "at once" if at_ns <= existed_ns else f"after {span(at_ns - existed_ns)}"


def _bars(mark: Mark, begins: int, ends: int) -> Iterator[str]:
    existed = max(mark.existed_ns, begins)
    told = mark.told_ns or ends
    understood = mark.understood_ns or ends
    for name, start, stop in (("apart", existed, told), ("told", told, understood), ("known", understood, ends)):
        if stop > start or (name == "known" and mark.understood_ns):
            left = 100 * (start - begins) / (ends - begins)
            wide = 100 * (stop - start) / (ends - begins)
            yield f'<i class="{name}" style="left:{min(left, 99.5):.2f}%;width:{wide:.2f}%"></i>'
