"""The tables of the state file, and how files of older versions get what came since."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

SCHEMA_VERSION = 8
_CHECKPOINT_PAGES = 4000  # of 4 KiB: so long does the log become
_CACHE_KIB = 16 * 1024
# What each version added to tables that were there.
_ADDED = {
    2: """
        alter table feeds add column unmodified_at integer;
        alter table feeds add column distrusted_at integer;
    """,
    3: """
        alter table feeds add column declared_minutes integer;
        alter table feeds add column skip_hours text not null default '[]';
        alter table feeds add column skip_days text not null default '[]';
        alter table feeds add column newest_at integer;
        alter table feeds add column marks text not null default '[]';
        alter table feeds add column older_url text;
        alter table feeds add column moving_to text;
        alter table feeds add column moving_at integer;
        alter table feeds add column moving_polls integer not null default 0;
        alter table polls add column document_id text;
        alter table hosts add column robots_exchange_id text;
        alter table hosts add column robots_at integer;
    """,
    5: "alter table feeds add column interval_minutes real;",
    # robots.txt was kept by host, and ruled whatever scheme the host was asked with.
    6: """
        insert into origin_documents (
            origin, kind, host, body, status, expires_at, exchange_id, fetched_at,
            crawl_delay_seconds
        )
        select
            scheme || '://' || host, 'robots', host, robots_body, robots_status,
            robots_expires_at, robots_exchange_id, robots_at, crawl_delay_seconds
        from hosts, (select 'http' as scheme union all select 'https')
        where robots_expires_at is not null;
        alter table hosts drop column robots_body;
        alter table hosts drop column robots_status;
        alter table hosts drop column robots_expires_at;
        alter table hosts drop column robots_exchange_id;
        alter table hosts drop column robots_at;
    """,
    7: "alter table wants add column waits integer not null default 0;",
}


class StateVersionError(RuntimeError):
    """The file was written by a newer version of the project."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables that a file lacks, and bring older ones up to this version.

    Raises: StateVersionError if the file is of a newer version.
    """
    connection.execute("pragma journal_mode = wal")
    # What changes is spread over the whole file: written back less often, a page that has
    # changed several times since is written once.
    connection.execute(f"pragma wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"pragma cache_size = -{_CACHE_KIB}")
    connection.execute("pragma synchronous = full")
    (version,) = connection.execute("pragma user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise StateVersionError(f"the state file has version {version}, known is {SCHEMA_VERSION}")
    if version < SCHEMA_VERSION:
        schema = files("warehouse").joinpath("state.sql").read_text("utf-8")
        # Tables that are there stay as they are, and get what later versions added.
        later = (sql for number, sql in _ADDED.items() if 0 < version < number)
        added = "".join(later)
        connection.executescript(
            f"begin immediate; {schema} {added} pragma user_version = {SCHEMA_VERSION}; commit;"
        )
