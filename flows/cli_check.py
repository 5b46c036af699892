"""`copytaster check`: today's rules, run over what is loaded."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from flows.cli_options import AsJson, HomeFolder, Sources, expected_errors, fail
from flows.screen import plain_table, screen

if TYPE_CHECKING:
    from pathlib import Path

    from flows.what_if import WhatIf

SHOWN_TURNS = 100
SHOWN_CHARS = 50


def check(  # noqa: PLR0913 (the options of a command)
    home: HomeFolder = None,
    *,
    suite: Annotated[
        Literal["articles", "entries", "batches", "warehouse"],
        typer.Option(help="Rules on records, on what each outlet brings, or on the whole."),
    ],
    since: Annotated[
        datetime | None, typer.Option(help="Only what was last seen since then (UTC).")
    ] = None,
    source: Sources = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Show the records whose verdict would turn.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge what is loaded by today's rules, to try a changed rule before a run uses it.

    Reads the published copy and changes nothing. With --changed it ends with 1 where a
    verdict would turn; with --suite batches or warehouse, where a rule is broken. For what
    is in quarantine: `copytaster quarantine retry --dry-run`.
    """
    if suite == "batches" or suite == "warehouse":  # noqa: PLR1714 (tells the type checker)
        if since or source or changed:
            fail(f"--since, --source and --changed choose records: --suite {suite} is of none")
        _check_whole(home, suite, as_json=as_json)
    from flows.what_if import check_loaded  # noqa: PLC0415 (imports are dear)

    since = since and since.replace(tzinfo=since.tzinfo or UTC)
    with expected_errors():
        found = check_loaded(
            home, suite, now=datetime.now(UTC), since=since, sources=tuple(source or ())
        )
    if as_json:
        told = found.as_json()
        typer.echo(json.dumps(told if changed else told | {"turns": len(found.turns)}))
    else:
        _print(found, with_turns=changed)
    raise typer.Exit(1 if changed and found.turns else 0)


def _check_whole(home: Path | None, suite: str, *, as_json: bool) -> NoReturn:
    from flows.what_if import check_whole  # noqa: PLC0415 (imports are dear)

    with expected_errors():
        findings = check_whole(home, suite)
    broken = [finding for finding in findings if finding.result.failed_rows]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    for finding in () if as_json else broken:
        typer.secho(f"{finding.result.rule_id}: {finding.result.failed_rows:,} rows", bold=True)
        typer.echo("\n".join([f"  {finding.reason}", *(f"  {row}" for row in finding.examples)]))
    if not as_json:
        typer.echo(f"{len(findings) - len(broken)} of {len(findings)} rules hold")
    raise typer.Exit(1 if broken else 0)


def _print(found: WhatIf, *, with_turns: bool) -> None:
    out = screen()
    table = plain_table("rule", "consequence", "rows", numbers={"rows"})
    for rule in found.rules():
        if rule["rows"]:
            table.add_row(rule["rule_id"], rule["consequence"], f"{rule['rows']:,}")
    if table.rows:
        out.print(table)
    verdicts = ", ".join(f"{rows:,} {status}" for status, rows in found.verdicts.most_common())
    out.print(f"{found.rows:,} {found.suite} by today's rules: {verdicts or 'none'}")
    kinds = Counter(f"{turn.before} -> {turn.after}" for turn in found.turns)
    turned = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    out.print(f"{len(found.turns):,} verdicts would turn{': ' + turned if turned else ''}")
    if with_turns and found.turns:
        _print_turns(found)


def _print_turns(found: WhatIf) -> None:
    table = plain_table("verdict", "source", "title", "rules")
    for turn in found.turns[:SHOWN_TURNS]:
        was, becomes = set(turn.rules_before), set(turn.rules_after)
        rules = [f"+{rule}" for rule in sorted(becomes - was)]
        rules += [f"-{rule}" for rule in sorted(was - becomes)]
        title = (turn.title or turn.url or "")[:SHOWN_CHARS]
        table.add_row(f"{turn.before} -> {turn.after}", turn.source_id, title, " ".join(rules))
    screen().print(table)
    if len(found.turns) > SHOWN_TURNS:
        screen().print(f"{SHOWN_TURNS} shown; --json gives all")
