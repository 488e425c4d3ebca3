"""Docker Compose files: the services of a project, whom they start after and point at, how they stop and are asked after.

A service is `compose:<project>/<service>`; the project has the name that the file gives it, or that of the file's folder.
Files are read one by one: what another file or the environment lays over them is left open. What an override states,
which Compose takes by itself, is not known any more of the file beside it.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from accord.model.duration import SECOND
from accord.model.fact import PARTY, Fact
from accord.model.problem import Problem
from accord.sources._compose_mounts import names_in, reached_by_envoy
from accord.sources._compose_ports import ports_taken
from accord.sources._go_duration import parse_go_duration
from accord.sources._objects import VARIANT, Reader
from accord.sources._programs import Container, say_program, split_command, words_of
from accord.sources._settings import hosts, of_one
from accord.sources._speaker import Speaker
from accord.sources._yaml import Document, Entry, MappingNode, Node, ScalarNode, child, entries, text_of

FORMAT = "compose"
VARIABLES = "envfile:"
"""How the name of a file of variables begins."""
_OF_A_SERVICE = ("image", "build", "extends")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^${}]*))?\}")
_OVERRIDE = re.compile(r"(docker-)?compose\.override\.ya?ml")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]+")
_TIMES = (("interval", "probe_period"), ("timeout", "probe_timeout"), ("start_period", "probe_delay"))

Members = dict[str, Entry]


class _Project(Struct, frozen=True):
    """The services of one file: their parties by every host name that they have in it."""

    reader: Reader
    name: str
    hosts: dict[str, str]
    services: dict[str, Members]


AT_KEYS = frozenset(("services",))


def claims(document: Document) -> bool:
    """A map of services of which one has an image, is built, or extends another; in an override it may be any."""
    services = child(document.node, "services")
    if type(services) is not MappingNode or child(document.node, "apiVersion") is not None:
        return False
    if is_override(document.file):
        return True
    return any(child(entry.value, key) is not None for entry in services.value for key in _OF_A_SERVICE)


def read(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one file, and a Problem for what has the wrong shape."""
    reader = Reader(document)
    services = {
        entry.key: (entry, reader.members(entry.value, f"services.{entry.key}"))
        for entry in entries(child(document.node, "services"))
        if type(entry.value) is MappingNode
    }
    name = _project(reader)
    project = _Project(reader, name, {}, {})
    for service, (_, members) in services.items():
        for host in (service, *_other_names(reader, members)):
            project.hosts.setdefault(host.lower(), f"{FORMAT}:{name}/{service}")
    project.services.update({service: members for service, (_, members) in services.items()})
    for service, (entry, members) in services.items():
        _read_service(project, service, entry, members)
    return reader.found


def _project(reader: Reader) -> str:
    """The name that the file gives, or that of its folder as the program writes it."""
    stated = child(reader.document.node, "name")
    text = text_of(stated) if stated is not None else None
    if text and "$" not in text:
        return text
    path = [part for part in f"{reader.document.root}/{reader.document.file}".split("/")[:-1] if part not in ("", ".")]
    folder = reader.document.folder or (path[-1] if path else "")
    return _NOT_IN_NAMES.sub("", folder.lower())


def _other_names(reader: Reader, service: Members) -> Iterator[str]:
    """The container's name, its host name, and its names in networks."""
    for key in ("container_name", "hostname"):
        text = text_of(service[key].value) if key in service else None
        if text and "$" not in text:
            yield text
    networks = service.get("networks")
    for entry in entries(networks.value) if networks else ():
        aliases = reader.members(entry.value, "networks").get("aliases") if type(entry.value) is MappingNode else None
        yield from (text for node in reader.sequence(aliases, "aliases") if (text := text_of(node)))


def _read_service(project: _Project, name: str, entry: Entry, service: Members) -> None:
    reader, document = project.reader, project.reader.document
    line = entry.key_node.start_mark.line + 1
    variant = (f"{VARIANT}service/{project.name}/{name}", (f"{document.file}:{line}",))
    speaker = Speaker(reader, f"{FORMAT}:{project.name}/{name}", tuple(sorted((*document.scope, variant))), FORMAT)
    before = len(reader.facts)
    if not is_override(document.file):
        speaker.say("declares", "service", "service", entry.key_node)
        _name_for_envoy(project, speaker, name, service)
    _duration(speaker, service.get("stop_grace_period"), "stop_grace_period", "grace")
    _read_replicas(speaker, service)
    _read_ports(speaker, service)
    _read_check(speaker, service)
    placed, variables = _variables(reader, service)
    for party, text, at in dict.fromkeys((*_started_after(project, service), *_pointed_at(project, placed, variables))):
        if party != speaker.party:
            speaker.names(party, text, at)
    _read_variable_files(speaker, service, placed)
    _read_program(speaker, service, variables)
    if is_override(document.file):
        _lay_over(speaker, entry, before)
    elif not any(_is_open(service[key]) for key in ("stop_grace_period", "extends") if key in service):
        speaker.say("platform", FORMAT, FORMAT, entry.key_node)


def _name_for_envoy(project: _Project, speaker: Speaker, name: str, service: Members) -> None:
    """Says what an Envoy beside it, in the same network, calls the service."""
    reached = list(reached_by_envoy(project.reader.document.file, project.services, name))
    if reached:
        hosts = [host.lower() for host in (name, *_other_names(project.reader, service))]
        called = tuple(dict.fromkeys(each for folder, _ in reached for each in names_in(folder, hosts)))
        speaker.say("names.envoy", called, ", ".join(called), reached[0][1])


def is_override(file: str) -> bool:
    """Whether Compose lays a file over the one beside it, unless it is told which files to take."""
    return _OVERRIDE.fullmatch(file.rpartition("/")[2]) is not None


def _lay_over(speaker: Speaker, entry: Entry, before: int) -> None:
    """What an override says of a service becomes the list of what it states anew; whom it calls is kept."""
    said = speaker.reader.facts[before:]
    anew = tuple(sorted({fact.term for fact in said if fact.operation == PARTY and fact.term != "takes_settings"}))
    speaker.reader.facts[before:] = [fact for fact in said if fact.operation != PARTY or fact.term == "takes_settings"]
    if anew:
        speaker.say("laid_over", anew, ", ".join(anew), entry.key_node)


def _read_variable_files(speaker: Speaker, service: Members, placed: dict[str, Node]) -> None:
    """From which files further variables come; those that `environment` has too come from there (`-NAME`)."""
    entry = service.get("env_file")
    if entry is None:
        return
    listed = [entry.value] if type(entry.value) is ScalarNode else speaker.reader.sequence(entry, "env_file")
    named = [(text_of(child(node, "path") or node) or "", node) for node in listed]
    folder = speaker.reader.document.file.rpartition("/")[0]
    paths = [posixpath.normpath(posixpath.join(folder, text)) for text, _ in named if text and "$" not in text]
    taken = tuple(f"{VARIABLES}{path}" for path in paths if not path.startswith(("..", "/")))
    if taken:
        value = (*taken, *(f"-{name}" for name in placed))
        speaker.say("takes_settings", value, ", ".join(text for text, _ in named), named[0][1])


def _read_replicas(speaker: Speaker, service: Members) -> None:
    deploy = speaker.reader.members(service["deploy"].value, "deploy") if "deploy" in service else {}
    entry = deploy.get("replicas") or service.get("scale")
    if entry is not None and not _is_open(entry):
        speaker.number(entry, "replicas", "replicas")


def _read_ports(speaker: Speaker, service: Members) -> None:
    """The ports of the host that it takes, and the profiles in which it does."""
    for port, at in dict(ports_taken(speaker.reader, service)).items():
        speaker.say(f"published.{port}", port, port, at)
    if "profiles" in service:
        named = [text_of(node) or "" for node in speaker.reader.sequence(service["profiles"], "profiles")]
        speaker.say("profiles", tuple(named), ", ".join(named), service["profiles"].at)


def _read_check(speaker: Speaker, service: Members) -> None:
    """A health check; nothing kills a container here because it fails, so it is one of readiness."""
    check = speaker.reader.members(service["healthcheck"].value, "healthcheck") if "healthcheck" in service else {}
    if "test" not in check:
        return
    words = _command(speaker.reader, check["test"], "healthcheck.test")
    if words[:1] in (["CMD"], ["CMD-SHELL"]):
        words = list(words_of(["sh", "-c", *words[1:]])[2:]) if words[0] == "CMD-SHELL" else words[1:]
    if not words or words == ["NONE"]:
        return
    speaker.say("probe.readiness", ("exec", *words), " ".join(words), check["test"].key_node)
    for key, term in _TIMES:
        _duration(speaker, check.get(key), f"healthcheck.{key}", f"{term}.readiness")
    if "retries" in check and not _is_open(check["retries"]):
        speaker.number(check["retries"], "healthcheck.retries", "probe_failures.readiness", zero=False)


def _read_program(speaker: Speaker, service: Members, variables: dict[str, str]) -> None:
    at = service.get("command") or service.get("entrypoint") or service.get("image")
    words = [word for key in ("entrypoint", "command") for word in _command(speaker.reader, service.get(key), key)]
    image = text_of(service["image"].value) if "image" in service else ""
    if at is not None:
        say_program(speaker, Container(image or "", words_of(words), variables, at.at))


def _duration(speaker: Speaker, entry: Entry | None, what: str, term: str) -> None:
    if entry is not None and not _is_open(entry):
        read = speaker.reader.value(entry, what, _parse_duration)
        if read is not None:
            speaker.say(term, read[0], read[1], entry.at)


def _parse_duration(text: str) -> int:
    """As Go writes it; a number alone is seconds."""
    return int(text) * SECOND if text.isascii() and text.isdigit() and len(text) < 10 else parse_go_duration(text)


def _is_open(entry: Entry) -> bool:
    """Whether the environment, or what stands elsewhere, decides what stands here."""
    return entry.key == "extends" or "$" in (text_of(entry.value) or "")


def _command(reader: Reader, entry: Entry | None, what: str) -> list[str]:
    """The words of a command, written as a list or as a shell would read it."""
    if entry is None:
        return []
    if type(entry.value) is ScalarNode:
        return split_command(text_of(entry.value) or "")
    return [text for node in reader.sequence(entry, what) if (text := text_of(node)) is not None]


# ---------------------------------------------------------------------- whom it speaks of

Call = tuple[str, str, Node]
"""A party, how it comes up, and where."""


def _started_after(project: _Project, service: Members) -> Iterator[Call]:
    for key in ("depends_on", "links"):
        entry = service.get(key)
        if entry is None:
            continue
        if type(entry.value) is MappingNode:
            named = [(each.key, each.key_node) for each in entries(entry.value)]
        else:
            named = [(text_of(node) or "", node) for node in project.reader.sequence(entry, key)]
        for name, at in named:
            party = project.hosts.get(name.partition(":")[0].lower())
            if party:
                yield party, f"{key} {name}", at


def _pointed_at(project: _Project, placed: dict[str, Node], variables: dict[str, str]) -> Iterator[Call]:
    for name, value in variables.items():
        for host in hosts(name, value):
            party = project.hosts.get(host)
            if party:
                yield party, f"{name} is {host}", placed[name]


def _variables(reader: Reader, service: Members) -> tuple[dict[str, Node], dict[str, str]]:
    """Where each variable stands, and its value, as far as the file decides it."""
    entry = service.get("environment")
    if entry is None:
        return {}, {}
    if type(entry.value) is MappingNode:
        found = [(each.key, text_of(each.value) or "", each.at) for each in entries(entry.value)]
    else:
        texts = [(text_of(node) or "", node) for node in reader.sequence(entry, "environment")]
        found = [(text.partition("=")[0], text.partition("=")[2], node) for text, node in texts]
    placed = {name: at for name, _, at in found}
    return placed, of_one((name, _VARIABLE.sub(lambda match: match[2] or match[0], value)) for name, value, _ in found)
