"""What is remembered of feeds and hosts, and what happened to them, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.tdmrep import parse_reservations
from warehouse.stage import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from transforms.records import Batch, FeedState, HostState, OriginDocument
    from warehouse.write import Row


def feed_state_rows(states: Iterable[FeedState], at: datetime) -> list[Row]:
    """Return one row per feed: the state last polled."""
    newest = sorted(states, key=lambda state: (state.polls, state.polled_at or at))
    rows = []
    for _, state in sorted({state.feed_id: state for state in newest}.items()):
        row = state._asdict() | {"copied_at": at}
        # Hashes for the next comparison, of no use to anybody else; what the reason says in words.
        del row["marks"], row["interval_minutes"]
        rows.append(row)
    return rows


def host_state_rows(states: Iterable[HostState], at: datetime) -> list[Row]:
    """Return one row per host."""
    by_host = sorted({state.host: state for state in states}.items())
    return [columns_of(state) | {"copied_at": at} for _, state in by_host]


def origin_document_rows(documents: Iterable[OriginDocument], at: datetime) -> list[Row]:
    """Return one row per document of an origin, with its size in place of its text."""
    rows = []
    for _, known in sorted({(one.origin, one.kind): one for one in documents}.items()):
        row = columns_of(known) | {"copied_at": at}
        body = row.pop("body")
        row["body_bytes"] = None if body is None else len(body)
        row["problem"] = (
            parse_reservations(body).problem if body and known.kind == "tdmrep" else None
        )
        rows.append(row)
    return rows


def opt_out_rows(batch: Batch) -> list[Row]:
    """Return one row per signal of a host, by where it stands: as last seen in the batch."""
    rows: dict[tuple[str, str, str], Row] = {}
    for one in sorted(batch.opt_outs, key=lambda one: one.seen_at):
        row = columns_of(one) | {"load_id": batch.load_id}
        key = (one.host, one.origin, one.signal)
        first = rows[key]["first_seen_at"] if key in rows else one.seen_at
        last = row.pop("seen_at")
        rows[key] = row | {"first_seen_at": first, "last_seen_at": last}
    return list(rows.values())


def gap_rows(batch: Batch) -> list[Row]:
    """Return one row per gap, as it stands after the batch."""
    last = {gap.gap_id: gap for gap in batch.gaps}
    return [columns_of(gap) | {"load_id": batch.load_id} for gap in last.values()]


def move_rows(batch: Batch) -> list[Row]:
    """Return one row per event of a feed's address."""
    stamp = {"run_id": batch.run_id, "load_id": batch.load_id}
    rows = []
    for move in batch.feed_moves:
        row = columns_of(move) | stamp
        row["moved_at"] = row.pop("at")
        rows.append(row)
    return rows
