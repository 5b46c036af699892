"""What fates and verdicts are entered as: outcomes and marks, with who loads them and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.records import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from transforms.fates import Fate
    from transforms.records import Exchange, RuleHit, Stage, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who loads, and when."""

    run_id: str
    at: datetime


def outcome_of(stage: Stage, item_id: str, exchange: Exchange, fate: Fate, at: datetime) -> Outcome:
    """Return what became of an item at a stage."""
    return Outcome(
        stage=stage,
        item_id=item_id,
        url=exchange.requested_url,
        outcome=fate.outcome,
        reason=fate.reason,
        at=at,
        exchange_id=exchange.exchange_id,
        detail=fate.detail,
    )


def marks_of(verdicts: Mapping[str, Verdict]) -> tuple[tuple[str, RuleHit], ...]:
    """Return the broken rules that records let in are marked with, each with its record's id."""
    return tuple(
        (subject, hit)
        for subject, verdict in verdicts.items()
        if verdict.status == "marked"
        for hit in verdict.hits
    )


def first_rule(hits: Sequence[RuleHit]) -> str:
    """Return the rule that a record is kept aside for: the first critical one it breaks."""
    return next((hit.rule_id for hit in hits if hit.severity == "critical"), hits[0].rule_id)
