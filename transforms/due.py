"""The next poll of a feed: after a delay, not before it is wanted, and not with all others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

from transforms.cadence import in_words, minutes_in, outside_skipped
from transforms.freshness import fresh_for
from transforms.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transforms.records import Exchange

Changes = dict[str, Any]
"""Fields of a state that a decision changes: copied once, with the time of the next poll."""

JITTER_SHARE = 0.1  # of a delay, either way at most
_PLACES = {name: place for place, name in enumerate(FeedState._fields)}


def due_fresh(  # noqa: PLR0913, PLR0917 (as `due`, and the answer)
    state: FeedState,
    exchange: Exchange,
    now: datetime,
    delay: timedelta,
    reason: str,
    changes: Changes,
) -> FeedState:
    """Return the state due after a delay, or when the answer goes stale if that is later."""
    fresh = fresh_for(exchange.headers, now)
    if fresh > delay:
        reason = f"{reason}; fresh for {in_words(minutes_in(fresh))}"
        return due(state, now, fresh, reason, changes)
    return due(state, now, delay, reason, changes)


def due(  # noqa: PLR0913, PLR0917 (a state's next poll, and why)
    state: FeedState,
    now: datetime,
    delay: timedelta,
    reason: str,
    changes: Changes,
    share: float | None = None,
) -> FeedState:
    """Return the state with changes and its next poll, for a reason.

    A share of the jitter is added, by default the feed's own. The poll is no earlier
    than Retry-After, and at no hour or day that the feed skips.
    """
    share = share_of(state.feed_id) if share is None else share
    due_at = now + delay * (1 + JITTER_SHARE * share)
    asked = changes.get("retry_after_at", state.retry_after_at)
    if asked is not None and asked > now:
        asked += (asked - now) * JITTER_SHARE * share
        if asked > due_at:
            due_at, reason = asked, f"{reason}; Retry-After"
    hours = changes.get("skip_hours", state.skip_hours)
    days = changes.get("skip_days", state.skip_days)
    if hours or days:
        moved_to = outside_skipped(due_at, hours, days)
        if moved_to != due_at:
            due_at = moved_to + timedelta(hours=share)  # not all on the hour, but in that hour
            reason = f"{reason}; moved past the hours or days that the feed skips"
    return changed(state, changes | {"due_at": due_at, "due_reason": reason})


def changed(state: FeedState, changes: Mapping[str, Any]) -> FeedState:
    """Return a state with some fields changed, as ``_replace`` does in three times the time.

    Raises: KeyError if there is no such field.
    """
    values = list(state)
    for name, value in changes.items():
        values[_PLACES[name]] = value
    return FeedState._make(values)


def share_of(feed_id: str) -> float:
    """Return a number from 0 up to 1 that is the same for a feed for ever."""
    return crc32(feed_id.encode()) / 0x100000000
