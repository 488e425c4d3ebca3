"""What alert rules and alert routing state: matchers, routes, receivers, inhibitions, calendars, expressions.

Durations are nanoseconds. None means that the file does not say, so that the parent's word or the program's holds.
"""

from msgspec import Struct


class Matcher(Struct, frozen=True):
    """One condition on a label; `operator` is one of = != =~ !~, a pattern is anchored at both ends."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f'{self.label}{self.operator}"{self.value}"'


class Route(Struct, frozen=True):
    """One node of a routing tree; its place in the tree is the path in its term (`route.r` is the root, `route.r.0.2` the third child of the first).

    `receiver` is empty where the parent's holds. `children` counts the nodes right below, so that none can be left out
    unseen. `group_by` of ("...",) is every label.
    """

    receiver: str = ""
    matchers: tuple[Matcher, ...] = ()
    continues: bool = False
    children: int = 0
    group_by: tuple[str, ...] | None = None
    group_wait: int | None = None
    group_interval: int | None = None
    repeat_interval: int | None = None
    muted: tuple[str, ...] = ()
    active: tuple[str, ...] = ()


class Integration(Struct, frozen=True):
    """One way in which a receiver is told: `kind` as Alertmanager names it (slack, email, webhook, ...), and to where.

    `target` is a host and port, a channel or an address as far as the file tells, never a secret; `timeout` is how long
    one attempt may take where the file says so; `unfilled` are words of a form that still stand where an address was to.
    """

    kind: str
    target: str = ""
    send_resolved: bool | None = None
    timeout: int | None = None
    unfilled: str = ""


class Receiver(Struct, frozen=True):
    """Everybody who is told under one name; none at all where `integrations` is empty."""

    integrations: tuple[Integration, ...] = ()


class Inhibition(Struct, frozen=True):
    """While an alert that matches `sources` fires, those that match `targets` and agree in `equal` are held back."""

    sources: tuple[Matcher, ...]
    targets: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


class Span(Struct, frozen=True):
    """One entry of a calendar: it holds where every part that is not empty holds, wall-clock time in `zone`.

    `times` are minutes of the day, begin and end (end not included); `weekdays` count from Sunday as 0, `days` of the
    month from 1 or, from its end, from -1; ranges include both ends.
    """

    times: tuple[tuple[int, int], ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    months: tuple[tuple[int, int], ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    zone: str = "UTC"


class Calendar(Struct, frozen=True):
    """A named time interval of a routing file: it holds where one of its spans does."""

    spans: tuple[Span, ...] = ()


class Selection(Struct, frozen=True):
    """One selection of series in an expression: its metric, the labels it fixes by =, its range and its offset."""

    metric: str
    labels: tuple[tuple[str, str], ...] = ()
    window: int | None = None
    offset: int = 0
    within: str = ""
    """The function around the range, such as `rate` or `absent_over_time`; empty where there is none."""


class Expression(Struct, frozen=True):
    """What an expression selects, and which labels its result is meant to carry.

    `carried` are the labels that it names so (`by`, `group_left`, `label_replace`); with `rest` every other label of
    the series may come along because it says so (`without`, `ignoring` on the left of a group). Labels in `dropped`
    cannot be there; with `*` among them, none but the carried can. A label in none of these comes from the series, if at all, and nobody said that it does.
    """

    selections: tuple[Selection, ...] = ()
    carried: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    rest: bool = False
    produces: bool = True
    """False where it yields at most one result without labels of a series, as `absent()` and `vector()` do."""
