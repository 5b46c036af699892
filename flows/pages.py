"""The second half of the walk: wanted pages, fetched, extracted, checked, loaded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from flows.fetch.grouping import Grouped
from flows.host_copies import with_hosts
from flows.jobs import PageDone, PageJob, read_page, without_payload
from flows.step import step
from flows.workers import Lost
from transforms.fates import Fate, Tries, is_asked, page_fate, problem_fate
from transforms.optouts import concerns_text
from transforms.outcomes import Stamp
from transforms.page_batches import Known, ReadPage, article_batch
from transforms.quarantine import as_decided
from transforms.records import LIVE_LANE, Problem
from transforms.urls import outlet_of
from warehouse import history, load, outlets, quarantine, read
from warehouse.archive_read import read_exchange
from warehouse.connection import writing
from warehouse.state_wants import url_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from expectations.check import Checked
    from flows.run import Run
    from transforms.records import Article, Exchange, Place, Want

HOST_SECONDS_A_BATCH = 60.0  # what the gaps of one host may cost a batch while other hosts wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of publication times, ``since`` included, ``until`` not; None leaves a side open."""

    since: datetime | None = None
    until: datetime | None = None

    def admits(self, article: Article) -> bool:
        """Tell whether an article was published in the window, or may have been."""
        if article.published is None:
            return True
        at = article.published.at
        is_early = self.since is not None and at < self.since
        return not is_early and (self.until is None or at < self.until)


ALWAYS = Window()


async def work_off(run: Run, lane: str = LIVE_LANE, window: Window = ALWAYS) -> None:
    """Take the wanted pages of a lane through the walk, batch by batch, until none is ready.

    While one batch is extracted, checked and loaded, the next is fetched.
    """
    wants = await fetch_some(run, lane)
    while wants:
        async with asyncio.TaskGroup() as group:
            fetching = group.create_task(fetch_some(run, lane))
            await read_and_load(run, wants, window)
        # What this batch had in hand was left out of that claim: ask once more before leaving.
        wants = fetching.result() or await fetch_some(run, lane)


async def fetch_some(run: Run, lane: str) -> tuple[Want, ...]:
    """Claim a batch of wanted pages and fetch them; empty when none is ready or time is up."""
    if run.is_out_of_time:
        return ()
    gap, limit = run.settings.host_gap_seconds, run.settings.batch_pages
    per_host = max(1, int(HOST_SECONDS_A_BATCH / gap)) if gap else limit
    claimed = run.state.claim(run.run_id, run.clock(), limit, per_host, lane)
    return await fetch_pages(run, claimed) if claimed else ()


@step
async def fetch_pages(run: Run, claimed: Sequence[Want]) -> tuple[Want, ...]:
    """See that each wanted page is in the archive; return the wants, each with its place."""
    run.meter.expect("pages", len(claimed))
    by_page: dict[str, list[Want]] = {}
    for want in claimed:
        by_page.setdefault(url_key(want.url), []).append(want)
    recorder = Grouped(partial(_record, run))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_fetch(run, wants, recorder)) for wants in by_page.values()]
    return tuple(want for task in tasks for want in task.result())


def _record(run: Run, fetched: Sequence[tuple[str, Exchange]]) -> None:
    """Note which wants' pages are archived, once they are on the disk."""
    run.archive.sync()
    run.state.record_pages(fetched)


async def _fetch(
    run: Run, wants: Sequence[Want], recorder: Grouped[tuple[str, Exchange]]
) -> list[Want]:
    """Fetch one page for all who want it, unless it is archived already."""
    fetched = [want for want in wants if want.place is not None]
    missing = [want for want in wants if want.place is None]
    if missing:
        exchange = await run.fetcher.get(missing[0].url, purpose="page", run_id=run.run_id)
        await recorder.do((missing[0].want_id, exchange))
        fetched += [
            replace(
                want,
                place=exchange.place,
                exchange_id=exchange.exchange_id,
                attempts=want.attempts + is_asked(exchange),
                waits=want.waits + (not is_asked(exchange)),
            )
            for want in missing
        ]
    run.meter.advance("pages", len(wants))
    return fetched


@step
async def read_and_load(run: Run, wants: Sequence[Want], window: Window) -> None:
    """Extract, check and load a batch of archived pages."""
    pages = await extract_pages(run, wants, window)
    await load_pages(run, pages, await check_pages(run, pages))


async def extract_pages(run: Run, wants: Sequence[Want], window: Window) -> tuple[ReadPage, ...]:
    """Read archived pages in the worker processes; each gives an article or a reason why not."""
    with writing(run.home) as con:
        entries = history.entries(con, [want.entry_id for want in wants if want.entry_id])
        known = outlets.knowledge(con, {outlet_of(want.url) for want in wants})
    jobs = [
        PageJob(
            archive=run.home.archive,
            place=_place(want),
            source_id=want.source_id,
            entry=entries.get(want.entry_id or ""),
            max_bytes=run.settings.page_max_bytes,
            knowledge=known.get(outlet_of(want.url)),
        )
        for want in wants
    ]
    results = await run.workers.map(read_page, jobs)
    done = [
        _unread(run, job, want, result) if isinstance(result, Lost) else result
        for job, want, result in zip(jobs, wants, results, strict=True)
    ]
    run.charge("extract", sum(one.cpu_seconds for one in done))
    return tuple(_read(run, want, one, window) for want, one in zip(wants, done, strict=True))


def _place(want: Want) -> Place:
    if want.place is None:
        raise ValueError(f"{want.url} is not in the archive")
    return want.place


def _unread(run: Run, job: PageJob, want: Want, lost: Lost) -> PageDone:
    """Return the page that cost a worker its life: a failure of this page alone."""
    problem = Problem(
        stage="article",
        subject=want.url,
        code=f"worker_{lost.reason}",
        detail=lost.detail,
        is_final=True,
    )
    exchange = without_payload(read_exchange(run.home.archive, job.place))
    return PageDone(exchange=exchange, result=problem, cpu_seconds=0.0)


def _read(run: Run, want: Want, done: PageDone, window: Window) -> ReadPage:
    most = run.settings.max_attempts
    tries = Tries(attempts=want.attempts, waits=want.waits, most=most, now=run.clock())
    page = ReadPage(want=want, exchange=done.exchange, page_fate=page_fate(done.exchange, tries))
    page = replace(page, opt_outs=done.opt_outs)
    if done.result is None:
        return page
    if run.settings.on_opt_out == "skip_pages" and concerns_text(done.opt_outs):
        said = Fate(outcome="skipped", reason="opted_out", detail=done.opt_outs[0].evidence)
        return replace(page, article_fate=said)
    if isinstance(done.result, Problem):
        return replace(page, article_fate=problem_fate(done.result, tries))
    if not window.admits(done.result):
        outside = Fate(outcome="skipped", reason="outside_window")
        return replace(page, article=done.result, article_fate=outside)
    return replace(page, article=done.result)


async def check_pages(run: Run, pages: Sequence[ReadPage]) -> Checked:
    """Judge the articles of a batch, each version once."""
    # Loaded where there is something to judge: most runs have nothing.
    from expectations.check import check_articles  # noqa: PLC0415

    articles = {
        page.article.version_id: page.article
        for page in pages
        if page.article is not None and page.article_fate is None
    }
    return await asyncio.to_thread(check_articles, tuple(articles.values()), now=run.clock())


async def load_pages(run: Run, pages: Sequence[ReadPage], checked: Checked) -> None:
    """Load a batch in one transaction, then take its wants out of hand."""
    await asyncio.to_thread(_load, run, pages, checked)


def _load(run: Run, pages: Sequence[ReadPage], checked: Checked) -> None:
    now = run.clock()
    refused = [one.subject_id for one in checked.verdicts if one.status == "quarantined"]
    with writing(run.home) as con:
        released = quarantine.released(con, refused) if refused else frozenset()
        verdicts = {one.subject_id: as_decided(one, released) for one in checked.verdicts}
        loaded = history.recorded_items(con, "page", [page.exchange for page in pages])
        batch, fates = article_batch(
            pages,
            verdicts,
            checked.rule_results,
            Known(
                versions=read.known_versions(con, verdicts),
                wants={item for item, _ in loaded},
            ),
            Stamp(run_id=run.run_id, at=now),
        )
        sources = {page.want.host: page.want.source_id for page in pages}
        declared = (one for page in pages for one in page.opt_outs)
        load.load(con, with_hosts(run.state, batch, sources, declared))
    for want, fate in fates:
        if fate.retry_at is not None:
            run.state.retry(want.want_id, fate.retry_at, fate.reason)
    run.state.finish([want.want_id for want, fate in fates if fate.retry_at is None], now)
