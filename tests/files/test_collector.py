"""The garbage collector, paused: what was made meanwhile is garbage later, and is not looked through at once."""

import gc
import weakref

import pytest

from accord.files.collector import collector_paused


class Ring:
    """An object that only the collector takes back."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collecting() -> None:
    """A collector that is on, and nothing that was frozen by somebody else."""
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("collecting")
def test_what_was_made_meanwhile_is_old_afterwards() -> None:
    """Two more objects do not have the collector look through ten thousand."""
    with collector_paused():
        assert not gc.isenabled()
        kept = [[number] for number in range(10_000)]
    assert gc.isenabled()
    assert gc.get_count()[0] < 1_000
    assert not gc.get_freeze_count()
    assert len(kept) == 10_000


@pytest.mark.usefixtures("collecting")
def test_garbage_of_that_time_is_taken_back_later() -> None:
    """By the next look at everything."""
    with collector_paused():
        gone = weakref.ref(Ring())
    assert gone() is not None
    gc.collect()
    assert gone() is None


@pytest.mark.usefixtures("collecting")
def test_what_somebody_froze_stays_so() -> None:
    """A service that runs on freezes what it keeps."""
    gc.freeze()
    frozen = gc.get_freeze_count()
    with collector_paused():
        pass
    assert gc.get_freeze_count() > frozen // 2  # another thread may drop some of it meanwhile
    gc.unfreeze()
