"""Channels and people in accord.toml: everything that is wrong is said at once, with its line, and no secret stands there."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from msgspec.structs import fields

from accord.channels import _kinds, _settings
from accord.channels._kinds import kind, kinds
from accord.files.channels import CHANNEL_KEYS, PEOPLE_KEYS
from accord.files.config import Config, load
from accord.files.keys import ConfigRefused
from accord.model.delivery import Secret
from accord.serve.sending.wiring import persons, wired

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
GOOD = """
[channels.hook]
kind = "webhook"
url = "https://hooks.example.net/accord"
secret_env = "HOOK_SECRET"
deadline = "5s"
allow_private = ["10.1.0.0/16", "fd00::/8"]

[channels.mail]
kind = "email"
host = "mail.example.net"
sender = "accord@example.net"
security = "tls"
port = 465
username = "accord"
password_file = "mail.secret"

[people.anna-7]
channels = ["mail", "hook"]
addresses = { mail = { env = "ANNA_MAIL" } }

[people.payments]
channels = ["hook"]
"""
SECRETS = {"HOOK_SECRET": "a-secret-of-the-test", "ANNA_MAIL": "anna@example.org"}


def read(folder: Path, text: str) -> Config:
    (folder / "accord.toml").write_text(text, encoding="utf-8")
    return load(file=str(folder / "accord.toml"), environ={})


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigRefused) as refusal:
        read(folder, text)
    return [f"{problem.place.line}: {problem.reason}" for problem in refusal.value.problems]


def test_channels_and_people_are_read_and_their_secrets_only_named(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    hook, mail = config.channels
    assert (hook.name, hook.kind, hook.deadline, len(hook.allow_private)) == ("hook", "webhook", 5_000_000_000, 2)
    assert mail.settings.password == Secret("file mail.secret")
    assert [(one.pseudonym, [name for name, _ in one.addresses]) for one in config.people] == [
        ("anna-7", ["mail", "hook"]),
        ("payments", ["hook"]),
    ]


def test_secrets_are_looked_up_when_they_are_needed_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "mail.secret").write_text("hunter-of-the-test\n", encoding="utf-8")
    config = read(tmp_path, GOOD)
    ready = wired(config.channels, SECRETS, config.folder)
    assert ready["mail"].channel.settings.password.reveal() == "hunter-of-the-test"
    assert "hunter" not in repr(ready["mail"].channel) and "a-secret" not in repr(ready["hook"].channel)
    anna, payments = persons(config.people, SECRETS)
    assert [(one.channel, one.to) for one in anna.addresses] == [("mail", "anna@example.org"), ("hook", "")]
    assert payments.pseudonym == "payments"


def test_all_secrets_that_are_missing_or_of_no_use_are_said_at_once(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    with pytest.raises(ConfigRefused) as refusal:
        wired(config.channels, {"HOOK_SECRET": "short"}, config.folder)
    said = str(refusal.value)
    assert "channels.hook.secret: expected at least 16 bytes, read 5" in said
    assert "channels.mail: file mail.secret cannot be read: No such file or directory" in said
    with pytest.raises(ConfigRefused, match="expected a secret in variable ANNA_MAIL"):
        persons(config.people, {})


def test_everything_wrong_with_a_file_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = """[channels.hook]
kind = "webhok"
[channels.chat]
kind = "slack"
url = "https://hooks.slack.example/T0"
[channels.mail]
kind = "email"
host = 7
sendr = "accord@example.net"
security = "ssl"
deadline = "5m"
allow_private = ["10.0.0.1/8"]
[people.anna-7]
channels = ["mial"]
name = "x"
"""
    assert refused(tmp_path, text) == [
        "2: channels.hook.kind: unknown kind 'webhok'; did you mean 'webhook'?",
        "5: channels.chat.url: a secret does not stand here: `url_env` names a variable, `url_file` a file",
        "3: channels.chat: expected `url_env` or `url_file`",
        "9: channels.mail.sendr: unknown key; did you mean 'sender'?",
        "8: channels.mail.host: expected a text, read 7",
        "6: channels.mail: expected `sender`",
        "10: channels.mail.security: expected one of tls starttls plain, read 'ssl'",
        "11: channels.mail.deadline: expected a duration from 1s to 2m such as 20s, read '5m'",
        """12: channels.mail.allow_private: expected networks such as ["10.1.0.0/16"], read ['10.0.0.1/8']""",
        "15: people.anna-7.name: unknown key; expected one of channels addresses",
        "14: people.anna-7.channels: there is no [channels.mial]; did you mean 'mail'?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('channels = "x"', "1: channels: expected tables such as [channels.NAME], read 'x'"),
        ("[channels]\nx = 1", "2: channels.x: expected a table [channels.x], read 1"),
        ("[channels.x]\n", "1: channels.x: expected `kind`, one of apprise email ntfy pagerduty slack webhook"),
        ("[people.a]\n", "1: people.a: expected `channels`, at least one: nobody else is told that this person cannot be reached"),
    ],
)  # fmt: skip
def test_a_table_of_another_shape_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text) == [said]


NTFY = '[channels.push]\nkind = "ntfy"\n[people.a]\nchannels = ["push"]\n'


def test_an_address_is_held_against_its_channel(tmp_path: Path) -> None:
    assert refused(tmp_path, NTFY) == [
        "3: people.a.addresses: push: expected an address: each person has an own one on this channel"
    ]
    assert refused(tmp_path, NTFY + 'addresses = { push = "no topic" }') == [
        "5: people.a.addresses: push: expected a topic of letters, digits, - and _, read 'no topic'"
    ]
    duty = '[channels.duty]\nkind = "pagerduty"\nrouting_key_env = "K"\n[people.a]\nchannels = ["duty"]\naddresses = {duty = "x"}'
    assert refused(tmp_path, duty) == ["6: people.a.addresses: duty: expected no address: this channel has one for all"]


@pytest.mark.parametrize(
    "url", ["ftp://a.example", "hooks.example.net", "https://", "https://a b.example/", "https://a.example:99999/"]
)
def test_an_address_of_http_is_one(tmp_path: Path, url: str) -> None:
    text = f'[channels.hook]\nkind = "webhook"\nurl = "{url}"\nsecret_env = "X"'
    assert refused(tmp_path, text) == [
        "3: channels.hook.url: expected an address such as https://hooks.example.net/accord"
    ]


def test_a_password_does_not_stand_in_an_address_and_is_not_sent_in_clear(tmp_path: Path) -> None:
    text = '[channels.hook]\nkind = "webhook"\nurl = "https://u:p@a.example/"\nsecret_env = "X"'
    assert refused(tmp_path, text) == ["3: channels.hook.url: expected no user or password in the address"]
    text = '[channels.m]\nkind = "email"\nhost = "a"\nsender = "a@b.example"\nsecurity = "plain"\nusername = "x"\npassword_env = "X"'
    assert "never sent in clear" in refused(tmp_path, text)[0]


def test_a_kind_of_another_package_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = EntryPoint("pigeon", "accord.channels.webhook", _kinds.GROUP)
    monkeypatch.setattr(_kinds, "_others", lambda: {"pigeon": theirs, "email": theirs})
    assert "pigeon" in kinds()
    assert kind("pigeon").request is kind("webhook").request
    assert kind("email").request is not kind("webhook").request
    kind.cache_clear()


def test_a_check_of_a_configuration_with_channels_imports_nothing_that_sends(tmp_path: Path) -> None:
    (tmp_path / "accord.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "accord.yaml").write_text("party: checkout\n", encoding="utf-8")
    program = "import sys; from accord.cli import run; run(['check', sys.argv[1], '--no-cache']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "accord.channels.webhook" in imported
    assert not {"h11", "httpx", "aiosmtplib", "apprise", "asyncio", "accord.serve", "accord.channels.slack"} & imported


@pytest.mark.parametrize("name", kinds())
def test_every_kind_and_each_of_its_keys_is_documented(name: str) -> None:
    section = DOCS.read_text(encoding="utf-8").partition(f"\n| `{name}` | ")[2].partition("\n")[0]
    for field in fields(kind(name).Settings):
        assert all(f"`{word}`" in section for word in _settings.words(field)), field.name


@pytest.mark.parametrize("key", [*CHANNEL_KEYS, *PEOPLE_KEYS], ids=lambda key: key.name)
def test_every_key_of_channels_and_people_is_documented(key: object) -> None:
    assert f"| `{key.name}` | " in DOCS.read_text(encoding="utf-8")  # type: ignore[attr-defined]
