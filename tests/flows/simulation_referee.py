"""Holds each request of a simulation against what its server asked for before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from simulation_told import GAPS

if TYPE_CHECKING:
    from simulated_feeds import SimulatedFeed
    from simulation_told import Told

GAP = timedelta(seconds=5)


@dataclass
class Referee:
    """Remembers what each server asked for, by itself, and holds each request against it."""

    told: Told
    last: dict[str, datetime] = field(default_factory=dict)
    peace: dict[str, datetime] = field(default_factory=dict)

    def judge(self, feed: SimulatedFeed, at: datetime, sent: dict[str, str]) -> None:
        broken = self.told.broken
        names = (feed.host, f"*{feed.domain}", f"@{feed.address}")
        for name, gap, rule in zip(names, (GAP, GAP / 5, GAP / 10), GAPS, strict=True):
            known = self.last.get(name)
            broken[rule] += known is not None and at - known < gap
            self.last[name] = at
        broken["retry_after"] += at < self.peace.get(feed.host, at)
        broken["freshness"] += at < feed.fresh_until
        broken["declared"] += at < feed.declared_until
        broken["skipped"] += feed.was_read and at.hour in feed.skip_hours
        broken["validators"] += sent.get("If-None-Match") != feed.etag
        for rule in [rule for rule, count in broken.items() if not count]:
            del broken[rule]

    def note(self, feed: SimulatedFeed, until: datetime | None) -> None:
        if until is not None:
            self.peace[feed.host] = max(until, self.peace.get(feed.host, until))
