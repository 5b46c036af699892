"""Read what was kept aside: found by rule, source and time, and whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from transforms.quarantine import Held
from transforms.record_json import rebuild
from transforms.records import (
    Article,
    Entry,
    Exchange,
    Place,
    Quarantined,
    QuarantineDecision,
    RuleHit,
    Want,
)
from transforms.urls import InvalidURL, host_of
from warehouse.connection import query
from warehouse.read import asked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

ALL = 2**31


class NotInQuarantine(LookupError):  # noqa: N818 (what is said of the id)
    """An id that names no record, or more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which records are meant; what is empty or None leaves them all in.

    ``ids`` may be beginnings of ids. Times are those at which a record was last kept aside.
    """

    ids: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("held",)
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One record kept aside, as a list shows it."""

    quarantine_id: str
    subject: str
    source_id: str
    url: str | None
    rule_ids: tuple[str, ...]
    severity: str
    reason: str
    status: str
    first_quarantined_at: datetime
    last_quarantined_at: datetime
    title: str | None


def found(
    con: duckdb.DuckDBPyConnection, selection: Selection, limit: int = ALL
) -> tuple[HeldRow, ...]:
    """Return the records of a selection, those kept aside last first."""
    rows = _dicts(
        con.execute(
            query("quarantine_found"),
            [
                list(selection.ids),
                list(selection.statuses),
                list(selection.rules),
                list(selection.sources),
                list(selection.subjects),
                selection.since,
                selection.until,
                limit,
            ],
        )
    )
    return tuple(HeldRow(**row | {"rule_ids": tuple(row["rule_ids"])}) for row in rows)


def check_ids(con: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> None:
    """Raise NotInQuarantine where an id, or the beginning of one, names no record or several."""
    for given in ids:
        named = found(con, Selection(ids=(given,), statuses=()), 2)
        if len(named) != 1 or not given:
            many = "more than one record" if named else "no record in the quarantine"
            raise NotInQuarantine(f"{given!r} is the id of {many}")


def whole(con: duckdb.DuckDBPyConnection, quarantine_ids: Iterable[str]) -> tuple[Held, ...]:
    """Return records kept aside, rebuilt, in order of their ids; unknown ids are left out.

    Raises: NotThisRecord where one cannot be rebuilt.
    """
    with asked(con, quarantine_ids):
        rows = _dicts(con.execute(query("quarantine_records")))
        wanted = _dicts(con.execute(query("quarantine_wants")))
    with asked(con, (row["exchange_id"] for row in rows)):
        came = {row["exchange_id"]: row for row in _dicts(con.execute(query("exchanges_by_id")))}
    wants: dict[str, list[tuple[Want, str]]] = {}
    for row in wanted:
        key, came_in = row.pop("quarantine_id"), row.pop("came_in")
        wants.setdefault(key, []).append((Want(host=_host(row["url"]), **row), came_in))
    return tuple(
        Held(
            quarantine_id=row["quarantine_id"],
            status=row["status"],
            kept=_kept(row),
            load_id=row["load_id"],
            exchange=_exchange(came.get(row["exchange_id"])),
            wants=tuple(wants.get(row["quarantine_id"], ())),
        )
        for row in rows
    )


def released(con: duckdb.DuckDBPyConnection, version_ids: Iterable[str]) -> set[str]:
    """Return those versions that somebody released."""
    with asked(con, version_ids):
        return {version for (version,) in con.execute(query("released_versions")).fetchall()}


def decisions(con: duckdb.DuckDBPyConnection, quarantine_id: str) -> tuple[QuarantineDecision, ...]:
    """Return what was decided on a record, the first decision first."""
    rows = _dicts(con.execute(query("quarantine_decisions"), [quarantine_id]))
    return tuple(QuarantineDecision(**row) for row in rows)


def _kept(row: dict[str, Any]) -> Quarantined:
    text = orjson.loads(row["record"])
    record = rebuild(Entry, text) if row["subject"] == "entry" else rebuild(Article, text)
    return Quarantined(
        subject=row["subject"],
        subject_id=row["subject_id"],
        item_id=row["item_id"],
        url=row["url"],
        source_id=row["source_id"],
        exchange_id=row["exchange_id"],
        hits=tuple(RuleHit(**hit) for hit in row["hits"] or ()),
        record=record,
        at=row["at"],
    )


def _exchange(row: dict[str, Any] | None) -> Exchange | None:
    """Return an exchange without its payload and headers: enough to name it in a load."""
    if row is None:
        return None
    plain = dict(row)  # records may share an exchange
    file, offset, length = (plain.pop(f"archive_{part}") for part in ("file", "offset", "length"))
    place = None if file is None else Place(file=file, offset=offset, length=length)
    return Exchange(**plain, place=place)


def _host(url: str) -> str:
    try:
        return host_of(url)
    except InvalidURL:
        return ""


def _dicts(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
