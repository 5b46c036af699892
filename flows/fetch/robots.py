"""robots.txt at work: asked for when needed, once per origin, and remembered."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from flows.fetch.faults import Fault
from transforms.optouts import robots_objections
from transforms.records import HostState, OriginDocument
from transforms.robots import after_robots, is_stale, parse_rules, ruling
from transforms.urls import host_of, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from transforms.records import Exchange

AGENT = "Copytaster"
# Faults that concern the page as much as its robots.txt, and say more than 'unreachable'.
SHARED_FAULTS = frozenset({"address_refused", "host_asked_to_wait"})


class OriginLedger(Protocol):
    """What is remembered of origins, durably, by all processes together."""

    def origin_document(self, origin: str, kind: str) -> OriginDocument | None:
        """Return what is remembered; None if it was never asked for."""
        ...

    def put_origin_document(self, document: OriginDocument, now: datetime) -> None:
        """Remember what is newer than what is known, and the crawl delay of its host."""
        ...

    def put_host_state(self, state: HostState) -> None:
        """Remember what is newer than what is known."""
        ...


class GetRobots(Protocol):
    """How a robots.txt is fetched."""

    async def __call__(self, url: str, *, run_id: str) -> Exchange:
        """Return the exchange, archived."""
        ...


class RobotsRules:
    """Says whether robots.txt lets a page be fetched; fetches it where that is not known."""

    def __init__(
        self,
        ledger: OriginLedger,
        get: GetRobots,
        clock: Callable[[], datetime],
        *,
        skips_opted_out: bool = False,
    ) -> None:
        self._skips_opted_out = skips_opted_out
        self._ledger = ledger
        self._get = get
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def objection(self, url: str, run_id: str) -> Fault | None:
        """Return why a page must not be fetched; None if it may be."""
        known, fault = await self._known(url, run_id)
        if fault is not None:
            return fault
        file = f"{known.origin}/robots.txt"
        if self._skips_opted_out and (declared := robots_objections(known.body or b"")):
            return Fault(code="opted_out", detail=f"{file}: {declared[0].evidence}", is_final=True)
        said = ruling(known, url, AGENT)
        if said == "disallowed":
            return Fault(code="robots_disallowed", detail=file, is_final=True)
        if said == "unreachable":
            return Fault(code="robots_unreachable", detail=f"{file}: {known.status or 'no answer'}")
        return None

    async def sitemaps(self, url: str, run_id: str) -> tuple[str, ...] | None:
        """Return the sitemaps that an origin's robots.txt names; None where that is not known."""
        known, fault = await self._known(url, run_id)
        if fault is not None or known.body is None:
            return None
        return parse_rules(known.body, AGENT).sitemaps()

    async def _known(self, url: str, run_id: str) -> tuple[OriginDocument, Fault | None]:
        origin = origin_of(url)
        lock = self._locks.get(origin)
        if lock is None:
            lock = self._locks[origin] = asyncio.Lock()
        async with lock:  # twenty pages of an origin need its robots.txt once
            known = self._ledger.origin_document(origin, "robots") or OriginDocument(
                origin=origin, kind="robots", host=host_of(url)
            )
            if not is_stale(known, self._clock()):
                return known, None
            exchange = await self._get(f"{origin}/robots.txt", run_id=run_id)
            problem = exchange.problem
            if problem is not None and problem.code in SHARED_FAULTS and not exchange.hops:
                detail, is_final = problem.detail, problem.is_final
                return known, Fault(code=problem.code, detail=detail, is_final=is_final)
            self._remember(after_robots(known, exchange, agent=AGENT, now=self._clock()))
            return self._ledger.origin_document(origin, "robots") or known, None

    def _remember(self, document: OriginDocument) -> None:
        self._ledger.put_origin_document(document, self._clock())
        if document.crawl_delay_seconds is not None and document.fetched_at is not None:
            # The delay holds from the request that told of it.
            free_at = document.fetched_at + timedelta(seconds=document.crawl_delay_seconds)
            self._ledger.put_host_state(HostState(host=document.host, free_at=free_at))
