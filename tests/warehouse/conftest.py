"""Records of a small invented world, and homes to load them into."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from transforms import identity
from transforms.records import (
    Article,
    Batch,
    Block,
    Credit,
    Doubt,
    Entry,
    Exchange,
    Feed,
    Hop,
    Moment,
    Outcome,
    ParsedFeed,
    Place,
    Quarantined,
    RuleHit,
    RuleResult,
    Source,
    Tag,
    Want,
)
from warehouse.connection import Home
from warehouse.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T0 = datetime(2022, 1, 10, 12, 0, 0, 123456, tzinfo=UTC)
FEED_URL = "https://courier.example/rss"
FEED = Feed(
    feed_id=identity.feed_id(FEED_URL), source_id="courier.example", url=FEED_URL, title="News"
)
SOURCE = Source(source_id="courier.example", name="The Courier", country="kz", language="en")
HIT = RuleHit(
    rule_id="article.body.too_short",
    reason="a body of a few words is a teaser",
    severity="critical",
    column="body",
    value="Soon.",
)


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def exchange(url: str, hours: float = 0, purpose: str = "feed", **more: object) -> Exchange:
    given: dict[str, object] = {
        "exchange_id": identity.exchange_id(purpose, url, at(hours)),
        "run_id": "run-1",
        "purpose": purpose,
        "requested_url": url,
        "final_url": url,
        "fetched_at": at(hours),
        "elapsed_ms": 12,
        "status": 200,
        "headers": (("Content-Type", "text/html"), ("ETag", '"a"')),
        "payload": b"payload of " + url.encode(),
        "hops": (Hop(url="http://old.example/", status=301),),
        "place": Place(file="2022/a.warc.gz", offset=10, length=20),
    }
    return Exchange(**(given | more))


def moment(origin: str = "feed") -> Moment:
    return Moment(
        at=at(-5), precision="second", has_zone=True, raw="Mon, 10 Jan 2022", origin=origin
    )


def entry(key: str, came: Exchange, **more: object) -> Entry:
    given: dict[str, object] = {
        "entry_id": identity.entry_id(FEED.feed_id, key),
        "feed_id": FEED.feed_id,
        "source_id": FEED.source_id,
        "exchange_id": came.exchange_id,
        "seen_at": came.fetched_at,
        "position": 0,
        "guid": key,
        "url": f"https://courier.example/{key}?utm_source=rss",
        "canonical_url": f"https://courier.example/{key}",
        "title": f"Title of {key}",
        "summary": "Summary — with “quotes”",
        "content": "<p>Text</p>",
        "published": moment(),
        "raw_published": "Mon, 10 Jan 2022",
        "raw_updated": "yesterday-ish",
        "authors": ("Ann", "Boris"),
        "tags": (Tag(name="World", origin="feed"),),
        "language": "en",
    }
    return Entry(**(given | more))


def article(
    key: str, came: Exchange, body: str = "First paragraph.\nSecond.", **more: object
) -> Article:
    url = f"https://courier.example/{key}"
    headline = more.get("headline", f"Headline of {key}")
    content = identity.make_id("content", headline, more.get("standfirst", ""), body)
    article_id = identity.article_id(url)
    given: dict[str, object] = {
        "article_id": article_id,
        "version_id": identity.version_id(article_id, content),
        "exchange_id": came.exchange_id,
        "source_id": FEED.source_id,
        "canonical_url": url,
        "requested_url": came.requested_url,
        "final_url": came.final_url,
        "fetched_at": came.fetched_at,
        "entry_id": None,
        "amp_url": f"{url}/amp",
        "headline": headline,
        "headline_origin": "json-ld",
        "kicker": None,
        "standfirst": "",
        "section": "World",
        "dateline": "NUR-SULTAN",
        "published": moment("json-ld"),
        "modified": None,
        "date_candidates": (moment("json-ld"), moment("url")),
        "language": "en",
        "language_origin": "html",
        "kind": "article",
        "kind_reason": "json-ld",
        "is_paywalled": False,
        "body": body,
        "blocks": blocks(body),
        "credits": (
            Credit(role="author", name="Ann", raw="By Ann", origin="byline"),
            Credit(role="agency", name="Agence France-Presse", raw="(AFP)", origin="credit-line"),
        ),
        "tags": (Tag(name="CSTO", origin="meta"),),
        "words": len(body.split()),
        "body_hash": identity.make_id("body", body),
        "content_hash": content,
        "extractor": "copytaster 0.1.0",
        "doubts": (Doubt(code="date_conflict", detail="feed and page differ"),),
    }
    return Article(**(given | more))


def blocks(body: str) -> tuple[Block, ...]:
    found, start = [], 0
    for position, text in enumerate(body.split("\n")):
        found.append(
            Block(
                position=position, kind="paragraph", text=text, start=start, end=start + len(text)
            )
        )
        start += len(text) + 1
    caption = Block(position=len(found), kind="caption", text="A tank, 2014", credit="Photo: AP")
    return (*found, caption)


def outcome(
    stage: str, item_id: str, came: Exchange, kind: str = "loaded", **more: object
) -> Outcome:
    given: dict[str, object] = {
        "stage": stage,
        "item_id": item_id,
        "url": came.requested_url,
        "outcome": kind,
        "reason": "new",
        "at": came.fetched_at,
        "exchange_id": came.exchange_id,
    }
    return Outcome(**(given | more))


def want(of: Entry) -> Want:
    return Want(
        want_id=identity.want_id(of.url or "", of.entry_id, of.exchange_id),
        url=of.url or "",
        host="courier.example",
        source_id=of.source_id,
        reason="new",
        entry_id=of.entry_id,
        feed_id=of.feed_id,
    )


def polls(*entries: Entry, came: Exchange, known: tuple[str, ...] = (), **more: object) -> Batch:
    """A poll whose entries are new, but for the known ones, which are unchanged."""
    new = [one for one in entries if one.entry_id not in known]
    given: dict[str, object] = {
        "load_id": identity.make_id("load", "polls", came.exchange_id),
        "run_id": "run-1",
        "kind": "polls",
        "at": came.fetched_at,
        "exchanges": (came,),
        "parsed": (
            ParsedFeed(
                feed_id=FEED.feed_id,
                exchange_id=came.exchange_id,
                format="rss20",
                body_hash="b",
                items=len(entries),
                entries=entries,
            ),
        ),
        "entries": entries,
        "outcomes": (
            outcome("poll", FEED.feed_id, came),
            *(outcome("entry", one.entry_id, came, url=one.url) for one in new),
        ),
        "wants": tuple(want(one) for one in new),
    }
    return Batch(**(given | more))


def pages(*pairs: tuple[Article, Want, Exchange], name: str = "", **more: object) -> Batch:
    """Pages that came and were loaded."""
    given: dict[str, object] = {
        "load_id": identity.make_id("load", name, *(came.exchange_id for _, _, came in pairs)),
        "run_id": "run-1",
        "kind": "articles",
        "at": max(came.fetched_at for _, _, came in pairs),
        "exchanges": tuple(came for _, _, came in pairs),
        "articles": tuple(read for read, _, _ in pairs),
        "outcomes": tuple(
            outcome(stage, wanted.want_id, came)
            for _, wanted, came in pairs
            for stage in ("page", "article")
        ),
        "wants": tuple(wanted for _, wanted, _ in pairs),
        "rule_results": (
            RuleResult(
                suite="articles",
                rule_id=HIT.rule_id,
                severity="critical",
                rows=len(pairs),
                failed_rows=0,
            ),
        ),
    }
    return Batch(**(given | more))


def quarantined(of: Article, wanted: Want) -> Quarantined:
    return Quarantined(
        subject="article",
        subject_id=of.version_id,
        item_id=wanted.want_id,
        url=of.canonical_url,
        source_id=of.source_id,
        exchange_id=of.exchange_id,
        hits=(HIT, replace(HIT, column="words", severity="warning")),
        record=of,
        at=of.fetched_at,
    )


@pytest.fixture
def world() -> SimpleNamespace:
    """The builders of this invented world, and its constants."""
    return SimpleNamespace(**globals())


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live database with all tables and nothing in them, made once."""
    made = Home(tmp_path_factory.mktemp("empty"))
    migrate(made)
    return made.live


@pytest.fixture
def new_home(tmp_path: Path, empty_database: Path) -> Callable[[str], Home]:
    """Make homes that have an empty live database."""

    def make(name: str) -> Home:
        made = Home(tmp_path / name)
        made.root.mkdir()
        shutil.copy(empty_database, made.live)
        return made

    return make


@pytest.fixture
def home(new_home: Callable[[str], Home]) -> Home:
    """A home that has an empty live database."""
    return new_home("home")
