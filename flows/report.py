"""What a run did, in numbers: for the screen, for a program, and as an artifact in Prefect."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from expectations.batches import ShownAlert, shown_alerts
from flows.alerts import as_lines, tell_alerts
from flows.screen import counted, plain_table, screen
from flows.step import is_recorded
from warehouse import history, read
from warehouse.connection import writing
from warehouse.publish import is_published

if TYPE_CHECKING:
    from rich.console import Console

    from flows.run import Run
    from warehouse.connection import Home
    from warehouse.history import OutcomeCount

STAGES = ("poll", "entry", "page", "article")
WORDS = {
    "poll": "feeds polled",
    "entry": "entries read",
    "page": "pages fetched",
    "article": "articles read",
}
WANT_A_LOOK = frozenset({"failed", "given_up"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What became of the items of one run."""

    run_id: str
    kind: str
    status: str
    seconds: float
    outcomes: tuple[OutcomeCount, ...]
    in_hand: int  # pages that wait for a later run
    is_published: bool  # whether the copy that analysts open has what the run loaded
    audit_rows: int  # of report.outcome_audit, for what the run loaded: 0 when nothing vanished
    broken_rules: tuple[str, ...] = ()  # over the whole warehouse, where the run checked it
    alerts: tuple[ShownAlert, ...] = ()  # outlets that this run was the first to find unusual

    @property
    def needs_a_look(self) -> bool:
        """Tell whether something failed, vanished, broke a rule, or turned unusual."""
        is_broken = self.audit_rows > 0 or bool(self.broken_rules) or bool(self.alerts)
        return is_broken or any(one.outcome in WANT_A_LOOK for one in self.outcomes)

    def count(self, stage: str, outcome: str | None = None) -> int:
        """Return how many items of a stage met with an outcome, or with any."""
        return sum(
            one.items
            for one in self.outcomes
            if one.stage == stage and outcome in {None, one.outcome}
        )

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return asdict(self) | {"needs_a_look": self.needs_a_look}


def summarise(home: Home, run_id: str) -> Summary:
    """Return what became of the items of a run, from the tables it wrote."""
    with writing(home) as con:
        run = history.run_row(con, run_id)
        return Summary(
            run_id=run_id,
            kind=run.kind,
            status=run.status,
            seconds=run.seconds,
            outcomes=history.outcome_counts(con, run_id),
            in_hand=read.current_counts(con)["work_in_hand"],
            is_published=is_published(home),
            audit_rows=history.audit_rows_of_run(con, run_id),
            broken_rules=history.broken_rules(con, run_id),
            alerts=shown_alerts(history.new_alerts(con, run_id)),
        )


def summary_of(told: dict[str, Any]) -> Summary:
    """Return the summary that a walk returned as plain values."""
    given = {name: told[name] for name in Summary.__dataclass_fields__}
    given["outcomes"] = tuple(history.OutcomeCount(**one) for one in told["outcomes"])
    given["alerts"] = tuple(ShownAlert(**one) for one in told["alerts"])
    return Summary(**given)


def print_summary(summary: Summary, console: Console | None = None) -> None:
    """Print a table: a line for each stage, outcome and reason."""
    out = console or screen()
    table = plain_table("stage", "items", "outcome", "reason", numbers={"items"})
    for stage in STAGES:
        rows = [one for one in summary.outcomes if one.stage == stage]
        for number, one in enumerate(sorted(rows, key=lambda one: (one.outcome, -one.items))):
            style = "yellow" if one.outcome in WANT_A_LOOK else ""
            label = WORDS[stage] if number == 0 else ""
            table.add_row(label, f"{one.items:,}", one.outcome, one.reason, style=style)
    if summary.outcomes:
        out.print(table)
    for line in as_lines(summary.alerts):
        out.print(line, style="yellow", markup=False, soft_wrap=True)
    out.print(verdict(summary), soft_wrap=True)


def verdict(summary: Summary) -> str:
    """Return the last line: what the run brought, and what is left."""
    name = f"{summary.kind} {summary.run_id} {summary.status} in {summary.seconds:.1f} s"
    parts = [f"{name}: {counted(summary.count('article', 'loaded'), 'article')} loaded"]
    if summary.kind == "upkeep":
        parts = [f"{name}: {', '.join(summary.broken_rules) or 'every rule holds'}"]
    elif not summary.outcomes:
        parts.append("nothing was due" if summary.kind == "ingest" else "nothing was to be done")
    if held := summary.count("article", "quarantined") + summary.count("entry", "quarantined"):
        parts.append(f"{held} quarantined")
    if summary.alerts:
        parts.append(f"{counted(len(summary.alerts), 'outlet')} not as usual")
    if summary.in_hand:
        waiting = counted(summary.in_hand, "page")
        parts.append(f"{waiting} {'waits' if summary.in_hand == 1 else 'wait'} for a later run")
    if not summary.is_published:
        parts.append("published by a later run, or now by `copytaster publish`")
    if summary.audit_rows:
        lost = counted(summary.audit_rows, "item")
        parts.append(f"{lost} unaccounted for: see report.outcome_audit")
    return ", ".join(parts)


def as_markdown(summary: Summary) -> str:
    """Return the summary as Markdown, for an artifact."""
    lines = ["| stage | outcome | reason | items |", "|---|---|---|---:|"]
    lines += [
        f"| {one.stage} | {one.outcome} | {one.reason} | {one.items} |" for one in summary.outcomes
    ]
    return "\n".join([f"**{verdict(summary)}**", "", *lines])


async def finish(run: Run) -> dict[str, Any]:
    """Return what a closed run did; a recorded flow run keeps it as an artifact, too."""
    summary = summarise(run.home, run.run_id)
    if is_recorded():
        from prefect.artifacts import acreate_markdown_artifact  # noqa: PLC0415 (see flows.step)
        from prefect.logging import get_run_logger  # noqa: PLC0415

        get_run_logger().info(verdict(summary))
        await acreate_markdown_artifact(
            as_markdown(summary), key=f"copytaster-{run.kind}", description=verdict(summary)
        )
        if summary.alerts:
            get_run_logger().warning("\n".join(as_lines(summary.alerts)))
            await tell_alerts(run, summary.alerts)
    return summary.as_json()
