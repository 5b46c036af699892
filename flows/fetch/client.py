"""The client: one address in, one archived exchange out, whatever the network does.

A `get` walks from redirect to redirect. Each step is checked by the guard, by robots.txt and
tdmrep.json where it is for a page, by a robots.txt that names us where it is for a feed, and
waits for the turn of its own host.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, Self

from flows.fetch.faults import Fault, printable
from flows.fetch.origins import AGENT, OriginLedger, OriginRules
from flows.fetch.politeness import HostLedger, Politeness
from flows.fetch.wire import Answer, Wire
from transforms.identity import exchange_id
from transforms.origin_documents import MAX_BYTES
from transforms.records import Exchange, Hop, Problem
from transforms.urls import host_of, requested_url
from transforms.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from flows.settings import Settings
    from transforms.records import Purpose

MAX_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ACCEPT: dict[Purpose, str] = {
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
    "tdmrep": "application/json, */*;q=0.5",
}


class Archive(Protocol):
    """Where exchanges are kept before anything interprets them."""

    def append(self, exchange: Exchange) -> Exchange:
        """Return the exchange with its place; one that brought no answer has a place too."""
        ...


class Ledger(HostLedger, OriginLedger, Protocol):
    """What is remembered of hosts and origins, durably, by all processes together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is asked of each address on the way, redirects too."""

    purpose: Purpose
    run_id: str
    headers: Mapping[str, str]
    unchecked_host: str | None


class Fetcher:
    """Gets feeds, pages and what origins say of their pages. An async context manager.

    What the network or a server does never raises: it is the exchange's ``problem``.
    Codes: ``address_refused``, ``bad_redirect``, ``bad_url``, ``body_too_large``,
    ``connection_refused``, ``connection_reset``, ``dns_failure``, ``host_asked_to_wait``,
    ``host_unreachable``, ``http_protocol_error``, ``opted_out``, ``proxy_error``,
    ``redirect_loop``, ``robots_disallowed``, ``robots_unreachable``, ``timeout``, ``tls_error``,
    ``too_many_redirects``, ``truncated_body``.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        *,
        clock: Callable[[], datetime],
        archive: Archive,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._archive = archive
        self._wire = Wire(settings, clock)
        self._politeness = Politeness(ledger, settings, clock, sleep)
        skips = settings.on_opt_out == "skip_pages"
        self._origins = OriginRules(ledger, self.get, clock, skips_opted_out=skips)
        named = f"{AGENT}/{VERSION} (+{settings.contact})"
        self._user_agent = named.encode("utf-8").decode("latin-1")  # as all that is sent
        self._max_bytes: dict[Purpose, int] = {
            "feed": settings.feed_max_bytes,
            "page": settings.page_max_bytes,
            "robots": MAX_BYTES,
            "tdmrep": MAX_BYTES,
        }

    async def __aenter__(self) -> Self:
        """Return the fetcher; connections are opened as they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._wire.close()

    async def get(
        self,
        url: str,
        *,
        purpose: Purpose,
        run_id: str,
        headers: Mapping[str, str] = MappingProxyType({}),
        unchecked_host: str | None = None,
    ) -> Exchange:
        """Return the exchange with an address, redirects followed; it is archived.

        ``headers`` (validators, as they once came) are sent byte for byte, at each
        redirect too. An exchange for which nothing was sent has a problem and no status.
        Certificates are verified, but for those of ``unchecked_host`` (as `host_of` gives it).
        """
        sent = self._request_headers(purpose, headers)
        request = _Request(
            purpose=purpose, run_id=run_id, headers=sent, unchecked_host=unchecked_host
        )
        exchange = await self._walk(url, request)
        return self._archive.append(exchange)

    async def sitemaps(self, url: str, *, run_id: str) -> tuple[str, ...] | None:
        """Return the sitemaps that the robots.txt of a URL's origin names; None: unknown."""
        return await self._origins.sitemaps(url, run_id)

    def left_alone_until(self, url: str) -> datetime | None:
        """Return before when the host of a URL asked not to be asked; None if it did not."""
        return self._politeness.left_alone_until(host_of(url))

    async def _walk(self, url: str, request: _Request) -> Exchange:
        address = requested_url(url, url)
        if address is None:
            answers = [self._unsent(Fault(code="bad_url", detail="no http(s) URL", is_final=True))]
            return _exchange(url, url, request, [], answers)
        hops: list[Hop] = []
        answers = []
        while True:
            answer = await self._step(address, request)
            target = redirect_target(address, answer, hops)
            if isinstance(target, Fault):
                answer = replace(answer, fault=target)
            answers.append(answer)
            if not isinstance(target, str):
                return _exchange(url, address, request, hops, answers)
            hops.append(Hop(url=address, status=answer.status or 0))
            address = target

    async def _step(self, address: str, request: _Request) -> Answer:
        fault = self._wire.refusal(address)
        if fault is None and request.purpose == "page":
            fault = await self._origins.objection(address, request.run_id)
        elif fault is None and request.purpose == "feed":
            fault = await self._origins.objection_to_feed(address, request.run_id)
        if fault is not None:
            return self._unsent(fault)
        host = host_of(address)
        place = await self._wire.look_up(address)
        if isinstance(place, Fault):
            return self._unsent(place)
        async with self._politeness.turn(host, place) as asked_to_wait_until:
            if asked_to_wait_until is not None:
                detail = f"{host}: until {asked_to_wait_until.isoformat()}"
                return self._unsent(Fault(code="host_asked_to_wait", detail=detail))
            answer = await self._wire.send(
                address,
                request.headers,
                max_bytes=self._max_bytes[request.purpose],
                keeps_cut=request.purpose == "robots",  # RFC 9309: its first 500 KiB count
                checks_tls=host != request.unchecked_host,
            )
            self._politeness.record(host, answer)
            return answer

    def _request_headers(self, purpose: Purpose, headers: Mapping[str, str]) -> dict[str, str]:
        own = {
            "User-Agent": self._user_agent,
            "Accept": ACCEPT[purpose],
            "Accept-Encoding": "identity" if purpose == "robots" else "gzip, deflate",
        }
        return own | dict(headers)

    def _unsent(self, fault: Fault) -> Answer:
        return Answer(asked_at=self._clock(), fault=fault)


def redirect_target(address: str, answer: Answer, hops: Sequence[Hop]) -> str | Fault | None:
    """Return where an answer sends us, why we do not go there, or None if it is final."""
    if answer.fault is not None or answer.status not in REDIRECTS:
        return None
    location = next((value for name, value in answer.headers if name.lower() == "location"), "")
    text = location.encode("latin-1").decode("utf-8", "replace")
    target = requested_url(address, text) if text.strip() else None
    if target is None:
        return Fault(code="bad_redirect", detail=f"{answer.status} to {printable(text)!r}")
    if target == address or any(hop.url == target for hop in hops):
        return Fault(code="redirect_loop", detail=f"back to {printable(target)}")
    if len(hops) >= MAX_REDIRECTS:
        return Fault(code="too_many_redirects", detail=f"more than {MAX_REDIRECTS}")
    return target


def _exchange(
    requested: str, final: str, request: _Request, hops: Sequence[Hop], answers: Sequence[Answer]
) -> Exchange:
    last = answers[-1]
    began = answers[0].asked_at
    return Exchange(
        exchange_id=exchange_id(request.purpose, requested, began),
        run_id=request.run_id,
        purpose=request.purpose,
        requested_url=requested,
        final_url=final,
        fetched_at=began,
        elapsed_ms=sum(answer.elapsed_ms for answer in answers),
        status=last.status,
        reason=last.reason,
        headers=last.headers,
        payload=last.payload,
        hops=tuple(hops),
        problem=None if last.fault is None else _problem(request.purpose, requested, last.fault),
        is_tls_unchecked=any(answer.is_tls_unchecked for answer in answers),
    )


def _problem(purpose: Purpose, url: str, fault: Fault) -> Problem:
    return Problem(
        stage="poll" if purpose == "feed" else "page",
        subject=url,
        code=fault.code,
        detail=fault.detail,
        is_final=fault.is_final,
    )
