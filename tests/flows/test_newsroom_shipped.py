"""The newsroom that ships with the project holds what the demo and the README promise."""

from __future__ import annotations

import json
import re
from itertools import chain

import feedparser
import pytest
from lxml import etree, html

from flows.newsroom import Manuscript, Newsroom, at_edition, gold
from flows.newsroom_manuscripts import LOADABLE
from flows.newsroom_sites import address_of
from flows.shipped import shipped

EDITIONS = (1, 2)


def newsroom_at(edition: int) -> Newsroom:
    newsroom = Newsroom.load(shipped("newsroom"))
    newsroom.set_edition(edition)
    return newsroom


@pytest.fixture(scope="module", params=EDITIONS)
def newsroom(request: pytest.FixtureRequest) -> Newsroom:
    return newsroom_at(request.param)


def current(newsroom: Newsroom) -> list[Manuscript]:
    states = [at_edition(manuscript, newsroom.edition) for manuscript in newsroom.manuscripts]
    return [state for state in states if state is not None]


def visible_text(body: bytes, charset: str) -> str:
    document = html.document_fromstring(body.decode(charset))
    for element in list(document.iter("script", "style")):
        element.drop_tree()
    return " ".join(document.text_content().split())


def linked(body: bytes, form: str) -> list[str]:
    if form == "json":
        return [item["url"] for item in json.loads(body)["items"]]
    if form == "sitemap":
        return [node.text or "" for node in etree.fromstring(body).iter("{*}loc")]
    return [entry.link for entry in feedparser.parse(body).entries]


def test_it_is_as_large_and_as_varied_as_promised(newsroom: Newsroom) -> None:
    loadable = [page for page in current(newsroom) if page.kind in LOADABLE]
    plans = list(chain.from_iterable(outlet.feeds for outlet in newsroom.outlets))
    assert len(loadable) >= 60
    assert {page.outlet for page in loadable} == {outlet.id for outlet in newsroom.outlets}
    assert len({outlet.language for outlet in newsroom.outlets}) >= 5
    assert {plan.format for plan in plans} == {"rss", "rdf", "atom", "json", "sitemap"}


def test_every_trap_is_set(newsroom: Newsroom) -> None:
    pages = newsroom.manuscripts
    plans = list(chain.from_iterable(outlet.feeds for outlet in newsroom.outlets))
    seconds = [page.second for page in pages if page.second is not None]
    pieces = list(chain.from_iterable(page.pieces for page in pages))
    traps = {
        "kinds": {page.kind for page in pages}
        >= {"challenge", "dead", "listing", "redirect", "teaser", "live_blog", "opinion"},
        "wrong date": any(page.declared for page in pages),
        "retitled": any(second.title for second in seconds),
        "corrected": any(second.body_replace and second.note for second in seconds),
        "new": any(page.edition > 1 for page in pages),
        "carried": any(page.also_in for page in pages),
        "gallery": any(piece.kind == "gallery" for piece in pieces),
        "credit line": any(piece.kind == "credit" for piece in pieces),
        "cut feed": any(plan.cut for plan in plans),
        "relative links": any(plan.links == "relative" for plan in plans),
        "windows-1251": any(plan.charset == "windows-1251" for plan in plans),
    }
    assert [name for name, is_set in traps.items() if not is_set] == []


def test_the_model_story_declares_a_date_that_a_caption_contradicts(newsroom: Newsroom) -> None:
    for page in current(newsroom):
        years = [
            int(year) for text in gold(page)["captions"] for year in re.findall(r"20\d\d", text)
        ]
        if page.declared and years and max(years) > page.declared.year:
            break
    else:
        pytest.fail("no page declares a date that one of its captions contradicts")


def test_each_article_can_be_read_in_its_page(newsroom: Newsroom) -> None:
    outlets = {outlet.id: outlet for outlet in newsroom.outlets}
    for page in current(newsroom):
        if page.kind not in LOADABLE:
            continue
        outlet = outlets[page.outlet]
        resource = newsroom.resource(*address_of(outlet.url(page.path)))
        assert resource is not None
        text = visible_text(resource.body, outlet.charset)
        expected = gold(page)
        for part in [
            expected["headline"],
            *expected["body"],
            *expected["captions"],
            *expected["datelines"],
            *expected["credit_lines"],
            *expected["notes"],
            *expected["authors"],
        ]:
            assert " ".join(part.split()) in text, (page.outlet, page.path, part)


def test_whatever_a_feed_links_to_is_answered(newsroom: Newsroom) -> None:
    total = 0
    for outlet in newsroom.outlets:
        for plan in outlet.feeds:
            resource = newsroom.resource(outlet.host, plan.path)
            assert resource is not None
            assert resource.status == 200
            links = linked(resource.body, plan.format)
            assert links, plan
            for link in links:
                url = outlet.url(link) if link.startswith("/") else link
                assert newsroom.resource(*address_of(url)) is not None, link
                total += 1
    assert total >= len([page for page in current(newsroom) if page.kind in LOADABLE])


def test_a_redirect_leads_to_an_article(newsroom: Newsroom) -> None:
    found = [page for page in current(newsroom) if page.kind == "redirect"]
    targets = {(page.outlet, page.path): page.kind for page in current(newsroom)}
    assert found
    for page in found:
        assert targets[page.outlet, page.redirect_to] in LOADABLE


def test_robots_forbids_a_page_that_a_feed_links_to(newsroom: Newsroom) -> None:
    forbidden = [
        (outlet.id, line.removeprefix("Disallow: "))
        for outlet in newsroom.outlets
        for line in outlet.robots.splitlines()
        if line.startswith("Disallow: ")
    ]
    assert forbidden
    for outlet_id, prefix in forbidden:
        assert any(
            page.outlet == outlet_id and page.path.startswith(prefix) for page in current(newsroom)
        )


def test_editions_differ_where_they_say_so_and_nowhere_else() -> None:
    first, second = (newsroom_at(edition) for edition in EDITIONS)
    changed = {
        manuscript.outlet for manuscript in first.manuscripts if manuscript.second is not None
    } | {manuscript.outlet for manuscript in first.manuscripts if manuscript.edition > 1}
    for outlet in first.outlets:
        plan = outlet.feeds[0]
        before = first.resource(outlet.host, plan.path)
        after = second.resource(outlet.host, plan.path)
        assert before is not None
        assert after is not None
        assert (before.tag != after.tag) == (outlet.id in changed), outlet.id
