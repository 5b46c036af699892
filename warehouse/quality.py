"""Read how good the data is, for documents: from the published copy, outside of any load."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from transforms.quality import (
    DAYS,
    BrokenRule,
    DayVerdicts,
    KeptAside,
    Quality,
    RuleVerdicts,
    RunVerdicts,
    SourceVerdicts,
)
from transforms.records import RuleResult
from warehouse import history, quarantine, read
from warehouse.connection import query
from warehouse.quarantine import Selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import duckdb

KEPT_ASIDE_SHOWN = 20


def read_quality(con: duckdb.DuckDBPyConnection, runs: int) -> Quality:
    """Return the state of the data; ``runs`` is how many of the last ones are told of."""
    ((until,),) = con.execute("select max(happened_at) from ops.outcomes").fetchall()
    ((held,),) = con.execute("select count(*) from ops.quarantine where status = 'held'").fetchall()
    return Quality(
        until=until,
        days=tuple(DayVerdicts(**row) for row in _rows(con, "quality_days", until)),
        sources=tuple(_source(row) for row in _rows(con, "quality_sources", until)),
        rules=tuple(_rule(row) for row in _rows(con, "quality_rules", until)),
        broken=tuple(BrokenRule(**row) for row in _rows(con, "quality_broken", until)),
        alerts=history.source_alerts(con),
        runs=read_runs(con, runs),
        held=held,
        kept_aside=_kept_aside(con),
    )


def read_runs(con: duckdb.DuckDBPyConnection, runs: int) -> tuple[RunVerdicts, ...]:
    """Return how the rules fared in the last runs in which any was run, the last one first."""
    rows = _rows(con, "quality_runs", runs)
    examples = _examples(con, sorted({row["run_id"] for row in rows}))
    return tuple(
        _run(list(of_run), examples.get(run_id, {}))
        for run_id, of_run in groupby(rows, key=lambda row: str(row["run_id"]))
    )


def _run(rows: Sequence[dict[str, Any]], examples: Mapping[str, tuple[str, ...]]) -> RunVerdicts:
    names = ("suite", "rule_id", "severity", "rows", "failed_rows")
    return RunVerdicts(
        run_id=rows[0]["run_id"],
        kind=rows[0]["kind"],
        status=rows[0]["status"],
        started_at=rows[0]["started_at"],
        results=tuple(RuleResult(**{name: row[name] for name in names}) for row in rows),
        examples=examples,
    )


def _examples(
    con: duckdb.DuckDBPyConnection, run_ids: Sequence[str]
) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in _rows(con, "quality_examples", list(run_ids)):
        of_run = found.setdefault(row["run_id"], {})
        of_run[row["rule_id"]] = (*of_run.get(row["rule_id"], ()), row["value"])
    return found


def _source(row: dict[str, Any]) -> SourceVerdicts:
    by_age: Mapping[int, int] = row.pop("loaded_by_age") or {}
    return SourceVerdicts(**row, loaded_by_day=_by_day(by_age.items()))


def _rule(row: dict[str, Any]) -> RuleVerdicts:
    by_age: Sequence[Mapping[str, int]] = row.pop("failed_by_age") or ()
    counts = ((one["age"], one["failed_rows"]) for one in by_age)
    return RuleVerdicts(**row, failed_by_day=_by_day(counts))


def _by_day(counts: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Return counts by age in days as a row of days, the last one last."""
    days = [0] * DAYS
    for age, count in counts:
        days[DAYS - 1 - age] += count
    return tuple(days)


def _kept_aside(con: duckdb.DuckDBPyConnection) -> tuple[KeptAside, ...]:
    names = {source.source_id: source.name for source in read.sources(con)}
    return tuple(
        KeptAside(
            quarantine_id=row.quarantine_id,
            source=names.get(row.source_id, row.source_id),
            title=row.title,
            url=row.url,
            rule_ids=row.rule_ids,
            at=row.last_quarantined_at,
        )
        for row in quarantine.found(con, Selection(), KEPT_ASIDE_SHOWN)
    )


def _rows(
    con: duckdb.DuckDBPyConnection, name: str, value: datetime | int | list[str] | None
) -> list[dict[str, Any]]:
    cursor = con.execute(query(name), [value])
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
