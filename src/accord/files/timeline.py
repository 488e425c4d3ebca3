"""A timeline of a past incident from a file: CSV by its name, else YAML."""

from hashlib import sha256
from pathlib import Path

from accord.files.decode import LARGEST, decoded, too_large
from accord.model.place import Place
from accord.model.problem import Problem, Refused
from accord.review.happened import Incident, incident_of
from accord.review.table import read_csv, read_yaml, refused


def read_timeline(file: Path) -> Incident:
    """What the file says; raises Refused with file, line and column of what is not as expected."""
    name = str(file)
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise Refused(f"{name}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    if size > LARGEST:
        raise refused(name, 1, 1, too_large(size))
    text = decoded(content, Place("", name, 1, 1))
    if isinstance(text, Problem):
        raise refused(name, text.place.line, text.place.column, text.reason)
    written = read_csv(text, name) if file.suffix.lower() == ".csv" else read_yaml(text, name)
    return incident_of(written, name, sha256(content).hexdigest())
