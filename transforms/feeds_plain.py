"""RSS 2.0 as nearly all outlets write it, read without the feed parser.

Three quarters of what a changed feed costs is feedparser's handling of elements that
need none. Items that consist of common elements alone, each at most once and without
markup of its own inside, are read here into the very values that feedparser would give;
any other element, attribute or shape leaves the whole document to feedparser.

The values that feedparser makes of an element: white space around it is cut, UTF-8 that was
taken for Latin-1 is undone, control characters of Windows-1252 are what was meant.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable

Entry = dict[str, Any]  # as feedparser names its parts

_DC = "{http://purl.org/dc/elements/1.1/}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ORIGINAL_LINK = "{http://rssnamespace.org/feedburner/ext/1.0}origLink"

_TEXTS = {
    "title": "title",
    "description": "summary",
    "pubDate": "published",
    f"{_DC}date": "updated",
    f"{_ATOM}updated": "updated",
    _ORIGINAL_LINK: "feedburner_origlink",
}
_IGNORED = frozenset(
    {
        *("comments", "enclosure"),
        *(f"{_MEDIA}content", f"{_MEDIA}thumbnail", f"{_MEDIA}credit", f"{_MEDIA}copyright"),
        "{http://wellformedweb.org/CommentAPI/}commentRss",
        "{http://wellformedweb.org/CommentAPI/}comment",
        "{http://purl.org/rss/1.0/modules/slash/}comments",
        "{com-wordpress:feed-additions:1}post-id",
    }
)
_LINK_ATTRIBUTES = frozenset({"href", "rel", "type", "title", "length", "hreflang"})
# Parts of a channel that may have parts: feedparser leaves them as it entered them.
_NESTED = frozenset({"image", "textInput", "skipHours", "skipDays"})

_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_MEANT = {code: text for code, text in _WINDOWS_1252.items() if text}
_SLASHES = re.compile(r"([A-Za-z][A-Za-z0-9+-.]*://)/+")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


def plain_entries(text: str, items: int) -> list[Entry] | None:
    """Return the entries of an RSS document; None where any of it is out of the ordinary.

    ``text`` is well-formed but for what the feed parser would find as well, and declares
    no document type; ``items`` is how many it holds.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 (no document type, so no entities)
    except ET.ParseError:
        return None
    channels = list(root)
    if root.tag != "rss" or len(channels) != 1 or channels[0].tag != "channel":
        return None
    if channels[0].attrib or not {"version", f"{_XML}lang"}.issuperset(root.attrib):
        return None
    found = []
    for part in channels[0]:
        if part.tag == "item":
            entry = _entry(part)
            if entry is None:
                return None
            found.append(entry)
        elif (len(part) and part.tag not in _NESTED) or f"{_XML}base" in part.attrib:
            return None
    return found if len(found) == items else None


def _entry(item: ET.Element) -> Entry | None:
    if item.attrib:
        return None
    entry: Entry = {}
    for part in item:
        if not _is_ignored(part) and (len(part) or not _add(entry, part)):
            return None
    if "content" in entry:
        entry.setdefault("summary", entry["content"][0]["value"])
    if entry.pop("is_permalink", False):
        entry.setdefault("link", entry["id"])
    return entry


def _is_ignored(part: ET.Element) -> bool:
    """Tell whether feedparser makes nothing of an element, or nothing that is asked for."""
    return part.tag in _IGNORED and all(map(_is_ignored, part))


def _add(entry: Entry, part: ET.Element) -> bool:
    """Add an element of an item to its entry; False where it is out of the ordinary."""
    reader = _READERS.get(part.tag)
    if reader is not None:
        return reader(entry, part)
    name = _TEXTS.get(part.tag)
    if name is None or name in entry or part.attrib:
        return False
    entry[name] = _value(part)
    return True


def _add_content(entry: Entry, part: ET.Element) -> bool:
    is_first = "content" not in entry
    entry["content"] = [{"value": _value(part)}]
    return is_first and not part.attrib


def _add_guid(entry: Entry, part: ET.Element) -> bool:
    said = {name.lower(): value for name, value in part.attrib.items()}
    if "id" in entry or not {"ispermalink"}.issuperset(said):
        return False
    entry["is_permalink"] = said.get("ispermalink", "true") == "true"
    value = _value(part)
    entry["id"] = value
    return not (entry["is_permalink"] and _SLASHES.match(value))


def _add_address(entry: Entry, part: ET.Element) -> bool:
    if "link" in entry or part.attrib:
        return False
    link = _REFERENCE.sub(r"&\1", _value(part).replace("&amp;", "&"))
    entry["link"] = link
    entry.setdefault("links", []).append(
        {"rel": "alternate", "type": "text/html"} | ({"href": link} if link else {})
    )
    return not _SLASHES.match(link)


def _add_link(entry: Entry, part: ET.Element) -> bool:
    """Add a link of Atom's kind; an alternate one is left to feedparser: it may replace others."""
    said = part.attrib
    if not _LINK_ATTRIBUTES.issuperset(said) or "href" not in said:
        return False
    relation = said.get("rel", "alternate")
    entry.setdefault("links", []).append({**said, "rel": relation})
    return relation != "alternate" and not _SLASHES.match(said["href"])


def _add_tag(entry: Entry, part: ET.Element) -> bool:
    value = _value(part)
    entry.setdefault("tags", []).append({"term": value})
    return not part.attrib or (bool(value) and set(part.attrib) == {"domain"})


def _add_author(entry: Entry, part: ET.Element) -> bool:
    """Add an author; one with an address of e-mail is left to feedparser, which takes it apart."""
    value = _value(part)
    entry["author"] = value
    entry.setdefault("authors", []).append({"name": value} if value else {})
    return "@" not in value and not part.attrib


def _add_source(entry: Entry, part: ET.Element) -> bool:
    if "source" in entry or set(part.attrib) != {"url"}:
        return False
    value = _value(part)
    entry["source"] = {"href": part.attrib["url"]} | ({"title": value} if value else {})
    return True


def _value(part: ET.Element) -> str:
    value = (part.text or "").strip()
    if value.isascii():
        return value
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    return value.translate(_MEANT)


_READERS: dict[str, Callable[[Entry, ET.Element], bool]] = {
    "author": _add_author,
    "category": _add_tag,
    "guid": _add_guid,
    "link": _add_address,
    "source": _add_source,
    f"{_ATOM}link": _add_link,
    f"{_DC}creator": _add_author,
    f"{_DC}subject": _add_tag,
    _CONTENT: _add_content,
}
