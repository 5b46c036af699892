"""Further documents of feeds inside the state file: archive pages and sitemaps that are wanted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.records import FeedDocument
from warehouse.state_rows import micros, moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from datetime import datetime

_WANT = """
    insert or ignore into documents (
        document_id, feed_id, url, lane, gap_id, since_at, until_at, attempts, next_try_at
    ) values (
        :document_id, :feed_id, :url, :lane, :gap_id, :since_at, :until_at, :attempts, :now
    )
"""

_READY = """
    select * from documents
    where lane = :lane and next_try_at <= :now
    and document_id not in (select document_id from polls where document_id is not null)
    order by next_try_at, document_id
"""

_OF_IDS = "select * from documents where document_id in (select value from json_each(?))"

_GAPS = "select distinct gap_id from documents where gap_id is not null"

_FINISH = """
    delete from documents where document_id in (select value from json_each(:documents))
    or gap_id in (select value from json_each(:gaps))
    and document_id not in (select document_id from polls where document_id is not null)
"""

_RETRY = """
    update documents set attempts = attempts + 1, next_try_at = :at
    where document_id = :document_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledDocuments:
    """What becomes of further documents: done with, or put off to a time.

    With the ``gaps`` go all documents that were wanted for them.
    """

    finished: tuple[str, ...] = ()  # document_ids
    gaps: tuple[str, ...] = ()
    put_off: tuple[tuple[str, datetime], ...] = ()


def want(connection: sqlite3.Connection, documents: Iterable[FeedDocument], now: int) -> None:
    """Put documents in hand; those that are there stay as they are."""
    rows = (
        {
            "document_id": one.document_id,
            "feed_id": one.feed_id,
            "url": one.url,
            "lane": one.lane,
            "gap_id": one.gap_id,
            "since_at": _micros(one.since_at),
            "until_at": _micros(one.until_at),
            "attempts": one.attempts,
            "now": now,
        }
        for one in documents
    )
    connection.executemany(_WANT, rows)


def ready(connection: sqlite3.Connection, lane: str, now: int) -> tuple[FeedDocument, ...]:
    """Return the documents of a lane that may be fetched now."""
    return tuple(_document(row) for row in connection.execute(_READY, {"lane": lane, "now": now}))


def of_ids(
    connection: sqlite3.Connection, document_ids: Collection[str]
) -> dict[str, FeedDocument]:
    """Return documents in hand, by document_id."""
    rows = connection.execute(_OF_IDS, (json.dumps(list(document_ids)),))
    return {row["document_id"]: _document(row) for row in rows}


def gaps(connection: sqlite3.Connection) -> set[str]:
    """Return the gaps for which documents are in hand."""
    return {gap_id for (gap_id,) in connection.execute(_GAPS)}


def settle(connection: sqlite3.Connection, settled: SettledDocuments) -> None:
    """Take documents out of hand, or put them off."""
    given = {"documents": json.dumps(settled.finished), "gaps": json.dumps(settled.gaps)}
    connection.execute(_FINISH, given)
    for document_id, at in settled.put_off:
        connection.execute(_RETRY, {"document_id": document_id, "at": micros(at)})


def _micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _document(row: sqlite3.Row) -> FeedDocument:
    return FeedDocument(
        document_id=row["document_id"],
        feed_id=row["feed_id"],
        url=row["url"],
        lane=row["lane"],
        gap_id=row["gap_id"],
        since_at=None if row["since_at"] is None else moment(row["since_at"]),
        until_at=None if row["until_at"] is None else moment(row["until_at"]),
        attempts=row["attempts"],
    )
