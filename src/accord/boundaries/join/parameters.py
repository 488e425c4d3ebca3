"""Values that are defaults of a parameter: what rests on one holds as long as nobody gives another."""

from accord.model.fact import PARAMETER, Fact
from accord.model.finding import Finding


def kept_defaults(finding: Finding) -> str:
    """On which parameters a finding rests, as a condition; "" where it rests on none."""
    facts = [statement.fact for statement in finding.statements]
    facts += [step.fact for step in finding.witness.steps if step.fact is not None] if finding.witness else []
    found = [f"{_name(fact)} keeps its default ({fact.text})" for fact in facts if fact.version.startswith(PARAMETER)]
    return f"if {' and '.join(dict.fromkeys(found))}" if found else ""


def _name(fact: Fact) -> str:
    """`parameter Visibility`."""
    return f"the {fact.version}"
