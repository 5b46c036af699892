"""Read what is loaded as the records that it was loaded from, chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from transforms.records import Article, Block, Credit, Doubt, Moment, Tag
from warehouse import history
from warehouse.connection import query
from warehouse.read import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    import duckdb

    from transforms.records import Entry

T = TypeVar("T")
Row = dict[str, Any]

CHUNK_RECORDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was said of a loaded record when it was last judged.

    ``quarantined`` is one that was let in by hand; the rules it broke are its marks.
    """

    status: Literal["accepted", "marked", "quarantined"] = "accepted"
    rule_ids: tuple[str, ...] = ()


def entries(
    con: duckdb.DuckDBPyConnection, *, since: datetime | None = None, sources: Sequence[str] = ()
) -> Iterator[tuple[Entry, ...]]:
    """Yield the entries last seen since a time, in the state last seen."""
    for ids in _chunks(con, "loaded_entries", since, sources):
        yield tuple(history.entries(con, ids).values())


def articles(
    con: duckdb.DuckDBPyConnection, *, since: datetime | None = None, sources: Sequence[str] = ()
) -> Iterator[tuple[Article, ...]]:
    """Yield the versions of articles last seen since a time, each as last seen."""
    for ids in _chunks(con, "loaded_versions", since, sources):
        yield versions(con, ids)


def versions(con: duckdb.DuckDBPyConnection, version_ids: Sequence[str]) -> tuple[Article, ...]:
    """Return versions of articles, each as last seen, in order of their ids."""
    with asked(con, version_ids):
        rows = _dicts(con.execute(query("versions_by_id")))
        blocks = _grouped(con, "blocks_by_version", lambda row: row)
        credited = _grouped(con, "credits_by_version", lambda row: Credit(**row))
        tags = _grouped(con, "tags_by_version", lambda row: Tag(**row))
        doubts = _grouped(con, "doubts_by_version", lambda row: Doubt(**row))
    return tuple(
        _article(
            row,
            blocks=tuple(_block(block, row["body"]) for block in blocks.get(version, ())),
            credits=credited.get(version, ()),
            tags=tags.get(version, ()),
            doubts=doubts.get(version, ()),
        )
        for row in rows
        for version in (row["version_id"],)
    )


def standings(con: duckdb.DuckDBPyConnection, subject_ids: Sequence[str]) -> dict[str, Standing]:
    """Return the standing of loaded records, by entry_id or version_id."""
    found = dict.fromkeys(subject_ids, Standing())
    with asked(con, subject_ids):
        rows = con.execute(query("marks_by_subject")).fetchall()
    for subject, rule_ids, by_hand in rows:
        status: Literal["marked", "quarantined"] = "quarantined" if by_hand else "marked"
        found[subject] = Standing(status=status, rule_ids=tuple(rule_ids))
    return found


def _chunks(
    con: duckdb.DuckDBPyConnection, name: str, since: datetime | None, sources: Sequence[str]
) -> Iterator[list[str]]:
    ids = [key for (key,) in con.execute(query(name), [since, list(sources)]).fetchall()]
    yield from (ids[start : start + CHUNK_RECORDS] for start in range(0, len(ids), CHUNK_RECORDS))


def _article(row: Row, **lists: Any) -> Article:  # noqa: ANN401 (tuples of several records)
    plain = {name: row[name] for name in row.keys() & Article.__dataclass_fields__.keys()}
    candidates = tuple(Moment(**moment) for moment in plain.pop("date_candidates"))
    plain |= {name: history.moment_of(row, name) for name in ("published", "modified")}
    return Article(**plain, date_candidates=candidates, **lists)


def _block(row: Row, body: str) -> Block:
    text = body[row["start"] : row["end"]] if row["text"] is None else row["text"]
    return Block(**row | {"text": text})


def _grouped(
    con: duckdb.DuckDBPyConnection, name: str, make: Callable[[Row], T]
) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = {}
    for row in _dicts(con.execute(query(name))):
        groups.setdefault(row.pop("version_id"), []).append(make(row))
    return {version: tuple(group) for version, group in groups.items()}


def _dicts(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
