"""What the OpenAPI document says of our own API is what the doors do: held path by path, field by field, and by schemathesis.

ACCORD_EXAMPLES is how many requests schemathesis makes of each door and phase.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from processes import Hook, Running, eventually
from serving import Within

from accord.serve.answers import WORDS
from accord.serve.api import PostedAnswer, PostedEvent
from accord.serve.drills import PostedDrill
from accord.serve.openapi import document
from accord.serve.rotas import PostedOverride
from accord.serve.tokens import PostedToken

EXAMPLES = os.environ.get("ACCORD_EXAMPLES", "5")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(document())
    return read


def test_every_door_is_in_the_document_with_its_role(tmp_path: Path, said: dict[str, Any]) -> None:
    service = Within(tmp_path)
    doors = {(door.method, door.path.replace(":path}", "}")): str(door.role) for door in service.service.doors()}
    service.close()
    own = {name: role for name, role in doors.items() if name[1].startswith(("/api/v1/", "/a/"))}
    told = {
        (method.upper(), path): operation["x-role"]
        for path, operations in said["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
    }
    assert told == own


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("Event", PostedEvent),
        ("Answer", PostedAnswer),
        ("PostedToken", PostedToken),
        ("PostedDrill", PostedDrill),
        ("PostedOverride", PostedOverride),
    ],
)
def test_every_field_that_is_read_is_in_the_document(said: dict[str, Any], name: str, shape: Any) -> None:
    schema = said["components"]["schemas"][name]
    fields = {each.encode_name: each.required for each in msgspec.structs.fields(shape)}
    assert set(schema["properties"]) == set(fields)
    assert set(schema["required"]) == {name for name, required in fields.items() if required}
    assert schema["additionalProperties"] is False


def test_every_word_that_can_be_said_is_in_the_document(said: dict[str, Any]) -> None:
    assert set(said["components"]["schemas"]["Answer"]["properties"]["say"]["enum"]) == set(WORDS)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    hook = Hook()
    made = Running(tmp_path, hook)
    yield made.start("--heartbeat", "prometheus=5m")
    made.close()
    hook.close()


def test_schemathesis_finds_no_error_of_the_server_and_no_answer_that_is_not_described(running: Running) -> None:
    running.alert("one")
    assert eventually(running.cases)
    words = ["-m", "schemathesis.cli", "run", f"{running.client.base_url}/api/v1/openapi.json"]
    words += ["--max-examples", EXAMPLES, "--seed", "6", "--checks", ",".join(CHECKS), "--no-color", "--workers", "1"]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=running.folder)
    print(done.stdout[-3000:])
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]
    assert running.client.get("/-/ready").status_code == 200
    assert "Traceback" not in running.log()
