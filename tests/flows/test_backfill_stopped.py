"""A backfill stopped in the middle, by signal or kill -9: the same command goes on from there."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from walk_processes import NO_GAP, WAIT_SECONDS, WARM, killed_at_the_end, launcher, wait_until_gone
from walk_support import InHand, Page, ask, audit, in_hand, make_home, shelve_pages, tables

from flows.newsroom import Newsroom, Served, serve_in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

PAGES = tuple(Page(number, host=f"outlet{number % 2}.example") for number in range(16))
SLOW = {"COPYTASTER_HOST_GAP_SECONDS": "0.4"}
FETCHED_BEFORE = 6


class Scene:
    """A newsroom, a list of its pages, and what an undisturbed backfill of it gives."""

    def __init__(self, folder: Path, served: Served) -> None:
        self.folder, self.served = folder, served
        self.listing = folder / "urls.txt"
        self.listing.write_text("".join(f"{page.url}\n" for page in PAGES), "utf-8")
        home = make_home(folder / "undisturbed")
        assert self.start(home, NO_GAP).wait() == 0
        self.tables = tables(home)
        assert len(self.tables["articles"]) == len(PAGES)

    def start(self, home: Path, env: dict[str, str]):  # noqa: ANN201
        argv = ("backfill", "--home", home, "--urls", self.listing, "--quiet")
        return launcher().start(
            *argv, "--connect-to", self.served.address, log=home / "log.txt", env=WARM | env
        )

    def pages_asked(self) -> Counter[str]:
        log = list(self.served.newsroom.log)
        return Counter(f"http://{one.host}{one.path}" for one in log if "/news/" in one.path)

    def wait_for_pages(self, count: int) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while self.pages_asked().total() < count and time.monotonic() < until:
            time.sleep(0.01)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("stopped")
    with serve_in_thread(Newsroom.load(shelve_pages(folder / "newsroom", PAGES))) as served:
        yield Scene(folder, served)


def archived(home: Path) -> set[str]:
    """Return the addresses whose page is in the archive."""
    with contextlib.closing(sqlite3.connect(f"file:{home}/state.sqlite?mode=ro", uri=True)) as con:
        return {url for (url,) in con.execute("select url from wants where place_file is not null")}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_backfill_goes_on_where_it_was(scene: Scene, number: signal.Signals) -> None:
    home = make_home(scene.folder / number.name)
    scene.served.newsroom.log.clear()
    env = SLOW | ({} if number is signal.SIGINT else {"WALK_SIGINT": "ignored"})
    with killed_at_the_end(scene.start(home, env)) as running:
        scene.wait_for_pages(FETCHED_BEFORE)
        if number is signal.SIGINT:  # as a terminal sends it: to all processes at once
            os.killpg(running.pid, number)
        else:
            running.signal(number)
        code = running.wait()
        assert wait_until_gone(running.pid) == {}
    if number is not signal.SIGKILL:
        assert code == 2
        assert (
            running.complained().strip()
            == "copytaster: stopped; the same command goes on from here"
        )
    else:
        assert code == -number
    kept = archived(home)
    assert FETCHED_BEFORE - 2 <= len(kept) < len(PAGES)
    before = scene.pages_asked()

    with killed_at_the_end(scene.start(home, NO_GAP)) as running:
        assert running.wait() == 0, running.complained()
    again = scene.pages_asked() - before
    assert kept & again.keys() == set()
    assert scene.pages_asked().total() <= len(PAGES) + 2  # those under way when it stopped
    assert tables(home) == scene.tables
    assert audit(home) == []
    assert in_hand(home) == InHand(0, 0, 0)
    statuses = [status for (status,) in ask(home, "select status from ops.runs order by run_id")]
    assert statuses == ["dead" if number is signal.SIGKILL else "stopped", "done"]
