"""What a mapping of the working folder reads: its files, and each value with its line."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.report._paint import Paint


def mapping_page(name: str, paint: "Paint") -> list[str]:
    """The lines about the mapping of this name; none where there is no such mapping."""
    from accord.cli._configuration import configuration
    from accord.files.mapped import mapping_of
    from accord.files.read import read
    from accord.model.fact import shown_scope
    from accord.report._paint import visible
    from accord.report._places import where

    mapping = mapping_of(name, ["."])
    if mapping is None:
        return []
    reading = read((".",), configuration(["."], None))
    facts = [
        fact
        for fact in reading.facts
        if fact.source == "mapping" and (fact.version == name or fact.version.startswith(f"{name}, over "))
    ]
    lines = [paint("faint", f"mapping {name}, {where(mapping.place)}")]
    lines += [f"  {pattern.text}" for pattern in mapping.patterns]
    for fact in facts:
        over = fact.version.removeprefix(name).removeprefix(", ")
        caller = f"{fact.consumer} -> " if fact.consumer else ""
        said = f"{caller}{fact.subject} {fact.term}: {fact.text}{shown_scope(fact.scope)}"
        lines.append(f"{where(fact.place)}  {visible(said)}" + (f"  [{over}]" if over else ""))
    return [*lines, "", f"next: {paint('code', 'accord facts')}"]
