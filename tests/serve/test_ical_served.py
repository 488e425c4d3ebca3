"""A rota of an iCalendar file in a real process: whoever attends now is paged by their own channel, and no name is in the ledger."""

import subprocess
import sys
from pathlib import Path

import httpx
from icalendar import Calendar
from processes import Hook, Running, eventually

CONTRACTS = """\
party: payments
promises:
  charge: {latency: {max: 5s}, detect: {latency: {by: PaymentsSlow}}, recover: {by: night-and-day, within: 30m}}
---
party: night-and-day
names: {ical: oncall}
promises:
  page: {acknowledge: 5m}
---
party: checkout
assumes:
  payments/charge: {timeout: {attempt: 2s}}
"""
EVENT = "BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\nDTSTART:20200101T000000Z\nDTEND:20990101T000000Z\nSUMMARY:{who}\n{more}END:VEVENT\n"
ROTA = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{events}END:VCALENDAR\n"
KNOWN = '[people.anna-7]\nchannels = ["hook"]\nknown_as = ["Anna@Example.org", "anna"]\n'


def rota(folder: Path, who: str, mail: str = "") -> None:
    more = f"ATTENDEE:mailto:{mail}\n" if mail else ""
    (folder / "oncall.ics").write_text(ROTA.format(events=EVENT.format(uid="a", who=who, more=more)))


def test_whoever_attends_is_paged_by_their_own_channel(tmp_path: Path, hook: Hook) -> None:
    rota(tmp_path, "primary", "anna@example.org")
    running = Running(tmp_path, hook, CONTRACTS, ("checkout", "keeper"))
    toml = tmp_path / "accord.toml"
    toml.write_text(toml.read_text() + KNOWN)
    try:
        running.start().alert()
        [page] = eventually(lambda: hook.about("opened", person="anna-7"))
        assert httpx.post(page["answer"], data={"say": "commit", "until": "20m"}).status_code == 303
        assert running.cases()[0]["phase"] == "committed"
        calendar = Calendar.from_ical(running.client.get("/api/v1/rotas/night-and-day.ics").text)
        assert {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")} == {"anna-7"}
        told = {"rota": "night-and-day", "person": "ANNA", "ends": "1h"}
        assert running.client.post("/api/v1/overrides", json=told).json()["person"] == "anna-7"
        words = [sys.executable, "-m", "accord", "ledger", "export", str(tmp_path / "ledger")]
        exported = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout
        assert "anna-7" in exported and "example.org" not in exported.lower()
    finally:
        running.close()


def test_who_is_on_a_rota_and_has_no_channel_is_named_at_the_start_and_passed_over(tmp_path: Path, hook: Hook) -> None:
    rota(tmp_path, "Ben Night")
    running = Running(tmp_path, hook, CONTRACTS, ("checkout", "keeper"))
    try:
        running.start().alert()
        assert "ical:Ben Night: nobody is reached under this name\n" in running.log()
        assert eventually(lambda: running.cases()[0]["actor"] == "keeper")
        assert eventually(lambda: [one for one in hook.told if one["person"] == "keeper" and one["interrupts"]])
    finally:
        running.close()
