"""The feeds of a site, found from its address: one page asked for, and what it links to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.jobs import brought_body
from flows.lone_requests import Asker, asking, body_or_error
from transforms.content import decode_text
from transforms.discovery import FeedLink, feed_links
from transforms.feeds import parse_feed
from transforms.identity import feed_id
from transforms.records import Feed

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.records import Exchange, ParsedFeed

GUESSES_TRIED = 5


async def discover(folder: Path | None, url: str, connect_to: str | None) -> tuple[FeedLink, ...]:
    """Return the feeds that the page at an address declares, or itself where it is one.

    Links that only seem feeds are tried. The page is asked for as politely as any
    other, robots.txt obeyed, and archived.

    Raises: OSError, saying what went wrong; WarehouseMissing.
    """
    async with asking(folder, connect_to) as asker:
        exchange = await asker.ask(url, "page")
        body = body_or_error(exchange, asker.settings.page_max_bytes)
        itself = _parsed(exchange, asker.settings.page_max_bytes)
        if itself.format:
            return (FeedLink(url=url, title=itself.title, kind=itself.format, origin="link"),)
        page = decode_text(body, exchange.header("content-type"))
        links = feed_links(page, exchange.final_url)
        if links and links[0].origin == "anchor":
            return await _tried(asker, links[:GUESSES_TRIED])
        return links


async def _tried(asker: Asker, links: tuple[FeedLink, ...]) -> tuple[FeedLink, ...]:
    """Return those links behind which there is a feed, with what it says of itself."""
    found = []
    for link in links:
        exchange = await asker.ask(link.url, "feed")
        parsed = (
            _parsed(exchange, asker.settings.feed_max_bytes) if brought_body(exchange) else None
        )
        if parsed is not None and parsed.format:
            title = parsed.title or link.title
            found.append(FeedLink(url=link.url, title=title, kind=parsed.format, origin="anchor"))
    return tuple(found)


def _parsed(exchange: Exchange, max_bytes: int) -> ParsedFeed:
    url = exchange.requested_url
    return parse_feed(
        exchange, Feed(feed_id=feed_id(url), source_id="", url=url), max_bytes=max_bytes
    )
