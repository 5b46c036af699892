"""The first half of the walk: feeds due, what they bring, and the pages that makes wanted."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flows.fetch.grouping import Grouped
from flows.jobs import FeedDone, FeedJob, read_feed, read_unparsed
from flows.poll_reading import bounds, unread
from flows.settling import settle
from flows.step import step
from flows.workers import Lost
from transforms import schedule
from transforms.failures import is_read_later
from transforms.gaps import part_id
from transforms.identity import possible_feed_ids
from transforms.records import FeedState
from transforms.urls import host_of
from warehouse import read
from warehouse.connection import writing
from warehouse.state_feeds import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flows.run import Run
    from transforms.records import Exchange, Feed, FeedDocument
    from warehouse.state import PollInHand

POLLS_A_BATCH = 500
"""The next batch waits for the slowest host of this one: of few, it would be waited for often."""
BYTES_A_LOAD = 4 * 2**20
"""Of the archive, packed: a load has a cost of its own, and all that it parses is held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which feeds a run polls: those due, or all; of every source, or of some."""

    all_feeds: bool = False
    feeds: tuple[str, ...] = ()  # addresses or ids
    sources: tuple[str, ...] = ()

    def as_parameters(self) -> dict[str, Any]:
        """Return what to keep of it in `ops.runs`."""
        return asdict(self)

    def among(self, feeds: Iterable[Feed]) -> list[Feed]:
        """Return those of the feeds that are named, where any are."""
        named = {one for name in self.feeds for one in possible_feed_ids(name)}
        return [
            feed
            for feed in feeds
            if (not named or feed.feed_id in named)
            and (not self.sources or feed.source_id in self.sources)
        ]


async def due_feeds(run: Run, choice: Choice) -> tuple[Feed, ...]:
    """Return the feeds to poll now, those waiting longest first."""
    if choice.all_feeds:
        states = run.state.feed_states()
        calendar = Calendar(set(), {one.feed_id: one.due_at for one in states.values()})
    else:
        calendar = run.state.calendar(run.clock())
    with writing(run.home) as con:
        feeds = choice.among(read.feeds(con, without=calendar.waiting))
    feeds.sort(key=lambda feed: (str(calendar.due.get(feed.feed_id) or ""), feed.feed_id))
    return tuple(feeds)


@step
async def poll_and_load(run: Run, feeds: Sequence[Feed]) -> None:
    """Poll a batch of feeds and load what they brought."""
    await poll_feeds(run, feeds)
    await load_polls(run, feeds)


async def poll_feeds(run: Run, feeds: Sequence[Feed]) -> int:
    """Poll feeds and put what they answered in hand; return how many were polled.

    A feed that another run is polling is left to it.
    """
    claimed = set(run.state.claim_feeds(run.run_id, [feed.feed_id for feed in feeds]))
    mine = [feed for feed in feeds if feed.feed_id in claimed]
    run.meter.expect("feeds", len(mine))
    states = run.state.feed_states(claimed)
    recorder = Grouped(partial(_record, run))
    async with asyncio.TaskGroup() as group:
        for feed in mine:
            state = states.get(feed.feed_id) or FeedState(feed_id=feed.feed_id, url=feed.url)
            group.create_task(_poll(run, feed, state, recorder))
    return len(mine)


def _record(run: Run, polled: Sequence[tuple[Exchange, FeedState]]) -> None:
    """Put polls in hand with the states of their feeds, once they are on the disk.

    A state that a document is to decide on is written once that is read: if the run ends
    before, it follows from the poll in hand (`poll_reading.answered`).
    """
    run.archive.sync()
    unread = {state.feed_id for exchange, state in polled if is_read_later(exchange)}
    run.state.record_polls(run.run_id, polled, unread)
    run.answered.update((state.feed_id, state) for _, state in polled)


async def _poll(
    run: Run, feed: Feed, state: FeedState, recorder: Grouped[tuple[Exchange, FeedState]]
) -> None:
    exchange = await run.fetcher.get(
        state.url,
        purpose="feed",
        run_id=run.run_id,
        headers=schedule.conditional_headers(state, run.clock()),
        unchecked_host=host_of(feed.url) if feed.is_tls_unchecked else None,
    )
    was_left_alone = exchange.problem is not None and exchange.problem.code == schedule.NOT_ASKED
    host = run.fetcher.left_alone_until(exchange.final_url) if was_left_alone else None
    after = schedule.after_poll(state, exchange, host_free_at=host, now=run.clock(), **bounds(run))
    await recorder.do((exchange, after))
    run.meter.advance("feeds")


async def load_polls(run: Run, polled: Sequence[Feed] = ()) -> int:
    """Parse, decide, check and load the polls in hand; return how many there were.

    Among them are those that a killed run archived and did not load. ``polled`` are the
    feeds that are known already; others are looked up.
    """
    in_hand = run.state.polls_in_hand(run.run_id)
    feeds = {feed.feed_id: feed for feed in polled}
    for some in parted(in_hand):
        await _load_some(run, some, feeds)
    return len(in_hand)


def parted(
    in_hand: Iterable[PollInHand], most: int = POLLS_A_BATCH, most_bytes: int = BYTES_A_LOAD
) -> Iterator[list[PollInHand]]:
    """Part polls into loads, in their order; one that is larger than a load may be has its own."""
    some: list[PollInHand] = []
    left = most_bytes
    for poll in in_hand:
        if some and (len(some) == most or poll.place.length > left):
            yield some
            some, left = [], most_bytes
        some.append(poll)
        left -= poll.place.length
    if some:
        yield some


async def _load_some(run: Run, in_hand: Sequence[PollInHand], polled: Mapping[str, Feed]) -> None:
    feed_ids = [poll.feed_id for poll in in_hand]
    feeds = dict(polled)
    if unknown := set(feed_ids).difference(feeds):
        with writing(run.home) as con:
            feeds |= read.feeds_by_id(con, unknown)
    documents = run.state.documents([poll.document_id for poll in in_hand if poll.document_id])
    parts = [part_id(document) for document in documents.values()]
    states = _take_states(run, [*feed_ids, *parts])
    jobs = [
        _job(run, poll, feeds[poll.feed_id], states, documents.get(poll.document_id or ""))
        for poll in in_hand
    ]
    done = await _read(run, jobs)
    run.charge("parse", sum(one.cpu_seconds for one in done))
    await asyncio.to_thread(settle, run, jobs, done, states)


def _take_states(run: Run, feed_ids: Sequence[str]) -> dict[str, FeedState]:
    """Return states as they stand in the file; only those that this run did not write are read.

    What is taken is kept no longer: it is to be changed now.
    """
    kept = {one: run.answered.pop(one) for one in feed_ids if one in run.answered}
    others = [one for one in feed_ids if one not in kept]
    return run.state.feed_states(others) | kept if others else kept


async def _read(run: Run, jobs: Sequence[FeedJob]) -> list[FeedDone]:
    """Read polls: in the workers where there is something to parse; they are not started else."""
    unparsed = await asyncio.to_thread(lambda: [read_unparsed(job) for job in jobs])
    to_parse = [job for job, one in zip(jobs, unparsed, strict=True) if one is None]
    parsed = iter(await run.workers.map(read_feed, to_parse, need="feeds"))
    done = [one or next(parsed) for one in unparsed]
    return [
        unread(run, job, one) if isinstance(one, Lost) else one
        for job, one in zip(jobs, done, strict=True)
    ]


def _job(
    run: Run,
    poll: PollInHand,
    feed: Feed,
    states: Mapping[str, FeedState],
    document: FeedDocument | None,
) -> FeedJob:
    state = states.get(feed.feed_id if document is None else part_id(document))
    return FeedJob(
        archive=run.home.archive,
        place=poll.place,
        feed=feed,
        known_hash=state.body_hash if state else None,
        max_bytes=run.settings.feed_max_bytes,
        document=document,
    )
