"""Guarded SQL for analysts: nothing can be written, no file read, no setting changed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from warehouse.connection import missing

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_LIMIT = "2GB"
GUARD: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",  # no variable of ours is a table
}


class QueryRefused(ValueError):  # noqa: N818 (what became of the query)
    """What was asked is not one single statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a query answered: names and SQL types of the columns, and the rows as Arrow."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    table: pa.Table

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as Python values."""
        if not self.table.num_columns:
            return []
        return list(zip(*(column.to_pylist() for column in self.table.columns), strict=True))


def open_console(path: Path, *, memory_limit: str = MEMORY_LIMIT) -> duckdb.DuckDBPyConnection:
    """Connect to the published copy for reading; times are shown in UTC.

    Files, extensions, other databases and settings are out of reach of any query.

    Raises: WarehouseMissing.
    """
    if not path.exists():
        raise missing(path)
    con = duckdb.connect(path, read_only=True, config=GUARD | {"memory_limit": memory_limit})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET lock_configuration = true")
    return con


def run_query(con: duckdb.DuckDBPyConnection, sql: str) -> Result:
    """Run one statement and return all that it answers.

    Raises: QueryRefused where there is no statement or more than one, duckdb.Error
    where the statement cannot be run.
    """
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        raise QueryRefused(f"one statement at a time, please: there are {len(statements)}")
    relation = cast("duckdb.DuckDBPyRelation | None", con.sql(sql))
    if relation is None:  # a statement without an answer
        return Result(columns=(), types=(), table=pa.table({}))
    return Result(
        columns=tuple(relation.columns),
        types=tuple(str(kind) for kind in relation.types),
        table=relation.to_arrow_table(),
    )


def write_csv(result: Result, stream: BinaryIO) -> None:
    """Write rows as CSV with a header, UTF-8; lists and structs as JSON, nulls empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([_csv_value(value) for value in row] for row in result.rows)
    stream.write(text.getvalue().encode("utf-8"))


def write_json(result: Result, stream: BinaryIO) -> None:
    """Write rows as a JSON array of objects, one a line; times as RFC 3339."""
    stream.write(b"[")
    for number, row in enumerate(result.rows):
        record = dict(zip(result.columns, row, strict=True))
        stream.write(b",\n" if number else b"\n")
        stream.write(orjson.dumps(record, default=str, option=orjson.OPT_UTC_Z))
    stream.write(b"\n]\n")


def write_parquet(result: Result, stream: BinaryIO) -> None:
    """Write rows as Parquet, compressed with zstd."""
    buffer = io.BytesIO()
    pa_parquet.write_table(result.table, buffer, compression="zstd")
    stream.write(buffer.getvalue())


def _csv_value(value: object) -> object:
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z).decode()
    return value.isoformat() if isinstance(value, datetime) else value
