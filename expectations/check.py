"""The verdict on every record of a batch: in, in with a mark, or kept aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.articles import ARTICLE_RULES, ARTICLE_SUITE
from expectations.engine import ValidationSystemError, failed_rows
from expectations.entries import ENTRY_RULES, ENTRY_SUITE
from expectations.features import article_features, entry_features
from transforms.records import RuleHit, RuleResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from expectations.rules import Rule
    from transforms.records import Article, Entry

__all__ = ["Checked", "ValidationSystemError", "check_articles", "check_entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What validation says of a batch: a verdict per record, in order, and a result per rule."""

    verdicts: tuple[Verdict, ...] = ()
    rule_results: tuple[RuleResult, ...] = ()


def check_entries(entries: Sequence[Entry], *, now: datetime) -> Checked:
    """Return the verdicts on the entries of a batch; ``now`` is aware.

    Raises: ValidationSystemError where validation itself failed.
    """
    rows = [entry_features(entry, now=now) for entry in entries]
    return judge(ENTRY_SUITE, ENTRY_RULES, [entry.entry_id for entry in entries], rows)


def check_articles(articles: Sequence[Article], *, now: datetime) -> Checked:
    """Return the verdicts on the articles of a batch; ``now`` is aware.

    Raises: ValidationSystemError where validation itself failed.
    """
    rows = [article_features(article, now=now) for article in articles]
    return judge(ARTICLE_SUITE, ARTICLE_RULES, [item.version_id for item in articles], rows)


def judge(
    suite: str,
    rules: Sequence[Rule],
    subject_ids: Sequence[str],
    rows: Sequence[Mapping[str, object]],
) -> Checked:
    """Return the verdicts of a suite on rows of features; an empty batch costs nothing."""
    if not rows:
        return Checked()
    failed = failed_rows(suite, rules, rows)
    broken: list[list[Rule]] = [[] for _ in rows]
    for rule in rules:
        for index in failed[rule.rule_id]:
            broken[index].append(rule)
    verdicts = zip(subject_ids, broken, rows, strict=True)
    return Checked(
        verdicts=tuple(verdict_on(subject, rules, row) for subject, rules, row in verdicts),
        rule_results=tuple(
            RuleResult(
                suite=suite,
                rule_id=rule.rule_id,
                severity=rule.severity,
                rows=len(rows),
                failed_rows=len(failed[rule.rule_id]),
            )
            for rule in rules
        ),
    )


def verdict_on(subject_id: str, broken: Sequence[Rule], row: Mapping[str, object]) -> Verdict:
    """Return the verdict on one record: one broken rule that rejects is enough."""
    hits: tuple[RuleHit, ...] = tuple(rule.hit(row[rule.shows or rule.feature]) for rule in broken)
    if any(rule.consequence == "reject" for rule in broken):
        return Verdict(subject_id=subject_id, status="quarantined", hits=hits)
    return Verdict(subject_id=subject_id, status="marked" if hits else "accepted", hits=hits)
