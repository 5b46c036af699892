# ruff: noqa: RUF001 (typographic punctuation is what is tested)
from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from transforms.feeds import parse_feed
from transforms.feeds_items import plain_text
from transforms.identity import entry_id
from transforms.records import Entry, Exchange, Feed, ParsedFeed

FIXTURES = Path(__file__).parents[1] / "data" / "feeds"
REAL_FEEDS = Path(__file__).parents[3] / "shared" / "data" / "feeds"
FEED = Feed(feed_id="f1", source_id="gazette.example", url="https://feeds.example/rss")
FETCHED_AT = datetime(2022, 1, 7, 9, 0, tzinfo=UTC)


def exchange(payload: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Exchange:
    return Exchange(
        exchange_id="x1",
        run_id="r1",
        purpose="feed",
        requested_url="https://feeds.example/rss",
        final_url="https://feeds.example/moved/rss",
        fetched_at=FETCHED_AT,
        elapsed_ms=5,
        status=200,
        headers=headers,
        payload=payload,
    )


def parse(name: str, max_items: int = 5000) -> ParsedFeed:
    payload = (FIXTURES / name).read_bytes()
    return parse_feed(exchange(payload), FEED, max_bytes=10**6, max_items=max_items)


def codes(parsed: ParsedFeed) -> list[tuple[str, str]]:
    return [(problem.stage, problem.code) for problem in parsed.problems]


def titles(parsed: ParsedFeed) -> list[str | None]:
    return [entry.title for entry in parsed.entries]


def urls(parsed: ParsedFeed) -> list[str | None]:
    return [entry.url for entry in parsed.entries]


def accounted(parsed: ParsedFeed) -> int:
    """Items that became entries, duplicates or problems of their own, or were left unread."""
    lost = sum(problem.stage == "entry" for problem in parsed.problems)
    return len(parsed.entries) + len(parsed.duplicates) + lost + parsed.items_left


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_every_item_found_is_accounted_for(path: Path) -> None:
    for max_items in (1, 5000):
        parsed = parse(path.name, max_items)
        assert accounted(parsed) == parsed.items
        ids = [entry.entry_id for entry in parsed.entries]
        assert len(ids) == len(set(ids))


def test_an_entry_carries_what_the_item_says() -> None:
    parsed = parse("rss_aggregator.xml")
    entry = parsed.entries[0]
    assert entry == Entry(
        entry_id=entry_id("f1", "gazette-1"),
        feed_id="f1",
        source_id="gazette.example",
        exchange_id="x1",
        seen_at=FETCHED_AT,
        position=0,
        guid="gazette-1",
        url="https://gazette.example/news/1",
        canonical_url="https://gazette.example/news/1",
        title="Ferry service resumes",
        published=entry.published,
        raw_published="Fri, 07 Jan 2022 06:11:00 +0600",
        authors=("Ann Loader", "Ben Quay"),
        tags=entry.tags,
        origin_title="The Harbour Post",
        origin_url="https://harbourpost.example/",
    )
    assert entry.published is not None
    assert entry.published.at == datetime(2022, 1, 7, 0, 11, tzinfo=UTC)
    assert entry.published.origin == "feed:published"
    assert [(tag.name, tag.origin) for tag in entry.tags] == [
        ("Shipping", "feed"),
        ("Weather", "feed"),
    ]
    assert (parsed.format, parsed.title) == ("rss20", "The Harbour Gazette")
    assert parsed.homepage == "https://gazette.example/"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rss_truncated.xml", ["Ferry service resumes", "Bridge closed"]),
        ("rss_truncated_in_cdata.xml", ["Ferry service resumes"]),
    ],
)
def test_of_a_truncated_document_only_complete_items_count(name: str, expected: list[str]) -> None:
    parsed = parse(name)
    assert titles(parsed) == expected
    assert codes(parsed) == [("poll", "truncated_document")]


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_no_cut_turns_half_an_item_into_an_entry(share: int) -> None:
    whole = (FIXTURES / "rss_titles_with_markup.xml").read_bytes()
    expected = titles(parse("rss_titles_with_markup.xml"))
    parsed = parse_feed(exchange(whole[: len(whole) * share // 100]), FEED, max_bytes=10**6)
    assert titles(parsed) == expected[: len(parsed.entries)]
    assert all(entry.guid and entry.url and entry.published for entry in parsed.entries)
    assert {code for _, code in codes(parsed)} <= {"truncated_document", "feed_unreadable"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rss_php_warning.xml", ["Ferry service resumes"]),
        ("rss_undefined_entities.xml", ["Café — R&D costs rise"]),
        ("rss_entity_bomb.xml", ["Short &c; and Gazette"]),
        ("rss_control_characters.xml", ["Ferry service"]),
        ("rss_declared_utf8_is_1251.xml", ["Паром снова ходит через гавань, сообщили в порту"]),
        ("rss_windows_1251.xml", ["Паром снова ходит"]),
        ("rss_stray_cp1252_byte.xml", ["The café’s own “ferry” captain’s day"]),
        ("rss_utf16.xml", ["Ferry – Паром"]),
        ("rss_unclosed_item.xml", ["Ferry service resumes", "Bridge closed"]),
        ("rss_illegal_angle.xml", ["Catch < quota"]),
        (
            "rss_titles_with_markup.xml",
            [
                "Ferry service resumes",
                "Q&A: the harbour",
                "Ships <3 the tide: 5 < 6",
                "The Aurora & her crew",
            ],
        ),
    ],
)
def test_a_defect_of_the_document_does_not_reach_the_titles(name: str, expected: list[str]) -> None:
    parsed = parse(name)
    assert titles(parsed) == expected
    assert parsed.problems == ()


def test_lone_ampersands_in_links_stay() -> None:
    assert urls(parse("rss_undefined_entities.xml")) == ["https://gazette.example/news?id=1&page=2"]


def test_an_item_that_trips_the_parser_costs_only_itself() -> None:
    parsed = parse("rss_breaks_the_parser.xml")
    assert [entry.guid for entry in parsed.entries] == ["gazette-1", "gazette-3"]
    assert codes(parsed) == [("poll", "items_unread")]


def test_the_same_parser_reads_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = tmp_path / "drv_libxml2.py"  # what feedparser prefers to the standard library's
    driver.write_text("def create_parser():\n    raise AssertionError('asked for')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [entry.guid for entry in parse("rss_same_guid_twice.xml").entries]


def test_an_item_that_stands_twice_is_a_duplicate() -> None:
    parsed = parse("rss_same_guid_twice.xml")
    assert [entry.guid for entry in parsed.entries] == ["gazette-1", "gazette-2"]
    assert [(entry.guid, entry.position) for entry in parsed.duplicates] == [("gazette-1", 2)]


def test_different_articles_under_one_guid_are_told_apart_by_their_links() -> None:
    parsed = parse("rss_constant_guid.xml")
    assert titles(parsed) == ["Ferry service resumes", "Bridge closed"]
    assert parsed.duplicates == ()
    assert codes(parsed) == [("poll", "guid_shared")]


def test_an_item_without_any_identity_is_a_problem_and_not_an_entry() -> None:
    parsed = parse("rss_no_identity.xml")
    assert [entry.guid for entry in parsed.entries] == ["gazette-1"]
    assert codes(parsed) == [("entry", "item_without_identity")]
    assert parsed.problems[0].subject == "https://feeds.example/rss#item-1"


def test_a_title_is_identity_enough_where_there_is_nothing_else() -> None:
    first, second = parse("rss_title_only.xml"), parse("rss_title_only.xml")
    assert titles(first) == ["Ferry service resumes", "Notice to readers"]
    assert [entry.entry_id for entry in first.entries] == [
        entry.entry_id for entry in second.entries
    ]


def test_relative_links_start_from_the_channel_link() -> None:
    assert urls(parse("rss_relative_links.xml")) == [
        "https://gazette.example/news/1",
        "https://cdn.gazette.example/news/2",
        "https://www.gazette.example/news/3",
    ]


def test_a_guid_is_the_link_only_where_it_is_a_permalink_and_a_url() -> None:
    assert urls(parse("rss_guid_as_link.xml")) == ["https://gazette.example/news/1", None, None]


def test_the_original_link_wins_over_the_counted_one() -> None:
    assert urls(parse("rss_origlink.xml")) == ["https://gazette.example/news/1"]


def test_all_hints_about_when_to_come_again_are_read() -> None:
    parsed = parse("rss_schedule_hints.xml")
    assert parsed.ttl_minutes == 45
    assert parsed.skip_hours == (0, 1, 23)
    assert parsed.skip_days == ("Saturday", "Sunday")
    assert (parsed.language, parsed.entries[0].language) == ("en-gb", "en-gb")


def test_rdf_takes_the_dublin_core_date_as_publication() -> None:
    parsed = parse("rdf.xml")
    entry = parsed.entries[0]
    assert (parsed.format, parsed.update_period_minutes) == ("rss10", 15)
    assert (entry.guid, entry.url) == ("https://steppe.example/1", "https://steppe.example/1")
    assert (entry.raw_published, entry.raw_updated) == ("2022-01-07T06:13:24+06:00", None)
    assert entry.language == "ru"


def test_atom_links_titles_and_dates() -> None:
    parsed = parse("atom.xml")
    first, second, third = parsed.entries
    assert first.url == "https://hafenblatt.example/artikel/1.html"
    assert first.title == "Fähre fährt wieder"
    assert first.published is not None
    assert first.updated is not None
    assert first.updated.at == datetime(2022, 1, 7, 8, 0, 0, 500_000, tzinfo=UTC)
    assert (first.summary, first.content) == ("Kurz gesagt.", "<p>Der ganze Text.</p>")
    assert (first.authors, [tag.name for tag in first.tags]) == (("Anna Kai",), ["Verkehr"])
    assert second.url == "https://hafenblatt.example/artikel/2"
    assert second.title == "Das Tag <b> in HTML"
    assert second.published is None
    assert second.updated is not None
    assert second.updated.at == datetime(2022, 1, 7, tzinfo=UTC)
    assert third.title == "Ein Schiff"
    assert parsed.older_url == "https://feeds.example/atom?page=2"
    assert parsed.language == "de"


def test_a_json_feed_is_a_feed() -> None:
    parsed = parse("json_feed.json")
    first, second = parsed.entries
    assert parsed.format == "json11"
    assert (first.guid, first.url) == ("17", "https://feeds.example/17")
    assert (first.summary, first.content) == ("Short.", "<p>Full text.</p>")
    assert first.raw_updated == "2022-01-07T07:00:00+06:00"
    assert (first.authors, [tag.name for tag in first.tags]) == (("Ann Loader",), ["shipping"])
    assert (second.url, second.title) == ("https://elsewhere.example/18", None)
    assert codes(parsed) == [("entry", "item_without_identity")]
    assert parsed.older_url == "https://notes.example/feed.json?page=2"


@pytest.mark.parametrize(
    "oddity",
    [b'"half \\ud800 a pair"', b"9" * 6000, b"NaN", b"1e999"],
    ids=["surrogate", "digits", "nan", "infinite"],
)
def test_a_json_feed_that_only_strict_parsers_refuse_is_whole(oddity: bytes) -> None:
    whole = b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":%s,"title":"One"},'
    body = whole % oddity + b'{"id":2,"title":"Two"}]}'
    parsed = parse_feed(exchange(body), FEED, max_bytes=10**6)
    assert (parsed.format, parsed.items, parsed.problems) == ("json11", 2, ())
    assert [entry.title for entry in parsed.entries] == ["One", "Two"]
    cut = parse_feed(exchange(body[:-2]), FEED, max_bytes=10**6)
    assert codes(cut) == [("poll", "truncated_document")]
    assert cut.items == 2


def test_of_a_truncated_json_feed_the_complete_items_count() -> None:
    whole = (FIXTURES / "json_feed.json").read_bytes()
    parsed = parse_feed(exchange(whole[:-120]), FEED, max_bytes=10**6)
    assert [entry.guid for entry in parsed.entries] == ["17"]
    assert codes(parsed) == [("poll", "truncated_document")]


def test_a_news_sitemap_is_a_feed() -> None:
    parsed = parse("news_sitemap.xml")
    news, about = parsed.entries
    assert parsed.format == "news_sitemap"
    assert (news.url, news.title) == ("https://dala.example/1", "Пойыз қайта жүреді")
    assert (news.raw_published, news.raw_updated) == ("2022-01-07T06:13:24+06:00", "2022-01-07")
    assert (news.language, [tag.name for tag in news.tags]) == ("kk", ["көлік", "теміржол"])
    assert (about.url, about.title) == ("https://dala.example/about", None)


@pytest.mark.parametrize(
    ("payload", "code", "document_format"),
    [
        (b"", "feed_empty", ""),
        (b" \r\n\x00", "feed_empty", ""),
        (b"Service unavailable", "feed_unreadable", ""),
        (b'{"code": "rest_no_route"}', "feed_unreadable", ""),
        (b"{broken", "feed_unreadable", ""),
        (b"<note><to>us</to></note>", "feed_unreadable", ""),
        ((FIXTURES / "login_page.html").read_bytes(), "feed_is_html", ""),
        (b"<sitemapindex><sitemap/></sitemapindex>", "sitemap_index_empty", "sitemapindex"),
    ],
)
def test_what_is_no_feed_is_named(payload: bytes, code: str, document_format: str) -> None:
    parsed = parse_feed(exchange(payload), FEED, max_bytes=10**6)
    assert (parsed.entries, parsed.items, parsed.format) == ((), 0, document_format)
    assert codes(parsed) == [("poll", code)]


def test_a_feed_without_items_is_a_feed() -> None:
    payload = b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>"
    parsed = parse_feed(exchange(payload), FEED, max_bytes=10**6)
    assert (parsed.format, parsed.items, parsed.problems) == ("rss20", 0, ())


def test_a_body_that_cannot_be_read_is_passed_on_as_its_problem() -> None:
    packed = gzip.compress((FIXTURES / "rdf.xml").read_bytes())[:-9]
    parsed = parse_feed(exchange(packed, (("Content-Encoding", "gzip"),)), FEED, max_bytes=10**6)
    assert (parsed.format, codes(parsed)) == ("", [("poll", "truncated_body")])


def test_items_beyond_the_limit_are_cut_before_they_cost_anything() -> None:
    item = "<item><title>{0}</title><guid>g{0}</guid><description>x</description></item>"
    items = "".join(item.format(number) for number in range(50_000))
    payload = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    start = process_time()
    parsed = parse_feed(exchange(payload), FEED, max_bytes=10**7, max_items=20)
    assert process_time() - start < 3
    assert [entry.guid for entry in parsed.entries] == [f"g{number}" for number in range(20)]
    assert parsed.items == 50_000
    assert codes(parsed) == [("poll", "items_cut")]
    assert parsed.problems[0].detail.startswith("49980 of 50000")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b", "a b"),
        ("x<script>alert(1)</script>y", "x y"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("by <Anonym>", "by <Anonym>"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("  \u00a0 ", None),
        (None, None),
    ],
)
def test_markup_in_a_feed_becomes_plain_text(markup: str | None, text: str | None) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "unit", ["<item>", "<![CDATA[", "<!--", "&", "<item a='", '<a b="<', "<rss ", "&lt;", "]]>"]
)
def test_hostile_repetition_costs_no_more_than_its_length(unit: str) -> None:
    payload = b"<rss version='2.0'><channel>" + unit.encode() * 20_000 + b"</channel></rss>"
    start = process_time()
    parse_feed(exchange(payload), FEED, max_bytes=10**7, max_items=10)
    assert process_time() - start < 3


def real_feeds() -> list[tuple[str, int]]:
    index = REAL_FEEDS / "static.index.json"
    if not index.exists():
        return []
    rows = json.loads(index.read_text("utf-8"))
    return [(row["file"], row.get("entries", 2)) for row in rows]


# Items of real feeds that are no entries, with the reason.
WITHOUT_IDENTITY = {
    "node-feedparser__illegally-nested.xml": 10,  # each item holds another; the shells are empty
    "miniflux__no_encoding_ISO-8859-1.xml": 1,  # the fourth item has neither link nor title
}


@pytest.mark.skipif(not real_feeds(), reason="the real feeds are not on this machine")
@pytest.mark.parametrize(("name", "count"), real_feeds())
def test_real_feeds_yield_all_their_items(name: str, count: int) -> None:
    parsed = parse_feed(
        exchange((REAL_FEEDS / "static" / name).read_bytes()), FEED, max_bytes=10**7
    )
    lost = [problem for problem in parsed.problems if problem.code == "item_without_identity"]
    assert len(lost) == WITHOUT_IDENTITY.get(name, 0)
    assert parsed.problems == tuple(lost)
    assert parsed.items == accounted(parsed) == count
    assert all(entry.canonical_url for entry in parsed.entries)
    raw = [e for e in parsed.entries if e.raw_published or e.raw_updated]
    assert all(entry.published or entry.updated for entry in raw)
