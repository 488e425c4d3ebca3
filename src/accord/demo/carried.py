"""The second half of the story: one deviation, from the signal to the word of the other side."""

from accord.demo.loop import Deviation, Loop
from accord.demo.people import ANSWERS, HAS_LEFT, OTHER_SIDE, SLEEPS, Message, People, answered
from accord.demo.shown import Shown
from accord.demo.steps import expect

SIGNAL, RECOVERS_WITHIN = "ChargedTwice", "5m"
_OK = 200


class Carried:
    """How the loop carries it. Each step raises Unexpected where it does not come to what it should."""

    def __init__(self, loop: Loop, people: People, shown: Shown) -> None:
        self._loop, self._people, self._shown = loop, people, shown
        self.id = ""
        self._committed: Message

    def open(self, summary: str) -> None:
        """The signal fires, and the first on the ladder is told, who has left."""
        opened = self._loop.fire(SIGNAL, summary)
        self.id = opened["id"]
        expect(opened["hasContract"], "the signal to be joined to the contract that names it")
        self._shown.say(f"{SIGNAL} fires: a deviation of {opened['boundary']}", "bold")
        self._shown.more(f"expected: {opened['expected']}; seen: {opened['seen']}")
        now = self._loop.until(self.id, lambda now: now["actor"] != HAS_LEFT)
        [first, *_] = [each for each in now["messages"] if each["person"] == HAS_LEFT]
        expect(first["fate"] == "failed", f"{HAS_LEFT} to be unreachable")
        self._shown.say(f"{HAS_LEFT} is told, who has left: {first['reason']}; so the next is asked", "conditional")

    def climb(self) -> None:
        """The second is told and sleeps; the third answers by the link in the message."""
        asleep = self._people.until(SLEEPS, "opened", "escalated")
        expect(asleep is not None, f"a message to {SLEEPS}")
        self._shown.say(f"{SLEEPS} is told, who sleeps: a message that was delivered is no answer", "conditional")
        self._shown.doing(f"{SLEEPS} has 4s")
        asked = self._people.until(ANSWERS, "escalated", "opened")
        expect(asked is not None, f"a message to {ANSWERS}")
        assert asked is not None
        self._shown.say(f"{ANSWERS} is told: {asked['title']}", "bold")
        expect(answered(asked, "commit", RECOVERS_WITHIN) == _OK, f"the word of {ANSWERS} to count")
        now = self._now("committed", ANSWERS)
        committed = self._people.until(ANSWERS, "committed")
        expect(committed is not None, f"{ANSWERS} to be told what they committed to")
        assert committed is not None
        self._committed = committed
        told = self._people.until(OTHER_SIDE, "committed")
        expect(told is not None and told["turn"] == now["turn"], "the other side to be told the same")
        self._shown.say(
            f"{ANSWERS} has it, by the link, until {now['until'][11:16]} UTC; checkout is told the same", "help"
        )

    def fixed(self) -> None:
        """Who had it says that it is recovered; that alone closes nothing."""
        expect(answered(self._committed, "fixed") == _OK, f"the word of {ANSWERS} to count")
        self._now("claimed", OTHER_SIDE)
        self._shown.say(f"{ANSWERS} says that it is recovered; it stays open until the other side says so too")

    def confirmed(self) -> None:
        """The other side confirms by its own link, and it is closed."""
        claimed = self._people.until(OTHER_SIDE, "claimed")
        expect(claimed is not None, "the other side to be asked")
        assert claimed is not None
        expect(answered(claimed, "confirm") == _OK, "the word of the other side to count")
        now = self._loop.until(self.id, lambda now: now["phase"] == "closed")
        expect((now["phase"], now["closedBy"]) == ("closed", "other"), "it to be closed by the other side")
        turns = now["turn"]
        self._shown.say(
            f"checkout confirms, by its link: closed in turn {turns}, everything of it in the ledger", "help"
        )

    def _now(self, phase: str, actor: str) -> Deviation:
        now = self._loop.until(self.id, lambda now: (now["phase"], now["actor"]) == (phase, actor))
        expect((now["phase"], now["actor"]) == (phase, actor), f"{phase} with {actor}, read {now['phase']}")
        return now
