"""Thirty faults that real feeds show, each against a real server: the fault, and what we do.

Most go through the poll half of the walk, with one home and one run that stays open;
the faults of pages go through its other half too. Time is set, not slept.
"""

from __future__ import annotations

import gzip
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from faulty_feeds import Desk, Pages, Poll, Story, fault, feed_of, item, response, rss, tell_faults
from walk_support import Page, ask, audit

from transforms.feeds import MAX_ITEMS, parse_feed
from transforms.identity import feed_id
from transforms.records import Feed

if TYPE_CHECKING:
    from tests.flows.conftest import Lab, Request, Visit
    from transforms.records import FeedState

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return tell_faults(globals(), tmp_path_factory.mktemp("faults") / "home")


# What servers say of freshness and change


@fault
def test_01_permanent_false_304(desk: Desk) -> Story:
    """It answers 304 to every condition: a full fetch each fortnight brings what it hid.

    From then on its validators are not believed for a while.
    """
    host, items = "false304.example", [item(0, "false304.example")]

    def answer(asked: Request) -> bytes:
        if "if-none-match" in asked.headers:
            return response(304, Cache_Control="max-age=250000")
        return response(200, rss(*items), ETag=f'"{len(items)}"', Cache_Control="max-age=250000")

    url = desk.serve(host, answer)
    first = yield Poll(url)
    assert first.entries == {"new": 1}
    items.append(item(-48, host))  # published two days later
    while (polled := (yield Poll(url))).state.status == 304:
        assert polled.outcome == "unchanged"
    assert polled.entries == {"new": 1}
    assert timedelta(days=14) <= polled.state.polled_at - first.state.polled_at
    assert "not believed: 304 came after 1 entries" in polled.state.due_reason
    assert (yield Poll(url)).reason == "same_body"  # asked without a condition, not parsed
    assert "if-none-match" not in desk.requests(host)[-1].headers


@fault
def test_02_304_without_a_condition(desk: Desk) -> Story:
    """It answers 304 to the first poll: a failure, and no state to believe in."""
    url = desk.serve("unasked304.example", response(304, ETag='"a"'))
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason) == ("failed", "unasked_not_modified")
    assert (polled.state.etag, polled.state.failures) == (None, 0.5)


@fault
def test_03_last_modified_in_2041(desk: Desk) -> Story:
    """Its Last-Modified lies in the future: it is echoed as it came, and decides nothing."""
    future = "Tue, 01 Jan 2041 00:00:00 GMT"
    answer = response(200, feed_of("future.example"), Last_Modified=future)
    url = desk.serve("future.example", answer)
    polled = yield Poll(url)
    assert polled.state.due_at - polled.state.polled_at < timedelta(hours=27)
    yield Poll(url)
    assert desk.requests("future.example")[-1].headers["if-modified-since"] == future


@fault
def test_04_frozen_etag_with_new_content(desk: Desk) -> Story:
    """Its ETag stays while the content changes: the body decides, the ETag is sent no more."""
    url = desk.serve("frozen.example", response(200, feed_of("frozen.example", 1), ETag='"1"'))
    yield Poll(url)
    desk.serve("frozen.example", response(200, feed_of("frozen.example", 2), ETag='"1"'))
    assert (yield Poll(url)).entries == {"new": 1}
    assert (yield Poll(url)).reason == "same_body"
    assert "if-none-match" not in desk.requests("frozen.example")[-1].headers


@fault
def test_05_200_with_an_identical_body(desk: Desk) -> Story:
    """It ignores conditions: an unchanged body is known by its hash and not parsed again."""
    url = desk.serve("same.example", response(200, feed_of("same.example")))
    assert (yield Poll(url)).entries == {"new": 3}
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason, polled.entries) == ("unchanged", "same_body", {})
    ((parses,),) = ask(
        desk.home, "select count(*) from ops.parses where feed_id = $1", feed_id(url)
    )
    assert parses == 1


@fault
def test_06_last_build_date_always_now(desk: Desk) -> Story:
    """Each document differs by its date alone: no entry is new, and the feed counts as quiet."""
    items = [item(number, "built.example") for number in range(3)]
    url = desk.serve("built.example", response(200, rss(*items, built="1")))
    first = (yield Poll(url)).state
    desk.serve("built.example", response(200, rss(*items, built="2")))
    polled = yield Poll(url)
    assert (polled.reason, polled.entries) == ("parsed", {})
    assert polled.state.changed_at == first.changed_at


@fault
def test_07_entry_text_always_changing(desk: Desk) -> Story:
    """Summaries carry a counter: an entry whose title and link stay is not fetched again."""
    url = desk.serve("counter.example", response(200, feed_of("counter.example", text="1 view")))
    yield Poll(url)
    desk.serve("counter.example", response(200, feed_of("counter.example", text="2 views")))
    assert (yield Poll(url)).entries == {}


@fault
def test_08_weeks_of_404_then_alive(desk: Desk) -> Story:
    """It is gone for weeks: asked ever less, down to daily, never dropped, and then as before."""
    url = desk.serve("away.example", response(200, feed_of("away.example", 1)))
    yield Poll(url)
    desk.serve("away.example", response(404))
    waits = []
    for _ in range(8):
        polled = yield Poll(url)
        waits.append(polled.state.due_at - polled.state.polled_at)
    assert waits == sorted(waits)
    assert timedelta(hours=24) <= waits[-1] <= timedelta(hours=27)
    desk.serve("away.example", response(200, feed_of("away.example", 2)))
    polled = yield Poll(url, not_before=polled.state.polled_at + timedelta(weeks=3))
    assert (polled.entries, polled.state.failures) == ({"new": 1}, 0.0)
    assert polled.state.due_at - polled.state.polled_at <= timedelta(hours=27)


# Where servers send us


@fault
def test_09_302_to_a_maintenance_page(desk: Desk) -> Story:
    """All addresses lead to one page for a while: a failure; address and validators stay."""
    url = desk.serve("maintained.example", response(200, feed_of("maintained.example"), ETag='"a"'))
    before = (yield Poll(url)).state
    desk.serve("maintained.example", response(302, b"", Location="/sorry"))
    sorry = response(200, b"<!doctype html><title>Back soon</title>", ETag='"sorry"')
    desk.publisher.answers["maintained.example/sorry"] = sorry
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason) == ("failed", "feed_is_html")
    assert polled.state.url == url
    assert (polled.state.etag, polled.state.body_hash) == ('"a"', before.body_hash)


@fault
def test_10_redirect_loops(desk: Desk) -> Story:
    """Two addresses lead to each other: each is asked once, and the loop is told."""
    url = desk.serve("loop.example", response(301, b"", Location="/again"))
    desk.publisher.answers["loop.example/again"] = response(301, b"", Location="/feed")
    assert (yield Poll(url)).reason == "redirect_loop"
    assert [one.target for one in desk.requests("loop.example")] == ["/feed", "/again"]


@fault
def test_11_redirect_to_a_private_address(desk: Desk) -> Story:
    """It leads into our own network: nothing is dialled. test_fetch_guard has all spellings."""
    targets = ("http://127.0.0.1:1/", "http://[::ffff:10.0.0.1]/", "//0x7f.1/")
    hosts = [f"inward{number}.example" for number in range(len(targets))]
    urls = [
        desk.serve(host, response(302, b"", Location=target))
        for host, target in zip(hosts, targets, strict=True)
    ]
    for polled in (yield [Poll(url) for url in urls]):
        assert polled.reason == "address_refused"
    assert [len(desk.requests(host)) for host in hosts] == [1, 1, 1]
    assert "127.0.0.1:1" not in {one.host for one in desk.publisher.requests}


# What servers say when they have had enough


@fault
def test_12_429_without_retry_after(desk: Desk) -> Story:
    """It does not say for how long: the whole host is left alone for a while."""
    host = "enough.example"
    url = desk.serve(host, response(429))
    other = url + "2"
    desk.publisher.answers[f"{host}/feed2"] = response(200, feed_of(host))
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason) == ("failed", "http_429")
    assert polled.state.due_at - polled.state.polled_at >= timedelta(minutes=15)
    assert (yield Poll(other, is_forced=True)).reason == "host_asked_to_wait"
    assert len(desk.requests(host)) == 1
    assert (yield Poll(other)).entries == {"new": 3}


@fault
def test_13_403_used_for_rate_limits(desk: Desk) -> Story:
    """It says Forbidden and means Slower: asked less, its Retry-After kept, never given up."""
    url = desk.serve("forbidding.example", response(200, feed_of("forbidding.example"), ETag='"a"'))
    yield Poll(url)
    desk.serve("forbidding.example", response(403, Retry_After="7200"))
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason, polled.state.etag) == ("failed", "http_403", '"a"')
    assert polled.state.due_at - polled.state.polled_at >= timedelta(hours=2)
    desk.serve("forbidding.example", response(304))
    assert (yield Poll(url)).state.failures == 0


@fault
def test_14_a_challenge_page(desk: Desk) -> Story:
    """A gate wants proof of a human: told as such, whatever the status, and not worked around."""
    page = b"<!doctype html><title>Just a moment...</title>"
    for status in (403, 200):
        host = f"challenge{status}.example"
        url = desk.serve(host, response(status, page, CF_Mitigated="challenge"))
        polled = yield Poll(url)
        assert (polled.outcome, polled.reason) == ("failed", "challenge_page")
        assert (polled.state.problem, polled.state.failures) == ("challenge_page", 0.5)
        assert len(desk.requests(host)) == 1


@fault
def test_15_an_html_login_page_at_200(desk: Desk) -> Story:
    """It wants us to log in and calls that success: a failure; nothing of the page is adopted."""
    url = desk.serve("login.example", response(200, feed_of("login.example"), ETag='"a"'))
    before = (yield Poll(url)).state
    page = b"<html><head><title>Log in</title></head><body><form></form></body></html>"
    desk.serve("login.example", response(200, page, ETag='"b"'))
    polled = yield Poll(url)
    assert (polled.outcome, polled.reason) == ("failed", "feed_is_html")
    assert (polled.state.etag, polled.state.body_hash) == ('"a"', before.body_hash)


# What documents are like


@fault
def test_16_leading_php_warnings(desk: Desk) -> Story:
    """A warning stands before the document: it is cut off, and the items are read."""
    warning = b"<br />\n<b>Warning</b>:  Undefined index in <b>/x.php</b> on line <b>3</b><br />\n"
    url = desk.serve("php.example", response(200, warning + feed_of("php.example")))
    assert (yield Poll(url)).entries == {"new": 3}


@fault
def test_17_truncated_xml(desk: Desk) -> Story:
    """It breaks off in an item: complete items are kept, half ones never, validators not at all."""
    whole = feed_of("cut.example", 3)
    cut = whole[: whole.rindex(b"</link>")]
    url = desk.serve("cut.example", response(200, cut, ETag='"a"'))
    polled = yield Poll(url)
    assert (polled.reason, polled.entries) == ("truncated_document", {"new": 2})
    assert (polled.state.etag, polled.state.body_hash) == (None, None)
    desk.serve("cut.example", response(200, whole, ETag='"a"'))
    assert (yield Poll(url)).titles == ["Story 2 of cut.example"]


@fault
def test_18_nul_and_control_bytes(desk: Desk) -> Story:
    """Bytes that XML forbids: they go, the items stay."""
    body = rss(item(0, "nul.example", title="One\x00 \x0bstory\x1f")).replace(
        b"</rss>", b"\x00</rss>"
    )
    url = desk.serve("nul.example", response(200, b"\x00" + body))
    assert (yield Poll(url)).titles == ["One story"]


@fault
def test_19_undefined_entities(desk: Desk) -> Story:
    """Entities of HTML, and lone ampersands: read as what they mean."""
    title = "Caf&eacute;&nbsp;& bar &mdash; AT&T &unheardof;"
    url = desk.serve("entity.example", response(200, rss(item(0, "entity.example", title=title))))
    assert (yield Poll(url)).titles == ["Café & bar — AT&T &unheardof;"]


@fault
def test_20_declared_utf8_bytes_latin1(desk: Desk) -> Story:
    """It says UTF-8 and sends Latin-1: read by what the bytes are."""
    text = rss(item(0, "latin.example", title="Général à Zürich")).decode()
    url = desk.serve(
        "latin.example",
        response(200, text.encode("latin-1"), Content_Type="application/rss+xml; charset=utf-8"),
    )
    assert (yield Poll(url)).titles == ["Général à Zürich"]


@fault
def test_21_utf16(desk: Desk) -> Story:
    """It comes in UTF-16, with a mark and without, whatever its declaration says."""
    for codec in ("utf-16", "utf-16-be"):
        host = f"{codec}.example"
        text = rss(item(0, host, title="Привет, мир")).decode()
        url = desk.serve(host, response(200, text.encode(codec)))
        assert (yield Poll(url)).titles == ["Привет, мир"]


@fault
def test_22_no_guid_and_no_link(desk: Desk) -> Story:
    """Nothing names the item: its title does, and where there is none either it is a problem."""
    body = rss("<title>Only a title</title>", "<description>Only words</description>")
    url = desk.serve("nameless.example", response(200, body))
    assert (yield Poll(url)).entries == {"no_link": 1, "item_without_identity": 1}
    desk.serve("nameless.example", response(200, body + b"<!-- again -->"))
    # Known by its title; there is still no page to get, and still no identity.
    assert (yield Poll(url)).entries == {"no_link": 1, "item_without_identity": 1}


@fault
def test_23_unstable_guid(desk: Desk) -> Story:
    """Each poll brings other guids for the same links: no page is fetched twice."""
    host = "unstable.example"
    page = Page(number=1, host=host, published="2026-03-02T09:30:00+00:00")
    desk.publisher.answers[page.url.removeprefix("http://")] = response(200, page.html())

    def body(guid: str) -> bytes:
        at = "<pubDate>Mon, 02 Mar 2026 09:30:00 GMT</pubDate>"
        head = f"<title>{page.headline}</title><link>{page.url}</link>{at}"
        return response(200, rss(f"{head}<guid isPermaLink='false'>{guid}</guid>"))

    url = desk.serve(host, body("a"))
    yield Poll(url)
    yield Pages()
    desk.serve(host, body("b"))
    polled = yield Poll(url)
    assert (polled.entries, polled.reason) == ({}, "guid_unstable")  # known by their links
    yield Pages()
    assert [one.target for one in desk.requests(host)].count(page.url.partition(host)[2]) == 1


@fault
def test_24_relative_and_scheme_relative_links(desk: Desk) -> Story:
    """Links lack host or scheme: completed from where the feed says that it belongs."""
    links = ("/a", "//other.example/b", "c?id=1")
    body = rss(*(f"<title>T {link}</title><link>{link}</link>" for link in links))
    url = desk.serve("relative.example", response(200, body))
    yield Poll(url)
    found = ask(
        desk.home, "select url from news.entries where feed_id = $1 order by position", feed_id(url)
    )
    assert [link for (link,) in found] == [
        "http://site.example/a",
        "http://other.example/b",
        "http://site.example/c?id=1",
    ]


def test_25_a_sitemap_of_50000_items(lab: Lab) -> None:
    """Far more items than news: cut before they cost anything, and the number cut is told."""
    urls = "".join(f"<url><loc>http://big.example/{n}</loc></url>" for n in range(50_000))
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
    feed = Feed(feed_id="f", source_id="s", url="http://big.example/sitemap.xml")

    async def story(visit: Visit) -> None:
        packed = response(200, gzip.compress(body), Content_Encoding="gzip")
        visit.answers["/sitemap.xml"] = packed
        exchange = await visit.feed(feed.url)
        began = time.process_time()
        parsed = parse_feed(exchange, feed, max_bytes=10 * 2**20)
        assert time.process_time() - began < 2.0
        assert (parsed.items, len(parsed.entries)) == (50_000, MAX_ITEMS)
        assert parsed.items_left == 50_000 - MAX_ITEMS
        assert [problem.code for problem in parsed.problems] == ["items_cut"]

    lab(story)


# What connections are like


@fault
def test_26_three_hundred_headers(desk: Desk) -> Story:
    """It sends more headers than clients allow: read and kept, all of them."""
    many = {f"X-Filler-{number}": "x" * 50 for number in range(300)}
    url = desk.serve("headers.example", response(200, feed_of("headers.example"), **many))
    assert (yield Poll(url)).entries == {"new": 3}


@fault
def test_27_servers_that_hang_on_a_connection_header(desk: Desk) -> Story:
    """It never answers a request that has a Connection header: ours have none."""

    def answer(asked: Request) -> bytes | None:
        if "connection" in asked.headers:
            return None
        return response(200, feed_of("hanging.example"))

    url = desk.serve("hanging.example", answer)
    assert (yield Poll(url)).entries == {"new": 3}


# What must be remembered


FAILURES = {
    "status": response(500, b"oops", ETag='"bad"'),
    "empty": response(200, b"", ETag='"bad"'),
    "cut-gzip": response(
        200, gzip.compress(feed_of("x.example"))[:-9], Content_Encoding="gzip", ETag='"bad"'
    ),
    "cut-body": b"HTTP/1.1 200 OK\r\nETag: bad\r\nContent-Length: 900\r\n\r\n<rss",
    "no-http": b"no HTTP at all\r\n\r\n",
}


@fault
def test_28_a_failed_fetch_clears_nothing(desk: Desk) -> Story:
    """However a poll fails, what is known of the feed stays, and is used with the next."""
    polls = [Poll(f"http://{name}.example/feed") for name in FAILURES]
    for name in FAILURES:
        host = f"{name}.example"
        desk.serve(host, response(200, feed_of(host), ETag='"a"', Last_Modified="then"))
    before = yield polls
    for name, failure in FAILURES.items():
        desk.serve(f"{name}.example", failure)
    after = yield polls
    assert {polled.outcome for polled in after} == {"failed"}
    for known, polled in zip(before, after, strict=True):
        assert known_of(polled.state) == known_of(known.state)
        assert polled.state.failures > 0
    for name in FAILURES:
        desk.serve(f"{name}.example", response(304))
    assert [polled.state.failures for polled in (yield polls)] == [0] * len(FAILURES)
    for name in FAILURES:
        sent = desk.requests(f"{name}.example")[-1].headers
        assert (sent["if-none-match"], sent["if-modified-since"]) == ('"a"', "then")


def known_of(state: FeedState) -> tuple[object, ...]:
    """Return what a failure must leave alone."""
    return (
        *(state.url, state.etag, state.last_modified, state.body_hash),
        *(state.changed_at, state.full_fetch_at),
    )


@fault
def test_29_retitled_entries_under_the_same_guid(desk: Desk) -> Story:
    """An entry gets another headline: the same entry, whose page is wanted again."""
    host = "retitled.example"
    url = desk.serve(host, response(200, feed_of(host, 2)))
    yield Poll(url)
    items = item(0, host, title="Another headline"), item(1, host)
    desk.serve(host, response(200, rss(*items)))
    polled = yield Poll(url)
    assert (polled.entries, polled.titles) == ({"retitled": 1}, ["Another headline"])
    ((entries,),) = ask(
        desk.home, "select count(*) from news.entries where feed_id = $1", feed_id(url)
    )
    assert entries == 2


@fault
def test_30_the_same_story_in_several_feeds_of_one_outlet(desk: Desk) -> Story:
    """Two feeds lead to one page: it is fetched once, and is one article."""
    page = Page(number=2, host="twofeeds.example", published="2026-03-02T09:30:00+00:00")
    at = "<pubDate>Mon, 02 Mar 2026 09:30:00 GMT</pubDate>"
    urls = [f"http://twofeeds.example/{name}" for name in ("top", "world")]
    for url in urls:
        link = f"{page.url}?utm_source={url[-3:]}"
        desk.publisher.answers[link.removeprefix("http://")] = response(200, page.html())
        head = f"<title>{page.headline}</title><link>{link}</link>{at}<guid>{url}</guid>"
        desk.publisher.answers[url.removeprefix("http://")] = response(200, rss(head))
    assert [polled.entries for polled in (yield [Poll(url) for url in urls])] == [{"new": 1}] * 2
    yield Pages()
    pages = [one for one in desk.requests("twofeeds.example") if "/news/" in one.target]
    assert len(pages) == 1
    assert ask(
        desk.home, "select count(*) from news.articles where canonical_url like '%twofeeds%'"
    ) == [(1,)]


def test_nothing_vanished_in_all_of_this(told: Desk) -> None:
    """Every item that came in by any of these polls has its outcome."""
    assert audit(told.home) == []
