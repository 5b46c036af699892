"""Rows into temporary tables, column by column, and queries that write from them.

Each column travels as one parameter, a list. Arrow tables would be read in place, at half the
cost a row; but Arrow and the pandas that it loads cost more at their import than the loads of
most runs.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import orjson

from warehouse.connection import query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = dict[str, Any]
Columns = dict[str, str]
"""The SQL types of columns, by name."""

SURROGATES = re.compile("[\ud800-\udfff]")


@contextmanager
def staged(
    con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], columns: Columns
) -> Iterator[None]:
    """Let SQL see rows as the temporary table ``name`` for the length of a block.

    Lone surrogates, which UTF-8 cannot carry, become U+FFFD: one such character must not
    stop a batch. After an error the table goes with the transaction that is rolled back:
    dropping it in an aborted transaction would raise, and hide what happened.

    Raises: KeyError where a row has a name that the columns lack.
    """
    for row in rows[:1]:
        if not columns.keys() >= row.keys():
            raise KeyError(f"no such columns: {sorted(row.keys() - columns.keys())}")
    try:
        _create(con, name, rows, columns)
    except (duckdb.InvalidInputException, orjson.JSONEncodeError):
        _create(con, name, [encodable(row) for row in rows], columns)
    yield
    con.execute(f"drop table temp.{name}")


def _create(
    con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], columns: Columns
) -> None:
    values: list[Any] = []
    selected: list[str] = []
    for place, (column, kind) in enumerate(columns.items(), 1):
        is_nested = kind.endswith("]") or kind.startswith("STRUCT")
        found = [row.get(column) for row in rows]
        # One value for all rows travels once; the first column says how many rows there are.
        is_one = len(found) == 1 or (place > 1 and bool(found) and _are_one(found))
        if is_nested:
            found = [orjson.dumps(value).decode() for value in (found[:1] if is_one else found)]
        values.append(found[0] if is_one else found)
        plain = "varchar" if is_nested else kind
        given = f"${place}::{plain}" if is_one else f"unnest(${place}::{plain}[])"
        cast = f"cast({given}::json as {kind})" if is_nested else given
        selected.append(f'{cast} as "{column}"')
    # A table left by an error that was no transaction's is replaced.
    con.execute(f"create or replace temp table {name} as select {', '.join(selected)}", values)


def _are_one(values: Sequence[Any]) -> bool:
    first = values[0]
    return all(value is first for value in values)


def table_columns(con: duckdb.DuckDBPyConnection, table: str, **more: str) -> Columns:
    """Return the columns of a table of the warehouse, JSON as text, with some added."""
    found = con.table(table)
    columns = dict(zip(found.columns, map(str, found.types), strict=True))
    return {name: "VARCHAR" if kind == "JSON" else kind for name, kind in columns.items()} | more


def write_rows(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row], *queries: str
) -> dict[str, int]:
    """Stage rows as ``staged_<table>`` and run queries on them; count what the last one wrote."""
    if not rows:
        return {}
    counts = [0]
    name = table.partition(".")[2]
    with staged(con, f"staged_{name}", rows, table_columns(con, table)):
        counts += [run(con, name) for name in queries]
    return {table: counts[-1]}


def run(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Run a query that writes, and return how many rows it wrote."""
    return int(con.execute(query(name)).fetchall()[0][0])


def encodable(value: Any) -> Any:  # noqa: ANN401 (whatever a row holds)
    """Return a value whose texts UTF-8 can carry: lone surrogates become U+FFFD."""
    if isinstance(value, str):
        return SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(item) for item in value]
    return value
