"""Assumed, observed, promised for programs, in the published form."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from accord.model.three_columns import Entry, Row, ThreeColumns
from accord.report import _document as form


def documents(found: Iterable[ThreeColumns]) -> list[form.Columns]:
    """Every boundary that was seen, the worst first."""
    return [_document(one) for one in found]


def _document(one: ThreeColumns) -> form.Columns:
    return form.Columns(
        boundary=form.Subject(one.consumer, one.provider, one.operation, ""),
        environment=one.environment,
        called=one.called,
        calls=one.calls,
        paired=one.paired,
        began=_instant(one.began) if one.ended else None,
        ended=_instant(one.ended) if one.ended else None,
        source=one.source.place.file,
        rows=[_row(row) for row in one.rows],
        remarks=list(one.remarks),
        because=one.because,
    )


def _row(row: Row) -> form.Row:
    return form.Row(
        row.measure,
        row.unit,
        [_said(entry) for entry in row.assumed],
        [_seen(entry) for entry in row.observed],
        [_said(entry) for entry in row.promised],
        cast(form.Verdict, row.verdict),
    )


def _said(entry: Entry) -> form.Said:
    fact, place = entry.fact, entry.fact.place
    return form.Said(
        fact.says,
        fact.term,
        fact.stance.value,
        entry.text,
        entry.value,
        place.root,
        place.file,
        place.line,
        place.column,
        entry.note,
    )


def _seen(entry: Entry) -> form.Seen:
    side = cast(form.Side, entry.side)
    return form.Seen(side, entry.party, entry.text, entry.value, entry.at_least, entry.note)


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
