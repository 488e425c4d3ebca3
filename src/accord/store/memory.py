"""What the thread that writes knows to be in the file."""


class Memory:
    """Forgotten whenever something is undone or altered. `sequence` is the last row of the ledger, 0 where it is not known."""

    def __init__(self) -> None:
        self.policies: set[bytes] = set()
        self.channels: dict[str, tuple[tuple[str, int], ...]] = {}
        self.sequence = 0

    def forget(self) -> None:
        """Everything is looked up again."""
        self.policies.clear()
        self.channels.clear()
        self.sequence = 0
