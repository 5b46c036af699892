"""Read what was done: runs, outcomes, entries and pages to go back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from transforms.quality import Alert
from transforms.records import Entry, Moment, Place, Tag
from warehouse.connection import query
from warehouse.read import asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import duckdb

    from transforms.records import Exchange, Stage

CLOCKS_MAY_DIFFER = timedelta(hours=1)  # between who fetched and who loads


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    """How many items of a stage met with an outcome for a reason."""

    stage: str
    outcome: str
    reason: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run; ``loaded`` counts its articles."""

    run_id: str
    kind: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    loaded: int

    @property
    def seconds(self) -> float:
        """How long it took; 0 while it goes on."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """An archived page, and on whose behalf it was fetched."""

    url: str
    exchange_id: str
    source_id: str
    entry_id: str | None
    feed_id: str | None
    place: Place


def recorded_items(
    con: duckdb.DuckDBPyConnection, stage: Stage, exchanges: Sequence[Exchange]
) -> set[tuple[str, str]]:
    """Return (item_id, exchange_id) of the outcomes that a stage has from some exchanges."""
    if not exchanges:
        return set()
    since = min(one.fetched_at for one in exchanges) - CLOCKS_MAY_DIFFER
    with asked(con, (one.exchange_id for one in exchanges)):
        return set(con.execute(query("recorded_items"), [stage, since]).fetchall())


def settled_exchanges(con: duckdb.DuckDBPyConnection, exchange_ids: Iterable[str]) -> set[str]:
    """Return those exchanges whose page is in the tables."""
    with asked(con, exchange_ids):
        return {key for (key,) in con.execute(query("settled_exchanges")).fetchall()}


def entries(con: duckdb.DuckDBPyConnection, entry_ids: Iterable[str]) -> dict[str, Entry]:
    """Return entries as last seen, by entry_id."""
    with asked(con, entry_ids):
        cursor = con.execute(query("entries_by_id"))
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["entry_id"]: entry_of(row) for row in rows}


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return the entry that stands in a row."""
    plain: dict[str, Any] = {
        name: value
        for name, value in row.items()
        if name in Entry.__dataclass_fields__ and name not in {"authors", "tags"}
    }
    return Entry(
        **plain,
        published=moment_of(row, "published"),
        updated=moment_of(row, "updated"),
        authors=tuple(row["authors"]),
        tags=tuple(Tag(**tag) for tag in row["tags"]),
    )


def moment_of(row: Mapping[str, Any], name: str) -> Moment | None:
    """Return the moment that stands in a row's columns of one name; None where there is none."""
    if row[f"{name}_at"] is None:
        return None
    return Moment(
        at=row[f"{name}_at"],
        precision=row[f"{name}_precision"],
        has_zone=row[f"{name}_has_zone"],
        raw=row[f"{name}_raw"],
        origin=row[f"{name}_origin"],
    )


def stored_pages(
    con: duckdb.DuckDBPyConnection, *, other_than: str, sources: Sequence[str]
) -> tuple[StoredPage, ...]:
    """Return the archived pages last read by another version of the code, oldest first."""
    rows = con.execute(query("stored_pages"), [other_than, list(sources)]).fetchall()
    return tuple(
        StoredPage(
            url=url,
            exchange_id=exchange_id,
            source_id=source_id,
            entry_id=entry_id,
            feed_id=feed_id,
            place=Place(file=file, offset=offset, length=length),
        )
        for url, exchange_id, source_id, entry_id, feed_id, file, offset, length in rows
    )


def last_runs(
    con: duckdb.DuckDBPyConnection, limit: int, run_id: str | None = None
) -> tuple[RunRow, ...]:
    """Return the runs begun last, newest first; or the one of an id."""
    names = ("run_id", "kind", "status", "started_at", "ended_at", "loaded")
    rows = con.execute(query("last_runs"), [limit, run_id]).fetchall()
    return tuple(RunRow(**dict(zip(names, row, strict=True))) for row in rows)


def run_row(con: duckdb.DuckDBPyConnection, run_id: str) -> RunRow:
    """Return one run.

    Raises: LookupError if there is none of that id.
    """
    found = last_runs(con, 1, run_id)
    if not found:
        raise LookupError(f"no run {run_id}")
    return found[0]


def outcome_counts(con: duckdb.DuckDBPyConnection, run_id: str) -> tuple[OutcomeCount, ...]:
    """Return how many items of each stage met with which outcome in a run."""
    rows = con.execute(query("outcome_counts"), [run_id]).fetchall()
    return tuple(
        OutcomeCount(stage=stage, outcome=outcome, reason=reason, items=items)
        for stage, outcome, reason, items in rows
    )


def broken_rules(con: duckdb.DuckDBPyConnection, run_id: str) -> tuple[str, ...]:
    """Return the rules over the whole warehouse that a run found broken, the gravest first."""
    rows = con.execute(query("broken_rules"), [run_id]).fetchall()
    return tuple(f"{rule_id} ({severity}, {failed} rows)" for rule_id, severity, failed in rows)


def count_audit_rows(con: duckdb.DuckDBPyConnection, first_run: str) -> int:
    """Return how many items are unaccounted for since a run began; 0 when nothing vanished.

    Costs what was loaded since. All of it, in time, is what each run of upkeep checks.
    """
    return int(con.execute(query("audit_rows"), [first_run]).fetchall()[0][0])


def audit_rows_of_run(con: duckdb.DuckDBPyConnection, run_id: str) -> int:
    """Return how many items a run, and those that died before it, left unaccounted for."""
    ((first_run,),) = con.execute(query("first_run_to_audit"), [run_id]).fetchall()
    return count_audit_rows(con, first_run)


def audit_rows_known(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many items are unaccounted for: as the last upkeep found, and since."""
    ((run_id, found),) = con.execute(query("last_audit")).fetchall()
    return int(found) + count_audit_rows(con, run_id or "")


def signals_judged(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return, by signal, how many outlets it was taken of and how many are out of bounds."""
    rows = con.execute(query("signals_judged")).fetchall()
    return {signal: (outlets, outside) for signal, outlets, outside in rows}


def last_check(con: duckdb.DuckDBPyConnection, suite: str) -> datetime | None:
    """Return when a suite was last run over the whole warehouse; None where it never was."""
    ((at,),) = con.execute(query("last_check"), [suite]).fetchall()
    return at  # type: ignore[no-any-return] # typed by its column


def source_alerts(con: duckdb.DuckDBPyConnection) -> tuple[Alert, ...]:
    """Return the outlets that are not as usual, with the reason and the numbers."""
    return _alerts(con.execute(query("source_alerts")))


def new_alerts(con: duckdb.DuckDBPyConnection, run_id: str) -> tuple[Alert, ...]:
    """Return what one run was the first to find unusual."""
    return _alerts(con.execute(query("told_alerts"), [run_id]))


def standing_alerts(con: duckdb.DuckDBPyConnection) -> tuple[Alert, ...]:
    """Return what runs found unusual and have not found to be over."""
    return _alerts(con.execute(query("told_alerts"), [None]))


def _alerts(cursor: duckdb.DuckDBPyConnection) -> tuple[Alert, ...]:
    names = [column[0] for column in cursor.description or ()]
    return tuple(Alert(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())
