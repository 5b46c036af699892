"""What a page declares of its article beside headline, dates and credits."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.language import primary_subtag
from transforms.metadata import Metadata, declared_text, plain, text_of, texts_of
from transforms.records import Tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transforms.records import Entry

MIN_STANDFIRST_CHARS = 20
MAX_STANDFIRST_CHARS = 1000
STANDFIRST_KEY_CHARS = 60
MAX_TAGS = 50
MAX_TAG_CHARS = 120
_PARAGRAPH_TAGS = re.compile(r"<\s*(?:/p|br|/li|/h\d|/div)[^<>]{0,20}>", re.IGNORECASE)


def declared_paragraphs(metadata: Metadata, min_chars: float) -> list[str]:
    """Return the paragraphs of the declared text; none where it cannot be longer than that."""
    raw = declared_text(metadata)
    if len(raw) <= min_chars:
        return []
    raw = _PARAGRAPH_TAGS.sub("\n", html.unescape(raw))
    return [line for part in raw.splitlines() if (line := plain(part))]


def declared_languages(metadata: Metadata, entry: Entry | None) -> list[tuple[str, str]]:
    """Return what page and feed say that they are written in: origin and code, the surest first."""
    declared = (
        ("html", metadata.lang),
        ("json-ld", text_of(metadata.article.get("inLanguage"))),
        ("og:locale", metadata.first("og:locale")),
        ("meta", metadata.first("content-language", "language", "dc.language")),
        ("feed", entry.language if entry else None),
    )
    return [(origin, code) for origin, tag in declared if tag and (code := primary_subtag(tag))]


def descriptions(metadata: Metadata) -> list[str]:
    """Return the summaries that a page declares, JSON-LD's first."""
    declared = (
        text_of(metadata.article.get("description")),
        metadata.first("og:description", "description", "twitter:description"),
    )
    return [text for text in declared if text]


def declared_standfirst(metadata: Metadata, body: str) -> str | None:
    """Return the declared summary, unless it is only the start of the body."""
    start = squeeze(body[: 2 * MAX_STANDFIRST_CHARS])
    for text in descriptions(metadata):
        if MIN_STANDFIRST_CHARS <= len(text) <= MAX_STANDFIRST_CHARS:
            return None if squeeze(text.rstrip(".… "))[:STANDFIRST_KEY_CHARS] in start else text
    return None


def declared_section(metadata: Metadata) -> str | None:
    """Return the section that an article is declared to stand in."""
    declared = text_of(metadata.article.get("articleSection"))
    return declared or metadata.first("article:section", "og:article:section", "section")


def declared_tags(metadata: Metadata, entry: Entry | None) -> tuple[Tag, ...]:
    """Return the tags of the feed's entry and of the page, each name once, the feed's first."""
    tags = {tag.name.casefold(): tag for tag in entry.tags} if entry else {}
    for origin, names in _tag_sources(metadata):
        for name in names:
            if name and len(name) <= MAX_TAG_CHARS:
                tags.setdefault(name.casefold(), Tag(name=name, origin=origin))
    return tuple(tags.values())[:MAX_TAGS]


def _tag_sources(metadata: Metadata) -> Iterator[tuple[str, list[str]]]:
    keywords = metadata.article.get("keywords")
    listed = [keywords] if isinstance(keywords, str) else keywords
    texts = list(texts_of(listed))
    yield "json-ld", [part.strip() for text in texts for part in text.split(",")]
    yield "meta", list(metadata.meta.get("article:tag", ()))
    declared = metadata.first("news_keywords", "keywords", "parsely-tags")
    yield "meta", [part.strip() for part in (declared or "").split(",")]
