"""kill -9 while a gap is filled from a feed's archive: the next run goes on where it was."""

from __future__ import annotations

import signal
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from walk_processes import NO_GAP, WARM, killed_at_the_end, launcher
from walk_support import ask, audit, make_home

from flows.subscriptions import subscribe
from transforms.opml import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime.now(UTC).replace(microsecond=0)
ARCHIVE = {"/feed": ((2, 1), "/1"), "/1": ((9, 6), "/2"), "/2": ((20, 12), "/3"), "/3": ((48,), "")}
FIRST = (50, 48)  # what the feed shows at first, in hours before now


@dataclass
class Shelf:
    """A feed that has moved on, its archive pages, and one of them that does not answer yet."""

    has_moved_on: bool = False
    silent: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    is_waited_for: Event = field(default_factory=Event)

    def body(self, path: str) -> bytes:
        hours, older = ARCHIVE[path] if self.has_moved_on else (FIRST, "")
        link = f"<atom:link rel='prev-archive' href='{older}'/>" if older else ""
        items = "".join(
            f"<item><title>Story of {hour} hours ago</title>"
            f"<guid isPermaLink='false'>g{hour}</guid>"
            f"<pubDate>{format_datetime(NOW - timedelta(hours=hour))}</pubDate></item>"
            for hour in hours
        )
        space = "xmlns:atom='http://www.w3.org/2005/Atom'"
        return f"<rss version='2.0' {space}><channel>{link}{items}</channel></rss>".encode()


@pytest.fixture
def shelf() -> Iterator[tuple[Shelf, str]]:
    shelf, is_over = Shelf(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.asked[self.path] += 1
            if self.path == shelf.silent:
                shelf.is_waited_for.set()
                is_over.wait(60)
                return
            body = shelf.body(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield shelf, f"127.0.0.1:{server.server_port}"
    is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_a_gap_is_filled_though_the_filling_is_killed(
    tmp_path: Path, shelf: tuple[Shelf, str]
) -> None:
    outlet, address = shelf
    home = make_home(tmp_path / "home")
    subscribe(home, [Subscription(url="http://archived.example/feed")])
    words = ("ingest", "--all", "--quiet", "--home", home, "--connect-to", address)

    def run(*, is_killed: bool = False) -> None:
        process = launcher().start(*words, log=home / "log.txt", env=WARM | NO_GAP)
        with killed_at_the_end(process) as running:
            if is_killed:
                assert outlet.is_waited_for.wait(60)
                outlet.is_waited_for.clear()
                running.signal(signal.SIGKILL)
                assert running.wait() == -signal.SIGKILL
            else:
                assert running.wait() == 0, running.complained()

    run()
    outlet.has_moved_on = True
    for silent in ("/1", "/2", "/3"):
        outlet.silent = silent
        run(is_killed=True)
    outlet.silent = ""
    run()
    assert ask(home, "select status from ops.coverage_gaps") == [("filled",)]
    guids = [guid for (guid,) in ask(home, "select guid from news.entries order by guid")]
    assert guids == sorted(f"g{hour}" for hour in (50, 48, 20, 12, 9, 6, 2, 1))
    # Each was asked for twice: once in vain, and once more by the run that came after.
    assert [outlet.asked[path] for path in ("/1", "/2", "/3")] == [2, 2, 2]
    assert audit(home) == []
