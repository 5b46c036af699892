from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse.connection import Home, writing
from warehouse.migrate import SchemaError, Script, migrate, read_scripts

if TYPE_CHECKING:
    from pathlib import Path


def names(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return [row[0] for row in con.execute(sql).fetchall()]


def test_migrations_are_applied_once_and_views_last(tmp_path: Path) -> None:
    home = Home(tmp_path)
    applied = migrate(home)
    assert applied[-1] == "views"
    assert list(applied[:-1]) == [script.name for script in read_scripts("migrations")]
    assert migrate(home) == ()


def test_an_edited_migration_is_refused(home: Home) -> None:
    scripts = read_scripts("migrations")
    edited = Script(name=scripts[0].name, sql=scripts[0].sql + "\n-- later thought")
    with pytest.raises(SchemaError, match=scripts[0].name):
        migrate(home, [edited, *scripts[1:]])


def test_a_database_of_a_newer_version_is_refused(home: Home) -> None:
    scripts = read_scripts("migrations")
    more = Script(name="0999_more", sql="create table ops.more (a integer);")
    migrate(home, [*scripts, more])
    with pytest.raises(SchemaError, match="newer"):
        migrate(home, scripts)


def test_a_failing_migration_leaves_the_database_as_it_was_and_a_copy_beside_it(home: Home) -> None:
    scripts = read_scripts("migrations")
    broken = Script(
        name="0999_broken", sql="create table ops.half (a text default ';'); select nonsense;"
    )
    with pytest.raises(duckdb.BinderException):
        migrate(home, [*scripts, broken])
    with writing(home) as con:
        assert names(con, "select 1 from duckdb_tables() where table_name = 'half'") == []
    assert (home.root / "live.duckdb.before-0999_broken").exists()
    assert migrate(home) == ()


def test_semicolons_in_texts_and_comments_do_not_part_statements(home: Home) -> None:
    scripts = read_scripts("migrations")
    tricky = Script(
        name="0999_tricky",
        sql="-- a; b\ncreate table ops.tricky (a text default 'x;y'); /* ; */ select 1;",
    )
    assert migrate(home, [*scripts, tricky]) == ("0999_tricky", "views")


def test_robots_kept_by_host_become_those_of_both_its_origins() -> None:
    scripts = {script.name: script.sql for script in read_scripts("migrations")}
    last = "0009_origin_documents"
    with duckdb.connect() as con:
        con.execute("create schema if not exists ops")
        for name, sql in scripts.items():
            if name < last:
                con.execute(sql)
        con.execute(
            "insert into ops.host_state (host, robots_status, robots_bytes, robots_expires_at,"
            " robots_exchange_id, crawl_delay_seconds, requests, payload_bytes, copied_at)"
            " values ('a.example', 200, 13, now(), 'x', 2.5, 3, 4, now()),"
            " ('b.example', null, null, null, null, null, 1, 2, now())"
        )
        con.execute(scripts[last])
        found = con.execute(
            "select origin, kind, host, status, body_bytes, exchange_id, crawl_delay_seconds"
            " from ops.origin_documents order by origin"
        ).fetchall()
        rest = con.execute(
            "select host, crawl_delay_seconds, requests from ops.host_state order by host"
        ).fetchall()
    told = ("robots", "a.example", 200, 13, "x", 2.5)
    assert found == [("http://a.example", *told), ("https://a.example", *told)]
    assert rest == [("a.example", 2.5, 3), ("b.example", None, 1)]


def test_views_that_changed_are_made_anew(home: Home) -> None:
    with writing(home) as con:
        con.execute("update ops.schema_version set checksum = 'old' where name = 'views'")
        con.execute("drop view report.article")
        con.execute("create view report.left_over as select 1 as a")
    assert migrate(home) == ("views",)
    with writing(home) as con:
        found = names(con, "select view_name from duckdb_views() where schema_name = 'report'")
    assert "article" in found
    assert "left_over" not in found


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("tables", "select schema_name || '.' || table_name, comment from duckdb_tables()"),
        (
            "columns",
            "select concat_ws('.', table_name, column_name), comment from duckdb_columns()",
        ),
        ("views", "select schema_name || '.' || view_name, comment from duckdb_views()"),
        ("macros", "select schema_name || '.' || function_name, comment from duckdb_functions()"),
    ],
)
def test_everything_explains_itself(home: Home, what: str, sql: str) -> None:
    with writing(home) as con:
        found = con.execute(f"{sql} where schema_name in ('news', 'ops', 'report')").fetchall()
    assert len(found) > 1, what
    assert [name for name, comment in found if not comment] == []


def test_large_tables_have_no_keys_and_bodies_are_compressed(home: Home) -> None:
    with writing(home) as con:
        keyed = names(
            con,
            """
            select distinct table_name from duckdb_constraints()
            where constraint_type in ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
            """,
        )
        indexed = names(con, "select index_name from duckdb_indexes()")
    assert set(keyed) == {
        "sources", "feeds", "runs", "loads", "schema_version", "feed_state", "host_state",
    }  # fmt: skip
    assert indexed == []
