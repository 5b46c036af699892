"""Rows of the state file to and from records. Times: microseconds since 1970, UTC."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from transforms.records import FeedState, HostState, OriginDocument, Place, Want

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from transforms.records import Complaint, Exchange

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LISTS = frozenset({"skip_hours", "skip_days", "marks"})  # columns of JSON


def micros(moment: datetime) -> int:
    """Return an aware time as microseconds since 1970. Raises: TypeError if it has no zone."""
    span = moment - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def moment(micros_since: int) -> datetime:
    """Return the time of a column."""
    return EPOCH + timedelta(0, 0, micros_since)


def row_of(record: HostState | OriginDocument | Complaint) -> dict[str, Any]:
    """Return the columns of a record, which are named as its fields."""
    names = record.__slots__
    row = dict(zip(names, _fields(names)(record), strict=True))
    for name in _times(names):
        if row[name] is not None:
            row[name] = micros(row[name])
    for name in _LISTS.intersection(names):
        row[name] = json.dumps(row[name]) if row[name] else "[]"
    return row


@cache
def _fields(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    return attrgetter(*names)


@cache
def _times(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name.endswith("_at"))


# A feed's state is read and written with every poll: by position, which costs half.
FEED_FIELDS = FeedState._fields
_FEED_TIMES = [at for at, name in enumerate(FEED_FIELDS) if name.endswith("_at")]
_FEED_LISTS = [at for at, name in enumerate(FEED_FIELDS) if name in _LISTS]


def feed_row(state: FeedState) -> list[Any]:
    """Return the values of FEED_FIELDS."""
    values: list[Any] = list(state)
    for at in _FEED_TIMES:
        if values[at] is not None:
            values[at] = micros(values[at])
    for at in _FEED_LISTS:
        values[at] = json.dumps(values[at]) if values[at] else "[]"
    return values


def feed_state(row: Iterable[Any]) -> FeedState:
    """Return the record of the values of FEED_FIELDS."""
    values = list(row)
    for at in _FEED_TIMES:
        if values[at] is not None:
            values[at] = moment(values[at])
    for at in _FEED_LISTS:
        values[at] = () if values[at] == "[]" else tuple(json.loads(values[at]))
    return FeedState._make(values)


def host_state(row: sqlite3.Row) -> HostState:
    """Return the record of a row of `hosts`."""
    return HostState(**values_of(row))


def origin_document(row: sqlite3.Row) -> OriginDocument:
    """Return the record of a row of `origin_documents`."""
    return OriginDocument(**values_of(row))


def place(row: sqlite3.Row) -> Place | None:
    """Return the place that a row names, if it names one."""
    if row["place_file"] is None:
        return None
    return Place(file=row["place_file"], offset=row["place_offset"], length=row["place_length"])


def place_columns(place: Place | None) -> dict[str, str | int | None]:
    """Return the columns that hold a place."""
    return {
        "place_file": place.file if place else None,
        "place_offset": place.offset if place else None,
        "place_length": place.length if place else None,
    }


def archived_place(exchange: Exchange) -> Place:
    """Return where an exchange lies. Raises: ValueError if it was not archived."""
    if exchange.place is None:
        raise ValueError(f"exchange {exchange.exchange_id} is not archived")
    return exchange.place


def want(row: sqlite3.Row) -> Want:
    """Return the record of a row of `wants`."""
    return Want(
        want_id=row["want_id"],
        url=row["url"],
        host=row["host"],
        source_id=row["source_id"],
        reason=row["reason"],
        entry_id=row["entry_id"],
        feed_id=row["feed_id"],
        lane=row["lane"],
        attempts=row["attempts"],
        waits=row["waits"],
        place=place(row),
        exchange_id=row["exchange_id"],
    )


def values_of(row: sqlite3.Row) -> dict[str, Any]:
    """Return the fields of a record by name, as its row has them."""
    names = tuple(row.keys())
    values = dict(zip(names, row, strict=True))
    for name in _times(names):
        if values[name] is not None:
            values[name] = moment(values[name])
    for name in _LISTS.intersection(names):
        values[name] = () if values[name] == "[]" else tuple(json.loads(values[name]))
    return values
