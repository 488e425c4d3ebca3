"""Facts to boundaries: who is who (names), who meets whom (system), and how terms compose (timing, ladder, ...)."""
