"""By what a case is carried: who is paged in which order and how long each has. All durations are nanoseconds.

A policy is data that the shell works out from contracts and rotas and records beside each event, so that a replay decides alike.
"""

from msgspec import Struct

from accord.model.duration import NANOSECONDS

_MINUTE, _HOUR = NANOSECONDS["m"], NANOSECONDS["h"]


class Duty(Struct, frozen=True):
    """A person (by pseudonym) is on duty from `begins_ns` up to `ends_ns`, instants since 1970 (UTC)."""

    begins_ns: int
    ends_ns: int
    person: str


class Level(Struct, frozen=True):
    """One level of the ladder: a party, its duty, and how long it has to answer."""

    party: str
    acknowledge_within: int
    duty: tuple[Duty, ...]

    def person(self, now: int) -> str:
        """Who is on duty now; empty where nobody is."""
        return next((duty.person for duty in self.duty if duty.begins_ns <= now < duty.ends_ns), "")


class Policy(Struct, frozen=True):
    """How one deviation is carried.

    `owner` recovers and `other` waits for it, both parties. `recover_within` counts from detection unless `recover_from` says
    failure or acknowledgement; 0 where nobody promised. `telemetry` says whether a clean window of `stable_window` can confirm.
    `other_duty` are the hours of the other side: its deadline to confirm counts in them only, and ends after `confirm_at_most`.
    `last` is who is asked when nobody else is left, and is never empty. `held_by`, `held_because` and `held_until_ns` are the silence
    or maintenance in force: what fires meanwhile opens held. `quiet_every` is how often is told again what interrupts nobody.
    Raises ValueError where `last` is empty.
    """

    owner: str
    other: str
    levels: tuple[Level, ...]
    last: str
    recover_within: int = 0
    recover_from: str = "detection"
    telemetry: bool = True
    stable_window: int = 10 * _MINUTE
    reopen_window: int = _HOUR
    confirm_within: int = 8 * _HOUR
    other_duty: tuple[Duty, ...] = ()
    other_person: str = ""
    hand_over_within: int = 10 * _MINUTE
    commit_at_most: int = 4 * _HOUR
    renewals: int = 2
    hold_at_most: int = 8 * _HOUR
    last_every: int = 5 * _MINUTE
    last_every_at_most: int = 15 * _MINUTE
    hand_overs: int = 3
    quiet_every: int = 24 * _HOUR
    confirm_at_most: int = 7 * 24 * _HOUR
    held_by: str = ""
    held_because: str = ""
    held_until_ns: int = 0

    def __post_init__(self) -> None:
        if not self.last:
            raise ValueError("a policy names who is asked last, read nobody")
