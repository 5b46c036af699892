"""robots.txt at work: asked for when needed, once per host, and remembered with the host."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from flows.fetch.faults import Fault
from transforms.optouts import robots_objections
from transforms.records import HostState
from transforms.robots import after_robots, is_stale, parse_rules, ruling
from transforms.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flows.fetch.politeness import HostLedger
    from transforms.records import Exchange

AGENT = "Copytaster"
# Faults that concern the page as much as its robots.txt, and say more than 'unreachable'.
SHARED_FAULTS = frozenset({"address_refused", "host_asked_to_wait"})


class GetRobots(Protocol):
    """How a robots.txt is fetched."""

    async def __call__(self, url: str, *, run_id: str) -> Exchange:
        """Return the exchange, archived."""
        ...


class RobotsRules:
    """Says whether robots.txt lets a page be fetched; fetches it where that is not known."""

    def __init__(
        self,
        hosts: HostLedger,
        get: GetRobots,
        clock: Callable[[], datetime],
        *,
        skips_opted_out: bool = False,
    ) -> None:
        self._skips_opted_out = skips_opted_out
        self._hosts = hosts
        self._get = get
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def objection(self, url: str, run_id: str) -> Fault | None:
        """Return why a page must not be fetched; None if it may be."""
        host = host_of(url)
        state, fault = await self._known(url, host, run_id)
        if fault is not None:
            return fault
        if self._skips_opted_out and (declared := robots_objections(state.robots_body or b"")):
            detail = f"robots.txt of {host}: {declared[0].evidence}"
            return Fault(code="opted_out", detail=detail, is_final=True)
        said = ruling(state, url, AGENT)
        if said == "disallowed":
            return Fault(code="robots_disallowed", detail=f"robots.txt of {host}", is_final=True)
        if said == "unreachable":
            answer = state.robots_status or "no answer"
            return Fault(code="robots_unreachable", detail=f"robots.txt of {host}: {answer}")
        return None

    async def sitemaps(self, url: str, run_id: str) -> tuple[str, ...] | None:
        """Return the sitemaps that a host's robots.txt names; None where that is not known."""
        state, fault = await self._known(url, host_of(url), run_id)
        if fault is not None or state.robots_body is None:
            return None
        return parse_rules(state.robots_body, AGENT).sitemaps()

    async def _known(self, url: str, host: str, run_id: str) -> tuple[HostState, Fault | None]:
        lock = self._locks.get(host)
        if lock is None:
            lock = self._locks[host] = asyncio.Lock()
        async with lock:  # twenty pages of a host need its robots.txt once
            state = self._hosts.host_state(host) or HostState(host=host)
            if not is_stale(state, self._clock()):
                return state, None
            exchange = await self._get(robots_url(url), run_id=run_id)
            problem = exchange.problem
            if problem is not None and problem.code in SHARED_FAULTS and not exchange.hops:
                detail, is_final = problem.detail, problem.is_final
                return state, Fault(code=problem.code, detail=detail, is_final=is_final)
            known = self._hosts.host_state(host) or state
            self._hosts.put_host_state(
                after_robots(known, exchange, agent=AGENT, now=self._clock())
            )
            return self._hosts.host_state(host) or state, None


def robots_url(url: str) -> str:
    """Return where the robots.txt that rules a URL stands (RFC 9309, section 2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"
