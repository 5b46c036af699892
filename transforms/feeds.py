"""From the exchange of a feed to its entries: RSS, RDF, Atom, JSON Feed, sitemaps.

Nothing is lost on the way: each item found becomes an entry, a duplicate or a
`Problem`, and what is done to the document as a whole is a `Problem` too.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from transforms import content, identity
from transforms.dates import parse_date
from transforms.feeds_items import Document, Item, UnparsableError, read_plain, read_xml
from transforms.feeds_json import read_json
from transforms.feeds_markup import Scan, items_alone, scan
from transforms.feeds_plain import plain_entries
from transforms.feeds_sitemap import read_sitemap, read_sitemap_index
from transforms.records import SITEMAP_INDEX, Entry, Moment, ParsedFeed, Problem, SitemapPart, Tag
from transforms.urls import InvalidURL, absolute_url, canonical_url

if TYPE_CHECKING:
    from transforms.records import Exchange, Feed

MAX_ITEMS = 5000
MAX_GUID_CHARS = 2000
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp|#38|#x26);", re.IGNORECASE)


def parse_feed(
    exchange: Exchange, feed: Feed, *, max_bytes: int, max_items: int = MAX_ITEMS
) -> ParsedFeed:
    """Return what one exchange of a feed yields. Never raises for what the feed holds.

    Problems of the document (stage ``poll``): those of `content.body_of`, and
    ``feed_empty``, ``feed_is_html``, ``sitemap_index_empty``,
    ``feed_unreadable`` (no entries), ``truncated_document`` (the complete items
    were read), ``items_cut`` (beyond ``max_items``), ``items_unread`` (found, but
    not made sense of), ``guid_shared`` (different articles under one guid: their
    links tell them apart). Of an item (stage ``entry``): ``item_without_identity``.
    """
    body = content.body_of(exchange, max_bytes)
    if isinstance(body, Problem):
        return ParsedFeed(
            feed_id=feed.feed_id,
            exchange_id=exchange.exchange_id,
            format="",
            body_hash=content.body_hash(exchange.payload),
            items=0,
            problems=(body,),
        )
    text = content.decode_text(body, exchange.header("content-type"))
    document, problems = _read(text, exchange.requested_url, max_items)
    return _parsed(exchange, feed, content.body_hash(body), document, problems)


def _read(text: str, subject: str, max_items: int) -> tuple[Document, list[Problem]]:
    """Detect the format and read the document, with what is wrong with it as a whole."""
    stripped = text.strip("\x00 \t\r\n\ufeff")
    if not stripped:
        return Document(format=""), [_problem(subject, "feed_empty", "no content")]
    if stripped[0] in "{[":
        document, is_truncated = read_json(stripped, max_items)
        cut = document.found - len(document.items)
        scanned = Scan("unknown", "", items_cut=cut, is_truncated=is_truncated)
    else:
        scanned = scan(stripped, max_items)
        document = _read_markup(scanned)
    if document.format == SITEMAP_INDEX and not document.parts:
        detail = "an index of sitemaps that names none"
        return document, [_problem(subject, "sitemap_index_empty", detail)]
    if not document.format:
        is_page = scanned.kind == "html"
        code = "feed_is_html" if is_page else "feed_unreadable"
        detail = f"starts with {stripped[:80]!r}"
        return Document(format=""), [_problem(subject, code, detail)]
    return document, _document_problems(document, scanned, subject, max_items)


def _read_markup(scanned: Scan) -> Document:
    if scanned.kind == SITEMAP_INDEX:
        return read_sitemap_index(scanned.text)
    if scanned.kind == "sitemap":
        document = read_sitemap(scanned.text)
    elif scanned.kind in {"rss", "rdf", "atom"}:
        document = _read_items(scanned)
    else:
        return Document(format="")
    kept = scanned.items - scanned.items_cut
    return replace(document, found=scanned.items_cut + max(kept, len(document.items)))


def _read_items(scanned: Scan) -> Document:
    """Read RSS, RDF or Atom: item by item where the parser fails, so that one costs only itself."""
    entries = None
    if scanned.kind == "rss":
        entries = plain_entries(scanned.text, scanned.items - scanned.items_cut)
    try:
        if entries is None:
            document = read_xml(scanned.text, scanned.head)
        else:
            document = read_plain(entries, scanned.head)
    except UnparsableError:
        items = [item for text in items_alone(scanned.text, scanned.kind) for item in _try(text)]
        return Document(format=scanned.kind if items else "", items=tuple(items))
    return replace(document, format=document.format or scanned.kind)


def _try(text: str) -> tuple[Item, ...]:
    """Return the items of a document; none where the parser fails: they count as unread."""
    try:
        return read_xml(text, "").items
    except UnparsableError:
        return ()


def _document_problems(
    document: Document, scanned: Scan, subject: str, max_items: int
) -> list[Problem]:
    problems = []
    if scanned.is_truncated:
        detail = f"breaks off; {len(document.items)} complete items read"
        problems.append(_problem(subject, "truncated_document", detail))
    if scanned.items_cut > 0:
        detail = f"{scanned.items_cut} of {document.found} items beyond the first {max_items}"
        problems.append(_problem(subject, "items_cut", detail))
    unread = document.found - scanned.items_cut - len(document.items)
    if unread > 0:
        problems.append(_problem(subject, "items_unread", f"{unread} of {document.found} items"))
    return problems


def _problem(subject: str, code: str, detail: str) -> Problem:
    return Problem(stage="poll", subject=subject, code=code, detail=detail)


def _parsed(
    exchange: Exchange, feed: Feed, body_hash: str, document: Document, problems: list[Problem]
) -> ParsedFeed:
    base = _base(document, exchange)
    linked = [_with_links(item, base) for item in document.items]
    shared = _shared_guids(linked)
    for guid in shared:
        detail = f"different articles under guid {guid[:200]!r}"
        problems.append(_problem(exchange.requested_url, "guid_shared", detail))
    entries: dict[str, Entry] = {}
    duplicates: list[Entry] = []
    for position, item in enumerate(linked):
        key = _key(item, shared)
        if key is None:
            problems.append(_unidentified(exchange, position, item))
            continue
        entry = _entry(exchange, feed, position, item, key, document.language)
        if entries.setdefault(entry.entry_id, entry) is not entry:
            duplicates.append(entry)
    return ParsedFeed(
        feed_id=feed.feed_id,
        exchange_id=exchange.exchange_id,
        format=document.format,
        body_hash=body_hash,
        items=document.found,
        entries=tuple(entries.values()),
        duplicates=tuple(duplicates),
        problems=tuple(problems),
        title=document.title,
        language=document.language,
        homepage=_absolute(exchange.final_url, document.homepage),
        ttl_minutes=document.ttl_minutes,
        update_period_minutes=document.update_period_minutes,
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
        older_url=_absolute(exchange.final_url, document.older_page),
        parts=_parts(document, exchange.final_url),
        moved_to=_absolute(exchange.final_url, document.moved_to),
        items_left=max(0, document.found - len(document.items)),
    )


def _parts(document: Document, base: str) -> tuple[SitemapPart, ...]:
    found = (
        (_absolute(base, link), _date(raw, "feed:lastmod", None)) for link, raw in document.parts
    )
    return tuple(
        SitemapPart(url=url, changed_at=date.at if date else None) for url, date in found if url
    )


def _base(document: Document, exchange: Exchange) -> str:
    """Return what relative links of items start from.

    In RSS, feeds are often served by another host than the articles, and the
    channel's link names the site; Atom says that it is the feed's own address.
    """
    if not document.format.startswith(("rss", "rdf")):
        return exchange.final_url
    return _absolute(exchange.final_url, document.homepage) or exchange.final_url


def _absolute(base: str, link: str | None) -> str | None:
    """Return a link as an absolute URL; one that was escaped twice is unescaped."""
    if link is None:
        return None
    if _ESCAPED_AMPERSAND.search(link):
        link = html.unescape(link)
    return absolute_url(base, link)


def _with_links(item: Item, base: str) -> Item:
    link, origin = _absolute(base, item.link), _absolute(base, item.origin_url)
    return replace(item, link=link, origin_url=origin)


def _canonical(link: str | None) -> str | None:
    if link is None:
        return None
    try:
        return canonical_url(link)
    except InvalidURL:
        return None


def _shared_guids(items: list[Item]) -> frozenset[str]:
    """Return the guids that stand for different articles: other link and other title."""
    counts = Counter(item.guid for item in items)
    links: defaultdict[str, set[str]] = defaultdict(set)
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.guid and item.link and item.title and counts[item.guid] > 1:
            links[item.guid].add(_canonical(item.link) or item.link)
            titles[item.guid].add(item.title)
    return frozenset(g for g in links if len(links[g]) > 1 and len(titles[g]) > 1)


def _key(item: Item, shared: frozenset[str]) -> str | None:
    """Return what makes an item itself: guid, else canonical link, else title and summary."""
    if item.guid and item.guid not in shared:
        return item.guid[:MAX_GUID_CHARS]
    canonical = _canonical(item.link)
    if canonical:
        return canonical
    if item.title:
        return identity.make_id("text", item.title, item.summary or "")
    return None


def _unidentified(exchange: Exchange, position: int, item: Item) -> Problem:
    detail = f"item {position}: neither guid, link nor title; {(item.summary or '')[:100]!r}"
    return Problem(
        stage="entry",
        subject=f"{exchange.requested_url}#item-{position}",
        code="item_without_identity",
        detail=detail,
    )


def _entry(  # noqa: PLR0913, PLR0917 (all that an entry is made of)
    exchange: Exchange, feed: Feed, position: int, item: Item, key: str, language: str | None
) -> Entry:
    own_language = item.language or language
    return Entry(
        entry_id=identity.entry_id(feed.feed_id, key),
        feed_id=feed.feed_id,
        source_id=feed.source_id,
        exchange_id=exchange.exchange_id,
        seen_at=exchange.fetched_at,
        position=position,
        guid=item.guid,
        url=item.link,
        canonical_url=_canonical(item.link),
        title=item.title,
        summary=item.summary,
        content=item.content,
        published=_date(item.raw_published, "feed:published", own_language),
        updated=_date(item.raw_updated, "feed:updated", own_language),
        raw_published=item.raw_published,
        raw_updated=item.raw_updated,
        authors=item.authors,
        tags=tuple(Tag(name=name, origin="feed") for name in item.tags),
        language=own_language,
        origin_title=item.origin_title,
        origin_url=item.origin_url,
    )


def _date(raw: str | None, origin: str, language: str | None) -> Moment | None:
    return None if raw is None else parse_date(raw, origin=origin, language=language)
