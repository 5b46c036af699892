"""Hosts are held for as long as requests to them are under way: one timer for all."""

from __future__ import annotations

import asyncio
from collections import Counter

from flows.fetch.holds import Holds

SHORT, LONG = 0.04, 30.0


async def kept_at_least(kept: Counter[str], host: str, times: int) -> None:
    async with asyncio.timeout(20):
        while kept[host] < times:  # noqa: ASYNC110 (what is waited for is a count)
            await asyncio.sleep(SHORT / 4)


def test_a_host_is_kept_again_and_again_until_its_answer_came() -> None:
    kept: Counter[str] = Counter()

    async def tell() -> None:
        holds = Holds(lambda host, gap: kept.update({f"{host} for {gap:g} s": 1}))
        holds.begin("patient.example", LONG)
        holds.begin("a.example", SHORT)  # before the timer of the first would ring
        holds.begin("b.example", SHORT)
        holds.begin("hasty.example", 0.0)
        await kept_at_least(kept, "a.example for 0.04 s", 3)
        holds.end("a.example")
        ended = kept["a.example for 0.04 s"]
        await kept_at_least(kept, "b.example for 0.04 s", 5)
        assert kept["a.example for 0.04 s"] == ended
        holds.end("b.example")
        holds.end("hasty.example")
        holds.end("patient.example")
        await asyncio.sleep(3 * SHORT)

    asyncio.run(tell())
    assert kept.keys() == {"a.example for 0.04 s", "b.example for 0.04 s"}


def test_holds_begin_anew_once_none_was_left() -> None:
    kept: Counter[str] = Counter()
    holds = Holds(lambda host, _: kept.update([host]))

    async def tell(host: str) -> None:
        holds.begin(host, SHORT)
        await kept_at_least(kept, host, 2)
        holds.end(host)

    asyncio.run(tell("a.example"))
    asyncio.run(tell("b.example"))  # in another loop, where the old timer would never ring
    assert kept.keys() == {"a.example", "b.example"}
