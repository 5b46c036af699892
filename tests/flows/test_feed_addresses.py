"""Feeds that move, go, or make up new guids: polled over weeks of a set clock."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from faulty_feeds import Desk, Pages, Poll, Story, fault, feed_of, item, response, rss, tell_faults
from typer.testing import CliRunner
from walk_support import ask, audit

from flows.cli import app
from transforms.identity import feed_id

if TYPE_CHECKING:
    from tests.flows.conftest import Request


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return tell_faults(globals(), tmp_path_factory.mktemp("addresses") / "home")


def events(desk: Desk, url: str) -> list[str]:
    found = ask(
        desk.home,
        "select event from ops.feed_moves where feed_id = $1 order by moved_at",
        feed_id(url),
    )
    return [event for (event,) in found]


@fault
def test_a_proven_move_is_adopted_and_a_lost_address_given_up(desk: Desk) -> Story:
    """A permanent redirect to the same feed: asked there after 48 hours; told in `feeds show`."""
    url = desk.serve("old.example", response(200, feed_of("old.example"), ETag='"a"'))
    yield Poll(url)
    new = desk.serve("new.example", response(200, feed_of("old.example"), ETag='"a"'))
    desk.serve("old.example", response(301, b"", Location=new))
    started = desk.machine.now
    for hours in (1, 2, 46):
        polled = yield Poll(url, not_before=started + timedelta(hours=hours))
        assert (polled.outcome, polled.state.url, polled.state.moving_to) == ("unchanged", url, new)
    polled = yield Poll(url, not_before=started + timedelta(hours=50))
    assert polled.state.url == new
    asked = len(desk.requests("old.example"))
    yield Poll(url)
    assert len(desk.requests("old.example")) == asked  # no detour any more
    assert desk.requests("new.example")[-1].headers["if-none-match"] == '"a"'
    desk.serve("new.example", response(404))
    while (polled := (yield Poll(url))).state.url == new:
        assert polled.outcome == "failed"
    assert polled.state.etag is None
    assert events(desk, url) == ["redirected", "adopted", "returned"]
    history = ask(desk.home, "select url from news.feed_urls where feed_id = $1", feed_id(url))
    assert {one for (one,) in history} == {url, new}


@fault
def test_a_redirect_to_another_feed_is_never_adopted(desk: Desk) -> Story:
    """All addresses lead, permanently, to a feed of everything: told, and not believed."""
    url = desk.serve("section.example", response(200, feed_of("section.example")))
    yield Poll(url)
    numbers = itertools.count(10, 10)

    def answer(_: Request) -> bytes:
        first = next(numbers)
        return response(200, rss(*(item(first + n, "all.example") for n in range(3))))

    elsewhere = desk.serve("all.example", answer)
    desk.serve("section.example", response(301, b"", Location=elsewhere))
    began = desk.machine.now
    for day in range(1, 5):
        polled = yield Poll(url, not_before=began + timedelta(days=day))
        assert polled.state.url == url
    assert polled.state.moving_polls == 0
    desk.serve("section.example", response(200, feed_of("section.example")))
    yield Poll(url)
    assert events(desk, url) == ["redirected", "withdrawn"]


ITUNES = b'<rss xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '


def claiming(host: str, first: int, new: str) -> bytes:
    """Return the answer of a feed that names a new address of its own, with an ETag."""
    items = (item(-first + number, host) for number in range(4))
    body = rss(*items, head=f"<itunes:new-feed-url>{new}</itunes:new-feed-url>")
    return response(200, body.replace(b"<rss ", ITUNES), ETag=f'"{first}"')


@fault
def test_a_feed_is_asked_where_it_says_it_has_moved_once_that_is_proven(desk: Desk) -> Story:
    """`itunes:new-feed-url`: asked beside the old address, and instead of it after 48 hours."""
    host, new = "claims.example", "http://claimed.example/feed"
    for number in itertools.count():
        answer = claiming(host, number, new)
        url = desk.serve(host, answer)
        desk.serve("claimed.example", answer)
        old = len(desk.requests(host))
        polled = yield Poll(url, not_before=desk.machine.now + timedelta(hours=7))
        if polled.state.url == new:
            break
        yield Pages()
    assert desk.requests(host)[old:] == []  # asked no more
    claims = [one for one in desk.requests("claimed.example") if one.target == "/feed"]
    last = claims.pop()  # the poll itself
    assert last.headers["if-none-match"] == f'"{number - 1}"'
    assert claims[0].headers.get("if-none-match") is None
    assert claims[1].headers["if-none-match"].startswith('"')
    assert min(two.at - one.at for one, two in itertools.pairwise(claims)) >= timedelta(hours=12)
    took = [one.at - claims[0].at >= timedelta(hours=48) for one in claims]
    assert len(claims) >= 3
    assert took[-1]
    assert not any(took[2:-1])  # adopted as soon as it was proven
    assert events(desk, url) == ["adopted"]


@fault
def test_an_address_of_another_feed_is_never_adopted_nor_its_entries_taken(desk: Desk) -> Story:
    """The element was copied from another feed: what is there is not of this one."""
    host = "copied.example"
    began = desk.machine.now
    other = desk.serve("theirs.example", response(200, feed_of("theirs.example")))
    for number in range(6):
        url = desk.serve(host, claiming(host, number, other))
        polled = yield Poll(url, not_before=began + timedelta(hours=13 * number))
        assert polled.state.url == url
        yield Pages()
    links = ask(desk.home, "select url from news.entries where feed_id = $1", feed_id(url))
    assert all(link.startswith(f"http://{host}/") for (link,) in links)
    said = ask(
        desk.home,
        "select distinct outcome, reason from ops.outcomes where item_id = $1 and url = $2",
        feed_id(url),
        other,
    )
    assert said == [("skipped", "document_of_another_feed")]
    assert events(desk, url) == []


@fault
def test_a_feed_that_is_gone_is_kept_and_told(desk: Desk) -> Story:
    """410 twice: looked for every 30 days, nothing of it deleted, an event each time."""
    url = desk.serve("gone.example", response(200, feed_of("gone.example", 2)))
    yield Poll(url)
    desk.serve("gone.example", response(410))
    yield Poll(url)
    assert events(desk, url) == []
    polled = yield Poll(url)
    assert polled.state.due_at - polled.state.polled_at >= timedelta(days=30)
    assert events(desk, url) == ["gone"]
    ((entries,),) = ask(
        desk.home, "select count(*) from news.entries where feed_id = $1", feed_id(url)
    )
    assert entries == 2


@fault
def test_guids_made_up_anew_do_not_grow_the_entries(desk: Desk) -> Story:
    """Each document has new guids for the same links: the items are known by their links."""
    numbers = itertools.count()

    def answer(_: Request) -> bytes:
        turn = next(numbers)
        items = (item(n, "random.example", guid=f"{turn}-{n}") for n in range(4))
        return response(200, rss(*items, built=str(turn)))

    url = desk.serve("random.example", answer)
    assert (yield Poll(url)).entries == {"new": 4}
    for _ in range(4):
        polled = yield Poll(url)
        assert (polled.entries, polled.reason) == ({}, "guid_unstable")
        assert polled.state.problem == "guid_unstable"
        assert polled.state.failures == 0
    ((entries, states),) = ask(
        desk.home,
        "select count(*), count(*) filter (where changed_at > first_seen_at) from news.entries"
        " where feed_id = $1",
        feed_id(url),
    )
    assert (entries, states) == (4, 0)


def test_nothing_vanishes(told: Desk) -> None:
    assert audit(told.home) == []


def test_show_tells_the_history_of_addresses(told: Desk) -> None:
    words = ("feeds", "show", "http://old.example/feed", "--home", str(told.home))
    shown = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert [move["event"] for move in shown["moves"]] == ["returned", "adopted", "redirected"]
    assert {one["url"] for one in shown["addresses"]} == {
        "http://old.example/feed",
        "http://new.example/feed",
    }
    printed = CliRunner().invoke(app, list(words)).output
    assert "first polled" in printed
    assert "polls found the same feed there" in " ".join(printed.split())
