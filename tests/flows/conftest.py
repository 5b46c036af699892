"""A publisher on loopback that answers whatever a test tells it to, byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import pytest

from flows.fetch.client import Fetcher
from flows.settings import Settings
from warehouse.archive import ArchiveWriter
from warehouse.archive_read import read_exchange
from warehouse.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from transforms.records import Exchange

OF_ORIGINS = frozenset({"/robots.txt", "/.well-known/tdmrep.json"})
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    """One request, as the publisher saw it."""

    at: datetime
    connection: int
    host: str
    target: str
    headers: dict[str, str]


Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


def response(status: int = 200, body: bytes = b"ok", **headers: str) -> bytes:
    """Return a well-formed answer; underscores in names of headers stand for hyphens."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if status != 304:
        given.setdefault("Content-Length", str(len(body)))
    lines = [f"HTTP/1.1 {status} Said so", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if status == 304 else body)


@dataclass
class Machine:
    """Time that passes only when somebody sleeps."""

    now: datetime = START

    def clock(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass
class Publisher:
    """Answers by ``host/path`` or ``/path``; what it was not told is 404."""

    machine: Machine
    answers: dict[str, bytes | Script] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    port: int = 0

    async def __aenter__(self) -> Self:
        self._numbers = itertools.count(1)
        self._busy: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def asked(self) -> list[str]:
        """What was asked for, in order, with its host; documents of origins left out."""
        return [one.host + one.target for one in self.requests if one.target not in OF_ORIGINS]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        number = next(self._numbers)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._serve(reader, writer, number):
                    pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        raw = await reader.readuntil(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        request = Request(
            self.machine.now, number, headers["host"], lines[0].split(" ")[1], headers
        )
        self.requests.append(request)
        host = request.host
        self._busy[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._busy[host])
        try:
            return await self._answer(request, writer)
        finally:
            self._busy[host] -= 1

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        answer = self.answers.get(request.host + request.target)
        answer = self.answers.get(request.target, response(404)) if answer is None else answer
        if callable(answer):
            await answer(writer)
            return False
        await asyncio.sleep(0)
        writer.write(answer)
        await writer.drain()
        return True


@contextlib.contextmanager
def in_thread(publisher: Publisher) -> Iterator[Publisher]:
    """Serve in a thread of its own: commands and flows bring their own loop."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with publisher:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    try:
        yield publisher
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


@dataclass
class Shelf:
    """The archive, which checks that what it took in can be read again."""

    folder: Path
    writer: ArchiveWriter
    exchanges: list[Exchange] = field(default_factory=list)

    def append(self, exchange: Exchange) -> Exchange:
        archived = self.writer.append(exchange)
        assert archived.place is not None
        assert read_exchange(self.folder, archived.place) == archived
        self.exchanges.append(archived)
        return archived


@dataclass
class Visit:
    """What a test's story may touch."""

    publisher: Publisher
    fetcher: Fetcher
    state: State
    shelf: Shelf
    machine: Machine
    settings: Settings

    @property
    def answers(self) -> dict[str, bytes | Script]:
        return self.publisher.answers

    async def feed(self, url: str, **headers: str) -> Exchange:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.fetcher.get(url, purpose="feed", run_id="run", headers=given)

    async def page(self, url: str) -> Exchange:
        return await self.fetcher.get(url, purpose="page", run_id="run")

    @contextlib.asynccontextmanager
    async def again(self) -> AsyncIterator[Visit]:
        """Visit once more as another run does: with what is kept, and nothing else."""
        fetcher = Fetcher(
            self.settings,
            self.state,
            clock=self.machine.clock,
            archive=self.shelf,
            sleep=self.machine.sleep,
        )
        async with fetcher:
            yield replace(self, fetcher=fetcher)


Story = Callable[[Visit], Awaitable[None]]


@dataclass
class Lab:
    """Runs a story with a publisher, and a fetcher whose every connection leads to it."""

    folder: Path
    kind: type[Publisher] = Publisher

    def __call__(self, story: Story, *, is_direct: bool = False, **given: object) -> None:
        asyncio.run(self._tell(story, is_direct=is_direct, given=given))

    async def _tell(self, story: Story, *, is_direct: bool, given: dict[str, Any]) -> None:
        machine, folder = Machine(), self.folder / "archive"
        writer = ArchiveWriter(folder, "run", START)
        shelf = Shelf(folder, writer)
        async with self.kind(machine) as publisher:
            settings = Settings(
                home=self.folder,
                connect_to=None if is_direct else f"127.0.0.1:{publisher.port}",
                **{"host_gap_seconds": 0.0, "request_timeout_seconds": 5.0} | given,
            )
            with State(self.folder / "state.sqlite") as state, writer:
                fetcher = Fetcher(
                    settings, state, clock=machine.clock, archive=shelf, sleep=machine.sleep
                )
                async with fetcher:
                    await story(Visit(publisher, fetcher, state, shelf, machine, settings))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.fixture
def said() -> Callable[..., bytes]:
    """How a well-formed answer is made."""
    return response
