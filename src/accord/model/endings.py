"""Last labels of public host names."""

PUBLIC_ENDINGS = frozenset(
    "ai app biz cloud co com de dev edu eu fr gov info int io jp mil net org ru uk us".split()  # noqa: SIM905
)
"""Last labels that make a host of two labels a public name, although a namespace could be called so."""
