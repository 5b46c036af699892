"""What several commands share: options, how a walk is run, and how errors are told."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

COULD_NOT_RUN = 2

HomeFolder = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="COPYTASTER_HOME",
        file_okay=False,
        show_default="./copytaster-data",
        help="Folder that holds everything.",
    ),
]
ConnectTo = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="Send every connection to this address, whatever the URL says (for replays).",
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only of this outlet, by its id as in `feeds list`; repeatable."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def fail(message: str) -> NoReturn:
    """Tell why the command could not run, and leave with exit code 2."""
    typer.secho(f"copytaster: {message}", err=True, fg="red")
    raise typer.Exit(COULD_NOT_RUN)


@contextmanager
def expected_errors() -> Iterator[None]:
    """Turn the errors a user can do something about into one clear line and exit code 2."""
    from pydantic import ValidationError  # noqa: PLC0415 (imports are dear; commands are many)

    from flows.homes import NotSubscribedError  # noqa: PLC0415
    from warehouse.connection import WarehouseBusy, WarehouseMissing  # noqa: PLC0415
    from warehouse.migrate import SchemaError  # noqa: PLC0415
    from warehouse.quarantine import NotInQuarantine  # noqa: PLC0415

    try:
        yield
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        fail("settings: " + "; ".join(lines))
    except TOMLDecodeError as error:
        fail(f"settings.toml in the home cannot be read: {error}")
    except (WarehouseBusy, WarehouseMissing, SchemaError, NotInQuarantine, OSError) as error:
        fail(str(error))
    except NotSubscribedError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("stopped; the same command goes on from here")


def run_here(
    walk: Any,  # noqa: ANN401 (a flow, whose type is Prefect's)
    given: dict[str, Any],
    *,
    as_json: bool,
    quiet: bool,
    is_unread_in_part: bool = False,
) -> None:
    """Run a walk, recorded where a Prefect server is configured; print what it did, and leave.

    The exit code is 1 where something needs a look, or part of what was named was unreadable.
    """
    from flows.report import print_summary  # noqa: PLC0415
    from flows.running import run_walk, to_its_end  # noqa: PLC0415

    with expected_errors():
        summary = to_its_end(run_walk(walk, given, quiet=quiet or as_json))
    if as_json:
        typer.echo(json.dumps(summary.as_json(), default=str))
    elif not quiet:
        print_summary(summary)
    raise typer.Exit(1 if summary.needs_a_look or is_unread_in_part else 0)
