"""What rolls off a feed between two polls: found, and filled from archives and sitemaps."""

from __future__ import annotations

import asyncio
import gzip
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from faulty_feeds import START, Desk, Pages, Poll, Story, fault, item, response, rss, tell_faults
from walk_support import ask, audit

from expectations.warehouse import check_warehouse
from expectations.warehouse_rules import WAREHOUSE_RULES
from flows.gaps import fill_gaps
from flows.homes import prepare_home
from flows.polls import Choice, due_feeds, load_polls, poll_feeds
from flows.run import Run, open_run
from flows.settings import read_settings
from flows.subscriptions import subscribe, unsubscribe
from tests.flows.conftest import Machine, Publisher
from transforms.identity import feed_id
from transforms.opml import Subscription
from warehouse import exchanges
from warehouse.connection import Home, writing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LATER = START + timedelta(hours=30)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return tell_faults(globals(), tmp_path_factory.mktemp("gaps") / "home")


def feed(host: str, hours: Iterable[int], older: str = "") -> bytes:
    """Return the answer of a feed with items published some hours after the start."""
    items = (item(-hour - 1, host) for hour in hours)
    link = f'<atom:link rel="prev-archive" href="{older}"/>' if older else ""
    body = rss(*items, head=link)
    return response(200, body.replace(b"<rss ", b'<rss xmlns:atom="http://www.w3.org/2005/Atom" '))


def sitemap(host: str, hours: Iterable[int]) -> bytes:
    """Return a news sitemap of articles published some hours after the start."""
    urls = "".join(
        f"<url><loc>http://{host}/{-hour - 1}</loc><n:news><n:publication_date>"
        f"{START + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}</n:publication_date>"
        f"<n:title>Story {-hour - 1}</n:title></n:news></url>"
        for hour in hours
    )
    namespace = "http://www.google.com/schemas/sitemap-news/0.9"
    return f'<urlset xmlns:n="{namespace}">{urls}</urlset>'.encode()


def gap_of(desk: Desk, host: str) -> dict[str, Any]:
    """Return the one gap of a host's feed."""
    names = ("status", "from_at", "to_at", "urls", "entries", "how", "exchange_id")
    ((*row,),) = ask(
        desk.home,
        f"select {', '.join(names)} from ops.coverage_gaps where feed_id = $1",
        feed_id(f"http://{host}/feed"),
    )
    return dict(zip(names, row, strict=True))


def links(desk: Desk, host: str) -> set[int]:
    """Return the numbers of the stories of a host that are known, in hours after the start."""
    rows = ask(desk.home, "select canonical_url from news.entries where source_id = $1", host)
    return {-int(url.rpartition("/")[2]) - 1 for (url,) in rows}


@fault
def test_a_gap_is_filled_from_the_archive_of_a_feed(desk: Desk) -> Story:
    """Items came and went between two polls: its archive is read back to what was seen."""
    host = "archived.example"
    url = desk.serve(host, feed(host, (-1, -2, -3)))
    yield Poll(url)
    desk.serve(host, feed(host, (28, 26, 24), older="/archive2"))
    desk.publisher.answers[f"{host}/archive2"] = feed(host, (24, 20, 10), older="/archive1")
    desk.publisher.answers[f"{host}/archive1"] = feed(host, (5, -1, -2, -3, -9), older="/archive0")
    assert (yield Poll(url, not_before=LATER)).entries == {"new": 3}
    gap = gap_of(desk, host)
    assert (gap["status"], gap["urls"]) == ("open", [])
    assert gap["from_at"] == START - timedelta(hours=1)
    assert gap["to_at"] == START + timedelta(hours=24)
    yield Pages()
    gap = gap_of(desk, host)
    assert (gap["status"], gap["entries"]) == ("filled", 3)
    assert gap["urls"] == [f"http://{host}/archive2", f"http://{host}/archive1"]
    # What is older than what was seen first was not asked for.
    assert links(desk, host) == {-3, -2, -1, 5, 10, 20, 24, 26, 28}
    asked = [one.target for one in desk.requests(host)]
    assert "/archive0" not in asked
    assert asked.count("/archive2") == 1
    assert {"/-6", "/-11", "/-21"} <= set(asked)  # their pages are wanted


@fault
def test_a_gap_is_filled_from_a_packed_news_sitemap_of_an_index(desk: Desk) -> Story:
    """No archive: robots.txt names an index of sitemaps, and that a gzip file for news."""
    host = "mapped.example"
    url = desk.serve(host, feed(host, (-1, -2)))
    yield Poll(url)
    answers = desk.publisher.answers
    answers[f"{host}/robots.txt"] = response(
        200, b"Sitemap: http://mapped.example/index.xml\nSitemap: http://other.example/news.xml\n"
    )
    answers[f"{host}/index.xml"] = response(
        200,
        b"<sitemapindex><sitemap><loc>http://mapped.example/all-2019.xml</loc>"
        b"<lastmod>2019-12-31</lastmod></sitemap>"
        b"<sitemap><loc>http://mapped.example/news.xml.gz</loc></sitemap></sitemapindex>",
    )
    packed = gzip.compress(sitemap(host, (29, 27, 15, 3, -1, -40)))
    answers[f"{host}/news.xml.gz"] = response(200, packed, Content_Type="application/gzip")
    desk.serve(host, feed(host, (29, 28, 27)))
    yield Poll(url, not_before=LATER)
    yield Pages()
    gap = gap_of(desk, host)
    assert (gap["status"], gap["entries"]) == ("filled", 2)
    assert "sitemap" in gap["how"]
    assert links(desk, host) == {-2, -1, 3, 15, 27, 28, 29}
    asked = [one.target for one in desk.requests(host)]
    assert "/all-2019.xml" not in asked
    assert desk.requests("other.example") == []
    ((active,),) = ask(
        desk.home, "select is_active from news.feeds where url = $1", f"http://{host}/index.xml"
    )
    assert not active


@fault
def test_the_window_of_another_feed_is_no_gap_of_this_one(desk: Desk) -> Story:
    """A redirect to another feed, all of it newer, tells nothing of what was missed here."""
    url = desk.serve("own.example", feed("own.example", range(-3, 0)))
    yield Poll(url)
    yield Poll(desk.serve("own.example", feed("own.example", range(-3, 1))))
    desk.publisher.answers["guest.example/feed"] = feed("guest.example", range(30, 33))
    desk.serve("own.example", response(302, Location="http://guest.example/feed"))
    strayed = yield Poll(url, not_before=START + timedelta(hours=40))
    assert strayed.entries == {"new": 3}
    gaps = "select * from ops.coverage_gaps where feed_id = $1"
    assert ask(desk.home, gaps, feed_id(url)) == []
    assert strayed.state.newest_at == START
    desk.serve("own.example", feed("own.example", range(50, 53)))
    yield Poll(url, not_before=START + timedelta(hours=60))
    assert len(ask(desk.home, gaps, feed_id(url))) == 1


@fault
def test_a_gap_without_archive_stays_in_the_report_with_its_reason(desk: Desk) -> Story:
    """Nothing names what was missed: the gap is told, with its bounds, and why it stays."""
    host = "windowed.example"
    url = desk.serve(host, feed(host, (-1, -2)))
    yield Poll(url)
    desk.serve(host, feed(host, (29, 28)))
    yield Poll(url, not_before=LATER)
    yield Pages()
    ((hours, status, why, url_told),) = ask(
        desk.home,
        "select hours, status, why, feed_url from report.coverage_gap where source_id = $1",
        host,
    )
    assert (hours, status, url_told) == (29.0, "unfillable", url)
    assert "neither an archive nor a sitemap" in why
    desk.serve(host, feed(host, (31, 30, 29)))
    yield Poll(url)
    assert gap_of(desk, host)["status"] == "unfillable"  # and there is no second one


@fault
def test_a_document_that_cannot_be_had_now_is_asked_for_later(desk: Desk) -> Story:
    """The archive is unavailable for an hour: the gap stays open, and is filled afterwards."""
    host = "busy.example"
    url = desk.serve(host, feed(host, (-1, -2)))
    yield Poll(url)
    desk.serve(host, feed(host, (29, 28), older="/older"))
    desk.publisher.answers[f"{host}/older"] = response(503)
    polled = yield Poll(url, not_before=LATER)
    yield Pages()
    yield Pages()
    assert gap_of(desk, host)["status"] == "open"
    assert [one.target for one in desk.requests(host)].count("/older") == 1
    assert desk.run.state.feed_state(feed_id(url)).failures == polled.state.failures == 0
    with writing(Home(desk.home)) as con:
        assert exchanges.feed_histories(con)[feed_id(url)].failing_polls == 0
    desk.publisher.answers[f"{host}/older"] = feed(host, (10, -1))
    yield Poll(url, not_before=desk.machine.now + timedelta(hours=2))
    yield Pages()
    assert (gap_of(desk, host)["status"], gap_of(desk, host)["entries"]) == ("filled", 1)


@fault
def test_nothing_is_asked_for_a_feed_that_is_polled_no_more(desk: Desk) -> Story:
    """Its operator unsubscribed while a gap was open: the gap is settled, and nobody bothered."""
    host = "dropped.example"
    url = desk.serve(host, feed(host, (-1, -2)))
    yield Poll(url)
    desk.serve(host, feed(host, (29, 28), older="/older"))
    yield Poll(url, not_before=LATER)
    assert unsubscribe(desk.home, [url]) == ()
    yield Pages()
    assert "polled no more" in gap_of(desk, host)["how"]
    assert "/older" not in [one.target for one in desk.requests(host)]
    assert gap_of(desk, host)["status"] == "unfillable"


@fault
def test_an_index_of_sitemaps_is_a_feed(desk: Desk) -> Story:
    """Its parts are read as the feed's documents, conditionally, and only those that changed."""
    host = "index.example"
    old, new = f"http://{host}/old.xml", f"http://{host}/news.xml"

    def index(at: str) -> bytes:
        return response(
            200,
            f"<sitemapindex><sitemap><loc>{old}</loc><lastmod>2026-01-01</lastmod></sitemap>"
            f"<sitemap><loc>{new}</loc><lastmod>{at}</lastmod></sitemap></sitemapindex>".encode(),
        )

    answers = desk.publisher.answers
    answers[f"{host}/news.xml"] = response(200, sitemap(host, (-2, -99)), ETag='"n1"')
    url = desk.serve(host, index("2026-03-02T10:00:00Z"))
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason) == ("loaded", "parsed")
    yield Pages()
    assert links(desk, host) == {-2}
    desk.serve(host, index("2026-03-02T10:01:00Z"))
    answers[f"{host}/news.xml"] = response(304)
    yield Poll(url)
    yield Pages()
    sent = [one for one in desk.requests(host) if one.target == "/news.xml"]
    assert [one.headers.get("if-none-match") for one in sent] == [None, '"n1"']
    answers[f"{host}/news.xml"] = response(200, sitemap(host, (4, -2)), ETag='"n2"')
    desk.serve(host, index("2026-03-02T16:01:00Z"))
    yield Poll(url)
    yield Pages()
    assert links(desk, host) == {-2, 4}
    assert "/old.xml" not in [one.target for one in desk.requests(host)]


def test_nothing_vanishes(told: Desk) -> None:
    assert audit(told.home) == []


def test_no_gap_is_left_unexplained(told: Desk) -> None:
    rules = [rule for rule in WAREHOUSE_RULES if "coverage" in rule.rule_id]
    with writing(Home(told.home)) as con:
        assert [one.result.failed_rows for one in check_warehouse(con, rules)] == [0]
        con.execute("begin")
        con.execute("update ops.coverage_gaps set how = '' where status = 'unfillable'")
        con.execute("commit")
        assert [one.result.failed_rows for one in check_warehouse(con, rules)] == [2]


def test_what_was_fetched_before_a_crash_is_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, machine = "crash.example", Machine()
    prepare_home(tmp_path)
    subscribe(tmp_path, [Subscription(url=f"http://{host}/feed")])

    async def poll(run: Run) -> None:
        await poll_feeds(run, await due_feeds(run, Choice(all_feeds=True)))
        await load_polls(run)

    async def die(_: Run) -> int:
        raise InterruptedError

    async def tell() -> list[str]:
        async with Publisher(machine, {f"{host}/feed": feed(host, (-1, -2))}) as publisher:
            address = f"127.0.0.1:{publisher.port}"
            settings = read_settings(
                tmp_path, connect_to=address, host_gap_seconds=0.0, run_budget_seconds=1e8
            )
            async with open_run("ingest", settings, {}, clock=machine.clock) as run:
                await poll(run)
                machine.now = LATER
                publisher.answers[f"{host}/feed"] = feed(host, (29, 28), older="/older")
                publisher.answers[f"{host}/older"] = feed(host, (10, -1))
                await poll(run)
                monkeypatch.setattr("flows.gaps.load_polls", die)
                with pytest.raises(InterruptedError):
                    await fill_gaps(run)
                monkeypatch.undo()
            async with open_run("ingest", settings, {}, clock=machine.clock) as run:
                assert await load_polls(run) == 1
                await fill_gaps(run)
            return publisher.asked

    asked = asyncio.run(tell())
    assert asked.count(f"{host}/older") == 1
    ((status, entries),) = ask(tmp_path, "select status, entries from ops.coverage_gaps")
    assert (status, entries) == ("filled", 1)
    assert audit(tmp_path) == []
