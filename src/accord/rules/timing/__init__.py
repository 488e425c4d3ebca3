"""Rules about time: who waits how long for whom."""
