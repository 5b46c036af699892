"""The live walk: feeds polled, new pages fetched, articles extracted, checked and loaded."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (Prefect reads the parameters' types at run time)
from typing import Any

from flows.alerts import look_for_alerts
from flows.gaps import fill_gaps, named_feeds
from flows.homes import existing_home
from flows.pages import work_off
from flows.polls import POLLS_A_BATCH, Choice, due_feeds, load_polls, poll_and_load
from flows.progress import current_meter
from flows.report import finish
from flows.run import open_run
from flows.settings import read_settings


async def ingest(
    home: Path | None = None,
    *,
    all_feeds: bool = False,
    feeds: list[str] | None = None,
    sources: list[str] | None = None,
    connect_to: str | None = None,
) -> dict[str, Any]:
    """Run the walk once over the feeds that are due.

    Args:
        home: the folder that holds everything; by default COPYTASTER_HOME or ./copytaster-data.
        all_feeds: poll every feed, due or not.
        feeds: poll only these, by address or id.
        sources: poll only the feeds of these.
        connect_to: HOST:PORT that every connection goes to, for replays.

    Raises: NotSubscribedError where one of ``feeds`` is no feed of the home; WarehouseMissing.

    Returns: the run's id, and how many items of each stage met with which outcome.
    """
    settings = read_settings(home, connect_to=connect_to)
    if feeds:
        named_feeds(existing_home(home)[0], feeds)  # a slip of the pen is no feed that is not due
    choice = Choice(all_feeds=all_feeds, feeds=tuple(feeds or ()), sources=tuple(sources or ()))
    if settings.has_no_contact and settings.connect_to is None:
        current_meter().note("No contact is set in settings.toml: publishers cannot reach you.")
    async with open_run("ingest", settings, choice.as_parameters()) as run:
        await load_polls(run)  # those that a killed run left in hand
        due = await due_feeds(run, choice)
        for start in range(0, len(due), POLLS_A_BATCH):
            if run.is_out_of_time:
                break  # those left have waited longest when the next run asks
            await poll_and_load(run, due[start : start + POLLS_A_BATCH])
        await fill_gaps(run)
        await work_off(run)
        await look_for_alerts(run)
    return await finish(run)
