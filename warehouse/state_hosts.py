"""Hosts inside the state file: when each may be asked again, and its robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.state_rows import row_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from transforms.records import HostState

_RESERVE = """
    insert into hosts (host, free_at, requests) values (:host, :now + :gap, 1)
    on conflict (host) do update set
        free_at = :gap + max(:now, coalesce(free_at, :now), coalesce(retry_after_at, :now)),
        requests = requests + 1
    returning free_at
"""

# Another process may have learnt more since the record was read: times and counts
# only grow, and robots.txt gives way only to one that expires no earlier.
_PUT = """
    insert into hosts (
        host, free_at, retry_after_at, crawl_delay_seconds, robots_body, robots_status,
        robots_expires_at, robots_exchange_id, robots_at, requests, payload_bytes
    ) values (
        :host, :free_at, :retry_after_at, :crawl_delay_seconds, :robots_body, :robots_status,
        :robots_expires_at, :robots_exchange_id, :robots_at, :requests, :payload_bytes
    )
    on conflict (host) do update set
        free_at = coalesce(max(free_at, excluded.free_at), free_at, excluded.free_at),
        retry_after_at = coalesce(
            max(retry_after_at, excluded.retry_after_at), retry_after_at, excluded.retry_after_at
        ),
        requests = max(requests, excluded.requests),
        payload_bytes = max(payload_bytes, excluded.payload_bytes)
"""

_PUT_ROBOTS = """
    update hosts set
        crawl_delay_seconds = :crawl_delay_seconds, robots_body = :robots_body,
        robots_status = :robots_status, robots_expires_at = :robots_expires_at,
        robots_exchange_id = :robots_exchange_id, robots_at = :robots_at
    where host = :host
    and coalesce(:robots_expires_at, 0) >= coalesce(robots_expires_at, 0)
"""

_COUNT_BYTES = """
    insert into hosts (host, payload_bytes) values (?, ?)
    on conflict (host) do update set payload_bytes = payload_bytes + excluded.payload_bytes
"""


def reserve(connection: sqlite3.Connection, host: str, now: int, gap_seconds: float) -> int:
    """Return when a request may start; keep the host for it until the gap is over, count it."""
    gap = round(gap_seconds * 1_000_000)
    row = connection.execute(_RESERVE, {"host": host, "now": now, "gap": gap}).fetchone()
    return int(row["free_at"]) - gap


def put(connection: sqlite3.Connection, state: HostState) -> None:
    """Remember of a host what is newer than what is known."""
    row = row_of(state)
    connection.execute(_PUT, row)
    connection.execute(_PUT_ROBOTS, row)


def count_bytes(connection: sqlite3.Connection, payload_bytes: Mapping[str, int]) -> None:
    """Count the bytes that came, by host."""
    if payload_bytes:
        connection.executemany(_COUNT_BYTES, payload_bytes.items())
