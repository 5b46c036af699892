"""The processes in which transforms run: a worker that hangs or dies costs one item.

Items travel in small chunks, because a message costs more than most transforms;
in ever smaller ones towards the end, so that no worker waits long for the last.
When a chunk is lost, its items are run again one by one, so that only the guilty
one is lost. Workers are forked from a server that has loaded the transforms
once (on Linux), so that replacing one takes milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import threading
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from flows import fork_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from pebble import ProcessPool

    from flows.fork_server import Need

T = TypeVar("T")
R = TypeVar("R")

CHUNK_ITEMS = 16
CHUNKS_A_WORKER = 4  # of what is left: few messages at first, an even share at the end
DETAIL_CHARS = 500
GRACE_SECONDS = 5  # the pool is given this long to end a worker that exceeds its time itself


@dataclass(frozen=True, slots=True)
class Lost:
    """An item that brought no result: its worker hung, died, or the function raised."""

    reason: Literal["timeout", "died", "raised"]
    detail: str


class Workers:
    """A pool of processes; a context manager.

    ``time_limit_seconds`` is the wall-clock time of one item, after which its
    worker is killed and replaced.
    """

    def __init__(self, processes: int, time_limit_seconds: float) -> None:
        self._processes = processes
        self._time_limit_seconds = time_limit_seconds
        self._is_open = False
        self._pool: ProcessPool | None = None
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

    def _opened(self, need: Need) -> ProcessPool:
        """Return the pool, made at its first use: most runs have no use for it."""
        if self._maps == 1 and fork_server.is_worth_reopening(need):
            self._close()
        if self._pool is None:
            from pebble import ProcessPool  # noqa: PLC0415 (loaded where there is work to hand out)

            self._pool = ProcessPool(
                max_workers=self._processes,
                context=fork_server.enter(need),
                initializer=_end_with_the_run,
            )
        return self._pool

    def _close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
            fork_server.leave()

    async def _run(
        self, pool: ProcessPool, function: Callable[[T], R], items: tuple[T, ...]
    ) -> list[R | Lost]:
        found = await self._submit(pool, function, items)
        if not isinstance(found, Lost):
            return found
        if len(items) == 1:
            return [found]
        return [result for item in items for result in await self._run(pool, function, (item,))]

    async def _submit(
        self, pool: ProcessPool, function: Callable[[T], R], items: tuple[T, ...]
    ) -> list[R | Lost] | Lost:
        from pebble import ProcessExpired  # noqa: PLC0415 (as the pool)

        limit = self._time_limit_seconds * (1 if len(items) == 1 else 1.5)
        future: Future[list[bytes]] = pool.submit(_apply, limit, function, items, limit)
        try:
            return [pickle.loads(data) for data in await asyncio.wrap_future(future)]  # noqa: S301 (from our own worker)
        except (FutureTimeoutError, TimeoutError):
            return Lost("timeout", f"over {self._time_limit_seconds:g} seconds")
        except ProcessExpired as error:
            return Lost("died", f"exit code {error.exitcode}")
        except Exception as error:  # noqa: BLE001 (a result or an item that cannot be pickled: its loss is told)
            return Lost("raised", _told(error))


def _chunks(items: Sequence[T], processes: int) -> Iterator[tuple[T, ...]]:
    """Part items into chunks, each a share of what is left.

    Source: C. D. Polychronopoulos and D. J. Kuck, Guided Self-Scheduling (1987).
    """
    start = 0
    while left := len(items) - start:
        size = max(1, min(CHUNK_ITEMS, left // (processes * CHUNKS_A_WORKER)))
        yield tuple(items[start : start + size])
        start += size


def _apply(function: Callable[[T], R], items: tuple[T, ...], limit_seconds: float) -> list[bytes]:
    """Run in the worker: an item that raises, or whose result cannot travel, is lost alone.

    Should nobody be left to enforce the limit, the kernel does, whatever the worker is at.
    """
    signal.alarm(int(limit_seconds) + GRACE_SECONDS)
    try:
        return [_pickled_result(function, item) for item in items]
    finally:
        signal.alarm(0)


def _end_with_the_run() -> None:
    """Run in each worker as it starts: end it when the run is gone, though it hangs."""
    import multiprocessing  # noqa: PLC0415 (a worker has it)

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="end with the run", daemon=True).start()


def _pickled_result(function: Callable[[T], R], item: T) -> bytes:
    try:
        return pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 (whatever an item's bytes provoke is that item's loss, and told)
        return pickle.dumps(Lost("raised", _told(error)))


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:DETAIL_CHARS]
