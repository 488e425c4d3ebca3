"""Rules about changes: how one reaches everybody, and who sees it on the way."""
