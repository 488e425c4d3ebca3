"""The words of an organisation: which labels name an owner, which severities interrupt a person, what only writes a log.

What `accord.toml` says arrives as facts of the party `accord:configuration`; where it says nothing, the usual words hold.
Names are compared without regard to case.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from accord.boundaries.join.view import View
from accord.model.fact import Fact

if TYPE_CHECKING:
    from accord.boundaries.join.system import System

CONFIGURATION = "accord:configuration"
"""The party that speaks where the configuration does."""

OWNER = ("owner", "team", "squad", "support_group", "alert_team_handle", "alerts_team", "team_name")
RUNBOOK = ("runbook_url", "runbook", "playbook", "playbook_url", "opsrecipe")
DASHBOARD = ("dashboard", "dashboard_url", "grafana_url")
SEVERITY = ("severity", "priority", "level")
INTERRUPTING = ("page", "critical", "emergency", "disaster", "p1", "s1", "sev1")
HEARTBEAT = ("Watchdog", "DeadMansSwitch", "DeadMansSnitch", "Heartbeat", "Deadman")


class Vocabulary(Struct, frozen=True):
    """The words in force; `said` has, by the end of its term (`log_only`), each fact by which the configuration says so."""

    owner: tuple[str, ...] = OWNER
    runbook: tuple[str, ...] = RUNBOOK
    dashboard: tuple[str, ...] = DASHBOARD
    severity: tuple[str, ...] = SEVERITY
    interrupting: tuple[str, ...] = INTERRUPTING
    heartbeat: tuple[str, ...] = HEARTBEAT
    partition: tuple[str, ...] = ()
    log_only: tuple[str, ...] = ()
    runbook_pages: tuple[str, ...] = ()
    said: dict[str, Fact] = {}

    def interrupts(self, severity: str) -> bool:
        """Whether this severity interrupts a person."""
        return severity.lower() in lowered(self.interrupting)


@lru_cache(maxsize=256)
def lowered(words: tuple[str, ...]) -> tuple[str, ...]:
    """The same words without regard to case."""
    return tuple(word.lower() for word in words)


def vocabulary(system: "System", view: View) -> Vocabulary:
    """The words that hold in this view."""
    key = ("vocabulary", tuple(sorted(view.items())))
    known = system.memory.get(key)
    if known is None:
        terms = system.party(CONFIGURATION, view).terms
        said = {term.partition(".")[2]: facts[0] for term, facts in terms.items() if term.startswith("vocabulary.")}
        words = {name: fact.value for name, fact in said.items() if name in Vocabulary.__struct_fields__}
        known = system.memory[key] = Vocabulary(**words, said=said)
    return known
