"""A newsroom of real stored pages: every page under its own address, byte for byte."""

from __future__ import annotations

import gzip
import json
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from flows.newsroom import Newsroom, NewsroomError, Served, serve_in_thread
from flows.newsroom_records import http_url, when

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages" / "fundus-parser-tests"
needs_pages = pytest.mark.skipif(not PAGES.is_dir(), reason="the stored pages are not here")


def ask(served: Served, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = HTTPConnection(served.host, served.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": parts.netloc, **named})
        response = connection.getresponse()
        body = response.read()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body
    finally:
        connection.close()


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    lines = (PAGES / "records.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_in_thread(Newsroom.load(PAGES)) as running:
        yield running


@needs_pages
def test_every_page_is_served_byte_for_byte(served: Served, records: list[dict[str, Any]]) -> None:
    last = {record["url"]: record for record in sorted(records, key=lambda r: r["crawl_date"])}
    assert len(last) == 82
    for url, record in last.items():
        status, headers, body = ask(served, url)
        assert status == 200, url
        assert body == gzip.decompress((PAGES / record["html_file"]).read_bytes())
        assert headers["content-type"] == "text/html"
        again, _, empty = ask(served, url, If_None_Match=headers["etag"])
        assert (again, empty) == (304, b"")


@needs_pages
def test_a_feed_a_host_lists_all_of_its_records(
    served: Served, records: list[dict[str, Any]]
) -> None:
    root = etree.fromstring(ask(served, "http://any.example/feeds.opml")[2])
    feeds = [str(node.get("xmlUrl")) for node in root.iter("outline")]
    assert len(feeds) == len(served.newsroom.hosts) == 67
    found = {}
    for feed in feeds:
        status, headers, body = ask(served, feed)
        assert status == 200
        assert ask(served, feed, If_Modified_Since=headers["last-modified"])[0] == 304
        dates = []
        for entry in feedparser.parse(body).entries:
            found[entry.id] = (entry.link, entry.title)
            dates.append(entry.published_parsed)
        assert dates == sorted(dates, reverse=True)
    assert {key: link for key, (link, _) in found.items()} == {
        record["id"]: record["url"].replace("https://", "http://") for record in records
    }


@needs_pages
def test_a_page_travels_as_it_is_stored(served: Served, records: list[dict[str, Any]]) -> None:
    record = records[0]
    _, headers, body = ask(served, record["url"], Accept_Encoding="gzip")
    assert headers["content-encoding"] == "gzip"
    assert body == (PAGES / record["html_file"]).read_bytes()


def write_records(folder: Path, *records: dict[str, Any]) -> None:
    for number, record in enumerate(records):
        record.setdefault("id", f"page-{number}")
        record.setdefault("html_file", f"{number}.html.gz")
        (folder / record["html_file"]).write_bytes(gzip.compress(b"<p>%d</p>" % number))
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, records)))


def test_a_record_without_an_address_is_told_and_not_served(tmp_path: Path) -> None:
    write_records(tmp_path, {"url": "about:blank"}, {}, {"url": "https://a.example/x"})
    newsroom = Newsroom.load(tmp_path)
    assert newsroom.unaddressed == ("page-0", "page-1")
    assert newsroom.hosts == ("a.example",)


def test_a_query_tells_pages_apart(tmp_path: Path) -> None:
    write_records(tmp_path, {"url": "https://a.example/?id=1"}, {"url": "https://a.example/?id=2"})
    with serve_in_thread(Newsroom.load(tmp_path)) as served:
        assert ask(served, "http://a.example/?id=1")[2] == b"<p>0</p>"
        assert ask(served, "http://a.example/?id=2")[2] == b"<p>1</p>"
        assert ask(served, "http://a.example/?id=3")[0] == 404
        assert ask(served, "http://a.example/")[0] == 404


def test_an_unknown_title_is_the_id_and_an_unknown_date_is_left_out(tmp_path: Path) -> None:
    write_records(tmp_path, {"url": "https://a.example/x", "gold_date": "last week"})
    with serve_in_thread(Newsroom.load(tmp_path)) as served:
        (entry,) = feedparser.parse(ask(served, "http://a.example/feed.xml")[2]).entries
    assert entry.title == "page-0"
    assert "published" not in entry


def test_a_lost_page_is_named(tmp_path: Path) -> None:
    write_records(tmp_path, {"url": "https://a.example/x"})
    (tmp_path / "0.html.gz").unlink()
    with pytest.raises(NewsroomError, match=r"line 1.*0\.html\.gz"):
        Newsroom.load(tmp_path)


@pytest.mark.parametrize(
    ("given", "served_as"),
    [
        ("https://a.example/x?y=1", "http://a.example/x?y=1"),
        ("http://a.example:8080/x", "http://a.example/x"),
        ("http://a.example:/x", "http://a.example/x"),
        ("HTTPS://a.example", "http://a.example"),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("", None),
    ],
)
def test_a_page_is_served_over_plain_http(given: str, served_as: str | None) -> None:
    assert http_url(given) == served_as


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2019-07-30", "2019-07-30"),
        ("2024-11-26 13:27:18+00:00", "2024-11-26T13:27:18+00:00"),
        ("2021-11-01T10:52:50+0100", "2021-11-01T10:52:50+01:00"),
        ("last week", None),
        (None, None),
    ],
)
def test_a_date_is_taken_as_far_as_it_is_known(given: str | None, written: str | None) -> None:
    known = when(given)
    assert (known.isoformat() if known else None) == written
