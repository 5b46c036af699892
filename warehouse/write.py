"""Rows into Arrow tables that DuckDB reads in place, and queries that write from them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.connection import query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

Row = dict[str, Any]

SURROGATES = re.compile("[\ud800-\udfff]")


@contextmanager
def staged(
    con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], schema: pa.Schema
) -> Iterator[None]:
    """Let SQL see rows as the table ``name`` for the length of a block.

    After an error the table goes with the transaction that is rolled back: taking it
    away in an aborted transaction would raise, and hide what happened.
    """
    con.register(name, arrow_table(rows, schema))
    yield
    con.unregister(name)


def table_schema(con: duckdb.DuckDBPyConnection, table: str, *more: pa.Field) -> pa.Schema:
    """Return the Arrow schema of a table of the warehouse, JSON as text, with fields added."""
    schema = con.sql(f"select * from {table} limit 0").to_arrow_table().schema  # noqa: S608 (our own names)
    plain = [field.with_type(_storage(field.type)) for field in schema]
    return pa.schema([*plain, *more])


def arrow_table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    """Return rows as a table of the given schema.

    Lone surrogates, which UTF-8 cannot carry, become U+FFFD: one such character
    must not stop a batch.

    Raises: KeyError where a row has a name that the schema lacks.
    """
    names = set(schema.names)
    for row in rows[:1]:
        if not names.issuperset(row):
            raise KeyError(f"no such columns: {sorted(set(row) - names)}")
    try:
        return pa.Table.from_pylist(list(rows), schema=schema)
    except UnicodeEncodeError:
        return pa.Table.from_pylist([encodable(row) for row in rows], schema=schema)


def write_rows(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row], *queries: str
) -> dict[str, int]:
    """Stage rows as ``staged_<table>`` and run queries on them; count what the last one wrote."""
    if not rows:
        return {}
    counts = [0]
    name = table.partition(".")[2]
    with staged(con, f"staged_{name}", rows, table_schema(con, table)):
        counts += [run(con, name) for name in queries]
    return {table: counts[-1]}


def run(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Run a query that writes, and return how many rows it wrote."""
    return int(con.execute(query(name)).fetchall()[0][0])


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def encodable(value: Any) -> Any:  # noqa: ANN401 (whatever a row holds)
    """Return a value whose texts UTF-8 can carry: lone surrogates become U+FFFD."""
    if isinstance(value, str):
        return SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(item) for item in value]
    return value
