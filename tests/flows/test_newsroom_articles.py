"""The articles of the newsroom that ships with the project: complete, sound, and trapped."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

NEWSROOM = Path(__file__).parents[2] / "deployments" / "newsroom"
FRONT_MATTER = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
KINDS = {
    "article",
    "live_blog",
    "gallery",
    "opinion",
    "listing",
    "challenge",
    "dead",
    "redirect",
    "teaser",
}
TRAPS = {str(number) for number in range(1, 19)}
WIRE_CARRIERS = {"caspian-wire", "steppe-courier", "silk-road-review", "harbour-ledger"}


@dataclass(frozen=True)
class Written:
    """An article file: its front matter, its text, the numbers of the traps it names."""

    name: str
    front: dict[str, Any]
    text: str
    traps: frozenset[str]

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def starting(self, mark: str) -> list[str]:
        return [line for line in self.lines if line.startswith(mark)]


def read_written(path: Path) -> Written:
    match = FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    assert match, f"{path}: no front matter"
    traps = re.findall(r"^# trap: (\d+)", match[1], flags=re.MULTILINE)
    name = path.relative_to(NEWSROOM / "articles").as_posix()
    return Written(name, tomllib.loads(match[1]), match[2].strip(), frozenset(traps))


@pytest.fixture(scope="module")
def outlets() -> dict[str, dict[str, Any]]:
    document = tomllib.loads((NEWSROOM / "outlets.toml").read_text(encoding="utf-8"))
    return {outlet["id"]: outlet for outlet in document["outlets"]}


@pytest.fixture(scope="module")
def articles() -> list[Written]:
    return [read_written(path) for path in sorted((NEWSROOM / "articles").glob("*/*.md"))]


def trapped(articles: list[Written], number: int) -> list[Written]:
    found = [article for article in articles if str(number) in article.traps]
    assert found, f"trap {number} is missing"
    return found


def of_kind(articles: list[Written], kind: str) -> list[Written]:
    return [article for article in articles if article.front["kind"] == kind]


def test_there_is_enough_to_read(
    articles: list[Written], outlets: dict[str, dict[str, Any]]
) -> None:
    per_outlet = Counter(article.front["outlet"] for article in articles)
    languages = {
        article.front.get("language", outlets[article.front["outlet"]]["language"])
        for article in articles
    }
    assert len(articles) >= 66
    assert per_outlet.keys() == outlets.keys()
    assert min(per_outlet.values()) >= 6
    assert languages >= {"en", "de", "ru", "fr", "tr", "zh"}


def test_the_main_story_is_told_by_every_outlet(articles: list[Written]) -> None:
    stories = Counter(article.front["story"] for article in articles)
    tellers = {a.front["outlet"] for a in articles if a.front["story"] == "kazakhstan-2022"}
    assert stories.most_common(1)[0][0] == "kazakhstan-2022"
    assert len(stories) >= 5
    assert tellers == {article.front["outlet"] for article in articles}


def test_front_matter_says_what_a_page_needs(articles: list[Written]) -> None:
    for article in articles:
        front = article.front
        assert article.name.startswith(f"{front['outlet']}/"), article.name
        assert front["path"].startswith("/"), article.name
        assert front["title"].strip(), article.name
        assert front["kind"] in KINDS, article.name
        assert front["edition"] in {1, 2}, article.name
        assert isinstance(front["published"], datetime), article.name
        assert front["published"].tzinfo is not None, article.name
        assert article.text, article.name


def test_published_times_lie_in_january_2022_and_in_the_outlets_zone(
    articles: list[Written], outlets: dict[str, dict[str, Any]]
) -> None:
    for article in articles:
        published = article.front["published"]
        assert (published.year, published.month) == (2022, 1), article.name
        zone = published.strftime("%z")
        offset = outlets[article.front["outlet"]]["utc_offset"]
        assert f"{zone[:3]}:{zone[3:]}" == offset, article.name
        later = article.front.get("modified")
        assert later is None or later > published, article.name


def test_no_path_and_no_guid_is_used_twice(articles: list[Written]) -> None:
    paths = Counter((a.front["outlet"], a.front["path"]) for a in articles)
    guids = Counter(a.front["guid"] for a in articles if a.front.get("guid"))
    assert max(paths.values()) == 1, paths.most_common(3)
    assert max(guids.values()) == 1, guids.most_common(3)


def test_texts_can_be_written_in_their_outlets_charset(
    articles: list[Written], outlets: dict[str, dict[str, Any]]
) -> None:
    for article in articles:
        charset = outlets[article.front["outlet"]].get("charset", "utf-8")
        assert (article.front["title"] + article.text).encode(charset), article.name


def test_every_replacement_of_the_second_edition_has_something_to_replace(
    articles: list[Written],
) -> None:
    for article in articles:
        for old, new in article.front.get("second", {}).get("body_replace", []):
            assert article.text.count(old) == 1, article.name
            assert old != new, article.name


def test_every_trap_is_set(articles: list[Written]) -> None:
    assert frozenset().union(*(article.traps for article in articles)) == TRAPS


def test_trap_1_the_model_story_hides_its_date_and_its_text(articles: list[Written]) -> None:
    (story,) = trapped(articles, 1)
    assert story.front["outlet"] == "rheinblick"
    assert story.front["language"] == "en"
    assert story.front["declared"].year == 2017
    captions = story.starting("!caption ")
    assert len(captions) == 5
    assert any("pictured in 2019" in caption for caption in captions)
    gallery = story.lines.index("!gallery")
    assert 5 < gallery < len(story.lines) - 10, "the gallery stands in the middle"
    assert story.starting("> ")
    assert story.starting("!video ")
    assert story.starting("!credit rc/rt (Reuters, AFP, AP)")
    assert re.search(r"\b164 dead\b", story.text)


def test_trap_2_four_outlets_carry_the_same_copy(articles: list[Written]) -> None:
    carriers = {article.front["outlet"]: article for article in trapped(articles, 2)}
    assert carriers.keys() == WIRE_CARRIERS
    bodies = {
        outlet: [p for p in article.text.split("\n\n") if not p.startswith("!")]
        for outlet, article in carriers.items()
    }
    original = bodies["caspian-wire"]
    assert sorted(map(len, bodies.values())) == [len(original) - 1, *[len(original)] * 3]
    assert all(body == original[: len(body)] for body in bodies.values())
    assert len({article.front["title"] for article in carriers.values()}) == 2
    for article in carriers.values():
        assert "(Caspian Wire)" in article.starting("!dateline ")[0]


def test_trap_3_and_4_the_second_edition_retitles_and_corrects(articles: list[Written]) -> None:
    (retitled,) = trapped(articles, 3)
    assert retitled.front["guid"]
    assert retitled.front["second"]["title"] != retitled.front["title"]
    for corrected in trapped(articles, 4):
        second = corrected.front["second"]
        assert second["note"]
        assert all(re.search(r"\d", old + new) for old, new in second["body_replace"])
        assert second["updated"] > corrected.front["published"]


def test_trap_5_to_9_pages_that_are_no_articles(articles: list[Written]) -> None:
    (teaser,) = trapped(articles, 5)
    assert teaser.front["paywalled"]
    assert len(re.findall(r"\.(?:\s|$)", teaser.text)) == 2
    for number, kind in ((5, "teaser"), (6, "challenge"), (7, "dead"), (8, "listing")):
        (article,) = trapped(articles, number)
        assert article.front["kind"] == kind
    (listing,) = of_kind(articles, "listing")
    assert len(listing.starting("- ")) == len(listing.lines) == 15


def test_trap_9_a_redirect_leads_to_an_article_of_its_outlet(articles: list[Written]) -> None:
    (redirect,) = trapped(articles, 9)
    assert redirect.front["kind"] == "redirect"
    (target,) = [
        article
        for article in articles
        if article.front["outlet"] == redirect.front["outlet"]
        and article.front["path"] == redirect.front["redirect_to"]
    ]
    assert target.front["kind"] == "article"


def test_trap_10_to_14_forms_that_a_body_can_take(articles: list[Written]) -> None:
    (live,) = trapped(articles, 10)
    assert live.front["kind"] == "live_blog"
    assert len([h for h in live.starting("## ") if re.match(r"## \d\d:\d\d ", h)]) >= 5
    assert all(article.front["kind"] == "opinion" for article in trapped(articles, 11))
    assert all(len(article.starting("!table ")) >= 3 for article in trapped(articles, 12))
    for article in trapped(articles, 13):
        assert len(article.starting("!promo ")) >= 2
        assert not article.lines[-1].startswith("!promo ")
    assert all(article.starting("!embed ") for article in trapped(articles, 14))


def test_trap_15_five_articles_appear_in_the_second_edition_only(
    articles: list[Written],
) -> None:
    later = {article.name for article in articles if article.front["edition"] == 2}
    assert later == {article.name for article in trapped(articles, 15)}
    assert len(later) == 5


def test_trap_16_a_feed_links_what_robots_txt_forbids(
    articles: list[Written], outlets: dict[str, dict[str, Any]]
) -> None:
    for article in trapped(articles, 16):
        first = article.front["path"].split("/")[1]
        assert first in {"private", "terminal"}
        robots = outlets[article.front["outlet"]].get("robots", "")
        assert f"Disallow: /{first}/" in robots, article.name


def test_trap_17_a_story_stands_in_two_feeds(
    articles: list[Written], outlets: dict[str, dict[str, Any]]
) -> None:
    for article in trapped(articles, 17):
        front = article.front
        feeds = [
            feed
            for outlet in outlets.values()
            for feed in outlet["feeds"]
            if (
                outlet["id"] == front["outlet"]
                and front["section"] in feed.get("sections", [front["section"]])
            )
            or (outlet["id"] in front.get("also_in", []) and feed.get("carries"))
        ]
        assert len(feeds) == 2, article.name


def test_trap_18_an_article_without_author_and_date(articles: list[Written]) -> None:
    (article,) = trapped(articles, 18)
    assert article.front["authors"] == []
    assert article.front["date_on_page"] is False
    assert not re.search(r"\b20\d\d\b|январ", article.text)
