"""Places as SARIF names them: addresses that open from where the check was started."""

from datetime import date
from typing import Any
from urllib.parse import quote

from accord.model.place import Place
from accord.report._paint import visible
from accord.report._places import opened_from_here

_UNQUOTED = "/@+~!$&'()*,;="


class Places:
    """Writes locations; of exported facts, their file is the artefact, and a name says where in it the words stand."""

    def __init__(self, imported: dict[str, date]) -> None:
        self.imported = imported

    def location(self, place: Place) -> dict[str, Any]:
        """The location of a place; what stands in no file is named."""
        if not place.line:
            return {"logicalLocations": [{"fullyQualifiedName": visible(place.file)}]}
        if place.root in self.imported:
            return self._imported(place)
        region = {"startLine": place.line, "startColumn": place.column}
        return {"physicalLocation": {"artifactLocation": {"uri": address(place)}, "region": region}}

    def _imported(self, place: Place) -> dict[str, Any]:
        where = f"{place.root}: {place.file}:{place.line}:{place.column} as of {self.imported[place.root]}"
        names = {"logicalLocations": [{"fullyQualifiedName": visible(where), "kind": "import"}]}
        if place.root.startswith("git+"):  # no host can open it, and some refuse a log with such an address
            return names
        return {"physicalLocation": {"artifactLocation": {"uri": _quoted(place.root)}}, **names}

    def opens(self, place: Place) -> bool:
        """Whether a host can open it: a file that lies here."""
        return place.line > 0 and not (place.root in self.imported and place.root.startswith("git+"))


def address(place: Place) -> str:
    """The address of a file: relative to where the check was started, or absolute where its argument was."""
    path = opened_from_here(place.root, place.file)
    if path.startswith("/"):
        return "file://" + _quoted(path)
    return _quoted(path.removeprefix("./"))


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "replace"), safe=_UNQUOTED)
