"""Rules about connections: who holds an address, and who closes a connection first."""
