"""The one place where Great Expectations runs over records.

Its silent failures are turned into `ValidationSystemError` here, so that a
fault of the library or of ours never counts as a fault of the data.
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from contextlib import contextmanager
from numbers import Integral
from typing import TYPE_CHECKING, Any

from expectations.library import configurations_kept, great_expectations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from expectations.rules import Rule

ROW_ID = "row_id"
RESULT_FORMAT: dict[str, object] = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [ROW_ID],
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}

LONE_SURROGATES = re.compile("[\ud800-\udfff]")

CHATTY_LOGGER = "great_expectations.data_context.types.base"  # tells of a folder at each context
_ONE_AT_A_TIME = threading.Lock()


class ValidationSystemError(Exception):
    """Validation itself failed: no verdict can be given on any record of the batch.

    ``rule_id`` names the rule at which it showed, None where it concerns them all.
    """

    def __init__(self, rule_id: str | None, detail: str) -> None:
        super().__init__(f"{rule_id or 'all rules'}: {detail}")
        self.rule_id = rule_id
        self.detail = detail

    def __reduce__(self) -> tuple[type[ValidationSystemError], tuple[str | None, str]]:
        """Let the error cross from one process to another."""
        return type(self), (self.rule_id, self.detail)


def failed_rows(
    suite_name: str, rules: Sequence[Rule], rows: Sequence[Mapping[str, object]]
) -> dict[str, list[int]]:
    """Return, for each rule's id, the indexes of the rows that break it.

    One call of the library for the whole batch.

    Raises: ValidationSystemError where the library failed, skipped rows or
        contradicts itself.
    """
    check_columns(rules, rows)
    results = by_rule([rule.rule_id for rule in rules], _validate(suite_name, rules, rows))
    return {rule.rule_id: read_result(rule, results[rule.rule_id], len(rows)) for rule in rules}


def by_rule(rule_ids: Sequence[str], results: Sequence[Any]) -> dict[str, Any]:
    """Return results by the id of their rule.

    Raises: ValidationSystemError where a rule has no result, or more than one: the
        library leaves out expectations that it does not know, with a line in the log.
    """
    found = {result.expectation_config.meta.get("rule_id"): result for result in results}
    if not len(results) == len(rule_ids) == len(found) or found.keys() != set(rule_ids):
        raise ValidationSystemError(None, f"{len(rule_ids)} rules gave {len(results)} results")
    return found


def check_columns(rules: Sequence[Rule], rows: Sequence[Mapping[str, object]]) -> None:
    """Raise ValidationSystemError where a row lacks what a rule tests or shows.

    Or where a rule tests what rows are told apart by: the library would not name them.
    """
    for rule in rules:
        if rule.feature == ROW_ID:
            raise ValidationSystemError(rule.rule_id, f"{ROW_ID!r} is the name of our row ids")
        for column in {rule.feature, rule.shows or rule.feature}:
            if any(column not in row for row in rows):
                raise ValidationSystemError(rule.rule_id, f"no feature {column!r} was measured")


def read_result(rule: Rule, result: Any, rows: int) -> list[int]:  # noqa: ANN401 (the library is untyped here)
    """Return the indexes of the rows that break a rule, in order.

    Raises: ValidationSystemError where the result holds an exception (the library
        does not raise it), is incomplete, is about other rows, or skipped rows.
    """
    found = result.result
    counted = found.get("element_count")
    if message := exception_message(result.exception_info):
        raise ValidationSystemError(rule.rule_id, message)
    if counted != rows:
        raise ValidationSystemError(rule.rule_id, f"judged {counted} rows of {rows}")
    if found.get("missing_count") and rule.absent_passes is None:
        detail = f"{found['missing_count']} rows without {rule.feature!r} were skipped"
        raise ValidationSystemError(rule.rule_id, detail)
    if result.success:  # a result that passes may list rows all the same
        return []
    listed = [item.get(ROW_ID) for item in found.get("unexpected_index_list") or ()]
    indexes = sorted(int(index) for index in listed if isinstance(index, Integral))
    distinct = {index for index in indexes if 0 <= index < rows}
    if not listed or not len(distinct) == len(listed) == found.get("unexpected_count"):
        detail = f"{found.get('unexpected_count')} failed rows, {len(distinct)} listed"
        raise ValidationSystemError(rule.rule_id, detail)
    return indexes


def exception_message(info: Mapping[str, Any] | None) -> str:
    """Return the message of an exception inside a result, "" where there is none.

    The library has two shapes for it: one flat, one with an entry per metric.
    """
    if not info:
        return ""
    parts = [info] if "raised_exception" in info else list(info.values())
    raised = [part for part in parts if part.get("raised_exception")]
    return str(raised[0].get("exception_message") or "an exception") if raised else ""


@contextmanager
def library_context() -> Iterator[Any]:
    """Lend a context of the library for one call: no analytics, no progress bars, no files.

    Callers take turns. The library keeps the latest context in a global, where
    threads could be handed each other's data; the work is bound to the CPU, so
    that waiting costs nothing. At the end the global lets go of data and connections.

    Raises: ValidationSystemError for whatever the library raises.
    """
    gx = great_expectations()

    logging.getLogger(CHATTY_LOGGER).setLevel(logging.WARNING)
    with _ONE_AT_A_TIME:
        try:
            context = gx.get_context(mode="ephemeral")
            context.enable_analytics(enable=False)
            context.variables.progress_bars = {"globally": False, "metric_calculations": False}
            yield context
        except Exception as error:
            raise ValidationSystemError(None, f"{type(error).__name__}: {error}") from error
        finally:
            gx.data_context.set_context(None)


def encodable(value: object) -> object:
    """Return a value with U+FFFD for lone surrogates, which cannot be hashed as UTF-8."""
    if not isinstance(value, str) or value.isascii():
        return value
    return LONE_SURROGATES.sub("\ufffd", value)


def _validate(
    suite_name: str, rules: Sequence[Rule], rows: Sequence[Mapping[str, object]]
) -> list[Any]:
    import pandas as pd  # noqa: PLC0415 (costs a second: only when used)

    columns = sorted({rule.feature for rule in rules})
    # One type for all columns: each rule cuts rows out of the frame, cheapest from one block.
    frame = pd.DataFrame(
        {column: [encodable(row[column]) for row in rows] for column in columns}, dtype=object
    )
    frame.insert(0, ROW_ID, range(len(rows)))
    name = f"{suite_name} {uuid.uuid4().hex}"
    with library_context() as context:
        asset = context.data_sources.add_pandas(name).add_dataframe_asset("batch")
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        built = [rule.build() for rule in rules]
        suite = great_expectations().ExpectationSuite(name=name, expectations=built)
        with configurations_kept():
            return list(batch.validate(suite, result_format=RESULT_FORMAT).results)
