from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.workers import Lost, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

TIME_LIMIT_SECONDS = 1.0
MAIN = """
import asyncio, time
from flows import fork_server
from flows.workers import Workers

print("main", flush=True)
fork_server.hide_main()

async def main():
    with Workers(1, 60.0) as workers:
        print(await workers.map(time.sleep, [0.0], "feeds"))

if __name__ == "__main__":
    asyncio.run(main())
"""
NEEDS = """
import asyncio
from flows.workers import Workers
from test_workers import has_loaded

async def main():
    with Workers(1, 60.0) as workers:
        for need in ("feeds", "pages", "feeds"):
            asked = ("feedparser", "trafilatura")
            print(*await workers.map(has_loaded, asked, need))

if __name__ == "__main__":
    asyncio.run(main())
"""


def double(number: int) -> int:
    return number * 2


def misbehave(number: int) -> int:
    if number == 13:
        while True:
            pass
    if number == 17:
        os._exit(3)
    if number == 19:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 23:
        raise ValueError("an item of its own")
    if number == 29:
        return lambda: None  # type: ignore[return-value]
    return number * 2


def has_loaded(module: str) -> bool:
    return module in sys.modules


def work_a_while(_: int) -> int:
    time.sleep(0.02)
    return os.getpid()


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, TIME_LIMIT_SECONDS) as pool:
        asyncio.run(pool.map(double, [1, 2]))
        yield pool


def test_results_come_in_the_order_of_the_items(workers: Workers) -> None:
    assert asyncio.run(workers.map(double, range(100))) == [n * 2 for n in range(100)]


def test_the_last_items_are_shared_by_the_workers(workers: Workers) -> None:
    assert len(set(asyncio.run(workers.map(work_a_while, range(32)))[-4:])) == 2


def test_nothing_in_gives_nothing_out(workers: Workers) -> None:
    assert asyncio.run(workers.map(double, [])) == []


def test_an_item_that_hangs_dies_or_raises_costs_itself_alone(workers: Workers) -> None:
    results = asyncio.run(workers.map(misbehave, range(40)))
    lost = {n: result for n, result in enumerate(results) if isinstance(result, Lost)}
    assert {n: one.reason for n, one in lost.items()} == {
        13: "timeout",
        17: "died",
        19: "died",
        23: "raised",
        29: "raised",
    }
    assert lost[23].detail == "ValueError: an item of its own"
    assert [result for n, result in enumerate(results) if n not in lost] == [
        n * 2 for n in range(40) if n not in lost
    ]


def test_the_pool_goes_on_after_a_loss(workers: Workers) -> None:
    asyncio.run(workers.map(misbehave, [17]))
    assert asyncio.run(workers.map(double, [1, 2, 3])) == [2, 4, 6]


def test_workers_that_died_while_they_waited_cost_nothing(workers: Workers) -> None:
    for pid in set(asyncio.run(workers.map(work_a_while, range(32)))):
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGKILL)
    assert asyncio.run(workers.map(double, range(8))) == [n * 2 for n in range(8)]


def test_a_hung_worker_ends_with_its_pool() -> None:
    async def give_up() -> None:
        with Workers(1, 3600.0) as pool:
            assert await pool.map(double, [1]) == [2]
            hung = asyncio.create_task(pool.map(misbehave, [13]))
            await asyncio.sleep(0.1)
            hung.cancel()

    before = set(multiprocessing.active_children())
    asyncio.run(give_up())
    assert set(multiprocessing.active_children()) <= before


def test_thousands_of_small_items_cost_less_than_two_milliseconds_each(workers: Workers) -> None:
    start = time.perf_counter()
    results = asyncio.run(workers.map(double, range(3000)))
    assert results == [n * 2 for n in range(3000)]
    assert (time.perf_counter() - start) / 3000 < 0.002


def printed_by(script: Path, text: str) -> list[str]:
    """Return the lines that a script of this text prints, run as a program of its own."""
    script.write_text(text)
    path = [str(Path(__file__).parent), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, str(script)], check=True, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
    )  # fmt: skip
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")
def test_workers_have_loaded_what_is_needed_and_no_more(tmp_path: Path) -> None:
    told = printed_by(tmp_path / "needs.py", NEEDS)
    assert told == ["True False", "True True", "True True"]


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")
def test_workers_do_not_import_the_main_module_again(tmp_path: Path) -> None:
    assert printed_by(tmp_path / "main.py", MAIN) == ["main", "[None]"]


def test_python_has_the_private_names_by_which_a_fork_server_is_replaced() -> None:
    server = forkserver._forkserver  # type: ignore[attr-defined]
    assert isinstance(server, forkserver.ForkServer)
    assert hasattr(server, "_forkserver_pid")
    fresh = forkserver.ForkServer()
    assert fresh._forkserver_pid is None
    fresh._stop()  # nothing runs: nothing to end


def test_workers_are_refused_outside_of_their_context() -> None:
    with pytest.raises(RuntimeError, match="context"):
        asyncio.run(Workers(1, 1.0).map(double, [1]))
