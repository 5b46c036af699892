"""The real schedule and the real ledger against invented servers; no sockets, time injected.

What is kept is bounded by the feeds and the minutes, not by the polls: counts and
histograms. The CPU of each part of the scheduling is charged apart from what the
invented servers and the referee cost.
"""

from __future__ import annotations

import asyncio
import gc
import heapq
import random
import time
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulated_feeds import Said, SimulatedFeed, answer, exchange_of, feeds_of
from simulation_measures import resident_mib, yardstick_ns
from simulation_referee import Referee
from simulation_told import Told
from virtual_time import START

from flows.fetch.politeness import Politeness
from flows.fetch.wire import Answer
from flows.settings import Settings
from transforms import schedule
from transforms.cadence import outside_skipped
from transforms.failures import NOT_MODIFIED, is_read_later
from transforms.first_polls import first_polls
from transforms.records import Exchange, Feed, FeedState
from transforms.urls import registrable_domain
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

POLLS_A_BATCH, RECORDED_AT_ONCE = 500, 100  # as in the walk
KEPT_EVERY = 360  # minutes: what came of it until then
CHOOSE_EVERY = 10  # minutes, as the deployment runs
MINUTE = timedelta(minutes=1)
LATE = timedelta(hours=1)
DOCUMENT = b"of a thousand bytes." * 50
Progress = Callable[[float, "Told"], bool]
_NOW: ContextVar[datetime] = ContextVar("now", default=START)  # each poll has its own


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
    exchange: Exchange | None = None
    reply: Answer | None = None


class Simulation:
    """One newsroom of feeds, polled minute by minute when they are due."""

    def __init__(self, folder: Path, count: int, hosts: int, days: float, seed: int) -> None:
        self.feeds = {feed.feed_id: feed for feed in feeds_of(count, hosts, seed)}
        self.told = Told(count, len({feed.host for feed in self.feeds.values()}), days)
        self.referee = Referee(self.told)
        self.dice = random.Random(60_000 + seed)
        self.file = folder / "state.sqlite"
        self.state = State(self.file)
        self.politeness = Politeness(self.state, Settings(), _NOW.get, self._sleep)
        self._due: list[tuple[datetime, str]] = []

    async def _sleep(self, seconds: float) -> None:
        _NOW.set(_NOW.get() + timedelta(seconds=seconds))

    @contextmanager
    def _charged(self, part: str) -> Iterator[None]:
        began = time.thread_time_ns()
        try:
            yield
        finally:
            self.told.cpu_ns[part] += time.thread_time_ns() - began

    async def run(self, progress: Progress) -> list[Told]:
        with self.state:
            self._import()
            gc.collect()
            gc.freeze()  # the invented newsroom is no garbage of the scheduling
            kept: list[Told] = []
            minutes = round(self.told.days * 1440)
            for minute in range(minutes):
                now = START + MINUTE * minute
                if minute % CHOOSE_EVERY == 0:
                    self.told.yardsticks.append(yardstick_ns())
                    self._choose(now)
                await self._minute(now)
                if (minute + 1) % KEPT_EVERY == 0 or minute + 1 == minutes:
                    kept.append(self._told_until(minute + 1))
                if not progress((minute + 1) / minutes, self.told):
                    break
        return kept

    def _import(self) -> None:
        feeds = [
            Feed(feed_id=one.feed_id, source_id="s", url=one.url) for one in self.feeds.values()
        ]
        with self._charged("import"):
            states = first_polls(feeds, START)
            self.state.put_feed_states(states)
        planned = {one.feed_id: one.due_at or START for one in states}
        self._due = [(planned.get(feed_id, START), feed_id) for feed_id in self.feeds]
        heapq.heapify(self._due)

    def _choose(self, now: datetime) -> None:
        """Ask which feeds are due, as a run does; they must be those of the calendar."""
        next_run = now + MINUTE * CHOOSE_EVERY
        with self._charged("choose"):
            waiting = self.state.calendar(next_run).waiting
        ours = {feed_id for due_at, feed_id in self._due if due_at > next_run}
        assert ours <= waiting
        skipping = self.state.feed_states(waiting - ours).values()
        assert not any(schedule.is_due(state, next_run) for state in skipping)

    async def _minute(self, began: datetime) -> None:
        while self._due and self._due[0][0] < began + MINUTE:
            batch: list[tuple[datetime, str]] = []
            while len(batch) < POLLS_A_BATCH and self._due and self._due[0][0] < began + MINUTE:
                batch.append(heapq.heappop(self._due))
            await self._poll(batch)

    async def _poll(self, batch: Sequence[tuple[datetime, str]]) -> None:
        ids = [feed_id for _, feed_id in batch]
        states = self._read(ids)
        polls = [
            Poll(self.feeds[feed_id], states[feed_id], due_at)
            for due_at, feed_id in batch
            if not self._is_skipped(states[feed_id], due_at)
        ]
        after: dict[str, FeedState] = {}
        for group in _of_different_hosts(polls):
            after |= await self._together(group)
        read_later = {poll.feed.feed_id for poll in polls if _is_read_later(poll)}
        self._write([state for state in after.values() if state.feed_id not in read_later])
        with self._charged("decide"):
            final = [_read(poll, after[poll.feed.feed_id]) for poll in polls]
        self._write([state for state in final if state.feed_id in read_later])
        for poll, state in zip(polls, final, strict=True):
            assert state.due_at is not None
            heapq.heappush(self._due, (max(state.due_at, poll.at), state.feed_id))

    def _read(self, ids: Sequence[str]) -> dict[str, FeedState]:
        with self._charged("read"):
            known = self.state.feed_states(ids)
        return {one: known.get(one) or FeedState(feed_id=one, url="u") for one in ids}

    def _write(self, states: Sequence[FeedState]) -> None:
        """Write states in groups no larger than those in which the walk records polls."""
        with self._charged("write"):
            for start in range(0, len(states), RECORDED_AT_ONCE):
                self.state.put_feed_states(states[start : start + RECORDED_AT_ONCE])

    def _is_skipped(self, state: FeedState, due_at: datetime) -> bool:
        """Put a feed off whose hour to skip has begun since it became due."""
        if schedule.is_due(state, due_at):
            return False
        later = outside_skipped(due_at, state.skip_hours, state.skip_days)
        assert later > due_at
        heapq.heappush(self._due, (later, state.feed_id))
        return True

    async def _together(self, group: Sequence[Poll]) -> dict[str, FeedState]:
        """Poll feeds of as many hosts: their turns, their answers, what follows."""
        with self._charged("turn"):
            await asyncio.gather(*(self._ask(poll) for poll in group))
        for poll in sorted(group, key=lambda poll: poll.at):
            self._answer(poll)
        with self._charged("decide"):
            return {poll.feed.feed_id: self._after(poll) for poll in group}

    async def _ask(self, poll: Poll) -> None:
        _NOW.set(poll.due_at)
        poll.sent = schedule.conditional_headers(poll.state, poll.due_at)
        async with self.politeness.turn(poll.feed.host, poll.feed.address) as asked:
            poll.at, poll.is_sent, poll.left_alone_until = _NOW.get(), asked is None, asked

    def _answer(self, poll: Poll) -> None:
        told, feed, at = self.told, poll.feed, poll.at
        if not poll.is_sent:
            told.not_asked += 1
            poll.exchange = exchange_of(feed, at, None, problem=schedule.NOT_ASKED)
            return
        told.polls += 1
        told.minutes[(at - START) // MINUTE] += 1
        told.waits[round((at - poll.due_at).total_seconds() * 10)] += 1
        self.referee.judge(feed, at, poll.sent)
        said = poll.said = answer(feed, at, poll.sent, self.dice)
        told.statuses[str(said.status or said.problem)] += 1
        self.referee.note(feed, said.peace_until)
        poll.exchange = exchange_of(feed, at, said.status, said.headers, said.problem)
        poll.reply = Answer(
            asked_at=at,
            elapsed_ms=200,
            status=said.status,
            headers=said.headers,
            payload=DOCUMENT if said.parsed is not None else b"",
        )

    def _after(self, poll: Poll) -> FeedState:
        """Return the state after an exchange, and let the ledger know."""
        assert poll.exchange is not None
        _NOW.set(poll.at)
        if poll.reply is not None:
            self.politeness.record(poll.feed.host, poll.reply)
        return schedule.after_poll(
            poll.state, poll.exchange, now=poll.at, host_free_at=poll.left_alone_until
        )

    def _told_until(self, minutes: int) -> Told:
        self.told.memory.append(resident_mib())
        self.told.file.append(self.file.stat().st_size // 2**20)
        told = replace(deepcopy(self.told), days=minutes / 1440)
        self._look_back(told, START + MINUTE * minutes)
        return told

    def _look_back(self, told: Told, end: datetime) -> None:
        ids = list(self.feeds)
        for start in range(0, len(ids), 1000):
            states = self.state.feed_states(ids[start : start + 1000])
            for feed_id in ids[start : start + 1000]:
                state = states.get(feed_id)
                if state is None or not state.polls:
                    is_put_off = state is not None and state.retry_after_at is not None
                    told.put_off += is_put_off
                    told.never_polled += not is_put_off
                if state is not None and state.due_at is not None:
                    told.left_out += end - state.due_at > LATE


def _is_read_later(poll: Poll) -> bool:
    return poll.exchange is not None and is_read_later(poll.exchange)


def _read(poll: Poll, state: FeedState) -> FeedState:
    """Return the state after the document that an answer brought, if it brought one."""
    said, exchange = poll.said, poll.exchange
    assert exchange is not None
    if said is not None and said.parsed is not None:
        return schedule.after_parse(state, said.parsed, exchange, said.new, now=poll.at)
    if said is not None and said.is_unchanged and said.status != NOT_MODIFIED:
        return schedule.after_not_modified(state, exchange, now=poll.at)
    return state


def _of_different_hosts(polls: Sequence[Poll]) -> Iterator[list[Poll]]:
    """Yield polls in groups in which no host comes twice: those ask one after another."""
    left = list(polls)
    while left:
        hosts: set[str] = set()
        group, later = [], []
        for poll in left:
            (later if poll.feed.host in hosts else group).append(poll)
            hosts.add(poll.feed.host)
        yield group
        left = later


def _go_on(_done: float, _told: Told) -> bool:
    return True


def simulate(  # noqa: PLR0913, PLR0917 (how large, how long, and whom to tell)
    folder: Path,
    feeds: int,
    hosts: int,
    days: float,
    seed: int = 0,
    progress: Progress = _go_on,
) -> list[Told]:
    """Let a newsroom run for some days; return what came of it until each sixth hour.

    ``progress`` is called each minute of that time with the share that is done, and
    tells whether to go on.
    """
    registrable_domain("warm.example")  # the list of suffixes is read once
    return asyncio.run(Simulation(folder, feeds, hosts, days, seed).run(progress))
