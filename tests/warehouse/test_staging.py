"""Rows on their way into tables: every type arrives as it left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse.write import Row, staged, table_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = """
create table things (
    name varchar, facts json, tags struct(name varchar, origin varchar)[], words varchar[],
    numbers ubigint[], large ubigint, seen_at timestamptz, size double, is_good boolean
)
"""
NIGHT = datetime(2022, 1, 13, 2, 30, tzinfo=timezone(timedelta(hours=6)))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("set TimeZone = 'UTC'")
        made.execute(TABLE)
        yield made


def stored(con: duckdb.DuckDBPyConnection, rows: list[Row]) -> list[tuple[object, ...]]:
    with staged(con, "staged_things", rows, table_columns(con, "things")):
        con.execute("insert into things from staged_things")
    return con.execute("from things").fetchall()


def test_every_type_arrives_as_it_left(con: duckdb.DuckDBPyConnection) -> None:
    full = {
        "name": "Kölner\0Dom 🏛",
        "facts": '{"a": 1}',
        "tags": [{"name": "a\0b", "origin": None}],
        "words": ("eins", "zwei"),
        "numbers": (2**64 - 1, 0),
        "large": 2**64 - 1,
        "seen_at": NIGHT,
        "size": 0.25,
        "is_good": False,
    }
    empty = dict.fromkeys(full) | {"words": [], "size": 3}
    first, second = stored(con, [full, empty])
    assert first == (
        "Kölner\0Dom 🏛", '{"a": 1}', [{"name": "a\0b", "origin": None}], ["eins", "zwei"],
        [2**64 - 1, 0], 2**64 - 1, NIGHT.astimezone(UTC), 0.25, False,
    )  # fmt: skip
    assert second == (None, None, None, [], None, None, None, 3.0, None)


@pytest.mark.parametrize("row", [{"name": "a\ud800b"}, {"words": ["a\ud800b"]}])
def test_a_lone_surrogate_stops_no_batch(con: duckdb.DuckDBPyConnection, row: Row) -> None:
    found = stored(con, [row, {"name": "other"}])
    assert "a\ufffdb" in {found[0][0], *(found[0][3] or ())}  # type: ignore[misc]
    assert found[1][0] == "other"


def test_a_column_that_the_table_lacks_is_an_error(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError, match="nmae"):
        stored(con, [{"nmae": "typing error"}])


def test_what_an_error_left_is_gone_with_the_next_rows(con: duckdb.DuckDBPyConnection) -> None:
    columns = table_columns(con, "things")
    with pytest.raises(LookupError), staged(con, "staged_things", [{"name": "a"}], columns):
        raise LookupError
    assert [row[0] for row in stored(con, [{"name": "b"}])] == ["b"]


def test_no_rows_are_an_empty_table(con: duckdb.DuckDBPyConnection) -> None:
    assert stored(con, []) == []
