"""Rules about starting, stopping and moving: what the platform does to a copy while it works."""
