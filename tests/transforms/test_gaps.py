"""Gaps between two polls of a feed: when there is one, and where to look for what was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from transforms.gaps import (
    after_document,
    chosen_parts,
    chosen_sitemaps,
    document_for,
    documents_after_poll,
    further_documents,
    gap_before,
    remembering,
    settled,
    within,
)
from transforms.identity import entry_id
from transforms.records import (
    Entry,
    Exchange,
    Feed,
    FeedState,
    Gap,
    Moment,
    ParsedFeed,
    Problem,
    SitemapPart,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "https://a.example"
FEED = Feed(feed_id="f", source_id="a.example", url="https://a.example/feed")
STATE = FeedState(feed_id="f", url=FEED.url, full_fetch_at=NOW - 12 * HOUR)
EXCHANGE = Exchange(
    exchange_id="x",
    run_id="r",
    purpose="feed",
    requested_url=FEED.url,
    final_url=FEED.url,
    fetched_at=NOW,
    elapsed_ms=1,
    status=200,
)


def entry(name: str, age: float | None, position: int = 0) -> Entry:
    """Return an entry of some hours of age; without a date where there is none."""
    at = None if age is None else NOW - age * HOUR
    moment = at and Moment(at=at, precision="second", has_zone=True, raw="", origin="feed")
    return Entry(
        entry_id=entry_id("f", name),
        feed_id="f",
        source_id="a.example",
        exchange_id="x",
        seen_at=NOW,
        position=position,
        guid=name,
        url=f"https://a.example/{name}",
        canonical_url=f"https://a.example/{name}",
        title=name,
        published=moment or None,
    )


def document(*ages: float | None, pins: tuple[float, ...] = (), **given: object) -> ParsedFeed:
    """Return a document of entries, named by their ages: pinned ones first."""
    numbers = [*pins, *ages]
    named = ((f"none {at}" if age is None else str(age), age) for at, age in enumerate(numbers))
    entries = tuple(entry(name, age, at) for at, (name, age) in enumerate(named))
    made = ParsedFeed(feed_id="f", exchange_id="x", format="rss20", body_hash="", items=0)
    return replace(made, entries=entries, items=len(entries), **given)  # type: ignore[arg-type]


def ids(parsed: ParsedFeed) -> set[str]:
    return {one.entry_id for one in parsed.entries}


BEFORE = document(20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
CUT = (Problem(stage="poll", subject="", code="truncated_document"),)


@pytest.mark.parametrize(
    ("before", "after", "bounds"),
    [
        (BEFORE, document(1, 2, 3), (20, 3)),  # all of it is newer than all before
        (BEFORE, document(1, 2, 20), None),  # joined by the newest of last time
        (BEFORE, document(1, 2, 24), None),  # by another one of them: the newest was taken down
        (BEFORE, document(1, 2, 21, 22), None),
        (BEFORE, document(1, 2, pins=(29,)), (20, 2)),  # a pinned one joins nothing
        (BEFORE, document(1, 2, 20.5), None),  # an unknown one from before: ids changed, perhaps
        (BEFORE, document(1, 2, problems=CUT), None),  # breaks off: the rest comes another time
        (BEFORE, document(), None),
        (BEFORE, BEFORE, None),
        (document(), document(1, 2), None),  # nothing was seen before
        (document(None, None, None), document(1, 2), (12, 0)),  # no dates: the time of the polls
        (document(30), document(1), (30, 1)),  # a window of one
    ],
)
def test_a_gap_is_where_a_document_is_not_joined_to_the_last(
    before: ParsedFeed, after: ParsedFeed, bounds: tuple[float, float] | None
) -> None:
    state = remembering(STATE, before, NOW)
    gap = gap_before(state, after, EXCHANGE, FEED, ids(before), NOW)
    if bounds is None:
        assert gap is None
    else:
        assert gap is not None
        assert (gap.from_at, gap.to_at) == (NOW - bounds[0] * HOUR, NOW - bounds[1] * HOUR)
        assert (gap.status, gap.exchange_id, gap.kind) == ("open", "x", "rolled_off")


LONG = document(*range(20, 40))


@pytest.mark.parametrize(
    ("after", "is_leak"),
    [
        (document(1, 2, *range(20, 38)), False),  # the window moved on
        (document(*range(1, 16), *range(20, 25)), False),  # far, and yet in order
        (document(1, 2, *range(22, 40)), False),  # two were taken down
        (document(1, 2, *range(25, 40)), True),  # half of the newest are gone, older ones stay
        (document(1, 2, 21, 24, 28), True),
        (document(*range(25, 40)), False),  # nothing new: taken down
        (document(1, 2, 21, 24, 28, problems=CUT), False),
    ],
)
def test_a_feed_whose_entries_leave_out_of_order_is_likely_to_lose_some(
    after: ParsedFeed, *, is_leak: bool
) -> None:
    state = remembering(STATE, LONG, NOW)
    gap = gap_before(state, after, EXCHANGE, FEED, ids(LONG), NOW)
    assert (gap is not None) == is_leak
    if gap is not None:
        assert (gap.kind, gap.from_at, gap.to_at) == ("leaked", NOW - 20 * HOUR, NOW - HOUR)


def test_the_first_document_shows_no_gap() -> None:
    assert gap_before(STATE, document(1, 2), EXCHANGE, FEED, set(), NOW) is None


def test_a_document_that_breaks_off_joins_only_where_it_holds_what_is_known() -> None:
    state = remembering(STATE, BEFORE, NOW)
    assert remembering(state, document(1, 2, problems=CUT), NOW) == state
    joined = remembering(state, document(1, 20, problems=CUT), NOW)
    assert joined.newest_at == NOW - HOUR


def test_the_future_is_no_evidence() -> None:
    state = remembering(STATE, document(-48, 20, 21, 22), NOW)
    assert state.newest_at == NOW - 20 * HOUR
    gap = gap_before(state, document(-24, 1, 2, 3), EXCHANGE, FEED, set(), NOW)
    assert gap is not None
    assert gap.to_at == NOW - 3 * HOUR


GAP = Gap(
    gap_id="g",
    feed_id="f",
    source_id="a.example",
    kind="rolled_off",
    from_at=NOW - 20 * HOUR,
    to_at=NOW - 3 * HOUR,
    found_at=NOW,
    exchange_id="x",
    site_url="https://a.example/1",
)
OLDER = "https://a.example/feed?page=2"


def test_a_gap_is_filled_once_documents_go_back_to_its_start() -> None:
    once = after_document(GAP, document(4, 9, 10, older_url=OLDER), "u1", 3, NOW)
    assert (once.status, once.reached_at, once.entries) == ("open", NOW - 10 * HOUR, 3)
    (wanted,) = further_documents(once, document(4, older_url=OLDER), "f", 10)
    assert (wanted.url, wanted.gap_id) == (OLDER, "g")
    assert (wanted.since_at, wanted.until_at) == (GAP.from_at, GAP.to_at)
    twice = after_document(once, document(11, 20), OLDER, 2, NOW)
    assert (twice.status, twice.entries, twice.urls) == ("filled", 5, ("u1", OLDER))
    assert "archive" in twice.how
    assert further_documents(twice, document(21, older_url="u3"), "f", 10) == ()


def test_neither_loops_nor_long_archives_are_followed_for_ever() -> None:
    read = replace(GAP, urls=(OLDER, "u2"))
    assert further_documents(read, document(4, older_url=OLDER), "f", 10) == ()
    assert further_documents(read, document(4, older_url="u3"), "f", 2) == ()
    parts = tuple(SitemapPart(url=f"p{number}") for number in range(9))
    index = document(parts=parts)
    assert len(further_documents(read, index, "f", 10)) == 5
    assert len(further_documents(read, index, "f", 4)) == 2


def test_only_what_a_gap_lacks_is_taken_from_a_document() -> None:
    wanted = document_for(GAP, OLDER, "f")
    parsed = document(1, 3, 10, 20, 21, None, items_left=1)
    archive = within(parsed, wanted)
    assert [one.position for one in archive.entries] == [1, 2, 3, 5]
    assert archive.items_left == 3
    sitemap = within(replace(parsed, format="news_sitemap"), wanted)
    assert [one.position for one in sitemap.entries] == [2]  # those on the bounds were seen
    assert sitemap.items_left == 6


@pytest.mark.parametrize(
    ("kind", "urls", "status"),
    [
        ("rolled_off", ("u",), "unfillable"),
        ("asked", ("u",), "filled"),
        ("asked", (), "unfillable"),
    ],
)
def test_what_cannot_be_filled_is_settled_with_its_reason(
    kind: str, urls: tuple[str, ...], status: str
) -> None:
    done = settled(replace(GAP, kind=kind, urls=urls), "why", NOW)  # type: ignore[arg-type]
    assert (done.status, done.how, done.settled_at) == (status, "why", NOW)


def test_the_parts_of_an_index_that_may_hold_news_are_chosen() -> None:
    ages = {"old": 999, "b": 30, "a": 2, "undated": None, "news": None, "c": 40}
    times = {name: None if age is None else NOW - age * HOUR for name, age in ages.items()}
    parts = [
        SitemapPart(url=f"https://a.example/{name}.xml", changed_at=times[name]) for name in ages
    ]
    names = [part.url[18:-4] for part in chosen_parts(parts, NOW - 20 * HOUR)]
    assert names == ["news", "a", "b", "c", "undated"]
    assert chosen_sitemaps(("x", "https://a.example/news.xml", "x", "y", "z")) == (
        "https://a.example/news.xml",
        "x",
        "y",
    )


def test_a_polled_index_leads_to_the_parts_that_changed_since() -> None:
    parts = (
        SitemapPart(url="new", changed_at=NOW - HOUR),
        SitemapPart(url="old", changed_at=NOW - 99 * HOUR),
    )
    index = document(format="sitemapindex", parts=parts)
    (wanted,) = documents_after_poll(FEED, index, EXCHANGE, STATE, None)
    assert (wanted.url, wanted.gap_id, wanted.since_at) == ("new", None, NOW - 36 * HOUR)
    first = STATE._replace(full_fetch_at=None)
    (wanted,) = documents_after_poll(FEED, index, EXCHANGE, first, None)
    assert wanted.since_at == NOW - 48 * HOUR
