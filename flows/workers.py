"""The process pool in which transforms run: a worker that hangs or dies costs one item."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")

PRELOADED = ("flows.jobs",)  # what a fork server imports once, for all its children


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An item that yielded nothing: its worker was too slow, died, or raised."""

    reason: Literal["timeout", "died", "raised"]
    detail: str


class Workers:
    """A pool of worker processes, started when first asked; close it with ``with``.

    Workers are never forked from this process, whose threads and locks they would
    inherit: a fork server makes them where there is one, a fresh interpreter elsewhere.
    """

    def __init__(self, processes: int, time_limit_seconds: float) -> None:
        method = "forkserver" if sys.platform == "linux" else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(list(PRELOADED))
        self._time_limit_seconds = time_limit_seconds
        self._pool = ProcessPool(max_workers=processes, context=context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()
        self._pool.join()

    async def map(self, function: Callable[[T], R], items: Sequence[T]) -> list[R | Lost]:
        """Return what a function gives for each item, in order.

        The function and its items must be picklable. An item whose worker takes longer
        than the limit, dies or raises gives a `Lost`; the others are not affected.
        """
        futures = [
            asyncio.wrap_future(
                self._pool.schedule(function, args=[item], timeout=self._time_limit_seconds)
            )
            for item in items
        ]
        return [_result(one) for one in await asyncio.gather(*futures, return_exceptions=True)]


def _result(found: R | BaseException) -> R | Lost:
    match found:
        case FutureTimeoutError():
            return Lost(reason="timeout", detail="the worker took too long and was ended")
        case ProcessExpired():
            return Lost(reason="died", detail=f"the worker died: exit code {found.exitcode}")
        case Exception():
            return Lost(reason="raised", detail=f"{type(found).__name__}: {found}")
        case BaseException():
            raise found
    return found
