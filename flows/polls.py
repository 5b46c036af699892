"""The first half of the walk: feeds due, what they bring, and the pages that makes wanted."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from expectations.check import check_entries
from flows.document_reading import FollowUp, read_document
from flows.fetch.grouping import Grouped
from flows.jobs import FeedJob, read_feed
from flows.poll_reading import bounds, read_poll, unread, worth_checking
from flows.step import step
from flows.workers import Lost
from transforms import schedule
from transforms.batches import Stamp, poll_batch
from transforms.gaps import part_id
from transforms.guids import doubtful_links, recognised
from transforms.optouts import of_hosts
from transforms.records import FeedState
from transforms.urls import host_of
from warehouse import coverage, history, load, read
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from flows.jobs import FeedDone
    from flows.run import Run
    from transforms.records import Exchange, Feed, FeedDocument, KnownEntry
    from warehouse.state import PollInHand

POLLS_A_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which feeds a run polls: those due, or all; of every source, or of some."""

    all_feeds: bool = False
    feeds: tuple[str, ...] = ()  # addresses or ids
    sources: tuple[str, ...] = ()

    def as_parameters(self) -> dict[str, Any]:
        """Return what to keep of it in `ops.runs`."""
        return asdict(self)

    def admits(self, feed: Feed) -> bool:
        """Tell whether a feed is among those named, where any are."""
        named = not self.feeds or feed.url in self.feeds or feed.feed_id in self.feeds
        return named and (not self.sources or feed.source_id in self.sources)


async def due_feeds(run: Run, choice: Choice) -> tuple[Feed, ...]:
    """Return the feeds to poll now, those waiting longest first."""
    now = run.clock()
    waiting = set() if choice.all_feeds else run.state.feeds_waiting(now)
    with writing(run.home) as con:
        feeds = [feed for feed in read.feeds(con, without=waiting) if choice.admits(feed)]
    states = run.state.feed_states([feed.feed_id for feed in feeds])
    if not choice.all_feeds:
        feeds = [feed for feed in feeds if schedule.is_due(_state(states, feed), now)]
    feeds.sort(key=lambda feed: (str(_state(states, feed).due_at or ""), feed.feed_id))
    return tuple(feeds)


def _state(states: Mapping[str, FeedState], feed: Feed) -> FeedState:
    return states.get(feed.feed_id) or FeedState(feed_id=feed.feed_id, url=feed.url)


@step
async def poll_and_load(run: Run, feeds: Sequence[Feed]) -> None:
    """Poll a batch of feeds and load what they brought."""
    await poll_feeds(run, feeds)
    await load_polls(run)


async def poll_feeds(run: Run, feeds: Sequence[Feed]) -> int:
    """Poll feeds and put what they answered in hand; return how many were polled.

    A feed that another run is polling is left to it.
    """
    claimed = set(run.state.claim_feeds(run.run_id, [feed.feed_id for feed in feeds]))
    mine = [feed for feed in feeds if feed.feed_id in claimed]
    run.meter.expect("feeds", len(mine))
    recorder = Grouped(partial(_record, run))
    async with asyncio.TaskGroup() as group:
        for feed in mine:
            group.create_task(_poll(run, feed, recorder))
    return len(mine)


def _record(run: Run, polled: Sequence[tuple[Exchange, FeedState]]) -> None:
    """Put polls in hand with the states of their feeds, once they are on the disk."""
    run.archive.sync()
    run.state.record_polls(run.run_id, polled)


async def _poll(run: Run, feed: Feed, recorder: Grouped[tuple[Exchange, FeedState]]) -> None:
    state = run.state.feed_state(feed.feed_id) or FeedState(feed_id=feed.feed_id, url=feed.url)
    exchange = await run.fetcher.get(
        state.url,
        purpose="feed",
        run_id=run.run_id,
        headers=schedule.conditional_headers(state, run.clock()),
    )
    was_left_alone = exchange.problem is not None and exchange.problem.code == schedule.NOT_ASKED
    host = run.fetcher.left_alone_until(exchange.final_url) if was_left_alone else None
    after = schedule.after_exchange(
        state, exchange, host_free_at=host, now=run.clock(), **bounds(run)
    )
    await recorder.do((exchange, after))
    run.meter.advance("feeds")


async def load_polls(run: Run) -> int:
    """Parse, decide, check and load the polls in hand; return how many there were.

    Among them are those that a killed run archived and did not load.
    """
    in_hand = run.state.polls_in_hand(run.run_id)
    for start in range(0, len(in_hand), POLLS_A_BATCH):
        await _load_some(run, in_hand[start : start + POLLS_A_BATCH])
    return len(in_hand)


async def _load_some(run: Run, in_hand: Sequence[PollInHand]) -> None:
    feed_ids = [poll.feed_id for poll in in_hand]
    with writing(run.home) as con:
        feeds = read.feeds_by_id(con, feed_ids)
    documents = run.state.documents([poll.document_id for poll in in_hand if poll.document_id])
    parts = [part_id(document) for document in documents.values()]
    states = run.state.feed_states([*feed_ids, *parts])
    jobs = [
        _job(run, poll, feeds[poll.feed_id], states, documents.get(poll.document_id or ""))
        for poll in in_hand
    ]
    results = await run.workers.map(read_feed, jobs)
    done = [
        unread(run, job, result) if isinstance(result, Lost) else result
        for job, result in zip(jobs, results, strict=True)
    ]
    run.charge("parse", sum(one.cpu_seconds for one in done))
    await asyncio.to_thread(_settle, run, jobs, done, states)


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


def _settle(
    run: Run, jobs: Sequence[FeedJob], done: Sequence[FeedDone], states: Mapping[str, FeedState]
) -> None:
    """Decide on the entries, check those worth it, load all in one transaction."""
    with writing(run.home) as con:
        done, known = _recognise(con, done)
        entries = [entry for one in done if one.parsed for entry in one.parsed.entries]
        articles = read.known_articles_by_url(
            con, [entry.canonical_url for entry in entries if entry.canonical_url]
        )
        loaded = history.recorded_items(con, "poll", [one.exchange.exchange_id for one in done])
        documents = [job.document for job in jobs if job.document is not None]
        gaps = coverage.gaps_by_id(con, [one.gap_id for one in documents if one.gap_id])
    now = run.clock()
    polls = [
        read_document(job.document, one, known)
        if job.document
        else read_poll(run, job.feed, one, states[job.feed.feed_id], known)
        for job, one in zip(jobs, done, strict=True)
    ]
    wanted = [document for poll in polls for document in poll.wanted]
    led_to = FollowUp(gaps=gaps, wanted=wanted, limit=run.settings.gap_documents, now=now)
    for job, one, poll in zip(jobs, done, polls, strict=True):
        if job.document is not None:
            led_to.add(job.document, one, poll)
    recorded = {exchange_id for _, exchange_id in loaded}
    fresh = [poll for poll in polls if poll.exchange.exchange_id not in recorded]
    checked = check_entries(worth_checking(fresh), now=now)
    batch = poll_batch(
        fresh,
        {verdict.subject_id: verdict for verdict in checked.verdicts},
        checked.rule_results,
        articles.keys(),
        Stamp(run_id=run.run_id, at=now),
    )
    run.state.want(batch.wants, now)  # first: what the load makes known is not wanted again
    run.state.want_documents(led_to.wanted, now)  # likewise
    with writing(run.home) as con:
        hosts = run.state.host_states({host_of(job.feed.url) for job in jobs})
        gaps_now = (*batch.gaps, *led_to.gaps.values())
        sources = {host_of(job.feed.url): job.feed.source_id for job in jobs}
        opt_outs = (*of_hosts(hosts, sources), *(said for one in done for said in one.opt_outs))
        load.load(con, replace(batch, host_states=hosts, gaps=gaps_now, opt_outs=opt_outs))
    run.state.finish_polls(
        [poll.exchange.exchange_id for poll in polls],
        [*(poll.state for poll in polls if poll.state), *led_to.parts],
        led_to.settled(),
    )


def _recognise(
    con: duckdb.DuckDBPyConnection, done: Sequence[FeedDone]
) -> tuple[list[FeedDone], dict[str, KnownEntry]]:
    """Return the polls with items known again by their links, and what is known of all items."""
    entries = [entry for one in done if one.parsed for entry in one.parsed.entries]
    known = read.known_entries(con, [entry.entry_id for entry in entries])
    links: set[str] = set()
    for one in done:
        links.update(doubtful_links(one.parsed.entries, known) if one.parsed else ())
    if not links:
        return list(done), known
    found = read.entries_by_link(con, links)
    by_feed: defaultdict[str, dict[str, tuple[str, str | None]]] = defaultdict(dict)
    for (feed, link), held in found.items():
        by_feed[feed][link] = held
    told = [
        replace(one, parsed=recognised(one.parsed, known, by_feed[one.parsed.feed_id]))
        if one.parsed
        else one
        for one in done
    ]
    again = [entry.entry_id for one in told if one.parsed for entry in one.parsed.entries]
    return told, read.known_entries(con, again)
