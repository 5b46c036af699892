"""Read the gaps in what was seen of feeds, and write those that no poll settles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.records import Gap
from warehouse.connection import query
from warehouse.read import asked
from warehouse.stage import columns_of
from warehouse.write import write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb


def open_gaps(con: duckdb.DuckDBPyConnection, lane: str) -> tuple[Gap, ...]:
    """Return the gaps of a lane that are to be filled, the oldest first."""
    return _gaps(con.execute(query("open_gaps"), [lane]))


def gaps_by_id(con: duckdb.DuckDBPyConnection, gap_ids: Iterable[str]) -> dict[str, Gap]:
    """Return some gaps, by gap_id."""
    with asked(con, gap_ids):
        return {gap.gap_id: gap for gap in _gaps(con.execute(query("gaps_by_id")))}


def gaps_of_feed(con: duckdb.DuckDBPyConnection, feed_id: str) -> tuple[Gap, ...]:
    """Return the gaps of a feed, the last first."""
    return _gaps(con.execute(query("gaps_of_feed"), [feed_id]))


def sites_of_feeds(con: duckdb.DuckDBPyConnection, feed_ids: Iterable[str]) -> dict[str, str]:
    """Return a page that each feed led to, by feed_id, where there is one."""
    with asked(con, feed_ids):
        return dict(con.execute(query("sites_of_feeds")).fetchall())


def put_gaps(con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap], run_id: str) -> None:
    """Write gaps that were asked for, or that nothing more can be done for."""
    rows = [columns_of(gap) | {"load_id": run_id} for gap in gaps]
    write_rows(con, "ops.coverage_gaps", rows, "merge_coverage_gaps")


def _gaps(cursor: Any) -> tuple[Gap, ...]:  # noqa: ANN401 (what executing returns)
    names = [column[0] for column in cursor.description or ()]
    rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    return tuple(Gap(**row | {"urls": tuple(row["urls"])}) for row in rows)
