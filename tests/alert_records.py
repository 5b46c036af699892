"""An alert as the warehouse tells it, for tests of what is made of alerts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from transforms.quality import Alert

BLOCKED = Alert(
    source_id="s",
    source="Steppe Herald",
    signal="blocked",
    reason="block",
    value=0.67,
    usual=None,
    low=None,
    high=0.2,
    items=27,
    numbers="27 pages (18 blocked)",
)


def an_alert(**changes: Any) -> Alert:  # noqa: ANN401 (fields of all types)
    """Return an outlet that refuses us, with some fields changed."""
    return replace(BLOCKED, **changes)
