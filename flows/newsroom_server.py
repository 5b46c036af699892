"""The newsroom's server: one loopback port, every host of the newsroom behind it."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from flows.newsroom_responses import answer
from flows.newsroom_sites import Access, Newsroom

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A newsroom while it is being served."""

    newsroom: Newsroom
    host: str
    port: int
    runner: web.AppRunner

    @property
    def address(self) -> str:
        """What clients give as ``--connect-to``."""
        return f"{self.host}:{self.port}"

    async def stop(self) -> None:
        """Close the port; requests under way get `STOP_SECONDS` to end."""
        await self.runner.cleanup()


async def serve(newsroom: Newsroom, host: str = LOOPBACK, port: int = 0) -> Served:
    """Serve a newsroom until the result is stopped; port 0 takes a free one.

    Raises: OSError if the port is taken.
    """
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", responder(newsroom))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    bound = runner.addresses[0]
    return Served(newsroom=newsroom, host=host, port=bound[1], runner=runner)


def responder(newsroom: Newsroom) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler that answers every request from a newsroom, and logs it."""

    async def respond(request: web.Request) -> web.Response:
        host = asked_host(request)
        path = request.rel_url.raw_path_qs
        given = answer(newsroom.resource(host, path), request.method, request.headers)
        newsroom.log.append(
            Access(
                at=datetime.now(UTC),
                method=request.method,
                host=host,
                path=path,
                headers=tuple(request.headers.items()),
                status=given.status,
            )
        )
        return web.Response(
            status=given.status, headers=CIMultiDict(given.headers), body=given.body
        )

    return respond


def asked_host(request: web.Request) -> str:
    """Return the host that a request names, without its port; empty where it names none."""
    try:
        return (URL(f"http://{request.headers.get('Host', '')}").host or "").lower()
    except ValueError:
        return ""


@contextmanager
def serve_in_thread(newsroom: Newsroom, port: int = 0) -> Iterator[Served]:
    """Serve a newsroom on loopback from a thread of its own, while the block runs.

    Raises: OSError if the port is taken.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="newsroom", daemon=True)
    thread.start()
    try:
        served = asyncio.run_coroutine_threadsafe(serve(newsroom, LOOPBACK, port), loop).result()
        try:
            yield served
        finally:
            asyncio.run_coroutine_threadsafe(served.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def run_newsroom(folder: Path, port: int = 0) -> None:
    """Serve a folder's newsroom until SIGINT or SIGTERM; says on standard output how to use it.

    Raises: NewsroomError for a folder that is none, OSError if the port is taken.
    """
    asyncio.run(serve_until_signalled(Newsroom.load(folder), port))


async def serve_until_signalled(newsroom: Newsroom, port: int) -> None:
    """Serve a newsroom until SIGINT or SIGTERM, then close the port."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    served = await serve(newsroom, LOOPBACK, port)
    sys.stdout.write(usage(served))
    sys.stdout.flush()
    try:
        await ended.wait()
    finally:
        await served.stop()


def usage(served: Served) -> str:
    """Return the line that tells how to use a newsroom.

    It names a host that exists nowhere: forgetting ``--connect-to`` asks nobody.
    """
    return (
        f"{len(served.newsroom.feeds)} feeds at {served.address}:"
        f" copytaster feeds import http://newsroom.example/feeds.opml --connect-to {served.address}"
        f" && copytaster ingest --connect-to {served.address}\n"
    )
