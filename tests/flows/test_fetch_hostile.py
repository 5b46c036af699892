"""Whatever bytes come back, one exchange comes out, and nothing else happens."""

from __future__ import annotations

import asyncio
import gzip
import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.flows.conftest import Lab, Visit

CASES = 150
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
]


def hostile(dice: random.Random) -> bytes:
    headers = dice.sample(HEADERS, dice.randrange(5))
    head = b"\r\n".join([dice.choice(STATUS_LINES), *headers, b"", b""])
    raw = bytearray(head + dice.choice(BODIES))
    for _ in range(dice.choice([0, 0, 1, 3])):
        if raw:
            raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw[: dice.choice([len(raw), len(raw), dice.randrange(len(raw) + 1)])])


@pytest.mark.parametrize("seed", range(2))
def test_every_hostile_answer_ends_as_one_exchange(lab: Lab, seed: int) -> None:
    dice = random.Random(seed)

    async def story(visit: Visit) -> None:
        def script(raw: bytes) -> object:
            async def send(writer: asyncio.StreamWriter) -> None:
                writer.write(raw)
                await writer.drain()

            return send

        urls = []
        for number in range(CASES):
            host = f"h{seed}-{number}.example"
            urls.append(f"http://{host}/feed")
            visit.answers[f"{host}/feed"] = script(hostile(dice))
        exchanges = await asyncio.gather(*(visit.feed(url) for url in urls))
        assert [one.requested_url for one in exchanges] == urls
        assert len(visit.shelf.exchanges) == CASES
        for one in exchanges:
            assert one.place is not None
            assert one.status is not None or one.problem is not None
            assert len(one.payload) <= 100_000
        assert len({one.problem.code for one in exchanges if one.problem}) >= 3

    lab(story, feed_max_bytes=100_000, request_timeout_seconds=1.0, connections=16)
