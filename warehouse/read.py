"""Read what is known, as records."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from transforms.records import Feed, KnownEntry, Source
from warehouse.connection import query
from warehouse.write import staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb


_FEED = ("feed_id", "source_id", "url", "title", "category", "is_active", "is_tls_unchecked")


def feeds(
    con: duckdb.DuckDBPyConnection, *, active_only: bool = True, without: Iterable[str] = ()
) -> tuple[Feed, ...]:
    """Return the subscriptions, in order of their ids, without some of them."""
    with asked(con, without):
        found = con.execute(query("feeds"), [active_only]).fetchall()
    return tuple(Feed(**dict(zip(_FEED, row, strict=True))) for row in found)


def feeds_by_id(con: duckdb.DuckDBPyConnection, feed_ids: Iterable[str]) -> dict[str, Feed]:
    """Return some subscriptions, active or not, by feed_id."""
    with asked(con, feed_ids):
        found = con.execute(query("feeds_by_id")).fetchall()
    return {row[0]: Feed(**dict(zip(_FEED, row, strict=True))) for row in found}


def sources(con: duckdb.DuckDBPyConnection) -> tuple[Source, ...]:
    """Return the outlets, in order of their ids."""
    names = ("source_id", "name", "country", "language", "kind", "homepage")
    found = con.execute(query("sources")).fetchall()
    return tuple(Source(**dict(zip(names, row, strict=True))) for row in found)


def known_entries(
    con: duckdb.DuckDBPyConnection, entry_ids: Iterable[str]
) -> dict[str, KnownEntry]:
    """Return what is held of those entries that are known, by entry_id."""
    with asked(con, entry_ids):
        found = con.execute(query("known_entries")).fetchall()
    return {
        entry_id: KnownEntry(entry_id=entry_id, title=title, url=url, updated_at=updated_at)
        for entry_id, title, url, updated_at in found
    }


def entries_by_link(
    con: duckdb.DuckDBPyConnection, canonical_urls: Iterable[str]
) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Return entry_id and guid by feed_id and link, of the entries seen first with some links."""
    with asked(con, canonical_urls):
        found = con.execute(query("entries_by_link")).fetchall()
    return {(feed_id, link): (entry_id, guid) for feed_id, link, entry_id, guid in found}


def known_versions(con: duckdb.DuckDBPyConnection, version_ids: Iterable[str]) -> set[str]:
    """Return those version_ids that are known."""
    with asked(con, version_ids):
        return {version for (version,) in con.execute(query("known_versions")).fetchall()}


def known_articles_by_url(
    con: duckdb.DuckDBPyConnection, canonical_urls: Iterable[str]
) -> dict[str, str]:
    """Return article_ids by those canonical URLs under which an article was ever seen.

    Requested, final and AMP addresses count as well as an article's own.
    """
    with asked(con, canonical_urls):
        return dict(con.execute(query("known_articles_by_url")).fetchall())


def is_loaded(con: duckdb.DuckDBPyConnection, load_id: str) -> bool:
    """Tell whether the ledger has a load."""
    return bool(con.execute(query("has_load"), [load_id]).fetchall()[0][0])


def current_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how much there is: rows of the main tables, records held, work in hand."""
    return dict(con.execute(query("current_counts")).fetchall())


@contextmanager
def asked(con: duckdb.DuckDBPyConnection, keys: Iterable[str]) -> Iterator[None]:
    """Let a query see some keys as the table ``asked_keys``."""
    rows = [{"key": key} for key in sorted(set(keys))]
    with staged(con, "asked_keys", rows, {"key": "VARCHAR"}):
        yield
