"""What a rule for the warehouse as a whole is, and the two conditions that most tables share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transforms.records import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseRule:
    """One condition on the whole warehouse; ``sql`` returns the rows that break it.

    ``table`` is what the rows of a result are counted in. Braces in ``sql`` are
    taken for placeholders by the library: it must have none.
    """

    rule_id: str
    table: str
    reason: str
    sql: str
    severity: Severity = "critical"


def orphans(table: str, parent: str, key: str, parent_key: str, reason: str) -> WarehouseRule:
    """Return the rule that each key of a table stands in the table that it refers to."""
    name, parent_name = table.partition(".")[2], parent.partition(".")[2]
    return WarehouseRule(
        rule_id=f"warehouse.{name}_{key}_in_{parent_name}",
        table=table,
        reason=reason,
        sql=(
            f"select distinct child.{key} from {table} as child"  # noqa: S608 (our own names)
            f" anti join {parent} as parent on parent.{parent_key} = child.{key}"
            f" where child.{key} is not null"
        ),
    )


def unique(table: str, *keys: str) -> WarehouseRule:
    """Return the rule that a table has one row a key."""
    columns = ", ".join(keys)
    return WarehouseRule(
        rule_id=f"warehouse.{table.partition('.')[2]}_one_row_per_{'_and_'.join(keys)}",
        table=table,
        reason="There are no unique indexes: a double key would count the same thing twice.",
        sql=(
            f"select {columns}, count(*) as rows from {table}"  # noqa: S608 (our own names)
            f" group by {columns} having count(*) > 1"
        ),
    )
