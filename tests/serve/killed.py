"""Rounds of kills: a real process that is told and answered by several at once, dies, and is started again on the same ledger.

What was answered with 2xx is written down outside of it (`Outside`), and held against the ledger after each start.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
from dying import POINTS
from processes import CONFIGURATION, PERSON, SECRET, TOLD

from accord.cases.events import Clear
from accord.model.message import Fate
from accord.serve.alerts import Instance, fingerprint
from accord.serve.instants import written
from accord.store.kept import Silence
from accord.store.ledger_sqlite import SqliteReader
from ports import free_port

CONTRACTS = """\
party: payments
promises:
  charge:
    latency: {max: 5s}
    detect: {latency: {by: PaymentsSlow, within: 2m}}
    recover: {by: payments-oncall, within: 30m}
---
party: payments-oncall
promises:
  page: {acknowledge: 2s}
escalates: [{after: 2s, unless: acknowledged, to: second}]
---
party: second
promises:
  page: {acknowledge: 3s}
---
party: checkout
promises:
  page: {acknowledge: 10m}
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""
KEY = "checkout -> payments/charge latency [{}]"
LONGEST_ROUND_S, PATIENCE_S, HANDS = 0.6, 60.0, 4
QUIET_NS = 30 * 1_000_000_000


class Ambiguous:
    """A webhook that takes everything, and of some does not say so; each message with the life of the process that sent it.

    Of no message it is silent twice: the third try would come after two minutes, and the rounds would end no sooner.
    """

    def __init__(self, chance: random.Random) -> None:
        self.life = 0
        self.told: list[tuple[int, str, str, bool]] = []
        """Life, id, case and whether the answer was left out."""
        hook, chosen = self, chance
        unanswered: set[str] = set()

        class Taking(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                try:
                    body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                except (ValueError, OSError):
                    return  # the sender died in the middle
                silent = chosen.random() < 0.02 and body["id"] not in unanswered
                hook.told.append((int(self.path.strip("/")), body["id"], body["deviation"], silent))
                if silent:
                    unanswered.add(body["id"])
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A connection that was cut is what these rounds are about."""

        self._server = Quiet(("127.0.0.1", 0), Taking)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Outside:
    """What was answered with 2xx, by kind."""

    opened: set[str] = field(default_factory=set)
    """Keys of deviations."""
    ended: dict[str, str] = field(default_factory=dict)
    """Keys whose alert was told to be over, with the fingerprint."""
    answers: dict[str, str] = field(default_factory=dict)
    """Ids of answers, with the case."""
    silences: dict[str, bool] = field(default_factory=dict)
    """Ids, and whether it was told to be over."""

    def count(self) -> int:
        return sum(map(len, (self.opened, self.ended, self.answers, self.silences)))

    def missing(self, reader: SqliteReader) -> list[str]:
        """What the ledger does not hold: a process that died as it began may not have come to all that waits there."""
        waits = [one for each in reader.received() for one in msgspec.json.decode(each.body, type=list[Instance])]
        coming = {KEY.format(one.labels["seq"]) if "seq" in one.labels else one.labels["alertname"] for one in waits}
        lost = [f"deviation {key}" for key in self.opened - coming if reader.case_of(key) is None]
        over = {one.id for one in waits if one.resolved}
        for key, mark in self.ended.items():
            if mark in over:
                continue
            kept = reader.kept_one(Instance, mark)
            case = reader.case_of(key)
            rows = reader.history(case.id) if case else ()
            cleared = any(isinstance(row.event, Clear) and row.event.source == mark for row in rows)
            if kept is None or not kept.resolved or not cleared:
                lost.append(f"end of {key}: {kept and kept.resolved}, {cleared}")
        for case_id in set(self.answers.values()):
            events = {row.event.id for row in reader.history(case_id)}
            wanted = {f"answer/{case_id}/{one}" for one, of in self.answers.items() if of == case_id}
            lost += sorted(wanted - events)
        for silence, is_over in self.silences.items():
            found = reader.kept_one(Silence, silence)
            if found is None or (is_over and found.ends_ns > time.time_ns()):
                lost.append(f"silence {silence}")
        return lost


class Refused(Exception):
    """It was answered, but not with 2xx."""


class Hand:
    """One client that tells and answers until its process dies."""

    def __init__(self, rounds: "Rounds", number: int) -> None:
        self.rounds, self.outside, self.number = rounds, rounds.outside, number
        self.chance = random.Random(f"{rounds.seed}/{rounds.hook.life}/{number}")
        self.known: list[dict[str, Any]] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", rounds.port, timeout=10)

    def run(self) -> None:
        work = (self.alert, self.alert, self.end, self.event, self.answer, self.answer, self.answer, self.silence)
        try:
            while True:
                try:
                    self.chance.choice(work)()
                except Refused as refused:
                    self.rounds.refused[str(refused)] += 1
        except (OSError, http.client.HTTPException):
            self.connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        self.connection.request(method, path, json.dumps(body), {"content-type": "application/json"})
        response = self.connection.getresponse()
        read = response.read()
        if response.status >= 300:
            raise Refused(f"{response.status} {method} {path.split('/')[3][:12]}")
        return json.loads(read) if read else None

    def _labels(self, seq: str) -> dict[str, str]:
        return {"alertname": "PaymentsSlow", "severity": "critical", "seq": seq}

    def alert(self) -> None:
        seq = f"{self.rounds.hook.life}.{self.number}.{self.chance.randrange(6)}"
        if KEY.format(seq) in self.outside.ended:
            return
        self.ask("POST", "/api/v2/alerts", [{"labels": self._labels(seq)}])
        self.outside.opened.add(KEY.format(seq))

    def end(self) -> None:
        """Ends an alert of an earlier life or of this one; it is never told to fire again."""
        own = f".{self.number}."
        mine = [key for key in sorted(self.outside.opened) if own in key and key not in self.outside.ended]
        if not mine:
            return
        key = self.chance.choice(mine)
        labels = self._labels(key.partition("[")[2].rstrip("]"))
        self.rounds.tried_to_end.add(key)
        self.ask("POST", "/api/v2/alerts", [{"labels": labels, "endsAt": written(time.time_ns())}])
        self.outside.ended[key] = fingerprint(labels)

    def event(self) -> None:
        name = f"Job{self.rounds.hook.life}x{self.number}x{self.chance.randrange(10_000)}"
        self.ask("POST", "/api/v1/events", {"signal": name, "summary": "it did not end"})
        self.outside.opened.add(name)

    def answer(self) -> None:
        if not self.known:
            self.known = self.ask("GET", "/api/v1/deviations")["deviations"]
            self.chance.shuffle(self.known)
        if not self.known:
            return
        case = self.known.pop()
        say = self.chance.choice(_SAID.get(case["phase"], (("fixed", {}),)))
        mark = f"{self.rounds.seed}-{self.rounds.hook.life}-{self.number}-{self.chance.randrange(1 << 40)}"
        by = "second" if say[0] == "accept" else case["actor"]
        self.ask("POST", f"/api/v1/deviations/{case['id']}/answers", {"say": say[0], "by": by, "id": mark, **say[1]})
        self.outside.answers[mark] = case["id"]

    def silence(self) -> None:
        ends = written(time.time_ns() + 3600 * 1_000_000_000)
        mine = [one for one, over in self.outside.silences.items() if not over]
        if mine and self.chance.random() < 0.5:
            chosen = self.chance.choice(mine)
            self.ask("DELETE", f"/api/v2/silence/{chosen}")
            self.outside.silences[chosen] = True
            return
        matcher = {"name": "seq", "value": f"0.{self.chance.randrange(1000)}", "isRegex": False}
        told = {"matchers": [matcher], "startsAt": written(time.time_ns()), "endsAt": ends}
        kept = self.ask("POST", "/api/v2/silences", {**told, "createdBy": "keeper", "comment": "known"})
        self.outside.silences[kept["silenceID"]] = False


_SAID: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "await": (("commit", {"until": "10m"}), ("acknowledge", {}), ("decline", {}), ("offer", {"to": "second"})),
    "committed": (("progress", {"until": "12m"}), ("offer", {"to": "second"}), ("fixed", {})),
    "handover": (("accept", {"until": "5m"}), ("accept", {"until": "5m"}), ("fixed", {})),
    "claimed": (("confirm", {}), ("dispute", {})),
}


class Rounds:
    """One ledger, and as many lives of the process on it as there are rounds."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed, self.port = folder, seed, free_port()
        self.chance = random.Random(seed)
        self.hook, self.outside = Ambiguous(random.Random(seed)), Outside()
        self.refused: Counter[str] = Counter()
        self.died: Counter[str] = Counter()
        self.tried_to_end: set[str] = set()
        self.process = 0
        (folder / "accord.yaml").write_text(CONTRACTS)
        self._name_life()
        self.starter = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("dying.py")), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, point: str = "", passage: int = 0) -> int:
        """The id of a process that answers, or has already died."""
        self.hook.life += 1
        self._name_life()
        words = ["serve", str(self.folder), "--last", "keeper", "--listen", f"127.0.0.1:{self.port}"]
        words += ["--ledger", str(self.folder / "ledger"), "--pages", "none"]
        order = {"words": words, "log": str(self.folder / "log"), "environ": {"HOOK_SECRET": SECRET}}
        assert self.starter.stdin and self.starter.stdout
        self.starter.stdin.write(json.dumps(order | {"point": point, "passage": passage}) + "\n")
        self.starter.stdin.flush()
        process = self.process = int(self.starter.stdout.readline())
        assert waited(lambda: not is_alive(process) or self.is_ready()), self.log()
        return process

    def _name_life(self) -> None:
        """Which life sends stands in the address that it sends to: what is on its way when it dies arrives later."""
        people = "".join(PERSON.format(name=name) for name in TOLD)
        address = f"{self.hook.port}/{self.hook.life}"
        (self.folder / "accord.toml").write_text(CONFIGURATION.format(port=address) + people)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def round(self) -> None:
        """One life: told by several at once, killed by itself at a point or from outside at any moment."""
        point = (*POINTS, "", "", "")[self.hook.life % (len(POINTS) + 3)]
        process = self.start(point, self.chance.randrange(1, 4 if point.startswith("mid") else 12))
        self.check()
        hands = [threading.Thread(target=Hand(self, number).run) for number in range(HANDS)]
        for hand in hands:
            hand.start()
        lives_s = LONGEST_ROUND_S * (2 if point else self.chance.random())
        itself = waited(lambda: not is_alive(process), lives_s)
        self.died[point if itself else "any moment"] += 1
        if not itself:
            os.kill(process, signal.SIGKILL)
        assert waited(lambda: not is_alive(process))
        for hand in hands:
            hand.join(PATIENCE_S)
            assert not hand.is_alive()

    def check(self) -> None:
        """Everything that was answered is there, and everything open has an actor and a deadline."""
        if not self.outside.count():
            return  # it may have died before there was a ledger
        with SqliteReader(self.folder / "ledger") as reader:
            lost = self.outside.missing(reader)
            assert not lost, lost
            assert reader.audit().broken == ()
            found = reader.verify()
            assert not found.disagreement, found

    def end(self) -> None:
        """A last life that is left alone until everybody was told, and ends as it is asked to."""
        process = self.start()
        with SqliteReader(self.folder / "ledger") as reader:
            assert waited(lambda: is_quiet(reader), 3 * PATIENCE_S), (
                reader.next_sending_ns(),
                reader.next_deadline_ns(),
            )
            self.check()
            assert reader.received() == ()
            untold = [sending.id for key in self.outside.opened for sending in newest(reader, key)]
        os.kill(process, signal.SIGTERM)
        assert waited(lambda: not is_alive(process))
        self.check()
        told = {each for _, each, _, _ in self.hook.told}
        assert not set(untold) - told, "somebody was never told how it stands"
        assert "Traceback" not in self.log(), self.log()[-3000:]

    def copies(self) -> "Copies":
        return Copies.of(self.hook.told)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def close(self) -> None:
        assert self.starter.stdin
        self.starter.stdin.close()
        self.starter.wait(10)
        if self.process and is_alive(self.process):
            os.kill(self.process, signal.SIGKILL)
        self.hook.close()


@dataclass
class Copies:
    """Messages that were told more than once."""

    messages: int
    told: int
    surplus: int
    after_a_kill: int
    after_silence: int
    unexplained: list[str]

    @classmethod
    def of(cls, told: list[tuple[int, str, str, bool]]) -> "Copies":
        """Each copy but the first needs a reason between it and the one before: a death, or a webhook that did not answer."""
        before: dict[str, tuple[int, bool]] = {}
        reasons: Counter[str] = Counter()
        unexplained = []
        for life, message, _, silent in told:
            if message in before:
                earlier, was_silent = before[message]
                reasons["silence" if was_silent else "kill" if earlier < life else "none"] += 1
                if not was_silent and earlier == life:
                    unexplained.append(message)
            before[message] = life, silent
        return cls(len(before), len(told), len(told) - len(before), reasons["kill"], reasons["silence"], unexplained)


def newest(reader: SqliteReader, key: str) -> list[Any]:
    """Of the messages about this deviation the newest to each side and person."""
    case = reader.case_of(key)
    assert case is not None
    lanes = {(one.message.side, one.message.person): one for one in reader.sendings(case.id)}
    assert len(lanes) >= (2 if "->" in key else 1), f"{key}: not both sides were told"
    assert all(one.fate in (Fate.HANDED, Fate.DELIVERED) for one in lanes.values()), lanes
    return list(lanes.values())


def is_quiet(reader: SqliteReader) -> bool:
    """Whether nothing is left to send, and nothing comes due for a while."""
    soonest = reader.next_deadline_ns()
    return reader.next_sending_ns() is None and (soonest is None or soonest > time.time_ns() + QUIET_NS)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def waited(holds: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    """Whether it came to hold in time."""
    ends = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True
