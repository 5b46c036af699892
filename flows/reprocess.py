"""Archived pages, read again with today's code; nothing is fetched."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (Prefect reads the parameters' types at run time)
from typing import TYPE_CHECKING, Any

from flows.backfill import NO_BUDGET
from flows.pages import work_off
from flows.report import finish
from flows.run import CODE_VERSION, open_run
from flows.settings import read_settings
from flows.step import step
from transforms.identity import make_id, want_id
from transforms.records import Want
from transforms.urls import host_of
from warehouse import history
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.run import Run
    from warehouse.history import StoredPage


async def reprocess(
    home: Path | None = None, *, sources: list[str] | None = None
) -> dict[str, Any]:
    """Extract every archived page again that another version of the code last read.

    Articles whose text comes out different get a new version, of the kind ``extractor``.

    Args:
        home: the folder that holds everything; by default COPYTASTER_HOME or ./copytaster-data.
        sources: only pages of these outlets.

    Returns: the run's id, and how many items of each stage met with which outcome.
    """
    settings = read_settings(home, run_budget_seconds=NO_BUDGET)
    parameters = {"sources": sources or [], "code": CODE_VERSION}
    lane = f"reprocess:{make_id('reprocess', repr(parameters))}"
    async with open_run("reprocess", settings, parameters) as run:
        await want_again(run, lane, tuple(sources or ()))
        await work_off(run, lane)
    return await finish(run)


@step
async def want_again(run: Run, lane: str, sources: Sequence[str]) -> int:
    """Put the archived pages in hand that today's code has not read; return how many."""
    with writing(run.home) as con:
        pages = history.stored_pages(con, other_than=CODE_VERSION, sources=sources)
    wants = [_want(page, lane) for page in pages]
    return run.state.want(wants, run.clock())


def _want(page: StoredPage, lane: str) -> Want:
    return Want(
        want_id=want_id(page.url, page.entry_id, f"{lane}:{page.exchange_id}"),
        url=page.url,
        host=host_of(page.url),
        source_id=page.source_id,
        reason="reprocess",
        entry_id=page.entry_id,
        feed_id=page.feed_id,
        lane=lane,
        place=page.place,
        exchange_id=page.exchange_id,
    )
