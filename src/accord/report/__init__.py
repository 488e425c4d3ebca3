"""Results as text for a terminal, JSON for programs: one file here is one format, and each is a pure function."""
