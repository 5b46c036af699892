"""What if: today's rules, run over what is loaded already; nothing is changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from expectations.articles import ARTICLE_RULES
from expectations.batches import BATCH_SUITE, judge_batches
from expectations.check import check_articles, check_entries
from expectations.entries import ENTRY_RULES
from expectations.warehouse import check_warehouse
from flows.homes import existing_home
from transforms.records import Entry
from warehouse import history, loaded
from warehouse.connection import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from expectations.check import Checked
    from expectations.warehouse import Finding
    from transforms.records import Article, Verdict
    from warehouse.loaded import Standing

Suite = Literal["articles", "entries"]
RULES = {"articles": ARTICLE_RULES, "entries": ENTRY_RULES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A record on which today's rules say something else than those it was loaded by."""

    subject_id: str
    source_id: str
    title: str | None
    url: str | None
    before: str
    after: str
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class WhatIf:
    """What today's rules say of what is loaded."""

    suite: Suite
    rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)  # rows by rule_id
    turns: list[Turn] = field(default_factory=list)

    def rules(self) -> list[dict[str, Any]]:
        """Return every rule with its consequence and the rows that break it, the most first."""
        return [
            {
                "rule_id": rule.rule_id,
                "consequence": rule.consequence,
                "rows": self.broken[rule.rule_id],
                "reason": rule.reason,
            }
            for rule in sorted(RULES[self.suite], key=lambda rule: -self.broken[rule.rule_id])
        ]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "suite": self.suite,
            "rows": self.rows,
            "verdicts": self.verdicts,
            "rules": self.rules(),
            "turns": [asdict(turn) for turn in self.turns],
        }


def check_loaded(
    folder: Path | None,
    suite: Suite,
    *,
    now: datetime,
    since: datetime | None = None,
    sources: Sequence[str] = (),
) -> WhatIf:
    """Run a suite over the published copy; ``since`` is a time of last sight.

    Raises: WarehouseMissing, ValidationSystemError.
    """
    home, _ = existing_home(folder)
    found = WhatIf(suite=suite)
    with reading(home.published) as con:
        for chunk in _chunks(con, suite, since, sources):
            _add(found, chunk, _check(chunk, now), con)
    return found


def check_whole(folder: Path | None, suite: str) -> tuple[Finding, ...]:
    """Run the rules on batches, or those on the warehouse, over the published copy.

    Raises: WarehouseMissing, ValidationSystemError.
    """
    home, _ = existing_home(folder)
    with reading(home.published) as con:
        if suite == BATCH_SUITE:
            return judge_batches(history.signals_judged(con), history.source_alerts(con))
        return check_warehouse(con)


def _chunks(
    con: duckdb.DuckDBPyConnection, suite: Suite, since: datetime | None, sources: Sequence[str]
) -> Iterator[Sequence[Entry | Article]]:
    if suite == "entries":
        return loaded.entries(con, since=since, sources=sources)
    return loaded.articles(con, since=since, sources=sources)


def _check(chunk: Sequence[Entry | Article], now: datetime) -> Checked:
    entries = [one for one in chunk if isinstance(one, Entry)]
    if entries:
        return check_entries(entries, now=now)
    return check_articles([one for one in chunk if not isinstance(one, Entry)], now=now)


def _add(
    found: WhatIf,
    chunk: Sequence[Entry | Article],
    checked: Checked,
    con: duckdb.DuckDBPyConnection,
) -> None:
    standings = loaded.standings(con, [verdict.subject_id for verdict in checked.verdicts])
    found.rows += len(chunk)
    for result in checked.rule_results:
        found.broken[result.rule_id] += result.failed_rows
    for record, verdict in zip(chunk, checked.verdicts, strict=True):
        found.verdicts[verdict.status] += 1
        before = standings[verdict.subject_id]
        if before.status != verdict.status:
            found.turns.append(_turn(record, before, verdict))


def _turn(record: Entry | Article, before: Standing, verdict: Verdict) -> Turn:
    if isinstance(record, Entry):
        title, url = record.title, record.url
    else:
        title, url = record.headline, record.canonical_url
    return Turn(
        subject_id=verdict.subject_id,
        source_id=record.source_id,
        title=title,
        url=url,
        before=before.status,
        after=verdict.status,
        rules_before=before.rule_ids,
        rules_after=tuple(sorted({hit.rule_id for hit in verdict.hits})),
    )
