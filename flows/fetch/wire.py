"""One request on the wire: its connection, its limits, its answer as it came."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import aiohttp
from yarl import URL

from flows.fetch.dialling import (
    DetourConnector,
    GuardedResolver,
    Proxies,
    guarded_connector,
    names_detour,
    proxy_connector,
    split_address,
)
from flows.fetch.exact import ExactRequest
from flows.fetch.faults import WIRE_ERRORS, Fault, fault_of
from flows.fetch.guard import Guard, literal_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import SimpleNamespace

    from flows.settings import Settings
    from transforms.freshness import Headers

MAX_HEADERS = 1000  # some servers send 300
MAX_LINE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one request to one address brought: an answer, a fault, or the start of an answer."""

    asked_at: datetime
    elapsed_ms: int = 0
    status: int | None = None
    reason: str = ""
    headers: Headers = ()
    payload: bytes = b""
    fault: Fault | None = None
    is_tls_unchecked: bool = False  # whatever certificate there was, it was taken


@dataclass(slots=True)
class _Reading:
    """An answer while it comes in."""

    status: int | None = None
    reason: str = ""
    headers: Headers = ()
    parts: list[bytes] = field(default_factory=list)
    fault: Fault | None = None
    is_reused: bool = False  # the connection had served a request before
    is_tls_unchecked: bool = False


class Wire:
    """Sends single requests: no redirects, no cookies, no decompression. Knows no politeness."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._timeout = aiohttp.ClientTimeout(total=settings.request_timeout_seconds)
        self._clock = clock
        self._guard = Guard(settings.allowed_networks)
        self._connect_to = split_address(settings.connect_to) if settings.connect_to else None
        self._proxies = Proxies() if self._connect_to is None else None
        self._direct: aiohttp.ClientSession | None = None
        self._proxied: aiohttp.ClientSession | None = None
        self._resolvers: list[GuardedResolver] = []

    async def close(self) -> None:
        """Close all connections."""
        for session in (self._direct, self._proxied):
            if session is not None:
                await session.close()
        self._direct = self._proxied = None
        for resolver in self._resolvers:
            await resolver.close()
        await asyncio.sleep(0)  # transports tell of their end in the loop's next round

    def refusal(self, address: str) -> Fault | None:
        """Return why a URL whose host is an IP address must not be asked; None if it may be.

        Names are judged when they are dialled, by the addresses that they lead to.
        """
        url = URL(address, encoded=True)
        literal = literal_address(url.raw_host or "")
        if literal is None or names_detour(url, self._connect_to):
            return None
        why = self._guard.refusal(literal)
        if why is None:
            return None
        detail = f"{literal} is not public: {why}"
        return Fault(code="address_refused", detail=detail, is_final=True)

    async def look_up(self, address: str) -> str | Fault | None:
        """Return the IP address that a URL leads to; the lookup is kept for the request itself.

        None where the request goes elsewhere (to a proxy, or on a detour).
        """
        url = URL(address, encoded=True)
        is_proxied = self._proxies is not None and self._proxies.of(url) is not None
        if self._connect_to is not None or is_proxied:
            return None
        connector = cast("aiohttp.TCPConnector", self._session(is_proxied=False).connector)
        try:
            async with asyncio.timeout(self._timeout.total):
                found = await connector._resolve_host(url.raw_host or "", url.port or 0)  # noqa: SLF001 (its cache is what the request uses)
        except WIRE_ERRORS as error:
            return fault_of(error)
        # The same of several at each time, though resolvers shuffle them.
        return min((result["host"] for result in found), key=lambda one: (":" in one, one))

    async def send(
        self,
        address: str,
        headers: Mapping[str, str],
        *,
        max_bytes: int,
        keeps_cut: bool = False,
        checks_tls: bool = True,
    ) -> Answer:
        """Return what came: of a body over ``max_bytes`` nothing, or the start if it is kept.

        A request on a kept connection that the server has closed meanwhile is sent
        once more: the server never saw the first. Without ``checks_tls`` any certificate is
        taken, on a connection that serves no request with it.
        """
        asked_at, began = self._clock(), time.perf_counter()
        url = URL(address, encoded=True)
        reading = _Reading()
        for is_last in (False, True):
            reading = _Reading()
            try:
                await self._read(url, headers, max_bytes, reading, checks_tls=checks_tls)
            except WIRE_ERRORS as error:
                reading.fault = fault_of(error)
                was_closed = reading.is_reused and reading.fault.code == "connection_reset"
                if was_closed and reading.status is None and not is_last:
                    continue
            break
        is_cut = reading.fault is not None and reading.fault.code == "body_too_large"
        return Answer(
            asked_at=asked_at,
            elapsed_ms=round((time.perf_counter() - began) * 1000),
            status=reading.status,
            reason=reading.reason,
            headers=reading.headers,
            payload=b"" if is_cut and not keeps_cut else b"".join(reading.parts)[:max_bytes],
            fault=reading.fault,
            is_tls_unchecked=reading.is_tls_unchecked,
        )

    async def _read(
        self,
        url: URL,
        headers: Mapping[str, str],
        max_bytes: int,
        reading: _Reading,
        *,
        checks_tls: bool,
    ) -> None:
        proxy = None if self._proxies is None else self._proxies.of(url)
        # aiohttp would take any certificate of a proxy too, to which no exception applies.
        is_proxy_secure = proxy is not None and proxy.scheme == "https"
        reading.is_tls_unchecked = not (checks_tls or url.scheme != "https" or is_proxy_secure)
        request = self._session(is_proxied=proxy is not None).get(
            url,
            headers=headers,
            allow_redirects=False,
            proxy=proxy,
            ssl=not reading.is_tls_unchecked,  # connections are pooled by it
            trace_request_ctx=reading,
        )
        async with request as response:
            reading.status = response.status
            reading.reason = _latin1((response.reason or "").encode("utf-8", "surrogateescape"))
            reading.headers = tuple(
                (_latin1(name), _latin1(value)) for name, value in response.raw_headers
            )
            size = 0
            async for part in response.content.iter_any():
                reading.parts.append(part)
                size += len(part)
                if size > max_bytes:
                    reading.fault = _too_large(max_bytes)
                    response.close()
                    return

    def _session(self, *, is_proxied: bool) -> aiohttp.ClientSession:
        if is_proxied:
            self._proxied = self._proxied or self._open(proxy_connector(self._resolver(None)))
            return self._proxied
        self._direct = self._direct or self._open(self._direct_connector())
        return self._direct

    def _direct_connector(self) -> aiohttp.TCPConnector:
        if self._connect_to is None:
            return guarded_connector(self._guard, self._resolver(self._guard))
        return DetourConnector(*self._connect_to, self._resolver(None))

    def _resolver(self, guard: Guard | None) -> GuardedResolver:
        resolver = GuardedResolver(guard)
        self._resolvers.append(resolver)
        return resolver

    def _open(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        trace = aiohttp.TraceConfig()
        trace.on_connection_reuseconn.append(_mark_reused)
        session = aiohttp.ClientSession(
            connector=connector,
            request_class=ExactRequest,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            trust_env=False,  # proxies are read in `Proxies`; no password of ~/.netrc leaves us
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_LINE_BYTES,
            max_headers=MAX_HEADERS,
            trace_configs=[trace],
        )
        # aiohttp would send a request again at once to a server that hangs up on it: no gap.
        session._retry_connection = False  # noqa: SLF001 (no public switch)
        return session


async def _mark_reused(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _: object
) -> None:
    cast("_Reading", context.trace_request_ctx).is_reused = True


def _too_large(max_bytes: int) -> Fault:
    detail = f"over {max_bytes} bytes on the wire"
    return Fault(code="body_too_large", detail=detail, is_final=True)


def _latin1(data: bytes) -> str:
    """Return header bytes as text: each byte one character, so that none is lost (RFC 9110)."""
    return data.decode("latin-1")
