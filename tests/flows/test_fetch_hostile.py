"""Whatever comes back, one exchange comes out of it, one outcome of that, and nothing else happens.

Two thousand generated answers: torn, mislabelled, mutated, compressed to burst, leading
round in circles. More with HOSTILE_CASES in the environment.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import resource
import zlib
from typing import TYPE_CHECKING

import pytest

from transforms.content import body_of
from transforms.fates import poll_fate
from transforms.feeds import parse_feed
from transforms.records import Feed, Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.flows.conftest import Lab, Visit
    from transforms.records import Exchange

CASES = int(os.environ.get("HOSTILE_CASES", "2000"))
PARTS = 4
MAX_BYTES = 100_000
MORE_MEMORY_BYTES = 150 * 2**20  # ten bombs at once, unpacked, would be 200 MiB
FEED = (
    b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>F\xc3\xa9</title>'
    + b"".join(
        b"<item><title>Story %d</title><link>http://a.example/%d</link><guid>%d</guid>"
        b"<pubDate>Mon, 02 Mar 2026 09:30:00 GMT</pubDate></item>" % (one, one, one)
        for one in range(20)
    )
    + b"</channel></rss>"
)
BOMB = gzip.compress(bytes(20 * 2**20))
STATUS_LINES = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.0 200",
    b"HTTP/1.1 204 No",
    b"HTTP/1.1 206 Part",
    b"HTTP/1.1 304 Same",
    b"HTTP/1.1 100 Go on",
    b"HTTP/1.1 101 Switch",
    b"HTTP/1.1 302 Away",
    b"HTTP/1.1 429 Stop",
    b"HTTP/1.1 599 \xff\xfe",
    b"HTTP/9.9 200 OK",
    b"ICY 200 OK",
    b"http/1.1 200 ok",
    b"HTTP/1.1  200  OK",
    b"",
]
HEADERS = [
    b"Content-Length: 5",
    b"Content-Length: 50",
    b"Content-Length: -1",
    b"Content-Length: 5, 5",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: nonsense",
    b"Content-Encoding: gzip",
    b"Content-Encoding: br, gzip, zstd",
    b"Content-Type: \xff\xfe; charset=\x80",
    b"Connection: close",
    b"Connection: upgrade\r\nUpgrade: websocket",
    b"Location: //[",
    b"Location: http://user:pa ss@b.example:99999/\xff",
    b"Location: \xd0\xbd /x%zz?\xff",
    b"Location: http://\xf0\x9f\x98\x80.example/",
    b"Location: http://xn--a/",
    b"Set-Cookie: a=\xff; Path=\xfe",
    b"Retry-After: 99999999999999999999999",
    b"Retry-After: Mon, 99 Zzz 99999 99:99:99 GMT",
    b"No colon here",
    b": no name",
    b" folded: line",
    b"X-Nul: a\x00b",
    b"X-Long: " + b"y" * 70_000,
    b"ETag: \xff",
    b"Content-Encoding: gzip, gzip",
    b"Content-Encoding: deflate",
    b"Content-Type: application/rss+xml; charset=utf-16",
    b"Content-Type: text/xml; charset=x-user-defined",
    *(b"X-%d: many" % number for number in range(3)),
]
BODIES = [
    b"",
    b"hello",
    b"hello and more than was said",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhello\r\n",
    b"fffffffffffffffff\r\nhello",
    b"5;ext=\xff\r\nhello\r\n0\r\nTrailer: x\r\n\r\n",
    gzip.compress(b"hello" * 1000),
    gzip.compress(b"hello" * 1000)[:-9],
    bytes(range(256)) * 40,
    FEED,
    FEED,
    gzip.compress(FEED),
    zlib.compress(FEED),
    gzip.compress(gzip.compress(FEED)),
    gzip.compress(FEED) + b"and more",
    FEED.decode().encode("utf-16"),
    FEED.replace(b"Story", b"<![CDATA[" + b"<b>" * 500),
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1}, null, [[]]]}',
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]><rss><channel><item><title>&i;</title></item></channel></rss>",
    b"<a>" * 20_000,
    BOMB,
    gzip.compress(BOMB),
]


def hostile(dice: random.Random) -> bytes:
    headers = dice.sample(HEADERS, dice.randrange(5))
    # Half look like proper answers, so that what is wrong with the rest comes to bear.
    status = dice.choice([STATUS_LINES[0], dice.choice(STATUS_LINES)])
    head = b"\r\n".join([status, *headers, b"", b""])
    raw = bytearray(head + dice.choice(BODIES))
    for _ in range(dice.choice([0, 0, 1, 3, 40])):
        if raw:
            raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw[: dice.choice([len(raw), len(raw), dice.randrange(len(raw) + 1)])])


def redirect(dice: random.Random, names: list[str]) -> bytes:
    """Return a step of a graph in which most ways lead round in circles or out of it."""
    away = f"{dice.choice(names)}?{dice.randrange(3)}"
    target = dice.choice([dice.choice(names), away, "//nowhere.example/", "http://10.0.0.1/", ""])
    status = dice.choice([301, 302, 303, 307, 308, 300, 305])
    return f"HTTP/1.1 {status} Go\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


def sender(
    raw: bytes, *, is_slow: bool = False
) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    async def send(writer: asyncio.StreamWriter) -> None:
        middle = len(raw) // 2
        writer.write(raw[:middle])
        if is_slow:
            await asyncio.sleep(0.02)
        writer.write(raw[middle:])
        await writer.drain()

    return send


def outcome(exchange: Exchange) -> str:
    """Return what becomes of an answer, as the walk decides it."""
    body = body_of(exchange, MAX_BYTES)
    assert isinstance(body, Problem) or len(body) <= MAX_BYTES
    parsed = None
    if exchange.problem is None and exchange.status == 200:
        feed = Feed(feed_id="f", source_id="s", url=exchange.requested_url)
        parsed = parse_feed(exchange, feed, max_bytes=MAX_BYTES)
    fate = poll_fate(exchange, parsed)
    assert fate.reason
    return fate.outcome


@pytest.mark.parametrize("seed", range(PARTS))
def test_every_hostile_answer_ends_as_one_exchange_and_one_outcome(lab: Lab, seed: int) -> None:
    dice = random.Random(seed)
    count = CASES // PARTS
    hosts = [f"h{seed}-{number}.example" for number in range(count)]

    async def story(visit: Visit) -> None:
        steps = [f"http://g{seed}-{number}.example/feed" for number in range(count // 20)]
        for step in steps:
            visit.answers[step.removeprefix("http://")] = sender(redirect(dice, steps))
        for host in hosts:
            is_graph = dice.random() < 0.2
            raw = redirect(dice, steps) if is_graph else hostile(dice)
            visit.answers[f"{host}/feed"] = sender(raw, is_slow=dice.random() < 0.1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        exchanges = await asyncio.gather(*(visit.feed(f"http://{host}/feed") for host in hosts))
        assert [one.requested_url for one in exchanges] == [f"http://{host}/feed" for host in hosts]
        assert len(visit.shelf.exchanges) == count
        for one in exchanges:
            assert one.place is not None
            assert one.status is not None or one.problem is not None
            assert len(one.payload) <= MAX_BYTES
            assert len(one.hops) <= 10
        outcomes = {outcome(one) for one in exchanges}
        assert outcomes == {"loaded", "unchanged", "failed"}
        assert len({one.problem.code for one in exchanges if one.problem}) >= 5
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        assert grown < MORE_MEMORY_BYTES

    lab(story, feed_max_bytes=MAX_BYTES, request_timeout_seconds=1.0, connections=32)
