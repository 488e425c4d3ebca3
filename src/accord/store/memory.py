"""What the thread that writes knows to be in the file."""

from accord.cases.case import Case
from accord.store.chain import read_case

READ_AT_MOST = 64
"""Cases that are known beside their bytes, the ones decided last: those of a flood may be long, and are decided again and again."""


class Memory:
    """Forgotten whenever something is undone or altered. `sequence` is the last row of the ledger, 0 where it is not known,
    `is_pruned` whether anything was taken out of it and `received` the last number of what was accepted, None where that is not known.
    """

    def __init__(self) -> None:
        self.policies: set[bytes] = set()
        self.channels: dict[str, tuple[tuple[str, int], ...]] = {}
        self.sequence = 0
        self.is_pruned: bool | None = None
        self.received: int | None = None
        self._cases: dict[str, tuple[bytes, Case]] = {}

    def case(self, key: str, body: bytes) -> Case | None:
        """The case that these bytes say; None where there are none. What is known of the key counts only for the same bytes."""
        if not body:
            return None
        before, case = self._cases.get(key, (b"", None))
        return case if before == body and case is not None else read_case(body)

    def decided(self, key: str, body: bytes, case: Case) -> None:
        """The case of a key as it was decided last, and its bytes."""
        self._cases.pop(key, None)
        if len(self._cases) >= READ_AT_MOST:
            self._cases.pop(next(iter(self._cases)))
        self._cases[key] = body, case

    def forget(self) -> None:
        """Everything that the file may say otherwise is looked up again."""
        self.policies.clear()
        self.channels.clear()
        self.sequence = 0
        self.is_pruned = None
        self.received = None
