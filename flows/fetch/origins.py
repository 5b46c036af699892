"""What origins say of their pages, at work: robots.txt and tdmrep.json.

Each is asked for when a page is wanted, once per origin, and remembered.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Protocol
from weakref import WeakValueDictionary

from flows.fetch.faults import Fault
from transforms.optouts import robots_objections
from transforms.origin_documents import is_stale
from transforms.records import HostState, OriginDocument
from transforms.robots import (
    after_robots,
    is_forbidden_by_name,
    parse_rules,
    ruling,
)
from transforms.tdmrep import TDMREP_PATH, after_reservations, reservation
from transforms.urls import host_of, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from transforms.records import Exchange, Purpose

AGENT = "Copytaster"
PATHS = {"robots": "/robots.txt", "tdmrep": TDMREP_PATH}
# Faults that concern the page as much as the document, and say more than 'unreachable'.
SHARED_FAULTS = frozenset({"address_refused", "host_asked_to_wait"})


class OriginLedger(Protocol):
    """What is remembered of origins, durably, by all processes together."""

    def origins_naming_us(self) -> Collection[str]:
        """Return the origins whose robots.txt, as it is known, has our name in it somewhere."""
        ...

    def origin_document(self, origin: str, kind: str) -> OriginDocument | None:
        """Return what is remembered; None if it was never asked for."""
        ...

    def put_origin_document(self, document: OriginDocument, now: datetime) -> None:
        """Remember what is newer than what is known, and the crawl delay of its host."""
        ...

    def put_host_state(self, state: HostState) -> None:
        """Remember what is newer than what is known."""
        ...


class GetDocument(Protocol):
    """How a document of an origin is fetched."""

    async def __call__(self, url: str, *, purpose: Purpose, run_id: str) -> Exchange:
        """Return the exchange, archived."""
        ...


class OriginRules:
    """Says whether an origin lets a page be fetched; fetches what it says where that is unknown."""

    def __init__(
        self,
        ledger: OriginLedger,
        get: GetDocument,
        clock: Callable[[], datetime],
        *,
        skips_opted_out: bool = False,
    ) -> None:
        self._skips_opted_out = skips_opted_out
        self._ledger = ledger
        self._get = get
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._naming: frozenset[str] | None = None  # origins whose robots.txt may name us

    async def objection(self, url: str, run_id: str) -> Fault | None:
        """Return why a page must not be fetched; None if it may be."""
        robots = await self._known(url, "robots", run_id)
        if isinstance(robots, Fault):
            return robots
        return self._by_robots(robots, url) or await self._by_reservations(robots, url, run_id)

    async def objection_to_feed(self, url: str, run_id: str) -> Fault | None:
        """Return why a feed must not be fetched; None if it may be.

        A feed is asked for because somebody subscribed to it, not because a crawler found it:
        only what robots.txt says to us by name is meant for that. The file is not asked for on
        a feed's account, unless what is known of it forbids the feed and is no longer fresh.
        """
        if self._naming is None:  # hardly any: looked up once a run, not for each feed
            self._naming = frozenset(self._ledger.origins_naming_us())
        origin = origin_of(url) if self._naming else ""
        known = self._ledger.origin_document(origin, "robots") if origin in self._naming else None
        if known is None or not is_forbidden_by_name(known, url, AGENT):
            return None
        robots = await self._known(url, "robots", run_id)
        if isinstance(robots, Fault):
            return robots
        if not is_forbidden_by_name(robots, url, AGENT):
            return None
        file = robots.origin + PATHS["robots"]
        detail = f"{file} names {AGENT}"
        return Fault(code="robots_disallowed", detail=detail, is_final=True)

    def _by_robots(self, robots: OriginDocument, url: str) -> Fault | None:
        file = robots.origin + PATHS["robots"]
        if self._skips_opted_out and (declared := robots_objections(robots.body or b"")):
            return Fault(code="opted_out", detail=f"{file}: {declared[0].evidence}", is_final=True)
        said = ruling(robots, url, AGENT)
        if said == "disallowed":
            return Fault(code="robots_disallowed", detail=file, is_final=True)
        if said == "unreachable":
            answer = robots.status or "no answer"
            return Fault(code="robots_unreachable", detail=f"{file}: {answer}")
        return None

    async def _by_reservations(self, robots: OriginDocument, url: str, run_id: str) -> Fault | None:
        """Look a page up in tdmrep.json, which is read first, whatever follows from it."""
        file = robots.origin + PATHS["tdmrep"]
        if ruling(robots, file, AGENT) == "disallowed":
            return None
        known = await self._known(url, "tdmrep", run_id)
        if isinstance(known, Fault):
            return known
        rule = reservation(known, url) if self._skips_opted_out else None
        if rule is None:
            return None
        return Fault(code="opted_out", detail=f"{file}: {rule.location}", is_final=True)

    async def sitemaps(self, url: str, run_id: str) -> tuple[str, ...] | None:
        """Return the sitemaps that an origin's robots.txt names; None where that is not known."""
        robots = await self._known(url, "robots", run_id)
        if isinstance(robots, Fault) or robots.body is None:
            return None
        return parse_rules(robots.body, AGENT).sitemaps()

    async def _known(
        self, url: str, kind: Literal["robots", "tdmrep"], run_id: str
    ) -> OriginDocument | Fault:
        origin = origin_of(url)
        file = origin + PATHS[kind]
        lock = self._locks.get(file)
        if lock is None:
            lock = self._locks[file] = asyncio.Lock()
        async with lock:  # twenty pages of an origin need it once
            known = self._ledger.origin_document(origin, kind)
            known = known or OriginDocument(origin=origin, kind=kind, host=host_of(url))
            if not is_stale(known, self._clock()):
                return known
            exchange = await self._get(file, purpose=kind, run_id=run_id)
            problem = exchange.problem
            if problem is not None and problem.code in SHARED_FAULTS and not exchange.hops:
                return Fault(code=problem.code, detail=problem.detail, is_final=problem.is_final)
            now = self._clock()
            self._remember(
                after_robots(known, exchange, agent=AGENT, now=now)
                if kind == "robots"
                else after_reservations(known, exchange, now=now)
            )
            return self._ledger.origin_document(origin, kind) or known

    def _remember(self, document: OriginDocument) -> None:
        self._ledger.put_origin_document(document, self._clock())
        if document.crawl_delay_seconds is not None and document.fetched_at is not None:
            # The delay holds from the request that told of it.
            free_at = document.fetched_at + timedelta(seconds=document.crawl_delay_seconds)
            self._ledger.put_host_state(HostState(host=document.host, free_at=free_at))
