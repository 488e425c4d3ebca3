"""Boundaries to findings. One file is one rule, its docstring is its page and its test (see CONTRIBUTING.md)."""
