"""Where an outlet's headline, date and byline stand, learned from pages whose sources agree."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from page_exchanges import page_exchange

from transforms.articles import extract
from transforms.outlet_places import MIN_RIGHT_PAGES, trusted_paths
from transforms.records import Article, Exchange, OutletKnowledge, PageTraits

TEXT = (
    "The council of the harbour town voted on Monday evening to keep the ferry that it had wanted"
    " to close, after a meeting of four hours in a hall too small for all who had come to it."
)
PEOPLE = ("Ada Stone", "Max Roe", "Ann Poe", "Jon Dee")


def page_of(
    number: int,
    *,
    declares: bool = True,
    declared_day: int | None = None,
    heading: str | None = None,
) -> Exchange:
    """A page of an invented outlet whose markup is always the same; a day, a person each."""
    headline = heading or f"Ferry number {number} stays in the harbour"
    author = PEOPLE[number % len(PEOPLE)]
    day = f"2024-02-{declared_day or number + 10:02d}T08:00:00Z"
    node = {
        "@type": "NewsArticle",
        "headline": headline,
        "datePublished": day,
        "author": {"@type": "Person", "name": author},
    }
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>' if declares else ""
    if declares:
        head += f'<meta property="article:published_time" content="2024-02-{number + 10}">'
    markup = (
        f'<html lang="en"><head><title>{headline}</title>{head}</head><body><main><article>'
        f'<div class="stamp dateline">{number + 10} February 2024</div>'
        f'<h1 class="story-title">{headline}</h1><p class="staff-writer">{author}, at the quay</p>'
        f"<p>{TEXT}</p><p>{TEXT[::-1]}</p></article></main></body></html>"
    )
    url = f"https://islandpost.example/{number}"
    return page_exchange(url, markup.encode(), fetched_at=datetime(2024, 3, 1, 12, tzinfo=UTC))


def read(exchange: Exchange, known: OutletKnowledge | None = None) -> Article:
    found = extract(exchange, source_id="s", knowledge=known)
    assert isinstance(found, Article), found
    return found


def traits(number: int) -> PageTraits:
    found = read(page_of(number)).traits
    assert found is not None
    return found


@pytest.fixture(scope="module")
def known() -> OutletKnowledge:
    pages = tuple(traits(number) for number in range(MIN_RIGHT_PAGES))
    return OutletKnowledge(outlet="islandpost.example", version=1, pages=pages)


def test_a_place_is_trusted_that_was_right_on_enough_pages(known: OutletKnowledge) -> None:
    assert trusted_paths(known, "headline") == ["h1.story-title"]
    assert trusted_paths(known, "published") == ["div.stamp.dateline"]
    assert trusted_paths(known, "byline") == ["p.staff-writer"]
    fewer = replace(known, pages=known.pages[1:])
    assert trusted_paths(fewer, "published") == []


def test_a_place_that_was_wrong_once_is_not_trusted(known: OutletKnowledge) -> None:
    sightings = tuple(replace(one, is_right=False) for one in known.pages[0].sightings)
    page = replace(known.pages[0], sightings=sightings)
    assert trusted_paths(replace(known, pages=(*known.pages, page)), "published") == []


def test_nothing_is_learned_from_a_page_whose_sources_are_silent() -> None:
    found = read(page_of(1, declares=False)).traits
    assert found is not None
    assert {one.field for one in found.sightings} <= {"headline"}


def test_the_date_is_read_where_the_outlet_has_it(known: OutletKnowledge) -> None:
    silent = page_of(8, declares=False)
    article = read(silent, known)
    assert article.published is not None
    assert article.published.origin == "markup:learned"
    assert article.published.at == datetime(2024, 2, 18, tzinfo=UTC)


def test_the_byline_is_read_where_the_outlet_has_it(known: OutletKnowledge) -> None:
    assert read(page_of(9, declares=False), known).authors == ("Max Roe",)


def test_what_is_learned_decides_between_declarations(known: OutletKnowledge) -> None:
    contradictory = page_of(8, declared_day=3)
    alone, taught = read(contradictory), read(contradictory, known)
    assert alone.published is not None
    assert taught.published is not None
    assert (alone.published.at.day, taught.published.at.day) == (3, 18)
    assert "date_conflict" in {doubt.code for doubt in taught.doubts}


def test_what_is_declared_and_agreed_stays(known: OutletKnowledge) -> None:
    alone, taught = read(page_of(5)), read(page_of(5), known)
    assert alone == replace(taught, outlet_version=None)


def test_the_headline_is_read_where_the_outlet_has_it(known: OutletKnowledge) -> None:
    exchange = page_of(7, declares=False)
    payload = exchange.payload.replace(b"<title>Ferry", b"<title>Watch: Ferry").replace(
        b"<main>", b"<main><h1>Watch: Ferry number 7 stays, with pictures</h1>"
    )
    article = read(replace(exchange, payload=payload), known)
    assert article.headline == "Ferry number 7 stays in the harbour"
    assert article.headline_origin == "markup:learned"
