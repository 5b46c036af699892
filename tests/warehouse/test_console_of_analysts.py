from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from warehouse import console, load, register
from warehouse.connection import WarehouseMissing, writing
from warehouse.publish import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

    from warehouse.connection import Home


@pytest.fixture
def con(home: Home, world: SimpleNamespace) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(home) as writer:
        register.put_feeds(writer, [world.SOURCE], [world.FEED], world.T0)
        poll = world.exchange(world.FEED_URL)
        load.load(writer, world.polls(world.entry("a", poll), came=poll))
    publish(home)
    connection = console.open_console(home.published)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "copy news.feeds to '/tmp/w-out.csv'",
        "copy (select 1) to '/tmp/w-out.parquet'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/etc/*')",
        "attach '/tmp/w-other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '100GB'",
        "set lock_configuration = false",
        "reset memory_limit",
        "export database '/tmp/w-export'",
        "delete from news.feeds",
        "drop table news.feeds",
        "create table news.mine (a integer)",
        "select * from sql",  # a variable of ours, not a table
        "select * from con",
    ],
)
def test_nothing_is_written_read_or_changed_beyond_the_tables(
    con: duckdb.DuckDBPyConnection, sql: str
) -> None:
    with pytest.raises(duckdb.Error):
        console.run_query(con, sql)


@pytest.mark.parametrize("sql", ["", "-- nothing", "select 1; select 2"])
def test_one_statement_at_a_time(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(console.QueryRefused):
        console.run_query(con, sql)


def test_a_query_answers_names_types_and_rows(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    result = console.run_query(con, "select feed_id, is_active, added_at from news.feeds;")
    assert result.columns == ("feed_id", "is_active", "added_at")
    assert result.types == ("VARCHAR", "BOOLEAN", "TIMESTAMP WITH TIME ZONE")
    assert result.rows == [(world.FEED.feed_id, True, world.T0)]
    assert str(result.rows[0][2].tzinfo) in {"UTC", "Etc/UTC"}
    assert console.run_query(con, "select 1 as a where false").rows == []


def test_describe_and_macros_work(con: duckdb.DuckDBPyConnection) -> None:
    assert console.run_query(con, "describe news.feeds").rows[0][0] == "feed_id"
    trace = "from report.url_trace('https://courier.example/a')"
    events = [row[1] for row in console.run_query(con, trace).rows]
    assert events == ["entry", "want", "outcome"]


def test_formats_hold_the_same_rows(con: duckdb.DuckDBPyConnection) -> None:
    sql = (
        "select title, tags, first_seen_at, null as nothing, 'a,\"b\"' as tricky from news.entries"
    )
    result = console.run_query(con, sql)
    streams = {name: io.BytesIO() for name in ("csv", "json", "parquet")}
    console.write_csv(result, streams["csv"])
    console.write_json(result, streams["json"])
    console.write_parquet(result, streams["parquet"])
    (row,) = csv.DictReader(io.StringIO(streams["csv"].getvalue().decode()))
    assert row["tags"] == '[{"name":"World","origin":"feed"}]'
    assert row["nothing"] == ""
    assert row["tricky"] == 'a,"b"'
    (record,) = json.loads(streams["json"].getvalue())
    assert record["first_seen_at"] == "2022-01-10T12:00:00.123456Z"
    assert record["tags"] == [{"name": "World", "origin": "feed"}]
    table = pq.read_table(io.BytesIO(streams["parquet"].getvalue()))
    assert table.to_pylist()[0]["title"] == "Title of a"


def test_a_missing_copy_tells_how_to_make_it(home: Home) -> None:
    with pytest.raises(WarehouseMissing, match="copytaster init"):
        console.open_console(home.published)
