"""A review as HTML that stands in a file of its own or in a page alike: the sections, and the style that they need."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from accord.model.review import Review
from accord.review.answered import answers
from accord.review.drawn import drawn
from accord.review.sections import Section, Table, numbered

FOOT = "All times are UTC. People are roles; nothing here measures anybody."
STYLE = """\
.review{--soft:#5b6068;--rule:#d9dade;--marked:#fff3d6;--apart:#c98a00;--told:#8fb0d0;--known:#2f6f9f}
@media (prefers-color-scheme:dark){.review{--soft:#a6abb3;--rule:#363a41;--marked:#3a3116;--apart:#d9a93a;--told:#41607d;--known:#7fb3dc}}
.review h2{font-size:1.25rem;line-height:1.3;margin:2.5rem 0 .5rem;font-weight:600}
.review h2 span{color:var(--soft);font-weight:400}
.review h3{font-size:1rem;line-height:1.4;margin:0 0 .25rem;font-weight:600}
.review p{margin:.5rem 0 1rem;max-width:44rem}
.review .says,.review .foot,.review .key,.review summary{color:var(--soft)}
.review .short{border:1px solid var(--rule);border-radius:.5rem;padding:.25rem 1.25rem .75rem;margin:0 0 1rem}
.review .short h2{font-size:1rem;margin:1rem 0 .25rem}
.review .short ul{margin:.25rem 0 0;max-width:52rem}
.review dl{margin:0 0 1rem;border-top:1px solid var(--rule)}
.review dl div{display:grid;grid-template-columns:8rem 1fr;gap:.25rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--rule)}
.review dt{color:var(--soft)}.review dd{margin:0;overflow-wrap:anywhere}
.review ul{margin:.5rem 0 1rem;padding-left:1.25rem}.review li{margin:.4rem 0;overflow-wrap:anywhere}
.review table{border-collapse:collapse;width:100%;margin:.75rem 0 1.5rem;font-size:.875rem;background:none;border:0}
.review th{text-align:left;font-weight:500;color:var(--soft);padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--rule);vertical-align:bottom}
.review td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--rule);vertical-align:top;overflow-wrap:break-word;font-variant-numeric:tabular-nums}
.review td.at{white-space:nowrap}.review caption{text-align:left;padding:.25rem 0;font-size:1rem}
.review tr.mark td{background:var(--marked)}.review tr.mark td:first-child{box-shadow:inset .2rem 0 var(--apart);padding-left:.6rem}
.review details{margin:.5rem 0 1rem}.review summary{cursor:pointer;padding:.35rem 0}
.review .lane{margin:1rem 0 1.5rem}.review .fact{margin:.6rem 0}.review .fact p{margin:0;font-size:.875rem;max-width:none;overflow-wrap:anywhere}
.review .hatch{position:absolute}.review .bar{display:block;width:100%;height:.75rem;border-radius:.375rem;background:var(--rule);margin:.25rem 0}
.review .key{font-size:.875rem;margin-bottom:.5rem}.review svg.key{display:inline-block;width:1.5rem;height:.75rem;margin:0 .35rem 0 .9rem;vertical-align:-.05rem;border:1px solid var(--rule)}.review svg.key:first-child{margin-left:0}
.review rect.before{fill:var(--rule)}.review rect.told{fill:var(--told)}.review rect.known{fill:var(--known)}.review rect.apart{fill:var(--apart)}
@media (max-width:44rem){
.review dl div{grid-template-columns:1fr}.review .short{padding:.25rem .9rem .5rem}
.review table,.review tbody,.review tr,.review td,.review caption{display:block;width:100%}
.review thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.review tr{border-bottom:1px solid var(--rule);padding:.5rem 0}.review td{border:0;padding:.1rem 0;overflow-wrap:anywhere}
.review td.at{white-space:normal}.review td.at[data-head=""],.review td.at[data-head=""]+td{display:inline}.review td.at[data-head=""]{color:var(--soft);margin-right:.5rem}
.review td[data-head]:not([data-head=""])::before{content:attr(data-head) "\\2002";color:var(--soft)}
.review td:empty{display:none}.review tr.mark{background:var(--marked);box-shadow:inset .2rem 0 var(--apart);padding-left:.75rem}.review tr.mark td:first-child{box-shadow:none;padding-left:0}}
@media print{.review h2{break-after:avoid}.review tr{break-inside:avoid}}
"""
_PLAIN = ("when", "who", "what", "at", "state", "note")
_WHEN = ("when", "at")
_INSTANT = re.compile(r"(?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)?", re.ASCII)


def marked_up(review: Review) -> str:
    """The answers and all sections; headings begin with h2."""
    lines = ['<div class="short">']
    for question, said in answers(review):
        lines += [f"<h2>{escape(question)}</h2>", *_list(said)]
    lines += ["</div>", f'<p class="foot">{FOOT}</p>']
    for number, section in numbered(review):
        lines += _section(number, section, review)
    return "\n".join(lines)


def _list(items: Sequence[str]) -> Iterator[str]:
    yield "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in items) + "\n</ul>"


def _section(number: str, section: Section, review: Review) -> Iterator[str]:
    yield f"<section>\n<h2><span>{number}</span> {escape(section.title)}</h2>"
    if section.says:
        yield f'<p class="says">{escape(section.says)}</p>'
    if section.items:
        yield from _list(section.items)
    if section.draws_lanes:
        yield from drawn(review)
        yield "<details><summary>The same as a table, with instants</summary>"
    for table in section.tables:
        yield from _table(table)
    yield "</details>\n</section>" if section.draws_lanes else "</section>"


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    if not any(table.heads):
        pairs = (f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in table.rows)
        yield from ("<dl>", *pairs, "</dl>")
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
