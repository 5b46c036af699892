"""What is known, as rows: entries, and articles with their versions, pieces and addresses.

A row is a dict with the names of the table's columns. Records of one key are folded
into one row here, because MERGE would insert both of two equal new ones.
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from itertools import groupby, takewhile
from operator import attrgetter
from typing import TYPE_CHECKING

import xxhash

from transforms.urls import InvalidURL, canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from _typeshed import DataclassInstance

    from transforms.records import Article, Batch, Block, Entry, Moment
    from warehouse.write import Row

NOT_LETTERS = re.compile(r"[\W_]+")
MOMENT_PARTS = ("at", "precision", "has_zone", "raw", "origin")
ENTRY_STATE = attrgetter(
    "guid", "url", "canonical_url", "title", "summary", "content", "published", "updated",
    "raw_published", "raw_updated", "authors", "tags", "language", "origin_title", "origin_url",
)  # fmt: skip
ARTICLE_DETAILS = attrgetter(
    "headline", "headline_origin", "kicker", "standfirst", "section", "dateline", "amp_url",
    "published", "modified", "date_candidates", "language", "language_origin", "kind",
    "kind_reason", "is_paywalled", "words", "body", "blocks", "credits", "tags", "doubts",
    "extractor",
)  # fmt: skip


def entry_rows(entries: Iterable[Entry], run_id: str) -> list[Row]:
    """Return one row per entry_id: its latest state, and first and last sight of it."""
    ordered = sorted(entries, key=lambda entry: (entry.entry_id, entry.seen_at, entry.exchange_id))
    return [
        _entry_row(list(sights), run_id)
        for _, sights in groupby(ordered, key=lambda entry: entry.entry_id)
    ]


def version_rows(batch: Batch, page_hashes: Mapping[str, str]) -> list[Row]:
    """Return one row per version_id: as last seen, with first and last sight of it."""
    return [
        _version_row(sights, batch, page_hashes)
        for sights in sights_by_version(batch.articles).values()
    ]


def sights_by_version(articles: Iterable[Article]) -> dict[str, list[Article]]:
    """Return articles by version_id, in order of it, each with its sights in time order."""
    ordered = sorted(articles, key=lambda article: (article.version_id, article.fetched_at))
    return {
        version: list(sights)
        for version, sights in groupby(ordered, key=lambda article: article.version_id)
    }


def url_rows(articles: Iterable[Article]) -> list[Row]:
    """Return one row per article, address and kind of address."""
    rows: dict[tuple[str, str, str], Row] = {}
    for article in sorted(articles, key=lambda article: article.fetched_at):
        for kind, url in (
            ("requested", article.requested_url),
            ("final", article.final_url),
            ("canonical", article.canonical_url),
            ("amp", article.amp_url),
        ):
            if not url:
                continue
            key = (article.article_id, url, kind)
            first = rows[key]["first_seen_at"] if key in rows else article.fetched_at
            rows[key] = {
                "article_id": article.article_id,
                "url": url,
                "kind": kind,
                "key_url": key_url(url),
                "first_seen_at": first,
                "last_seen_at": article.fetched_at,
                "exchange_id": article.exchange_id,
            }
    return [rows[key] for key in sorted(rows)]


def block_rows(articles: Iterable[Article]) -> list[Row]:
    """Return the blocks of articles, without the text of those that stand in the body."""
    return [
        {
            "version_id": article.version_id,
            "position": block.position,
            "kind": block.kind,
            "start_offset": block.start,
            "end_offset": block.end,
            "text": None if _stands_in(article.body, block) else block.text,
            "level": block.level,
            "credit": block.credit,
        }
        for article in articles
        for block in article.blocks
    ]


def outlet_rows(batch: Batch) -> list[Row]:
    """Return one row per article and state of what it may share with its outlet's pages.

    Listings teach nothing: they show what stands in the articles.
    """
    rows: dict[tuple[str, str], Row] = {}
    for article in sorted(batch.articles, key=lambda article: article.fetched_at):
        if article.traits is None or not article.traits.outlet or article.kind == "listing":
            continue
        traits_hash = text_hash(repr(article.traits))
        rows[article.article_id, traits_hash] = {
            **columns_of(article.traits),
            "sightings": [columns_of(one) for one in article.traits.sightings],
            "article_id": article.article_id,
            "traits_hash": traits_hash,
            "since_version": None,
            "seen_at": article.fetched_at,
            "exchange_id": article.exchange_id,
            "run_id": batch.run_id,
        }
    return [rows[key] for key in sorted(rows)]


def listed_rows(articles: Iterable[Article], field: str) -> list[Row]:
    """Return the credits, tags or doubts of articles with their position in the list."""
    return [
        {"version_id": article.version_id, "position": position, **columns_of(item)}
        for article in articles
        for position, item in enumerate(getattr(article, field))
    ]


def key_url(url: str) -> str:
    """Return the canonical form of a URL, or the URL itself where it has none."""
    try:
        return canonical_url(url)
    except InvalidURL:
        return url


def text_hash(text: str) -> str:
    """Return xxh3_128 of a text."""
    return xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))


def letters_hash(text: str | None) -> str:
    """Return a hash that differs only where more than spaces and punctuation does."""
    return text_hash(NOT_LETTERS.sub("", text or ""))


def columns_of(record: DataclassInstance) -> Row:
    """Return a record's fields as they stand (`dataclasses.asdict` copies, and is slow)."""
    return {name: getattr(record, name) for name in _field_names(type(record))}


@cache
def _field_names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _entry_row(sights: Sequence[Entry], run_id: str) -> Row:
    first, last = sights[0], sights[-1]
    state = ENTRY_STATE(last)
    *_, changed = takewhile(lambda entry: ENTRY_STATE(entry) == state, reversed(sights))
    titles = dict.fromkeys(entry.title for entry in sights if entry.title is not None)
    return {
        "entry_id": last.entry_id,
        "feed_id": last.feed_id,
        "source_id": last.source_id,
        "article_id": None,
        "guid": last.guid,
        "url": last.url,
        "canonical_url": last.canonical_url,
        "title": last.title,
        "first_title": first.title,
        "titles_seen": list(titles),
        "summary": last.summary,
        "content": last.content,
        "position": changed.position,
        **_moment_columns("published", last.published),
        **_moment_columns("updated", last.updated),
        "raw_published": last.raw_published,
        "raw_updated": last.raw_updated,
        "authors": last.authors,
        "tags": [columns_of(tag) for tag in last.tags],
        "language": last.language,
        "origin_title": last.origin_title,
        "origin_url": last.origin_url,
        "state_hash": text_hash(repr(state)),
        "first_seen_at": first.seen_at,
        "last_seen_at": last.seen_at,
        "changed_at": changed.seen_at,
        "first_exchange_id": first.exchange_id,
        "exchange_id": changed.exchange_id,
        "run_id": run_id,
    }


def _version_row(sights: Sequence[Article], batch: Batch, page_hashes: Mapping[str, str]) -> Row:
    first, last = sights[0], sights[-1]
    entry_id = next((seen.entry_id for seen in reversed(sights) if seen.entry_id), None)
    return {
        **{name: getattr(last, name) for name in PLAIN_VERSION_COLUMNS},
        **_moment_columns("published", last.published),
        **_moment_columns("modified", last.modified),
        "date_candidates": [columns_of(moment) for moment in last.date_candidates],
        "entry_id": entry_id,
        "headline_letters_hash": letters_hash(last.headline),
        "standfirst_letters_hash": letters_hash(last.standfirst),
        "body_letters_hash": letters_hash(last.shown_text),
        "details_hash": text_hash(repr(ARTICLE_DETAILS(last))),
        "page_hash": page_hashes.get(last.exchange_id),
        "first_page_hash": page_hashes.get(first.exchange_id),
        "change_kind": "first",
        "previous_version_id": None,
        "first_seen_at": first.fetched_at,
        "last_seen_at": last.fetched_at,
        "first_loaded_at": batch.at,
        "loaded_at": batch.at,
        "first_exchange_id": first.exchange_id,
        "run_id": batch.run_id,
    }


PLAIN_VERSION_COLUMNS = (
    "version_id", "article_id", "source_id", "canonical_url", "requested_url", "final_url",
    "amp_url", "headline", "headline_origin", "kicker", "standfirst", "section", "dateline",
    "language", "language_origin", "kind", "kind_reason", "is_paywalled", "body", "words",
    "body_hash", "content_hash", "extractor", "exchange_id", "outlet_version",
)  # fmt: skip
"""Columns of news.article_versions that are fields of `Article` as they stand."""


def _moment_columns(name: str, moment: Moment | None) -> Row:
    return {
        f"{name}_{part}": None if moment is None else getattr(moment, part) for part in MOMENT_PARTS
    }


def _stands_in(body: str, block: Block) -> bool:
    return block.start is not None and body[block.start : block.end] == block.text
