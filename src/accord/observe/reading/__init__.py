"""Telemetry of every format, read into the one table of spans: one file for each format, none knows another."""
