"""The items of RSS, RDF and Atom, and the common shape that items of all formats take."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import feedparser
import feedparser.api

from transforms.urls import is_http

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# The standard library's parser on every machine: the library would look for another at each
# document, and read it differently where one is installed.
feedparser.api.PREFERRED_XML_PARSERS = []

_TAG_NAMES = (
    "a|abbr|acronym|b|bdi|bdo|big|blockquote|br|center|cite|code|del|details|dd|div|dl|dt|em|embed"
    "|figcaption|figure|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|nobr|ol|p|picture|pre|q|s"
    "|section|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead"
    "|time|tr|tt|u|ul|var|video|audio|article|header|footer|aside|main|input|form|button|label"
    "|noscript|o:p|wbr"
)
_HIDDEN = re.compile(
    r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
_BREAKING = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|hr|dd|dt|section|article|figure"
    r"|figcaption|pre)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_MINUTES = {
    "hourly": 60,
    "daily": 24 * 60,
    "weekly": 7 * 24 * 60,
    "monthly": 30 * 24 * 60,
    "yearly": 365 * 24 * 60,
}
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*([A-Za-z]+)\s*</day>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item as its feed gives it; links may be relative, dates are strings."""

    guid: str | None = None
    link: str | None = None
    title: str | None = None  # plain text
    summary: str | None = None  # plain text
    content: str | None = None
    raw_published: str | None = None
    raw_updated: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None
    origin_title: str | None = None
    origin_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One feed document: its items and what it says of itself."""

    format: str  # "" where unreadable
    found: int = 0  # items found, before any was cut
    items: tuple[Item, ...] = ()
    title: str | None = None
    language: str | None = None
    homepage: str | None = None  # may be relative
    ttl_minutes: int | None = None
    update_period_minutes: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    older_page: str | None = None
    parts: tuple[tuple[str, str | None], ...] = ()  # of a sitemap index: link, date as it stands
    moved_to: str | None = None


def plain_text(value: object, *, is_markup: bool = True) -> str | None:
    """Return a string without tags, its entities resolved once, its white space folded.

    Only what HTML knows as a tag is one: ``<3`` and ``<Anonym>`` stay. None where
    nothing is left.
    """
    if not isinstance(value, str):
        return None
    if is_markup:
        if "<" in value:
            value = _TAG.sub("", _BREAKING.sub(" ", _HIDDEN.sub(" ", value)))
        value = html.unescape(value)
    return " ".join(value.split()) or None


def language_tag(value: object) -> str | None:
    """Return a language as BCP 47 in lower case, None where the string is none."""
    if not isinstance(value, str):
        return None
    tag = value.strip().lower().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


class UnparsableError(Exception):
    """The feed parser failed at a document."""


def read_xml(text: str, head: str) -> Document:
    """Parse the text of an RSS, RDF or Atom feed.

    ``head`` is the part outside of the items, where the parser keeps the last of
    several skipHours only.

    Raises: UnparsableError where the parser fails, as it does at some misplaced elements.
    """
    parsed = _parse(text)
    feed = parsed["feed"]
    name = str(dict.get(parsed, "version") or "")
    is_atom = name.startswith("atom")
    return Document(
        format=name,
        items=tuple(_item(entry, is_atom=is_atom) for entry in parsed["entries"]),
        title=plain_text(dict.get(feed, "title")),
        language=language_tag(dict.get(feed, "language")),
        homepage=_first_link(feed, "alternate") or _text(dict.get(feed, "link")),
        ttl_minutes=_whole(dict.get(feed, "ttl")),
        update_period_minutes=_update_period(feed),
        skip_hours=tuple(sorted({int(hour) % 24 for hour in _HOUR.findall(head)})),
        skip_days=_skip_days(head),
        older_page=_first_link(feed, "prev-archive", "next"),
        moved_to=_text(dict.get(feed, "newlocation"))
        or _text(dict.get(feed, "itunes_new-feed-url")),
    )


def read_plain(entries: Sequence[Mapping[str, Any]], head: str) -> Document:
    """Return a feed of entries that were read beside the feed parser (`feeds_plain`).

    Raises: UnparsableError, as `read_xml` does.
    """
    items = tuple(_item(entry, is_atom=False) for entry in entries)
    return replace(read_xml(head, head), items=items)


def _parse(text: str) -> Any:  # noqa: ANN401 (feedparser has no types)
    declared = f'<?xml version="1.0" encoding="utf-8"?>\n{text}'
    try:
        return feedparser.parse(
            io.BytesIO(declared.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        # Seen with mangled feeds: a textInput in an item, a media:player without
        # attributes, an empty base64 body. The library has no exception of its own.
        raise UnparsableError(f"{type(error).__name__}: {error}") from error


def _item(entry: Any, *, is_atom: bool) -> Item:  # noqa: ANN401 (feedparser has no types)
    content = _content(entry)
    summary = dict.get(entry, "summary")
    published, updated = _dates(entry, is_atom=is_atom)
    detail = dict.get(entry, "title_detail") or {}
    is_plain = is_atom and dict.get(detail, "type") == "text/plain"
    source = dict.get(entry, "source") or {}
    return Item(
        guid=_text(dict.get(entry, "id")),
        link=_link(entry, is_atom=is_atom),
        title=plain_text(dict.get(entry, "title"), is_markup=not is_plain),
        summary=None if summary == content else plain_text(summary),
        content=content,
        raw_published=published,
        raw_updated=updated,
        authors=_authors(entry),
        tags=_unique(plain_text(dict.get(tag, "term")) for tag in dict.get(entry, "tags", ())),
        language=language_tag(dict.get(entry, "language"))
        or (language_tag(dict.get(detail, "language")) if is_atom else None),
        origin_title=plain_text(dict.get(source, "title")),
        origin_url=_text(dict.get(source, "href"))
        or _first_link(source, "alternate")
        or _text(dict.get(source, "link")),
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _content(entry: Any) -> str | None:  # noqa: ANN401 (feedparser has no types)
    values = [dict.get(part, "value") for part in dict.get(entry, "content", ())]
    return max((value for value in values if value), key=len, default=None)


def _dates(entry: Any, *, is_atom: bool) -> tuple[str | None, str | None]:  # noqa: ANN401 (as above)
    """Return the strings of publication and update.

    Outside of Atom, a lone dc:date, which the parser takes for an update, is when
    the item was published.
    """
    published = _text(dict.get(entry, "published")) or _text(dict.get(entry, "created"))
    updated = _text(dict.get(entry, "updated"))
    if published is None and not is_atom:
        return updated, None
    return published, updated


def _link(entry: Any, *, is_atom: bool) -> str | None:  # noqa: ANN401 (as above)
    """Return the link to the article: never the enclosure, the feed itself only at the last.

    Where there is none, a guid that may be one (the parser gives it as the link)
    counts if it is a whole URL: a mere number is no relative link.
    """
    guid, link = _text(dict.get(entry, "id")), _text(dict.get(entry, "link"))
    permalink = guid if guid and (is_atom or guid == link) and is_http(guid) else None
    return (
        _text(dict.get(entry, "feedburner_origlink"))
        or _alternate(entry)
        or (link if link != guid else None)
        or permalink
        or _first_link(entry, "related", "via", "self")
    )


def _alternate(entry: Any) -> str | None:  # noqa: ANN401 (as above)
    """Return the alternate link, the HTML one where there are several."""
    links = [
        link
        for link in dict.get(entry, "links", ())
        if dict.get(link, "rel", "alternate") == "alternate" and _text(dict.get(link, "href"))
    ]
    pages = [link for link in links if "html" in (dict.get(link, "type") or "html")]
    return _text(dict.get((pages or links)[0], "href")) if links else None


def _first_link(context: Any, *relations: str) -> str | None:  # noqa: ANN401 (as above)
    links = dict.get(context, "links", ())
    for relation in relations:
        for link in links:
            href = _text(dict.get(link, "href"))
            if dict.get(link, "rel") == relation and href:
                return href
    return None


def _authors(entry: Any) -> tuple[str, ...]:  # noqa: ANN401 (as above)
    people = dict.get(entry, "authors") or ()
    names = _unique(
        plain_text(dict.get(person, "name") or dict.get(person, "email")) for person in people
    )
    alone = plain_text(dict.get(entry, "author"))
    return names or ((alone,) if alone else ())


def _whole(value: object) -> int | None:
    text = _text(value)
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else None  # noqa: PLR2004 (19 years)


def _update_period(feed: Any) -> int | None:  # noqa: ANN401 (feedparser has no types)
    """Return the minutes between updates (sy:updatePeriod / sy:updateFrequency)."""
    period = _MINUTES.get((_text(dict.get(feed, "sy_updateperiod")) or "").lower())
    if period is None:
        return None
    return max(period // (_whole(dict.get(feed, "sy_updatefrequency")) or 1), 1)


def _skip_days(head: str) -> tuple[str, ...]:
    named = {name.capitalize() for name in _DAY.findall(head)}
    return tuple(name for name in _DAY_NAMES if name in named)
