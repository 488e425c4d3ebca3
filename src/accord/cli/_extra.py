"""What an extra brings: where it is not installed, one line names it and says how it comes."""

from collections.abc import Iterator
from contextlib import contextmanager

import click


def missing_extra(module: str, extra: str = "server") -> click.ClickException:
    """What is said where a module of an extra is not installed."""
    return click.ClickException(
        f"this needs the extra accord[{extra}] ({module} is not installed): pip install 'accord[{extra}]'"
    )


@contextmanager
def of_the_server() -> Iterator[None]:
    """Around imports of what accord[server] brings: raises ClickException where one of them is not there."""
    try:
        yield
    except ImportError as missing:
        raise missing_extra(str(missing.name)) from None
