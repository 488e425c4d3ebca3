"""The template of a workload's pods: how they stop, how they are asked after, whom their variables point at, what they run."""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from accord.model.duration import SECOND
from accord.model.fact import Fact, Layer
from accord.sources._objects import Reader
from accord.sources._programs import Container, say_program, words_of
from accord.sources._settings import hosts, of_one
from accord.sources._speaker import Speaker, parse_seconds
from accord.sources._yaml import Entry, Node, entries, text_of

_SLEEP = re.compile(
    r"(?:exec )?(?:/(?:usr/)?bin/)?sleep ([0-9]{1,6}(?:\.[0-9]{1,3})?)(s|m)?(?=$|\s*(?:;|&&))", re.ASCII
)
_PARTS = (
    ("period", "periodSeconds", Speaker.seconds, False),
    ("timeout", "timeoutSeconds", Speaker.seconds, False),
    ("delay", "initialDelaySeconds", Speaker.seconds, True),
    ("failures", "failureThreshold", Speaker.number, False),
    ("successes", "successThreshold", Speaker.number, False),
)


class _Asking(Struct, frozen=True):
    """One kind of probe: its key and terms; of each number its key, words, term and reading, and whether 0 says anything."""

    key: str
    term: str
    setting: str
    parts: tuple[tuple[str, str, str, Callable[..., None], bool], ...]


_ASKED = tuple(
    _Asking(
        f"{name}Probe",
        f"probe.{name}",
        f"setting.{name}Probe",
        tuple((key, f"{name}Probe.{key}", f"probe_{part}.{name}", say, zero) for part, key, say, zero in _PARTS),
    )
    for name in ("liveness", "readiness", "startup")
)
_WAYS = (
    ("http", "httpGet", ("port", "host")),
    ("tcp", "tcpSocket", ("port", "host")),
    ("grpc", "grpc", ("port", "service")),
    ("exec", "exec", ()),
)
"""How a probe asks, the first that it has: the word for it, its key, and which of its texts follow."""
_ITSELF = {"http": 3, "tcp": 2}
"""The parts of a probe that names no host, so that it asks the container itself."""
_HOST_FLAGS = ("-h", "--host", "-H", "--hostname")
_OPENERS = ("nc", "ncat", "telnet")

_SERVER = Layer.SERVER
Members = dict[str, Entry]


def containers_of(reader: Reader, spec: Members) -> list[Members]:
    """The containers of a template, members each."""
    return [reader.members(node, "containers") for node in reader.sequence(spec.get("containers"), "containers")]


def read_pods(speaker: Speaker, namespace: str, spec: Members, containers: list[Members]) -> None:
    """What the `spec` of a template says of every pod."""
    reader = speaker.reader
    speaker.seconds(spec.get("terminationGracePeriodSeconds"), "terminationGracePeriodSeconds", "grace")
    first = [
        reader.members(node, "initContainers") for node in reader.sequence(spec.get("initContainers"), "initContainers")
    ]
    _read_pre_stop(reader, speaker, containers)
    for container in containers:
        for asking in _ASKED:
            if asking.key in container:
                _read_probe(reader, speaker, asking, container[asking.key])
        variables = _read_variables(reader, speaker, namespace, container)
        _read_program(reader, speaker, container, variables)
    _keep_what_all_do(reader, len(containers))
    for container in first:
        _read_variables(reader, speaker, namespace, container)


def _keep_what_all_do(reader: Reader, containers: int) -> None:
    """Of a pod it is said after what time work is ended where every container says it: after the longest of these.

    How long connections are kept is said of a pod of one container only: another may stand in front of it.
    """
    shown = [fact for fact in reader.facts if fact.layer is _SERVER]
    if not shown:
        return
    ending = [fact for fact in shown if _ends_work(fact)]
    stated = [fact for fact in ending if isinstance(fact.value, int)]
    kept = [max(stated, key=lambda fact: int(fact.value))] if stated and len(stated) == containers else []
    if containers == 1:
        kept = ending
    kept += [fact for fact in shown if containers == 1 and _keeps_connections(fact)]
    reader.facts[:] = [
        fact for fact in reader.facts if not (fact in ending or _keeps_connections(fact)) or fact in kept
    ]


def _ends_work(fact: Fact) -> bool:
    return fact.term == "killed_after" or (fact.term == "platform" and fact.value == "gunicorn")


def _keeps_connections(fact: Fact) -> bool:
    return fact.term == "keep_alive" or (fact.term == "platform" and fact.value == "uvicorn")


def is_partial(containers: list[Members]) -> bool:
    """Whether a template lays something over another one: a container without an image starts nothing by itself."""
    return any("image" not in container for container in containers)


# ---------------------------------------------------------------------- stopping


def _read_pre_stop(reader: Reader, speaker: Speaker, containers: list[Members]) -> None:
    """The least time that passes in every container before it is told to stop; nothing where one may be told at once."""
    found = [_pre_stop(reader, container) for container in containers]
    slept = [each for each in found if each is not None]
    if slept and len(slept) == len(containers):
        seconds, text, at = min(slept, key=lambda each: each[0])
        speaker.say("pre_stop", seconds, text, at)


def _pre_stop(reader: Reader, container: Members) -> tuple[int, str, Node] | None:
    if "lifecycle" not in container:
        return None
    lifecycle = reader.members(container["lifecycle"].value, "lifecycle")
    hook = reader.members(lifecycle["preStop"].value, "preStop") if "preStop" in lifecycle else {}
    if "sleep" in hook:
        entry = reader.members(hook["sleep"].value, "preStop.sleep").get("seconds")
        read = reader.value(entry, "preStop.sleep.seconds", parse_seconds)
        return (read[0], f"{read[1]}s", entry.at) if read and entry else None
    command = reader.members(hook["exec"].value, "preStop.exec").get("command") if "exec" in hook else None
    words = _words(reader, command, "preStop.exec.command")
    match = _SLEEP.match(words[-1].strip() if len(words) > 1 and words[-1].count(" ") else " ".join(words))
    if command is None or match is None:
        return None
    unit = 60 * SECOND if match[2] == "m" else SECOND
    return int(float(match[1]) * 1000) * unit // 1000, f"{match[1]}{match[2] or 's'}", command.at


# ---------------------------------------------------------------------- probes


def _read_probe(reader: Reader, speaker: Speaker, asking: _Asking, entry: Entry) -> None:
    probe = reader.members(entry.value, asking.key)
    way = _way(reader, probe, asking.key)
    if not way:
        return
    at, text = entry.key_node, " ".join(way)
    speaker.say(asking.term, way, text, at)
    for key, what, term, say, zero in asking.parts:
        if key in probe:
            say(speaker, probe[key], what, term, zero)
    asked = tuple(dict.fromkeys(_asked(way))) if len(way) > _ITSELF.get(way[0], 0) else ()
    if asked:
        speaker.say(asking.setting, asked, text, at)


def _way(reader: Reader, probe: Members, name: str) -> tuple[str, ...]:
    """How a probe asks: `http` path port [host], `tcp` port [host], `grpc` port [service], or `exec` and the words of a command."""
    for way, key, texts in _WAYS:
        if key in probe:
            parts = reader.members(probe[key].value, f"{name}.{key}")
            if way == "exec":
                words = words_of(_words(reader, parts.get("command"), f"{name}.exec.command"))
                return (way, *words) if words else ()
            path = [reader.text(parts.get("path"), "the path of a probe") or "/"] if way == "http" else []
            found = [reader.scalar(parts[text].value, f"the {text} of a probe") for text in texts if text in parts]
            return (way, *path, *filter(None, found))
    return ()


def _asked(way: tuple[str, ...]) -> Iterator[str]:
    """The hosts that a probe asks; none where it asks the container itself."""
    if way[0] in ("http", "tcp"):
        for text in way[_ITSELF[way[0]] :]:
            yield from hosts("host", text)
        return
    before = ""
    for position, word in enumerate(way[1:] if way[0] == "exec" else ()):
        flag, equals, value = word.partition("=")
        if before in _HOST_FLAGS or (equals and flag in _HOST_FLAGS):
            yield from hosts("host", value if equals else word)
        elif any(each.rpartition("/")[2] in _OPENERS for each in way[1 : position + 1]):
            yield from hosts("host", word) if not word.startswith("-") else ()
        else:
            yield from hosts("", word)
        before = word


# ---------------------------------------------------------------------- variables


def _read_variables(reader: Reader, speaker: Speaker, namespace: str, container: Members) -> dict[str, str]:
    """The variables of a container that are written out; those that hold addresses, and where others come from, are said."""
    placed: dict[str, Node] = {}
    pairs: list[tuple[str, str]] = []
    for node in reader.sequence(container.get("env"), "env"):
        variable = reader.members(node, "env")
        name = reader.text(variable.get("name"), "the name of a variable")
        entry = variable.get("value")
        text = None if entry is None else text_of(entry.value)
        if name and entry is not None and text is not None and ("{{" not in text or _is_plain(reader, entry, name)):
            placed[name] = entry.at
            pairs.append((name, text))
        elif name and "valueFrom" in variable:
            _read_reference(reader, speaker, namespace, variable["valueFrom"])
    known = of_one(pairs)
    for name, value in known.items():
        if found := hosts(name, value):
            speaker.say(f"setting.{name}", found, name, placed[name])
    if "envFrom" in container:
        _read_holders(reader, speaker, namespace, container)
    return known


def _is_plain(reader: Reader, entry: Entry, name: str) -> bool:
    """Whether a value with `{{` in it is written out all the same; a template is refused."""
    return reader.text(entry, f"the variable {name}") is not None


def _read_reference(reader: Reader, speaker: Speaker, namespace: str, source: Entry) -> None:
    reference = reader.members(source.value, "valueFrom").get("configMapKeyRef")
    parts = reader.members(reference.value, "configMapKeyRef") if reference else {}
    name, key = (reader.text(parts.get(part), f"configMapKeyRef.{part}") for part in ("name", "key"))
    if reference and name and key:
        speaker.say("takes_settings", (f"{namespace}/{name}#{key}",), f"{key} of {name}", reference.key_node)


def _read_holders(reader: Reader, speaker: Speaker, namespace: str, container: Members) -> None:
    for node in reader.sequence(container.get("envFrom"), "envFrom"):
        reference = reader.members(node, "envFrom").get("configMapRef")
        name = (
            reader.text(reader.members(reference.value, "configMapRef").get("name"), "configMapRef.name")
            if reference
            else None
        )
        if reference and name:
            speaker.say("takes_settings", (f"{namespace}/{name}",), f"all of {name}", reference.key_node)


def read_holder(reader: Reader, speaker: Speaker) -> None:
    """The values of a ConfigMap that are one address each; files inside it are for whoever reads those."""
    for entry in entries(_data(reader)):
        text = text_of(entry.value) or ""
        found = hosts(entry.key, text) if "{{" not in text else ()
        if found:
            speaker.say(f"setting.{entry.key}", found, entry.key, entry.at)


def _data(reader: Reader) -> Node | None:
    entry = reader.members(reader.document.node, "ConfigMap").get("data")
    return entry.value if entry else None


# ---------------------------------------------------------------------- programs


def _read_program(reader: Reader, speaker: Speaker, container: Members, variables: dict[str, str]) -> None:
    """What the program is shown to be; nothing where its command is no plain list of words."""
    words = [word for key in ("command", "args") if key in container for word in _words(reader, container[key], key)]
    image = reader.text(container.get("image"), "the image of a container") or ""
    entry = container.get("command") or container.get("args") or container.get("image")
    if entry is not None:
        say_program(speaker, Container(image, words_of(words) if words else (), variables, entry.at))


def _words(reader: Reader, entry: Entry | None, what: str) -> list[str]:
    """The words of a command; a script inside it may have any signs."""
    if entry is None:
        return []
    found = [text_of(node) for node in reader.sequence(entry, what)]
    return [text for text in found if text is not None]
