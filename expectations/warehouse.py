"""The rules for the warehouse as a whole: what no single record can break.

Great Expectations runs them over a DuckDB connection that is lent to it. Of its
own it cannot read DuckDB: it fetches after its connection has been closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.engine import (
    ValidationSystemError,
    by_rule,
    exception_message,
    library_context,
)
from expectations.library import great_expectations
from expectations.rules import shorten
from expectations.warehouse_rules import WAREHOUSE_RULES, WAREHOUSE_SUITE
from transforms.records import RuleResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from expectations.table_rules import WarehouseRule

EXAMPLES = 5

_RESULT_FORMAT = {"result_format": "COMPLETE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one rule fared over the whole warehouse, with the first rows that break it."""

    result: RuleResult
    reason: str
    examples: tuple[str, ...] = ()


def check_warehouse(
    con: duckdb.DuckDBPyConnection, rules: Sequence[WarehouseRule] = WAREHOUSE_RULES
) -> tuple[Finding, ...]:
    """Return a finding for every rule, from one consistent state of the warehouse.

    Works on a connection of its own to the same database, so that neither an
    error nor the end of it touches a transaction of the caller; what the caller
    has not committed is not seen.

    Raises: ValidationSystemError where validation itself failed.
    """
    lent = con.cursor()
    try:
        lent.begin()
        counts = [_count(lent, rule) for rule in rules]
        results = _validate(lent, rules)
    finally:
        lent.close()  # ends its transaction
    found = by_rule([rule.rule_id for rule in rules], results)
    return tuple(
        read_finding(rule, found[rule.rule_id], rows)
        for rule, rows in zip(rules, counts, strict=True)
    )


def read_finding(rule: WarehouseRule, result: Any, rows: int) -> Finding:  # noqa: ANN401 (the library is untyped here)
    """Return what a result says of a rule.

    Raises: ValidationSystemError where it holds an exception or contradicts itself.
    """
    if message := exception_message(result.exception_info):
        raise ValidationSystemError(rule.rule_id, message)
    failed = result.result.get("observed_value")
    shown = result.result.get("details", {}).get("unexpected_rows", [])
    if (
        not isinstance(failed, int)
        or result.success != (failed == 0)
        or bool(shown) != bool(failed)
    ):
        detail = f"success {result.success} with {failed} rows, {len(shown)} shown"
        raise ValidationSystemError(rule.rule_id, detail)
    return Finding(
        result=RuleResult(
            suite=WAREHOUSE_SUITE,
            rule_id=rule.rule_id,
            severity=rule.severity,
            rows=rows,
            failed_rows=failed,
        ),
        reason=rule.reason,
        examples=tuple(shorten(describe(row)) for row in shown[:EXAMPLES]),
    )


def describe(row: dict[str, object]) -> str:
    """Return a row as ``column=value`` pairs."""
    return ", ".join(f"{column}={value}" for column, value in row.items())


def _count(con: duckdb.DuckDBPyConnection, rule: WarehouseRule) -> int:
    found = con.execute(f"select count(*) from {rule.table}").fetchone()  # noqa: S608 (our own names)
    return int(found[0]) if found else 0


def _validate(con: duckdb.DuckDBPyConnection, rules: Sequence[WarehouseRule]) -> list[Any]:
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415 (costs a second: only when used)

    expectations = [expectation_of(rule) for rule in rules]
    with library_context() as context:
        source = context.data_sources.add_sql(
            name=WAREHOUSE_SUITE,
            connection_string="duckdb:///:memory:",  # never opened: the creator lends a connection
            create_temp_table=False,
            kwargs={"creator": lambda: _borrowed(con), "poolclass": StaticPool},
        )
        asset = source.add_query_asset("anything", "select 1 as one")
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        suite = great_expectations().ExpectationSuite(
            name=WAREHOUSE_SUITE, expectations=expectations
        )
        return list(batch.validate(suite, result_format=_RESULT_FORMAT).results)


def expectation_of(rule: WarehouseRule) -> Any:  # noqa: ANN401 (the library is untyped here)
    """Return the expectation of a rule."""
    return great_expectations().expectations.UnexpectedRowsExpectation(
        # The library warns where the batch is not named; ours is the whole database.
        unexpected_rows_query=f"{rule.sql} /* {{batch}} */",
        severity=rule.severity,
        meta={"rule_id": rule.rule_id},
    )


def _borrowed(con: duckdb.DuckDBPyConnection) -> Any:  # noqa: ANN401 (a class of an untyped library)
    """Return a connection for SQLAlchemy that it can neither end nor close."""
    from duckdb_engine import ConnectionWrapper  # noqa: PLC0415 (imports SQLAlchemy)

    def leave(*_: object) -> None:
        """Leave transaction and connection as they are."""

    names = ("begin", "commit", "rollback", "close")
    return type("Borrowed", (ConnectionWrapper,), dict.fromkeys(names, leave))(con)
