"""How the feeds are, and what was done to each host: for the operator who looks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from flows.homes import NotSubscribedError, current_warehouse, existing_home
from flows.run import utc_now
from transforms.condition import NOT_VERIFIED, Condition, condition_of
from transforms.identity import possible_feed_ids
from transforms.records import FeedState
from warehouse import coverage, exchanges, read
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from transforms.records import Feed, Gap, HostState
    from warehouse.exchanges import (
        AddressRow,
        FeedHistory,
        HostHistory,
        MoveRow,
        PollRow,
        TroubleRow,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """How one feed is. ``failing_polls`` counts the failures in a row."""

    url: str
    source_id: str
    condition: Condition
    why: str
    polled_at: datetime | None
    new_item_at: datetime | None
    due_at: datetime | None
    due_reason: str
    failing_polls: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStory:
    """One feed: all that is remembered of it; addresses, moves and last polls, newest first."""

    feed: Feed
    health: FeedHealth
    state: FeedState
    addresses: tuple[AddressRow, ...]
    moves: tuple[MoveRow, ...]
    gaps: tuple[Gap, ...]
    polls: tuple[PollRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"state": self.state._asdict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostHealth:
    """What was done to one host, and what it said to that."""

    host: str
    requests: int
    payload_bytes: int
    exchanges: int  # with feeds and pages, of which the shares below are
    not_modified_share: float
    slowest_ms: int
    errors: int
    crawl_delay_seconds: float | None
    left_alone_until: datetime | None
    opt_outs: tuple[str, ...]  # what it declares against AI use and text mining
    troubles: tuple[str, ...]  # with its robots.txt and tdmrep.json, in words

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def feeds_health(folder: Path | None) -> tuple[FeedHealth, ...]:
    """Return how the feeds are that are polled, those that need a look first.

    Raises: WarehouseMissing if the home was never initialised; SchemaError.
    """
    home, _ = existing_home(folder)
    with current_warehouse(home) as con:
        feeds = read.feeds(con)
        histories = exchanges.feed_histories(con)
    with State(home.state) as state:
        states = state.feed_states()
    rows = [
        _feed_health(feed, states.get(feed.feed_id), histories.get(feed.feed_id)) for feed in feeds
    ]
    return tuple(sorted(rows, key=lambda row: (row.condition.rank, row.source_id, row.url)))


def feed_story(folder: Path | None, url: str, polls: int) -> FeedStory:
    """Return what is known of one feed, by address or id, with its last polls.

    Raises: NotSubscribedError, WarehouseMissing, SchemaError.
    """
    home, _ = existing_home(folder)
    with current_warehouse(home) as con:
        feeds = {feed.feed_id: feed for feed in read.feeds(con, active_only=False)}
        feed = next((feeds[one] for one in possible_feed_ids(url) if one in feeds), None)
        if feed is None:
            raise NotSubscribedError(url)
        history = exchanges.feed_histories(con).get(feed.feed_id)
        addresses = exchanges.feed_addresses(con, feed.feed_id)
        moves = exchanges.feed_moves(con, feed.feed_id)
        gaps = coverage.gaps_of_feed(con, feed.feed_id)
        rows = exchanges.last_polls(con, feed.feed_id, polls)
    with State(home.state) as state:
        known = state.feed_state(feed.feed_id)
    return FeedStory(
        feed=feed,
        health=_feed_health(feed, known, history),
        state=known or FeedState(feed_id=feed.feed_id, url=feed.url),
        addresses=addresses,
        moves=moves,
        gaps=gaps,
        polls=rows,
    )


def _feed_health(feed: Feed, state: FeedState | None, history: FeedHistory | None) -> FeedHealth:
    known = state or FeedState(feed_id=feed.feed_id, url=feed.url)
    items = 0 if history is None else history.items
    condition, why = condition_of(known, items, utc_now())
    if feed.is_tls_unchecked:
        why = f"{why}; {NOT_VERIFIED}"
    elif known.problem == "tls_error":
        why = f"{why}; last resort: feeds add URL --without-tls-check"
    return FeedHealth(
        url=feed.url,
        source_id=feed.source_id,
        condition=condition,
        why=why,
        polled_at=known.polled_at,
        new_item_at=known.changed_at,
        due_at=known.due_at,
        due_reason=known.due_reason,
        failing_polls=0 if history is None else history.failing_polls,
    )


def hosts_health(folder: Path | None) -> tuple[HostHealth, ...]:
    """Return what was done to each host, those asked most first.

    Domains (``*.a.example``) and addresses (``@192.0.2.1``) are among them while all
    their hosts are left alone.

    Raises: WarehouseMissing if the home was never initialised; SchemaError.
    """
    home, _ = existing_home(folder)
    with current_warehouse(home) as con:
        histories = exchanges.host_histories(con)
        objections = exchanges.current_opt_outs(con)
        troubles = troubles_by_host(exchanges.origin_troubles(con))
    with State(home.state) as state:
        states = state.host_states()
    now = utc_now()
    rows = [
        _host_health(
            one,
            histories.get(one.host),
            objections.get(one.host, ()),
            troubles.get(one.host, ()),
            now,
        )
        for one in states
    ]
    shown = [row for row in rows if row.left_alone_until or not row.host.startswith(("*", "@"))]
    return tuple(sorted(shown, key=lambda row: (-row.requests, row.host)))


def troubles_by_host(rows: Iterable[TroubleRow]) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with the documents of each host's origins, in words."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        found[row.host][_trouble(row)] = None  # once, where both schemes have it
    return {host: tuple(words) for host, words in found.items()}


def _trouble(row: TroubleRow) -> str:
    if row.problem is not None:
        return f"tdmrep.json not understood: {row.problem}"
    answer = f"HTTP {row.status}" if row.status else "no answer"
    what_follows = "the last known is obeyed" if row.is_known else "its pages wait"
    return f"robots.txt {answer}: {what_follows}"


def _host_health(
    state: HostState,
    history: HostHistory | None,
    opt_outs: tuple[str, ...],
    troubles: tuple[str, ...],
    now: datetime,
) -> HostHealth:
    asked = state.retry_after_at
    return HostHealth(
        host=state.host,
        requests=state.requests,
        payload_bytes=state.payload_bytes,
        exchanges=0 if history is None else history.exchanges,
        not_modified_share=0.0 if history is None else history.not_modified / history.exchanges,
        slowest_ms=0 if history is None else history.slowest_ms,
        errors=0 if history is None else history.errors,
        crawl_delay_seconds=state.crawl_delay_seconds,
        left_alone_until=asked if asked is not None and asked > now else None,
        opt_outs=opt_outs,
        troubles=troubles,
    )
