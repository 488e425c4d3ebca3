"""Links in messages begin with an address at which people reach the service, and it says so where they would lead nowhere."""

import subprocess
import sys
from pathlib import Path

import pytest
from processes import Hook, Running, eventually

NOWHERE = "leads nowhere from another machine"


def started_badly(folder: Path, *options: str, toml: str = "") -> str:
    """What `accord serve` says before it ends, because it listens to others and has no token, or cannot be used."""
    (folder / "accord.toml").write_text(toml)
    words = [sys.executable, "-m", "accord", "serve", str(folder), "--last", "keeper", *options]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    return done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_links_that_would_lead_nowhere_are_told(tmp_path: Path, host: str) -> None:
    listen = f"--listen={host}:9095"
    said = started_badly(tmp_path, listen)
    assert (
        f"links in messages begin with http://{host}:9095, which {NOWHERE}: say with --address or serve.address" in said
    )
    assert NOWHERE not in started_badly(tmp_path, listen, "--address=https://accord.example.net")
    assert NOWHERE not in started_badly(tmp_path, listen, toml='[serve]\naddress = "https://accord.example.net"\n')


def test_what_is_no_address_is_refused(tmp_path: Path) -> None:
    said = started_badly(tmp_path, "--address=accord.example.net")
    assert "--address: expected an address such as https://accord.example.net" in said


def test_links_begin_with_the_option_and_without_it_with_the_configuration(tmp_path: Path) -> None:
    hook = Hook()
    running = Running(tmp_path, hook)
    toml = tmp_path / "accord.toml"
    toml.write_text(toml.read_text() + '[serve]\naddress = "https://said.example.net/accord/"\n')
    try:
        running.start().alert("a")
        assert eventually(lambda: hook.about("opened"))
        assert hook.told[0]["answer"].startswith("https://said.example.net/accord/a/")
        running.end(15)
        running.start("--address", "https://option.example.net").alert("b")
        assert eventually(lambda: any("[b]" in one["subject"] for one in hook.told))
        [newer, *_] = [one for one in hook.told if "[b]" in one["subject"]]
        assert newer["answer"].startswith("https://option.example.net/a/")
    finally:
        running.close()
        hook.close()
