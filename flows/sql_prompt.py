"""SQL for analysts: one query answered, or a prompt that answers many."""

from __future__ import annotations

import sys
import textwrap
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

import duckdb
from rich.console import Console
from rich.table import Table

from flows.homes import existing_home
from flows.screen import screen
from warehouse.console import (
    QueryRefused,
    open_console,
    run_query,
    write_csv,
    write_json,
    write_parquet,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from warehouse.console import Result

WRITERS: dict[str, Callable[[Result, BinaryIO], None]] = {
    "csv": write_csv,
    "json": write_json,
    "parquet": write_parquet,
}
SHOWN_ROWS = 200
SHOWN_CHARS = 400
WELCOME = """\
The published warehouse, read-only. End a query with a semicolon; an empty line or Ctrl-D leaves.
.tables lists what there is, .describe NAME its columns, .macros the table macros of report.
Begin with: from report.article limit 5;
"""
SHORTCUTS = {
    ".tables": """
        select schema_name || '.' || view_name as name, comment from duckdb_views()
        where schema_name = 'report'
        union all
        select schema_name || '.' || table_name, comment from duckdb_tables()
        where schema_name in ('news', 'ops')
        order by name
    """,
    ".macros": """
        select schema_name || '.' || function_name as name, parameters, comment
        from duckdb_functions() where schema_name = 'report' and function_type = 'table_macro'
        order by name
    """,
}
DESCRIBE = """
    select column_name, data_type, comment from duckdb_columns()
    where schema_name || '.' || table_name = '{name}' order by column_index
"""


def answer(folder: Path | None, query: str, *, format: str, output: Path | None) -> None:  # noqa: A002 (the option's name)
    """Answer one query, as a table on the screen or as data.

    Raises: OSError with DuckDB's word on what is wrong with the query.
    """
    home, _ = existing_home(folder)
    with open_console(home.published) as con:
        try:
            result = run_query(con, query)
        except (duckdb.Error, QueryRefused) as error:
            raise OSError(str(error)) from error
    if format == "table" and output is None:
        print_result(result, screen())
        return
    buffer = BytesIO()
    if format == "table":
        with output.open("w", encoding="utf-8") as file:  # type: ignore[union-attr]
            print_result(result, Console(file=file, width=240, highlight=False))
        return
    WRITERS[format](result, buffer)
    if output is None:
        sys.stdout.buffer.write(buffer.getvalue())
        sys.stdout.buffer.flush()
    else:
        output.write_bytes(buffer.getvalue())


def prompt(folder: Path | None) -> None:
    """Read queries from the terminal, or from standard input, and answer each."""
    home, _ = existing_home(folder)
    console = screen()
    read = _reader(home.root)
    if sys.stdin.isatty():
        console.print(WELCOME, end="")
    with open_console(home.published) as con:
        while (query := read()) is not None:
            try:
                print_result(run_query(con, expand(query)), console)
            except (duckdb.Error, QueryRefused) as error:
                console.print(f"[red]{error}[/]" if console.is_terminal else str(error))


def expand(query: str) -> str:
    """Return the SQL behind a shortcut (.tables, .macros, .describe NAME), or the query itself."""
    word, _, rest = query.strip().rstrip(";").partition(" ")
    if word == ".describe":
        return DESCRIBE.format(name=rest.strip().replace("'", "''"))
    return SHORTCUTS.get(word, query)


def _reader(folder: Path) -> Callable[[], str | None]:
    """Return a function that gives the next query, or None at the end."""
    if not sys.stdin.isatty():
        queries = iter([query for query in sys.stdin.read().split(";\n") if query.strip()])
        return lambda: next(queries, None)
    from prompt_toolkit import PromptSession  # noqa: PLC0415 (for a terminal only)
    from prompt_toolkit.history import FileHistory  # noqa: PLC0415

    session: PromptSession[str] = PromptSession(history=FileHistory(folder / ".sql_history"))

    def read() -> str | None:
        lines: list[str] = []
        while True:
            try:
                line = session.prompt("   ...> " if lines else "copytaster> ")
            except (EOFError, KeyboardInterrupt):
                return None
            if not line.strip() and not lines:
                return None
            lines.append(line)
            if line.rstrip().endswith(";") or line.startswith("."):
                return "\n".join(lines)

    return read


def print_result(result: Result, console: Console) -> None:
    """Print an answer as a table; long texts are shortened, and so are long answers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, kind in zip(result.columns, result.types, strict=True):
        is_number = kind.startswith(
            ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT", "DECIMAL", "UBIGINT")
        )
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    rows = result.rows
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*(_cell(value) for value in row))
    if result.columns:
        console.print(table)
    more = f", {SHOWN_ROWS} shown; --format csv gives all" if len(rows) > SHOWN_ROWS else ""
    console.print(f"({len(rows)} row{'' if len(rows) == 1 else 's'}{more})", style="dim")


def _cell(value: object) -> str:
    from rich.markup import escape  # noqa: PLC0415 (beside its only use)

    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list):
        return escape(", ".join(str(one) for one in value))
    return escape(textwrap.shorten(str(value), SHOWN_CHARS, placeholder=" …"))
