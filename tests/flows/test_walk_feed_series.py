"""The poll half of the live walk over successive snapshots of real feeds, against exact gold.

By default the first snapshots of each feed are served; with
``COPYTASTER_WHOLE_SERIES=1`` in the environment, all of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import tarfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from walk_support import FUNDUS, ask, audit, make_home

from flows.newsroom import Newsroom, serve_in_thread
from flows.newsroom_responses import make_resource
from flows.newsroom_sites import shelved
from flows.polls import Choice, due_feeds, load_polls, poll_feeds
from flows.run import open_run
from flows.settings import read_settings
from transforms.identity import feed_id
from transforms.opml import Subscription

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flows.newsroom_responses import Resource

FOLDER = FUNDUS.parents[1] / "feeds"
WHOLE = bool(os.environ.get("COPYTASTER_WHOLE_SERIES"))
SNAPSHOTS = 10_000 if WHOLE else 75
ROUNDS_A_RUN = 25

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7200 if WHOLE else 300),
    pytest.mark.skipif(
        not (FOLDER / "series.tar.xz").exists(), reason="the series is not on this machine"
    ),
]


def url_of(name: str) -> str:
    return f"http://{name.replace('_', '-')}.example/rss"


def read_gold() -> dict[str, list[dict[str, Any]]]:
    """Return what each snapshot of each feed brings, in order."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (FOLDER / "series.index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if len(rows[row["feed"]]) < SNAPSHOTS:
            rows[row["feed"]].append(row)
    return rows


def read_snapshots(names: set[str]) -> dict[str, Resource]:
    found = {}
    with tarfile.open(FOLDER / "series.tar.xz") as archive:
        for member in archive:
            if member.name in names and (file := archive.extractfile(member)) is not None:
                found[member.name] = make_resource(file.read(), "application/rss+xml")
                if len(found) == len(names):
                    break
    return found


class Series:
    """The series, polled to its end: what the walk says each poll brought."""

    def __init__(self, home: Path) -> None:
        self.gold = read_gold()
        self.home = home
        names = {row["file"] for rows in self.gold.values() for row in rows}
        self._snapshots = read_snapshots(names)
        feeds = tuple(Subscription(url=url_of(name)) for name in self.gold)
        # The newsroom's editions are the snapshots, all feeds' nth at once.
        newsroom = Newsroom(outlets=(), feeds=feeds, edition=self._edition)
        make_home(home, newsroom)
        with serve_in_thread(newsroom) as served:
            asyncio.run(self._poll_all(newsroom, served.address))

    def _edition(self, number: int) -> Mapping[str, Resource]:
        return {
            url_of(name): self._snapshots[rows[number - 1]["file"]]
            for name, rows in self.gold.items()
            if number <= len(rows)
        }

    async def _poll_all(self, newsroom: Newsroom, address: str) -> None:
        settings = read_settings(self.home, connect_to=address, host_gap_seconds=0.0)
        rounds = max(len(rows) for rows in self.gold.values())
        for first in range(1, rounds + 1, ROUNDS_A_RUN):
            async with open_run("ingest", settings, {}) as run:
                for number in range(first, min(first + ROUNDS_A_RUN, rounds + 1)):
                    newsroom._shelf = shelved(self._edition(number))
                    on = tuple(url_of(name) for name in self.gold if number <= len(self.gold[name]))
                    due = await due_feeds(run, Choice(all_feeds=True, feeds=on))
                    assert await poll_feeds(run, due) == len(on)
                    assert await load_polls(run) == len(on)

    def polls(self, name: str) -> list[tuple[int, int, int]]:
        """Return entries, new and retitled ones of each poll of a feed, in order.

        A document that says nothing new is not read again: it has what the last one had.
        """
        found: list[tuple[int, int, int]] = []
        for is_read, items, new, retitled in ask(
            self.home,
            """
            select
                any_value(parses.exchange_id) is not null, coalesce(any_value(parses.items), 0),
                count(*) filter (where entries.reason = 'new'),
                count(*) filter (where entries.reason = 'retitled')
            from ops.outcomes as polls
            left join ops.parses as parses using (exchange_id)
            left join ops.outcomes as entries
                on entries.exchange_id = polls.exchange_id and entries.stage = 'entry'
            where polls.stage = 'poll' and polls.item_id = $1
            group by polls.exchange_id, polls.happened_at order by polls.happened_at
            """,
            feed_id(url_of(name)),
        ):
            found.append((items if is_read else found[-1][0], new, retitled))
        return found


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    return Series(tmp_path_factory.mktemp("series") / "home")


def test_at_least_three_hundred_polls_were_made(series: Series) -> None:
    ((polls,),) = ask(series.home, "select count(*) from ops.outcomes where stage = 'poll'")
    assert polls == sum(len(rows) for rows in series.gold.values())
    assert polls >= 300


def test_each_poll_finds_new_and_retitled_entries_as_the_gold_says(series: Series) -> None:
    for name, rows in series.gold.items():
        gold = [(row["entries"], row["new_ids"], row["title_changed"]) for row in rows]
        found = series.polls(name)
        wrong = [
            (row["file"], expected, got)
            for row, expected, got in zip(rows, gold, found, strict=True)
            if expected != got
        ]
        assert wrong == []


def test_no_entry_is_loaded_twice(series: Series) -> None:
    twice = ask(
        series.home,
        "select item_id, count(*) from ops.outcomes"
        " where stage = 'entry' and reason = 'new' group by item_id having count(*) > 1",
    )
    assert twice == []
    ((rows, distinct),) = ask(
        series.home, "select count(*), count(distinct entry_id) from news.entries"
    )
    assert rows == distinct == sum(row["new_ids"] for rows in series.gold.values() for row in rows)
    # A page is wanted once for each state of an entry that makes it wanted.
    ((wants, states),) = ask(
        series.home,
        "select count(*), count(distinct (item_id, exchange_id)) from ops.outcomes"
        " where stage = 'entry' and outcome = 'loaded'",
    )
    assert wants == states


def test_nothing_vanishes(series: Series) -> None:
    assert audit(series.home) == []
