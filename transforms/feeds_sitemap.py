"""Sitemaps with and without the news extension, read as feeds.

Sources: https://www.sitemaps.org/protocol.html, and Google's news sitemap schema
(``http://www.google.com/schemas/sitemap-news/0.9``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from transforms.feeds_items import Document, Item, language_tag, plain_text
from transforms.records import SITEMAP_INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_sitemap_index(text: str) -> Document:
    """Parse the text of an index: the sitemaps that it names, and no items."""
    root = _root(text)
    found = [] if root is None else [one for one in _elements(root) if _name(one) == "sitemap"]
    fields = [{_name(child): child for child in _elements(one)} for one in found]
    parts = ((_text(one.get("loc")), _text(one.get("lastmod"))) for one in fields)
    return Document(format=SITEMAP_INDEX, parts=tuple((url, at) for url, at in parts if url))


def read_sitemap(text: str) -> Document:
    """Parse the text of a urlset; its format is ``news_sitemap`` where any URL is news."""
    root = _root(text)
    if root is None:
        return Document(format="")
    urls = [element for element in _elements(root) if _name(element) == "url"]
    is_news = any(_name(child) == "news" for url in urls for child in _elements(url))
    return Document(
        format="news_sitemap" if is_news else "sitemap",
        items=tuple(_item(url) for url in urls),
    )


def _root(text: str) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root: etree._Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser)
    return root


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    return parent.iterchildren("*")  # neither comments nor processing instructions


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _item(url: etree._Element) -> Item:
    fields = {_name(child): child for child in _elements(url)}
    news = {_name(child): child for child in _elements(fields["news"])} if "news" in fields else {}
    publication = news.get("publication")
    inner = {} if publication is None else {_name(child): child for child in _elements(publication)}
    published, modified = _text(news.get("publication_date")), _text(fields.get("lastmod"))
    return Item(
        link=_text(fields.get("loc")),
        title=plain_text(_text(news.get("title"))),
        raw_published=published,
        raw_updated=modified,
        tags=tuple(
            dict.fromkeys(
                name
                for field in ("keywords", "genres")
                for word in (_text(news.get(field)) or "").split(",")
                if (name := plain_text(word))
            )
        ),
        language=language_tag(_text(inner.get("language"))),
    )


def _text(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return "".join(str(part) for part in element.itertext()).strip() or None
