"""How connections are opened: names resolved, addresses checked, detours made."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from flows.fetch.guard import AddressRefused, literal_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohappyeyeballs import AddrInfoType
    from aiohttp.tracing import Trace

    from flows.fetch.guard import Guard

RESOLVER_THREADS = 32  # dead domains hold a thread for seconds; the loop's own pool has 6
DNS_KEPT_SECONDS = 300
DNS_KEPT_NAMES = 20_000
KEEPALIVE_SECONDS = 15


class GuardedResolver(AbstractResolver):
    """The system's resolver, in threads of its own; answers that may not be dialled are left out.

    Raises: AddressRefused where no address is left, socket.gaierror where there was none.
    """

    def __init__(self, guard: Guard | None) -> None:
        self._guard = guard
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._threads, socket.getaddrinfo, host, port, family, socket.SOCK_STREAM
            )
        except UnicodeError as error:  # a label that is empty or too long for the DNS
            raise socket.gaierror(socket.EAI_NONAME, f"not a name: {error}") from error
        addresses = dict.fromkeys(str(item[4][0]) for item in found)
        return [_result(host, address, port) for address in self._dialled(addresses)]

    def _dialled(self, addresses: dict[str, None]) -> list[str]:
        if self._guard is None:
            return list(addresses)
        refusals = {address: self._guard.refusal(address) for address in addresses}
        kept = [address for address, why in refusals.items() if why is None]
        if not kept:
            address, why = next(iter(refusals.items()))
            raise AddressRefused(address, why or "no address")
        return kept

    async def close(self) -> None:
        """Let go of the threads; lookups under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _result(name: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=name, host=address, port=port, family=family, proto=socket.IPPROTO_TCP, flags=0
    )


class DetourConnector(aiohttp.TCPConnector):
    """A connector that goes to one address whatever host is asked for (``connect_to``).

    Overrides the one step through which both names and IP literals pass; resolvers
    are not asked about literals. The pool stays keyed by the host of the URL.
    """

    def __init__(self, host: str, port: int, resolver: GuardedResolver) -> None:
        super().__init__(resolver=resolver, limit=0, keepalive_timeout=KEEPALIVE_SECONDS)
        self._target_host, self._target_port = host, port

    async def _resolve_host(
        self, host: str, port: int, traces: Sequence[Trace] | None = None
    ) -> list[ResolveResult]:
        del host, port
        return await super()._resolve_host(self._target_host, self._target_port, traces)


def guarded_connector(guard: Guard, resolver: GuardedResolver) -> aiohttp.TCPConnector:
    """Return a connector that checks each address at the moment it is dialled."""

    def checked_socket(found: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = found
        guard.check(str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=resolver,
        socket_factory=checked_socket,
        limit=0,
        keepalive_timeout=KEEPALIVE_SECONDS,
        ttl_dns_cache=DNS_KEPT_SECONDS,
        dns_cache_max_size=DNS_KEPT_NAMES,
    )


def proxy_connector(resolver: GuardedResolver) -> aiohttp.TCPConnector:
    """Return a connector to the operator's own proxy, which is trusted with what it dials."""
    return aiohttp.TCPConnector(resolver=resolver, limit=0, keepalive_timeout=KEEPALIVE_SECONDS)


def split_address(text: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``, where an IPv6 host may stand in brackets."""
    host, _, port = text.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


class Proxies:
    """The proxies of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), read once."""

    def __init__(self) -> None:
        self._by_scheme = {
            scheme: URL(address if "://" in address else f"http://{address}")
            for scheme, address in urllib.request.getproxies().items()
            if scheme in {"http", "https", "all"}
        }

    def of(self, url: URL) -> URL | None:
        """Return the proxy for a URL, or None for a direct connection."""
        proxy = self._by_scheme.get(url.scheme) or self._by_scheme.get("all")
        if proxy is None or urllib.request.proxy_bypass(url.raw_host or ""):
            return None
        return proxy


def names_detour(url: URL, connect_to: tuple[str, int] | None) -> bool:
    """Tell whether a URL names the very address that all connections go to anyway."""
    if connect_to is None or url.raw_host is None:
        return False
    host, port = connect_to
    target = literal_address(host)
    is_same = url.raw_host == host or (
        target is not None and target == literal_address(url.raw_host)
    )
    return is_same and url.port == port
