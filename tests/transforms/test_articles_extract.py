# ruff: noqa: E501 (tables of texts in several scripts, one a line)
"""What `extract` makes of one page each: golden traits, refusals, guards."""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms.article_json import article_to_json, problem_to_json
from transforms.articles import extract
from transforms.metadata import Metadata
from transforms.page_addresses import canonical_page_url
from transforms.records import BODY_KINDS, Article, Entry, Exchange, Moment, Problem

PAGES = Path(__file__).parents[1] / "data" / "pages"
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "pages" / "fundus-parser-tests"
FETCHED = datetime(2024, 3, 1, 12, tzinfo=UTC)
URL = "https://coastcourier.example/town/harbour-town-closes-its-ferry-line"


def page_exchange(body: bytes, *, url: str = URL, status: int = 200, **headers: str) -> Exchange:
    return Exchange(
        exchange_id="x" * 24,
        run_id="run",
        purpose="page",
        requested_url=url,
        final_url=url,
        fetched_at=FETCHED,
        elapsed_ms=10,
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"), *headers.items()),
        payload=body,
    )


def article_of(name: str, *, url: str = URL, entry: Entry | None = None) -> Article:
    exchange = page_exchange((PAGES / f"{name}.html").read_bytes(), url=url)
    found = extract(exchange, source_id="coastcourier.example", entry=entry)
    assert isinstance(found, Article), found
    return found


def texts(article: Article, kind: str) -> list[str]:
    return [block.text for block in article.blocks if block.kind == kind]


@pytest.fixture(scope="module")
def summit() -> Article:
    url = "https://www.northernwire.example/en/blocs-troops-to-leave-lakeland-soon/a-60379284"
    return article_of("summit_with_gallery", url=url)


def test_gallery_captions_stand_beside_the_body(summit: Article) -> None:
    captions = texts(summit, "caption")
    assert [caption[:12] for caption in captions] == [
        "A burnt-out ",
        "Shopkeepers ",
        "Police said ",
    ]
    assert not any(caption in summit.body for caption in captions)
    assert "pictured in" not in summit.body
    assert "detained" not in summit.body


def test_captions_stand_where_the_page_has_them(summit: Article) -> None:
    kinds = [block.kind for block in summit.blocks]
    first = kinds.index("caption")
    assert summit.blocks[first - 1].text.startswith(('"The contingent', "Lakeland's week"))
    after = [block for block in summit.blocks[first:] if block.kind == "paragraph"]
    assert after[0].text.startswith("Officials in the capital")


def test_a_pictures_credit_is_parted_from_its_caption(summit: Article) -> None:
    first = next(block for block in summit.blocks if block.kind == "caption")
    assert first.credit == "Image: Ada Stone/AFP/Getty Images"
    assert "Image" not in first.text
    roles = {(c.role, c.name) for c in summit.credits if c.origin == "caption"}
    assert roles == {
        ("photographer", "Ada Stone"),
        ("agency", "Agence France-Presse"),
        ("agency", "Getty Images"),
    }


def test_desk_initials_and_agencies_come_from_the_credit_line(summit: Article) -> None:
    line = [credit for credit in summit.credits if credit.origin == "credit-line"]
    assert [(credit.role, credit.name) for credit in line if credit.role == "desk"] == [
        ("desk", "rc"),
        ("desk", "rt"),
    ]
    assert [credit.name for credit in line if credit.role == "agency"] == [
        "Reuters",
        "Agence France-Presse",
        "Associated Press",
    ]
    assert {credit.raw for credit in line} == {"rc/rt (Reuters, AFP, AP)"}
    assert texts(summit, "credit") == ["rc/rt (Reuters, AFP, AP)"]


def test_video_prompt_and_promotion_stand_beside_the_body(summit: Article) -> None:
    assert texts(summit, "video") == ["Watch video 02:15"]
    assert texts(summit, "promo")[:2] == [
        "Читайте также: Как начались протесты",
        "Read more: Who profits from the price of gas?",
    ]
    assert "Read more" not in summit.body


def test_the_body_has_its_headings_lists_and_quotations(summit: Article) -> None:
    assert "What started the protests?" in texts(summit, "heading")
    assert len(texts(summit, "list")) == 2
    assert len(texts(summit, "quotation")) == 1
    assert summit.body.split("\n") == [b.text for b in summit.blocks if b.kind in BODY_KINDS]


def test_a_year_in_a_caption_contradicts_the_declared_date(summit: Article) -> None:
    assert summit.published is not None
    assert summit.published.at == datetime(2018, 1, 10, 12, 3, tzinfo=UTC)
    assert "date_contradicted_by_text" in {doubt.code for doubt in summit.doubts}


def test_headline_kicker_standfirst_section_and_addresses(summit: Article) -> None:
    assert summit.headline == "Bloc's troops to leave Lakeland soon, leader says"
    assert summit.kicker == "Security"
    assert summit.section == "Asia"
    assert summit.amp_url == "https://amp.northernwire.example/en/a-60379284"
    assert summit.canonical_url.endswith("/en/blocs-troops-to-leave-lakeland-soon/a-60379284")
    assert summit.authors == ()
    assert [tag.name for tag in summit.tags] == ["Lakeland", "protests"]


def test_offsets_lead_to_the_blocks_text() -> None:
    for path in PAGES.glob("*.html"):
        found = extract(page_exchange(path.read_bytes()), source_id="s")
        if isinstance(found, Article):
            for block in found.blocks:
                if block.kind in BODY_KINDS:
                    assert found.body[block.start : block.end] == block.text
                else:
                    assert block.start is None
                    assert block.end is None


def test_a_wire_dateline_is_parted_from_the_first_paragraph() -> None:
    article = article_of("wire_dateline")
    assert article.dateline == "PORT HELEN, Feb 6 (Reuters)"
    assert article.body.startswith("The council of the harbour town")
    agencies = [credit.name for credit in article.credits if credit.role == "agency"]
    assert agencies == ["Reuters"]
    assert article.authors == ("Jane Doe", "Max Roe")
    assert ("desk", "Ann Poe") in {(credit.role, credit.name) for credit in article.credits}


def test_a_correction_is_a_note() -> None:
    article = article_of("correction_note")
    assert len(texts(article, "note")) == 1
    assert "misstated" not in article.body


def test_an_embedded_post_and_a_table_stand_beside_the_body() -> None:
    assert "Goodbye, old ferry" in texts(article_of("embedded_post"), "embed")[0]
    assert texts(article_of("layout_table"), "table") == ["Year | Passengers ¶ 2022 | 41,000 ¶ 2023 | 28,500"]  # fmt: skip


def test_the_author_is_read_from_the_markup_where_nothing_else_names_one() -> None:
    assert article_of("byline_markup").authors == ("Jane Doe",)


def test_a_paywalled_stub_is_a_teaser() -> None:
    article = article_of("paywall_stub")
    assert (article.kind, article.is_paywalled) == ("teaser", True)


def test_a_front_page_is_a_listing() -> None:
    found = extract(
        page_exchange(
            (PAGES / "front_page.html").read_bytes(), url="https://coastcourier.example/"
        ),
        source_id="s",
    )
    assert isinstance(found, Problem) or found.kind == "listing"


@pytest.mark.parametrize(
    ("name", "code"), [("challenge", "challenge_page"), ("soft_404", "error_page")]
)
def test_challenges_and_error_pages_are_problems(name: str, code: str) -> None:
    found = extract(page_exchange((PAGES / f"{name}.html").read_bytes()), source_id="s")
    assert isinstance(found, Problem)
    assert (found.stage, found.code) == ("article", code)


def test_the_texts_language_wins_over_a_templates_and_the_conflict_is_told() -> None:
    article = article_of("template_language")
    assert (article.language, article.language_origin) == ("ru", "text")
    assert "language_conflict" in {doubt.code for doubt in article.doubts}


def test_conflicting_dates_keep_their_candidates() -> None:
    article = article_of("conflicting_dates")
    assert article.published is not None
    assert article.published.origin == "json-ld:datePublished"
    assert {moment.at.year for moment in article.date_candidates} == {2021, 2024}
    assert "date_conflict" in {doubt.code for doubt in article.doubts}


def test_no_date_later_than_the_fetch_is_believed() -> None:
    article = article_of("future_date")
    assert article.published is None
    assert "date_in_future" in {doubt.code for doubt in article.doubts}


def test_the_feeds_date_stands_in_for_a_page_without_one() -> None:
    at = datetime(2024, 2, 6, 17, 30, tzinfo=UTC)
    moment = Moment(at=at, precision="second", has_zone=True, raw="x", origin="feed")
    entry = Entry(
        entry_id="e",
        feed_id="f",
        source_id="s",
        exchange_id="x",
        seen_at=FETCHED,
        position=0,
        guid=None,
        url=URL,
        canonical_url=URL,
        title="A title",
        published=moment,
    )
    article = article_of("template_language", entry=entry)
    assert article.published == moment
    assert article.entry_id == "e"


def test_broken_json_ld_is_mended() -> None:
    article = article_of("broken_json_ld")
    assert article.authors == ("Jane Doe",)
    assert article.headline_origin == "json-ld"


@pytest.mark.parametrize("name", ["root_canonical", "foreign_canonical"])
def test_a_canonical_link_to_the_root_or_another_domain_is_not_believed(name: str) -> None:
    assert article_of(name).canonical_url == URL


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("https://coastcourier.example/town/", URL),
        (
            "https://coastcourier.example/town/the-ferry-line",
            "https://coastcourier.example/town/the-ferry-line",
        ),
        ("/town/the-ferry-line", "https://coastcourier.example/town/the-ferry-line"),
        ("http://[broken", URL),
    ],
)
def test_a_canonical_link_is_believed_where_it_names_one_page(declared: str, expected: str) -> None:
    assert canonical_page_url(URL, Metadata(canonical=declared)) == expected


@pytest.mark.parametrize(
    ("exchange", "code"),
    [
        (page_exchange(b"<html></html>", status=404), "http_status_404"),
        (page_exchange(b""), "not_html"),
        (page_exchange(b"<html><body></body></html>"), "no_title"),
        (page_exchange(b"<title>A title of a page</title><body> </body>"), "no_main_text"),
        (
            replace(page_exchange(b"%PDF"), headers=(("Content-Type", "application/pdf"),)),
            "not_html",
        ),
    ],
)
def test_pages_without_an_article_are_problems(exchange: Exchange, code: str) -> None:
    found = extract(exchange, source_id="s")
    assert isinstance(found, Problem)
    assert found.code == code


def test_what_a_page_without_text_says_of_itself_can_be_had() -> None:
    page = page_exchange(
        b"<html><head><title>Troops leave Almaty</title>"
        b'<meta property="article:published_time" content="2022-01-13T09:30:00Z"></head>'
        b"<body><div id=app></div></body></html>"
    )
    assert isinstance(extract(page, source_id="s"), Problem)
    found = extract(page, source_id="s", needs_text=False)
    assert isinstance(found, Article)
    assert (found.headline, found.body) == ("Troops leave Almaty", "")
    assert found.published is not None


def test_a_page_over_the_limit_is_refused() -> None:
    found = extract(page_exchange(b"<html>" + b"x" * 2000), source_id="s", max_bytes=1000)
    assert isinstance(found, Problem)
    assert found.code == "page_too_large"


HOSTILE = {
    "links": b"<a href='/x'>x</a>" * 100_000,
    "attributes": b"<div " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b">x</div>",
    "bare attributes": b"<div " + b" ".join(b"a%d" % n for n in range(50_000)) + b">x</div>",
    "paragraphs": b"<p>A paragraph of text.</p>" * 100_000,
    "breaks": b"line<br>" * 50_000,
    "rows": b"<tr><td>x</td></tr>" * 50_000,
    "truncated JSON-LD": b'<script type="application/ld+json">{"@graph":['
    + b'{"a":"b"},' * 200_000,
    "deep nesting": b"<div>" * 50_000 + b"text",
    "open brackets": b"<" * 500_000,
    "scripts": b"<script>x</script>" * 100_000,
    "one long text": b"word " * 900_000,
    "null bytes": b"a\x00b" * 100_000,
    "nested JSON-LD": b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_answered_within_five_seconds(name: str) -> None:
    body = b"<html><head><title>A title</title></head><body><h1>A title</h1>" + HOSTILE[name]
    start = time.process_time()
    found = extract(page_exchange(body), source_id="s")
    assert time.process_time() - start < 5
    assert isinstance(found, Article | Problem)


def test_an_article_travels_between_processes(summit: Article) -> None:
    assert pickle.loads(pickle.dumps(summit)) == summit  # noqa: S301 (our own)


def test_the_same_page_gives_the_same_article(summit: Article) -> None:
    again = article_of("summit_with_gallery", url=summit.final_url)
    assert again == summit


def test_extraction_imports_neither_the_orchestrator_nor_the_validator() -> None:
    code = (
        "import sys, transforms.articles;"
        "print([m for m in ('prefect', 'great_expectations', 'aiohttp', 'duckdb') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_articles_and_problems_as_json(summit: Article) -> None:
    value = article_to_json(summit)
    assert value["published_at"] == "2018-01-10T12:03:00+00:00"
    assert value["problem"] is None
    assert value["authors"] == ["The Northern Wire"]
    json.dumps(value)
    problem = Problem(stage="article", subject=URL, code="no_main_text")
    empty = problem_to_json(problem)
    assert empty["text"] == ""
    assert set(empty) <= set(value)


@pytest.mark.skipif(not SHARED.exists(), reason="no shared data")
def test_real_pages_give_articles() -> None:
    lines = (SHARED / "records.jsonl").read_text(encoding="utf-8").splitlines()
    for record in map(json.loads, lines[::6]):
        body = gzip.decompress((SHARED / record["html_file"]).read_bytes())
        found = extract(page_exchange(body, url=record["url"]), source_id="s")
        assert isinstance(found, Article), record["id"]
        assert len(found.body) > 200, record["id"]


def test_a_page_that_does_not_name_its_frame_keeps_headings_and_lists() -> None:
    article = article_of("unnamed_frame", url="https://lagoon-review.example/2024/bridge")
    assert article.headline == "The bridge that nobody crossed"
    assert (
        article.standfirst == "Twelve years and four mayors later the ramps still end in the reeds."
    )
    assert texts(article, "heading") == ["The caretaker"]
    assert len(texts(article, "list")) == 2
    assert [line[:10] for line in article.body.splitlines()][:2] == ["The bridge", "Since then"]
    assert article.body.endswith("persons who sweep.")
    assert article.dateline == "PORT ELM, Jan 11 (Lagoon Wire)"
    assert [(b.text, b.credit) for b in article.blocks if b.kind == "caption"] == [
        ("The barrier in January", "Archive")
    ]
    agencies = {credit.name for credit in article.credits if credit.role == "agency"}
    assert agencies == {"Lagoon Wire"}


def test_walls_posts_and_credits_stand_beside_the_body() -> None:
    article = article_of("walled_with_post")
    assert article.standfirst == "Skippers will pay a third more from the spring."
    assert [line[:12] for line in article.body.splitlines()] == [
        "The harbour ",
        "Skippers who",
        "The last ris",
    ]
    assert article.dateline == "PORT ELM, Jan 11 (Lagoon Wire)"
    assert texts(article, "embed")[0].startswith("We were not asked")
    assert texts(article, "credit") == ["By Ada Quill", "Lagoon Wire"]
    assert article.authors == ("Ada Quill",)


def test_a_first_paragraph_that_is_also_the_description_stays_in_the_body() -> None:
    text = "The harbour board voted on Thursday to raise its dues by a third, for the first time."
    rest = "Skippers who berth for the whole year will be given until the summer to pay, it said."
    page = (
        f"<html><head><title>Dues to rise</title><meta name='description' content='{text}'></head>"
        f"<body><article><h1>Dues to rise</h1><p class='p'>{text}</p><p class='p'>{rest}</p>"
        f"<p class='p'>{rest} Twice.</p></article></body></html>"
    )
    article = extract(page_exchange(page.encode()), source_id="s")
    assert isinstance(article, Article)
    assert article.body.startswith(text)


PROSE = "The harbour board voted on Thursday to raise its dues by a third, for the first time."


def test_words_stay_whole_where_a_page_says_where_they_may_break() -> None:
    text = PROSE.replace("harbour", "har\u00adbour").replace("raise", "ra&shy;ise")
    page = f"<title>Dues\u00ad to rise</title><body><h1>Dues to rise</h1><p>{text}</p></body>"
    article = extract(page_exchange(page.encode()), source_id="s")
    assert isinstance(article, Article)
    assert article.headline == "Dues to rise"
    assert article.body.endswith(PROSE)


def test_an_untitled_text_is_called_by_its_first_words() -> None:
    page = f"<html><body><p>{PROSE} {PROSE}</p></body></html>"
    article = extract(page_exchange(page.encode()), source_id="s")
    assert isinstance(article, Article)
    assert article.headline == "The harbour board voted on Thursday to raise its dues by a third, for the first time. The harbour…"  # fmt: skip
    assert article.headline_origin == "text"
    assert article.body.startswith(article.headline.rstrip("…"))


def test_the_posts_of_a_thread_are_read_from_its_declaration_where_the_page_shows_less() -> None:
    thread = {
        "@type": "DiscussionForumPosting",
        "headline": "Who remembers the ferry?",
        "text": f"Who remembers it?<br>{PROSE}",
        "comment": [{"@type": "Comment", "text": PROSE.replace("Thursday", "Friday")}],
    }
    page = (
        f'<script type="application/ld+json">{json.dumps(thread)}</script>'
        "<title>Who remembers the ferry?</title><body><h1>Who remembers the ferry?</h1>"
        "<p>Loading the posts, please wait.</p></body>"
    )
    article = extract(page_exchange(page.encode()), source_id="s")
    assert isinstance(article, Article)
    lines = article.body.splitlines()
    assert lines == ["Who remembers it?", PROSE, PROSE.replace("Thursday", "Friday")]
