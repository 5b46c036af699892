"""`copytaster sql`, `extract` and `newsroom`."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the parameters' types at run time)
from typing import Annotated, Literal

import typer

from flows.cli_options import HomeFolder, expected_errors, fail


def sql(
    query: Annotated[
        str | None,
        typer.Argument(help="The query; '-' reads it from standard input; none opens a prompt."),
    ] = None,
    home: HomeFolder = None,
    *,
    format: Annotated[  # noqa: A002 (the option's name)
        Literal["table", "csv", "json", "parquet"],
        typer.Option("--format", "-f", help="How to print the answer."),
    ] = "table",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, help="File to write the answer to."),
    ] = None,
) -> None:
    """Query the published warehouse: read-only, without access to files or the network.

    Start with the views of the schema report: `copytaster sql "from report.article"`.
    """
    from flows.sql_prompt import answer, prompt  # noqa: PLC0415

    if query == "-":
        query = sys.stdin.read()
    with expected_errors():
        if query is None:
            prompt(home)
        else:
            answer(home, query, format=format, output=output)


def extract(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE.html", exists=True, help="A stored page, plain or gzip."),
    ] = None,
    url: Annotated[str | None, typer.Option(help="The address that the page came from.")] = None,
    *,
    jsonl: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help='Many pages: lines {"id", "url", "html_file"}, files relative to this one.',
        ),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Worker processes for --jsonl.")] = 2,
) -> None:
    """Print the article of a stored page as JSON: text, title, dates, authors, blocks, credits.

    No home is needed. With --jsonl, one line of JSON a page, in the order of the list.
    """
    from flows.extracting import extract_file, extract_list  # noqa: PLC0415

    with expected_errors():
        if jsonl is not None and file is None:
            failed = extract_list(jsonl, processes)
        elif file is not None and url and jsonl is None:
            failed = extract_file(file, url)
        else:
            fail("give either FILE.html and --url URL, or --jsonl LIST")
    raise typer.Exit(1 if failed else 0)


def newsroom(
    folder: Annotated[
        Path,
        typer.Argument(
            exists=True,
            file_okay=False,
            help="Folder with records.jsonl, or with outlets.toml and articles/.",
        ),
    ],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
) -> None:
    """Serve stored pages or invented outlets on this machine, each under its own host name.

    Then, in another terminal: `copytaster feeds import http://newsroom.example/feeds.opml
    --connect-to 127.0.0.1:8080` and `copytaster ingest --connect-to 127.0.0.1:8080`.
    """
    from flows.newsroom import NewsroomError, run_newsroom  # noqa: PLC0415

    with expected_errors():
        try:
            run_newsroom(folder, port)
        except NewsroomError as error:
            fail(str(error))
