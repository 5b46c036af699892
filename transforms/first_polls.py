"""When many feeds that were imported together are polled first: not all at once."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING

from transforms.cadence import in_words, minutes_in
from transforms.identity import make_id
from transforms.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from transforms.records import Feed

FEW_FEEDS = 500
FIRST_POLLS_A_MINUTE = 1000
FIRST_POLLS_OVER = timedelta(hours=9)
"""Twice as long as a feed waits between polls later, so that the first are no burst."""


def first_polls(feeds: Collection[Feed], now: datetime) -> tuple[FeedState, ...]:
    """Return when new feeds are due first: one after another, in the order of a hash.

    A few are due at once: nothing is returned for them. More are spread over nine hours,
    or longer where that would be too many a minute: most at the beginning and ever fewer,
    as those that were polled come round again. The hash mixes the feeds of each host.
    """
    if len(feeds) <= FEW_FEEDS:
        return ()
    # At the beginning it is twice the mean.
    fewest = timedelta(minutes=2 * len(feeds) / FIRST_POLLS_A_MINUTE)
    span = max(FIRST_POLLS_OVER, fewest)
    reason = f"one of {len(feeds):,} new feeds, polled over {in_words(minutes_in(span))}"
    in_order = sorted(feeds, key=lambda feed: make_id("first poll", feed.feed_id))
    return tuple(
        FeedState(
            feed_id=feed.feed_id,
            url=feed.url,
            due_at=now + span * (1 - sqrt(1 - place / len(feeds))),
            due_reason=reason,
        )
        for place, feed in enumerate(in_order)
    )
