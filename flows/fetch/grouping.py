"""Things done for many at once that are asked for one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

WINDOW_SECONDS = 0.05
MOST_AT_ONCE = 100


class Grouped(Generic[T]):
    """Does a piece of work on all items that came within a moment of one another.

    A transaction and a sync of the disk cost the same for one exchange as for fifty.
    Whoever hands in an item waits until the work on it is done, or gets what it raised.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], None],
        *,
        window_seconds: float = WINDOW_SECONDS,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._work = work
        self._window_seconds = window_seconds
        self._most_at_once = most_at_once
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None

    async def do(self, item: T) -> None:
        """Return once the work on an item is done. An item once handed in is not called off."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.append((item, done))
        if len(self._waiting) >= self._most_at_once:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(self._window_seconds, self._flush)
        try:
            await done
        except asyncio.CancelledError:
            self._flush()
            raise

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        error: Exception | None = None
        try:
            self._work([item for item, _ in waiting])
        except Exception as raised:  # noqa: BLE001 (raised to everyone who waits)
            error = raised
        for _, done in waiting:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
