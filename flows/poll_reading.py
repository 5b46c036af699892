"""What a poll means, once its document is read: its fate, its entries, the feed's next state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from flows.jobs import FeedDone, without_payload
from transforms import gaps, moves, schedule
from transforms.failures import CHALLENGE, is_read_later
from transforms.fates import Fate, poll_fate
from transforms.poll_batches import ReadPoll
from transforms.records import FeedState, ParsedFeed, Problem
from transforms.selection import decide
from transforms.statuses import NOT_MODIFIED
from warehouse.archive_read import read_exchange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.jobs import FeedJob
    from flows.run import Run
    from flows.workers import Lost
    from transforms.records import (
        Decision,
        Entry,
        Exchange,
        Feed,
        FeedDocument,
        Gap,
        KnownEntry,
    )


UNREAD = "worker_"
"""How the codes of documents begin that cost a worker its time or life."""


def bounds(run: Run) -> dict[str, float]:
    """Return the bounds of the time between polls, as they are set."""
    settings = run.settings
    return {"min_minutes": settings.poll_min_minutes, "max_minutes": settings.poll_max_minutes}


def unread(run: Run, job: FeedJob, lost: Lost) -> FeedDone:
    """Return the poll whose document cost a worker its life: a failure of this feed alone."""
    exchange = without_payload(read_exchange(run.home.archive, job.place))
    problem = Problem(
        stage="poll", subject=job.feed.url, code=f"{UNREAD}{lost.reason}", detail=lost.detail
    )
    return FeedDone(
        exchange=replace(exchange, problem=problem),
        parsed=None,
        is_same_body=False,
        cpu_seconds=0.0,
    )


def worth_checking(polls: Sequence[ReadPoll]) -> list[Entry]:
    """Return the entries whose pages are to be fetched, if they pass."""
    return [
        decision.entry
        for poll in polls
        for decision in poll.decisions
        if decision.action == "fetch"
    ]


def answered(run: Run, feed: Feed, done: FeedDone, states: Mapping[str, FeedState]) -> FeedState:
    """Return the state of a feed after an exchange, as far as that alone decides it.

    As it is known, but for a poll that another run left unread: it is decided on anew.
    """
    exchange = done.exchange
    state = states.get(feed.feed_id) or FeedState(feed_id=feed.feed_id, url=feed.url)
    is_decided = state.polled_at is not None and state.polled_at >= exchange.fetched_at
    if is_decided or not is_read_later(exchange):
        return state
    answered_at = exchange.fetched_at + timedelta(milliseconds=exchange.elapsed_ms)
    if exchange.problem is not None and exchange.problem.code.startswith(UNREAD):
        exchange = replace(exchange, problem=None)  # it counts once: in `_state_after`
    return schedule.after_poll(state, exchange, now=answered_at, host_free_at=None, **bounds(run))


def read_poll(
    run: Run, feed: Feed, done: FeedDone, state: FeedState, known: Mapping[str, KnownEntry]
) -> ReadPoll:
    """Return a poll with all that follows from it; ``state`` is the feed's after the exchange."""
    decisions = decide(done.parsed.entries, known) if done.parsed else ()
    fate = poll_fate(done.exchange, done.parsed)
    after = _state_after(run, done, state, decisions)
    if fate.outcome == "unchanged" and after.problem == schedule.UNASKED:
        detail = "304 to a request without a condition"
        fate = Fate(outcome="failed", reason=schedule.UNASKED, detail=detail)
    is_same = _is_same_feed(state, done, known)
    if fate.outcome == "failed":
        after = moves.returned(after, feed.url)
    else:
        after = moves.after_answer(after, done.exchange, is_same_feed=is_same, now=run.clock())
    gap: Gap | None = None
    wanted: tuple[FeedDocument, ...] = ()
    # Where a redirect leads to another feed, that one's window tells nothing of this one's.
    if done.parsed is not None and (is_same or not done.exchange.hops):
        gap = gaps.gap_before(state, done.parsed, done.exchange, feed, known, run.clock())
        wanted = gaps.documents_after_poll(feed, done.parsed, done.exchange, state, gap)
        after = gaps.remembering(after, done.parsed, run.clock())
    if done.parsed is not None and is_same:
        wanted += moves.claimed_documents(after, done.parsed)
    return ReadPoll(
        exchange=done.exchange,
        feed_id=feed.feed_id,
        fate=fate,
        state=after,
        parsed=done.parsed,
        decisions=decisions,
        move=moves.move_between(state, after, done.exchange, run.clock()),
        gap=gap,
        wanted=wanted,
    )


def _is_same_feed(state: FeedState, done: FeedDone, known: Mapping[str, KnownEntry]) -> bool:
    """Tell whether an answer is of the feed that is known: nothing changed, or entries shared."""
    is_first = state.full_fetch_at is None
    shared = done.parsed and any(entry.entry_id in known for entry in done.parsed.entries)
    return done.parsed is None or is_first or bool(shared)


def _nothing_read(state: FeedState, exchange: Exchange, problem: Problem) -> ParsedFeed:
    return ParsedFeed(
        feed_id=state.feed_id,
        exchange_id=exchange.exchange_id,
        format="",
        body_hash="",
        items=0,
        problems=(problem,),
    )


def _state_after(
    run: Run, done: FeedDone, state: FeedState, decisions: Sequence[Decision]
) -> FeedState:
    """Return what to remember of a feed, now that its answer has been read.

    A 304 was decided on when it came, as was every failure (`schedule.after_poll`).
    """
    fate = poll_fate(done.exchange, done.parsed)
    problem = done.exchange.problem
    if problem is not None and problem.code.startswith(UNREAD):
        nothing = _nothing_read(state, done.exchange, problem)
        return schedule.after_parse(
            state, nothing, done.exchange, 0, now=run.clock(), **bounds(run)
        )
    if fate.reason == CHALLENGE or done.exchange.status == NOT_MODIFIED:
        return state
    if done.parsed is not None:
        new = sum(decision.reason == "new" for decision in decisions)
        return schedule.after_parse(
            state, done.parsed, done.exchange, new, now=run.clock(), **bounds(run)
        )
    if fate.outcome == "unchanged":
        return schedule.after_not_modified(state, done.exchange, now=run.clock(), **bounds(run))
    return state
