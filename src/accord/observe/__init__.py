"""What really happens on every boundary: telemetry is read into spans, spans become facts per boundary and window.

files, live OTLP ─▶ read ─▶ spans (columns) ─▶ halves (one query) ─▶ facts per minute ─▶ the join, drift
"""
