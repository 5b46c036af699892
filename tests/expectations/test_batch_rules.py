"""What an outlet brings in a day, against its own 28 days before: alerts with their reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from expectations.batches import BATCH_RULES, judge_batches
from warehouse import history
from warehouse.connection import Home, writing
from warehouse.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from expectations.warehouse import Finding

END = "timestamptz '2022-01-30 12:00:00+00'"
OUTCOMES = """
    insert into ops.outcomes by name
    select
        $1 as source_id, $2 as stage, $3 as outcome, $4 as reason, '' as detail,
        format('{}-{}-{}-{}', $1, $2, $3, number) as item_id, 'ingest' as run_id, 'l' as load_id,
        case when $2 = 'article' and $3 = 'loaded' then format('{}-{}', $8, number) end
            as version_id,
        timestamptz '2022-01-30 12:00:00+00' - to_hours($5::integer)
            - to_seconds(number * ($6 - $5) * 3600 / $7) as happened_at
    from range($7) as numbers (number)
"""


def bring(  # noqa: PLR0913 (columns of a row)
    con: duckdb.DuckDBPyConnection,
    source: str,
    stage: str,
    outcome: str,
    a_day: int,
    *,
    days: tuple[float, float] = (0, 28.9),
    reason: str = "",
    version: str = "full",
) -> None:
    """Write so many outcomes a day, over the days counted backwards from the end."""
    first, last = days
    count = int(a_day * (last - first) + 0.5)
    values = [source, stage, outcome, reason, first * 24, last * 24, count, version]
    con.execute(OUTCOMES, values)


BEFORE, LAST = (1.1, 28.9), (0, 0.9)


def usual(
    con: duckdb.DuckDBPyConnection,
    source: str,
    days: tuple[float, float] = (0, 28.9),
    **more: str,
) -> None:
    bring(con, source, "poll", "loaded", 24)
    bring(con, source, "page", "loaded", 20, days=days)
    bring(con, source, "article", "loaded", 20, days=days, **more)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return _home(tmp_path_factory.mktemp("home"), _outlets)


def _home(folder: Path, fill: Callable[[duckdb.DuckDBPyConnection], None]) -> Home:
    home = Home(folder)
    migrate(home)
    with writing(home) as con:
        con.execute(
            "insert into ops.runs values"
            " ('ingest', 'ingest', 'done', now(), now(), '1', '{}', null)"
        )
        fill(con)
        _versions(con)
    return home


def _outlets(con: duckdb.DuckDBPyConnection) -> None:
    usual(con, "steady")
    usual(con, "quiet", BEFORE)
    usual(con, "feedless", BEFORE)
    con.execute(
        "update ops.outcomes set outcome = 'failed' where source_id = 'feedless'"
        f" and stage = 'poll' and happened_at > {END} - interval 24 hours"
    )
    usual(con, "blocked", BEFORE)
    bring(con, "blocked", "page", "given_up", 20, days=LAST, reason="http_403")
    usual(con, "down", BEFORE)
    bring(con, "down", "page", "failed", 20, days=LAST, reason="timeout")
    usual(con, "redesigned", BEFORE)
    bring(con, "redesigned", "page", "loaded", 20, days=LAST)
    bring(con, "redesigned", "article", "given_up", 20, days=LAST, reason="no_main_text")
    usual(con, "listing", BEFORE)
    bring(con, "listing", "page", "loaded", 20, days=LAST)
    bring(con, "listing", "article", "quarantined", 20, days=LAST)
    usual(con, "cut", BEFORE)
    usual(con, "cut", LAST, version="stub")
    usual(con, "repeating")
    bring(con, "repeating", "entry", "loaded", 20, days=BEFORE)
    bring(con, "repeating", "entry", "duplicate", 20, days=LAST, reason="article_known")
    usual(con, "new", (0, 3))
    bring(con, "small", "poll", "loaded", 24)
    bring(con, "small", "article", "loaded", 2, days=(4, 28.9))


def _versions(con: duckdb.DuckDBPyConnection) -> None:
    columns = con.execute("describe news.article_versions").fetchall()
    fillers = {"VARCHAR": "''", "BOOLEAN": "false", "INTEGER": "0"}
    names, values = [], []
    for name, kind, nullable, *_ in columns:
        if nullable == "NO" and name not in {"version_id", "words", "is_paywalled"}:
            names.append(name)
            values.append("[]" if kind.endswith("[]") else fillers.get(kind, END))
    con.execute(
        f"insert into news.article_versions (version_id, words, is_paywalled, {', '.join(names)})"
        " select distinct version_id, case split_part(version_id, '-', 1)"
        " when 'stub' then 80 when 'half' then 300 when 'less' then 299 else 600 end,"
        f" starts_with(version_id, 'stub'), {', '.join(values)}"
        " from ops.outcomes where version_id is not null"
    )


def check_batches(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    return judge_batches(history.signals_judged(con), history.source_alerts(con))


@pytest.fixture
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(home) as con:
        yield con


REASONS = {
    "quiet": "lull",
    "feedless": "feed",
    "blocked": "block",
    "down": "failure",
    "redesigned": "extraction",
    "listing": "extraction",
    "cut": "extraction",
    "repeating": "feed",
    "small": "lull",
}
SIGNALS = {
    "quiet": {"volume", "freshness"},
    "feedless": {"volume", "freshness", "feeds"},
    "blocked": {"volume", "freshness", "failures", "blocked"},
    "down": {"volume", "freshness", "failures"},
    "redesigned": {"volume", "freshness", "drift"},
    "listing": {"volume", "freshness", "rejected", "drift"},
    "cut": {"length", "paywalled"},
    "repeating": {"duplicates"},
    "small": {"freshness"},
}


def test_an_outlet_that_is_not_as_usual_is_told_with_the_reason(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rows = con.execute("select source_id, reason, signal from report.source_alerts").fetchall()
    found: dict[str, dict[str, set[str]]] = {}
    for source, reason, signal in rows:
        found.setdefault(source, {}).setdefault(reason, set()).add(signal)
    assert found == {source: {REASONS[source]: signals} for source, signals in SIGNALS.items()}


def test_the_numbers_stand_beside_the_reason(con: duckdb.DuckDBPyConnection) -> None:
    sql = (
        "select value, usual, numbers from report.source_alerts"
        " where source_id = 'blocked' and signal = 'volume'"
    )
    ((value, volume, numbers),) = con.execute(sql).fetchall()
    assert value == 0
    assert 19 < volume < 21
    assert "18 pages (18 failed, 18 blocked)" in numbers


def test_each_rule_counts_the_outlets_that_it_finds_in_need_of_a_look(
    con: duckdb.DuckDBPyConnection,
) -> None:
    findings = {finding.result.rule_id: finding for finding in check_batches(con)}
    assert findings.keys() == {rule.rule_id for rule in BATCH_RULES}
    assert {finding.result.suite for finding in findings.values()} == {"batches"}
    for signal in set().union(*SIGNALS.values()):
        meant = {source for source, signals in SIGNALS.items() if signal in signals}
        finding = findings[f"batch.{signal}"]
        assert (signal, finding.result.failed_rows) == (signal, len(meant))
        assert finding.result.rows >= len(meant)
    assert "blocked (block): " in findings["batch.blocked"].examples[0]


def test_what_backfills_and_decisions_bring_is_no_part_of_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    before = con.execute("select count(*) from report.source_recent").fetchall()
    con.execute("begin")
    con.execute(
        "insert into ops.outcomes by name select * replace ('other' as run_id, 'x' as source_id)"
        " from ops.outcomes where source_id = 'steady'"
    )
    assert con.execute("select count(*) from report.source_recent").fetchall() == before
    con.execute("rollback")


def test_an_empty_warehouse_has_no_alerts(tmp_path: Path) -> None:
    home = Home(tmp_path)
    migrate(home)
    with writing(home) as con:
        assert {finding.result.failed_rows for finding in check_batches(con)} == {0}


def test_a_signal_without_a_rule_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="tides"):
        judge_batches({"tides": (1, 0)}, [])


# For each signal, what the last day of an outlet brings that has brought 20 articles a day:
# (stage, outcome, items, reason, version), once within its bounds and once just outside.
Brought = tuple[str, str, int, str, str]
DAY: list[Brought] = [("poll", "loaded", 24, "", ""), ("article", "loaded", 20, "", "full")]
BOUNDS: dict[str, tuple[list[Brought], list[Brought]]] = {
    "volume": ([("article", "loaded", 7, "", "full")], [("article", "loaded", 6, "", "full")]),
    "failures": (
        [*DAY, ("page", "loaded", 7, "", ""), ("page", "failed", 3, "timeout", "")],
        [*DAY, ("page", "loaded", 6, "", ""), ("page", "failed", 3, "timeout", "")],
    ),
    "feeds": (
        [*DAY[1:], ("poll", "loaded", 2, "", ""), ("poll", "failed", 2, "", "")],
        [*DAY[1:], ("poll", "loaded", 2, "", ""), ("poll", "failed", 3, "", "")],
    ),
    "duplicates": (
        [*DAY, ("entry", "loaded", 7, "", ""), ("entry", "duplicate", 3, "", "")],
        [*DAY, ("entry", "loaded", 6, "", ""), ("entry", "duplicate", 3, "", "")],
    ),
    "blocked": (
        [*DAY, ("page", "loaded", 8, "", ""), ("page", "given_up", 2, "http_403", "")],
        [*DAY, ("page", "loaded", 7, "", ""), ("page", "given_up", 2, "http_403", "")],
    ),
    "rejected": (
        [("article", "loaded", 12, "", "full"), ("article", "quarantined", 3, "", "")],
        [("article", "loaded", 11, "", "full"), ("article", "quarantined", 3, "", "")],
    ),
    "paywalled": (
        [("article", "loaded", 7, "", "full"), ("article", "loaded", 3, "", "stub")],
        [("article", "loaded", 13, "", "full"), ("article", "loaded", 6, "", "stub")],
    ),
    "length": ([("article", "loaded", 20, "", "half")], [("article", "loaded", 20, "", "less")]),
    "drift": (
        [("article", "loaded", 15, "", "full"), ("article", "given_up", 5, "", "")],
        [("article", "loaded", 14, "", "full"), ("article", "given_up", 5, "", "")],
    ),
}


def _at_the_bounds(con: duckdb.DuckDBPyConnection) -> None:
    for signal, sides in BOUNDS.items():
        for name, day in zip(("within", "outside"), sides, strict=True):
            source = f"{signal}-{name}"
            bring(con, source, "entry", "loaded", 20, days=BEFORE)
            bring(con, source, "page", "loaded", 20, days=BEFORE)
            bring(con, source, "article", "loaded", 20, days=BEFORE)
            for stage, outcome, items, reason, version in day:
                values = [source, stage, outcome, reason, 0.1, 21.6, items, version]
                con.execute(OUTCOMES, values)
    for name, days in (("within", (2.4, 28.9)), ("outside", (2.9, 28.9))):
        bring(con, f"freshness-{name}", "poll", "loaded", 24)
        bring(con, f"freshness-{name}", "article", "loaded", 2, days=days)


@pytest.fixture(scope="module")
def alerts_at_the_bounds(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    with writing(_home(tmp_path_factory.mktemp("bounds"), _at_the_bounds)) as con:
        sql = "select source_id, signal from report.source_alerts"
        return set(con.execute(sql).fetchall())


@pytest.mark.parametrize("signal", [rule.signal for rule in BATCH_RULES])
def test_a_signal_is_told_just_outside_of_its_bounds_and_not_within(
    signal: str, alerts_at_the_bounds: set[tuple[str, str]]
) -> None:
    told = {source for source, told in alerts_at_the_bounds if told == signal}
    assert f"{signal}-outside" in told
    assert f"{signal}-within" not in told


def test_nothing_else_is_told_of_an_outlet_within_its_bounds(
    alerts_at_the_bounds: set[tuple[str, str]],
) -> None:
    assert not [source for source, _ in alerts_at_the_bounds if source.endswith("within")]
