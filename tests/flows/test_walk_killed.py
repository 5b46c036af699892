"""kill -9 at random moments of an ingest: the next run goes on, and the tables are the same."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from walk_support import (
    FUNDUS,
    InHand,
    Running,
    audit,
    in_hand,
    killed_at_the_end,
    launcher,
    make_home,
    needs_fundus,
    outcomes,
    shelve_subset,
    spread,
    tables,
    wait_until_gone,
)

from flows.newsroom import Newsroom, serve_in_thread

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [needs_fundus, pytest.mark.slow]

SEED = 20220111
KILLS_OF_ALL = 3
KILLS_OF_SOME = 17
SOME_PAGES = 25
MOMENTS = spread(SEED, KILLS_OF_SOME)
# Each kill in a home of its own with this in the environment; else several in a row.
CHAINS = KILLS_OF_SOME if os.environ.get("COPYTASTER_EACH_KILL_ALONE") else 5


@dataclass
class Bench:
    """A newsroom that is served, and what an undisturbed run makes of it."""

    folder: Path
    newsroom: Newsroom
    address: str
    seconds: float = 0.0
    tables: dict[str, list[str]] | None = None
    outcomes: Counter[tuple[str, str, str]] | None = None
    left: list[InHand | None] = field(default_factory=list)

    def home(self, name: str) -> Path:
        return make_home(self.folder / name, self.newsroom)

    def start(self, home: Path) -> Running:
        argv = ("ingest", "--all", "--quiet", "--home", home, "--connect-to", self.address)
        return launcher().start(*argv, log=home / "log.txt")

    def run(self, home: Path) -> float:
        running = self.start(home)
        code = running.wait()
        assert code in {0, 1}, running.log.read_text("utf-8")
        return time.monotonic() - running.started

    def measure(self) -> None:
        home = self.home("undisturbed")
        self.seconds = self.run(home)
        self.tables, self.outcomes = tables(home), outcomes(home)
        assert audit(home) == []

    def kill_after(self, home: Path, seconds: float) -> InHand | None:
        """Kill a run after a time; return the work it left, or None if it had ended."""
        with killed_at_the_end(self.start(home)) as running:
            time.sleep(seconds)
            if running.ended() is not None:
                return None
            running.signal(signal.SIGKILL)
            assert running.wait() == -signal.SIGKILL
            left = in_hand(home)
            assert wait_until_gone(running.pid) == set()
        return left

    def assert_as_undisturbed(self, home: Path) -> None:
        assert tables(home) == self.tables
        assert outcomes(home) == self.outcomes
        assert audit(home) == []
        assert in_hand(home) == InHand(0, 0, 0)


@pytest.fixture(scope="module")
def some_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("killed")
    yield from _bench(folder, shelve_subset(folder / "newsroom", SOME_PAGES))


@pytest.fixture(scope="module")
def all_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    yield from _bench(tmp_path_factory.mktemp("killed-all"), FUNDUS)


def _bench(folder: Path, pages: Path) -> Iterator[Bench]:
    newsroom = Newsroom.load(pages)
    with pytest.MonkeyPatch.context() as patch, serve_in_thread(newsroom) as served:
        patch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")
        bench = Bench(folder, newsroom, served.address)
        bench.measure()
        yield bench


def kill_and_go_on(bench: Bench, fraction: float, name: str) -> InHand:
    """Kill a run at a fraction of its time, run again to the end, compare."""
    for attempt in range(4):  # a run can be faster than the one measured
        home = bench.home(f"{name}-{attempt}")
        left = bench.kill_after(home, bench.seconds * fraction * 0.85**attempt)
        bench.run(home)
        bench.assert_as_undisturbed(home)
        if left is not None:
            return left
    pytest.fail("no run lived long enough to be killed")


@pytest.mark.parametrize("fraction", spread(SEED, KILLS_OF_ALL))
def test_a_killed_run_of_all_pages_is_made_good_by_the_next(
    all_pages: Bench, fraction: float
) -> None:
    kill_and_go_on(all_pages, fraction, f"all-{fraction:.3f}")


@pytest.mark.parametrize("chain", range(CHAINS))
def test_runs_killed_one_after_another_are_made_good_by_the_last(
    some_pages: Bench, chain: int
) -> None:
    home = some_pages.home(f"chain-{chain}")
    for fraction in MOMENTS[chain::CHAINS]:
        left = some_pages.kill_after(home, some_pages.seconds * fraction)
        if left is None:  # it was through: another home goes on with the kills
            some_pages.assert_as_undisturbed(home)
            home = some_pages.home(f"chain-{chain}-{fraction:.3f}")
            left = some_pages.kill_after(home, some_pages.seconds * fraction * 0.8)
        sys.stdout.write(f"{fraction:.3f} of {some_pages.seconds:.1f} s: {left}\n")
        some_pages.left.append(left)
    some_pages.run(home)
    some_pages.assert_as_undisturbed(home)


def test_the_kills_met_polls_and_pages_under_way(some_pages: Bench) -> None:
    kills = [left for left in some_pages.left if left is not None]
    if len(some_pages.left) < KILLS_OF_SOME:
        pytest.skip("needs all the kills above")
    assert len(kills) >= KILLS_OF_SOME - 2
    assert any(one.polls for one in kills)
    assert any(one.pages for one in kills)
