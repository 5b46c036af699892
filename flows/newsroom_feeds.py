"""Feeds as outlets write them: RSS 2.0, RSS 1.0 (RDF), Atom, JSON Feed, news sitemap.

Each builder takes a `Channel` and returns the document's bytes. XML is built as a
tree, so that escaping, character references for what a charset lacks, and
well-formedness are the library's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import orjson
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from flows.newsroom_outlets import FeedFormat

    Element: TypeAlias = etree._Element  # noqa: SLF001 (lxml's public type has a private name)

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS10 = "http://purl.org/rss/1.0/"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
SY = "http://purl.org/rss/1.0/modules/syndication/"
XML = "http://www.w3.org/XML/1998/namespace"

# The stubs know no default namespace, which lxml writes as the prefix None.
ATOM_PREFIXES: Any = {None: ATOM}
RDF_PREFIXES: Any = {None: RSS10, "rdf": RDF, "dc": DC, "sy": SY}
SITEMAP_PREFIXES: Any = {None: SITEMAP, "news": NEWS}

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even as references (section 2.2)."""

CONTENT_TYPES: Mapping[FeedFormat, str] = {
    "rss": "application/rss+xml",
    "rdf": "application/rdf+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "sitemap": "application/xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as the feed states it. ``link`` may be relative; a `date` has no time."""

    guid: str
    link: str
    title: str
    summary: str = ""
    published: datetime | date | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    origin: tuple[str, str] | None = None  # name and feed address of the true publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One feed: what it says of itself, and its items, newest first."""

    url: str
    home: str
    title: str
    source: str
    items: tuple[Item, ...]
    language: str | None = None
    country: str | None = None
    charset: str = "utf-8"
    poll_hint_minutes: int | None = None


def render_feed(channel: Channel, form: FeedFormat) -> bytes:
    """Return the document of a feed in one of the formats."""
    builders: Mapping[FeedFormat, Callable[[Channel], bytes]] = {
        "rss": render_rss,
        "rdf": render_rdf,
        "atom": render_atom,
        "json": render_json,
        "sitemap": render_sitemap,
    }
    return builders[form](channel)


def render_rss(channel: Channel) -> bytes:
    """RSS 2.0. A guid is a permanent link only where it is the item's own address."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"dc": DC, "atom": ATOM})
    head = etree.SubElement(root, "channel")
    add(head, "title", channel.title)
    add(head, "link", channel.home)
    add(head, "description", channel.title)
    add(head, "language", channel.language)
    add(head, "ttl", channel.poll_hint_minutes)
    self_link = {"rel": "self", "type": CONTENT_TYPES["rss"], "href": channel.url}
    etree.SubElement(head, f"{{{ATOM}}}link", self_link)
    for item in channel.items:
        add_rss_item(etree.SubElement(head, "item"), item)
    return document(root, channel.charset)


def add_rss_item(node: Element, item: Item) -> None:
    """Fill one ``item`` of RSS 2.0."""
    add(node, "title", item.title)
    add(node, "link", item.link)
    add(node, "guid", item.guid, isPermaLink="true" if item.guid == item.link else "false")
    add(node, "description", item.summary)
    if isinstance(item.published, datetime):
        add(node, "pubDate", format_datetime(item.published))
    elif item.published is not None:
        add(node, f"{{{DC}}}date", item.published.isoformat())
    for author in item.authors:
        add(node, f"{{{DC}}}creator", author)
    for tag in item.tags:
        add(node, "category", tag)
    if item.origin is not None:
        add(node, "source", item.origin[0], url=item.origin[1])


def render_rdf(channel: Channel) -> bytes:
    """RSS 1.0: the channel lists its items, which stand beside it."""
    root = etree.Element(f"{{{RDF}}}RDF", nsmap=RDF_PREFIXES)
    about = f"{{{RDF}}}about"
    head = etree.SubElement(root, f"{{{RSS10}}}channel", {about: channel.url})
    add(head, f"{{{RSS10}}}title", channel.title)
    add(head, f"{{{RSS10}}}link", channel.home)
    add(head, f"{{{RSS10}}}description", channel.title)
    add(head, f"{{{DC}}}language", channel.language)
    if channel.poll_hint_minutes:
        add(head, f"{{{SY}}}updatePeriod", "daily")
        add(head, f"{{{SY}}}updateFrequency", max(1, 1440 // channel.poll_hint_minutes))
    listed = etree.SubElement(etree.SubElement(head, f"{{{RSS10}}}items"), f"{{{RDF}}}Seq")
    for item in channel.items:
        etree.SubElement(listed, f"{{{RDF}}}li", {f"{{{RDF}}}resource": item.guid})
        add_rdf_item(etree.SubElement(root, f"{{{RSS10}}}item", {about: item.guid}), item)
    return document(root, channel.charset)


def add_rdf_item(node: Element, item: Item) -> None:
    """Fill one ``item`` of RSS 1.0."""
    add(node, f"{{{RSS10}}}title", item.title)
    add(node, f"{{{RSS10}}}link", item.link)
    add(node, f"{{{RSS10}}}description", item.summary)
    add(node, f"{{{DC}}}date", None if item.published is None else item.published.isoformat())
    for author in item.authors:
        add(node, f"{{{DC}}}creator", author)
    for tag in item.tags:
        add(node, f"{{{DC}}}subject", tag)


def render_atom(channel: Channel) -> bytes:
    """Atom 1.0 (RFC 4287)."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=ATOM_PREFIXES)
    root.set(f"{{{XML}}}lang", channel.language or "")
    add(root, f"{{{ATOM}}}id", channel.url)
    add(root, f"{{{ATOM}}}title", channel.title)
    changes = [stamp for item in channel.items if (stamp := last_change(item)) is not None]
    add(root, f"{{{ATOM}}}updated", max(changes).isoformat() if changes else "1970-01-01T00:00:00Z")
    etree.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": channel.url})
    etree.SubElement(root, f"{{{ATOM}}}link", {"rel": "alternate", "href": channel.home})
    add(etree.SubElement(root, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", channel.source)
    for item in channel.items:
        add_atom_entry(etree.SubElement(root, f"{{{ATOM}}}entry"), item)
    return document(root, channel.charset)


def add_atom_entry(node: Element, item: Item) -> None:
    """Fill one ``entry`` of Atom."""
    add(node, f"{{{ATOM}}}id", item.guid)
    add(node, f"{{{ATOM}}}title", item.title)
    etree.SubElement(
        node, f"{{{ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": item.link}
    )
    change = last_change(item)
    add(node, f"{{{ATOM}}}published", item.published.isoformat() if item.published else None)
    add(node, f"{{{ATOM}}}updated", change.isoformat() if change else None)
    for author in item.authors:
        add(etree.SubElement(node, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", author)
    for tag in item.tags:
        etree.SubElement(node, f"{{{ATOM}}}category", {"term": writable(tag)})
    add(node, f"{{{ATOM}}}summary", item.summary, type="text")


def render_json(channel: Channel) -> bytes:
    """JSON Feed 1.1."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": channel.title,
            "home_page_url": channel.home,
            "feed_url": channel.url,
            "language": channel.language,
            "items": [json_item(item) for item in channel.items],
        },
        option=orjson.OPT_INDENT_2,
    )


def json_item(item: Item) -> dict[str, Any]:
    """Return one item of a JSON Feed; what is not known is left out."""
    values: dict[str, Any] = {
        "id": item.guid,
        "url": item.link,
        "title": item.title,
        "summary": item.summary,
        "date_published": item.published.isoformat() if item.published else None,
        "date_modified": item.updated.isoformat() if item.updated else None,
        "authors": [{"name": author} for author in item.authors],
        "tags": list(item.tags),
    }
    return {key: value for key, value in values.items() if value}


def render_sitemap(channel: Channel) -> bytes:
    """A news sitemap: no summary, no guid; the address is the key."""
    root = etree.Element(f"{{{SITEMAP}}}urlset", nsmap=SITEMAP_PREFIXES)
    for item in channel.items:
        node = etree.SubElement(root, f"{{{SITEMAP}}}url")
        add(node, f"{{{SITEMAP}}}loc", item.link)
        add(node, f"{{{SITEMAP}}}lastmod", item.updated.isoformat() if item.updated else None)
        news = etree.SubElement(node, f"{{{NEWS}}}news")
        publication = etree.SubElement(news, f"{{{NEWS}}}publication")
        add(publication, f"{{{NEWS}}}name", channel.source)
        add(publication, f"{{{NEWS}}}language", channel.language)
        stated = None if item.published is None else item.published.isoformat()
        add(news, f"{{{NEWS}}}publication_date", stated)
        add(news, f"{{{NEWS}}}title", item.title)
        add(news, f"{{{NEWS}}}keywords", ", ".join(item.tags))
    return document(root, channel.charset)


def last_change(item: Item) -> datetime | None:
    """Return when an item last changed, as Atom's obligatory ``updated`` wants it."""
    published = item.published if isinstance(item.published, datetime) else None
    return item.updated or published


def add(parent: Element, name: str, value: object, **attributes: str) -> None:
    """Append an element with a text; nothing where there is no text."""
    if value is None or value == "":
        return
    node = etree.SubElement(parent, name, attributes)
    node.text = writable(str(value))


def writable(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return UNWRITABLE.sub("", text)


def document(root: Element, charset: str) -> bytes:
    """Return the document in a charset; what it lacks becomes character references."""
    etree.indent(root)
    written = etree.tostring(root, encoding=charset, xml_declaration=True)
    return written if isinstance(written, bytes) else written.encode(charset)


def cut_inside_last_item(feed: bytes) -> bytes:
    """Return an RSS document broken off in the middle of its last item."""
    start, end = feed.rfind(b"<item"), feed.rfind(b"</item>")
    return feed if start < 0 else feed[: (start + end) // 2]
