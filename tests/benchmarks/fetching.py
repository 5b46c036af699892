"""What fetching costs: CPU milliseconds for a 304, an unchanged 200, a changed feed, a gzip page.

    python tests/benchmarks/fetching.py [--count N] [--runs N] [--reader PYTHON]

Each is fetched from a server on loopback in a process of its own, from as many hosts as
there are requests, once by bare aiohttp and once by the walk's own step: address checked,
turn taken and kept in the ledger, archived, recorded; a changed feed also parsed (in a worker,
which is counted) and loaded. The bare client is the yardstick of
the machine at that moment: compare ratios, not milliseconds. Medians over the runs.
With `--reader`, the Python of an environment that has the library `reader`, both poll
the same feeds instead: new, unchanged, and in a steady state.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from fetching_twice import KINDS as FEED_KINDS
from fetching_twice import compare, document, rounds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from flows.run import Run

PAGE_BYTES = 100_000
KINDS = {
    "304": "a poll answered 304",
    "same": "a poll answered 200, body unchanged",
    "changed": "a changed feed of 170 KB, loaded",
    "page": "a gzip page of 100 KB",
}
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title></channel></rss>"""


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=300, help="requests of each kind")
    parser.add_argument("--runs", type=int, default=5, help="runs, of which medians are printed")
    parser.add_argument("--reader", metavar="PYTHON", help="compare with that library instead")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve))
        return
    with server() as port, tempfile.TemporaryDirectory() as folder:
        if given.reader:
            print("\n".join(asyncio.run(compare(given.reader, Path(folder), port))))
            return
        rows = asyncio.run(measure(Path(folder), port, given.count, given.runs))
    print(f"{'CPU ms each':40} {'bare':>7} {'ours':>7} {'ratio':>7} {'wall':>7}")
    for kind, what in KINDS.items():
        bare, ours, wall = (statistics.median(row) for row in zip(*rows[kind], strict=True))
        print(f"{what:40} {bare:7.2f} {ours:7.2f} {ours / bare:7.1f} {wall:7.2f}")


async def measure(
    folder: Path, port: int, count: int, runs: int
) -> dict[str, list[tuple[float, float, float]]]:
    """Return (bare CPU, our CPU, our wall) in milliseconds a request, for each kind and run."""
    from flows.homes import prepare_home
    from flows.run import open_run
    from flows.settings import read_settings

    prepare_home(folder)
    settings = read_settings(
        folder, connect_to=f"127.0.0.1:{port}", host_gap_seconds=0.0, batch_pages=count
    )
    found: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in KINDS}
    async with open_run("ingest", settings, {}) as run:
        for number in range(-1, runs):  # the first warms up
            for kind in KINDS:
                asked = max(1, count // 10) if kind == "changed" else count  # these are dear
                urls = [f"http://{kind}{one}.example/{kind}/{number}" for one in range(asked)]
                if kind == "page":
                    ours = await fetch_wanted(run, urls, number)
                elif kind == "changed":
                    urls = [
                        f"http://{kind}{one}.example/full-{number}x{one}/" for one in range(asked)
                    ]
                    ours = await poll_changed(run, urls)
                else:
                    ours = await poll_known(run, urls)
                bare = await cost(lambda u=urls: fetch_bare(port, u), len(urls))
                if number >= 0:
                    found[kind].append((bare[0], *ours))
    return found


async def fetch_wanted(run: Run, urls: list[str], number: int) -> tuple[float, float]:
    """Fetch pages of origins whose robots.txt is known; return what one costs."""
    from flows.pages import fetch_some
    from transforms.identity import want_id
    from transforms.records import OriginDocument, Want
    from transforms.urls import host_of

    now = run.clock()
    for url, kept in itertools.product(urls, ("robots", "tdmrep")):
        document = OriginDocument(
            origin=f"http://{host_of(url)}",
            kind=kept,
            host=host_of(url),
            body=b"",
            status=404,
            expires_at=now.replace(year=now.year + 1),
        )
        run.state.put_origin_document(document, now)
    wanted = [
        Want(
            want_id=want_id(url, None, str(number)),
            url=url,
            host=host_of(url),
            source_id="s",
            reason="new",
        )
        for url in urls
    ]
    run.state.want(wanted, now)
    return await cost(lambda: fetch_some(run, "live"), len(urls))


async def poll_changed(run: Run, urls: list[str]) -> tuple[float, float]:
    """Poll new feeds of full text and load them; return what one costs, the workers' part too."""
    from flows.polls import load_polls, poll_feeds
    from transforms.records import Feed
    from warehouse.connection import writing
    from warehouse.register import put_feeds

    feeds = [Feed(feed_id=url, source_id="s", url=url) for url in urls]
    with writing(run.home) as con:
        put_feeds(con, (), feeds, run.clock())

    async def poll_and_load() -> None:
        await poll_feeds(run, feeds)
        await load_polls(run, feeds)

    before = sum(run.costs.values())
    cpu, wall = await cost(poll_and_load, len(urls))
    return cpu + (sum(run.costs.values()) - before) * 1000 / len(urls), wall


async def poll_known(run: Run, urls: list[str]) -> tuple[float, float]:
    """Poll feeds with an ETag that is known; return what one costs."""
    from flows.polls import poll_feeds
    from transforms.records import Feed, FeedState

    feeds = [Feed(feed_id=url, source_id="s", url=url) for url in urls]
    run.state.put_feed_states(
        FeedState(feed_id=url, url=url, etag='"a"', full_fetch_at=run.clock()) for url in urls
    )
    ours = await cost(lambda: poll_feeds(run, feeds), len(urls))
    in_hand = run.state.polls_in_hand(run.run_id)  # of no feeds of the warehouse
    run.state.finish_polls([poll.exchange_id for poll in in_hand], ())
    return ours


async def cost(work: Callable[[], Awaitable[Any]], count: int) -> tuple[float, float]:
    """Return the CPU and the wall time that something takes, in milliseconds a request."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    spent = time.process_time() - cpu, time.perf_counter() - wall
    return spent[0] * 1000 / count, spent[1] * 1000 / count


async def fetch_bare(port: int, urls: list[str]) -> None:
    """Get all addresses with aiohttp and nothing else."""
    import aiohttp

    slots = asyncio.Semaphore(64)

    async def get(session: aiohttp.ClientSession, url: str) -> None:
        host, _, path = url.removeprefix("http://").partition("/")
        headers = {"Host": host, "If-None-Match": '"a"'}
        async with slots, session.get(f"http://127.0.0.1:{port}/{path}", headers=headers) as one:
            await one.read()

    connector = aiohttp.TCPConnector(force_close=True)  # a host each: no connection serves twice
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        await asyncio.gather(*(get(session, url) for url in urls))


@contextmanager
def server() -> Iterator[int]:
    """Serve in a process of its own; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(port)])
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


async def serve(port: int) -> None:
    """Answer by the first part of the path."""
    words = random.Random(1).choices(range(256), k=PAGE_BYTES // 4)
    page = gzip.compress("".join(f"{word:03} " for word in words).encode())
    heads = {
        "304": b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
        "same": _answer(FEED * 200, 'ETag: "b"\r\nContent-Type: application/rss+xml'),
        "page": _answer(page, "Content-Type: text/html\r\nContent-Encoding: gzip"),
    }
    heads |= {name: _feed(name) for kind in FEED_KINDS for some in rounds(kind) for name in some}
    versions = itertools.count(1)

    def answer(name: str, asked: bytes) -> bytes:
        if "changing" in name:
            return _feed(name, next(versions))
        if name.partition("-")[0] in FEED_KINDS and b"if-none-match:" in asked.lower():
            return heads["304"]
        if name not in heads:
            heads[name] = _feed(name)
        return heads[name]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await reader.readuntil(b"\r\n\r\n"):
                name = asked.split(b"/", 2)[1].decode()
                writer.write(answer(name, asked))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", port, backlog=1000) as listening:
        await listening.serve_forever()


def _feed(name: str, version: int = 0) -> bytes:
    tag = f'"{version}"' if version else '"a"'
    return _answer(document(name, version), f"ETag: {tag}\r\nContent-Type: application/rss+xml")


def _answer(body: bytes, headers: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{headers}\r\n\r\n".encode() + body


if __name__ == "__main__":
    main()
