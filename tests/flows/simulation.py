"""The real schedule and the real ledger against invented servers; no sockets, time injected."""

from __future__ import annotations

import asyncio
import heapq
import os
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from simulated_feeds import Said, SimulatedFeed, answer, feeds_of
from virtual_time import START

from flows.fetch.politeness import Politeness
from flows.fetch.wire import Answer
from flows.settings import Settings
from transforms import schedule
from transforms.first_polls import first_polls
from transforms.records import Exchange, Feed, FeedState, Problem
from transforms.urls import registrable_domain
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK = 50
GAP = timedelta(seconds=5)
MINUTE = timedelta(minutes=1)
LATE = timedelta(hours=1)
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Told:
    """What came of a simulation."""

    feeds: int
    hosts: int
    days: float
    polls: int = 0
    not_asked: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    minutes: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)  # seconds from due to start
    never_polled: int = 0
    left_out: int = 0
    cpu_ns: int = 0
    memory: list[int] = field(default_factory=list)  # MiB, at each quarter of the time

    @property
    def mean_a_minute(self) -> float:
        return self.polls / (self.days * 1440)

    @property
    def busiest_minute(self) -> int:
        return max(self.minutes.values(), default=0)

    @property
    def ms_a_poll(self) -> float:
        return self.cpu_ns / 1e6 / max(self.polls, 1)

    @property
    def is_good(self) -> bool:
        is_even = self.busiest_minute < 2 * self.mean_a_minute
        return not (self.broken or self.never_polled or self.left_out) and is_even

    def lines(self) -> list[str]:
        """Return the result as a table."""
        waits = sorted(self.waits) or [0.0]
        middle, most, last = (waits[int((len(waits) - 1) * part)] for part in (0.5, 0.99, 1))
        rules = "gap gap_of_domain gap_of_address retry_after freshness declared skipped validators"
        ratio = self.busiest_minute / max(self.mean_a_minute, 1e-9)
        return [
            f"feeds / hosts / days     {self.feeds:,} / {self.hosts:,} / {self.days:g}",
            f"polls                    {self.polls:,} ({self.polls / self.feeds:.1f} a feed)",
            f"answers                  {dict(self.statuses.most_common())}",
            f"host not asked           {self.not_asked:,} times",
            *(f"broken: {rule:16} {self.broken[rule]:,}" for rule in rules.split()),
            f"never polled             {self.never_polled:,}",
            f"an hour overdue          {self.left_out:,}",
            f"from due to start        median {middle:.1f} s, 99 % {most:.1f} s, most {last:.1f} s",
            f"polls a minute, mean     {self.mean_a_minute:.0f}",
            f"polls a minute, busiest  {self.busiest_minute}, {ratio:.2f} times the mean",
            f"scheduling               {self.ms_a_poll:.3f} ms CPU a poll",
            f"memory at each quarter   {', '.join(f'{one} MiB' for one in self.memory)}",
        ]


@dataclass
class Referee:
    """Remembers what each server asked for, by itself, and holds each request against it."""

    told: Told
    last: dict[str, datetime] = field(default_factory=dict)
    peace: dict[str, datetime] = field(default_factory=dict)

    def judge(self, feed: SimulatedFeed, at: datetime, sent: dict[str, str]) -> None:
        broken = self.told.broken
        for name, gap, rule in (
            (feed.host, GAP, "gap"),
            (f"*{feed.domain}", GAP / 5, "gap_of_domain"),
            (f"@{feed.address}", GAP / 10, "gap_of_address"),
        ):
            known = self.last.get(name)
            broken[rule] += known is not None and at - known < gap
            self.last[name] = at
        broken["retry_after"] += at < self.peace.get(feed.host, at)
        broken["freshness"] += at < feed.fresh_until
        broken["declared"] += at < feed.declared_until
        broken["skipped"] += feed.was_read and at.hour in feed.skip_hours
        broken["validators"] += sent.get("If-None-Match") != feed.etag
        for rule in [rule for rule, count in broken.items() if not count]:
            del broken[rule]

    def note(self, feed: SimulatedFeed, until: datetime | None) -> None:
        if until is not None:
            self.peace[feed.host] = max(until, self.peace.get(feed.host, until))


@dataclass
class Poll:
    """One poll on its way."""

    feed: SimulatedFeed
    state: FeedState
    due_at: datetime
    sent: dict[str, str] = field(default_factory=dict)
    at: datetime = START
    is_sent: bool = False
    left_alone_until: datetime | None = None
    said: Said | None = None


class Simulation:
    """One newsroom of feeds, polled minute by minute when they are due."""

    def __init__(self, folder: Path, count: int, hosts: int, days: float) -> None:
        self.feeds = {feed.feed_id: feed for feed in feeds_of(count, hosts)}
        self.told = Told(count, len({feed.host for feed in self.feeds.values()}), days)
        self.referee = Referee(self.told)
        self.now = START
        self.state = State(folder / "state.sqlite")
        self.politeness = Politeness(self.state, Settings(), self._clock, self._sleep)
        self._due: list[tuple[datetime, str]] = []

    def _clock(self) -> datetime:
        return self.now

    async def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @contextmanager
    def _charged(self) -> Iterator[None]:
        began = time.thread_time_ns()
        try:
            yield
        finally:
            self.told.cpu_ns += time.thread_time_ns() - began

    async def run(self) -> Told:
        with self.state:
            self._import()
            minutes = round(self.told.days * 1440)
            for minute in range(minutes):
                await self._minute(START + MINUTE * minute)
                if (minute + 1) % (minutes // 4) == 0:
                    self.told.memory.append(_resident_mib())
            self._look_back(START + MINUTE * minutes)
        return self.told

    def _import(self) -> None:
        feeds = [
            Feed(feed_id=one.feed_id, source_id="s", url=one.url) for one in self.feeds.values()
        ]
        with self._charged():
            states = first_polls(feeds, START)
            self.state.put_feed_states(states)
        planned = {one.feed_id: one.due_at or START for one in states}
        self._due = [(planned.get(feed_id, START), feed_id) for feed_id in self.feeds]
        heapq.heapify(self._due)

    async def _minute(self, began: datetime) -> None:
        chunk: list[tuple[datetime, str]] = []
        while self._due and self._due[0][0] < began + MINUTE:
            chunk.append(heapq.heappop(self._due))
            if len(chunk) == CHUNK:
                await self._poll(chunk)
                chunk = []
        if chunk:
            await self._poll(chunk)

    async def _poll(self, chunk: Sequence[tuple[datetime, str]]) -> None:
        with self._charged():
            states = self.state.feed_states([feed_id for _, feed_id in chunk])
        after, group = [], []
        for due_at, feed_id in chunk:
            feed = self.feeds[feed_id]
            if feed.host in {poll.feed.host for poll in group}:  # one after another
                after += await self._together(group)
                group = []
            state = states.get(feed_id) or FeedState(feed_id=feed_id, url=feed.url)
            group.append(Poll(feed, state, due_at))
        after += await self._together(group)
        with self._charged():
            self.state.put_feed_states(after)
        for state in after:
            assert state.due_at is not None
            heapq.heappush(self._due, (max(state.due_at, self.now), state.feed_id))

    async def _together(self, group: Sequence[Poll]) -> list[FeedState]:
        """Poll feeds of as many hosts: their turns, their answers, what follows."""
        with self._charged():
            for poll in group:
                await self._ask(poll)
        for poll in group:
            if poll.is_sent:
                self._answer(poll)
        with self._charged():
            return [self._after(poll) for poll in group]

    async def _ask(self, poll: Poll) -> None:
        self.now = poll.due_at
        if not schedule.is_due(poll.state, self.now):  # an hour that it skips has begun
            return
        poll.sent = schedule.conditional_headers(poll.state, self.now)
        async with self.politeness.turn(poll.feed.host, poll.feed.address) as asked:
            poll.at, poll.is_sent, poll.left_alone_until = self.now, asked is None, asked

    def _answer(self, poll: Poll) -> None:
        told, feed, at = self.told, poll.feed, poll.at
        told.polls += 1
        told.minutes[(at - START) // MINUTE] += 1
        told.waits.append((at - poll.due_at).total_seconds())
        self.referee.judge(feed, at, poll.sent)
        poll.said = answer(feed, at, poll.sent)
        told.statuses[str(poll.said.status or poll.said.problem)] += 1
        self.referee.note(feed, poll.said.peace_until)

    def _after(self, poll: Poll) -> FeedState:
        feed, state, said, self.now = poll.feed, poll.state, poll.said, poll.at
        if poll.left_alone_until is not None:
            self.told.not_asked += 1
            exchange = _exchange(feed, poll.at, None, problem=schedule.NOT_ASKED)
            until = poll.left_alone_until
            return schedule.after_exchange(state, exchange, now=poll.at, host_free_at=until)
        if said is None:
            return schedule._outside_skipped(state)
        reply = Answer(asked_at=poll.at, elapsed_ms=200, status=said.status, headers=said.headers)
        self.politeness.record(feed.host, reply)
        exchange = _exchange(feed, poll.at, said.status, said.headers, said.problem)
        polled = schedule.after_exchange(state, exchange, now=poll.at)
        if said.parsed is not None:
            return schedule.after_parse(polled, said.parsed, exchange, said.new, now=poll.at)
        if said.is_unchanged:
            return schedule.after_not_modified(polled, exchange, now=poll.at)
        return polled

    def _look_back(self, end: datetime) -> None:
        states = self.state.feed_states()
        for feed_id, feed in self.feeds.items():
            state = states.get(feed_id)
            is_left_alone = feed.host in self.referee.peace
            self.told.never_polled += not is_left_alone and (state is None or not state.polls)
            if state is not None and state.due_at is not None and not is_left_alone:
                self.told.left_out += end - state.due_at > LATE


def _exchange(
    feed: SimulatedFeed,
    at: datetime,
    status: int | None,
    headers: tuple[tuple[str, str], ...] = (),
    problem: str | None = None,
) -> Exchange:
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


def _resident_mib() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * PAGE_BYTES // 2**20


def simulate(folder: Path, feeds: int, hosts: int, days: float) -> Told:
    """Let a newsroom run for some days; return what came of it."""
    registrable_domain("warm.example")  # the list of suffixes is read once
    return asyncio.run(Simulation(folder, feeds, hosts, days).run())
