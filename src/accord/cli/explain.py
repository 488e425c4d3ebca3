"""Explain a rule: what goes wrong, why each side is right, examples, what each side can do."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.report._paint import Paint


@click.command()
@click.argument("rule", default="")
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(rule: str, color: str) -> None:
    """Shows the page of RULE, such as timing/caller-gives-up-first; without RULE, or with a family such as timing, the
    rules there are; with the name of a mapping of the working folder, what it reads.
    """
    from accord.cli._output import emit
    from accord.cli._pages import rule_ids
    from accord.cli._terminal import page_width, wants_color
    from accord.report._paint import Paint

    paint, width = Paint(wants_color(color)), page_width()
    ids = rule_ids()
    family = {id_: file for id_, file in ids.items() if not rule or id_.startswith(rule.rstrip("/") + "/")}
    lines = listed(family, width, paint) if family else mapped(rule, ids, paint)
    lines = lines or shown(named(rule, ids), ids, width, paint)
    emit("\n".join(line.rstrip() for line in lines) + "\n")


def mapped(name: str, ids: dict[str, Path], paint: "Paint") -> list[str]:
    """What the mapping of this name reads; nothing for the name of a rule, or where there is no such mapping."""
    from accord.cli._mapping_page import mapping_page

    wanted = name.replace("_", "-")
    is_rule = any(wanted in (id_, id_.partition("/")[2]) for id_ in ids)
    return [] if is_rule else mapping_page(name, paint)


def named(rule: str, ids: dict[str, Path]) -> str:
    """The id that is meant by an id, or by its last part where one rule only is called so; else a usage error."""
    from accord.cli._meant import meant

    wanted = rule.replace("_", "-")
    same = [id_ for id_ in ids if wanted in (id_, id_.partition("/")[2])]
    if len(same) > 1:
        raise click.UsageError(f"several rules are called {wanted}: {', '.join(same)}", click.get_current_context())
    if len(same) != 1:
        message = f"no rule {rule!r}{meant(wanted, [*ids, *(id_.partition('/')[2] for id_ in ids)])}; accord explain lists them"
        raise click.UsageError(message, click.get_current_context())
    return same[0]


def listed(ids: dict[str, Path], width: int, paint: "Paint") -> list[str]:
    """The rules by family, each with the first line of its page."""
    from accord.cli._pages import title
    from accord.report._paint import hanging

    lines: list[str] = []
    widest = max(len(id_) for id_ in ids)
    family = ""
    for id_, file in ids.items():
        if id_.partition("/")[0] != family:
            family = id_.partition("/")[0]
            about = subject_of(title(file.parent / "__init__.py"))
            first, *rest = hanging(f"{family}: ", about, width)
            lines += [*([""] if lines else []), paint("bold", family) + first[len(family) :], *rest]
        lines += hanging(f"  {id_.ljust(widest)}  ", title(file), width)
    return [*lines, "", f"next: {paint('code', f'accord explain {next(iter(ids))}')}"]


def subject_of(title: str) -> str:
    """What a family is about, without the word that names it: of `Rules about time: who waits` what follows the colon."""
    about = title.removeprefix("Rules about ")
    name, _, rest = about.partition(": ")
    return rest if rest and " " not in name else about


def shown(id_: str, ids: dict[str, Path], width: int, paint: "Paint") -> list[str]:
    """The page of one rule."""
    from accord.cli._pages import page
    from accord.report._page import page_lines

    lines = page_lines(page(ids[id_]), width, paint)
    return [
        paint("faint", id_),
        *lines,
        *([""] if lines[-1] else []),
        f"next: {paint('code', f'accord check --rule {id_}')}",
    ]
