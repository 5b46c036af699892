"""Bring the live database to the schema of this version of the code.

Migrations are numbered SQL files, applied once each, in one transaction with their
row in ``ops.schema_version``, and never edited. Views hold nothing and are dropped
and created anew whenever they or the tables below them changed.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from warehouse.connection import attached, create, query, transaction, write_lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    import duckdb

    from warehouse.connection import Home

VIEWS = "views"


class SchemaError(RuntimeError):
    """The database's schema is not one that this version of the code can work with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file of SQL statements."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrate(home: Home, migrations: Sequence[Script] | None = None) -> tuple[str, ...]:
    """Create or update the live database and return the names of what was applied.

    Nothing is applied twice; ``views`` stands for all views together. A database
    that holds something is copied first, to ``live.duckdb.before-NAME``.

    Raises: SchemaError where a migration was edited after it had been applied, or
    the database was made by a newer version. WarehouseBusy.
    """
    known = read_scripts("migrations") if migrations is None else tuple(migrations)
    with write_lock(home):
        if not home.live.exists():
            create(home.live)
        with attached(home.live) as con:
            applied = _applied(con)
        check_applied(known, applied)
        pending = tuple(script for script in known if script.name not in applied)
        if pending and applied:
            # With no connection open: closing the copy's source drops DuckDB's lock on it.
            shutil.copy2(home.live, f"{home.live}.before-{pending[0].name}")
        for script in pending:
            with attached(home.live) as con:  # checkpointed after each: views and keys need it
                _apply(con, script)
        with attached(home.live) as con:
            views = _renew_views(con, is_forced=bool(pending), applied=applied)
    return (*(script.name for script in pending), *views)


def read_scripts(folder: str) -> tuple[Script, ...]:
    """Return the SQL files of a folder of this package, in the order of their names."""
    found: list[Traversable] = [
        file for file in (files("warehouse") / folder).iterdir() if file.name.endswith(".sql")
    ]
    return tuple(
        Script(name=file.name.removesuffix(".sql"), sql=file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    )


def check_applied(known: Sequence[Script], applied: Mapping[str, str]) -> None:
    """Compare the migrations of the code with the checksums of those applied.

    Raises: SchemaError.
    """
    checksums = {script.name: script.checksum for script in known}
    for name, checksum in applied.items():
        if name == VIEWS:
            continue
        if name not in checksums:
            raise SchemaError(f"the database has migration {name}, of a newer version of the code")
        if checksums[name] != checksum:
            raise SchemaError(f"migration {name} was edited after it had been applied")


def check_is_current(con: duckdb.DuckDBPyConnection) -> None:
    """Raise SchemaError where the database lacks a migration or views of this version."""
    found = dict(con.execute("select name, checksum from ops.schema_version").fetchall())
    lacking = [one.name for one in read_scripts("migrations") if one.name not in found]
    if found.get(VIEWS) != _views().checksum:
        lacking.append("this version's views")
    if lacking:
        names = ", ".join(lacking)
        raise SchemaError(f"the database lacks {names}: `copytaster init` brings it up to date")


def _applied(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    for statement in con.extract_statements(query("create_schema_version")):
        con.execute(statement)
    return dict(con.execute("select name, checksum from ops.schema_version").fetchall())


def _apply(con: duckdb.DuckDBPyConnection, script: Script) -> None:
    with transaction(con):
        for statement in con.extract_statements(script.sql):
            con.execute(statement)
        con.execute(query("put_schema_version"), [script.name, script.checksum])


def _renew_views(
    con: duckdb.DuckDBPyConnection, *, is_forced: bool, applied: Mapping[str, str]
) -> tuple[str, ...]:
    """Drop the schema of views and create all of them, unless nothing changed."""
    views = _views()
    if not is_forced and applied.get(VIEWS) == views.checksum:
        return ()
    with transaction(con):
        con.execute("drop schema if exists report cascade")
        con.execute("create schema report")
        for statement in con.extract_statements(views.sql):
            con.execute(statement)
        con.execute(query("put_schema_version"), [VIEWS, views.checksum])
    return (VIEWS,)


def _views() -> Script:
    """Return all views and macros as one script."""
    return Script(name=VIEWS, sql="\n".join(script.sql for script in read_scripts("views")))
