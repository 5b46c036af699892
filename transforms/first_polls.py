"""When many feeds that were imported together are polled first: not all at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.cadence import in_words, minutes_in
from transforms.identity import make_id
from transforms.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from transforms.records import Feed

A_FEW = 500
FIRST_POLLS_A_MINUTE = 500
FIRST_POLLS_OVER = timedelta(hours=6)
"""About as long as a feed waits between polls later, so that the first are no burst."""


def first_polls(feeds: Collection[Feed], now: datetime) -> tuple[FeedState, ...]:
    """Return when new feeds are due first: each at a time of its own, by a hash of its id.

    A few are due at once: nothing is returned for them. More are spread over six hours,
    or longer where that would be more than 500 a minute.
    """
    if len(feeds) <= A_FEW:
        return ()
    span = max(FIRST_POLLS_OVER, timedelta(minutes=len(feeds) / FIRST_POLLS_A_MINUTE))
    reason = f"one of {len(feeds):,} new feeds, polled over {in_words(minutes_in(span))}"
    return tuple(
        FeedState(
            feed_id=feed.feed_id,
            url=feed.url,
            due_at=now + span * (int(make_id("first poll", feed.feed_id)[:8], 16) / 2**32),
            due_reason=reason,
        )
        for feed in feeds
    )
