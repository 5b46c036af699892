"""What there is in a home, at a glance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from expectations.batches import ShownAlert, shown_alerts
from flows.homes import current_warehouse, existing_home
from flows.run import utc_now
from flows.screen import counted, escaped, plain_table, screen
from warehouse import history, read, register
from warehouse.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.history import RunRow

LAST_RUNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What there is in a home."""

    home: str
    counts: dict[str, int]  # rows by what they are
    feeds_failing: int
    pages_waiting: int
    next_page_at: datetime | None
    published_at: datetime | None
    audit_rows: int
    alerts: tuple[ShownAlert, ...]  # outlets that are not as usual, as runs found them
    runs: tuple[RunRow, ...]

    @property
    def needs_a_look(self) -> bool:
        """Tell whether something vanished, or the last run did not end well."""
        return self.audit_rows > 0 or (bool(self.runs) and self.runs[0].status == "failed")

    def as_json(self) -> dict[str, Any]:
        """Return the status as plain values."""
        return asdict(self) | {"needs_a_look": self.needs_a_look}


def read_status(folder: Path | None) -> Status:
    """Return what there is in a home.

    Raises: WarehouseMissing if it was never initialised; SchemaError if it is to be brought
        up to this version first.
    """
    home, _ = existing_home(folder)
    now = utc_now()
    with current_warehouse(home) as con, State(home.state) as state:
        failing = sum(one.failures > 0 for one in state.feed_states().values())
        in_hand = state.in_hand(now)
        # While a run goes on, its copy is older than its loads: what waits would seem lost.
        register.copy_work_in_hand(con, in_hand)
        return Status(
            home=str(home.root),
            counts=read.current_counts(con),
            feeds_failing=failing,
            pages_waiting=len(in_hand),
            next_page_at=state.next_ready_at(),
            published_at=_modified_at(home.published),
            audit_rows=history.audit_rows_known(con),
            alerts=shown_alerts(history.standing_alerts(con)),
            runs=history.last_runs(con, LAST_RUNS),
        )


def _modified_at(file: Path) -> datetime | None:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file.exists() else None


def print_status(status: Status) -> None:
    """Print what there is in a home."""
    out = screen()
    out.print(f"[bold]{status.home}[/]")
    for name, count in status.counts.items():
        out.print(f"{count:>10,} {name}")
    out.print(f"{status.feeds_failing:>10,} failing_feeds")
    waiting = f"{status.pages_waiting:>10,} pages_waiting"
    at = status.next_page_at
    out.print(waiting + (f", the next until {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""))
    published = f"{status.published_at:%Y-%m-%d %H:%M:%S} UTC" if status.published_at else "never"
    out.print(f"published  {published}")
    audit = "every item accounted for"
    if status.audit_rows:
        lost = counted(status.audit_rows, "item")
        audit = f"[red]{lost} unaccounted for: see report.outcome_audit[/]"
    out.print(f"audit      {audit}")
    for alert in status.alerts:
        told = f"{alert.source}: {alert.words} ({alert.reason}): {'; '.join(alert.signals)}"
        out.print(f"[yellow]unusual[/]    {escaped(told)}, since {alert.since:%Y-%m-%d %H:%M} UTC")
    table = plain_table("run", "kind", "status", "seconds", "articles")
    for run in status.runs:
        table.add_row(run.run_id, run.kind, run.status, f"{run.seconds:.1f}", f"{run.loaded:,}")
    if status.runs:
        out.print(table)
