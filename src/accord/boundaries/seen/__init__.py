"""What telemetry saw of a boundary, beside what is said of it."""
