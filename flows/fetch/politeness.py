"""Turns: who may ask a host when. One connection per host, gaps that survive a crash."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from transforms.freshness import retry_after_at
from transforms.records import HostState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from flows.settings import Settings
    from transforms.freshness import Headers

PATIENCE = timedelta(seconds=60)
"""A host that asked to be left alone for longer is not waited for."""
UNSAID_RETRY_AFTER = timedelta(minutes=5)
"""The pause after a 429 that names none."""
TOO_MANY_REQUESTS = 429


class HostLedger(Protocol):
    """What is remembered of hosts, durably, by all processes together."""

    def reserve(self, host: str, now: datetime, gap_seconds: float) -> datetime:
        """Return when the next request may start, and keep that moment for it."""
        ...

    def host_state(self, host: str) -> HostState | None:
        """Return what is remembered; None if the host was never asked."""
        ...

    def put_host_state(self, state: HostState) -> None:
        """Remember what is newer than what is known."""
        ...

    def count_request(self, host: str, payload_bytes: int) -> None:
        """Count one request and the bytes that came."""
        ...


class Politeness:
    """Gives turns to ask hosts.

    Within the process a host has one connection at a time; among all processes
    requests to it start at least a gap apart (`HostLedger.reserve`). The gap is
    the longer of ``settings.host_gap_seconds`` and the host's crawl delay.
    """

    def __init__(
        self,
        hosts: HostLedger,
        settings: Settings,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._hosts = hosts
        self._gap_seconds = settings.host_gap_seconds
        self._clock = clock
        self._sleep = sleep
        self._slots = asyncio.Semaphore(settings.connections)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[datetime | None]:
        """Wait for the host's turn and hold it.

        Yields None when the request may start now; a time when the host asked not to
        be asked before then and that is too far away to wait for: nothing may be sent.
        """
        async with self._lock(host):
            asked_to_wait_until = await self._wait_until_free(host)
            if asked_to_wait_until is not None:
                yield asked_to_wait_until
                return
            # The slot is taken after the wait, so that waiting hosts hold none, and
            # before the reservation, so that a full house does not eat up the gap.
            async with self._slots:
                gap = self._gap(self._hosts.host_state(host))
                await self._sleep_until(self._hosts.reserve(host, self._clock(), gap))
                yield None

    def record(self, host: str, status: int | None, headers: Headers, payload_bytes: int) -> None:
        """Remember a request that was made, and what the host asked for in its answer."""
        self._hosts.count_request(host, payload_bytes)
        now = self._clock()
        until = retry_after_at(status, headers, now)
        if until is None and status == TOO_MANY_REQUESTS:
            until = now + UNSAID_RETRY_AFTER
        if until is not None:
            state = self._hosts.host_state(host) or HostState(host=host)
            latest = max(until, state.retry_after_at or until)
            self._hosts.put_host_state(replace(state, retry_after_at=latest))

    async def _wait_until_free(self, host: str) -> datetime | None:
        while True:
            state = self._hosts.host_state(host)
            if state is None:
                return None
            now = self._clock()
            asked = state.retry_after_at
            if asked is not None and asked - now > PATIENCE:
                return asked
            free_at = max(filter(None, (state.free_at, asked)), default=now)
            if free_at <= now:
                return None
            await self._sleep_until(free_at)

    def _gap(self, state: HostState | None) -> float:
        delay = None if state is None else state.crawl_delay_seconds
        return max(self._gap_seconds, delay or 0.0)

    async def _sleep_until(self, moment: datetime) -> None:
        while (wait := (moment - self._clock()).total_seconds()) > 0:
            await self._sleep(wait)

    def _lock(self, host: str) -> asyncio.Lock:
        lock = self._locks.get(host)
        if lock is None:
            lock = self._locks[host] = asyncio.Lock()
        return lock
