"""The demo: a small shop that runs on this machine, fails although everybody keeps their word, and is brought into accord."""
