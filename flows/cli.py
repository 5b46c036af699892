"""The `copytaster` command."""

from __future__ import annotations

import atexit
import json
import os
import sys
from dataclasses import asdict
from datetime import datetime  # noqa: TC003 (typer reads the parameters' types at run time)
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import cli_check, cli_data, cli_feeds, cli_health, cli_quarantine, fork_server
from flows.cli_options import (
    AsJson,
    ConnectTo,
    DryRun,
    HomeFolder,
    Quiet,
    Sources,
    expected_errors,
    fail,
    run_here,
)
from flows.screen import hush
from transforms.version import VERSION

EPILOG = "Exit codes: 0 done, 1 done with failures that need a look, 2 could not run."

app = typer.Typer(
    name="copytaster",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""
    Media monitoring: news feeds in, tables of articles out.

    A first try, with invented outlets that come with it: `copytaster demo`

    Real feeds: `copytaster init`, then `copytaster feeds import FILE.opml` or
    `copytaster feeds add URL`, then `copytaster ingest`, then `copytaster sql`.
    """,
    epilog=EPILOG,
)
BEGIN, RUN, LOOK, TOOLS = "Begin", "Run", "Look", "Tools"


def show_version(*, is_asked: bool) -> None:
    """Print the version and leave, if that was asked for."""
    if is_asked:
        typer.echo(f"copytaster {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda asked: show_version(is_asked=asked),
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Take the options that stand before any command."""


@app.command(epilog=EPILOG, rich_help_panel=BEGIN)
def demo(
    home: Annotated[
        Path,
        typer.Option(
            envvar="COPYTASTER_HOME",
            file_okay=False,
            help="Folder that holds everything; made anew each time.",
        ),
    ] = Path("copytaster-demo"),
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Add to the home if there is one, instead.")
    ] = False,
) -> None:
    """Poll, fetch, check and load invented outlets, served on this machine: what a run does.

    Eleven invented outlets report on January 2022; some of what they publish is broken,
    walled off or contradictory. See what becomes of each item, and why. Nothing leaves
    this machine.
    """
    from flows.demo import run_demo  # noqa: PLC0415

    with expected_errors():
        run_demo(home, is_kept=keep)


@app.command(epilog=EPILOG, rich_help_panel=BEGIN)
def init(home: HomeFolder = None) -> None:
    """Create a home: the databases, the archive and a settings file that explains itself.

    An existing home is brought up to date; nothing in it is lost.
    """
    from flows.homes import prepare_home  # noqa: PLC0415 (imports are dear; commands are many)

    with expected_errors():
        prepared = prepare_home(home)
    typer.echo(f"{prepared.home} is ready ({prepared.done})")
    typer.echo("Next: copytaster feeds import FILE.opml, or copytaster feeds add URL")


@app.command(epilog=EPILOG, rich_help_panel=RUN)
def ingest(  # noqa: PLR0913 (the options of a command)
    home: HomeFolder = None,
    *,
    all_feeds: Annotated[
        bool, typer.Option("--all", help="Poll every feed, whether or not it is due.")
    ] = False,
    feed: Annotated[
        list[str] | None, typer.Option(help="Only this feed, by address; repeatable.")
    ] = None,
    source: Sources = None,
    connect_to: ConnectTo = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Poll the feeds that are due, and load the articles they bring.

    With a Prefect server configured (PREFECT_API_URL) the run is recorded there;
    without one it runs at once and starts none.
    """
    from flows.ingest import ingest as walk  # noqa: PLC0415

    given = {
        "home": home,
        "all_feeds": all_feeds,
        "feeds": feed,
        "sources": source,
        "connect_to": connect_to,
    }
    run_here(walk, given, as_json=as_json, quiet=quiet)


@app.command(epilog=EPILOG, rich_help_panel=RUN)
def backfill(  # noqa: PLR0913 (the options of a command)
    home: HomeFolder = None,
    *,
    since: Annotated[
        datetime | None, typer.Option(help="Leave out articles published before this time (UTC).")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(help="Leave out articles published from this time on (UTC)."),
    ] = None,
    source: Sources = None,
    urls: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="File of addresses, one a line."),
    ] = None,
    warc: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="WARC file to read; repeatable."),
    ] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(help="Feed to read back, as far as its own archive goes; repeatable."),
    ] = None,
    dry_run: DryRun = False,
    connect_to: ConnectTo = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Load pages of the past: from addresses, WARC files, feeds' archives, or our own archive.

    Without --urls, --warc or --feed, our own archive is read. Says first what it will do.
    Can be stopped at any moment (Ctrl-C): the same command goes on where it was. A newer
    state of an article is never replaced by an older one.
    """
    from flows.backfill import backfill as walk  # noqa: PLC0415
    from flows.backfill import plan_backfill  # noqa: PLC0415

    given: dict[str, Any] = {
        "home": home,
        "since": since,
        "until": until,
        "sources": source,
        "urls_file": urls,
        "warcs": warc,
        "feeds": feed,
    }
    with expected_errors():
        try:
            plan = plan_backfill(**given)
        except LookupError as error:
            fail(str(error))
    unread = plan.problems if warc else ()  # our own archive may have torn ends: runs are killed
    if unread and not any(plan.counts.values()) and not plan.feeds:
        fail("; ".join(unread))
    if as_json and dry_run:
        typer.echo(json.dumps(plan.counts))
    elif not quiet:
        typer.echo("\n".join(plan.lines()), err=not dry_run)
    if not dry_run:
        given |= {"connect_to": connect_to}
        run_here(walk, given, as_json=as_json, quiet=quiet, is_unread_in_part=bool(unread))


@app.command(epilog=EPILOG, rich_help_panel=RUN)
def reprocess(
    home: HomeFolder = None,
    *,
    source: Sources = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read archived pages again with today's code, without fetching anything."""
    from flows.reprocess import reprocess as walk  # noqa: PLC0415

    run_here(walk, {"home": home, "sources": source}, as_json=as_json, quiet=quiet)


@app.command(epilog=EPILOG, rich_help_panel=RUN)
def upkeep(home: HomeFolder = None, *, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Do the nightly work: check the whole warehouse, drop what is old, publish, write `docs`."""
    from flows.upkeep import upkeep as walk  # noqa: PLC0415

    run_here(walk, {"home": home}, as_json=as_json, quiet=quiet)


@app.command(epilog=EPILOG, rich_help_panel=RUN)
def publish(home: HomeFolder = None, *, as_json: AsJson = False) -> None:
    """Renew the copy that analysts open, now.

    Every run does so by itself; `ingest` lets a large copy rest between (the setting
    `publish_rest_seconds_a_gb`).
    """
    from flows.homes import existing_home  # noqa: PLC0415
    from warehouse.publish import publish as renew  # noqa: PLC0415

    with expected_errors():
        done = renew(existing_home(home)[0])
    if as_json:
        typer.echo(json.dumps(asdict(done), default=str))
    else:
        what = f"renewed in {done.seconds:.1f} s" if done.is_renewed else "has everything already"
        typer.echo(f"{done.path} ({done.bytes / 10**6:,.1f} MB): {what}")


@app.command(epilog=EPILOG, rich_help_panel=LOOK)
def status(home: HomeFolder = None, *, as_json: AsJson = False) -> None:
    """Show what there is: feeds, articles, work in hand, the last runs."""
    from flows.status import print_status, read_status  # noqa: PLC0415

    with expected_errors():
        found = read_status(home)
    if as_json:
        typer.echo(json.dumps(found.as_json(), default=str))
    else:
        print_status(found)
    raise typer.Exit(1 if found.needs_a_look else 0)


@app.command(epilog=EPILOG, rich_help_panel=LOOK)
def docs(
    home: HomeFolder = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(file_okay=False, show_default="HOME/docs", help="Folder to write to."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write pages on the quality of the data: verdicts, alerts, trends, rules, the last runs.

    They are read offline, in any browser: open the index.html that is printed. `upkeep`
    writes them, too.
    """
    from flows.documents import write_documents  # noqa: PLC0415

    with expected_errors():
        written = write_documents(home, out)
    if as_json:
        typer.echo(json.dumps({"front_page": str(written.front_page), "pages": written.pages}))
    else:
        typer.echo(written.front_page)


app.add_typer(cli_feeds.app, name="feeds", rich_help_panel=BEGIN)
app.add_typer(cli_quarantine.app, name="quarantine", rich_help_panel=RUN)
app.command("check", epilog=EPILOG, rich_help_panel=LOOK)(cli_check.check)
app.command("hosts", rich_help_panel=LOOK)(cli_health.hosts)
app.command("sql", rich_help_panel=LOOK)(cli_data.sql)
app.command("extract", rich_help_panel=TOOLS)(cli_data.extract)
app.command("newsroom", rich_help_panel=TOOLS)(cli_data.newsroom)


def main() -> None:
    """Run the command line."""
    # pydantic would look through all that is installed, for plugins that we do not use.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    fork_server.hide_main()
    atexit.register(hush)  # registered first, so that it runs last
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a title need not fit the terminal's encoding
    app()


if __name__ == "__main__":
    main()
