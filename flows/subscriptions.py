"""The subscriptions of a home: put in, listed, written out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from flows.homes import existing_home
from flows.run import utc_now
from transforms.first_polls import first_polls
from transforms.identity import feed_id
from transforms.opml import Subscription, write_opml
from transforms.records import Feed, FeedState, Source
from transforms.urls import InvalidURL, host_of, registrable_domain
from warehouse import load, read
from warehouse.connection import writing
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """What became of a list of subscriptions; ``refused`` says why, a line each."""

    added: int
    known: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list of feeds."""

    feed_id: str
    source_id: str
    url: str
    title: str | None
    polled: str
    state: str
    due: str

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain values."""
        return asdict(self)


def subscribe(folder: Path | None, wanted: Sequence[Subscription]) -> Subscribed:
    """Put subscriptions in; one that is there already takes over what is newly said of it.

    Raises: WarehouseMissing if the home was never initialised.
    """
    home, _ = existing_home(folder)
    sources: dict[str, Source] = {}
    feeds: dict[str, Feed] = {}
    refused = []
    for one in wanted:
        try:
            host_of(one.url)
        except InvalidURL:
            refused.append(f"{one.url}: not an address; those begin with https:// or http://")
            continue
        source = source_of(one)
        sources.setdefault(source.source_id, source)
        feed = Feed(
            feed_id=feed_id(one.url),
            source_id=source.source_id,
            url=one.url,
            title=one.title,
            category=one.category,
        )
        feeds.setdefault(feed.feed_id, feed)
    with writing(home) as con:
        known = {feed.feed_id for feed in read.feeds(con, active_only=False)}
        load.put_feeds(con, list(sources.values()), list(feeds.values()), utc_now())
    with State(home.state) as state:
        polled = state.feed_states(feeds.keys() - known)
        new = [feed for key, feed in feeds.items() if key not in known and key not in polled]
        state.put_feed_states(first_polls(new, utc_now()))
    return Subscribed(
        added=len(feeds.keys() - known), known=len(feeds.keys() & known), refused=tuple(refused)
    )


def unsubscribe(folder: Path | None, urls: Sequence[str]) -> tuple[str, ...]:
    """Stop polling feeds, by their addresses; return those that were not polled anyway."""
    home, _ = existing_home(folder)
    with writing(home) as con:
        return tuple(url for url in urls if not load.deactivate_feed(con, feed_id(url), utc_now()))


def source_of(subscription: Subscription) -> Source:
    """Return the outlet of a subscription, named by its domain where nothing else is said."""
    address = subscription.homepage or subscription.url
    source_id = subscription.source_id or registrable_domain(address)
    return Source(
        source_id=source_id,
        name=subscription.source_name or source_id,
        country=subscription.country,
        language=subscription.language,
        homepage=subscription.homepage,
    )


def list_subscriptions(folder: Path | None) -> tuple[Listed, ...]:
    """Return the feeds of a home, by source and address."""
    home, _ = existing_home(folder)
    with writing(home) as con:
        feeds = read.feeds(con, active_only=False)
    with State(home.state) as state:
        states = state.feed_states()
    rows = [_listed(feed, states.get(feed.feed_id)) for feed in feeds]
    return tuple(sorted(rows, key=lambda row: (row.source_id, row.url)))


def _listed(feed: Feed, state: FeedState | None) -> Listed:
    polled = due = ""
    words = "never polled"
    if state is not None and state.polled_at is not None:
        polled = f"{state.polled_at:%Y-%m-%d %H:%M}"
        words = state.problem or (f"HTTP {state.status}" if state.status else "")
    if state is not None and state.due_at is not None:
        due = f"{state.due_at:%Y-%m-%d %H:%M} ({state.due_reason})"
    return Listed(
        feed_id=feed.feed_id,
        source_id=feed.source_id,
        url=feed.url,
        title=feed.title,
        polled=polled,
        state=words if feed.is_active else "not polled",
        due=due or "at once",
    )


def export_opml(folder: Path | None) -> bytes:
    """Return the subscriptions of a home as an OPML document."""
    home, _ = existing_home(folder)
    with writing(home) as con:
        feeds = read.feeds(con)
        sources = {source.source_id: source for source in read.sources(con)}
    subscriptions = [_subscription(feed, sources[feed.source_id]) for feed in feeds]
    return write_opml(subscriptions, title="Copytaster subscriptions")


def _subscription(feed: Feed, source: Source) -> Subscription:
    return Subscription(
        url=feed.url,
        title=feed.title,
        category=feed.category,
        source_name=source.name,
        homepage=source.homepage,
        language=source.language,
        country=source.country,
        source_id=source.source_id,
    )


async def fetch_document(folder: Path | None, url: str, connect_to: str | None) -> bytes:
    """Return the document at an address, fetched as politely as a feed and archived like one.

    Raises: OSError, saying what went wrong.
    """
    # Brings the HTTP client, which no other command on subscriptions needs.
    from flows.lone_requests import asking, body_or_error  # noqa: PLC0415

    async with asking(folder, connect_to) as asker:
        exchange = await asker.ask(url, "feed")
        return body_or_error(exchange, asker.settings.feed_max_bytes)
