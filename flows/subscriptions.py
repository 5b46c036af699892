"""The subscriptions of a home: put in, listed, written out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from flows.homes import current_warehouse, existing_home
from flows.run import utc_now
from transforms.condition import NOT_VERIFIED
from transforms.first_polls import first_polls
from transforms.identity import feed_id, possible_feed_ids
from transforms.opml import Subscription, write_opml
from transforms.records import Feed, FeedState, Source
from transforms.urls import (
    InvalidURL,
    host_of,
    registrable_domain,
    requested_url,
    subscribed_url,
)
from warehouse import read, register
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """What became of a list of subscriptions; ``refused`` says why, a line each.

    ``again`` are those of the known that were polled no more, and are now; ``unchecked`` and
    ``checked_again`` the addresses whose certificates are not verified, or are once more.
    """

    added: int
    known: int
    again: int = 0
    refused: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    checked_again: tuple[str, ...] = ()


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

    Raises: WarehouseMissing if the home was never initialised; SchemaError.
    """
    home, _ = existing_home(folder)
    sources: dict[str, Source] = {}
    feeds: dict[str, Feed] = {}
    refused = []
    with current_warehouse(home) as con:
        known = {feed.feed_id: feed for feed in read.feeds(con, active_only=False)}
        outlets = {source.source_id: source for source in read.sources(con)}
    for one in wanted:
        if (why := _refusal(one.url)) is not None:
            refused.append(why)
            continue
        url = one.url if feed_id(one.url) in known else subscribed_url(one.url)
        before = known.get(feed_id(url))
        said = _with_known(one, _subscription(before, outlets[before.source_id])) if before else one
        source = _with_known_outlet(said, source_of(said), outlets)
        sources.setdefault(source.source_id, source)
        feeds.setdefault(feed_id(url), _feed(said, url, source))
    with current_warehouse(home) as con:
        register.put_feeds(con, list(sources.values()), list(feeds.values()), utc_now())
    with State(home.state) as state:
        polled = state.feed_states(feeds.keys() - known.keys())
        new = [feed for key, feed in feeds.items() if key not in known and key not in polled]
        state.put_feed_states(first_polls(new, utc_now()))
    return Subscribed(
        added=len(feeds.keys() - known.keys()),
        known=len(feeds.keys() & known.keys()),
        again=sum(not known[key].is_active for key in feeds.keys() & known.keys()),
        refused=tuple(refused),
        unchecked=tuple(feed.url for feed in feeds.values() if feed.is_tls_unchecked),
        checked_again=tuple(
            feed.url
            for key, feed in feeds.items()
            if key in known and known[key].is_tls_unchecked and not feed.is_tls_unchecked
        ),
    )


def _with_known(said: Subscription, known: Subscription) -> Subscription:
    """Return what is said of a known feed and, where no outlet is named, what was known of it.

    Else `feeds add URL --without-tls-check` would take it out of its outlet.
    """
    if said.source_id is not None or said.homepage is not None:
        return said
    new = {name: value for name, value in asdict(said).items() if value is not None}
    return replace(known, **new)


def _with_known_outlet(said: Subscription, source: Source, outlets: Mapping[str, Source]) -> Source:
    """Return an outlet as a subscription tells of it and, where that is silent, as it is known."""
    known = outlets.get(source.source_id, source)
    return replace(
        known,
        name=said.source_name or known.name,
        country=said.country or known.country,
        language=said.language or known.language,
        homepage=said.homepage or known.homepage,
    )


def _feed(said: Subscription, url: str, source: Source) -> Feed:
    return Feed(
        feed_id=feed_id(url),
        source_id=source.source_id,
        url=url,
        title=said.title,
        category=said.category,
        is_tls_unchecked=said.is_tls_unchecked,
    )


def unsubscribe(folder: Path | None, urls: Sequence[str]) -> tuple[str, ...]:
    """Stop polling feeds, by address or id; return those that were not polled anyway."""
    home, _ = existing_home(folder)
    with current_warehouse(home) as con:
        return tuple(
            url
            for url in urls
            if not any(
                register.deactivate_feed(con, one, utc_now()) for one in possible_feed_ids(url)
            )
        )


def _refusal(url: str) -> str | None:
    """Return why an address cannot be subscribed to, in words; None if it can."""
    try:
        host_of(url)
    except InvalidURL:
        return f"{url}: not an address; those begin with https:// or http://"
    try:
        subscribed_url(url)
    except InvalidURL as error:
        return f"{requested_url(url, url)}: {error}"
    return None


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
    with current_warehouse(home) as con:
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
    if feed.is_tls_unchecked:
        words = f"{words}; {NOT_VERIFIED}"
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
    with current_warehouse(home) as con:
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
        is_tls_unchecked=feed.is_tls_unchecked,
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
