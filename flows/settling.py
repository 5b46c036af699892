"""Polls that have been read become rows: decided on, judged, loaded, taken out of hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.document_reading import FollowUp, read_claim, read_document
from flows.host_copies import with_hosts
from flows.poll_reading import answered, read_poll, worth_checking
from transforms.failures import is_read_later
from transforms.gaps import part_id
from transforms.guids import doubtful_links, recognised
from transforms.moves import is_claim, may_ask_claim
from transforms.outcomes import Stamp
from transforms.poll_batches import poll_batch
from transforms.urls import host_of
from warehouse import coverage, history, load, read
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb

    from flows.jobs import FeedDone, FeedJob
    from flows.run import Run
    from transforms.poll_batches import ReadPoll
    from transforms.records import (
        Batch,
        Entry,
        FeedDocument,
        FeedState,
        Gap,
        KnownEntry,
        RuleResult,
        Verdict,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the warehouse holds of some polls and of what they brought."""

    done: Sequence[FeedDone]  # with items known again by their links
    entries: Mapping[str, KnownEntry]
    articles: Mapping[str, str]  # to which new entries lead
    loaded: frozenset[str]  # exchanges that a killed run had loaded
    gaps: dict[str, Gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What some polls mean; ``judged`` are the entries on which the rules have a say."""

    polls: Sequence[ReadPoll]
    fresh: Sequence[ReadPoll]  # not loaded before
    led_to: FollowUp
    judged: Sequence[Entry]
    articles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What is to be written of some polls."""

    polls: Sequence[ReadPoll]
    batch: Batch
    led_to: FollowUp


def settle(
    run: Run, jobs: Sequence[FeedJob], done: Sequence[FeedDone], states: Mapping[str, FeedState]
) -> None:
    """Decide on the entries, check those worth it, load all in one transaction.

    Others may write to the warehouse while entries are judged. Where there are none to
    judge, as in most polls, it is opened once.
    """
    settled = None
    with writing(run.home) as con:
        found = _read(run, jobs, _look_up(con, jobs, done), states)
        if not found.judged:
            settled = _settled(run, found)
            _load(run, con, jobs, done, settled)
    if settled is None:
        settled = _settled(run, found)
        with writing(run.home) as con:
            _load(run, con, jobs, done, settled)
    changed = [
        poll.state
        for poll in settled.polls
        if poll.state and (is_read_later(poll.exchange) or poll.state is not states[poll.feed_id])
    ]
    run.state.finish_polls(
        [poll.exchange.exchange_id for poll in settled.polls],
        [*changed, *settled.led_to.parts],
        settled.led_to.settled(),
    )


def _look_up(
    con: duckdb.DuckDBPyConnection, jobs: Sequence[FeedJob], done: Sequence[FeedDone]
) -> _Held:
    done, known = _recognise(con, done)
    entries = [entry for one in done if one.parsed for entry in one.parsed.entries]
    new = [entry for entry in entries if entry.entry_id not in known]
    links = [entry.canonical_url for entry in new if entry.canonical_url]
    loaded = history.recorded_items(con, "poll", [one.exchange for one in done])
    gaps = [job.document.gap_id for job in jobs if job.document and job.document.gap_id]
    return _Held(
        done=done,
        entries=known,
        articles=read.known_articles_by_url(con, links) if links else {},
        loaded=frozenset(exchange_id for _, exchange_id in loaded),
        gaps=coverage.gaps_by_id(con, gaps) if gaps else {},
    )


def _read(run: Run, jobs: Sequence[FeedJob], held: _Held, states: Mapping[str, FeedState]) -> _Read:
    now = run.clock()
    polls = [
        _read_document(job.document, one, held, states, now)
        if job.document
        else read_poll(run, job.feed, one, answered(run, job.feed, one, states), held.entries)
        for job, one in zip(jobs, held.done, strict=True)
    ]
    wanted = [document for poll in polls for document in poll.wanted]
    limit = run.settings.gap_documents
    led_to = FollowUp(gaps=held.gaps, wanted=wanted, limit=limit, now=now)
    for job, one, poll in zip(jobs, held.done, polls, strict=True):
        if job.document is not None:
            led_to.add(job.document, one, poll, states.get(part_id(job.document)))
    fresh = [poll for poll in polls if poll.exchange.exchange_id not in held.loaded]
    return _Read(
        polls=polls,
        fresh=fresh,
        led_to=led_to,
        judged=worth_checking(fresh),
        articles=held.articles,
    )


def _settled(run: Run, found: _Read) -> _Settled:
    now = run.clock()
    verdicts, rule_results = _verdicts(found.judged, now)
    batch = poll_batch(
        found.fresh,
        {verdict.subject_id: verdict for verdict in verdicts},
        rule_results,
        found.articles.keys(),
        Stamp(run_id=run.run_id, at=now),
    )
    return _Settled(polls=found.polls, batch=batch, led_to=found.led_to)


def _verdicts(
    entries: Sequence[Entry], now: datetime
) -> tuple[Sequence[Verdict], Sequence[RuleResult]]:
    if not entries:  # as in most runs, which need not load the rules
        return (), ()
    from expectations.check import check_entries  # noqa: PLC0415

    checked = check_entries(entries, now=now)
    return checked.verdicts, checked.rule_results


def _read_document(
    document: FeedDocument,
    done: FeedDone,
    held: _Held,
    states: Mapping[str, FeedState],
    now: datetime,
) -> ReadPoll:
    if is_claim(document):
        return read_claim(document, done, held.entries, states, now)
    return read_document(document, done, held.entries)


def _load(
    run: Run,
    con: duckdb.DuckDBPyConnection,
    jobs: Sequence[FeedJob],
    done: Sequence[FeedDone],
    settled: _Settled,
) -> None:
    now, batch = run.clock(), settled.batch
    run.state.want(batch.wants, now)  # first: what the load makes known is not wanted again
    run.state.want_documents(_wanted(run, settled.led_to, now), now)  # likewise
    batch = replace(batch, gaps=(*batch.gaps, *settled.led_to.gaps.values()))
    sources = {host_of(job.feed.url): job.feed.source_id for job in jobs}
    declared = (said for one in done for said in one.opt_outs)
    load.load(con, with_hosts(run.state, batch, sources, declared))


def _wanted(run: Run, led_to: FollowUp, now: datetime) -> list[FeedDocument]:
    """Return the further documents to put in hand; claimed addresses were not asked lately."""
    claims = [part_id(document) for document in led_to.wanted if is_claim(document)]
    asked = run.state.feed_states(claims) if claims else {}
    return [
        document
        for document in led_to.wanted
        if not is_claim(document) or may_ask_claim(asked.get(part_id(document)), now)
    ]


def _recognise(
    con: duckdb.DuckDBPyConnection, done: Sequence[FeedDone]
) -> tuple[list[FeedDone], dict[str, KnownEntry]]:
    """Return the polls with items known again by their links, and what is known of all items."""
    entries = [entry for one in done if one.parsed for entry in one.parsed.entries]
    if not entries:
        return list(done), {}
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
