"""The frame around every page: navigation, one style sheet, and headers that let nothing else in."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from types import ModuleType
from typing import Any, Protocol, cast

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

import accord.serve.pages
from accord.cases.case import PHASES_IN_WORDS
from accord.cases.deviation import called
from accord.cases.signals import FLAWS_IN_WORDS
from accord.model.duration import NANOSECONDS, show_duration
from accord.model.instants import instant, instant_s
from accord.serve.doors import Absent, Asked, Door
from accord.serve.live import Live
from accord.serve.pages import _static
from accord.serve.pages._at_once import AtOnce
from accord.serve.pages._shown import Shown
from accord.store.kept import Role

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)


class Page(Protocol):
    """What the module of a page has."""

    PATH: str
    TITLE: str
    PLACE: int
    show: Callable[[Asked, Shown], Awaitable[Response]]


@cache
def pages() -> tuple[Page, ...]:
    """All pages in the order of the navigation."""
    names = [each.name for each in pkgutil.iter_modules(accord.serve.pages.__path__) if not each.name.startswith("_")]
    modules: list[ModuleType] = [importlib.import_module(f"{accord.serve.pages.__name__}.{name}") for name in names]
    return tuple(sorted((cast(Page, each) for each in modules), key=lambda each: each.PLACE))


class Pages:
    """The doors of the pages."""

    def __init__(self, shown: Shown, live: Live) -> None:
        self._shown = shown
        self._at_once = AtOnce(lambda: shown.now_ns, lambda: live.changed_ms)

    def doors(self) -> Iterable[Door]:
        """Every page, and the files that they bring."""
        for each in pages():
            yield Door("GET", each.PATH, Role.READER, self._door(each))
        yield from _static.doors()

    def _door(self, page: Page) -> Callable[[Asked], Awaitable[Response]]:
        async def drawn(asked: Asked) -> Response:
            try:
                return await page.show(asked, self._shown)
            except Absent as absent:
                return frame("absent.html", "Not here", status=404, reason=str(absent))

        return lambda asked: self._at_once.given(asked, lambda: drawn(asked))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("accord.serve.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = _static.address
    made.filters["instant"] = instant
    made.filters["called"] = called
    made.filters["in_words"] = in_words
    made.filters["instant_s"] = instant_s
    made.filters["since"] = lambda at_ns, now_ns: lasting(now_ns - at_ns)
    return made


def frame(template: str, title: str, status: int = 200, navigates: bool = True, **values: Any) -> Response:
    """The page of a template; without navigation for who may see this page alone. One that says `now` is kept up to date."""
    navigation = [(each.PATH, each.TITLE) for each in pages() if each.TITLE and navigates]
    text = _environment().get_template(template).render(title=title, navigation=navigation, **values)
    return HTMLResponse(text, status, headers={"content-security-policy": POLICY})


def in_words(word: str) -> str:
    """What people read of a phase or a flaw; any other word is as it is."""
    return _IN_WORDS.get(word, word)


_IN_WORDS: dict[str, str] = {**PHASES_IN_WORDS, **FLAWS_IN_WORDS}


def lasting(span: int) -> str:
    """A time as people say it, to the minute, or to the second where it is shorter: `2h5m`, `40s`."""
    unit = NANOSECONDS["m"] if abs(span) >= NANOSECONDS["m"] else NANOSECONDS["s"]
    whole = abs(span) // unit * unit
    return show_duration(whole) if whole else "0s"
