"""Feeds as a large newsroom has them: most are slow, some are fast, a tenth is in trouble."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from virtual_time import START

from transforms.records import Exchange, ParsedFeed, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transforms.records import Entry

ITEMS = 20
HOUR = timedelta(hours=1)
# Share of feeds, and hours between their items: from dead ones to the wires.
PACES = ((0.35, 24 * 90), (0.25, 24 * 7), (0.2, 24), (0.12, 5), (0.06, 1), (0.02, 0.2))
HOSTED, OWN = 0.1, 0.9  # a tenth of the hosts are names of some large domain
FEEDS_OF_A_HOST = 400  # at most
LARGE_DOMAIN = 200  # hosts
SHARED_ADDRESS = 0.3  # of hosts at some address that they share with twenty others


@dataclass(slots=True)
class SimulatedFeed:
    """One feed, what it is like, and what it said last."""

    feed_id: str
    host: str
    domain: str
    address: str
    every: timedelta
    phase: timedelta
    has_etag: bool
    max_age: int
    ttl: int
    skip_hours: tuple[int, ...]
    trouble: str  # dead, gone, lost, limited, unsaid, forbidden or none
    etag: str | None = None
    fresh_until: datetime = START
    declared_until: datetime = START
    was_read: bool = False
    seen: int = -1  # number of the newest item that was shown

    @property
    def url(self) -> str:
        return f"http://{self.host}/{self.feed_id}"


@dataclass(slots=True)
class Said:
    """One answer, and what it means."""

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    parsed: ParsedFeed | None = None
    new: int = 0
    is_unchanged: bool = False
    peace_until: datetime | None = field(default=None)


LASTING = {
    "dead": Said(None, problem="dns_failure"),
    "lost": Said(404),
    "gone": Said(410),
    "forbidden": Said(403),
}


def feeds_of(count: int, hosts: int, seed: int = 0) -> Iterator[SimulatedFeed]:
    """Return feeds, spread over hosts as they are: some have hundreds, most have one.

    Those of two seeds have no host, domain or address in common.
    """
    dice = random.Random(180_000 + seed)
    names = [f"h{seed}-{number}" for number in range(hosts)]
    room = [0] * hosts
    for number in range(count):
        # Each host has a feed; the rest go to few, by a power law.
        host = number if number < hosts else int(hosts * dice.random() ** 4)
        while room[host] >= FEEDS_OF_A_HOST:
            host = (host + 1) % hosts
        room[host] += 1
        yield _feed(seed, number, host, names[host], dice)


def _feed(seed: int, number: int, host: int, name: str, dice: random.Random) -> SimulatedFeed:
    own = random.Random(seed << 32 | host)
    is_hosted = own.random() < HOSTED
    domain = f"d{seed}-{host % 97 * LARGE_DOMAIN // 97}.example" if is_hosted else f"{name}.example"
    shared = own.random() < SHARED_ADDRESS
    hours = dice.choices([pace for _, pace in PACES], [share for share, _ in PACES])[0]
    every = timedelta(hours=hours * dice.uniform(0.5, 1.5))
    trouble = own.choices(["dead", "limited", "unsaid", ""], [0.03, 0.005, 0.002, 0.963])[0]
    trouble = trouble or dice.choices(["lost", "gone", "forbidden", ""], [4, 1, 0.5, 94.5])[0]
    return SimulatedFeed(
        feed_id=f"{seed}-{number:06}",
        host=f"{name}.{domain}",
        domain=domain,
        address=f"shared-{seed}-{host // 20}" if shared else name,
        every=every,
        phase=every * dice.random(),
        has_etag=dice.random() < 0.8,
        max_age=dice.choices([0, 300, 1800, 3600], [70, 15, 10, 5])[0],
        ttl=dice.choices([0, 60, 240], [80, 17, 3])[0],
        skip_hours=tuple(range(6)) if dice.random() < 0.02 else (),
        trouble=trouble,
    )


def answer(feed: SimulatedFeed, now: datetime, sent: dict[str, str], dice: random.Random) -> Said:
    """Return what a feed answers, and let it remember."""
    chance = dice.random()
    if feed.trouble in LASTING:
        return LASTING[feed.trouble]
    if feed.trouble in {"limited", "unsaid"} and chance < 0.3:
        seconds = 600 * dice.randrange(1, 12)
        if feed.trouble == "unsaid":
            return Said(429, peace_until=now + timedelta(minutes=5))
        until = now + timedelta(seconds=seconds)
        return Said(429, (("Retry-After", str(seconds)),), peace_until=until)
    if chance < 0.01:
        return Said(None, problem="timeout")
    if chance < 0.02:
        return Said(dice.choice([500, 502, 503]))
    return _document(feed, now, sent)


def _document(feed: SimulatedFeed, now: datetime, sent: dict[str, str]) -> Said:
    newest = (now - START + feed.phase) // feed.every
    etag = f'"{newest}"' if feed.has_etag else None
    headers: tuple[tuple[str, str], ...] = (("ETag", etag),) if etag else ()
    if feed.max_age:
        headers += (("Cache-Control", f"max-age={feed.max_age}"),)
    feed.fresh_until = now + timedelta(seconds=feed.max_age)
    feed.declared_until = now + timedelta(minutes=max(15, feed.ttl))
    is_same = newest == feed.seen
    if is_same and etag and sent.get("If-None-Match") == etag:
        return Said(304, headers, is_unchanged=True)
    if is_same and feed.was_read:
        return Said(200, headers, is_unchanged=True)
    first = feed.seen if feed.was_read else newest - ITEMS
    new = min(newest - first, ITEMS)
    feed.seen, feed.was_read, feed.etag = newest, True, etag
    latest = START - feed.phase + feed.every * newest
    parsed = ParsedFeed(
        feed_id=feed.feed_id,
        exchange_id="x",
        format="rss20",
        body_hash=str(newest),
        items=ITEMS,
        entries=cast("tuple[Entry, ...]", tuple(_items(latest, feed.every))),
        ttl_minutes=feed.ttl or None,
        skip_hours=feed.skip_hours,
    )
    return Said(200, headers, parsed=parsed, new=new)


def exchange_of(
    feed: SimulatedFeed,
    at: datetime,
    status: int | None,
    headers: tuple[tuple[str, str], ...] = (),
    problem: str | None = None,
) -> Exchange:
    """Return an answer as the walk has it; ``problem`` is the code of what went wrong."""
    return Exchange(
        exchange_id="x",
        run_id="r",
        purpose="feed",
        requested_url=feed.url,
        final_url=feed.url,
        fetched_at=at,
        elapsed_ms=200,
        status=status,
        headers=headers,
        problem=Problem(stage="poll", subject=feed.url, code=problem) if problem else None,
    )


class _Date(NamedTuple):
    at: datetime


class _Item(NamedTuple):
    """An item of which nothing is asked but its date: a million documents have twenty each."""

    published: _Date


def _items(latest: datetime, every: timedelta) -> Iterator[_Item]:
    at = latest
    for _ in range(ITEMS):
        yield _Item(_Date(at))
        at -= every
