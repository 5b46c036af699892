"""Subscriptions: what a second one of an outlet may change of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from walk_support import ask, make_home

from flows.subscriptions import subscribe
from transforms.opml import Subscription

if TYPE_CHECKING:
    from pathlib import Path

FIRST = Subscription(
    url="https://gazette.example/world.rss",
    source_name="The Gazette",
    country="kz",
    language="ru",
    homepage="https://gazette.example/",
)


def outlet(home: Path) -> tuple[object, ...]:
    ((name, country, language, homepage),) = ask(
        home, "select name, country, language, homepage from news.sources"
    )
    return name, country, language, homepage


def test_a_second_feed_given_by_its_address_alone_leaves_its_outlet_as_it_is(
    tmp_path: Path,
) -> None:
    home = make_home(tmp_path / "home")
    subscribe(home, [FIRST])
    subscribe(home, [Subscription(url="https://gazette.example/sport.rss")])
    assert outlet(home) == ("The Gazette", "kz", "ru", "https://gazette.example/")


def test_what_is_newly_said_of_an_outlet_is_taken_over(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    subscribe(home, [FIRST])
    subscribe(home, [replace(FIRST, source_name="Gazette", language=None)])
    assert outlet(home) == ("Gazette", "kz", "ru", "https://gazette.example/")
