"""Half a day of six hundred feeds that were imported at once; the time is injected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulation import simulate

if TYPE_CHECKING:
    from pathlib import Path

FEEDS, HOSTS, DAYS = 600, 200, 0.5


def test_half_a_day_breaks_no_rule_and_has_no_burst(tmp_path: Path) -> None:
    told = simulate(tmp_path, FEEDS, HOSTS, DAYS)[-1]
    assert dict(told.broken) == {}
    assert (told.never_polled, told.left_out) == (0, 0)
    assert told.statuses.keys() >= {"200", "304", "404", "500", "timeout", "dns_failure"}
    assert told.polls > FEEDS
    hours = Counter(minute // 60 for minute in told.minutes.elements())
    assert max(hours.values()) < 2 * told.polls / (DAYS * 24)
