"""Rules about how much one side puts on the other."""
