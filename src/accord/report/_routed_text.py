"""Where one alert goes and why, for people."""

from collections.abc import Iterator

from accord.report._paint import Paint, visible
from accord.report._routed import Answer, Asked, Document, End

_MOST_ABSENT = 12


def routed_text(document: Document, paint: Paint, before: bool) -> str:
    """The page; with `before` also the routes that were asked in vain."""
    shown = ", ".join(f'{name}="{value}"' for name, value in document.labels.items()) or "no label at all"
    lines = [paint("bold", f"an alert with {visible(shown)}")]
    for answer in document.trees:
        lines += ["", *_answer(answer, paint, before)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _answer(answer: Answer, paint: Paint, before: bool) -> Iterator[str]:
    scope = ", ".join(f"{name}={value}" for name, value in answer.scope.items())
    names = ", ".join(end.receiver for end in answer.ends)
    yield visible(
        f"{answer.tree}{f' ({scope})' if scope else ''} sends it to {names or 'nobody: its first route does not take it'}"
    )
    for end in answer.ends:
        yield ""
        yield from _end(end, paint, before)
    if answer.held_back_by:
        yield ""
        yield "  can be held back while another alert fires:"
        yield from _columns([(visible(held.rule), held.at) for held in answer.held_back_by], "    ", paint)
    if answer.absent:
        more = len(answer.absent) - _MOST_ABSENT
        names = ", ".join(answer.absent[:_MOST_ABSENT]) + (f" and {more} more" if more > 0 else "")
        yield ""
        yield f"  taken as absent, though routes ask for them: {visible(names)}"


def _end(end: End, paint: Paint, before: bool) -> Iterator[str]:
    told = ", ".join(f"{one.kind} {one.target}".strip() for one in end.told)
    rows = [
        (f"{end.receiver}: {told or 'nobody'}" + (f" ({end.silent})" if told and end.silent else ""), end.receiver_at)
    ]
    rows += [("  way", "")] + [(f"    {_asked(step)}", step.at) for step in end.way]
    if before and end.before:
        rows += [("  did not match before", "")]
        rows += [
            (f"    {_asked(step)}" + (f"  ({step.failed} fails)" if len(step.matchers) > 1 else ""), step.at)
            for step in end.before
        ]
    rows += [("  holds here", "")] + [
        (f"    {one.name.ljust(15)} {one.value}", one.at or one.by) for one in end.settings
    ]
    yield from _columns([(visible(left), right) for left, right in rows], "  ", paint)


def _asked(step: Asked) -> str:
    return (", ".join(step.matchers) or "every alert") + (" (continues)" if step.continues else "")


def _columns(rows: list[tuple[str, str]], indent: str, paint: Paint) -> Iterator[str]:
    """The right sides below each other, as far as the left ones are not too long."""
    width = min(max(len(left) for left, _ in rows), 60)
    for left, right in rows:
        yield f"{indent}{left.ljust(width)}  {paint('faint', right)}"
