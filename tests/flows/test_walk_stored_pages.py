"""The live walk over 83 real pages: all of them accounted for, and the second run costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from walk_support import FUNDUS, ask, audit, in_hand, make_home, needs_fundus, run_ingest, told

from flows.newsroom import Access, Newsroom, serve_in_thread
from tests.flows.conftest import OF_ORIGINS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [needs_fundus, pytest.mark.slow]

PAGES = 83


class Story:
    """Two runs in a row, and what the newsroom saw of each."""

    def __init__(self, folder: Path) -> None:
        newsroom = Newsroom.load(FUNDUS)
        self.feeds = len(newsroom.feeds)
        self.home = make_home(folder / "home", newsroom)
        with serve_in_thread(newsroom) as served:
            self.first = run_ingest(self.home, served.address)
            self.first_log = self._take(newsroom)
            self.audit_after_first = audit(self.home)
            self.second = run_ingest(self.home, served.address, all_feeds=True)
            self.second_log = self._take(newsroom)

    @staticmethod
    def _take(newsroom: Newsroom) -> list[Access]:
        log = list(newsroom.log)
        newsroom.log.clear()
        return log


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")
        yield Story(tmp_path_factory.mktemp("stored-pages"))


def is_page(access: Access) -> bool:
    return access.path not in {"/feed.xml", *OF_ORIGINS}


def test_each_entry_has_one_outcome_at_each_stage(story: Story) -> None:
    for stage in ("entry", "page", "article"):
        assert told(story.first, stage).total() == PAGES
        rows = ask(
            story.home,
            "select item_id, count(*) from ops.outcomes where stage = $1"
            " group by item_id having count(*) > 1",
            stage,
        )
        assert rows == []
    assert told(story.first, "poll") == {"loaded": story.feeds}


def test_at_least_eighty_articles_are_loaded(story: Story) -> None:
    reasons = ask(
        story.home,
        "select url, outcome, reason, detail from ops.outcomes"
        " where stage = 'article' and outcome <> 'loaded'",
    )
    assert told(story.first, "article")["loaded"] >= 80, reasons
    (articles,) = ask(story.home, "select count(*) from news.articles")[0]
    assert articles == told(story.first, "article")["loaded"]


def test_each_page_is_fetched_once(story: Story) -> None:
    pages = [(access.host, access.path) for access in story.first_log if is_page(access)]
    assert len(pages) == len(set(pages)) == PAGES - 1  # one address stands in two entries


def test_the_second_run_loads_nothing_and_fetches_no_page(story: Story) -> None:
    assert told(story.second, "article") == {}
    assert told(story.second, "page") == {}
    assert told(story.second, "entry") == {}
    assert [access for access in story.second_log if is_page(access)] == []


def test_the_second_run_polls_with_validators(story: Story) -> None:
    polls = [access for access in story.second_log if access.path == "/feed.xml"]
    assert len(polls) == story.feeds
    assert all(access.header("If-None-Match") for access in polls)
    assert {access.status for access in polls} == {304}
    assert told(story.second, "poll") == {"unchanged": story.feeds}


def test_nothing_vanishes(story: Story) -> None:
    assert story.audit_after_first == []
    assert audit(story.home) == []
    assert story.first["in_hand"] == story.second["in_hand"] == 0
    left = in_hand(story.home)
    assert (left.polls, left.pages) == (0, 0)
