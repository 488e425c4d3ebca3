"""Where the ledger lies: the only rooms that know a database."""
