"""Which files contracts were read from, each with its SHA-256."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from accord.model.fact import Fact
from accord.model.review import Contract


def digests(facts: Iterable[Fact]) -> dict[str, tuple[Contract, ...]]:
    """By party, the contracts in which it speaks, in order of their files; what cannot be read any more is left out."""
    said = {(fact.says, fact.place.root, fact.place.file) for fact in facts if fact.source == "contract"}
    hashed = {(root, file): _digest(Path(root) / file) for _, root, file in said}
    found: dict[str, tuple[Contract, ...]] = {}
    for party, root, file in sorted(said):
        if digest := hashed[root, file]:
            found[party] = (*found.get(party, ()), Contract(file, digest))
    return found


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
