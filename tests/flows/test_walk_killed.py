"""kill -9 at random moments of an ingest: the next run goes on, and the tables are the same."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from walk_processes import (
    PAUSE_SECONDS,
    WARM,
    Running,
    created,
    creations,
    killed_at_the_end,
    launcher,
    spread,
    wait_until_gone,
)
from walk_support import (
    FUNDUS,
    InHand,
    audit,
    in_hand,
    make_home,
    needs_fundus,
    outcomes,
    shelve_subset,
    tables,
)

from flows.newsroom import Newsroom, serve_in_thread

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

pytestmark = [needs_fundus, pytest.mark.slow]

SEED = 20220111
KILLS_OF_ALL = 3
KILLS_OF_SOME = 17
SOME_PAGES = 12
MOMENTS = sorted(spread(SEED, KILLS_OF_SOME))
# Each kill in a home of its own with this in the environment; else several in a row.
CHAINS = KILLS_OF_SOME if os.environ.get("COPYTASTER_EACH_KILL_ALONE") else 5


@dataclass
class Bench:
    """A newsroom that is served, and what an undisturbed run makes of it."""

    folder: Path
    newsroom: Newsroom
    address: str
    cpu_seconds: float = 0.0
    tables: dict[str, list[str]] | None = None
    outcomes: Counter[tuple[str, str, str]] | None = None
    left: list[InHand] = field(default_factory=list)

    def home(self, name: str) -> Path:
        template = self.folder / "template"
        if not template.exists():
            make_home(template, self.newsroom)
        return Path(shutil.copytree(template, self.folder / name))

    def start(self, home: Path) -> Running:
        argv = ("ingest", "--all", "--quiet", "--home", home, "--connect-to", self.address)
        return launcher().start(*argv, log=home / "log.txt", env=WARM)

    def run(self, home: Path) -> None:
        running = self.start(home)
        code = running.wait()
        assert code in {0, 1}, running.complained()

    def measure(self) -> None:
        home = self.home("undisturbed")
        with killed_at_the_end(self.start(home)) as running:
            while running.ended() is None:
                self.cpu_seconds = max(self.cpu_seconds, running.cpu_seconds())
                time.sleep(PAUSE_SECONDS)
        self.tables, self.outcomes = tables(home), outcomes(home)
        assert audit(home) == []

    def kill_at(self, home: Path, fraction: float, *, is_whole: bool = False) -> InHand | None:
        """Kill a run part of the way; return the work it left, or None if it had ended.

        A whole run that had ended tells how much CPU time one needs on this machine by now.
        """
        with killed_at_the_end(self.start(home)) as running:
            if not running.wait_for_cpu(self.cpu_seconds * fraction):
                self.cpu_seconds = running.used if is_whole else self.cpu_seconds
                return None
            running.signal(signal.SIGKILL)
            assert running.wait() == -signal.SIGKILL
            left = in_hand(home)
            assert wait_until_gone(running.pid) == {}
        sys.stdout.write(f"killed at {fraction:.3f} of {self.cpu_seconds:.1f} s: {left}\n")
        self.left.append(left)
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


def kill_in_a_fresh_home(bench: Bench, fraction: float) -> Path:
    """Kill a run in a home of its own; return the home."""
    for attempt in range(4):  # one run needs a little less time than another
        home = bench.home(f"alone-{fraction:.3f}-{attempt}")
        if bench.kill_at(home, fraction, is_whole=True) is not None:
            return home
    pytest.fail("no run lived long enough to be killed")


@pytest.mark.parametrize("fraction", spread(SEED, KILLS_OF_ALL))
def test_a_killed_run_of_all_pages_is_made_good_by_the_next(
    all_pages: Bench, fraction: float
) -> None:
    home = kill_in_a_fresh_home(all_pages, fraction)
    all_pages.run(home)
    all_pages.assert_as_undisturbed(home)


@pytest.mark.parametrize("chain", range(CHAINS))
def test_runs_killed_one_after_another_are_made_good_by_the_last(
    some_pages: Bench, chain: int
) -> None:
    home = some_pages.home(f"chain-{chain}")
    for fraction in MOMENTS[chain::CHAINS]:
        if some_pages.kill_at(home, fraction) is None:  # little was left to do, and it was done
            some_pages.assert_as_undisturbed(home)
            home = kill_in_a_fresh_home(some_pages, fraction)
    some_pages.run(home)
    some_pages.assert_as_undisturbed(home)


@pytest.mark.parametrize(
    ("file", "times"),
    [("live.duckdb.wal", 2), ("live.duckdb.wal", 3), (".warehouse.duckdb.fresh", 1)],
)
def test_a_run_killed_while_it_writes_the_warehouse_is_made_good_by_the_next(
    some_pages: Bench, file: str, times: int
) -> None:
    home = some_pages.home(f"{file}-{times}")
    with creations(home) as notes, killed_at_the_end(some_pages.start(home)) as running:
        found = 0
        while found < times and running.is_there():
            found += created(notes).count(file)
        running.signal(signal.SIGKILL)
        running.wait()
        assert wait_until_gone(running.pid) == {}
    assert found >= times  # two may come at one look
    some_pages.run(home)
    some_pages.assert_as_undisturbed(home)


def test_the_kills_met_polls_and_pages_under_way(some_pages: Bench) -> None:
    if len(some_pages.left) < KILLS_OF_SOME:
        pytest.skip("needs all the kills above")
    assert any(one.polls for one in some_pages.left)
    assert any(one.archived for one in some_pages.left)
