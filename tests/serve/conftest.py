"""What most tests of the service begin with; a module that begins otherwise says so itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Hook, Running
from serving import Within

EVERYBODY = ("payments-oncall", "second", "checkout", "keeper")


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook that writes down what it is told."""
    made = Hook()
    yield made
    made.close()


@pytest.fixture
def running(tmp_path: Path, hook: Hook) -> Iterator[Running]:
    """A process that was not started yet."""
    folder = tmp_path / "accord"
    folder.mkdir()
    made = Running(folder, hook)
    yield made
    made.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    """A service inside the test, in which everybody has an address."""
    made = Within(tmp_path)
    made.reachable(*EVERYBODY)
    yield made
    made.close()
