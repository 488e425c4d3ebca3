"""Where results go: standard output or a file, whole and in an encoding that can hold them."""

import sys
from pathlib import Path

import click


def emit(text: str, output: str = "", encoding: str = "") -> None:
    """Writes the text to the file `output`, or to standard output; nothing is lost to a narrow encoding.

    What the encoding cannot hold is written as an escape. Raises ClickException where the file cannot be written.
    """
    if output:
        _write(Path(output), text)
        return
    stream = sys.stdout
    content = text.encode(encoding or stream.encoding or "utf-8", "backslashreplace")
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(content.decode(encoding or stream.encoding or "utf-8"))
        return
    stream.flush()
    buffer.write(content)
    buffer.flush()


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
