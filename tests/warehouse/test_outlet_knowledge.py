"""What is remembered of outlets: once an article, known from the end of a run on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from transforms.outlets import traits_of
from transforms.records import Block, Sighting
from warehouse import load, loaded, outlets
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

    import duckdb

    from transforms.records import Article, PageTraits
    from warehouse.connection import Home

OUTLET = "courier.example"
STAMP = Sighting(field="published", path="div.stamp", is_right=True)
BADGE = Sighting(field="byline", path="p.badge", is_right=False)
BOX = "Every weekday evening our letter brings the day to your inbox, free of charge."


@pytest.fixture
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(home) as connection:
        yield connection


def traits(headline: str, *lines: str) -> PageTraits:
    blocks = [
        Block(position=number, kind="paragraph", text=text) for number, text in enumerate(lines)
    ]
    url = f"https://www.{OUTLET}/a"
    return traits_of(
        blocks, headline, url=url, titles=(headline, "Courier Life"), sightings=(STAMP, BADGE)
    )


def load_page(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace, key: str, hours: float, **more: object
) -> Article:
    """Load one page, whose traits name its key unless they are given."""
    came = world.exchange(f"https://{OUTLET}/{key}", hours, "page")
    given = {"traits": traits(f"Headline {key}", BOX, f"Words that nobody but {key} has.")} | more
    article: Article = world.article(key, came, **given)
    entry = world.entry(key, world.exchange(world.FEED_URL, hours))
    load.load(con, world.pages((article, world.want(entry), came), name=f"{key} {hours}"))
    return article


def known(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return the version of what is known of the outlet, and of how many articles it is."""
    found = outlets.knowledge(con, [OUTLET, "unknown.example"])
    assert set(found) <= {OUTLET}
    return (found[OUTLET].version, len(found[OUTLET].pages)) if found else (0, 0)


def test_pages_are_known_once_they_are_learned(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    load_page(con, world, "a", 1)
    assert known(con) == (0, 0)
    assert outlets.learn(con) == 1
    assert known(con) == (1, 1)
    assert outlets.learn(con) == 0
    assert known(con) == (1, 1)
    load_page(con, world, "b", 2)
    outlets.learn(con)
    assert known(con) == (2, 2)


def test_what_is_known_is_what_was_seen(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    first, second = load_page(con, world, "a", 1), load_page(con, world, "b", 2)
    outlets.learn(con)
    pages = outlets.knowledge(con, [OUTLET])[OUTLET].pages
    assert pages == tuple(
        replace(article.traits, line_texts=(), title_texts=())
        for article in (second, first)
        if article.traits is not None
    )


def test_an_article_counts_once_in_its_last_state(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    load_page(con, world, "a", 1)
    outlets.learn(con)
    load_page(con, world, "a", 2)
    assert outlets.learn(con) == 0
    changed = traits("Another headline", BOX)
    load_page(con, world, "a", 3, traits=changed, headline="Another headline")
    outlets.learn(con)
    assert known(con) == (2, 1)
    assert outlets.knowledge(con, [OUTLET])[OUTLET].pages[0].headline == changed.headline


def test_listings_teach_nothing(con: duckdb.DuckDBPyConnection, world: SimpleNamespace) -> None:
    load_page(con, world, "a", 1, kind="listing")
    assert outlets.learn(con) == 0


def test_only_the_newest_pages_are_remembered_and_the_rest_is_forgotten(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "REMEMBERED_PAGES", 2)
    newest = [load_page(con, world, key, hours) for hours, key in enumerate("abc")][1:]
    outlets.learn(con)
    pages = outlets.knowledge(con, [OUTLET])[OUTLET].pages
    assert {page.headline for page in pages} == {
        article.traits.headline for article in newest if article.traits is not None
    }
    assert outlets.forget(con, world.at(0)) == 0
    assert outlets.forget(con, world.at(9)) == 1
    assert known(con) == (1, 2)


def test_the_version_that_an_article_was_read_with_is_kept(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    article = load_page(con, world, "a", 1, outlet_version=4)
    assert loaded.versions(con, [article.version_id]) == (article,)
    assert loaded.versions(con, [article.version_id])[0].outlet_version == 4


def test_the_view_shows_what_pages_share(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    articles = [load_page(con, world, key, hours) for hours, key in enumerate("abc")]
    assert con.execute("from report.outlet_knowledge").fetchall() == []
    outlets.learn(con)
    found = con.execute(
        "select kind, text, pages, wrong_pages, of_pages, version, article_ids"
        " from report.outlet_knowledge order by kind"
    ).fetchall()
    ids = [article.article_id for article in reversed(articles)]
    assert found == [
        ("line", BOX, 3, 0, 3, 1, ids),
        ("place of published", "div.stamp", 3, 0, 3, 1, ids),
        ("title", "Courier Life", 3, 0, 3, 1, ids),
    ]


def test_a_text_that_one_story_has_under_two_addresses_is_not_shown(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    same = traits("One headline", BOX)
    for hours, key in enumerate("ab"):
        load_page(con, world, key, hours, traits=same)
    outlets.learn(con)
    lines = con.execute("from report.outlet_knowledge where kind = 'line'").fetchall()
    assert lines == []
