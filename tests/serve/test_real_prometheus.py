"""A real Prometheus with Accord as its Alertmanager, and amtool beside it: fires, is silenced, is over."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from processes import Hook, Running, eventually

from ports import free_port

pytestmark = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("amtool")), reason="prometheus and amtool are not installed"
)

SETTINGS = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{accord}']}}]}}]}}
rule_files: [rules.yml]
scrape_configs: [{{job_name: own, static_configs: [{{targets: ['127.0.0.1:{own}']}}]}}]
"""
RULES = """\
groups:
- name: shop
  rules:
  - alert: PaymentsSlow
    expr: {expression}
    labels: {{severity: critical}}
    annotations: {{summary: p99 is 6s}}
"""


class Prometheus:
    """A server in a folder; `fire` says whether its one alert fires, and has it read its rules again."""

    def __init__(self, folder: Path, accord: int) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        (folder / "prometheus.yml").write_text(SETTINGS.format(accord=accord, own=self.port))
        self._write(fires=True)
        words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        words += [f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=error"]
        words += ["--alertmanager.timeout=5s", "--rules.alert.resend-delay=1s"]
        self.process = subprocess.Popen(["prometheus", *words], stderr=(folder / "log").open("wb"))

    def _write(self, fires: bool) -> None:
        expression = "vector(1)" if fires else "vector(1) > 2"
        (self.folder / "rules.yml").write_text(RULES.format(expression=expression))

    def fire(self, fires: bool) -> None:
        self._write(fires)
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def amtool(running: Running, *words: str) -> str:
    command = ["amtool", f"--alertmanager.url=http://127.0.0.1:{running.port}", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def answer(running: Running, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "accord", "answer", *words, "--at", f"http://127.0.0.1:{running.port}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ))


def test_prometheus_fires_amtool_silences_and_it_is_over(running: Running, hook: Hook, tmp_path: Path) -> None:
    running.start()
    server = Prometheus(tmp_path / "prometheus", running.port)
    try:
        assert eventually(lambda: hook.about("opened", person="payments-oncall"), 60), (
            tmp_path / "prometheus/log"
        ).read_text()
        [case] = running.cases()
        assert (case["key"], case["phase"]) == ("checkout -> payments/charge latency", "await")
        assert "PaymentsSlow" in amtool(running, "alert", "query", "severity=critical")

        silence = amtool(
            running, "silence", "add", "alertname=PaymentsSlow", "--comment=planned", "--author=ops", "-d", "1h"
        ).strip()
        assert running.cases()[0]["phase"] == "held"
        assert silence in amtool(running, "silence", "query")
        assert "PaymentsSlow" not in amtool(running, "alert", "query")
        amtool(running, "silence", "expire", silence)
        assert running.cases()[0]["phase"] == "await"

        assert "payments-oncall until" in answer(running).stdout
        done = answer(running, case["id"][:8], "commit", "--until", "20m", "--by", "payments-oncall")
        assert done.returncode == 0, done.stderr
        assert running.cases()[0]["phase"] == "committed"
        again = answer(running, case["id"][:8], "confirm", "--by", "checkout")
        assert again.returncode == 1 and "nothing changed" in again.stderr

        server.fire(False)
        assert eventually(lambda: running.cases()[0]["phase"] == "claimed", 60)
        assert eventually(lambda: hook.about("claimed", person="checkout"))
        assert answer(running, case["id"][:8], "confirm", "--by", "checkout").returncode == 0
        assert running.cases()[0]["closedBy"] == "other"
        assert "no deviation is open" in answer(running).stdout
    finally:
        server.close()
    assert httpx.get(f"http://127.0.0.1:{running.port}/-/ready").status_code == 200
