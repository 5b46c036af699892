"""How good the data is: what is told of verdicts, rules, runs and outlets. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from transforms.records import RuleResult, Severity

DAYS = 28
"""Days that trends go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An outlet that is out of its bounds by one signal, with the reason and the numbers.

    ``usual`` is its own value of the 28 days before, None where bounds are the same
    for all; ``low`` and ``high`` are the bounds, None where there is none. ``since`` is
    when a run first found it, None where none has.
    """

    source_id: str
    source: str
    signal: str
    reason: str
    value: float
    usual: float | None
    low: float | None
    high: float | None
    items: int
    numbers: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayVerdicts:
    """What became of the articles that were read on one day (UTC)."""

    day: date
    accepted: int
    marked: int
    quarantined: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVerdicts:
    """What became of an outlet's articles and entries in the last 24 hours.

    ``loaded_by_day`` counts its articles let in, for each of the last 28 times 24
    hours, the last one last.
    """

    source_id: str
    source: str
    accepted: int
    marked: int
    quarantined: int
    failed: int
    entries_quarantined: int
    loaded_by_day: tuple[int, ...]

    @property
    def is_troubled(self) -> bool:
        """Tell whether something was marked, kept aside or could not be read."""
        return bool(self.marked or self.quarantined or self.failed or self.entries_quarantined)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVerdicts:
    """How a rule fared: in the last 24 hours, in 28 days, and when it was last run.

    ``failed_by_day`` are rows that broke it, for each of the last 28 times 24 hours.
    """

    suite: str
    rule_id: str
    severity: Severity
    rows: int
    failed_rows: int
    month_rows: int
    month_failed_rows: int
    last_failed_rows: int
    last_checked_at: datetime
    failed_by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """How many records of an outlet broke a rule in the last 24 hours."""

    rule_id: str
    source_id: str
    source: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAside:
    """A record that was kept aside and is still held."""

    quarantine_id: str
    source: str
    title: str | None
    url: str | None
    rule_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVerdicts:
    """How the rules fared in one run; ``examples`` are values that broke a rule, by its id."""

    run_id: str
    kind: str
    status: str
    started_at: datetime
    results: tuple[RuleResult, ...]
    examples: Mapping[str, tuple[str, ...]]

    @property
    def suites(self) -> tuple[str, ...]:
        """Return the suites that were run, in alphabetical order."""
        return tuple(sorted({result.suite for result in self.results}))

    def of_suite(self, suite: str) -> tuple[RuleResult, ...]:
        """Return the results of a suite."""
        return tuple(result for result in self.results if result.suite == suite)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The state of the data at the time of its last outcome, ``until``; None where there is none.

    ``held`` counts all records in the quarantine, of which ``kept_aside`` came last.
    """

    until: datetime | None
    days: tuple[DayVerdicts, ...]
    sources: tuple[SourceVerdicts, ...]
    rules: tuple[RuleVerdicts, ...]
    broken: tuple[BrokenRule, ...]
    alerts: tuple[Alert, ...]
    runs: tuple[RunVerdicts, ...]
    held: int
    kept_aside: tuple[KeptAside, ...]
