"""The rules for what an outlet brings in a day: against its own 28 days before.

SQL measures them all in one pass (`report.source_signals`), and the bounds stand beside
each value, because most of them are the outlet's own. They are judged plainly: Great
Expectations would add nothing to a comparison of two columns, and asks every query
several times, over a month of outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.rules import shorten
from expectations.warehouse import Finding
from transforms.records import RuleResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from transforms.quality import Alert
    from transforms.records import Severity

BATCH_SUITE = "batches"
EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRule:
    """One signal that lies within an outlet's bounds; ``signal`` names it in the view."""

    signal: str
    reason: str
    severity: Severity = "warning"

    @property
    def rule_id(self) -> str:
        """Return the id under which results are kept."""
        return f"batch.{self.signal}"


_REASONS = {
    "volume": "Less than half of what is usual, and three standard deviations of chance below it.",
    "freshness": "An outlet that brings something each day has been silent for too long.",
    "failures": "A third of its pages fail: the outlet, the way to it or our requests are broken.",
    "feeds": "Its feeds fail more often than not: what they announce is missed.",
    "duplicates": "Far more of what its feeds bring is known already: they repeat themselves.",
    "blocked": "A fifth of its pages is refused: it takes us for a robot, or asks us to stay out.",
    "rejected": "A fifth more is kept aside than usual: the pages, or our reading, changed.",
    "paywalled": "Far more is behind a wall than usual: texts are counted that are stubs.",
    "length": "The median article has half or twice its usual words: the body is cut, or padded.",
    "drift": "Far fewer of its pages yield an article than used to: the extractor fits no more.",
}

BATCH_RULES: tuple[BatchRule, ...] = tuple(
    BatchRule(signal=signal, reason=reason) for signal, reason in _REASONS.items()
)

REASON_WORDS = {
    "not_asked": "nobody asked for its feeds",
    "feed": "its feeds fail, or repeat themselves",
    "block": "it refuses us",
    "failure": "its pages fail",
    "extraction": "its pages yield less than they used to",
    "lull": "all worked, and less was published",
}
"""The reasons of `report.source_alerts`, in words."""

SIGNAL_UNITS = {"freshness": " h", "length": " words", "volume": " articles"}
"""Units of signals; the others are shares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAlert:
    """What is unusual of an outlet for one reason; one line a signal in ``signals``.

    ``since`` is when the first of them was first found, None where no run has.
    """

    source_id: str
    source: str
    reason: str
    words: str
    signals: tuple[str, ...]
    numbers: str
    since: datetime | None


def judge_batches(
    counts: Mapping[str, tuple[int, int]], alerts: Sequence[Alert]
) -> tuple[Finding, ...]:
    """Return a finding for every rule; its rows are outlets.

    Args:
        counts: by signal, the outlets it was taken of and those out of their bounds.
        alerts: what `report.source_alerts` tells.

    Raises: ValueError where there is a signal without a rule.
    """
    unknown = counts.keys() - {rule.signal for rule in BATCH_RULES}
    if unknown:
        raise ValueError(f"no rule for the signals {sorted(unknown)}")
    return tuple(
        Finding(
            result=RuleResult(
                suite=BATCH_SUITE,
                rule_id=rule.rule_id,
                severity=rule.severity,
                rows=counts.get(rule.signal, (0, 0))[0],
                failed_rows=counts.get(rule.signal, (0, 0))[1],
            ),
            reason=rule.reason,
            examples=tuple(
                shorten(f"{alert.source} ({alert.reason}): {alert.numbers}")
                for alert in alerts
                if alert.signal == rule.signal
            )[:EXAMPLES],
        )
        for rule in BATCH_RULES
    )


def shown_alerts(alerts: Sequence[Alert]) -> tuple[ShownAlert, ...]:
    """Return alerts as one per outlet and reason, in their order."""
    groups: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        groups.setdefault((alert.source_id, alert.reason), []).append(alert)
    return tuple(
        ShownAlert(
            source_id=group[0].source_id,
            source=group[0].source,
            reason=reason,
            words=REASON_WORDS[reason],
            signals=tuple(map(signal_in_words, group)),
            numbers=group[0].numbers,
            since=min((alert.since for alert in group if alert.since), default=None),
        )
        for (_, reason), group in groups.items()
    )


def signal_in_words(alert: Alert) -> str:
    """Return an alert's value beside its bounds."""
    unit = SIGNAL_UNITS.get(alert.signal)

    def number(value: float) -> str:
        return f"{value:.0%}" if unit is None else f"{value:,.0f}{unit}"

    bounds = []
    if alert.low is not None:
        bounds.append(f"at least {number(alert.low)}")
    if alert.high is not None:
        bounds.append(f"at most {number(alert.high)}")
    usual = [] if alert.usual is None else [f"usually {number(alert.usual)}"]
    return f"{alert.signal} {number(alert.value)} ({', '.join([*usual, *bounds])})"
