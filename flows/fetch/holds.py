"""Others are kept off a host for as long as it takes to answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Holds:
    """Keeps others off hosts while requests to them are under way: twice in each gap.

    A host has one request under way at a time; one without a gap is not held.
    ``keep`` is called with a host and its gap in seconds. One timer serves all hosts, and
    rings in vain if they have been let go of: hardly any takes half its gap to answer.
    """

    def __init__(self, keep: Callable[[str, float], None]) -> None:
        self._keep = keep
        self._held: dict[str, tuple[float, float]] = {}  # gap, and when to keep it next
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None  # in which the timer rings

    def begin(self, host: str, gap_seconds: float) -> None:
        """Hold a host until `end`, which is to be called in any case."""
        if not gap_seconds:
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + gap_seconds / 2
        self._held[host] = gap_seconds, at
        if self._timer is None or self._loop is not loop or at < self._timer.when():
            self._wake_at(loop, at)

    def end(self, host: str) -> None:
        """Let go of a host, whether it is held or not."""
        self._held.pop(host, None)

    def _wake_at(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop, self._timer = loop, loop.call_at(at, self._again, loop)

    def _again(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for host, (gap_seconds, at) in self._held.items():
            if at <= now:
                self._held[host] = gap_seconds, now + gap_seconds / 2
                self._keep(host, gap_seconds)
        self._timer = None
        if self._held:
            self._wake_at(loop, min(at for _, at in self._held.values()))
