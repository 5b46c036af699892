"""What an outlet's pages teach, and what they must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from page_exchanges import page_exchange

from transforms.articles import extract
from transforms.outlets import (
    FEW_PAGES,
    MAX_LINES,
    STORY_LINES,
    shared_titles,
    traits_of,
)
from transforms.records import BODY_KINDS, Article, Exchange, OutletKnowledge, PageTraits
from transforms.urls import outlet_of

BOX = "Every weekday evening our letter brings the day to your inbox, free of charge and short."
BACKGROUND = (
    "The ferry between the harbour and the island has run since 1911 and carries most of the"
    " island's schoolchildren, whose parents had asked the harbour council to keep it."
)
STORIES = {
    "ferry": (
        "Harbour council closes the island ferry",
        "The harbour council voted on Monday to close the ferry to the island at the end of May.",
        "Passengers on the ferry said that the island would lose its schoolchildren to the coast.",
        "The council of the harbour answered that the ferry had made losses for eleven years.",
    ),
    "bread": (
        "Bakers raise the price of rye bread again",
        "Bakers in the old town raised the price of rye bread by a fifth, for the second time.",
        "Flour had become dearer, the bakers said, and ovens cost more to heat than they used to.",
        "Customers who buy rye bread every morning said they would buy smaller loaves of bread.",
    ),
    "choir": (
        "A choir of pensioners sings its hundredth concert",
        "The choir of pensioners sang its hundredth concert before a full chapel on Saturday.",
        "Singers of the choir are seventy and older, and the concert lasted for two hours.",
        "The chapel had to turn people away, which the pensioners said had not happened before.",
    ),
}  # fmt: skip


def page_of(
    name: str, *more: str, path: str | None = None, title: str | None = None, heading: str = ""
) -> Exchange:
    """A page of an invented outlet: a story and what stands below it."""
    headline, *paragraphs = STORIES[name]
    url = f"https://www.islandpost.example/{path or name}"
    text = "".join(f"<p>{line}</p>" for line in (*paragraphs, *more))
    markup = (
        f'<html lang="en"><head><title>{title or headline}</title></head><body><main><article>'
        f"<h1>{heading or title or headline}</h1>{text}</article></main></body></html>"
    )
    return page_exchange(url, markup.encode(), fetched_at=datetime(2024, 3, 1, 12, tzinfo=UTC))


def read(exchange: Exchange, *pages: PageTraits) -> Article:
    """Extract a page, knowing some pages of its outlet."""
    known = OutletKnowledge(outlet="islandpost.example", version=7, pages=pages)
    found = extract(exchange, source_id="s", knowledge=known if pages else None)
    assert isinstance(found, Article), found
    return found


def seen(exchange: Exchange) -> PageTraits:
    """Return what is remembered of a page."""
    traits = read(exchange).traits
    assert traits is not None
    return traits


def boilerplate(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.kind == "boilerplate"]


def test_a_line_that_another_story_has_is_kept_beside_the_body() -> None:
    article = read(page_of("bread", BOX), seen(page_of("ferry", BOX)))
    assert boilerplate(article) == [BOX]
    assert BOX not in article.body
    assert article.body.split("\n") == [b.text for b in article.blocks if b.kind in BODY_KINDS]
    assert article.outlet_version == 7


def test_without_knowledge_the_text_is_whole() -> None:
    article = read(page_of("bread", BOX))
    assert article.body.endswith(BOX)
    assert article.outlet_version is None


def test_what_is_learned_makes_no_new_version() -> None:
    alone, taught = (
        read(page_of("bread", BOX)),
        read(page_of("bread", BOX), seen(page_of("ferry", BOX))),
    )
    assert alone.body != taught.body
    assert alone.version_id == taught.version_id
    assert alone.shown_text == taught.shown_text


def test_what_is_learned_does_not_change_what_is_seen() -> None:
    known = seen(page_of("ferry", BOX))
    assert read(page_of("bread", BOX), known).traits == seen(page_of("bread", BOX))


def test_headings_over_nothing_but_shared_lines_go_with_them() -> None:
    exchange = page_of("bread")
    letter = f"<h2>Our letter</h2><p>{BOX}</p></article>".encode()
    exchange = replace(exchange, payload=exchange.payload.replace(b"</article>", letter))
    assert boilerplate(read(exchange, seen(page_of("ferry", BOX)))) == ["Our letter", BOX]


def test_a_story_under_two_addresses_teaches_nothing() -> None:
    again = page_of("ferry", BOX, path="ferry-print", title="Island loses its ferry in May")
    assert boilerplate(read(page_of("ferry", BOX), seen(again))) == []


def test_a_later_state_of_a_story_teaches_nothing() -> None:
    later = page_of("ferry", BOX, "The ferry's crew of nine has been told, the harbour said late.")
    assert boilerplate(read(page_of("ferry", BOX), seen(later))) == []


def test_background_that_belongs_to_the_article_stays_in_the_body() -> None:
    earlier = seen(page_of("bread", BACKGROUND, BOX))
    article = read(page_of("ferry", BACKGROUND, BOX), earlier)
    assert boilerplate(article) == [BOX]
    assert BACKGROUND in article.body


def test_stories_on_the_same_topic_are_no_evidence() -> None:
    earlier, page = seen(page_of("ferry", BOX)), page_of("bread", BOX)
    assert boilerplate(read(page, earlier)) == [BOX]
    assert boilerplate(read(page, replace(earlier, topic=seen(page).topic))) == []


def test_one_page_is_evidence_only_while_few_are_known() -> None:
    earlier = seen(page_of("ferry", BOX))
    others = [
        replace(earlier, headline=n, topic=(n,), story=(n,), lines=()) for n in range(FEW_PAGES - 1)
    ]
    assert boilerplate(read(page_of("bread", BOX), earlier, *others)) == []
    twice = replace(earlier, headline=99, story=(99,))
    assert boilerplate(read(page_of("bread", BOX), earlier, *others, twice)) == [BOX]


def test_where_the_article_begins_a_line_must_stand_on_most_pages() -> None:
    exchange = page_of("bread")
    first = replace(
        exchange, payload=exchange.payload.replace(b"</h1>", f"</h1><p>{BOX}</p>".encode())
    )
    earlier = seen(page_of("ferry", BOX))
    others = [replace(earlier, headline=n, topic=(n,), story=(n,), lines=()) for n in range(2)]
    assert boilerplate(read(first, earlier, *others)) == []
    twice = replace(earlier, headline=99, topic=(99,), story=(99,))
    assert boilerplate(read(first, earlier, *others, twice)) == [BOX]


def test_a_page_of_nothing_but_shared_lines_stays_as_it_is() -> None:
    notice = "Please accept what we store on your device before you go on reading this page here."
    empty = page_of("bread")
    payload = b"<html><head><title>Bread</title></head><body><main><article><h1>Bread</h1><p>%b</p>"
    exchange = replace(empty, payload=payload % notice.encode())
    assert read(exchange, seen(page_of("ferry", notice))).body.endswith(notice)


def test_the_summary_that_a_page_declares_is_its_own() -> None:
    exchange = page_of("bread", BOX)
    summary = f'<meta name="description" content="{BOX}"></head>'.encode()
    exchange = replace(exchange, payload=exchange.payload.replace(b"</head>", summary))
    assert boilerplate(read(exchange, seen(page_of("ferry", BOX)))) == []


def test_quotations_and_headings_are_never_shared() -> None:
    for tag in ("blockquote", "h3"):
        extra = f"<{tag}>{BOX}</{tag}></article>".encode()
        pages = [
            replace(page, payload=page.payload.replace(b"</article>", extra))
            for page in (page_of("bread"), page_of("ferry"))
        ]
        assert boilerplate(read(pages[0], seen(pages[1]))) == []


def test_knowledge_of_another_outlet_is_not_used() -> None:
    known = OutletKnowledge(
        outlet="coastpost.example", version=3, pages=(seen(page_of("ferry", BOX)),)
    )
    article = extract(page_of("bread", BOX), source_id="s", knowledge=known)
    assert isinstance(article, Article)
    assert article.body.endswith(BOX)
    assert article.outlet_version is None


def test_a_heading_that_other_pages_bear_is_not_the_headline() -> None:
    ferry = page_of("ferry", heading="The Island Post Weekend Edition")
    bread = page_of(
        "bread",
        title="Bakers raise the price of rye bread again - The Island Post Weekend Edition",
        heading="The Island Post Weekend Edition",
    )
    assert read(bread).headline == "The Island Post Weekend Edition"
    assert read(bread, seen(ferry)).headline == "Bakers raise the price of rye bread again"


def test_a_section_at_the_end_of_titles_is_learned() -> None:
    ferry = page_of("ferry", title="Council closes ferry | Harbour life", heading=" ")
    bread = page_of("bread", title="Bread is dearer | Harbour life", heading=" ")
    assert read(bread).headline == "Bread is dearer | Harbour life"
    assert read(bread, seen(ferry)).headline == "Bread is dearer"


def test_a_column_keeps_the_headline_that_it_has_every_day() -> None:
    first = page_of("ferry", title="The morning round-up")
    second = page_of("bread", title="The morning round-up")
    assert read(second, seen(first)).headline == "The morning round-up"


def test_titles_are_shared_where_other_pages_have_them() -> None:
    page = seen(page_of("ferry", title="Council closes ferry | Harbour life"))
    known = OutletKnowledge(outlet="islandpost.example", version=1, pages=(page,))
    assert shared_titles(known, ["Harbour life", "Bread is dearer"]) == {"Harbour life"}


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.islandpost.example/a", "islandpost.example"),
        ("http://News.IslandPost.example/a", "news.islandpost.example"),
        ("no address", ""),
    ],
)
def test_an_outlet_is_named_by_its_host(url: str, outlet: str) -> None:
    assert outlet_of(url) == outlet


def test_traits_stay_small() -> None:
    lines = [
        f"Number {n * 7919} of a list, told in words of its own: {n * 104729}." for n in range(400)
    ]
    article = read(page_of("bread", *lines))
    traits = traits_of(article.blocks, article.headline, url=article.final_url)
    assert len(traits.lines) == MAX_LINES
    assert len(traits.story) == STORY_LINES
