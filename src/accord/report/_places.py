"""Places as a reader opens them."""

from accord.model.place import Place
from accord.report._paint import visible


def opened_from_here(root: str, file: str) -> str:
    """The path of a file as it opens from where the check was started: its argument, then the path under it."""
    if root in ("", ".") or root == file:
        return file
    return f"{root.rstrip('/')}/{file}"


def where(place: Place) -> str:
    """`path:line:column`, the path as it opens from where the check was started."""
    return f"{visible(opened_from_here(place.root, place.file))}:{place.line}:{place.column}"
