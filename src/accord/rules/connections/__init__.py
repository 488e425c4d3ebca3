"""Rules on connections: how long each side keeps one open."""
