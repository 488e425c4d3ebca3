"""Places as a reader opens them."""

import posixpath
from collections.abc import Container, Iterable

from accord.model.place import Place
from accord.report._paint import visible


def opened_from_here(root: str, file: str) -> str:
    """The path of a file as it opens from where the check was started: its argument, then the path under it."""
    if root in ("", ".") or root == file:
        return file
    return f"{root.rstrip('/')}/{file}"


def where(place: Place, imported: Container[str] = ()) -> str:
    """`path:line:column`, the path as it opens from where the check was started; of an import the import, then the place.

    What stands in no file, such as a variable of the environment, is named alone.
    """
    if not place.line:
        return visible(place.file)
    path = f"{place.root}: {place.file}" if place.root in imported else opened_from_here(place.root, place.file)
    return f"{visible(path)}:{place.line}:{place.column}"


def root_of(places: Iterable[Place]) -> str:
    """The folder in which all of these lie, as it opens from where it was started; empty where there is none."""
    folders = {posixpath.dirname(each.root) if each.root == each.file else each.root.rstrip("/") for each in places}
    try:
        return posixpath.commonpath(folders) if folders else ""
    except ValueError:  # some are absolute, and some are not
        return ""
