"""Plain RSS, read beside feedparser: the very same, or left to it."""

from __future__ import annotations

import tarfile
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import feeds_plain
from transforms.content import decode_text
from transforms.feeds_items import read_plain, read_xml
from transforms.feeds_markup import Scan, scan

ROOT = Path(__file__).parents[1]
REAL = Path(__file__).parents[3] / "shared" / "data" / "feeds"
SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "odd": "http://odd.example/ns",
}
PLAIN = (
    "<title>{}</title>",
    "<link>{}</link>",
    "<link> http://a.example/?a=1&amp;copy;=2&amp;b=3 </link>",
    "<guid>{}</guid>",
    "<guid isPermaLink='false'>{}</guid>",
    "<guid isPermaLink='true'>http://a.example/1</guid>",
    "<description>{}</description>",
    "<content:encoded>{}</content:encoded>",
    "<pubDate>{}</pubDate>",
    "<dc:date>{}</dc:date>",
    "<dc:creator>Jo {}</dc:creator>",
    "<author>{}</author>",
    "<category>{}</category>",
    "<category domain='http://a.example/tags'>News {}</category>",
    "<dc:subject>{}</dc:subject>",
    "<source url='http://b.example/rss'>{}</source>",
    "<atom:link rel='self' href='http://a.example/self'/>",
    "<atom:link rel='related' href='http://a.example/related' type='text/html'/>",
    "<feedburner:origLink>{}</feedburner:origLink>",
    "<enclosure url='http://a.example/a.mp3' length='1' type='audio/mpeg'/>",
    "<media:content url='http://a.example/a.jpg'><media:credit>{}</media:credit></media:content>",
    "<media:thumbnail url='http://a.example/a.jpg'/>",
    "<slash:comments>3</slash:comments>",
    "<comments>{}</comments>",
)
ODD = (
    "<odd:title>{}</odd:title>",
    "<media:title>{}</media:title>",
    "<media:description>{}</media:description>",
    "<title type='html'>{}</title>",
    "<description><p>{}</p></description>",
    "<dc:creator>jo@a.example (Jo {})</dc:creator>",
    "<link href='http://a.example/3'/>",
    "<link>http:////a.example/4</link>",
    "<atom:link href='http://a.example/5'/>",
    "<guid>http:///a.example/6</guid>",
    "<category term='x'>{}</category>",
    "<category domain='d'></category>",
    "<source>{}</source>",
    "<image><url>http://a.example/i.png</url><title>{}</title></image>",
    "<pubDate xml:lang='en'>{}</pubDate>",
)
TEXTS = st.sampled_from(
    (
        *("", " ", "Ferry runs again", "  two\n words ", "http://a.example/1", "AT&amp;T &lt; 3"),
        *("caf\u00e9", "caf\u00c3\u00a9", "\u0093quoted\u0094", "\u4e2d\u6587", "x&#160;y"),
        *("<![CDATA[<p>One</p> &amp; two]]>", "&lt;b&gt;bold&lt;/b&gt;", "<!-- c -->after"),
        "Thu, 13 Jan 2022 09:30:00 +0000",
    )
)
HEADS = st.sampled_from(
    (
        "<title>Feed</title><link>http://a.example/</link><language>en-GB</language><ttl>30</ttl>",
        "<title>F</title><image><url>u</url><title>I</title><link>l</link></image>",
        "<skipHours><hour>1</hour><hour>2</hour></skipHours><atom:link rel='self' href='x'/>",
        "<description>of &lt;b&gt;all&lt;/b&gt;</description><author>Ed</author>",
    )
)


def rss(head: str, items: list[str]) -> str:
    spaces = " ".join(f"xmlns:{name}='{uri}'" for name, uri in SPACES.items())
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0' {spaces}><channel>{head}{inner}</channel></rss>"


def plainly(scanned: Scan) -> list[feeds_plain.Entry] | None:
    return feeds_plain.plain_entries(scanned.text, scanned.items - scanned.items_cut)


def item_of(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    filled = st.builds(lambda part, text: part.replace("{}", text), parts, TEXTS)
    return st.lists(filled, max_size=7).map("".join)


@settings(max_examples=250, deadline=None)
@given(HEADS, st.lists(item_of(st.sampled_from(PLAIN + ODD)), max_size=4))
def test_what_is_read_plainly_is_what_feedparser_reads(head: str, items: list[str]) -> None:
    scanned = scan(rss(head, items), 100)
    entries = plainly(scanned)
    if entries is not None:
        assert read_plain(entries, scanned.head) == read_xml(scanned.text, scanned.head)


@settings(max_examples=150, deadline=None)
@given(HEADS, st.lists(item_of(st.sampled_from(PLAIN)), min_size=1, max_size=4), TEXTS)
def test_the_same_holds_where_all_is_plain(head: str, items: list[str], text: str) -> None:
    full = "".join(part.replace("{}", text) for part in PLAIN[::2])
    scanned = scan(rss(head, [*items, full]), 100)
    entries = plainly(scanned)
    if entries is not None:
        assert read_plain(entries, scanned.head) == read_xml(scanned.text, scanned.head)


def test_an_item_of_common_elements_is_read_plainly() -> None:
    once = [PLAIN[number] for number in (0, 2, 4, 6, 7, 8, 10, 12, 13, 15, 16, 18, 19, 20, 21, 22)]
    scanned = scan(rss("<title>F</title>", ["".join(once).replace("{}", "some words")] * 3), 100)
    entries = plainly(scanned)
    assert entries is not None
    assert len(entries) == 3
    assert read_plain(entries, scanned.head) == read_xml(scanned.text, scanned.head)


@pytest.mark.parametrize("part", ODD)
def test_what_is_out_of_the_ordinary_is_left_to_feedparser(part: str) -> None:
    item = f"<title>Story</title>{part.replace('{}', 'words')}"
    assert plainly(scan(rss("<title>F</title>", [item]), 100)) is None


@pytest.mark.parametrize(
    "text",
    [
        "<rss version='2.0' xml:base='http://b.example/'><channel><item/></channel></rss>",
        "<rss version='2.0'><channel lastmod='x'><item/></channel></rss>",
        "<rss version='2.0'><channel><title>F</title></channel><item/></rss>",
        "<rss version='2.0'><channel><owner><name>N</name></owner><item/></channel></rss>",
        "<rss version='2.0'><channel><item about='x'/></channel></rss>",
        "<rss version='2.0'><channel><item><title>a</title><title>b</title></item></channel></rss>",
        "<rss version='2.0'><channel><item><link>a</link><link>b</link></item></channel></rss>",
        "<rss version='2.0'><channel><item><title>a</b></item></channel></rss>",
        "<x:rss xmlns:x='u' version='2.0'><channel><item/></channel></x:rss>",
    ],
)
def test_so_are_documents_of_another_shape(text: str) -> None:
    assert feeds_plain.plain_entries(text, 1) is None


def feeds_of(folder: Path) -> list[tuple[str, bytes]]:
    found = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()]
    if folder == REAL / "static":
        with tarfile.open(REAL / "series.tar.xz") as archive:
            members = islice((member for member in archive if member.isfile()), 0, 400, 10)
            found += [
                (member.name, file.read())
                for member in members
                if (file := archive.extractfile(member)) is not None
            ]
    return found


@pytest.mark.parametrize("folder", [ROOT / "data" / "feeds", REAL / "static"], ids=["own", "real"])
def test_stored_feeds_come_out_the_same(folder: Path) -> None:
    if not folder.exists():
        pytest.skip("the feeds are not on this machine")
    read = 0
    for name, data in feeds_of(folder):
        scanned = scan(decode_text(data, None).strip("\x00 \t\r\n\ufeff"), 5000)
        entries = plainly(scanned) if scanned.kind == "rss" else None
        if entries is not None:
            read += 1
            assert read_plain(entries, scanned.head) == read_xml(scanned.text, scanned.head), name
    assert read > 0
