"""The kernel of the live loop: a deviation is a value, an event changes it, and nothing here knows a clock or a network."""
