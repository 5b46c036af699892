"""The nightly work: checks over the whole warehouse, retention, publishing, documents."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path  # noqa: TC003 (Prefect reads the parameters' types at run time)
from typing import TYPE_CHECKING, Any

from expectations.warehouse import check_warehouse
from flows.alerts import judge_outlets
from flows.documents import write_documents
from flows.report import finish
from flows.run import open_run
from flows.settings import read_settings
from flows.step import is_recorded, step
from warehouse import outlets, register
from warehouse.connection import writing

if TYPE_CHECKING:
    from flows.documents import Documents
    from flows.run import Run

REMEMBER_REPLACED = timedelta(days=30)  # pages that taught of an outlet, once newer ones do
REMEMBER_DONE = timedelta(days=30)  # wants that were finished do not come back for this long


async def upkeep(home: Path | None = None) -> dict[str, Any]:
    """Check the warehouse as a whole, drop what is past its time, publish, write the documents.

    Args:
        home: the folder that holds everything; by default COPYTASTER_HOME or ./copytaster-data.

    Returns: the run's id; rules that failed stand in `ops.validation_results`.
    """
    settings = read_settings(home)
    async with open_run("upkeep", settings, {}) as run:
        await check_all(run)
        await drop_old(run)
    await tell_documents(await document(run), settings.docs_url)
    return await finish(run)


@step
async def check_all(run: Run) -> None:
    """Run the suites over the warehouse and over what the outlets brought; keep how rules fared."""
    await asyncio.to_thread(_check_all, run)


def _check_all(run: Run) -> None:
    with writing(run.home) as con:
        found = check_warehouse(con)
        results = [finding.result for finding in found]
        register.put_rule_results(con, run.run_id, results, run.clock())
        unusual = judge_outlets(con, run)
    for finding in (*found, *unusual):
        if finding.result.failed_rows:
            run.meter.note(
                f"{finding.result.rule_id}: {finding.result.failed_rows} rows break it"
                f" ({finding.reason}) {'; '.join(finding.examples)}"
            )


@step
async def document(run: Run) -> Documents:
    """Write the documents, from the copy just published: no writer waits for them."""
    return await asyncio.to_thread(write_documents, run.home.root, now=run.clock())


async def tell_documents(documents: Documents, docs_url: str | None) -> None:
    """Leave a link to the documents in a recorded flow run."""
    if is_recorded():
        from prefect.artifacts import acreate_link_artifact  # noqa: PLC0415 (see flows.step)

        served = f"{docs_url.rstrip('/')}/{documents.front_page.name}" if docs_url else None
        await acreate_link_artifact(
            link=served or documents.front_page.as_uri(),
            link_text="Quality of the data",
            key="copytaster-docs",
            description=f"{documents.pages} pages in {documents.folder}",
        )


@step
async def drop_old(run: Run) -> None:
    """Forget finished work and replaced knowledge, and archive folders past their time."""
    run.state.forget_done(run.clock() - REMEMBER_DONE)
    with writing(run.home) as con:
        outlets.forget(con, run.clock() - REMEMBER_REPLACED)
    days = run.settings.archive_keep_days
    if days == 0:
        return
    limit = (run.clock() - timedelta(days=days)).date()
    for folder in sorted(run.home.archive.glob("[0-9]*/[0-9]*/[0-9]*")):
        if "-".join(folder.relative_to(run.home.archive).parts) < limit.isoformat():
            run.meter.note(f"{folder} dropped, older than {days} days")
            shutil.rmtree(folder)
