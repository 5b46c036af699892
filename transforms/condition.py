"""How a feed is, in one word, and why."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from transforms.cadence import in_words, minutes_in
from transforms.failures import CHALLENGE, HARD
from transforms.schedule import DORMANT_AFTER_FAILURES
from transforms.statuses import GONE, TOO_MANY_REQUESTS

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import FeedState

QUIET_AFTER = timedelta(days=14)
BARRED = frozenset({401, 403, 407, 451, TOO_MANY_REQUESTS})
DISALLOWED = "robots_disallowed"
NOT_VERIFIED = "certificate not verified"


class Condition(StrEnum):
    """The states of a feed, those that need a look first."""

    GONE = "gone"
    BLOCKED = "blocked"
    FAILING = "failing"
    EMPTY = "empty"
    QUIET = "quiet"
    NEW = "new"
    HEALTHY = "healthy"

    @property
    def rank(self) -> int:
        """Its place in the order."""
        return list(Condition).index(self)


def condition_of(state: FeedState, items: int, now: datetime) -> tuple[Condition, str]:
    """Return how a feed is, and why.

    Gone (410 twice, or failing for weeks), blocked (a challenge, or we are forbidden, by
    robots.txt too, or told to slow down), failing (anything else that went wrong), empty (it
    answers and has no items), quiet (nothing new for a fortnight), new (never polled), else
    healthy.

    Args:
        state: what is remembered of the feed.
        items: how many items its last document had.
        now: the time.
    """
    if state.polled_at is None:
        return Condition.NEW, "never polled"
    if state.failures:
        return _failing(state)
    if not items:
        return Condition.EMPTY, "its last document had no items"
    since = state.changed_at or state.full_fetch_at
    if since is not None and now - since >= QUIET_AFTER:
        return Condition.QUIET, f"nothing new for {in_words(minutes_in(now - since))}"
    return Condition.HEALTHY, state.problem or f"HTTP {state.status}"


def _failing(state: FeedState) -> tuple[Condition, str]:
    what = state.problem or f"HTTP {state.status}"
    is_gone_twice = state.status == GONE and state.failures > HARD
    if is_gone_twice or state.failures >= DORMANT_AFTER_FAILURES:
        return Condition.GONE, f"{what}; failures weigh {state.failures:g}"
    is_barred = state.status in BARRED
    if state.problem in {CHALLENGE, DISALLOWED} or is_barred:
        return Condition.BLOCKED, what
    return Condition.FAILING, what
