"""The feeds that a page declares, or at least links to.

Sources: RSS Advisory Board, RSS Autodiscovery; WHATWG HTML, link type ``alternate``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lxml import etree
from lxml import html as lxml_html

from transforms.feeds_items import plain_text
from transforms.urls import absolute_url, registrable_domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINKS = 50
FEED_TYPES = {
    "application/rss+xml": "RSS",
    "application/atom+xml": "Atom",
    "application/rdf+xml": "RDF",
    "application/feed+json": "JSON Feed",
    "application/json": "JSON Feed",  # as JSON Feed 1.0 had it
}
_FEED_LIKE = re.compile(
    r"(?:^|[/._-])(?:rss|feeds?|atom)\d?(?:\.(?:xml|rdf|json|php|aspx?))?/?$|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|[&?])(?:feed|format|output|type)=(?:rss|atom|rdf)", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"/comments?(?:/|$)", re.IGNORECASE)
_NOT_FEEDS = re.compile(r"oembed|wp-json|/comments?/|comment", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A link of a page to what is, or seems to be, a feed.

    ``origin``: ``link`` is a declaration, ``anchor`` a guess from a link's address.
    """

    url: str
    title: str | None
    kind: str  # RSS, Atom, RDF, JSON Feed; "" where the page does not say
    origin: Literal["link", "anchor"]


def feed_links(page: str, url: str) -> tuple[FeedLink, ...]:
    """Return the feeds that a page declares, in its order; else those that it seems to link to.

    Feeds of comments come last among the declared, and are no guess. Links are guessed
    within the page's own domain only.

    Args:
        page: its text.
        url: where it stands.
    """
    root = _parsed(page)
    if root is None:
        return ()
    base = next((element.get("href") for element in root.iter("base")), None)
    start = absolute_url(url, base) or url if base else url
    links = _distinct(_declared(root, start)) or _distinct(_guessed(root, start))
    return tuple(sorted(links, key=_is_of_comments)[:MAX_LINKS])


def is_site_address(url: str) -> bool:
    """Tell whether an address is a site's, with neither path nor query."""
    rest = url.strip().partition("://")[2]
    return bool(rest) and rest.rstrip("/").count("/") == 0 and "?" not in rest


def _distinct(links: Iterable[FeedLink]) -> list[FeedLink]:
    found: dict[str, FeedLink] = {}
    for link in links:
        found.setdefault(link.url, link)
    return list(found.values())


def _parsed(page: str) -> etree._Element | None:
    if not page.strip():
        return None
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8")
        return lxml_html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but comments
        return None


def _declared(root: etree._Element, base: str) -> Iterator[FeedLink]:
    for element in root.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        is_feed = "alternate" in relations and kind in FEED_TYPES
        href = element.get("href")
        if not (is_feed or "feed" in relations) or not href:
            continue
        target = absolute_url(base, href)
        if target and not (kind == "application/json" and _NOT_FEEDS.search(target)):
            title = plain_text(element.get("title"))
            yield FeedLink(url=target, title=title, kind=FEED_TYPES.get(kind, ""), origin="link")


def _guessed(root: etree._Element, base: str) -> Iterator[FeedLink]:
    domain = registrable_domain(base)
    for element in root.iter("a"):
        target = absolute_url(base, element.get("href") or "")
        if target is None or registrable_domain(target) != domain or _NOT_FEEDS.search(target):
            continue
        path, _, query = target.partition("#")[0].partition("?")
        path = path.partition("://")[2].partition("/")[2]
        if _FEED_LIKE.search(path) or _FEED_QUERY.search(query):
            title = plain_text("".join(map(str, element.itertext())) or element.get("title"))
            yield FeedLink(url=target.partition("#")[0], title=title, kind="", origin="anchor")


def _is_of_comments(link: FeedLink) -> bool:
    return (
        bool(re.search(r"/comments?(?:/|$)", link.url)) or "comments" in (link.title or "").lower()
    )
