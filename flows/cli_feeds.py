"""`copytaster feeds`: the subscriptions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_discovery import Choice, found_at
from flows.cli_health import health, show
from flows.cli_options import AsJson, ConnectTo, HomeFolder, expected_errors, fail
from flows.screen import counted, escaped, plain_table, screen

if TYPE_CHECKING:
    from flows.subscriptions import Subscribed

app = typer.Typer(
    no_args_is_help=True, help="The subscriptions: add, remove, list, show, health, import, export."
)


@app.command()
def add(  # noqa: PLR0913 (the options of a command)
    url: Annotated[
        list[str], typer.Argument(help="Address of a feed, or of a site; several may be given.")
    ],
    home: HomeFolder = None,
    *,
    find: Annotated[
        bool,
        typer.Option("--find", help="Look for feeds at any address, not a site's alone."),
    ] = False,
    pick: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Of a site's feeds, take the one of this number; repeatable."),
    ] = None,
    take_all: Annotated[bool, typer.Option("--all", help="Take all feeds of a site.")] = False,
    connect_to: ConnectTo = None,
    source: Annotated[
        str | None,
        typer.Option(help="Id of the outlet; by default the registrable domain of the address."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the outlet.")] = None,
    country: Annotated[str | None, typer.Option(help="Its country, as two letters.")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, as in 'en'.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the feed.")] = None,
    without_tls_check: Annotated[
        bool,
        typer.Option(
            "--without-tls-check",
            help="Take any certificate when the feed itself is polled at the host of its address: "
            "not for its pages, nor from hosts that it redirects to. A last resort, as the "
            "answer may be anybody's. `feeds add` without it takes it back.",
        ),
    ] = False,
) -> None:
    """Subscribe to feeds.

    Where the address is a site's (https://example.org), its front page is searched for feeds.
    One is taken at once; of several, `--pick 2` or `--all` says which. Without either they are
    listed, and the command ends with 2.
    """
    from flows.subscriptions import subscribe  # noqa: PLC0415
    from transforms.discovery import is_site_address  # noqa: PLC0415
    from transforms.opml import Subscription  # noqa: PLC0415

    said = Subscription(
        url="",
        title=title,
        source_name=name,
        country=country,
        language=language,
        source_id=source,
        is_tls_unchecked=without_tls_check,
    )
    choice = Choice(pick=tuple(pick or ()), takes_all=take_all)
    with expected_errors():
        wanted = [
            subscription
            for one in url
            for subscription in (
                found_at(one, said, home, choice, connect_to)
                if find or is_site_address(one)
                else [replace(said, url=one)]
            )
        ]
        done = subscribe(home, wanted)
    _tell(done)


@app.command()
def remove(
    url: Annotated[list[str], typer.Argument(help="Address of a feed; several may be given.")],
    home: HomeFolder = None,
) -> None:
    """Stop polling feeds; what came from them stays."""
    from flows.subscriptions import unsubscribe  # noqa: PLC0415

    with expected_errors():
        unknown = unsubscribe(home, url)
    stopped = len(url) - len(unknown)
    typer.echo(f"{counted(stopped, 'feed')} {'is' if stopped == 1 else 'are'} polled no more")
    for one in unknown:
        typer.secho(f"not a feed that is polled: {one}", err=True, fg="yellow")
    if unknown:
        raise typer.Exit(1)


@app.command("list")
def list_feeds(home: HomeFolder = None, *, as_json: AsJson = False) -> None:
    """List the feeds, with when each was polled and is due."""
    from flows.subscriptions import list_subscriptions  # noqa: PLC0415

    with expected_errors():
        rows = list_subscriptions(home)
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], default=str))
        return
    table = plain_table("source", "feed", "polled", "state", "next")
    for row in rows:
        table.add_row(*map(escaped, (row.source_id, row.url, row.polled, row.state, row.due)))
    console = screen()
    if rows:
        console.print(table)
    console.print(f"{counted(len(rows), 'feed')}; times are UTC", highlight=False)


@app.command("import")
def import_feeds(
    opml: Annotated[str, typer.Argument(metavar="FILE|URL", help="An OPML document.")],
    home: HomeFolder = None,
    *,
    connect_to: ConnectTo = None,
) -> None:
    """Subscribe to all feeds of an OPML document, a file or an address."""
    import asyncio  # noqa: PLC0415 (imports are dear; commands are many)

    from flows.subscriptions import fetch_document, subscribe  # noqa: PLC0415
    from transforms.opml import InvalidOPML, read_opml  # noqa: PLC0415

    with expected_errors():
        if opml.startswith(("http://", "https://")):
            document = asyncio.run(fetch_document(home, opml, connect_to))
        else:
            document = Path(opml).read_bytes()
        try:
            wanted = read_opml(document)
        except InvalidOPML as error:
            fail(f"{opml}: {error}; is it an OPML document?")
        if not wanted:
            fail(f"{opml} names no feeds; is it an OPML document?")
        done = subscribe(home, wanted)
    _tell(done)


@app.command("export")
def export_feeds(
    file: Annotated[
        Path | None, typer.Argument(help="File to write; standard output where none is given.")
    ] = None,
    home: HomeFolder = None,
) -> None:
    """Write the subscriptions as OPML."""
    from flows.subscriptions import export_opml  # noqa: PLC0415

    with expected_errors():
        document = export_opml(home)
        if file is None:
            typer.echo(document.decode(), nl=False)
        else:
            file.write_bytes(document)


app.command("show")(show)
app.command("health")(health)


def _tell(done: Subscribed) -> None:
    from transforms.condition import NOT_VERIFIED  # noqa: PLC0415

    again = f", {done.again} of them polled again" if done.again else ""
    typer.echo(f"{counted(done.added, 'feed')} added, {done.known} known already{again}")
    for one in done.unchecked:
        typer.secho(f"{NOT_VERIFIED}: {one}", err=True, fg="yellow")
    for one in done.checked_again:
        typer.echo(f"certificate verified again: {one}")
    for line in done.refused:
        typer.secho(f"not added: {line}", err=True, fg="yellow")
    if done.refused:
        raise typer.Exit(1)
