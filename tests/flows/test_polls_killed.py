"""kill -9 while feeds are polled: nothing said by servers is forgotten, nothing asked too soon.

Real processes poll a real server. It lets a feed's items roll off as soon as the client
claims, by the validators it sends, to have them: whoever adopts these before the items
are safe loses them for good. COPYTASTER_KILLS=20 kills twenty times instead of three.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING

import pytest
from walk_processes import WARM, Running, killed_at_the_end, launcher, spread
from walk_support import ask, audit, make_home

from flows.subscriptions import subscribe
from transforms.identity import feed_id
from transforms.opml import Subscription
from warehouse.archive import exchanges_between
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 9
KILLS = int(os.environ.get("COPYTASTER_KILLS", "3"))
GAP = timedelta(seconds=4)  # longer than a run needs to start
ARRIVAL = timedelta(seconds=0.5)  # how unevenly requests may travel from their start to the server
LATENCY_SECONDS = 0.1
SILENCE_SECONDS = 3600
ORDINARY = 6
ENVIRONMENT = WARM | {
    "COPYTASTER_HOST_GAP_SECONDS": str(GAP.total_seconds()),
    "COPYTASTER_CONNECTIONS": "3",
    "COPYTASTER_GAP_DOCUMENTS": "0",
}


@dataclass
class SteadyFeed:
    """A feed of two items, replaced by two others once the client is known to have them."""

    url: str
    version: int = 1
    claims: int = 0
    highest: int = 0  # version whose validators the client sent

    def etag(self, version: int) -> str:
        return f'"{version}-{feed_id(self.url)[:6]}"'

    def modified(self, version: int) -> str:
        return format_datetime(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=version))

    def guids(self, version: int) -> set[str]:
        return {f"{self.url}#{version}-{number}" for number in range(2)}

    def body(self) -> bytes:
        items = "".join(
            f"<item><title>Story {guid[-5:]} of {self.url[7:]}</title>"
            f"<guid isPermaLink='false'>{guid}</guid>"
            f"<pubDate>{self.modified(self.version)}</pubDate></item>"
            for guid in sorted(self.guids(self.version))
        )
        return f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>".encode()


@dataclass(frozen=True)
class Seen:
    """One request, as the server saw it."""

    at: datetime
    host: str
    status: int


@dataclass
class Outlets:
    """All the hosts behind one port: what they publish, what they were asked, what was wrong."""

    feeds: dict[str, SteadyFeed]
    silent: set[str] = field(default_factory=set)  # hosts that ask to be left alone
    seen: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def answer(self, host: str, path: str, sent: tuple[str | None, str | None]) -> int:
        """Log a request and judge its validators; return the status that it gets."""
        with self.lock:
            feed = self.feeds.get(f"http://{host}{path}")
            status = 404 if feed is None else 429 if host in self.silent else 0
            if feed is not None:
                self._judge(feed, sent)
                status = status or self._next(feed, sent)
            self.seen.append(Seen(datetime.now(UTC), host, status))
            return status

    def _judge(self, feed: SteadyFeed, sent: tuple[str | None, str | None]) -> None:
        known = {(feed.etag(one), feed.modified(one)): one for one in range(1, feed.version + 1)}
        version = 0 if sent == (None, None) else known.get(sent, -1)  # type: ignore[arg-type]
        if version < feed.highest:
            self.wrong.append(f"{feed.url}: {sent} after version {feed.highest}")
        feed.highest = max(feed.highest, version)

    @staticmethod
    def _next(feed: SteadyFeed, sent: tuple[str | None, str | None]) -> int:
        if sent[0] != feed.etag(feed.version):
            return 200
        feed.claims += 1
        if feed.claims % 2:
            return 304
        feed.version += 1
        return 200

    def gaps(self) -> list[timedelta]:
        """Return what lay between requests to the same host, shortest first."""
        last: dict[str, datetime] = {}
        found = []
        for one in self.seen:
            found += [one.at - last[one.host]] if one.host in last else []
            last[one.host] = one.at
        return sorted(found)


@contextmanager
def served(outlets: Outlets) -> Iterator[str]:
    """Serve from a thread; yields where."""
    dice = random.Random(SEED)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            sent = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
            host = self.headers["Host"]
            status = outlets.answer(host, self.path, sent)
            time.sleep(dice.random() * LATENCY_SECONDS)
            feed = outlets.feeds.get(f"http://{host}{self.path}")
            self._send(status, feed)

        def _send(self, status: int, feed: SteadyFeed | None) -> None:
            body = feed.body() if feed is not None and status == 200 else b""
            self.send_response(status)
            if feed is not None and status in {200, 304}:
                self.send_header("ETag", feed.etag(feed.version))
                self.send_header("Last-Modified", feed.modified(feed.version))
            if status == 429:
                self.send_header("Retry-After", str(SILENCE_SECONDS))
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            time.sleep(LATENCY_SECONDS / 10)
            self.wfile.write(body[len(body) // 2 :])

        def handle(self) -> None:
            with suppress(ConnectionError):  # of clients that were killed
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Polling:
    """One home, polled by runs that are killed."""

    home: Path
    address: str
    outlets: Outlets

    def start(self) -> Running:
        argv = ("ingest", "--all", "--quiet", "--home", self.home, "--connect-to", self.address)
        return launcher().start(*argv, log=self.home / "log.txt", env=ENVIRONMENT)

    def kill_at(self, requests: int, more_seconds: float) -> bool:
        """Kill a run a moment after so many of its requests; tell whether it lived to."""
        before = len(self.outlets.seen)
        with killed_at_the_end(self.start()) as running:
            while len(self.outlets.seen) - before < requests:
                if not running.is_there() or running.ended() is not None:
                    return False
                time.sleep(0.002)
            time.sleep(more_seconds)
            running.signal(signal.SIGKILL)
            was_killed = running.wait() == -signal.SIGKILL
        sys.stdout.write(f"killed {len(self.outlets.seen) - before} requests in\n")
        return was_killed

    def run(self) -> None:
        with killed_at_the_end(self.start()) as running:
            code = running.wait()
        assert code in {0, 1}, running.complained()

    def adopted(self) -> dict[str, str]:
        """Return the validators that are held, by feed."""
        with State(self.home / "state.sqlite") as state:
            held = state.feed_states()
        return {feed: state.etag for feed, state in held.items() if state.etag}


@pytest.fixture
def polling(tmp_path: Path) -> Iterator[Polling]:
    hosts = [f"steady{number}.example" for number in range(ORDINARY)]
    hosts += [f"limited{number}.example" for number in range(KILLS)]
    urls = [f"http://{host}/feed" for host in hosts]
    outlets = Outlets({url: SteadyFeed(url) for url in urls})
    home = make_home(tmp_path / "home")
    subscribe(home, [Subscription(url=url) for url in urls])
    with served(outlets) as address:
        yield Polling(home, address, outlets)


@pytest.mark.slow
def test_what_servers_said_survives_kills_in_the_middle_of_polling(polling: Polling) -> None:
    outlets, dice = polling.outlets, random.Random(SEED)
    for number, part in enumerate(spread(SEED, KILLS)):
        outlets.silent.add(f"limited{number}.example")
        asked = len(outlets.feeds) - number  # as long as those who want silence get it
        assert polling.kill_at(max(1, round(asked * part)), dice.random() * 0.2)
        missing = forgotten(polling, polling.adopted())
        assert missing == []
    polling.run()
    assert outlets.wrong == []
    gaps = outlets.gaps()
    assert gaps[0] >= GAP - ARRIVAL
    assert_silence_was_kept(polling)
    assert_nothing_is_lost(polling)
    waited = sum(gap < GAP + ARRIVAL for gap in gaps)
    sys.stdout.write(f"{len(outlets.seen)} requests, {waited} held back until the gap was over")


def forgotten(polling: Polling, held: dict[str, str]) -> list[str]:
    """Return feeds whose validators were sent before and are not held any more."""
    return [
        feed.url
        for feed in polling.outlets.feeds.values()
        if version_of(held.get(feed_id(feed.url))) < feed.highest
    ]


def version_of(etag: str | None) -> int:
    return int(etag.strip('"').split("-")[0]) if etag else 0


def assert_silence_was_kept(polling: Polling) -> None:
    """See that no host was asked again, once the archive held that it wants to be left alone.

    The ledger is written first: an answer that a kill kept from the archive is obeyed, too.
    """
    end = datetime.now(UTC)
    with State(polling.home / "state.sqlite") as state:
        heard = {one.host for one in state.host_states() if one.retry_after_at is not None}
    for one in exchanges_between(polling.home / "archive", end - timedelta(hours=1), end):
        if one.status == 429:
            host = one.requested_url.split("/")[2]
            heard.add(host)
            asked = [seen for seen in polling.outlets.seen if seen.host == host]
            assert [seen for seen in asked if seen.at >= one.fetched_at][1:] == []
    assert heard >= polling.outlets.silent


def assert_nothing_is_lost(polling: Polling) -> None:
    """See that all items are there that were to be had, each once."""
    wanted: set[str] = set()
    optional: set[str] = set()
    for feed in polling.outlets.feeds.values():
        for version in range(1, feed.version):
            wanted |= feed.guids(version)
        is_silent = feed.url.split("/")[2] in polling.outlets.silent
        (optional if is_silent else wanted).update(feed.guids(feed.version))
    found = [guid for (guid,) in ask(polling.home, "select guid from news.entries")]
    assert len(found) == len(set(found))
    assert wanted <= set(found) <= wanted | optional
    assert audit(polling.home) == []
