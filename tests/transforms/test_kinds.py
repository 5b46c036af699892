"""What kind of page it is, and why: each sign, and what nearly is one."""
# ruff: noqa: E501 (pages and tables, one a line)

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from transforms.addresses import read_address
from transforms.articles import extract
from transforms.kinds import Paywall, Seen, Shape, tell_kind
from transforms.listings import MIN_POINTS, Prose, Standing, listing_reason
from transforms.metadata import Metadata
from transforms.page_marks import Marks, read_marks
from transforms.records import Article, Exchange
from transforms.repeats import LEAST_ITEMS, Repeats, find_repeats
from transforms.survey import survey

SENTENCE = "The ferry left the old harbour at noon, as it had done on every day of the year. "
STORY = "".join(f"<p>{SENTENCE * 4}In part {number}.</p>" for number in range(6))
DATED = '<meta property="article:published_time" content="2022-01-10T08:00:00Z">'
DECLARED = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry leaves the old harbour", "datePublished": "2022-01-10T08:00:00Z"}</script>'
HEADLINE = "Ferry leaves the old harbour for the last time"
SILENT = Standing(has_date=False, has_author=False, has_entry=False, is_called_article=False)
PROSE = Prose(own=5000, repeated=0, items=0, page=6000, prices=0, headline_words=9)


def teasers(count: int) -> str:
    """Return boxes that are alike, each a link with a line of text."""
    return "".join(
        f'<div class="box"><p><a href="/n/{number}">The council meets in town {number}</a>: '
        f"it will speak of harbour number {number} and of what it costs.</p></div>"
        for number in range(count)
    )


def prices(count: int) -> str:
    return "".join(
        f'<div class="product-card"><a href="/w/{number}">A kettle of {number} litres, enamelled</a>'
        f'<span class="price">{number}9.00 EUR</span></div>'
        for number in range(count)
    )


def told(  # noqa: PLR0913 (the parts of a page)
    body: str = STORY,
    *,
    url: str = "https://steppe-herald.example/2022/ferry-leaves-the-old-harbour",
    head: str = "",
    root: str = "",
    html: str = "",
    title: str = HEADLINE,
) -> tuple[str, str]:
    """Return the kind of a page, and the reason."""
    page = (
        f"<html {html}><head><title>{title}</title>{head}</head>"
        f"<body {root}><h1>{title}</h1>{body}</body></html>"
    )
    exchange = Exchange(
        exchange_id="x",
        run_id="r",
        purpose="page",
        requested_url=url,
        final_url=url,
        fetched_at=datetime(2022, 1, 12, tzinfo=UTC),
        elapsed_ms=1,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        payload=page.encode(),
    )
    found = extract(exchange, source_id="steppe-herald.example")
    assert isinstance(found, Article), found
    return found.kind, found.kind_reason


SHOP = "https://shop.example"
NO_STORY: list[tuple[str, dict[str, str]]] = [
    ("forum", {"url": "https://a.example/threads/which-ferry-is-best.1234/"}),
    ("forum", {"url": "https://a.example/viewtopic.php?t=1234"}),
    ("forum", {"url": "https://a.example/t/which-ferry/1234"}),
    ("forum", {"html": 'data-template="thread_view"', "root": 'class="template-thread_view"'}),
    ("forum", {"head": '<meta name="generator" content="Discourse 3.4">'}),
    ("forum", {"body": f'<div itemscope itemtype="https://schema.org/QAPage">{STORY}</div>'}),
    ("product", {"head": '<meta property="og:type" content="product.group">'}),
    ("product", {"root": 'class="single-product"'}),
    ("product", {"body": f'{STORY}<div itemscope itemtype="http://schema.org/Product"></div>'}),
    (
        "product",
        {"url": f"{SHOP}/products/kettle", "body": f'{STORY}<b class="add-to-cart">Buy</b>'},
    ),
    ("listing", {"url": "https://steppe-herald.example/"}),
    ("listing", {"url": "https://steppe-herald.example/en/index.html?lang=1x"}),
    (
        "listing",
        {"head": '<script type="application/ld+json">{"@type": "CollectionPage"}</script>'},
    ),
    ("listing", {"root": 'class="archive category"'}),
    ("listing", {"root": 'id="category"'}),
]


FRONT_PAGES = [parts for kind, parts in NO_STORY if "listing" in kind and "url" in parts]


@pytest.mark.parametrize("parts", FRONT_PAGES)
def test_a_front_page_is_a_listing_whatever_it_declares(parts: dict[str, str]) -> None:
    assert told(**{**parts, "head": DECLARED})[0] == "listing"


@pytest.mark.parametrize(("kind", "parts"), NO_STORY)
def test_one_strong_sign_tells_that_a_page_is_no_article(kind: str, parts: dict[str, str]) -> None:
    found, reason = told(**parts)
    assert (found, bool(reason)) == (kind, True)


@pytest.mark.parametrize("parts", [parts for _, parts in NO_STORY if parts not in FRONT_PAGES])
def test_a_page_that_declares_its_article_is_one_all_the_same(parts: dict[str, str]) -> None:
    assert told(**{**parts, "head": parts.get("head", "") + DECLARED})[0] == "article"


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"url": "https://steppe-herald.example/?p=2895"},
        {"url": "https://steppe-herald.example/index.php?id=2895"},
        {"url": "https://steppe-herald.example/forum/our-readers-ask", "head": DATED},
        {"root": 'class="single-post category"'},
        {"root": 'class="archive"', "head": DATED},
        {"body": f'{STORY}<div itemtype="http://schema.org/Product"></div>', "head": DATED},
        {"url": f"{SHOP}/products/kettle"},
        {"url": "https://steppe-herald.example/products/ferry-leaves-the-old-harbour"},
        {"body": STORY + teasers(30)},
        {"body": STORY + prices(7)},
    ],
)
def test_an_article_that_shares_a_sign_with_other_pages_is_one(parts: dict[str, str]) -> None:
    assert told(**parts)[0] == "article"


def test_a_page_of_teasers_is_a_listing() -> None:
    kind, reason = told(teasers(14), url="https://steppe-herald.example/harbour", title="Harbour")
    assert kind == "listing"
    assert "14 items alike +2" in reason


def test_a_shelf_is_no_article() -> None:
    kind, reason = told(prices(12), url=f"{SHOP}/category/kettles", title="Kettles")
    assert kind == "product"
    assert "shelf of products +2" in reason


def test_a_short_story_among_teasers_is_an_article() -> None:
    story = f"<p>{SENTENCE * 2}</p><p>{SENTENCE * 2}</p>"
    assert told(story + teasers(14))[0] == "article"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "front"),
        ("https://a.example/en/", "front"),
        ("https://a.example/de-at/home.html", "front"),
        ("https://a.example/?p=12", ""),
        ("https://a.example/tag/ferry", "section"),
        ("https://a.example/tag/ferry/ferry-leaves-the-old-harbour", ""),
        ("https://a.example/c/harbour/ferries/", "section"),
        ("https://a.example/harbour/news", "section"),
        ("https://a.example/mobile-app-reviews", "section"),
        ("https://a.example/course-catalog/harbours", "section"),
        ("https://a.example/products/kettles/enamelled", "section"),
        ("https://a.example/stock-market/ferry-shares", ""),
        ("https://a.example/?headline=ferry-leaves-old-harbour", ""),
        ("https://a.example/news/ferry-leaves-the-old-harbour-news", ""),
        ("https://web.archive.example/web/2020/https://a.example/", "front"),
        ("cached::page.html", ""),
        ("https://[broken", ""),
    ],
)
def test_an_address_tells_front_pages_and_sections(url: str, expected: str) -> None:
    address = read_address(url)
    assert ("front" if address.is_front else "section" if address.is_section else "") == expected


@pytest.mark.parametrize(
    ("url", "words", "has_number"),
    [
        ("https://a.example/news/ferry-leaves-old-harbour", 4, False),
        ("https://a.example/news/ferry_leaves.html", 2, False),
        ("https://a.example/2022/01/ferry", 1, True),
        ("https://a.example/view?seq=181595", 1, True),
        ("https://a.example/kettles?srsltid=AfmB123456x", 1, False),
        (
            "https://a.example/%E6%B8%A1%E8%BC%AA%E3%81%8C%E5%87%BA%E6%B8%AF%E3%81%99%E3%82%8B",
            3,
            False,
        ),
    ],
)
def test_what_an_address_says_of_a_story(url: str, words: int, *, has_number: bool) -> None:
    address = read_address(url)
    assert (address.words, address.has_number) == (words, has_number)


def repeats_of(body: str) -> Repeats:
    return find_repeats(survey(document_fromstring(f"<html><body>{body}</body></html>")))


def test_siblings_that_are_alike_are_items_from_five_on() -> None:
    assert repeats_of(teasers(LEAST_ITEMS)).largest == LEAST_ITEMS
    assert repeats_of(teasers(LEAST_ITEMS - 1)) == Repeats()


@pytest.mark.parametrize(
    "body",
    [
        "<ul>" + "<li><a href='/a'>Harbour</a></li>" * 20 + "</ul>",  # a menu
        "<p>The ferry left the old harbour at <a href='/a'>noon</a> again.</p>" * 20,
        "<div><i>The ferry left the old harbour at noon</i></div>" * 20,  # no links
        f"<section><a href='/a'>A</a>{SENTENCE * 20}</section>" * 6,  # chapters
    ],
)
def test_what_is_no_item(body: str) -> None:
    assert repeats_of(body) == Repeats()


def test_items_in_items_count_once() -> None:
    inner = "<ul>" + "<li><a href='/a'>The council meets in the town</a></li>" * 5 + "</ul>"
    found = repeats_of(f"<div><h2>Town</h2>{inner}</div>" * 6)
    assert found.largest == 6
    assert found.chars == 6 * len("Town" + "Thecouncilmeetsinthetown" * 5)


def test_a_page_is_a_listing_from_six_points_on() -> None:
    address = read_address("https://a.example/tag/ferry")  # a section 3, short 1
    prose = replace(PROSE, headline_words=1)  # like a label 1
    assert MIN_POINTS == 6
    assert listing_reason(address, Marks(), prose, SILENT) is None
    reason = listing_reason(address, Marks(has_pages=True), prose, SILENT)
    assert reason is not None
    assert reason.startswith("6 points: address of a section +3, ")


@pytest.mark.parametrize(
    "standing",
    [
        replace(SILENT, has_date=True),
        replace(SILENT, has_author=True),
        replace(SILENT, has_entry=True),
        replace(SILENT, is_called_article=True),
    ],
)
def test_what_speaks_for_a_story_speaks_against_a_listing(standing: Standing) -> None:
    address = read_address("https://a.example/tag/ferry")
    prose = replace(PROSE, headline_words=1)
    assert listing_reason(address, Marks(has_pages=True), prose, standing) is None


def test_marks_of_a_shelf() -> None:
    tree = document_fromstring(f"<html><body class='plp'>{prices(8)}</body></html>")
    marks = read_marks(survey(tree), Metadata())
    assert (marks.template, marks.has_prices, marks.is_shelf) == ("listing", True, True)
    fewer = document_fromstring(f"<html><body>{prices(7)}</body></html>")
    assert not read_marks(survey(fewer), Metadata()).has_prices


def seen(url: str, headline: str, metadata: Metadata, paywall: Paywall = "") -> Seen:
    return Seen(read_address(f"https://a.example{url}"), headline, metadata, SILENT, None, paywall)


def declared(*types: str, **node: object) -> Metadata:
    own = {"@type": types[0], **node}
    return Metadata(nodes=tuple({"@type": name} for name in types), article=own)


@pytest.mark.parametrize(
    ("url", "title", "metadata", "given", "kind"),
    [
        ("/a/b", "A title", Metadata(), {}, "article"),
        ("/a/b", "A title", declared("LiveBlogPosting"), {}, "live_blog"),
        ("/live/b", "A title", Metadata(), {}, "live_blog"),
        ("/a/b", "A title: live blog", Metadata(), {}, "live_blog"),
        ("/opinion/b", "A title", Metadata(), {}, "opinion"),
        ("/a/b", "A title", declared("OpinionNewsArticle"), {}, "opinion"),
        ("/a/b", "A title", declared("NewsArticle", articleSection="Meinung"), {}, "opinion"),
        ("/a/b", "A title", Metadata(), {"captions": 9, "body_size": 300}, "gallery"),
        ("/gallery/b", "A title", Metadata(), {"captions": 2}, "gallery"),
        ("/video/b", "A title", Metadata(), {"body_size": 300}, "video"),
        ("/tag/b", "A title", declared("NewsArticle"), {}, "article"),
        ("/a/b", "URGENT: Ferry sinks", Metadata(), {"body_size": 90}, "flash"),
    ],
)
def test_an_article_is_of_the_kind_that_address_title_and_shape_tell(
    url: str, title: str, metadata: Metadata, given: dict[str, int], kind: str
) -> None:
    shape = Shape(**{"body_size": 3000, "captions": 0, **given}, prose=PROSE)  # type: ignore[arg-type]
    found = tell_kind(seen(url, title, metadata), shape)
    assert (found.kind, bool(found.reason)) == (kind, True)


@pytest.mark.parametrize(
    ("paywall", "metadata", "given", "kind"),
    [
        ("declared", Metadata(), {}, "teaser"),
        ("declared", Metadata(), {"body_size": 700}, "article"),
        ("shown", Metadata(), {}, "article"),  # a brief, and whole
        ("shown", Metadata(), {"is_cut": True}, "teaser"),
        ("shown", declared("NewsArticle", wordCount=80), {}, "teaser"),
        ("shown", declared("NewsArticle", wordCount="60"), {}, "article"),
        ("", Metadata(), {"is_cut": True}, "article"),
    ],
)
def test_a_short_text_before_a_paywall_is_a_teaser_where_it_is_not_all(
    paywall: Paywall, metadata: Metadata, given: dict[str, int], kind: str
) -> None:
    shape = Shape(**{"body_size": 200, "captions": 0, **given}, prose=PROSE)  # type: ignore[arg-type]
    assert tell_kind(seen("/b", "T", metadata, paywall), shape).kind == kind
