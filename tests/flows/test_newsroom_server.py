from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest
from lxml import etree, html

from flows.newsroom import Newsroom, NewsroomError, Served, serve, serve_in_thread
from flows.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

ARTICLES = Path(__file__).parents[1] / "data" / "newsroom" / "articles"
RHEINBLICK = "www.rheinblick.example"
HARBOUR = "harbour-ledger.example"


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(served: Served, host: str, path: str, method: str = "GET", **headers: str) -> Got:
    connection = HTTPConnection(served.host, served.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host, **named})
        response = connection.getresponse()
        body = response.read()
        return Got(response.status, {k.lower(): v for k, v in response.getheaders()}, body)
    finally:
        connection.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("newsroom")
    shutil.copy(shipped("newsroom/outlets.toml"), place)
    shutil.copytree(shipped("newsroom/templates"), place / "templates")
    shutil.copytree(ARTICLES, place / "articles")
    return place


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    with serve_in_thread(Newsroom.load(folder)) as running:
        yield running


def test_each_outlet_answers_under_its_own_host(served: Served) -> None:
    assert b"<title>Meldung 1" in ask(served, "alpenpost.example", "/story/1/meldung").body
    assert ask(served, "ALPENPOST.example:80", "/story/1/meldung").status == 200
    assert ask(served, RHEINBLICK, "/story/1/meldung").status == 404
    assert ask(served, "unknown.example", "/story/1/meldung").status == 404
    assert ask(served, "alpenpost.example", "/story/nowhere").status == 404


def test_a_mark_that_others_add_to_a_link_does_not_matter(served: Served) -> None:
    plain = ask(served, "alpenpost.example", "/story/1/meldung")
    marked = ask(served, "alpenpost.example", "/story/1/meldung?utm_source=rss")
    assert marked.body == plain.body


@pytest.mark.parametrize("path", ["/atom.xml", "/de/bruecke/a-1"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_validators_bring_not_modified(served: Served, path: str, encoding: str) -> None:
    first = ask(served, RHEINBLICK, path, Accept_Encoding=encoding)
    assert first.status == 200
    assert not first.headers["etag"].startswith("W/")
    by_tag = ask(
        served, RHEINBLICK, path, Accept_Encoding=encoding, If_None_Match=first.headers["etag"]
    )
    by_date = ask(served, RHEINBLICK, path, If_Modified_Since=first.headers["last-modified"])
    assert (by_tag.status, by_tag.body) == (304, b"")
    assert by_tag.headers["etag"] == first.headers["etag"]
    assert by_date.status == 304


def test_a_strange_tag_outweighs_a_matching_date(served: Served) -> None:
    first = ask(served, RHEINBLICK, "/atom.xml")
    again = ask(
        served,
        RHEINBLICK,
        "/atom.xml",
        If_None_Match='"other"',
        If_Modified_Since=first.headers["last-modified"],
    )
    assert again.status == 200


def test_an_unreadable_date_is_no_condition(served: Served) -> None:
    assert ask(served, RHEINBLICK, "/atom.xml", If_Modified_Since="yesterday").status == 200


def test_gzip_is_sent_only_where_it_is_accepted(served: Served) -> None:
    plain = ask(served, RHEINBLICK, "/atom.xml")
    packed = ask(served, RHEINBLICK, "/atom.xml", Accept_Encoding="deflate, gzip;q=0.5")
    refused = ask(served, RHEINBLICK, "/atom.xml", Accept_Encoding="gzip;q=0")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert packed.headers["etag"] != plain.headers["etag"]


def test_head_tells_what_get_would(served: Served) -> None:
    got = ask(served, RHEINBLICK, "/atom.xml")
    head = ask(served, RHEINBLICK, "/atom.xml", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(got.body))
    assert head.headers["etag"] == got.headers["etag"]


def test_only_reading_is_allowed(served: Served) -> None:
    assert ask(served, RHEINBLICK, "/atom.xml", method="POST").status == 405


def test_the_second_edition_retitles_under_the_same_guid(served: Served) -> None:
    first = ask(served, RHEINBLICK, "/atom.xml")
    served.newsroom.set_edition(2)
    second = ask(
        served,
        RHEINBLICK,
        "/atom.xml",
        If_None_Match=first.headers["etag"],
        If_Modified_Since=first.headers["last-modified"],
    )
    assert second.status == 200
    titles = [
        {entry.id: entry.title for entry in feedparser.parse(got.body).entries}
        for got in (first, second)
    ]
    assert titles[1]["rb-1"] == "Brücke wieder frei"
    assert titles[0]["rb-1"] != titles[1]["rb-1"]
    assert set(titles[1]) - set(titles[0]) == {f"http://{RHEINBLICK}/de/neu/a-3"}


def test_a_change_is_seen_by_date_alone_too(served: Served) -> None:
    paths = ["/atom.xml", "/de/bruecke/a-1"]
    before = {path: ask(served, RHEINBLICK, path) for path in paths}
    assert ask(served, RHEINBLICK, "/de/neu/a-3").status == 404
    served.newsroom.set_edition(2)
    for path, first in before.items():
        since = first.headers["last-modified"]
        assert ask(served, RHEINBLICK, path, If_Modified_Since=since).status == 200
    assert ask(served, RHEINBLICK, "/de/neu/a-3").status == 200
    corrected = ask(served, RHEINBLICK, "/de/bruecke/a-1").body.decode()
    assert "zwei Stunden gesperrt" in corrected
    assert "Korrektur: Es waren zwei Stunden." in corrected


def test_what_did_not_change_keeps_its_validators(served: Served) -> None:
    first = ask(served, "nevskij-vestnik.example", "/export/rss.xml")
    served.newsroom.set_edition(2)
    again = ask(
        served, "nevskij-vestnik.example", "/export/rss.xml", If_None_Match=first.headers["etag"]
    )
    assert again.status == 304


def test_feeds_list_the_newest_first_with_the_declared_date(served: Served) -> None:
    read = feedparser.parse(ask(served, RHEINBLICK, "/atom.xml").body)
    assert read.entries[0].title == "Später"
    assert read.entries[1].published == "2017-07-11T09:00:00+02:00"


def test_a_page_declares_the_wrong_date_everywhere(served: Served) -> None:
    page = ask(served, RHEINBLICK, "/de/bruecke/a-1").body.decode()
    assert '"datePublished":"2017-07-11T09:00:00+02:00"' in page
    assert "2022-01-10" not in page
    assert "10.01.2022" not in page


def test_an_undated_page_shows_no_date(served: Served) -> None:
    page = ask(served, "sary-arka.example", "/news/undated").body.decode()
    assert "Абзац." in page
    assert "13.01.2022" not in page
    assert "2022-01-13" not in page


def test_the_cut_feed_breaks_off_in_its_oldest_item(served: Served) -> None:
    feed = ask(served, "alpenpost.example", "/rss/alles.xml").body
    assert feed.count(b"<item>") == 2
    assert feed.count(b"</item>") == 1
    assert feed.index(b"Meldung 2") < feed.index(b"</item>") < feed.rindex(b"<item>")


def test_windows_1251_feed_and_page(served: Served) -> None:
    feed = ask(served, "nevskij-vestnik.example", "/export/rss.xml")
    page = ask(served, "nevskij-vestnik.example", "/news/1")
    assert "windows-1251" in feed.headers["content-type"]
    assert "windows-1251" in page.headers["content-type"]
    assert "Выборы".encode("cp1251") in feed.body
    assert "Первый абзац.".encode("cp1251") in page.body
    assert feedparser.parse(feed.body).entries[0].title == "Выборы в Қазақстан"


def test_a_challenge_page_is_no_article(served: Served) -> None:
    got = ask(served, HARBOUR, "/world/challenge")
    assert got.status == 403
    assert got.headers["cf-mitigated"] == "challenge"
    assert b"<title>Just a moment...</title>" in got.body
    assert "etag" not in got.headers


def test_a_dead_link_and_a_redirect(served: Served) -> None:
    assert ask(served, HARBOUR, "/world/dead").status == 404
    moved = ask(served, HARBOUR, "/world/old")
    assert (moved.status, moved.headers["location"]) == (301, "/world/wall")
    listed = ask(served, HARBOUR, "/feeds/world.rss").body
    assert b"/world/dead" in listed
    assert b"/world/old" in listed


def test_a_listing_lists_articles_only(served: Served) -> None:
    page = html.fromstring(ask(served, HARBOUR, "/world/all").body)
    links = page.xpath("//h3/a/@href")
    assert links == ["/world/wall"]


def test_a_front_page_lists_the_newest(served: Served) -> None:
    page = html.fromstring(ask(served, RHEINBLICK, "/").body)
    assert page.xpath("//h3/a/@href") == ["/de/spaeter/a-2", "/de/bruecke/a-1"]


def test_a_teaser_says_that_it_is_not_free(served: Served) -> None:
    page = ask(served, HARBOUR, "/world/wall").body
    document = html.fromstring(page)
    declared = json.loads(document.xpath("//script[@type='application/ld+json']/text()")[0])
    assert declared["isAccessibleForFree"] is False
    assert b"Only this is free." in page
    assert b"gateway-content" in page


def test_markup_in_a_name_stays_text(served: Served) -> None:
    document = html.fromstring(ask(served, HARBOUR, "/world/wall").body)
    names = document.xpath("//p[@class='css-byline']/span/text()")
    assert names == ["A. <b>Bold</b>", "B. Second"]
    declared = json.loads(document.xpath("//script[@type='application/ld+json']/text()")[0])
    assert [author["name"] for author in declared["author"]] == names


def test_links_of_one_feed_are_relative(served: Served) -> None:
    root = etree.fromstring(ask(served, HARBOUR, "/feeds/world.rss").body)
    links = [node.findtext("link") for node in root.iter("item")]
    assert links[0] == "/world/wall"
    assert all(link is not None and link.startswith("/") for link in links)


def test_an_aggregator_names_the_true_publisher(served: Served) -> None:
    everything = etree.fromstring(ask(served, "silk-road-review.example", "/rss/all.xml").body)
    section = etree.fromstring(
        ask(served, "silk-road-review.example", "/rss/central-asia.xml").body
    )
    items = {node.findtext("title"): node for node in everything.iter("item")}
    assert set(items) == {"Carried", "Own"}
    origin = items["Carried"].find("source")
    assert origin is not None
    assert (origin.text, origin.get("url")) == (
        "The Steppe Courier",
        "http://steppe-courier.example/rss.xml",
    )
    assert items["Carried"].findtext("link") == "http://steppe-courier.example/world/carried"
    assert [node.findtext("title") for node in section.iter("item")] == ["Own"]


def test_robots_forbids_a_path_that_a_feed_links_to(served: Served) -> None:
    host = "www.caspian-wire.example"
    assert b"Disallow: /terminal/" in ask(served, host, "/robots.txt").body
    items = json.loads(ask(served, host, "/feeds/latest.json").body)["items"]
    assert items[0]["url"] == f"http://{host}/terminal/forbidden"
    assert items[0]["id"] == "urn:caspian:1"


def test_robots_allows_all_where_nothing_else_is_said(served: Served) -> None:
    for host in (RHEINBLICK, "unknown.example"):
        got = ask(served, host, "/robots.txt")
        assert got.status == 200
        assert b"Allow: /" in got.body


def test_any_host_lists_all_feeds(served: Served) -> None:
    lists = [ask(served, host, "/feeds.opml").body for host in (RHEINBLICK, "any.example")]
    assert lists[0] == lists[1]
    root = etree.fromstring(lists[0])
    urls = [str(node.get("xmlUrl")) for node in root.iter("outline")]
    assert urls == [feed.url for feed in served.newsroom.feeds]
    for url in urls:
        host, _, path = url.removeprefix("http://").partition("/")
        assert ask(served, host, f"/{path}").status == 200


def test_every_request_is_logged(served: Served) -> None:
    before = datetime.now(UTC)
    ask(served, RHEINBLICK, "/atom.xml?x=1", If_None_Match='"tag"')
    ask(served, RHEINBLICK, "/nowhere", method="HEAD")
    first, second = served.newsroom.log
    assert (first.method, first.host, first.path, first.status) == (
        "GET",
        RHEINBLICK,
        "/atom.xml?x=1",
        200,
    )
    assert first.header("if-none-match") == '"tag"'
    assert before <= first.at <= datetime.now(UTC)
    assert (second.method, second.path, second.status) == ("HEAD", "/nowhere", 404)


def test_a_stopped_server_frees_its_port(folder: Path) -> None:
    async def twice() -> None:
        newsroom = Newsroom.load(folder)
        first = await serve(newsroom)
        with pytest.raises(OSError, match="in use"):
            await serve(newsroom, port=first.port)
        await first.stop()
        second = await serve(newsroom, port=first.port)
        await second.stop()

    asyncio.run(twice())


def test_a_folder_without_a_newsroom_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewsroomError, match="neither"):
        Newsroom.load(tmp_path)


def test_two_manuscripts_cannot_share_an_address(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "newsroom"
    shutil.copytree(folder, place)
    shutil.copy(place / "articles" / "plain-later.md", place / "articles" / "again.md")
    with pytest.raises(NewsroomError, match="taken"):
        Newsroom.load(place)


@contextmanager
def running_command(folder: Path) -> Iterator[subprocess.Popen[str]]:
    code = "import sys; from pathlib import Path; from flows.newsroom import run_newsroom;"
    with subprocess.Popen(
        [sys.executable, "-c", f"{code} run_newsroom(Path(sys.argv[1]))", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_how_to_use_it_and_ends_on_a_signal(
    folder: Path, name: signal.Signals
) -> None:
    with running_command(folder) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "copytaster feeds import http://" in line
        port = int(line.rsplit(":", 1)[1])
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/feeds.opml")
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(name)
        assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
