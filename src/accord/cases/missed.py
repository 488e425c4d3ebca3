"""Told before resolved: what a person is told when messages could not leave for a while."""

from msgspec.structs import replace

from accord.model.message import About, Message

_OVER = frozenset({About.CLOSED, About.WITHDRAWN, About.MERGED})


def outstanding(queued: tuple[Message, ...], told: bool) -> Message | None:
    """The one message that stands for all those that wait for one person about one deviation; None where none waits.

    Each message carries the whole state, so the newest turn stands for the older ones. Whoever was never `told` of the deviation
    and would now hear only of its end is told that it began and ended meanwhile, once: "closed" never precedes "opened".
    """
    if not queued:
        return None
    newest = max(queued, key=lambda message: message.turn)
    if told or newest.about not in _OVER:
        return newest
    return replace(newest, about=About.MISSED, interrupts=False)
