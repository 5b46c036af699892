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
from transforms.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from flows.fetch.wire import Answer
    from flows.settings import Settings

PATIENCE = timedelta(seconds=60)
"""A host that asked to be left alone for longer is not waited for."""
UNSAID_RETRY_AFTER = timedelta(minutes=5)
"""The pause after a 429 that names none."""
TOO_MANY_REQUESTS = 429
LATENCY_SHARE = 2.0
"""A host that takes a second to answer is left alone for two from the start."""


class HostLedger(Protocol):
    """What is remembered of hosts, durably, by all processes together."""

    def reserve(self, host: str, now: datetime, gap_seconds: float) -> datetime:
        """Return when the next request may start; keep that moment for it, and count it."""
        ...

    def host_state(self, host: str) -> HostState | None:
        """Return what is remembered; None if the host was never asked."""
        ...

    def put_host_state(self, state: HostState) -> None:
        """Remember what is newer than what is known."""
        ...

    def count_bytes(self, host: str, payload_bytes: int) -> None:
        """Count the bytes that came."""
        ...


class Politeness:
    """Gives turns to ask hosts.

    Within the process a host has one connection at a time; among all processes
    requests to it start at least a gap apart (`HostLedger.reserve`). The gap is
    the longest of ``settings.host_gap_seconds``, the host's crawl delay, and twice
    what it took to answer last (unless the gap is set to nothing at all).

    A 429 speaks for its host. Once two hosts of one registrable domain have said it
    and both still mean it, it speaks for the domain: all its hosts are left alone.
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
        self._complaints: dict[str, dict[str, datetime]] = {}  # by domain and host: until when

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

    def left_alone_until(self, host: str) -> datetime | None:
        """Return before when a host, or its domain, asked not to be asked; None for never."""
        states = (self._hosts.host_state(name) for name in (host, domain_of(host)))
        return max(
            (one.retry_after_at for one in states if one and one.retry_after_at), default=None
        )

    def record(self, host: str, answer: Answer) -> None:
        """Remember a request that was made, and what the host asked for in its answer."""
        self._hosts.count_bytes(host, len(answer.payload))
        now = self._clock()
        rest = LATENCY_SHARE * answer.elapsed_ms / 1000
        if rest > self._gap_seconds > 0:
            free_at = answer.asked_at + timedelta(seconds=rest)
            self._hosts.put_host_state(replace(self._known(host), free_at=free_at))
        until = retry_after_at(answer.status, answer.headers, now)
        if until is None and answer.status == TOO_MANY_REQUESTS:
            until = now + UNSAID_RETRY_AFTER
        if until is None:
            return
        self._leave_alone(host, until)
        domain = domain_of(host)
        if answer.status == TOO_MANY_REQUESTS:
            self._widen(host, domain, until, now)

    def _widen(self, host: str, domain: str, until: datetime, now: datetime) -> None:
        """Leave a whole domain alone if another host of it has complained as well."""
        complaints = self._complaints.setdefault(domain, {})
        complaints[host] = until
        if any(at > now for other, at in complaints.items() if other != host):
            self._leave_alone(domain, until)

    def _leave_alone(self, host: str, until: datetime) -> None:
        state = self._known(host)
        latest = max(until, state.retry_after_at or until)
        self._hosts.put_host_state(replace(state, retry_after_at=latest))

    def _known(self, host: str) -> HostState:
        return self._hosts.host_state(host) or HostState(host=host)

    async def _wait_until_free(self, host: str) -> datetime | None:
        while True:
            state, now = self._hosts.host_state(host), self._clock()
            asked = self.left_alone_until(host)
            if asked is not None and asked - now > PATIENCE:
                return asked
            free_at = max(filter(None, (state.free_at if state else None, asked)), default=now)
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


def domain_of(host: str) -> str:
    """Return the name under which the ledger keeps what concerns all hosts of a domain."""
    return f"*.{registrable_domain(host)}"
