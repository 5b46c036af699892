"""Turns: who may ask a host when. One connection per host, gaps that survive a crash."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from transforms.freshness import pause_after, retry_after_at
from transforms.records import Complaint, HostState
from transforms.refusals import is_challenged
from transforms.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
    )

    from flows.fetch.wire import Answer
    from flows.settings import Settings

PATIENCE = timedelta(seconds=60)
"""A host that asked to be left alone for longer is not waited for."""
TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
REFUSALS = 5
"""So many answers in a row that forbid or challenge are a complaint, whatever they say."""
LATENCY_SHARE = 2.0
"""A host that takes a second to answer is left alone for two from the start."""
DOMAIN_SHARE, DOMAIN_CONNECTIONS = 0.2, 2
ADDRESS_SHARE, ADDRESS_CONNECTIONS = 0.1, 4
"""Of the gap of a host: what lies between requests to hosts of one domain, at one address."""


class HostLedger(Protocol):
    """What is remembered of hosts, durably, by all processes together."""

    def reserve(self, gaps: Mapping[str, float], now: datetime) -> datetime:
        """Return when the next request may start; keep that moment for it, and count it.

        ``gaps``: the seconds for which each name is to be left alone from then on.
        """
        ...

    def turns(self, names: Collection[str]) -> Mapping[str, HostState]:
        """Return what decides when hosts may be asked, of those that ever were."""
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

    def complaints(self, domain: str) -> Collection[Complaint]:
        """Return the last complaint of each host of a domain."""
        ...

    def put_complaint(self, complaint: Complaint) -> None:
        """Remember the last complaint of a host."""
        ...


class Politeness:
    """Gives turns to ask hosts.

    Within the process a host has one connection at a time; among all processes
    requests to it start at least a gap apart (`HostLedger.reserve`), and none starts
    while another is under way. The gap is the longest of ``settings.host_gap_seconds``,
    the host's crawl delay, and twice what it took to answer last (unless the gap is set
    to nothing at all). Hosts of one registrable domain, and hosts at one address, share
    a few connections and a gap that is a part of that.

    A 429 speaks for its host, and so do five refusals in a row. Once two hosts of one
    registrable domain have complained and both still mean it, it speaks for the domain:
    all its hosts are left alone.
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
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._refusals: dict[str, int] = {}  # by host, in a row

    @asynccontextmanager
    async def turn(self, host: str, address: str | None = None) -> AsyncIterator[datetime | None]:
        """Wait for the host's turn and hold it; ``address`` is where the request goes.

        Yields None when the request may start now; a time when the host asked not to
        be asked before then and that is too far away to wait for: nothing may be sent.
        """
        domain, place = domain_of(host), f"@{address or host}"
        names = (host, domain, place) if address else (host, domain)
        # Always in this order, so that no two wait for each other; and the slot after the
        # wait, so that those who wait hold none.
        async with (
            self._share(host, 1),
            self._share(domain, DOMAIN_CONNECTIONS),
            self._share(place, ADDRESS_CONNECTIONS),
        ):
            free = await self._wait_until_free(names)
            if isinstance(free, datetime):
                yield free
                return
            gaps = self._gaps(names, free.get(host))
            # Before the reservation, so that a full house does not eat up the gap.
            async with self._slots:
                await self._sleep_until(self._hosts.reserve(gaps, self._clock()))
                with self._held(host, gaps[host]):
                    yield None

    def left_alone_until(self, host: str) -> datetime | None:
        """Return before when a host, or its domain, asked not to be asked; None for never."""
        return _latest(
            one.retry_after_at for one in self._hosts.turns((host, domain_of(host))).values()
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
        if self._is_complaint(host, answer):
            self._complain(host, until, now)
        elif until is not None:
            self._leave_alone(host, until)

    def _is_complaint(self, host: str, answer: Answer) -> bool:
        if answer.status == TOO_MANY_REQUESTS:
            return True
        if answer.status != FORBIDDEN and not is_challenged(answer.headers):
            self._refusals.pop(host, None)
            return False
        self._refusals[host] = self._refusals.get(host, 0) + 1
        return self._refusals[host] >= REFUSALS

    def _complain(self, host: str, until: datetime | None, now: datetime) -> None:
        """Leave a host alone; its whole domain if another host of it has complained as well."""
        domain = domain_of(host)
        earlier = {one.host: one for one in self._hosts.complaints(domain)}
        until = until or now + pause_after(earlier.pop(host, None), now)
        complaint = Complaint(host=host, domain=domain, complained_at=now, until_at=until)
        self._hosts.put_complaint(complaint)
        self._leave_alone(host, until)
        if any(other.until_at > now for other in earlier.values()):
            self._leave_alone(domain, until)

    def _leave_alone(self, host: str, until: datetime) -> None:
        self._hosts.put_host_state(replace(self._known(host), retry_after_at=until))

    def _known(self, host: str) -> HostState:
        return self._hosts.host_state(host) or HostState(host=host)

    async def _wait_until_free(self, names: tuple[str, ...]) -> datetime | Mapping[str, HostState]:
        """Return how all are once they may be asked; a time where that is too far away."""
        while True:
            states, now = self._hosts.turns(names), self._clock()
            asked = _latest(one.retry_after_at for one in states.values())
            if asked is not None and asked - now > PATIENCE:
                return asked
            free_at = _latest((asked, *(one.free_at for one in states.values())))
            if free_at is None or free_at <= now:
                return states
            await self._sleep_until(free_at)

    def _gaps(self, names: tuple[str, ...], state: HostState | None) -> dict[str, float]:
        delay = None if state is None else state.crawl_delay_seconds
        shares = (1.0, DOMAIN_SHARE, ADDRESS_SHARE)
        gaps = {name: self._gap_seconds * share for name, share in zip(names, shares, strict=False)}
        return gaps | {names[0]: max(self._gap_seconds, delay or 0.0)}

    @contextmanager
    def _held(self, host: str, gap_seconds: float) -> Iterator[None]:
        """Keep others off a host for as long as it takes to answer."""
        if not gap_seconds:
            yield
            return
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle

        def hold() -> None:
            nonlocal timer
            free_at = self._clock() + timedelta(seconds=gap_seconds)
            self._hosts.put_host_state(replace(self._known(host), free_at=free_at))
            timer = loop.call_later(gap_seconds / 2, hold)

        timer = loop.call_later(gap_seconds / 2, hold)
        try:
            yield
        finally:
            timer.cancel()

    async def _sleep_until(self, moment: datetime) -> None:
        while (wait := (moment - self._clock()).total_seconds()) > 0:
            await self._sleep(wait)

    def _share(self, name: str, connections: int) -> asyncio.Semaphore:
        share = self._shares.get(name)
        if share is None:
            share = self._shares[name] = asyncio.Semaphore(connections)
        return share


def domain_of(host: str) -> str:
    """Return the name under which the ledger keeps what concerns all hosts of a domain."""
    return f"*.{registrable_domain(host)}"


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, moments), default=None)
