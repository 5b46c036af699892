"""Hosts inside the state file: when each may be asked again, and what its origins declare."""

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

    from transforms.records import OriginDocument
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

# Another process may have learnt more since the record was read: times and counts only grow.
_PUT = """
    insert into hosts (
        host, free_at, retry_after_at, crawl_delay_seconds, requests, payload_bytes
    ) values (
        :host, :free_at, :retry_after_at, :crawl_delay_seconds, :requests, :payload_bytes
    )
    on conflict (host) do update set
        free_at = coalesce(max(free_at, excluded.free_at), free_at, excluded.free_at),
        retry_after_at = coalesce(
            max(retry_after_at, excluded.retry_after_at), retry_after_at, excluded.retry_after_at
        ),
        requests = max(requests, excluded.requests),
        payload_bytes = max(payload_bytes, excluded.payload_bytes)
"""

# A document gives way only to one that expires no earlier.
_PUT_DOCUMENT = """
    insert into origin_documents (
        origin, kind, host, body, status, expires_at, exchange_id, fetched_at, crawl_delay_seconds
    ) values (
        :origin, :kind, :host, :body, :status, :expires_at, :exchange_id, :fetched_at,
        :crawl_delay_seconds
    )
    on conflict (origin, kind) do update set
        body = excluded.body, status = excluded.status, expires_at = excluded.expires_at,
        exchange_id = excluded.exchange_id, fetched_at = excluded.fetched_at,
        crawl_delay_seconds = excluded.crawl_delay_seconds
    where coalesce(excluded.expires_at, 0) >= coalesce(expires_at, 0)
"""

# Word for word the condition of the index that holds them.
ORIGINS_NAMING_US = """
    select origin from origin_documents
    where kind = 'robots' and instr(lower(cast(body as text)), 'copytaster') > 0
"""

_PUT_CRAWL_DELAY = """
    insert into hosts (host, crawl_delay_seconds)
    select :host, max(crawl_delay_seconds) from origin_documents
    where host = :host and (expires_at > :now or origin = :origin)
    on conflict (host) do update set crawl_delay_seconds = excluded.crawl_delay_seconds
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
    """Return what decides when hosts may be asked."""
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
    connection.execute(_PUT, row_of(state))


def put_document(connection: sqlite3.Connection, document: OriginDocument, now: int) -> None:
    """Remember a document that expires no earlier than the one known, and its host's delay."""
    row = row_of(document)
    connection.execute(_PUT_DOCUMENT, row)
    if document.kind == "robots":
        given = {"host": document.host, "origin": document.origin, "now": now}
        connection.execute(_PUT_CRAWL_DELAY, given)


def count_bytes(connection: sqlite3.Connection, payload_bytes: Mapping[str, int]) -> None:
    """Count the bytes that came, by host."""
    if payload_bytes:
        connection.executemany(_COUNT_BYTES, payload_bytes.items())


def _moment(micros_since: int | None) -> datetime | None:
    return None if micros_since is None else moment(micros_since)
