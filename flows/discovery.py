"""The feeds of a site, found from its address: one page asked for, and what it links to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.fetch.client import Fetcher
from flows.homes import existing_home
from flows.jobs import is_success
from flows.run import name_run, utc_now
from flows.settings import read_settings
from transforms.content import body_of, decode_text
from transforms.discovery import FeedLink, feed_links
from transforms.feeds import parse_feed
from transforms.identity import feed_id
from transforms.records import Feed, Problem
from warehouse.archive import ArchiveWriter
from warehouse.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.records import Exchange, ParsedFeed

GUESSES_TRIED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What an address led to: the feeds, or itself where it is one."""

    url: str
    links: tuple[FeedLink, ...]


async def discover(folder: Path | None, url: str, connect_to: str | None) -> Discovered:
    """Return the feeds that the page at an address declares; links that only seem feeds are tried.

    The page is asked for as politely as any other, robots.txt obeyed, and archived.

    Raises: OSError, saying what went wrong; WarehouseMissing.
    """
    home, _ = existing_home(folder)
    settings = read_settings(folder, connect_to=connect_to)
    run_id = name_run(utc_now())
    with (
        State(home.state) as state,
        ArchiveWriter(home.archive, run_id, utc_now()) as archive,
    ):
        async with Fetcher(settings, state, clock=utc_now, archive=archive) as fetcher:
            exchange = await fetcher.get(url, purpose="page", run_id=run_id)
            body = _body(exchange, settings.page_max_bytes)
            itself = _parsed(exchange, settings.page_max_bytes)
            if itself.format:
                own = FeedLink(url=url, title=itself.title, kind=itself.format, origin="link")
                return Discovered(url=url, links=(own,))
            page = decode_text(body, exchange.header("content-type"))
            links = feed_links(page, exchange.final_url)
            if links and links[0].origin == "anchor":
                links = await _tried(
                    fetcher, links[:GUESSES_TRIED], run_id, settings.feed_max_bytes
                )
    return Discovered(url=url, links=links)


async def _tried(
    fetcher: Fetcher, links: tuple[FeedLink, ...], run_id: str, max_bytes: int
) -> tuple[FeedLink, ...]:
    """Return those links behind which there is a feed, with what it says of itself."""
    found = []
    for link in links:
        exchange = await fetcher.get(link.url, purpose="feed", run_id=run_id)
        parsed = _parsed(exchange, max_bytes) if is_success(exchange) else None
        if parsed is not None and parsed.format:
            title = parsed.title or link.title
            found.append(FeedLink(url=link.url, title=title, kind=parsed.format, origin="anchor"))
    return tuple(found)


def _parsed(exchange: Exchange, max_bytes: int) -> ParsedFeed:
    url = exchange.requested_url
    return parse_feed(
        exchange, Feed(feed_id=feed_id(url), source_id="", url=url), max_bytes=max_bytes
    )


def _body(exchange: Exchange, max_bytes: int) -> bytes:
    url = exchange.requested_url
    if exchange.problem is not None:
        raise OSError(f"{url}: {exchange.problem.code}: {exchange.problem.detail}")
    if not is_success(exchange):
        raise OSError(f"{url} answered {exchange.status} {exchange.reason}")
    body = body_of(exchange, max_bytes)
    if isinstance(body, Problem):
        raise OSError(f"{url}: {body.code}: {body.detail}")
    return body
