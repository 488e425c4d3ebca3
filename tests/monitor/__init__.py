"""The monitor, judged by true witnesses, by corrupted ones, and by falsehoods of every kind."""
