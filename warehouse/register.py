"""Write what is not part of a batch: outlets, feeds, runs, and the work in hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from warehouse.connection import query, transaction
from warehouse.write import run, staged, table_columns, write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb

    from transforms.quality import Alert
    from transforms.records import Feed, RuleResult, Source
    from warehouse.state import WantInHand
    from warehouse.write import Row


def put_feeds(
    con: duckdb.DuckDBPyConnection, sources: Sequence[Source], feeds: Sequence[Feed], at: datetime
) -> dict[str, int]:
    """Add or change outlets and feeds, and return the rows written by table.

    What is the same as before is left alone; what is not named is not touched.
    """
    stamp = {"added_at": at, "changed_at": at}
    source_rows: dict[str, Row] = {source.source_id: asdict(source) | stamp for source in sources}
    feed_rows: dict[str, Row] = {feed.feed_id: asdict(feed) | stamp for feed in feeds}
    with transaction(con):
        return write_rows(
            con, "news.sources", list(source_rows.values()), "merge_sources"
        ) | write_rows(con, "news.feeds", list(feed_rows.values()), "merge_feeds")


def deactivate_feed(con: duckdb.DuckDBPyConnection, feed_id: str, at: datetime) -> bool:
    """Stop polling a feed, keeping all that came from it; False where it was not active."""
    return bool(con.execute(query("deactivate_feed"), [feed_id, at]).fetchall()[0][0])


def begin_run(  # noqa: PLR0913, PLR0917 (a run's columns, as they are named)
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    kind: str,
    parameters: Mapping[str, object],
    at: datetime,
    code_version: str,
) -> None:
    """Write that a run has begun; ``parameters`` must be fit for JSON."""
    given = orjson.dumps(dict(parameters), default=str).decode()
    con.execute(query("begin_run"), [run_id, kind, at, code_version, given])


def end_run(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    status: str,
    at: datetime,
    counts: Mapping[str, object],
) -> None:
    """Write how a run ended, and its counts."""
    con.execute(query("end_run"), [run_id, status, at, orjson.dumps(dict(counts)).decode()])


def mark_dead_runs(con: duckdb.DuckDBPyConnection, run_ids: Sequence[str], at: datetime) -> int:
    """Mark runs that ended without a word, and return how many were not marked before."""
    written = con.execute(query("mark_dead_runs"), [list(run_ids), at]).fetchall()
    return int(written[0][0])


def copy_work_in_hand(con: duckdb.DuckDBPyConnection, rows: Sequence[WantInHand]) -> int:
    """Replace the copy of the work in hand, and return its size; do it before publishing."""
    staged: list[Row] = [
        {
            "want_id": row.want.want_id,
            "url": row.want.url,
            "source_id": row.want.source_id,
            "state": row.state,
            "attempts": row.attempts,
            "next_try_at": row.next_try_at,
            "last_problem": row.last_problem,
        }
        for row in rows
    ]
    with transaction(con):
        run(con, "delete_work_in_hand")
        write_rows(con, "ops.work_in_hand", staged, "insert_work_in_hand")
    return len(staged)


def put_alerts(
    con: duckdb.DuckDBPyConnection, run_id: str, alerts: Sequence[Alert], at: datetime
) -> None:
    """Write what is unusual of outlets: what begins, what still stands, what is over."""
    stamp = {"began_at": at, "ended_at": None, "run_id": run_id}
    names = ("source_id", "signal", "reason", "value", "usual", "low", "high", "items", "numbers")
    rows: list[Row] = [{name: getattr(one, name) for name in names} | stamp for one in alerts]
    with transaction(con), staged(con, "staged_alerts", rows, table_columns(con, "ops.alerts")):
        con.execute(query("end_alerts"), [at])
        run(con, "merge_alerts")


def put_rule_results(
    con: duckdb.DuckDBPyConnection, run_id: str, results: Sequence[RuleResult], at: datetime
) -> None:
    """Write how rules fared over the whole warehouse (a load writes those of its batch)."""
    stamp = {"load_id": None, "run_id": run_id, "checked_at": at}
    rows: list[Row] = [asdict(result) | stamp for result in results]
    write_rows(con, "ops.validation_results", rows, "insert_validation_results")
