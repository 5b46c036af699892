"""What the worker processes are asked to do: read one exchange from the archive and interpret it.

A job carries a place in the archive, not a body: what is handed to a worker stays
small, and a page that a killed run left behind is read the same way as a fresh one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms import optouts
from transforms.content import body_hash, body_of
from transforms.records import Problem
from transforms.statuses import is_success
from warehouse.archive_read import read_exchange

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.records import (
        Article,
        Entry,
        Exchange,
        Feed,
        FeedDocument,
        OptOut,
        OutletKnowledge,
        ParsedFeed,
        Place,
    )

SMALL_RECORD_BYTES = 4096  # a 304, a refusal, a failure: hardly a feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedJob:
    """Parse the poll of one feed, unless its body is the one known."""

    archive: Path
    place: Place
    feed: Feed
    known_hash: str | None
    max_bytes: int
    document: FeedDocument | None = None  # set where it is a further document of the feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDone:
    """A poll, read. ``parsed`` is absent where there was nothing (new) to parse."""

    exchange: Exchange  # without its payload
    parsed: ParsedFeed | None
    is_same_body: bool
    cpu_seconds: float
    opt_outs: tuple[OptOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """Extract the article of one archived page."""

    archive: Path
    place: Place
    source_id: str
    entry: Entry | None
    max_bytes: int
    knowledge: OutletKnowledge | None = None  # of the outlet at the address that is wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDone:
    """A page, read. ``result`` is absent where the exchange brought no page."""

    exchange: Exchange  # without its payload
    result: Article | Problem | None
    cpu_seconds: float
    opt_outs: tuple[OptOut, ...] = ()


def brought_body(exchange: Exchange) -> bool:
    """Tell whether an exchange brought a body worth reading."""
    return exchange.problem is None and is_success(exchange.status)


def without_payload(exchange: Exchange) -> Exchange:
    """Return an exchange light enough to be kept: its payload is in the archive."""
    if not exchange.payload:
        return exchange
    return replace(
        exchange,
        payload=b"",
        payload_bytes=len(exchange.payload),
        payload_hash=body_hash(exchange.payload),
    )


def read_unparsed(job: FeedJob) -> FeedDone | None:
    """Read one poll that brought nothing to parse: no body, or the known one. None for others.

    Cheap and safe enough for the run's own process: no byte of a body is interpreted.
    """
    may_be_known = job.known_hash is not None or job.place.length <= SMALL_RECORD_BYTES
    if not may_be_known:
        return None
    exchange = read_exchange(job.archive, job.place)
    is_same = _is_known(exchange, job)
    return _done(exchange, job, is_same=is_same) if is_same or not brought_body(exchange) else None


def read_feed(job: FeedJob) -> FeedDone:
    """Read one poll from the archive and parse it."""
    # Loaded in the workers from the start; the run's own process never needs it.
    from transforms.feeds import parse_feed  # noqa: PLC0415

    started = time.process_time()
    exchange = read_exchange(job.archive, job.place)
    is_same = _is_known(exchange, job)
    parsed = None
    if brought_body(exchange) and not is_same:
        parsed = parse_feed(exchange, job.feed, max_bytes=job.max_bytes)
    done = _done(exchange, job, is_same=is_same)
    return replace(done, parsed=parsed, cpu_seconds=time.process_time() - started)


def _is_known(exchange: Exchange, job: FeedJob) -> bool:
    if job.known_hash is None or not brought_body(exchange):
        return False
    body = body_of(exchange, job.max_bytes)
    return not isinstance(body, Problem) and body_hash(body) == job.known_hash


def _done(exchange: Exchange, job: FeedJob, *, is_same: bool) -> FeedDone:
    return FeedDone(
        exchange=without_payload(exchange),
        parsed=None,
        is_same_body=is_same,
        cpu_seconds=0.0,
        opt_outs=optouts.of_answer(exchange, b"", job.feed.source_id),
    )


def read_page(job: PageJob) -> PageDone:
    """Read one page from the archive and extract its article."""
    from transforms.articles import extract  # noqa: PLC0415 (as above)

    started = time.process_time()
    exchange = read_exchange(job.archive, job.place)
    result: Article | Problem | None = None
    declared: tuple[OptOut, ...] = ()
    if brought_body(exchange):
        body = body_of(exchange, job.max_bytes)
        found = b"" if isinstance(body, Problem) else body
        declared = optouts.of_answer(exchange, found, job.source_id)
        result = extract(
            exchange,
            source_id=job.source_id,
            entry=job.entry,
            max_bytes=job.max_bytes,
            knowledge=job.knowledge,
        )
    return PageDone(
        exchange=without_payload(exchange),
        result=result,
        cpu_seconds=time.process_time() - started,
        opt_outs=declared,
    )
