"""The garbage collector, paused while facts pile up."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection meanwhile: trees have no cycles and facts are all kept, so looking takes a third of the time.

    What was made meanwhile counts as old afterwards: the next young object does not have all of it looked through.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():  # else somebody counts on what is frozen to stay so
                gc.freeze()
                gc.unfreeze()
            gc.enable()
