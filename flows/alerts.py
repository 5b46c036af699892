"""Outlets that are not as usual: looked for once an hour, told once, with the reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from expectations.batches import BATCH_SUITE, ShownAlert, judge_batches
from flows.step import step
from warehouse import history, register
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from expectations.warehouse import Finding
    from flows.run import Run

LOOK_EVERY = timedelta(hours=1)
"""It takes seconds over a month of millions of outcomes, and what it tells is of days."""

EVENT = "copytaster.alert"
TOLD_AT_MOST = 50  # outlets in one run: where all fail at once, the fault is ours and told by a few


@step
async def look_for_alerts(run: Run) -> None:
    """Look for outlets that are not as usual, unless a run did so within the hour."""
    await asyncio.to_thread(_look, run)


def _look(run: Run) -> None:
    with writing(run.home) as con:
        last = history.last_check(con, BATCH_SUITE)
        if last is None or not timedelta() <= run.clock() - last < LOOK_EVERY:
            judge_outlets(con, run)


def judge_outlets(con: duckdb.DuckDBPyConnection, run: Run) -> tuple[Finding, ...]:
    """Judge what the outlets brought; keep how the rules fared, and what begins and ends."""
    counts = history.signals_judged(con)
    is_unusual = any(outside for _, outside in counts.values())
    alerts = history.source_alerts(con) if is_unusual else ()
    findings = judge_batches(counts, alerts)
    now = run.clock()
    register.put_alerts(con, run.run_id, alerts, now)
    register.put_rule_results(con, run.run_id, [finding.result for finding in findings], now)
    return findings


async def tell_alerts(run: Run, alerts: Sequence[ShownAlert]) -> None:
    """Tell Prefect what a recorded run was the first to find: an event each, and an artifact."""
    from prefect.artifacts import acreate_markdown_artifact  # noqa: PLC0415 (see flows.step)
    from prefect.events import emit_event  # noqa: PLC0415

    for alert in alerts[:TOLD_AT_MOST]:
        emit_event(
            event=EVENT,
            resource={
                "prefect.resource.id": f"copytaster.source.{alert.source_id}",
                "prefect.resource.name": alert.source,
            },
            payload={
                "reason": alert.reason,
                "words": alert.words,
                "signals": list(alert.signals),
                "numbers": alert.numbers,
                "run_id": run.run_id,
            },
        )
    await acreate_markdown_artifact(
        as_markdown(alerts),
        key="copytaster-alerts",
        description=f"{len(alerts)} outlets are not as usual, as run {run.run_id} found",
    )


def as_lines(alerts: Sequence[ShownAlert]) -> list[str]:
    """Return a line an alert, and one for those left out."""
    lines = [
        f"{alert.source}: {alert.words} ({alert.reason}): {'; '.join(alert.signals)}."
        f" {alert.numbers}"
        for alert in alerts[:TOLD_AT_MOST]
    ]
    left = len(alerts) - TOLD_AT_MOST
    return [*lines, f"and {left} outlets more: see report.source_alerts"] if left > 0 else lines


def as_markdown(alerts: Sequence[ShownAlert]) -> str:
    """Return alerts as Markdown, for an artifact."""
    rows = [
        f"| {_cell(alert.source)} | {alert.reason}: {alert.words} |"
        f" {'; '.join(alert.signals)} | {alert.numbers} |"
        for alert in alerts[:TOLD_AT_MOST]
    ]
    head = ["| outlet | reason | signals | numbers |", "|---|---|---|---|"]
    left = as_lines(alerts)[TOLD_AT_MOST:]
    return "\n".join([*head, *rows, "", *left])


def _cell(text: str) -> str:
    """Return a name as text within a table of Markdown, where it can be no markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+!|<>" else char for char in text)
