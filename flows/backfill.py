"""The same walk, fed by archives and lists instead of feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003
from typing import TYPE_CHECKING, Any

from flows.gaps import ask_for_past, fill_gaps, named_feeds
from flows.homes import existing_home
from flows.pages import Window, work_off
from flows.plan import Plan, Request, put_in_hand, read_urls, survey
from flows.report import finish
from flows.run import open_run
from flows.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

ASKED_DOCUMENTS = 200  # archive pages and sitemaps that the past of one feed may cost
NO_BUDGET = 10.0 * 365 * 86_400  # a backfill takes the time it takes, and can be stopped


async def backfill(  # noqa: PLR0913 (each is a field of the form in Prefect's UI)
    home: Path | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sources: list[str] | None = None,
    urls: list[str] | None = None,
    urls_file: Path | None = None,
    warcs: list[Path] | None = None,
    feeds: list[str] | None = None,
    connect_to: str | None = None,
) -> dict[str, Any]:
    """Take pages of a window through the walk: from WARC files, URLs, feeds' pasts, our archive.

    Stopped at any moment and started again with the same parameters, it goes on where it
    was. An older state of an article never replaces a newer one.

    Args:
        home: the folder that holds everything; by default COPYTASTER_HOME or ./copytaster-data.
        since: leave out articles published before, and so pages fetched before.
        until: leave out articles published then or later, whenever they were fetched.
        sources: only pages of these outlets.
        urls: addresses of pages to fetch.
        urls_file: a file of addresses, one a line.
        warcs: WARC files, ours or of others, to read pages from.
        feeds: feeds, by address or id, whose past is read from their archives (RFC 5005) or
            the sitemaps of their outlets.
        connect_to: HOST:PORT that every connection goes to, for replays.

    Returns: the run's id, and how many items of each stage met with which outcome.
    """
    settings = read_settings(home, connect_to=connect_to, run_budget_seconds=NO_BUDGET)
    request = make_request(
        since, until, sources, urls=urls, urls_file=urls_file, warcs=warcs, feeds=feeds
    )
    if request.feeds:
        settings = settings.model_copy(update={"gap_documents": ASKED_DOCUMENTS})
    async with open_run("backfill", settings, request.as_parameters()) as run:
        await put_in_hand(run, request)
        if request.feeds:
            await ask_for_past(run, request)
            await fill_gaps(run, request.lane)
        await work_off(run, request.lane, Window(since=request.since, until=request.until))
    return await finish(run)


def plan_backfill(  # noqa: PLR0913 (the same parameters as the flow's)
    home: Path | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sources: list[str] | None = None,
    urls_file: Path | None = None,
    warcs: list[Path] | None = None,
    feeds: list[str] | None = None,
) -> Plan:
    """Return what a backfill would do; nothing is done.

    Raises: WarehouseMissing if the home was never initialised; OSError for unreadable files;
        LookupError for a feed that is not subscribed to.
    """
    found, settings = existing_home(home)
    request = make_request(since, until, sources, urls_file=urls_file, warcs=warcs, feeds=feeds)
    if request.feeds:
        named_feeds(found, request.feeds)
    return survey(found, request, settings.host_gap_seconds)


def make_request(  # noqa: PLR0913 (the flow's parameters)
    since: datetime | None,
    until: datetime | None,
    sources: Sequence[str] | None,
    *,
    urls: Sequence[str] | None = None,
    urls_file: Path | None = None,
    warcs: Sequence[Path] | None = None,
    feeds: Sequence[str] | None = None,
) -> Request:
    """Return a request from a flow's parameters; times without a zone are taken as UTC."""
    return Request(
        since=in_utc(since),
        until=in_utc(until),
        sources=tuple(sources or ()),
        urls=(*(urls or ()), *(read_urls(urls_file) if urls_file else ())),
        warcs=tuple(warcs or ()),
        feeds=tuple(feeds or ()),
    )


def in_utc(moment: datetime | None) -> datetime | None:
    """Return a time in UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
