"""One review: the ten sections of a deviation, from the ledger and the contracts, to be read here or kept as a file."""

from markupsafe import Markup
from starlette.responses import Response

from accord.model.review import Review
from accord.review.marked_up import marked_up
from accord.serve.doors import Absent, Asked
from accord.serve.pages._frame import frame
from accord.serve.pages._reviewed import Unfit, as_file, reviewed
from accord.serve.pages._shown import Shown

PATH, TITLE, PLACE = "/reviews/{id}", "", 12


async def show(asked: Asked, shown: Shown) -> Response:
    """The page; `?format=markdown|html` gives the file. 404 where there is no such deviation."""
    case = shown.ledger.case(asked.path("id"))
    if case is None:
        raise Absent("no deviation of this id is in the ledger")
    try:
        review = await reviewed(shown, [case])
    except Unfit as unfit:
        return frame("absent.html", "Not shown", 500, reason=str(unfit))
    if format_ := asked.query("format"):
        return as_file(review, format_, case.id)
    return page(review, f"/deviations/{case.id}", f"/reviews/{case.id}?format=")


def page(review: Review, about: str, files: str) -> Response:
    """A review as a page; `about` is where more of it is, `files` where it is as a file, before the name of the format."""
    content = Markup(marked_up(review))  # it escapes every text of the ledger itself
    return frame("review.html", f"Review: {review.header.title}", content=content, about=about, files=files)
