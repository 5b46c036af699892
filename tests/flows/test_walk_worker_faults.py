"""A document on which a worker hangs, or dies, costs that document; the run goes on without it."""

from __future__ import annotations

import os
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from walk_support import (
    InHand,
    Page,
    ask,
    audit,
    in_hand,
    make_home,
    run_ingest,
    shelve_pages,
    told,
)

from flows import fork_server
from flows.health import feeds_health
from flows.newsroom import Newsroom, serve_in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

GOOD = tuple(Page(number, host=f"outlet{number % 2}.example") for number in range(20))
BAD = (Page(40, host="hangs.example"), Page(41, host="dies.example"))
UNREAD = (Page(50, host="feed-hangs.example"), Page(51, host="feed-dies.example"))


class Story:
    """Two runs over a newsroom of which some documents kill or hang a worker."""

    def __init__(self, folder: Path) -> None:
        newsroom = Newsroom.load(shelve_pages(folder / "newsroom", (*GOOD, *BAD, *UNREAD)))
        self.home = make_home(folder / "home", newsroom)
        with serve_in_thread(newsroom) as served:
            self.first = run_ingest(self.home, served.address)
            self.second = run_ingest(self.home, served.address, all_feeds=True)

    def fates(self, stage: str) -> list[tuple[Any, ...]]:
        return ask(
            self.home,
            "select distinct regexp_extract(url, '//([^/]+)', 1), outcome, reason"
            " from ops.outcomes where stage = $1 and outcome in ('failed', 'given_up')"
            " order by all",
            stage,
        )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    server = forkserver._forkserver  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")
        patch.setenv("COPYTASTER_PAGE_TIME_LIMIT_SECONDS", "3")
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        loaded = {need: [*names, "walk_faulty"] for need, names in fork_server.PRELOADED.items()}
        patch.setattr(fork_server, "PRELOADED", loaded)
        server._stop()  # so that the next one preloads the faults
        yield Story(tmp_path_factory.mktemp("faults"))
        server._stop()


def test_a_page_that_costs_a_worker_its_life_is_given_up_and_told(story: Story) -> None:
    assert story.fates("article") == [
        ("dies.example", "given_up", "worker_died"),
        ("hangs.example", "given_up", "worker_timeout"),
    ]
    assert story.first["needs_a_look"]


def test_all_other_pages_are_loaded(story: Story) -> None:
    assert told(story.first, "article") == {"loaded": len(GOOD), "given_up": len(BAD)}
    assert story.first["status"] == story.second["status"] == "done"


def test_a_feed_that_costs_a_worker_its_life_fails_and_is_asked_again(story: Story) -> None:
    assert story.fates("poll") == [
        ("feed-dies.example", "failed", "worker_died"),
        ("feed-hangs.example", "failed", "worker_timeout"),
    ]
    assert told(story.first, "poll") == {"loaded": 4, "failed": 2}
    assert told(story.second, "poll") == {"unchanged": 4, "failed": 2}  # it had no validators yet
    health = {row.source_id: row for row in feeds_health(story.home)}
    for host, code in (
        ("feed-dies.example", "worker_died"),
        ("feed-hangs.example", "worker_timeout"),
    ):
        row = health[host]
        assert (row.condition, row.why, row.failing_polls) == ("failing", code, 2)
        assert f"{code}; backing off" in row.due_reason


def test_nothing_vanishes_and_nothing_is_tried_for_ever(story: Story) -> None:
    assert told(story.second, "article") == {}
    assert audit(story.home) == []
    assert in_hand(story.home) == InHand(0, 0, 0)
