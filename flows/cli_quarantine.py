"""`copytaster quarantine`: what was kept aside, and what is to become of it."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from flows.cli_options import AsJson, DryRun, HomeFolder, Sources, expected_errors, fail
from flows.screen import plain_table, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flows.quarantine import Action, Order, Shown
    from warehouse.quarantine import HeldRow, Selection

app = typer.Typer(
    no_args_is_help=True,
    help="The records that rules kept aside: list, show, release, discard, retry.",
)

SHOWN_CHARS = 60
Status = Literal["held", "released", "discarded", "all"]

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids, or how they begin.")]
Everything = Annotated[bool, typer.Option("--all", help="All that is held.")]
Why = Annotated[str, typer.Option(help="Why, in words; it is kept.")]
By = Annotated[
    str | None, typer.Option(help="Who decides.", show_default="the user name of the environment")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The options that choose records, and what was given for them."""

    rule: Annotated[
        list[str] | None, typer.Option(help="Only what broke this rule; repeatable.")
    ] = None
    source: Sources = None
    subject: Annotated[
        Literal["entry", "article"] | None, typer.Option(help="Only entries, or only articles.")
    ] = None
    since: Annotated[
        datetime | None, typer.Option(help="Only what was kept aside since then (UTC).")
    ] = None
    until: Annotated[
        datetime | None, typer.Option(help="Only what was kept aside before (UTC).")
    ] = None

    @property
    def is_made(self) -> bool:
        """Tell whether any of the options was given."""
        return any((self.rule, self.source, self.subject, self.since, self.until))

    def selection(
        self, ids: list[str] | None = None, *, statuses: tuple[str, ...] = ("held",)
    ) -> Selection:
        """Return what is meant; ids name records whatever was decided on them."""
        from warehouse.quarantine import Selection  # noqa: PLC0415 (imports are dear)

        return Selection(
            ids=tuple(ids or ()),
            statuses=() if ids else statuses,
            rules=tuple(self.rule or ()),
            sources=tuple(self.source or ()),
            subjects=(self.subject,) if self.subject else (),
            since=self.since and self.since.replace(tzinfo=self.since.tzinfo or UTC),
            until=self.until and self.until.replace(tzinfo=self.until.tzinfo or UTC),
        )


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Choice`; it is called with what they say as ``choice``."""
    hints = get_type_hints(command, include_extras=True)
    choices = get_type_hints(Choice, include_extras=True)
    options = [
        Parameter(it.name, Parameter.KEYWORD_ONLY, default=it.default, annotation=choices[it.name])
        for it in fields(Choice)
    ]
    told = [
        one.replace(annotation=hints[name])
        for name, one in signature(command).parameters.items()
        if name != "choice"
    ]
    first = sum(one.kind is not Parameter.KEYWORD_ONLY for one in told)
    told[first:first] = options

    def run(**given: Any) -> None:  # noqa: ANN401 (values of all options)
        choice = Choice(**{one.name: given.pop(one.name) for one in options})
        command(**given, choice=choice)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = Signature(told)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in told}
    return run


@app.command("list")
@choosing
def list_records(
    home: HomeFolder = None,
    *,
    choice: Choice,
    status: Annotated[Status, typer.Option(help="Held, or decided on.")] = "held",
    limit: Annotated[int, typer.Option(min=1, help="How many, the last first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the records kept aside, those that came last first."""
    from flows.quarantine import list_quarantine  # noqa: PLC0415 (imports are dear)

    statuses = () if status == "all" else (status,)
    with expected_errors():
        rows = list_quarantine(home, choice.selection(statuses=statuses))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows[:limit]], default=str))
        return
    _print_rows(rows[:limit])
    more = f", {limit} shown" if len(rows) > limit else ""
    screen().print(f"{len(rows):,} records{more}")


@app.command()
def show(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids, or how they begin.")],
    home: HomeFolder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show records whole: the rules that they broke, what was decided, what they say."""
    from flows.quarantine import show_quarantined  # noqa: PLC0415 (as above)

    with expected_errors():
        found = show_quarantined(home, Choice().selection(ids))
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], default=str))
        return
    for one in found:
        _print_whole(one)


def _command(action: Literal["release", "discard"]) -> Callable[..., None]:
    """Return the command that decides on the records that its options choose."""

    @choosing
    def decide(  # noqa: PLR0913 (the options of a command)
        ids: Ids = None,
        home: HomeFolder = None,
        *,
        choice: Choice,
        why: Why,
        by: By = None,
        everything: Everything = False,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        if not (everything or ids or choice.is_made):
            fail("name records, choose some with --rule, --source and so on, or say --all")
        order = _order(action, by, why)
        _settle(home, choice.selection(ids), order, is_dry=dry_run, as_json=as_json)

    return decide


app.command(
    "release",
    help="""
    Let records in as they are, marked with the rules that they broke.

    An entry's page is fetched by the next run. What is known in a newer state stays as it is.
    """,
)(_command("release"))
app.command(
    "discard",
    help="""
    Leave records out for good. They stay on record: `quarantine release ID` lets one in still.
    """,
)(_command("discard"))


@app.command()
@choosing
def retry(  # noqa: PLR0913 (the options of a command)
    ids: Ids = None,
    home: HomeFolder = None,
    *,
    choice: Choice,
    why: Why = "passes the rules of today",
    by: By = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Judge records by today's rules and let in those that pass, once a rule was changed.

    Without ids or options, all that is held is judged.
    """
    order = _order("retry", by, why)
    _settle(home, choice.selection(ids), order, is_dry=dry_run, as_json=as_json)


def _order(action: Action, by: str | None, why: str) -> Order:
    from flows.quarantine import Order  # noqa: PLC0415 (as above)

    if not why.strip():
        fail("say why: --why 'the reason'")
    return Order(action=action, by=by or getpass.getuser(), why=why.strip())


def _settle(
    home: Path | None, meant: Selection, order: Order, *, is_dry: bool, as_json: bool
) -> None:
    from flows.quarantine import settle  # noqa: PLC0415 (as above)
    from flows.running import to_its_end  # noqa: PLC0415 (as above)

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
