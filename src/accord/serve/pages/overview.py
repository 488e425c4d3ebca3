"""Team by team: what is in accord, what waits to fail, what fails now, and what nobody has answered."""

from collections import Counter
from copy import copy

from starlette.responses import Response

from accord.cases.case import Case
from accord.model.finding import Verdict
from accord.serve.doors import Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._shown import Known, Shown, Team, page_of, team_of
from accord.serve.pages._since import since_yesterday

PATH, TITLE, PLACE = "/", "Overview", 0
MOST_WORST = 20
_LATENT = (Verdict.BREACH, Verdict.MISMATCH)


async def show(asked: Asked, shown: Shown) -> Response:
    """The page."""
    known, cases = await shown.known(), shown.open()
    teams = teams_of(known, cases)
    return frame(
        "overview.html",
        TITLE,
        teams=teams,
        total=_total(teams),
        unbound=_unbound(known),
        promises=any(key[2] for key in known.keys),
        questions=sum(map(len, known.asked.values())),
        worst=_worst(known),
        cases=cases[:MOST_WORST],
        since=await since_yesterday(shown),
        observed=bool(known.system.observed),
        name=shown.name,
        now=shown.now_ns,
    )


def teams_of(known: Known, cases: tuple[Case, ...]) -> list[Team]:
    """The teams, those in trouble first."""
    teams = {name: copy(team) for name, team in known.teams.items()}
    for name, count in Counter(_owner(known, case) for case in cases).items():
        teams.setdefault(name, Team(name)).open = count
    return sorted(teams.values(), key=lambda team: (-team.open, -team.latent, -team.conditional, team.name))


def _unbound(known: Known) -> int:
    """Of how many operations, and parties as a whole, something waits to fail although no boundary of them is known."""
    called = {key[1:] for key in known.keys if key[0]}
    found = {
        (each.provider, each.operation) for each in known.findings if each.verdict in _LATENT and not each.consumer
    }
    return len(found - called)


def _owner(known: Known, case: Case) -> str:
    provider = case.deviation.provider
    return team_of(known.system, provider) if provider else "signals without a contract"


def _total(teams: list[Team]) -> Team:
    sums = {
        word: sum(getattr(team, word) for team in teams)
        for word in ("boundaries", "accord", "latent", "conditional", "unanswered", "open")
    }
    return Team("all", **sums)


def _worst(known: Known) -> list[tuple[str, str, str, str]]:
    """Verdict, message, subject and address of what is worst in the contracts."""
    found = [finding for finding in known.findings if finding.verdict in _LATENT]
    return [
        (str(finding.verdict), finding.message, finding.title, page_of(known, finding))
        for finding in found[:MOST_WORST]
    ]
