"""Good records, to be damaged one field at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from transforms.records import Article, Block, BlockKind, Entry, Moment

NOW = datetime(2022, 1, 20, 12, tzinfo=UTC)
SEEN_AT = NOW - timedelta(minutes=10)

PARAGRAPHS = (
    "The troops of the alliance will stay in the country for a limited time only, he said.",
    "Streets in the largest city were quiet on Monday, and shops had opened again.",
    "Officials counted the damage and asked the owners of burnt cars to come forward.",
)


def moment(at: datetime, *, precision: str = "second", has_zone: bool = True) -> Moment:
    return Moment(
        at=at,
        precision=precision,  # type: ignore[arg-type]
        has_zone=has_zone,
        raw=at.isoformat(),
        origin="meta:article:published_time",
    )


def blocks_of(*texts: str, kind: BlockKind = "paragraph") -> tuple[Block, ...]:
    blocks, start = [], 0
    for position, text in enumerate(texts):
        end = start + len(text)
        blocks.append(Block(position=position, kind=kind, text=text, start=start, end=end))
        start = end + 1
    return tuple(blocks)


GOOD_ENTRY = Entry(
    entry_id="entry-1",
    feed_id="feed-1",
    source_id="steppe-herald.example",
    exchange_id="exchange-1",
    seen_at=SEEN_AT,
    position=0,
    guid="tag:steppe-herald.example,2022:17",
    url="https://www.steppe-herald.example/2022/01/troops-stay",
    canonical_url="https://www.steppe-herald.example/2022/01/troops-stay",
    title="Troops stay for a limited time",
    published=moment(SEEN_AT - timedelta(hours=2)),
    raw_published="Thu, 20 Jan 2022 09:50:00 GMT",
)

GOOD_ARTICLE = Article(
    article_id="article-1",
    version_id="version-1",
    exchange_id="exchange-2",
    source_id="steppe-herald.example",
    canonical_url="https://www.steppe-herald.example/2022/01/troops-stay",
    requested_url="https://www.steppe-herald.example/2022/01/troops-stay",
    final_url="https://www.steppe-herald.example/2022/01/troops-stay",
    fetched_at=SEEN_AT,
    entry_id="entry-1",
    amp_url=None,
    headline="Troops stay for a limited time",
    headline_origin="markup",
    kicker=None,
    standfirst=None,
    section=None,
    dateline=None,
    published=moment(SEEN_AT - timedelta(hours=2)),
    modified=None,
    date_candidates=(),
    language="en",
    language_origin="markup",
    kind="article",
    kind_reason="json-ld says NewsArticle",
    is_paywalled=False,
    body="\n".join(PARAGRAPHS),
    blocks=blocks_of(*PARAGRAPHS),
    credits=(),
    tags=(),
    words=43,
    body_hash="hash",
    content_hash="hash",
    extractor="copytaster 0.1.0",
)


def entry(**changes: object) -> Entry:
    return replace(GOOD_ENTRY, **changes)  # type: ignore[arg-type]


def article(**changes: object) -> Article:
    return replace(GOOD_ARTICLE, **changes)  # type: ignore[arg-type]


def article_of(*paragraphs: str, **changes: object) -> Article:
    """Return an article with another body, its blocks in step."""
    return article(body="\n".join(paragraphs), blocks=blocks_of(*paragraphs), **changes)


@pytest.fixture(scope="session")
def samples() -> SimpleNamespace:
    """Return the makers of good records, and the moment at which they are judged."""
    return SimpleNamespace(
        now=NOW,
        seen_at=SEEN_AT,
        paragraphs=PARAGRAPHS,
        entry=entry,
        article=article,
        article_of=article_of,
        blocks_of=blocks_of,
        moment=moment,
    )
