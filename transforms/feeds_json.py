"""JSON Feed, versions 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from transforms.feeds_items import Document, Item, language_tag, plain_text

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1(?:\.(\d))?/?")
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_VERSION_FIELD = re.compile(r'"version"\s*:\s*"([^"]{1,100})"')
_SEPARATOR = re.compile(r"\s*,?\s*")


def read_json(text: str, max_items: int) -> tuple[Document, bool]:
    """Parse a JSON feed; tells also whether the document breaks off.

    Of a truncated document, the complete items are read. The format is "" where
    this is no JSON feed.
    """
    try:
        data: Any = orjson.loads(text.encode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        try:
            data = json.loads(text, parse_int=str)  # half a surrogate pair, or NaN, is no end
        except (json.JSONDecodeError, RecursionError):
            return _truncated(text, max_items)
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        return Document(format=""), False
    return _document(data, data["items"], max_items), False


def _truncated(text: str, max_items: int) -> tuple[Document, bool]:
    start = _ITEMS.search(text)
    version = _VERSION_FIELD.search(text)
    if start is None or version is None:
        return Document(format=""), False
    decoder = json.JSONDecoder(parse_int=str)  # Python makes no number of 5,000 digits
    items: list[Any] = []
    at = start.end()
    while True:
        at = _SEPARATOR.match(text, at).end()  # type: ignore[union-attr] # (matches the empty string)
        if text[at : at + 1] != "{":
            break
        try:
            item, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            break
        items.append(item)
    return _document({"version": version[1]}, items, max_items), True


def _document(data: dict[str, Any], items: list[Any], max_items: int) -> Document:
    version = _VERSION.fullmatch(_string(data.get("version")) or "")
    if version is None:
        return Document(format="")
    return Document(
        format=f"json1{version[1] or 0}",
        found=len(items),
        items=tuple(_item(item) for item in items[:max_items]),
        title=plain_text(data.get("title"), is_markup=False),
        language=language_tag(data.get("language")),
        homepage=_string(data.get("home_page_url")),
        older_page=_string(data.get("next_url")),
    )


def _item(item: object) -> Item:
    """Return one item; what is not an object is an item without anything."""
    if not isinstance(item, dict):
        return Item()
    markup, text = _string(item.get("content_html")), _string(item.get("content_text"))
    return Item(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=plain_text(item.get("title"), is_markup=False),
        summary=plain_text(item.get("summary"), is_markup=False)
        or plain_text(text, is_markup=False),
        content=markup,
        raw_published=_string(item.get("date_published")),
        raw_updated=_string(item.get("date_modified")),
        authors=_authors(item),
        tags=tuple(name for tag in _list(item.get("tags")) if (name := plain_text(tag))),
        language=language_tag(item.get("language")),
    )


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    people = _list(item.get("authors")) or [item.get("author")]
    names = (plain_text(p.get("name"), is_markup=False) for p in people if isinstance(p, dict))
    return tuple(name for name in names if name)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str | None:
    """Return a string, or the number that stands where one is due."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None
