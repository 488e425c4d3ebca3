"""The end of the story: the review of the incident, written by the command, and the page that says the same."""

import html
from pathlib import Path
from typing import Any

from accord.demo.asking import page
from accord.demo.processes import Processes, Running
from accord.demo.shown import Shown
from accord.demo.steps import expect

_LONGEST = 110


class LookedBack:
    """What was missing, from the ledger and the contracts as they were."""

    def __init__(self, processes: Processes, shown: Shown, contracts: Path) -> None:
        self._processes, self._shown = processes, shown
        self._contracts, self._before = contracts, processes.folder / "contracts-before"
        self.file = processes.folder / "review.html"
        self._writing: tuple[Running, Running]

    @property
    def before(self) -> Path:
        """Where the contracts are kept as they were."""
        return self._before

    def begin(self, deviation: str, ledger: Path) -> None:
        """Has the review written, as a page of its own and as data."""
        words = (
            "review",
            deviation,
            "--ledger",
            str(ledger),
            "--contracts",
            str(self._before),
            "--now",
            str(self._contracts),
        )
        written = self._processes.accord(*words, "--format", "html", "--output", str(self.file))
        self._writing = written, self._processes.accord(*words, "--format", "json")

    def tell(self, address: str) -> None:
        """What it says, and that the page at this address says the same."""
        writing, told = self._writing
        code, review = told.document()
        expect(code == 0 and writing.wait(60.0) == 0, f"a review, read {writing.last_words() or told.last_words()}")
        [missing, *_] = [row for row in review["missing"] if row["is_written"]] or [None]
        expect(missing is not None and missing["party"] == "checkout", "a word of payments that checkout lacked")
        expect(bool(review["unexamined"]), "an assumption that nobody had examined")
        late = [hop for hop in review["hops"] if hop["is_late"]]
        expect(len(late) > 1, "pages that nobody answered in time")
        [owned] = [metric["points"][0]["value"] for metric in review["metrics"] if metric["name"] == "TTO"]
        expect(owned is not None, "somebody who had it and read back what it is")
        rules = {change["removes"] for change in review["changes"]}
        expect(rules <= set(review["gone"]), f"findings that are gone since, read {', '.join(review['gone'])}")
        self._say(review, missing, late)
        self._agree(address, (missing["fact"], review["unexamined"][0]["assumes"], late[0]["interface"]))

    def _say(self, review: dict[str, Any], missing: dict[str, Any], late: list[dict[str, Any]]) -> None:
        assumed = review["unexamined"][0]
        self._shown.say(f"missing: {missing['fact']}; without it checkout {missing['decision']}", "bold")
        self._shown.more(f"unexamined: {assumed['party']} counted on it that {assumed['assumes']}"[:_LONGEST])
        self._shown.more(
            f"not in time: {', '.join(hop['interface'].removesuffix(' -> accord') for hop in late)}"[:_LONGEST]
        )
        self._shown.more(f"{len(review['gone'])} findings are gone since: {', '.join(review['gone'])}", "help")

    def _agree(self, address: str, said: tuple[str, ...]) -> None:
        """The file and the page hold the same sentences."""
        for where, text in ((self.file.name, self.file.read_text(encoding="utf-8")), (address, page(address))):
            for each in said:
                expect(html.escape(each) in text, f"{where} to say: {each}")
        self._shown.more(f"{self.file}   as a page of its own")
        self._shown.more(f"{address}   the same, in the browser")
