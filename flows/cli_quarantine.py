"""`copytaster quarantine`: what was kept aside, and what is to become of it."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.cli_options import AsJson, HomeFolder, expected_errors, fail
from flows.screen import plain_table, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flows.quarantine import Action, Shown
    from warehouse.quarantine import HeldRow, Selection

app = typer.Typer(
    no_args_is_help=True,
    help="The records that rules kept aside: list, show, release, discard, retry.",
)

SHOWN_CHARS = 60
Status = Literal["held", "released", "discarded", "all"]

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, or how they begin.")]
Rule = Annotated[list[str] | None, typer.Option(help="Only what broke this rule; repeatable.")]
OfSource = Annotated[list[str] | None, typer.Option(help="Only of this source; repeatable.")]
Subject = Annotated[
    Literal["entry", "article"] | None, typer.Option(help="Only entries, or only articles.")
]
Since = Annotated[datetime | None, typer.Option(help="Only what was kept aside since then (UTC).")]
Until = Annotated[datetime | None, typer.Option(help="Only what was kept aside before (UTC).")]
Everything = Annotated[bool, typer.Option("--all", help="All that is held.")]
Why = Annotated[str, typer.Option(help="Why, in words; it is kept.")]
By = Annotated[
    str | None, typer.Option(help="Who decides.", show_default="the user name of the environment")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop.")]


@app.command("list")
def list_records(  # noqa: PLR0913 (the options of a command)
    home: HomeFolder = None,
    *,
    rule: Rule = None,
    source: OfSource = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    status: Annotated[Status, typer.Option(help="Held, or decided on.")] = "held",
    limit: Annotated[int, typer.Option(min=1, help="How many, the last first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the records kept aside, those that came last first."""
    from flows.quarantine import list_quarantine  # noqa: PLC0415 (imports are dear)

    statuses = () if status == "all" else (status,)
    meant = _selection(None, rule, source, subject, since, until, statuses=statuses)
    with expected_errors():
        rows = list_quarantine(home, meant)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows[:limit]], default=str))
        return
    _print_rows(rows[:limit])
    more = f", {limit} shown" if len(rows) > limit else ""
    screen().print(f"{len(rows):,} records{more}")


@app.command()
def show(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, or how they begin.")],
    home: HomeFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show records whole: the rules that they broke, what was decided, what they say."""
    from flows.quarantine import show_quarantined  # noqa: PLC0415 (as above)

    with expected_errors():
        found = show_quarantined(home, _selection(ids, statuses=()))
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], default=str))
        return
    for one in found:
        _print_whole(one)


def _command(action: Literal["release", "discard"]) -> Callable[..., None]:
    """Return the command that decides on the records that its options choose."""

    def decide(  # noqa: PLR0913 (the options of a command)
        ids: Ids = None,
        home: HomeFolder = None,
        *,
        why: Why,
        by: By = None,
        rule: Rule = None,
        source: OfSource = None,
        subject: Subject = None,
        since: Since = None,
        until: Until = None,
        everything: Everything = False,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        meant = _selection(ids, rule, source, subject, since, until, is_all=everything)
        _settle(home, action, meant, by, why, is_dry=dry_run, as_json=as_json)

    return decide


app.command(
    "release",
    help="""
    Let records in as they are, the rules that they broke as marks beside them.

    An entry's page is wanted then, and fetched by the next run. What is known in a
    newer state stays as it is.
    """,
)(_command("release"))
app.command(
    "discard",
    help="""
    Leave records out for good; they stay on record, and `release ID` lets them in yet.
    """,
)(_command("discard"))


@app.command()
def retry(  # noqa: PLR0913 (the options of a command)
    ids: Ids = None,
    home: HomeFolder = None,
    *,
    why: Why = "passes the rules of today",
    by: By = None,
    rule: Rule = None,
    source: OfSource = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Judge records by today's rules, and let in those that pass: after a rule was changed.

    Without ids or options all that is held is judged.
    """
    meant = _selection(ids, rule, source, subject, since, until, is_all=True)
    _settle(home, "retry", meant, by, why, is_dry=dry_run, as_json=as_json)


def _selection(  # noqa: PLR0913, PLR0917 (the options that choose)
    ids: list[str] | None,
    rule: list[str] | None = None,
    source: list[str] | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    statuses: tuple[str, ...] = ("held",),
    is_all: bool = True,
) -> Selection:
    """Return what the options mean; ids name records whatever was decided on them."""
    from warehouse.quarantine import Selection  # noqa: PLC0415 (as above)

    if not (is_all or ids or rule or source or subject or since or until):
        fail("name records, choose some with --rule, --source and so on, or say --all")
    return Selection(
        ids=tuple(ids or ()),
        statuses=() if ids else statuses,
        rules=tuple(rule or ()),
        sources=tuple(source or ()),
        subjects=(subject,) if subject else (),
        since=since and since.replace(tzinfo=since.tzinfo or UTC),
        until=until and until.replace(tzinfo=until.tzinfo or UTC),
    )


def _settle(  # noqa: PLR0913 (the options of a command)
    home: Path | None,
    action: Action,
    meant: Selection,
    by: str | None,
    why: str,
    *,
    is_dry: bool,
    as_json: bool,
) -> None:
    from flows.quarantine import Order, settle  # noqa: PLC0415 (as above)
    from flows.running import to_its_end  # noqa: PLC0415 (as above)

    if not why.strip():
        fail("say why: --why 'the reason'")
    order = Order(action=action, by=by or getpass.getuser(), why=why.strip())
    with expected_errors():
        settled = to_its_end(settle(home, meant, order, is_dry=is_dry))
    if as_json:
        typer.echo(json.dumps(settled.as_json() | {"is_dry_run": is_dry}))
    else:
        for quarantine_id, fate in settled.records.items():
            typer.echo(f"{quarantine_id}  {fate}")
        counts = ", ".join(f"{count:,} {fate}" for fate, count in settled.fates.most_common())
        done = "would be" if is_dry else f"run {settled.run_id}" if settled.run_id else "nothing"
        typer.echo(f"{done}: {counts or 'no record is meant'}")
    raise typer.Exit(1 if settled.needs_a_look else 0)


def _print_rows(rows: Sequence[HeldRow]) -> None:
    table = plain_table("id", "kept aside", "source", "rules", "title")
    for row in rows:
        table.add_row(
            row.quarantine_id,
            f"{row.last_quarantined_at:%Y-%m-%d %H:%M}",
            row.source_id,
            ", ".join(row.rule_ids) + ("" if row.status == "held" else f" ({row.status})"),
            (row.title or row.url or "")[:SHOWN_CHARS],
        )
    if rows:
        screen().print(table)


def _print_whole(one: Shown) -> None:
    from transforms.records import Entry  # noqa: PLC0415 (as above)

    row = one.row
    typer.secho(f"{row.quarantine_id}  {row.subject}, {row.status}", bold=True)
    typer.echo(f"{row.title or ''}\n{row.url or ''}")
    typer.echo(f"{row.source_id}, kept aside {row.last_quarantined_at:%Y-%m-%d %H:%M:%S} UTC")
    for hit in one.kept.hits:
        typer.echo(f"  {hit.rule_id} ({hit.severity}): {hit.reason}\n    {hit.column}: {hit.value}")
    for decision in one.decisions:
        told = f"{decision.at:%Y-%m-%d %H:%M:%S} {decision.decision} by {decision.by}"
        typer.echo(f"  {told}: {decision.why}")
    record = one.kept.record
    text = record.summary if isinstance(record, Entry) else record.body
    typer.echo(f"\n{text or ''}\n")
