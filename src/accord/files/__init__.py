"""The shell that touches the disk: which files there are, what is in them, how they are configured, what they include."""
