"""What the tests know, in a file: versioned, numbered, written whole or not at all."""

import os
import zlib
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from accord.model.drifting import Asks, Expectation, Seen
from accord.model.problem import Refused
from accord.observe.drift import Fleet

VERSION = 1
_LARGEST = 1 << 30
"""Bytes that one array of a state may take once it is unpacked."""


class Packed(Struct, frozen=True):
    """An array: its type, its shape, its bytes deflated."""

    type: str
    shape: tuple[int, ...]
    data: bytes


class State(Struct, frozen=True):
    """Everything that must survive a restart, by boundary in the order of `seen`; `number` counts the writings."""

    accord_state: int
    number: int
    minute: int
    since: int
    open_block: int
    seen: list[Seen]
    expectations: list[tuple[Expectation, ...]]
    minutes: dict[Asks, int]
    arrays: dict[str, Packed]


def write(fleet: Fleet, file: Path, number: int) -> None:
    """Puts the state into a file; whoever reads it meanwhile finds the old or the new, never a part."""
    data = msgspec.json.encode(_state(fleet, number))
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with beside.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def read(fleet: Fleet, file: Path) -> int:
    """Goes on where the state ended, and gives its number (0: there is no file); raises Refused for what is no state.

    A test whose expectation is another now begins anew; all others go on.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return 0
    try:
        state = msgspec.json.decode(data, type=State)
        if state.accord_state != VERSION:
            raise Refused(f"{file}: expected a state of version {VERSION}, read {state.accord_state}")
        _restore(fleet, state)
    except (msgspec.DecodeError, zlib.error, ValueError, KeyError, IndexError) as error:
        raise Refused(f"{file}: expected the state of accord drift: {error}") from None
    return state.number


def _state(fleet: Fleet, number: int) -> State:
    arrays = {"hours": fleet.hours, "block": fleet.block, "blocks": fleet.blocks, "traffic": fleet.traffic.evidence}
    arrays |= {f"story.{asks}": told for asks, told in fleet.story.items()}
    arrays |= {f"rise.{asks}": told for asks, told in fleet.rise.items()}
    for asks, test in fleet.tests.items():
        arrays |= {f"evidence.{asks}": test.evidence, f"calls.{asks}": test._calls, f"over.{asks}": test._over}
    return State(
        VERSION,
        number,
        fleet.minute,
        fleet.since,
        fleet.open_block,
        fleet.seen,
        [contract.expectations for contract in fleet.agreed],
        {asks: test._minutes for asks, test in fleet.tests.items()},
        {name: _packed(array) for name, array in arrays.items()},
    )


def _packed(array: np.ndarray) -> Packed:
    whole = np.ascontiguousarray(array)
    return Packed(whole.dtype.str, whole.shape, zlib.compress(whole.tobytes(), 1))


def _unpacked(packed: Packed, like: np.ndarray) -> np.ndarray:
    if packed.type != like.dtype.str or packed.shape != like.shape or like.nbytes > _LARGEST:
        raise ValueError(f"an array of {packed.shape}, where {like.shape} belongs")
    data = zlib.decompressobj().decompress(packed.data, like.nbytes)
    return np.frombuffer(data, dtype=like.dtype).reshape(like.shape).copy()


def _restore(fleet: Fleet, state: State) -> None:
    fleet.admit(state.seen)
    if not state.seen or len(state.expectations) != len(state.seen):
        return
    arrays = state.arrays
    fleet.minute, fleet.since, fleet.open_block = state.minute, state.since, state.open_block
    fleet.hours = _unpacked(arrays["hours"], fleet.hours)
    fleet.block, fleet.blocks = (_unpacked(arrays["block"], fleet.block), _unpacked(arrays["blocks"], fleet.blocks))
    traffic = _unpacked(arrays["traffic"], fleet.traffic.evidence)
    fleet.traffic.evidence[:] = traffic
    for asks in Asks:
        fleet.story[asks] = _unpacked(arrays[f"story.{asks}"], fleet.story[asks])
    for asks, test in fleet.tests.items():
        fleet.rise[asks] = _unpacked(arrays[f"rise.{asks}"], fleet.rise[asks])
        test.evidence = _unpacked(arrays[f"evidence.{asks}"], test.evidence)
        test._calls = _unpacked(arrays[f"calls.{asks}"], test._calls)
        test._over = _unpacked(arrays[f"over.{asks}"], test._over)
        test._minutes = state.minutes[asks]
    for number, before in enumerate(state.expectations):
        _forget_changed(fleet, number, before)


def _forget_changed(fleet: Fleet, number: int, before: tuple[Expectation, ...]) -> None:
    """Lets a test whose expectation changed begin anew; where the statement stands in its file is no change."""
    old = {each.asks: (each.share, each.bound) for each in before}
    for asks in Asks:
        expected = fleet.agreed[number].expects(asks)
        if old.get(asks) == ((expected.share, expected.bound) if expected else None):
            continue
        fleet.story[asks][number] = 0
        if asks is Asks.VANISHED:
            fleet.traffic.evidence[number] = -np.inf
            continue
        test = fleet.tests[asks]
        fleet.rise[asks][number] = 0
        test.evidence[number], test._calls[number], test._over[number] = -np.inf, 0.0, 0.0
        column = {Asks.SLOW: 4, Asks.OVER_LIMIT: 5}.get(asks)
        if column:
            fleet.hours[number, :, column] = 0
