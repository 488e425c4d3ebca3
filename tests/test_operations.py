"""What the page on operations, the Dockerfile and the unit say is so: commands parse, checks work, numbers exist."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from accord.cli import serve

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
UNIT = (ROOT / "examples" / "operations" / "accord.service").read_text(encoding="utf-8")


def words(instruction: str) -> list[str]:
    """The words of the last such instruction of the Dockerfile, whose form is a JSON list."""
    found: list[str] = json.loads(re.findall(rf"^{instruction} (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
    return found


def parsed(command: list[str], tmp_path: Path) -> dict[str, object]:
    """The parameters of `accord serve`; paths that are elsewhere on other machines are taken to exist."""
    assert command[0] == "serve"
    given = [str(tmp_path) if word in ("/contracts", "/etc/accord") else word for word in command[1:]]
    with serve.command.make_context("serve", given) as context:
        found: dict[str, object] = context.params
        return found


def test_the_container_serves_the_ledger_of_its_volume_to_others(tmp_path: Path) -> None:
    found = parsed(words("CMD"), tmp_path)
    assert found["listen"] == "0.0.0.0:9095" and found["last"]
    [volume] = re.findall(r"^VOLUME (.*)$", DOCKERFILE, re.MULTILINE)
    assert str(found["ledger"]).startswith(f"{volume}/")


def test_the_container_is_nobody_that_matters_and_names_no_other_host() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"python:3.11-slim"}
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    [user] = re.findall(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert "0" not in user
    assert not re.findall(r"https?://(?!127\.0\.0\.1)", DOCKERFILE)


def test_what_the_image_is_made_of_is_in_its_context() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    ]
    assert copied and all((ROOT / name).exists() and f"!{name}" in ignored for name in copied)


def test_the_health_check_tells_a_service_from_none() -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/-/healthy" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    [check] = re.findall(r'CMD \["python", "-c", "(.*)"\]', DOCKERFILE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def code(port: int) -> int:
        program = check.replace(":9095/", f":{port}/")
        return subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30).returncode

    assert code(server.server_port) == 0
    server.shutdown()
    server.server_close()
    assert code(server.server_port) != 0


def test_the_unit_starts_what_exists_into_the_folder_that_it_may_write(tmp_path: Path) -> None:
    [started] = re.findall(r"^ExecStart=\S+/accord (.*)$", UNIT, re.MULTILINE)
    assert parsed(shlex.split(started), tmp_path)["ledger"] == Path("/var/lib/accord/accord.ledger")
    assert "StateDirectory=accord\n" in UNIT and "DynamicUser=yes\n" in UNIT


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here to ask")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "accord.service"
    unit.write_text(UNIT.replace("/opt/accord/bin/accord", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "accord.service" not in done.stderr, done.stderr


def test_every_command_of_the_page_is_one() -> None:
    from accord.cli._program import program

    with program.make_context("accord", [], resilient_parsing=True) as context:
        known = set(program.list_commands(context))
    named = re.findall(r"`accord ([a-z-]+)|^\$ accord ([a-z-]+)", PAGE, re.MULTILINE)
    assert {one or other for one, other in named} <= known and named


def test_every_link_of_the_page_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
    for file, anchor in re.findall(r"\]\(([a-z-]+\.md)#([^)]*)\)", PAGE):
        titles = re.findall(r"^#+ (.*)$", (ROOT / "docs" / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}, anchor


def test_every_number_of_the_page_is_told() -> None:
    import inspect

    from accord.serve import metrics

    named = set(re.findall(r"`accord_([a-z_]+)`", PAGE))
    assert named and {name for name in named if f'yield "{name}"' not in inspect.getsource(metrics)} == set()
