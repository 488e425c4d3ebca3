"""The judge of each act of accord.model.acts: adding an act is adding one function and one line here."""

from collections.abc import Callable

from accord.model.witness import Step
from accord.monitor import alerts, calls, carrying, saying, seeing, signalling
from accord.monitor.timeline import Timeline

JUDGES: dict[str, Callable[[Timeline, Step], str]] = {
    "calls": calls.calls,
    "gives-up": calls.gives_up,
    "answers": calls.answers,
    "waits": calls.waits,
    "acts": calls.acts,
    "fails": calls.fails,
    "breaks": carrying.breaks,
    "reaches": carrying.reaches,
    "detects": carrying.detects,
    "reads": signalling.reads,
    "evaluates": signalling.evaluates,
    "holds": signalling.holds,
    "gathers": signalling.gathers,
    "pages": carrying.pages,
    "acknowledges": carrying.acknowledges,
    "arrives": carrying.arrives,
    "works": carrying.works,
    "recovers": carrying.recovers,
    "due": carrying.due,
    "away": saying.away,
    "states": saying.states,
    "multiplies": saying.multiplies,
    "loads": saying.loads,
    "fires": alerts.fires,
    "routes": alerts.routes,
    "mutes": alerts.mutes,
    "inhibits": alerts.inhibits,
    "seen": seeing.seen,
    "concludes": saying.concludes,
}
