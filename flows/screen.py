"""Where answers are printed: the terminal, or a file or pipe that has no width of its own.

rich is loaded where something is printed: commands are many, and most print nothing or JSON.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from rich.console import Console
    from rich.table import Table

PIPE_COLUMNS = 160


def screen() -> Console:
    """Return standard output, as wide as the terminal is, or wide enough for a table."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_COLUMNS)


def plain_table(*columns: str, numbers: Collection[str] = ()) -> Table:
    """Return an empty table without lines; the columns of ``numbers`` are aligned to the right."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in numbers else "left")
    return table


def escaped(text: str) -> str:
    """Return a text in which nothing is read as markup of the screen."""
    from rich.markup import escape  # noqa: PLC0415

    return escape(text)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, whose plural takes an s: ``1 page``, ``2,000 pages``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def hush() -> None:
    """Close standard error for the last moments of the process.

    DuckDB's Python binding complains there of leaks, page after page, wherever
    Great Expectations and SQLAlchemy were imported too. No line of ours comes later.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
