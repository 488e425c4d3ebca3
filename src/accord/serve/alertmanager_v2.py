"""Alertmanager's API v2, as far as Prometheus, amtool and senders use it: alerts, groups, silences, receivers, status.

Paths, fields and meanings are those of openapi.yaml of github.com/prometheus/alertmanager (0.27).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import Struct
from starlette.responses import Response

from accord.model.problem import Refused
from accord.serve.alerts import Instance, gettable, instance, posted
from accord.serve.carrier import Carrier
from accord.serve.doors import Absent, Asked, Door, answer
from accord.serve.instants import of, written
from accord.serve.intake import Intake
from accord.serve.naming import Naming
from accord.serve.silencing import checked, matches, silences
from accord.serve.silencing import gettable as gettable_silence
from accord.store.kept import Matcher, Role, Silence

_MATCHER = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.ASCII | re.DOTALL)


class PostedMatcher(Struct, rename="camel"):
    """One matcher of a posted silence."""

    name: str
    value: str
    is_regex: bool
    is_equal: bool = True


class PostedSilence(Struct, rename="camel"):
    """A silence as it is posted; with `id` it replaces that one."""

    matchers: list[PostedMatcher]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    id: str = ""


class AlertmanagerV2:
    """The doors under /api/v2."""

    def __init__(self, carrier: Carrier, intake: Intake, naming: Naming, version: str, config: str) -> None:
        self._carrier, self._intake, self._naming = carrier, intake, naming
        self._ledger = carrier.ledger
        self._version, self._config, self._began_ns = version, config, carrier.clock()
        self._taken = Response(status_code=200, headers={"accord-durability": self._ledger.durability})

    def doors(self) -> Iterable[Door]:
        """What Alertmanager answers."""
        yield Door("POST", "/api/v2/alerts", Role.RESPONDER, self.post_alerts, is_hot=True)
        yield Door("GET", "/api/v2/alerts", Role.READER, self.alerts)
        yield Door("GET", "/api/v2/alerts/groups", Role.READER, self.groups)
        yield Door("POST", "/api/v2/silences", Role.RESPONDER, self.post_silence)
        yield Door("GET", "/api/v2/silences", Role.READER, self.silences)
        yield Door("GET", "/api/v2/silence/{id}", Role.READER, self.silence)
        yield Door("DELETE", "/api/v2/silence/{id}", Role.RESPONDER, self.expire_silence)
        yield Door("GET", "/api/v2/receivers", Role.READER, self.receivers)
        yield Door("GET", "/api/v2/status", Role.READER, self.status)

    async def post_alerts(self, asked: Asked) -> Response:
        """Takes alerts: 200 says that they are durable, and how. Invalid ones are told; the valid ones beside them are kept."""
        now_ns = self._carrier.clock()
        taken, refused = [], []
        for alert in posted(asked.body):
            try:
                taken.append(instance(alert, now_ns))
            except Refused as why:
                refused.append(str(why))
        await self._intake.take(taken)
        if refused:
            raise Refused(f"{len(refused)} of {len(taken) + len(refused)} alerts: {'; '.join(refused[:5])}")
        return self._taken

    async def alerts(self, asked: Asked) -> Response:
        """Alerts that fire, those that match every filter."""
        return answer([found for _, found in self._found(asked)])

    async def groups(self, asked: Asked) -> Response:
        """Alerts by the deviation that they tell of: that is what is told together here."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for one, found in self._found(asked):
            for key in one.keys:
                groups.setdefault(key, []).append(found)
        return answer(
            [
                {"labels": {"deviation": key}, "receiver": {"name": self._receiver(key)}, "alerts": alerts}
                for key, alerts in sorted(groups.items())
            ]
        )

    def _found(self, asked: Asked) -> Iterator[tuple[Instance, dict[str, Any]]]:
        now_ns = self._carrier.clock()
        wanted = [_matcher(text) for text in asked.request.query_params.getlist("filter")]
        receiver = _anchored(asked.query("receiver"))
        active, silenced = asked.flag("active"), asked.flag("silenced")
        for one in sorted(self._intake.instances.values(), key=lambda each: each.id):
            if not one.fires(now_ns) or not all(matches(each, one.labels) for each in wanted):
                continue
            silencing = tuple(each.id for each in self._intake.silences.values() if silences(each, one.labels, now_ns))
            names = tuple(dict.fromkeys(map(self._receiver, one.keys)))
            is_wanted = any(matches(receiver, {"receiver": name}) for name in names)
            if (silenced if silencing else active) and is_wanted:
                yield one, gettable(one, names, silencing, now_ns)

    def _receiver(self, key: str) -> str:
        """Who is to act on the deviation; the last resort where no case is open."""
        case = self._ledger.case_of(key)
        return case.actor if case is not None and case.is_open else self._carrier.carrying.unknown_owner

    async def post_silence(self, asked: Asked) -> Response:
        """Keeps a silence; one of this id that has not ended is replaced."""
        told: PostedSilence = asked.read(PostedSilence)
        now_ns = self._carrier.clock()
        matchers = checked(
            tuple(Matcher(each.name, each.value, each.is_regex, each.is_equal) for each in told.matchers)
        )
        begins, ends = max(of(told.starts_at), now_ns), of(told.ends_at)
        if ends <= begins:
            raise Refused("endsAt must lie after startsAt, and in the future")
        if not told.comment.strip():
            raise Refused("a silence needs a comment: somebody will ask why nothing was heard")
        old = self._ledger.kept_one(Silence, told.id) if told.id else None
        if told.id and old is None:
            raise Absent(f"no silence {told.id}")
        by = await self._naming.pseudonym(told.created_by)
        kept_id = old.id if old is not None and now_ns < old.ends_ns else str(uuid4())
        await self._intake.silence(Silence(kept_id, ends, matchers, begins, by, told.comment, now_ns))
        return answer({"silenceID": kept_id})

    async def silences(self, asked: Asked) -> Response:
        """All silences that match every filter, ended ones too."""
        wanted = [_matcher(text) for text in asked.request.query_params.getlist("filter")]
        return answer([self._written(each) for each in self._ledger.kept(Silence) if _concerns(each, wanted)])

    async def silence(self, asked: Asked) -> Response:
        """One silence."""
        return answer(self._written(self._silence(asked)))

    async def expire_silence(self, asked: Asked) -> Response:
        """Ends a silence now; what it held is carried on at once."""
        await self._intake.unsilence(self._silence(asked))
        return Response(status_code=200)

    def _silence(self, asked: Asked) -> Silence:
        found = self._ledger.kept_one(Silence, asked.path("id"))
        if found is None:
            raise Absent(f"no silence {asked.path('id')}")
        return found

    def _written(self, silence: Silence) -> dict[str, Any]:
        return gettable_silence(silence, self._naming.name(silence.by), self._carrier.clock())

    async def receivers(self, asked: Asked) -> Response:
        """Whoever is to act on an open deviation now, and the last resort."""
        actors = {case.actor for case in self._ledger.cases(is_open=True)}
        return answer([{"name": name} for name in sorted(actors | {self._carrier.carrying.unknown_owner})])

    async def status(self, asked: Asked) -> Response:
        """What runs here, and since when; it is no cluster."""
        version = {
            "version": self._version,
            "branch": "",
            "revision": "",
            "buildUser": "",
            "buildDate": "",
            "goVersion": "",
        }
        cluster = {"status": "disabled", "peers": []}
        config = {"original": self._config}
        return answer({"cluster": cluster, "versionInfo": version, "config": config, "uptime": written(self._began_ns)})


def _anchored(pattern: str) -> Matcher:
    from accord.model.pattern import compiled

    compiled(pattern)
    return Matcher("receiver", pattern or ".*", True)


def _matcher(text: str) -> Matcher:
    """One matcher of a filter: `name="value"`, with =, !=, =~ or !~; quotes may be left out."""
    from accord.model.pattern import compiled

    read = _MATCHER.fullmatch(text)
    if read is None:
        raise Refused(f'expected a matcher such as alertname="Slow", read `{text[:80]}`')
    name, operator, value = read.groups()
    if value.startswith('"'):
        try:
            value = msgspec.json.decode(value, type=str)
        except msgspec.DecodeError:
            raise Refused(f"expected a value in quotes, read `{value[:80]}`") from None
    if operator.endswith("~"):
        compiled(value)
    return Matcher(name, value, operator.endswith("~"), operator in ("=", "=~"))


def _concerns(silence: Silence, wanted: Iterable[Matcher]) -> bool:
    """Whether each filter meets a matcher of the silence, by its name and its value."""
    said = {matcher.name: matcher.value for matcher in silence.matchers}
    return all(matches(each, said) for each in wanted)
