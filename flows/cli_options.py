"""Options that several commands share, and how their errors are told."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Annotated, NoReturn

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
    except KeyboardInterrupt:
        fail("stopped; the same command goes on from here")
