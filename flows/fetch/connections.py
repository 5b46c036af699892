"""How many requests are under way at once: to a host, a domain, an address, and in all."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Connections:
    """Lets no more be open under a name than its limit; who waits is served in turn.

    What a semaphore for each name does, without making one for every request: names
    come and go by the thousand, and hardly any is waited for.
    """

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    def entered(self, name: str, limit: int) -> bool:
        """Count one more under a name if it may be open at once; tell whether it may."""
        count = self._open.get(name, 0)
        if count >= limit:
            return False
        self._open[name] = count + 1
        return True

    async def enter(self, name: str, limit: int) -> None:
        """Wait until one more may be open under a name, and count it."""
        if self.entered(name, limit):
            return
        place = asyncio.get_running_loop().create_future()
        queue = self._waiting.setdefault(name, deque())
        queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was given, and is given on
                self.leave((name,))
            elif place in queue:
                queue.remove(place)
            raise

    def leave(self, names: Iterable[str]) -> None:
        """Count one less under each name, or give the place to who waits longest."""
        for name in names:
            if name in self._waiting and self._is_given_on(name):
                continue
            if self._open[name] == 1:
                del self._open[name]
            else:
                self._open[name] -= 1

    def _is_given_on(self, name: str) -> bool:
        """Give a place to who waits longest for it; tell whether anybody does."""
        queue = self._waiting[name]
        while queue and queue[0].done():  # called off, and not yet gone
            queue.popleft()
        if not queue:
            del self._waiting[name]
            return False
        queue.popleft().set_result(None)
        return True
