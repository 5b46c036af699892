"""Homes with records kept aside: brought in by the walk's own path, judged by the real rules."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.check import check_articles, check_entries
from flows.homes import prepare_home
from transforms import identity
from transforms.fates import Fate
from transforms.outcomes import Stamp
from transforms.page_batches import Known, ReadPage, article_batch
from transforms.poll_batches import ReadPoll, poll_batch, want_of
from transforms.records import (
    Article,
    Batch,
    Block,
    Credit,
    Doubt,
    Entry,
    Exchange,
    Feed,
    FeedState,
    Moment,
    ParsedFeed,
    Place,
    Source,
    Tag,
    Verdict,
    Want,
)
from transforms.selection import decide
from transforms.urls import canonical_url
from warehouse import history, load, read, register
from warehouse.connection import Home, writing
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

T0 = datetime(2022, 1, 20, 12, tzinfo=UTC)
RUN = "20220120T120000-000000"
SOURCES = ("courier.example", "herald.example")
FEEDS = {
    source: Feed(
        feed_id=identity.feed_id(f"https://{source}/rss"),
        source_id=source,
        url=f"https://{source}/rss",
    )
    for source in SOURCES
}
STORY = (
    "The troops of the alliance will stay in the country for a limited time only, he said.",
    "Streets in the largest city were quiet on Monday, and shops had opened again.",
    "Officials counted the damage and asked the owners of burnt cars to come forward.",
)
LISTING = tuple(f"Troops stay in city number {number}" for number in range(12))


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def exchange(url: str, hours: float, purpose: str = "page") -> Exchange:
    return Exchange(
        exchange_id=identity.exchange_id(purpose, url, at(hours)),
        run_id=RUN,
        purpose=purpose,  # type: ignore[arg-type]
        requested_url=url,
        final_url=url,
        fetched_at=at(hours),
        elapsed_ms=5,
        status=200,
        place=Place(file="2022/a.warc.gz", offset=0, length=9),
        payload_bytes=9,
        payload_hash=identity.make_id("payload", url, str(hours)),
    )


def entry(key: str, hours: float = 0, source: str = SOURCES[0], **more: Any) -> Entry:  # noqa: ANN401 (fields of many types)
    came = exchange(FEEDS[source].url, hours, "feed")
    url = more.get("url", f"https://{source}/{key}")
    plain = {
        "entry_id": identity.entry_id(FEEDS[source].feed_id, key),
        "feed_id": FEEDS[source].feed_id,
        "source_id": source,
        "exchange_id": came.exchange_id,
        "seen_at": came.fetched_at,
        "position": 0,
        "guid": key,
        "url": url,
        "canonical_url": canonical_url(url) if url.startswith("http") else None,
        "title": f"Title of {key}",
        "tags": (Tag(name="World", origin="feed"),),
    }
    return Entry(**plain | more)


def article(key: str, texts: Sequence[str], hours: float, source: str = SOURCES[0]) -> Article:
    url = f"https://{source}/{key}"
    came, body = exchange(url, hours), "\n".join(texts)
    content = identity.make_id("content", body)
    moment = Moment(
        at=at(-2), precision="second", has_zone=True, raw="2022-01-20T10:00:00Z", origin="meta"
    )
    return Article(
        article_id=identity.article_id(url),
        version_id=identity.version_id(identity.article_id(url), content),
        exchange_id=came.exchange_id,
        source_id=source,
        canonical_url=url,
        requested_url=url,
        final_url=url,
        fetched_at=came.fetched_at,
        entry_id=None,
        amp_url=None,
        headline=f"Headline of {key}",
        headline_origin="json-ld",
        kicker=None,
        standfirst="In short",
        section=None,
        dateline="ALMATY",
        published=moment,
        modified=None,
        date_candidates=(moment,),
        language="en",
        language_origin="markup",
        kind="article",
        kind_reason="json-ld",
        is_paywalled=False,
        body=body,
        blocks=(
            *_blocks(texts),
            Block(position=len(texts), kind="caption", text="A tank, 2014", credit="AP"),
        ),
        credits=(Credit(role="author", name="Ann Ivanova", raw="By Ann", origin="byline"),),
        tags=(Tag(name="CSTO", origin="meta"),),
        words=len(body.split()),
        body_hash=identity.make_id("body", body),
        content_hash=content,
        extractor="copytaster 0.1.0",
        doubts=(Doubt(code="author_conflict", detail="byline and feed differ"),),
    )


def _blocks(texts: Sequence[str]) -> list[Block]:
    blocks, start = [], 0
    for position, text in enumerate(texts):
        end = start + len(text)
        blocks.append(Block(position=position, kind="paragraph", text=text, start=start, end=end))
        start = end + 1
    return blocks


@cache
def _empty_home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="copytaster-tests-")) / "home"
    prepare_home(folder)
    home = Home(folder)
    with writing(home) as con:
        register.begin_run(con, RUN, "ingest", {}, at(0), "copytaster 0.1.0")
        register.end_run(con, RUN, "done", at(1), {})
        sources = [Source(source_id=source, name=source) for source in SOURCES]
        register.put_feeds(con, sources, list(FEEDS.values()), at(0))
    return folder


def make_home(folder: Path) -> Home:
    """Return a home with two outlets and nothing else."""
    shutil.copytree(_empty_home(), folder)
    return Home(folder)


def bring_entries(home: Home, *entries: Entry) -> Batch:
    """Load entries of one poll each, as a run does."""
    polls = []
    with writing(home) as con:
        known = read.known_entries(con, [one.entry_id for one in entries])
    for one in entries:
        feed = FEEDS[one.source_id]
        came = exchange(feed.url, (one.seen_at - T0) / timedelta(hours=1), "feed")
        parsed = ParsedFeed(
            feed_id=feed.feed_id,
            exchange_id=came.exchange_id,
            format="rss20",
            body_hash="b",
            items=1,
            entries=(one,),
        )
        polls.append(
            ReadPoll(
                exchange=came,
                feed_id=feed.feed_id,
                fate=Fate(outcome="loaded", reason="parsed"),
                state=FeedState(feed_id=feed.feed_id, url=feed.url),
                parsed=parsed,
                decisions=decide([one], known),
            )
        )
    worth = [d.entry for poll in polls for d in poll.decisions if d.action == "fetch"]
    batch = poll_batch(
        polls,
        {one.entry_id: _verdict(one) for one in worth},
        (),
        set(),
        Stamp(run_id=RUN, at=max(one.seen_at for one in entries)),
    )
    with State(home.state) as state, writing(home) as con:
        state.want(batch.wants, batch.at)
        load.load(con, batch)
        register.copy_work_in_hand(con, state.in_hand(batch.at))
    return batch


def bring_pages(home: Home, *pairs: tuple[Article, Want], accept: bool = False) -> None:
    """Load pages as a run does; with ``accept`` whatever the rules say."""
    pages = [
        ReadPage(
            want=want,
            exchange=exchange(read_.canonical_url, (read_.fetched_at - T0) / timedelta(hours=1)),
            page_fate=Fate(outcome="loaded", reason="archived"),
            article=replace(read_, entry_id=want.entry_id),
        )
        for read_, want in pairs
    ]
    verdicts = {one.version_id: _verdict(one) for one, _ in pairs}
    if accept:
        verdicts = {key: replace(one, status="marked") for key, one in verdicts.items()}
    with writing(home) as con:
        known = Known(versions=read.known_versions(con, verdicts), wants=set())
        stamp = Stamp(run_id=RUN, at=max(one.fetched_at for one, _ in pairs))
        batch, fates = article_batch(pages, verdicts, (), known, stamp)
        load.load(con, batch)
    with State(home.state) as state:
        state.finish([want.want_id for want, _ in fates], at(1000))
        with writing(home) as con:
            register.copy_work_in_hand(con, state.in_hand(at(1000)))


def _verdict(record: Entry | Article) -> Verdict:
    """Return what the rules say, which is not asked twice of what differs in time or name alone."""
    if isinstance(record, Entry):
        same = replace(record, entry_id="e", seen_at=T0, exchange_id="x", guid="g", title="A title")
        if str(record.url).startswith(
            tuple(f"https://{source}/{key}" for source in SOURCES for key in "abc")
        ):
            same = replace(same, url=f"https://{SOURCES[0]}/a", canonical_url=None, source_id="s")
        return replace(_judged(replace(same, feed_id="f")), subject_id=record.entry_id)
    same = replace(article("a", STORY, 0), body=record.body, blocks=record.blocks)
    return replace(_judged(same), subject_id=record.version_id)


@cache
def _judged(record: Entry | Article) -> Verdict:
    if isinstance(record, Entry):
        return check_entries([record], now=at(1000)).verdicts[0]
    return check_articles([record], now=at(1000)).verdicts[0]


def bring_story(
    home: Home,
    key: str,
    texts: Sequence[str],
    hours: float = 0,
    **more: Any,  # noqa: ANN401 (as above)
) -> Article:
    """Bring an entry and, an hour later, its page."""
    accept = more.pop("accept", False)
    one = entry(key, hours, **more)
    bring_entries(home, one)
    read_ = article(key, texts, hours + 1, one.source_id)
    bring_pages(home, (read_, want_of(one, "new")), accept=accept)
    return read_


def ask(home: Home, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with writing(home) as con:
        return con.execute(sql, list(values)).fetchall()


def held_ids(home: Home, status: str = "held") -> list[str]:
    sql = "select quarantine_id from ops.quarantine where status = $1 order by all"
    return [key for (key,) in ask(home, sql, status)]


def known_entry(home: Home, key: str, source: str = SOURCES[0]) -> Entry | None:
    entry_id = identity.entry_id(FEEDS[source].feed_id, key)
    with writing(home) as con:
        return history.entries(con, [entry_id]).get(entry_id)
