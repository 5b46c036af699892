"""Requests whose header values go out byte for byte as they once came.

Header values are kept as Latin-1, each byte one character, because a server may send any.
aiohttp writes heads as UTF-8: the bytes of a validator would be others, and the server
would take it for one it never gave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import aiohttp

if TYPE_CHECKING:
    import asyncio

    from aiohttp.client import ClientResponse
    from aiohttp.connector import Connection


class ExactRequest(aiohttp.ClientRequest):
    """A request without a body whose head is written in Latin-1."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Write the head at once, and return the response to come."""
        protocol = conn.protocol
        if protocol is None or all(value.isascii() for value in self.headers.values()):
            return await super().send(conn)
        transport = protocol.transport
        protocol.transport = cast("asyncio.Transport", _Latin1(transport))
        try:
            return await super().send(conn)
        finally:
            protocol.transport = transport


class _Latin1:
    """Stands in for a transport while a head is written."""

    def __init__(self, transport: asyncio.Transport | None) -> None:
        self._transport = transport

    def is_closing(self) -> bool:
        """Tell whether the connection is lost."""
        return self._transport is None or self._transport.is_closing()

    def write(self, head: bytes) -> None:
        """Write what aiohttp made UTF-8 of as the bytes that it was."""
        if self._transport is not None:
            self._transport.write(head.decode("utf-8").encode("latin-1"))
