"""How messages leave: when each is tried, to which addresses, by which protocol. `serve/outbox.py` is the only caller."""
