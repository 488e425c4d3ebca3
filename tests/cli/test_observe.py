"""What `accord observe` prints for files, and what it says of those that it cannot read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from accord.cli.observe import command

SECOND = 1_000_000_000


def span(
    identity: int, parent: int, kind: int, began: float, took: float, failed: bool = False, **said: object
) -> dict[str, Any]:
    told = {"http.request.method": "POST", "http.route": "/charges", **said}
    return {
        "traceId": "0" * 31 + "7", "spanId": f"{identity:016x}", "parentSpanId": f"{parent:016x}" if parent else "", "name": "POST",
        "kind": kind, "startTimeUnixNano": str(1_700_000_000 * SECOND + int(began * SECOND)),
        "endTimeUnixNano": str(1_700_000_000 * SECOND + int((began + took) * SECOND)), "status": {"code": 2 if failed else 0},
        "attributes": [{"key": key, "value": {"stringValue": str(value)}} for key, value in told.items()],
    }  # fmt: skip


def essay() -> bytes:
    """A checkout that leaves after 2 s, three times, and payments that answers after 5 s, each time."""
    callers = [span(10 + number, 1, 3, 2 * number, 2, True, **{"server.address": "payments"}) for number in range(3)]
    answers = [
        span(20 + number, 10 + number, 2, 2 * number, 5, **{"accord.idempotency_key.hash": "00000000000000aa"})
        for number in range(3)
    ]
    parts = {"checkout": callers, "payments": answers}
    return json.dumps(
        {
            "resourceSpans": [
                {
                    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": name}}]},
                    "scopeSpans": [{"spans": spans}],
                }
                for name, spans in parts.items()
            ]
        }
    ).encode()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(command, [*arguments])


def test_the_story_of_two_seconds_and_five_is_told(tmp_path: Path):
    file = tmp_path / "spans.json"
    file.write_bytes(essay())
    result = run(str(file), "--complete")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == [
        "checkout", "->", "payments", "POST", "/charges", "3", "100", "%", "5s", "5s", "5s", "3",
    ]  # fmt: skip
    assert "3 answers came after the caller had left: 9s of work for nobody" in result.stdout
    assert "callers see at most 2s, because" in result.stdout
    assert "2 executions of a request that was executed before" in result.stdout
    assert "3 calls failed for the caller and succeeded for the callee" in result.stdout


def test_shares_of_what_may_be_a_sample_are_not_told(tmp_path: Path):
    file = tmp_path / "spans.json"
    file.write_bytes(essay())
    result = run(str(file))
    assert "100 %" not in result.stdout and "? is not decidable" in result.stdout
    assert "3 answers came after" in result.stdout


def test_as_data(tmp_path: Path):
    file = tmp_path / "spans.json"
    file.write_bytes(essay())
    [boundary] = json.loads(run(str(file), "--complete", "--format", "json").stdout)["boundaries"]
    assert (boundary["consumer"], boundary["counts"]["late"], boundary["counts"]["repeated"]) == ("checkout", 3, 2)
    assert boundary["codes"] == [[-1, -1, 3]]


def test_what_is_no_telemetry_is_said_and_the_rest_is_shown(tmp_path: Path):
    good, bad = tmp_path / "spans.json", tmp_path / "notes.txt"
    good.write_bytes(essay())
    bad.write_text("hello")
    both = run(str(good), str(bad), "--complete")
    assert both.exit_code == 0 and "notes.txt: expected telemetry: traces of OTLP, Jaeger or Zipkin" in both.stderr
    alone = run(str(bad))
    assert alone.exit_code == 2 and alone.stdout == ""
    empty = tmp_path / "none.json"
    empty.write_text('{"resourceSpans": []}')
    assert run(str(empty)).exit_code == 3


def test_a_missing_extra_is_one_line(tmp_path: Path):
    file = tmp_path / "spans.json"
    file.write_bytes(essay())
    program = (
        "import sys; sys.modules['duckdb'] = None; sys.argv = ['accord', 'observe', sys.argv[1]];"
        "from accord.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "accord[server]" in done.stderr and "Traceback" not in done.stderr


def test_check_and_help_import_none_of_it():
    program = (
        "import sys; sys.argv = ['accord', 'check', 'examples/two-services', '--exit-zero'];"
        "from accord.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "print([name for name in ('duckdb', 'ibis', 'pyarrow', 'numpy', 'google.protobuf') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.splitlines()[-1] == "[]"
