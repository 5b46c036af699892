"""Gaps in what was seen of feeds, filled from archives and sitemaps; and parts of sitemap indexes.

Each document is asked for through the ledger of politeness, archived, put in hand as a
poll and read like one. Which are still wanted stands in the state file, so that a run
that was killed is gone on from there.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from flows.fetch.grouping import Grouped
from flows.homes import NotSubscribedError
from flows.polls import POLLS_A_BATCH, load_polls, poll_feeds
from flows.step import step
from transforms import gaps, schedule
from transforms.identity import feed_id, possible_feed_ids
from transforms.records import LIVE_LANE, Feed
from transforms.urls import is_http, registrable_domain
from warehouse import coverage, read, register
from warehouse.connection import writing
from warehouse.state import SettledDocuments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.plan import Request
    from flows.run import Run
    from transforms.records import Exchange, FeedDocument, Gap
    from warehouse.connection import Home

UNSUBSCRIBED = "the feed is polled no more"
SWITCHED_OFF = "filling is switched off"
NO_SITEMAP = "neither an archive nor a sitemap is declared"
ALL_READ = "all was read that archives and sitemaps hold, up to the limit"
EXHAUSTED = "archives and sitemaps do not go back far enough"


def named_feeds(home: Home, names: Sequence[str]) -> list[Feed]:
    """Return the feeds of a home that addresses or ids name.

    Raises: NotSubscribedError if one of them is no feed of this home.
    """
    with writing(home) as con:
        held = {feed.feed_id: feed for feed in read.feeds(con, active_only=False)}
    found = [
        next((held[one] for one in possible_feed_ids(name) if one in held), None) for name in names
    ]
    for name, feed in zip(names, found, strict=True):
        if feed is None:
            raise NotSubscribedError(name)
    return [feed for feed in found if feed is not None]


async def ask_for_past(run: Run, request: Request) -> None:
    """Make the past of feeds a gap each, to be filled; asked for before, it is gone on with.

    Feeds that were never polled are polled first: they say where their past is.
    """
    feeds = named_feeds(run.home, request.feeds)
    states = run.state.feed_states([feed.feed_id for feed in feeds])
    await poll_feeds(run, [feed for feed in feeds if feed.feed_id not in states])
    await load_polls(run)
    states = run.state.feed_states([feed.feed_id for feed in feeds])
    now = run.clock()
    asked = {
        feed.feed_id: gaps.asked_gap(feed, request.lane, request.since, request.until or now, now)
        for feed in feeds
    }
    with writing(run.home) as con:
        known = coverage.gaps_by_id(con, [gap.gap_id for gap in asked.values()])
        pages = coverage.sites_of_feeds(con, asked)
    new = [
        replace(gap, site_url=pages.get(gap.feed_id, gap.site_url))
        for gap in asked.values()
        if gap.gap_id not in known
    ]
    wanted = [
        gaps.document_for(gap, state.older_url, gap.feed_id)
        for gap in new
        if (state := states.get(gap.feed_id)) and state.older_url
    ]
    run.state.want_documents(wanted, now)
    with writing(run.home) as con:
        coverage.put_gaps(con, new, run.run_id)


async def fill_gaps(run: Run, lane: str = LIVE_LANE) -> None:
    """Fetch and load the further documents that are wanted, until none is or time is up."""
    tried: set[str] = set()
    while not run.is_out_of_time:
        await _plan(run, lane, tried)
        ready = run.state.documents_ready(lane, run.clock())
        if not ready or not await fetch_documents(run, ready[:POLLS_A_BATCH]):
            return


async def _plan(run: Run, lane: str, tried: set[str]) -> None:
    """See to gaps for which no document is wanted any more: try sitemaps, or settle them."""
    with writing(run.home) as con:
        still_open = coverage.open_gaps(con, lane)
        feeds = read.feeds_by_id(con, [gap.feed_id for gap in still_open])
    in_hand = run.state.gaps_in_hand()
    for gap in still_open:
        if gap.kind != "asked" and not feeds[gap.feed_id].is_active:
            _settle(run, gap, UNSUBSCRIBED)
            continue
        if gap.gap_id in in_hand or gap.gap_id in tried:
            continue
        tried.add(gap.gap_id)
        await _go_on(run, gap)


async def _go_on(run: Run, gap: Gap) -> None:
    limit = run.settings.gap_documents
    has_all = gap.from_at is None and bool(gap.urls)  # an archive was read to its end
    found = await _sitemaps(run, gap) if len(gap.urls) < limit and not has_all else []
    if found is None:
        return  # not to be known now: the next run asks again
    sitemaps = [url for url in gaps.chosen_sitemaps(found) if url not in gap.urls]
    if sitemaps:
        _register(run, gap, sitemaps)
        wanted = [gaps.document_for(gap, url, feed_id(url)) for url in sitemaps]
        run.state.want_documents(wanted, run.clock())
        return
    far = ALL_READ if gap.kind == "asked" else EXHAUSTED
    why = SWITCHED_OFF if not limit else far if gap.urls else NO_SITEMAP
    _settle(run, gap, why)


def _settle(run: Run, gap: Gap, why: str) -> None:
    with writing(run.home) as con:
        coverage.put_gaps(con, [gaps.settled(gap, why, run.clock())], run.run_id)
    run.state.finish_polls((), (), SettledDocuments(gaps=(gap.gap_id,)))


async def _sitemaps(run: Run, gap: Gap) -> list[str] | None:
    """Return the sitemaps of its own domain that an outlet's robots.txt names; None if unknown."""
    if gap.site_url is None or not is_http(gap.site_url):
        return []
    named = await run.fetcher.sitemaps(gap.site_url, run_id=run.run_id)
    if named is None:
        return None
    domain = registrable_domain(gap.site_url)
    return [url for url in named if is_http(url) and registrable_domain(url) == domain]


def _register(run: Run, gap: Gap, sitemaps: Sequence[str]) -> None:
    """Make sitemaps feeds of the outlet that are not polled, so that their entries have one."""
    with writing(run.home) as con:
        known = read.feeds_by_id(con, [feed_id(url) for url in sitemaps])
        fresh = [
            Feed(
                feed_id=feed_id(url),
                source_id=gap.source_id,
                url=url,
                title="Sitemap, read to fill gaps",
                is_active=False,
            )
            for url in sitemaps
            if feed_id(url) not in known
        ]
        register.put_feeds(con, (), fresh, run.clock())


@step
async def fetch_documents(run: Run, wanted: Sequence[FeedDocument]) -> int:
    """Fetch and load further documents; return how many. Those of feeds in hand are left out."""
    mine = set(run.state.claim_feeds(run.run_id, [one.feed_id for one in wanted]))
    recorder = Grouped(partial(_record, run))
    fetched = [one for one in wanted if one.feed_id in mine]
    async with asyncio.TaskGroup() as group:
        for document in fetched:
            group.create_task(_fetch(run, document, recorder))
    await load_polls(run)
    return len(fetched)


def _record(run: Run, fetched: Sequence[tuple[Exchange, FeedDocument]]) -> None:
    run.archive.sync()
    run.state.record_documents(run.run_id, fetched)


async def _fetch(
    run: Run, document: FeedDocument, recorder: Grouped[tuple[Exchange, FeedDocument]]
) -> None:
    part = run.state.feed_state(gaps.part_id(document)) if document.gap_id is None else None
    headers = schedule.conditional_headers(part, run.clock()) if part else {}
    exchange = await run.fetcher.get(
        document.url, purpose="feed", run_id=run.run_id, headers=headers
    )
    await recorder.do((exchange, document))
