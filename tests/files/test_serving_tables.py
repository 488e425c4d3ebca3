"""`[serve]` and `[heartbeats]`: what they say, and what is refused at which line."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from accord.files.config import Config, load
from accord.files.keys import ConfigRefused
from accord.files.serving import SERVE_KEYS, Alive
from accord.model.duration import NANOSECONDS

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
MINUTE = NANOSECONDS["m"]


def read(folder: Path, text: str) -> Config:
    (folder / "accord.toml").write_text(text, encoding="utf-8")
    return load(file=str(folder / "accord.toml"), environ={})


def test_both_tables_are_read(tmp_path: Path) -> None:
    text = """\
[serve]
address = "https://accord.example.net/on-call"
alive = "https://watch.example.net/ping"
allow_private = ["10.1.0.0/16"]
[heartbeats]
prometheus = "5m"
nightly = "25h"
"""
    serving = read(tmp_path, text).serving
    assert serving is not None
    assert serving.alive == Alive("https://watch.example.net/ping", (ip_network("10.1.0.0/16"),))
    assert serving.address == "https://accord.example.net/on-call"
    assert serving.heartbeats == (("prometheus", 5 * MINUTE), ("nightly", 25 * 60 * MINUTE))
    assert read(tmp_path, "").serving is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("serve = 1", "1: serve: expected a table, read 1"),
        ("heartbeats = 1", "1: heartbeats: expected a table, read 1"),
        ('[serve]\nalife = "x"', "2: serve.alife: unknown key; did you mean 'alive'?"),
        ('[serve]\nalive = "x"', "2: serve.alive: expected an address such as https://watch.example.net/ping"),
        (
            '[serve]\naddress = "accord.example.net"',
            "2: serve.address: expected an address such as https://accord.example.net",
        ),
        ("[serve]\nalive = 7", "2: serve.alive: expected an address such as https://watch.example.net/ping"),
        (
            '[serve]\nallow_private = "x"',
            """2: serve.allow_private: expected networks such as ["10.1.0.0/16"], read 'x'""",
        ),
        ('[heartbeats]\nx = "5"', "2: heartbeats.x: expected a duration of at least 1s such as 5m, read '5'"),
        ('[heartbeats]\nx = "5ms"', "2: heartbeats.x: expected a duration of at least 1s such as 5m, read '5ms'"),
    ],
)
def test_what_they_cannot_say_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigRefused) as refusal:
        read(tmp_path, text)
    assert [f"{problem.place.line}: {problem.reason}" for problem in refusal.value.problems] == [said]


@pytest.mark.parametrize("key", SERVE_KEYS, ids=lambda key: key.name)
def test_each_key_is_documented(key: object) -> None:
    assert f"| `{key.name}` | " in DOCS.read_text(encoding="utf-8")  # type: ignore[attr-defined]
