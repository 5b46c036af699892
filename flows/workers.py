"""The processes in which transforms run: a worker that hangs or dies costs one item.

Items travel in small chunks, because a message costs more than most transforms;
in ever smaller ones towards the end, so that no worker waits long for the last.
When a chunk is lost, its items are run again one by one, so that only the guilty
one is lost. Workers are forked from a server that has loaded the transforms
once (on Linux), so that replacing one takes milliseconds.
"""

from __future__ import annotations

import asyncio
import pickle
from typing import TYPE_CHECKING, Self, TypeVar

from flows import fork_server
from flows.worker_processes import Lost, WorkerProcesses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import ThreadPoolExecutor
    from types import TracebackType

    from flows.fork_server import Need

__all__ = ["Lost", "Workers"]

T = TypeVar("T")
R = TypeVar("R")

CHUNK_ITEMS = 16
CHUNKS_A_WORKER = 4  # of what is left: few messages at first, an even share at the end
CHUNK_TIME = 1.5  # of the limit of one item


class Workers:
    """A pool of processes; a context manager.

    ``time_limit_seconds`` is the wall-clock time of one item, after which its
    worker is killed and replaced.
    """

    def __init__(self, processes: int, time_limit_seconds: float) -> None:
        self._processes = processes
        self._time_limit_seconds = time_limit_seconds
        self._is_open = False
        self._pool: _Pool | None = None
        self._maps = 0  # under way

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_open = False
        self._close()

    async def map(
        self, function: Callable[[T], R], items: Sequence[T], need: Need = "pages"
    ) -> list[R | Lost]:
        """Apply a function to each item in the pool; results in the items' order.

        The function and the items must be picklable. Never raises for an item's sake.
        ``need`` is what workers should have loaded for it.

        Raises: RuntimeError outside of the context.
        """
        if not self._is_open:
            raise RuntimeError("workers are used inside of their context only")
        if not items:
            return []
        self._maps += 1
        try:
            return await self._map(function, items, need)
        finally:
            self._maps -= 1

    async def _map(
        self, function: Callable[[T], R], items: Sequence[T], need: Need
    ) -> list[R | Lost]:
        pool = self._opened(need)
        chunks = list(_chunks(items, self._processes))
        window = asyncio.Semaphore(self._processes * 2)

        async def run(chunk: tuple[T, ...]) -> list[R | Lost]:
            async with window:
                return await self._run(pool, function, chunk)

        results = await asyncio.gather(*(run(chunk) for chunk in chunks))
        return [result for chunk in results for result in chunk]

    def _opened(self, need: Need) -> _Pool:
        """Return the pool, made at its first use: most runs have no use for it."""
        if self._maps == 1 and fork_server.is_worth_reopening(need):
            self._close()
        if self._pool is None:
            self._pool = _Pool(self._processes, need)
        return self._pool

    def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    async def _run(
        self, pool: _Pool, function: Callable[[T], R], items: tuple[T, ...]
    ) -> list[R | Lost]:
        limit = self._time_limit_seconds * (1 if len(items) == 1 else CHUNK_TIME)
        found = await pool.apply(function, items, limit)
        if not isinstance(found, Lost):
            return [pickle.loads(data) for data in found]  # noqa: S301 (from our own worker)
        if len(items) == 1:
            return [found]
        return [result for item in items for result in await self._run(pool, function, (item,))]


class _Pool:
    """Processes, and as many threads that wait for what comes of their work."""

    def __init__(self, processes: int, need: Need) -> None:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (loaded where needed)

        self._processes = WorkerProcesses(fork_server.enter(need))
        self._threads: ThreadPoolExecutor = ThreadPoolExecutor(processes, "worker")

    async def apply(
        self, function: Callable[[T], R], items: tuple[T, ...], limit_seconds: float
    ) -> list[bytes] | Lost:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._processes.apply, function, items, limit_seconds
        )

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._processes.close()
        self._threads.shutdown()
        fork_server.leave()


def _chunks(items: Sequence[T], processes: int) -> Iterator[tuple[T, ...]]:
    """Part items into chunks, each a share of what is left.

    Source: C. D. Polychronopoulos and D. J. Kuck, Guided Self-Scheduling (1987).
    """
    start = 0
    while left := len(items) - start:
        size = max(1, min(CHUNK_ITEMS, left // (processes * CHUNKS_A_WORKER)))
        yield tuple(items[start : start + size])
        start += size
