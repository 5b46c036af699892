"""Time that is injected, and passes only when everybody waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


@dataclass
class VirtualTime:
    """Time that passes only when all wait for it: while a request is under way it stands still."""

    now: datetime = START
    in_flight: int = 0
    _sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def clock(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        until = self.now + timedelta(seconds=seconds)
        heapq.heappush(self._sleepers, (until, next(self._numbers), future))
        await future

    @contextlib.asynccontextmanager
    async def driven(self) -> Any:  # noqa: ANN401 (an asynchronous iterator of nothing)
        """Let time pass for those who sleep, until the end of the block."""
        task = asyncio.create_task(self._drive())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _drive(self) -> None:
        while True:
            for _ in range(5):  # those who woke get as far as sending their requests
                await asyncio.sleep(0)
            if self.in_flight or not self._sleepers:
                await asyncio.sleep(0.0005)
                continue
            until, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self.now = max(self.now, until)
                future.set_result(None)

    def watch(self, wire: Any) -> None:  # noqa: ANN401 (a wire, whose one method is wrapped)
        """Count the requests that a wire has under way."""
        send = wire.send

        async def counted(*given: object, **named: object) -> object:
            self.in_flight += 1
            try:
                return await send(*given, **named)
            finally:
                self.in_flight -= 1

        wire.send = counted
