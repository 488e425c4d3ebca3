"""Rules on connections: who has an address, and how long each side keeps a connection open."""
