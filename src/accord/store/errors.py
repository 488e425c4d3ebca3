"""What a ledger cannot do, said to a person; the API turns Unavailable into 503 and everything else into 500."""


class StoreError(Exception):
    """Something the ledger refuses: what was read or tried, and what to do."""


class Unavailable(StoreError):
    """Nothing was recorded, or it is not known to be: the same events may be sent again, and count once.

    The disk is full, failing or read-only, too many are waiting, or the ledger is closing.
    """

    def __init__(self, reason: str, retry_after_s: int = 5) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class InUse(StoreError):
    """Another process holds this ledger."""


class Incompatible(StoreError):
    """The file is no ledger, or was written by a newer program."""


class Undecided(StoreError):
    """The kernel could not decide an event; nothing of its batch was recorded."""
