"""What telemetry files tell, as facts of the join: each with the file that it was read from."""

from collections.abc import Sequence

from accord.model.fact import Fact
from accord.model.place import Place
from accord.observe.summary import observed_in
from accord.sources._sightings import facts_of


def facts_in(files: Sequence[str], complete: bool = False, columns: Sequence[str] = ()) -> tuple[list[Fact], list[str]]:
    """The facts that these files tell together, at the first place of the first file, and why what was not read was not."""
    found, refused = observed_in(files, complete, columns=columns)
    place = Place("", files[0], 1, 1)
    return [fact for one in found for fact in facts_of(one, place)], refused
