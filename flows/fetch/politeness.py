"""Turns: who may ask a host when. One connection per host, gaps that survive a crash."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from flows.fetch.connections import Connections
from flows.fetch.grouping import Grouped
from flows.fetch.holds import Holds
from transforms.freshness import pause_after, retry_after_at
from transforms.records import Complaint, HostState
from transforms.refusals import is_challenged
from transforms.statuses import FORBIDDEN, TOO_MANY_REQUESTS
from transforms.turns import Wish
from transforms.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import (
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )

    from flows.fetch.wire import Answer
    from flows.settings import Settings
    from transforms.turns import Turn

PATIENCE = timedelta(seconds=60)
"""A host that asked to be left alone for longer is not waited for."""
REFUSALS = 5
"""So many answers in a row that forbid or challenge are a complaint, whatever they say."""
LATENCY_SHARE = 2.0
"""A host that takes a second to answer is left alone for two from the start."""
EVERYWHERE = ""
"""The name under which all requests under way are counted."""
STARTS_WITHIN_SECONDS = 0.05
"""Seconds from a turn to the start of its request, however busy the process is."""
DOMAIN_SHARE, DOMAIN_CONNECTIONS = 0.2, 2
ADDRESS_SHARE, ADDRESS_CONNECTIONS = 0.1, 4
"""Of the gap of a host: what lies between requests to hosts of one domain, at one address."""


class HostLedger(Protocol):
    """What is remembered of hosts, durably, by all processes together."""

    def take_turns(self, wishes: Sequence[Wish]) -> Sequence[Turn]:
        """Decide on wishes to start requests now; keep the names of those that start."""
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


class _Visit:
    """One request to a host: what it needs, and what of that it has taken so far.

    ``wish`` is set once the turn is asked for, ``turn`` once that is decided. Written out,
    because a generator as a context costs as much again as a turn does.
    """

    __slots__ = (
        "_enter",
        "_leave",
        "entered",
        "gaps",
        "host",
        "is_begun",
        "limits",
        "turn",
        "wish",
    )
    wish: Wish
    turn: Turn

    def __init__(
        self,
        enter: Callable[[_Visit], Awaitable[datetime | None]],
        leave: Callable[[_Visit], None],
        host: str,
        gaps: dict[str, float],
        limits: Sequence[tuple[str, int]],
    ) -> None:
        self._enter, self._leave = enter, leave
        self.host, self.gaps, self.limits = host, gaps, limits
        self.entered: list[str] = []
        self.is_begun = False

    def __aenter__(self) -> Awaitable[datetime | None]:
        return self._enter(self)

    async def __aexit__(self, *_: object) -> None:
        self._leave(self)


class Politeness:
    """Gives turns to ask hosts.

    Turns that are wanted at one moment are taken together, in one transaction.

    Within the process a host has one connection at a time; among all processes
    requests to it start at least a gap apart (`HostLedger.take_turns`), and none starts
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
        self._lead = STARTS_WITHIN_SECONDS if settings.host_gap_seconds else 0.0
        self._clock = clock
        self._sleep = sleep
        self._slots = settings.connections
        self._connections = Connections()
        self._refusals: dict[str, int] = {}  # by host, in a row
        self._holds = Holds(self._keep)
        self._asked = Grouped(self._take_all, window_seconds=0.0)

    def turn(self, host: str, address: str | None = None) -> _Visit:
        """Wait for the host's turn and hold it; ``address`` is where the request goes.

        An asynchronous context, which gives None when the request may start now; a time
        when the host asked not to be asked before then and that is too far away to wait
        for: nothing may be sent.
        """
        domain, gap = domain_of(host), self._gap_seconds
        gaps = {host: gap, domain: gap * DOMAIN_SHARE}
        limits = [(host, 1), (domain, DOMAIN_CONNECTIONS)]
        if address:
            gaps[f"@{address}"] = gap * ADDRESS_SHARE
            limits.append((f"@{address}", ADDRESS_CONNECTIONS))
        return _Visit(self._enter, self._leave, host, gaps, limits)

    async def _enter(self, visit: _Visit) -> datetime | None:
        """Take the connections of all names, one of all slots, and the host's turn."""
        try:
            for name, limit in visit.limits:  # in this order, so that no two wait for each other
                if not self._connections.entered(name, limit):
                    await self._connections.enter(name, limit)
                visit.entered.append(name)
            while True:
                # A slot only when the turn is tried, so that those who wait hold none.
                if not self._connections.entered(EVERYWHERE, self._slots):
                    await self._connections.enter(EVERYWHERE, self._slots)
                visit.entered.append(EVERYWHERE)
                visit.wish = Wish(visit.gaps, self._clock(), self._lead)
                await self._asked.do(visit)
                if visit.turn.is_begun:
                    self._holds.begin(visit.host, visit.turn.gap_seconds)
                    visit.is_begun = True
                    return None
                visit.entered.remove(EVERYWHERE)
                self._connections.leave((EVERYWHERE,))
                asked = visit.turn.retry_after_at
                if asked is not None and asked - self._clock() > PATIENCE:
                    return asked
                await self._sleep_until(_latest((asked, visit.turn.free_at)))
        except BaseException:
            self._leave(visit)
            raise

    def _leave(self, visit: _Visit) -> None:
        if visit.is_begun:
            self._holds.end(visit.host)
        self._connections.leave(visit.entered)

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

    def _take_all(self, visits: Sequence[_Visit]) -> None:
        turns = self._hosts.take_turns([visit.wish for visit in visits])
        for visit, turn in zip(visits, turns, strict=True):
            visit.turn = turn

    def _keep(self, host: str, gap_seconds: float) -> None:
        free_at = self._clock() + timedelta(seconds=gap_seconds)
        self._hosts.put_host_state(replace(self._known(host), free_at=free_at))

    async def _sleep_until(self, moment: datetime | None) -> None:
        while moment is not None and (wait := (moment - self._clock()).total_seconds()) > 0:
            await self._sleep(wait)


@lru_cache(maxsize=65_536)  # the hosts of the largest newsroom
def domain_of(host: str) -> str:
    """Return the name under which the ledger keeps what concerns all hosts of a domain."""
    return f"*.{registrable_domain(host)}"


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, moments), default=None)
