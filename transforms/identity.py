"""Deterministic keys: the same thing gets the same id on every machine, in every run.

An id is the first 24 hexadecimal digits (96 bits) of a SHA-256 over a kind and
the parts that make the thing what it is: among 10**9 things, the chance that any
two share an id is below 10**-11.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from transforms.urls import InvalidURL, subscribed_url

if TYPE_CHECKING:
    from datetime import datetime

ID_CHARS = 24


def make_id(kind: str, *parts: str) -> str:
    """Return the id of a thing of one kind, made from its parts (order counts)."""
    digest = hashlib.sha256(kind.encode())
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"\x00%d\x00" % len(data))
        digest.update(data)
    return digest.hexdigest()[:ID_CHARS]


def feed_id(url: str) -> str:
    """Return the id of the subscription to a feed's address."""
    return make_id("feed", url)


def possible_feed_ids(name: str) -> tuple[str, ...]:
    """Return the ids that a name of a feed may stand for: an address in any spelling, or an id."""
    try:
        normal = subscribed_url(name)
    except InvalidURL:
        return (feed_id(name), name)
    return (feed_id(name), feed_id(normal), name)


def entry_id(feed: str, key: str) -> str:
    """Return the id of an item: its guid, or where it has none its link or title, in its feed."""
    return make_id("entry", feed, key)


def article_id(canonical_url: str) -> str:
    """Return the id of the article that a canonical URL stands for."""
    return make_id("article", canonical_url)


def version_id(article: str, content_hash: str) -> str:
    """Return the id of one observed state of an article."""
    return make_id("version", article, content_hash)


def exchange_id(purpose: str, url: str, fetched_at: datetime) -> str:
    """Return the id of one request made at one moment (to the microsecond)."""
    return make_id("exchange", purpose, url, fetched_at.isoformat())


def want_id(url: str, entry: str | None, occasion: str) -> str:
    """Return the id of a wanted page.

    ``occasion`` tells one wish for the same page from the next: the state of the
    entry that made it wanted, or the name of a backfill.
    """
    return make_id("want", url, entry or "", occasion)
