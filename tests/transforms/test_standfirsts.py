"""What stands between headline and text, and in neither, is found by its name and its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from transforms.articles import extract
from transforms.records import Article, Exchange
from transforms.standfirsts import below_headline, find_lead, is_missed
from transforms.survey import survey

HEADLINE = "Council votes to rebuild the old pier"
LEAD = "Two years after the storm the pier of Harrowgate is to be built anew, and longer."
BODY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The council of Harrowgate voted on Tuesday to rebuild the pier that the storm took.",
        "Its mayor said the work would begin in the spring and cost four million in all.",
        "Fishermen who have moored in the next town since then welcomed what was decided.",
        "The plans show a second landing stage for the ferry and a shelter for those who wait.",
    )
)


def lead_of(markup: str) -> str | None:
    page = document_fromstring(f"<html><body><h1>{HEADLINE}</h1>{markup}</body></html>")
    return find_lead(below_headline(survey(page), HEADLINE))


@pytest.mark.parametrize(
    "markup",
    [
        f'<div class="teaser-text">{LEAD}</div>',
        f'<p class="article__intro">{LEAD}</p>',
        f'<div class="entry-excerpt"><p>{LEAD}</p></div>',
        f'<div class="contentHeader__abstract">{LEAD}</div>',
        f'<h2 class="chapo">{LEAD}</h2>',
        f"<p><strong>{LEAD}</strong></p>",
    ],
)
def test_a_lead_is_known_by_its_name_or_by_being_bold(markup: str) -> None:
    assert lead_of(markup) == LEAD


def test_a_lead_is_known_as_a_line_of_the_headlines_header() -> None:
    page = f"<html><body><header><h1>{HEADLINE}</h1><p>{LEAD}</p></header></body></html>"
    assert find_lead(below_headline(survey(document_fromstring(page)), HEADLINE)) == LEAD


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>{LEAD}</p>",
        f'<p class="leading-tight">{LEAD}</p>',
        '<p class="intro">By Jane Miller, Harrowgate</p>',
        f'<p class="teaser"><a href="/pier">{LEAD}</a></p>',
        f'<aside><p class="intro">{LEAD}</p></aside>',
        f'<figure><p class="description">{LEAD}</p></figure>',
        f'<div class="lead">{LEAD * 12}</div>',
    ],
)
def test_other_lines_below_a_headline_are_no_lead(markup: str) -> None:
    assert lead_of(markup) is None


def test_a_lead_is_missed_where_it_stands_above_the_text_and_not_in_it() -> None:
    page = "".join((HEADLINE + LEAD + BODY).split())
    assert is_missed(LEAD, [BODY], page)
    assert not is_missed(LEAD, [LEAD, BODY], page)
    assert not is_missed("An appeal for the lifeboat.", [BODY], page + "Anappealforthelifeboat.")
    assert not is_missed(LEAD, [], page)


def test_a_lead_outside_the_texts_container_is_the_articles_standfirst() -> None:
    page = (
        f"<html><head><title>{HEADLINE}</title></head><body><main><div class='hero'>"
        f"<h1>{HEADLINE}</h1><div class='teaser-text'><p>{LEAD}</p></div></div>"
        f"<div class='article-body'>{BODY}</div></main></body></html>"
    )
    url = "https://ferryman.example/pier"
    exchange = Exchange(
        exchange_id="x", run_id="", purpose="page", requested_url=url, final_url=url,
        fetched_at=datetime(2026, 5, 2, tzinfo=UTC), elapsed_ms=1, status=200,
        headers=(("Content-Type", "text/html"),), payload=page.encode(),
    )  # fmt: skip
    article = extract(exchange, source_id="s")
    assert isinstance(article, Article)
    assert article.standfirst == LEAD
    assert article.blocks[0].kind == "standfirst"
    assert article.body.startswith("The council of Harrowgate voted")
