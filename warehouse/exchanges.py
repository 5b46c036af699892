"""Read what was exchanged with feeds and hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.connection import query

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHistory:
    """A feed's past: failures in a row up to now, and the items of its last document."""

    failing_polls: int
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """One poll of a feed, and what it came to."""

    polled_at: datetime
    status: int | None
    outcome: str
    reason: str
    detail: str
    elapsed_ms: int
    payload_bytes: int
    final_url: str
    items: int | None  # None where no document was read
    new_entries: int
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """One address under which a feed was polled."""

    url: str
    first_polled_at: datetime
    last_polled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One event of a feed's address."""

    moved_at: datetime
    event: str
    from_url: str
    to_url: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostHistory:
    """What was exchanged with a host."""

    exchanges: int
    not_modified: int
    slowest_ms: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleRow:
    """A robots.txt or tdmrep.json that is of no use. ``is_known``: an older one is in force."""

    host: str
    kind: str
    status: int
    is_known: bool
    problem: str | None


def feed_histories(con: duckdb.DuckDBPyConnection) -> dict[str, FeedHistory]:
    """Return the past of each feed that was polled, by feed_id."""
    rows = con.execute(query("feed_histories")).fetchall()
    return {
        feed_id: FeedHistory(failing_polls=failing, items=items) for feed_id, failing, items in rows
    }


def last_polls(con: duckdb.DuckDBPyConnection, feed_id: str, limit: int) -> tuple[PollRow, ...]:
    """Return the last polls of a feed, newest first."""
    cursor = con.execute(query("last_polls"), [feed_id, limit])
    names = [column[0] for column in cursor.description or ()]
    return tuple(PollRow(**dict(zip(names, row, strict=True))) for row in cursor.fetchall())


def feed_addresses(con: duckdb.DuckDBPyConnection, feed_id: str) -> tuple[AddressRow, ...]:
    """Return the addresses under which a feed was polled, the last first."""
    rows = con.execute(query("feed_urls"), [feed_id]).fetchall()
    return tuple(
        AddressRow(url=url, first_polled_at=first, last_polled_at=last) for url, first, last in rows
    )


def feed_moves(con: duckdb.DuckDBPyConnection, feed_id: str) -> tuple[MoveRow, ...]:
    """Return what happened to a feed's address, the last first."""
    names = ("moved_at", "event", "from_url", "to_url", "why")
    rows = con.execute(query("feed_moves"), [feed_id]).fetchall()
    return tuple(MoveRow(**dict(zip(names, row, strict=True))) for row in rows)


def current_opt_outs(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Return what each host declares against AI use and text mining, where it does."""
    return {
        host: tuple(signals) for host, signals in con.execute(query("current_opt_outs")).fetchall()
    }


def origin_troubles(con: duckdb.DuckDBPyConnection) -> tuple[TroubleRow, ...]:
    """Return the documents of origins that could not be had, or not be understood."""
    names = ("host", "kind", "status", "is_known", "problem")
    rows = con.execute(query("origin_troubles")).fetchall()
    return tuple(TroubleRow(**dict(zip(names, row, strict=True))) for row in rows)


def host_histories(con: duckdb.DuckDBPyConnection) -> dict[str, HostHistory]:
    """Return what was exchanged with each host, by its name."""
    rows = con.execute(query("host_histories")).fetchall()
    return {
        host: HostHistory(exchanges=count, not_modified=same, slowest_ms=slowest, errors=errors)
        for host, count, same, slowest, errors in rows
    }
