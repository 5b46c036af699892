"""Hosts inside the state file: when each may be asked again, and its robots.txt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from transforms.records import Complaint, HostState
from transforms.turns import Known, decide_turns
from warehouse.state_rows import micros, moment, row_of, values_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from transforms.turns import Turn, Wish

_BEGIN = """
    insert into hosts (host, free_at, requests) values (?, ?, ?)
    on conflict (host) do update set
        free_at = excluded.free_at, requests = requests + excluded.requests
"""

_TURNS = """
    select host, free_at, retry_after_at, crawl_delay_seconds
    from hosts where host in (select value from json_each(?))
"""

# What is over is no hindrance, and is most of what is known.
_HINDRANCES = """
    select host, free_at, retry_after_at, crawl_delay_seconds
    from hosts where host in (select value from json_each(:names))
    and (free_at > :now or retry_after_at > :now or crawl_delay_seconds is not null)
"""

_COMPLAIN = """
    insert or replace into complaints (host, domain, complained_at, until_at)
    values (:host, :domain, :complained_at, :until_at)
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


def take_turns(connection: sqlite3.Connection, wishes: Sequence[Wish]) -> list[Turn]:
    """Decide on wishes to start requests; keep the names of those that start."""
    names = json.dumps(list({name for wish in wishes for name in wish.gaps}))
    given = {"names": names, "now": micros(min(wish.now for wish in wishes))}
    known = {
        host: Known(_moment(free_at), _moment(asked), delay)
        for host, free_at, asked, delay in connection.execute(_HINDRANCES, given)
    }
    turns, begun = decide_turns(wishes, known)
    rows = [(name, micros(one.free_at), one.requests) for name, one in begun.items()]
    connection.executemany(_BEGIN, rows)
    return turns


def turns(connection: sqlite3.Connection, names: Collection[str]) -> tuple[HostState, ...]:
    """Return what is remembered of hosts, without robots.txt."""
    rows = connection.execute(_TURNS, (json.dumps(list(names)),))
    return tuple(
        HostState(
            host=host,
            free_at=_moment(free_at),
            retry_after_at=_moment(asked),
            crawl_delay_seconds=delay,
        )
        for host, free_at, asked, delay in rows
    )


def complain(connection: sqlite3.Connection, complaint: Complaint) -> None:
    """Remember the last complaint of a host."""
    connection.execute(_COMPLAIN, row_of(complaint))


def complaints(connection: sqlite3.Connection, domain: str) -> tuple[Complaint, ...]:
    """Return the last complaint of each host of a domain."""
    rows = connection.execute("select * from complaints where domain = ?", (domain,))
    return tuple(Complaint(**values_of(row)) for row in rows)


def put(connection: sqlite3.Connection, state: HostState) -> None:
    """Remember of a host what is newer than what is known."""
    row = row_of(state)
    connection.execute(_PUT, row)
    connection.execute(_PUT_ROBOTS, row)


def count_bytes(connection: sqlite3.Connection, payload_bytes: Mapping[str, int]) -> None:
    """Count the bytes that came, by host."""
    if payload_bytes:
        connection.executemany(_COUNT_BYTES, payload_bytes.items())


def _moment(micros_since: int | None) -> datetime | None:
    return None if micros_since is None else moment(micros_since)
