"""What a run answers for: its own loads and those of runs that died, not all that is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from transforms.records import RuleResult
from warehouse import history, load, register
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

    import duckdb

    from warehouse.connection import Home

LATER = "run-2"


@pytest.fixture
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(home) as connection:
        yield connection


@pytest.fixture
def two_runs(con: duckdb.DuckDBPyConnection, world: SimpleNamespace) -> None:
    """Two runs, a poll each; the outcomes of the first are lost."""
    for number, (run_id, hours) in enumerate((("run-1", 0), (LATER, 1))):
        came = world.exchange(world.FEED_URL, hours)
        batch = world.polls(world.entry(f"a{number}", came), came=came, run_id=run_id)
        register.begin_run(con, run_id, "ingest", {}, world.at(hours), "code")
        load.load(con, batch)
    con.execute("delete from ops.wants")
    con.execute("delete from ops.outcomes where stage = 'entry' and run_id = 'run-1'")


def end(con: duckdb.DuckDBPyConnection, world: SimpleNamespace, run_id: str, status: str) -> None:
    register.end_run(con, run_id, status, world.at(2 if run_id == "run-1" else 3), {})


@pytest.mark.usefixtures("two_runs")
def test_a_run_answers_for_what_it_loaded_itself(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    end(con, world, "run-1", "done")
    everything = history.count_audit_rows(con, "")
    assert everything == len(con.execute("from report.outcome_audit").fetchall())
    own = history.audit_rows_of_run(con, LATER)
    assert 0 < own < everything
    assert history.count_audit_rows(con, "run-3") == 0


@pytest.mark.usefixtures("two_runs")
def test_a_run_answers_for_one_that_died_before_it(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    register.mark_dead_runs(con, ["run-1"], world.at(2))
    end(con, world, LATER, "done")
    assert history.audit_rows_of_run(con, LATER) == history.count_audit_rows(con, "run-1")
    register.begin_run(con, "run-3", "ingest", {}, world.at(4), "code")
    assert history.audit_rows_of_run(con, "run-3") == 0  # the one before it answered


@pytest.mark.usefixtures("two_runs")
def test_what_upkeep_found_is_known_until_it_finds_otherwise(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    everything = history.count_audit_rows(con, "")
    assert history.audit_rows_known(con) == everything  # no upkeep yet: all of it
    for run_id, failed in (("run-3", 7), ("run-4", 0)):
        register.begin_run(con, run_id, "upkeep", {}, world.at(5), "code")
        result = RuleResult(
            suite="warehouse",
            rule_id="warehouse.outcomes_add_up",
            severity="error",
            rows=9,
            failed_rows=failed,
        )
        register.put_rule_results(con, run_id, [result], world.at(5))
        register.end_run(con, run_id, "done", world.at(5), {})
        assert history.audit_rows_known(con) == failed
