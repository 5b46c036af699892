from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from transforms.records import Source, Want
from warehouse import load, register
from warehouse.connection import writing
from warehouse.state import WantInHand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

    import duckdb

    from transforms.records import Article
    from warehouse.connection import Home


@pytest.fixture
def con(home: Home, world: SimpleNamespace) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(home) as connection:
        register.put_feeds(connection, [world.SOURCE], [world.FEED], world.T0)
        yield connection


@pytest.fixture
def small(con: duckdb.DuckDBPyConnection, world: SimpleNamespace) -> tuple[Article, Want]:
    """Day 1: a poll with a new entry, its page. Day 2: nothing. Day 3: a poll that failed."""
    poll = world.exchange(world.FEED_URL)
    entry = world.entry("a", poll)
    want = world.want(entry)
    page = world.exchange(want.url, 1, "page")
    article = world.article("a", page, entry_id=entry.entry_id)
    load.load(con, world.polls(entry, came=poll))
    load.load(con, world.pages((article, want, page)))
    late = world.exchange(world.FEED_URL, 48, status=503)
    failed = world.outcome("poll", world.FEED.feed_id, late, "failed", reason="http_503")
    load.load(con, replace(world.polls(came=late), parsed=(), outcomes=(failed,)))
    return article, want


def found(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def test_article_shows_the_current_version(
    con: duckdb.DuckDBPyConnection, small: tuple[Article, Want], world: SimpleNamespace
) -> None:
    article, _ = small
    (row,) = found(
        con,
        "select source, headline, authors, agencies, published_at, has_date_conflict, date_doubts,"
        " doubts, body, url, versions, last_change, country from report.article",
    )
    assert row == (
        "The Courier", article.headline, ["Ann"], ["Agence France-Presse"], world.at(-5), True,
        ["feed and page differ"], ["date_conflict"], article.body, article.canonical_url, 1,
        "first", "kz",
    )  # fmt: skip


@pytest.mark.usefixtures("small")
def test_volume_is_counted_by_outlet_and_day(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "select source, day, published, first_seen from report.volume_by_day") == [
        ("The Courier", date(2022, 1, 10), 1, 1)
    ]


@pytest.mark.usefixtures("small")
def test_source_day_tells_zero_from_silence(con: duckdb.DuckDBPyConnection) -> None:
    assert found(
        con,
        "select day, polls, polls_failed, entries_new, pages_fetched, articles_loaded, standing"
        " from report.source_day order by day",
    ) == [
        (date(2022, 1, 10), 1, 0, 1, 1, 1, "articles"),
        (date(2022, 1, 11), 0, 0, 0, 0, 0, "not_asked"),
        (date(2022, 1, 12), 1, 1, 0, 0, 0, "feed_failed"),
    ]


def test_wire_copy_is_found_across_outlets(
    con: duckdb.DuckDBPyConnection, small: tuple[Article, Want], world: SimpleNamespace
) -> None:
    article, want = small
    page = world.exchange("https://echo.example/b", 2, "page")
    copy = replace(
        world.article("b", page), source_id="echo.example", canonical_url="https://echo.example/b"
    )
    other = Source(source_id="echo.example", name="Echo")
    register.put_feeds(con, [other], [], world.T0)
    load.load(con, world.pages((copy, replace(want, want_id="w2", entry_id=None), page)))
    assert found(
        con, "select sources, articles, source_ids, first_headline from report.wire_copy"
    ) == [(2, 2, ["courier.example", "echo.example"], article.headline)]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "url",
    [
        "https://courier.example/a?utm_source=rss",
        "https://courier.example/a",
        "http://courier.example/a/",
        "https://courier.example/a#top",
        "https://courier.example/a/amp",
        "https://courier.example/a?fbclid=1&utm_medium=x",
    ],
)
def test_url_trace_tells_the_whole_story_in_any_form_of_the_url(
    con: duckdb.DuckDBPyConnection, url: str
) -> None:
    rows = con.execute("select event, what from report.url_trace(?)", [url]).fetchall()
    assert [event for event, _ in rows] == [
        "entry", "want", "outcome", "exchange", "outcome", "outcome", "version",
    ]  # fmt: skip
    assert ("outcome", "entry loaded: new") in rows
    assert ("outcome", "page loaded: new") in rows


@pytest.mark.usefixtures("small")
def test_url_trace_of_an_unknown_url_is_empty(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "from report.url_trace('https://courier.example/zzz')") == []


def test_url_trace_tells_why_a_page_is_not_here(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    poll = world.exchange(world.FEED_URL)
    entry = world.entry("a", poll)
    want = world.want(entry)
    page = world.exchange(want.url, 1, "page")
    article = world.article("a", page)
    batch = world.pages((article, want, page))
    held = replace(
        batch,
        articles=(),
        outcomes=(
            world.outcome("page", want.want_id, page),
            world.outcome("article", want.want_id, page, "quarantined", reason=world.HIT.rule_id),
        ),
        quarantined=(world.quarantined(article, want),),
    )
    load.load(con, world.polls(entry, came=poll))
    load.load(con, held)
    rows = found(con, "select what from report.url_trace('https://courier.example/a')")
    assert any(world.HIT.rule_id in what and "kept aside" in what for (what,) in rows)


@pytest.mark.usefixtures("small")
def test_nothing_vanished(con: duckdb.DuckDBPyConnection) -> None:
    assert found(con, "from report.outcome_audit") == []


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("loss", "check"),
    [
        ("delete from ops.outcomes where stage = 'entry'", "items_without_outcome"),
        ("delete from ops.outcomes where stage = 'poll'", "exchange_without_outcome"),
        ("delete from ops.outcomes where stage = 'page'", "want_without_outcome"),
        ("delete from ops.outcomes where stage = 'article'", "page_without_article_outcome"),
        ("delete from ops.wants", "entry_without_want"),
        ("delete from news.entries", "entry_without_row"),
        ("delete from news.article_versions", "article_without_version"),
        ("delete from news.articles", "version_without_article"),
        ("delete from ops.validation_results", "load_differs_from_ledger"),
        ("insert into ops.outcomes from ops.outcomes where stage = 'page'", "outcome_twice"),
        (
            "update ops.outcomes set outcome = 'quarantined' where stage = 'article'",
            "quarantined_without_record",
        ),
    ],
)
def test_the_audit_finds_each_loss(con: duckdb.DuckDBPyConnection, loss: str, check: str) -> None:
    con.execute(loss)
    checks = {row[0] for row in found(con, "select check_name from report.outcome_audit")}
    assert check in checks


def test_a_page_in_hand_is_not_missing(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    poll = world.exchange(world.FEED_URL)
    entry = world.entry("a", poll)
    want: Want = world.want(entry)
    load.load(con, world.polls(entry, came=poll))
    assert found(con, "select check_name from report.outcome_audit") == [("want_without_outcome",)]
    in_hand = WantInHand(
        want=want, state="waiting", attempts=1, next_try_at=world.at(3),
        last_problem="http_503", run_id=None, is_ready=True,
    )  # fmt: skip
    assert register.copy_work_in_hand(con, [in_hand]) == 1
    assert found(con, "from report.outcome_audit") == []
    rows = found(con, "select event, detail from report.url_trace('https://courier.example/a')")
    assert ("in hand", "http_503") in rows
    assert register.copy_work_in_hand(con, []) == 0
    assert found(con, "from ops.work_in_hand") == []


def test_unchanged_entries_are_counted_without_rows(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    first, second = (world.exchange(world.FEED_URL, hours) for hours in (0, 1))
    old, new = world.entry("a", second), world.entry("b", second)
    load.load(con, world.polls(world.entry("a", first), came=first))
    load.load(con, world.polls(old, new, came=second, known=(old.entry_id,)))
    register.copy_work_in_hand(con, [])
    assert found(con, "select items, unchanged from ops.parses order by parsed_at") == [
        (1, 0),
        (2, 1),
    ]
    assert found(con, "from report.outcome_audit where check_name = 'items_without_outcome'") == []
