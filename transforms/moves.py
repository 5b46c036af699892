"""Feeds that move: permanent redirects are followed for good once it is proven where they lead.

Source: RFC 9110, sections 15.4.2 and 15.4.9. A server that is set up wrongly sends all
its addresses to its front page, permanently, and takes that back the day after.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.records import FeedMove

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import Exchange, FeedState, MoveEvent

PERMANENT = frozenset({301, 308})
PROVEN_POLLS = 3
PROVEN_AFTER = timedelta(hours=48)
LOST_AFTER_FAILURES = 4.0  # weighted: as many answers of 404
GONE = 410
GONE_AFTER_FAILURES = 2.0  # two answers of 410


def permanent_target(exchange: Exchange) -> str | None:
    """Return where the permanent redirects at the start of the way lead; None without any.

    A temporary redirect ends them: what comes after it holds for today.
    """
    addresses = [*(hop.url for hop in exchange.hops), exchange.final_url]
    target = None
    for number, hop in enumerate(exchange.hops):
        if hop.status not in PERMANENT:
            break
        target = addresses[number + 1]
    return target


def after_answer(
    state: FeedState, exchange: Exchange, *, is_same_feed: bool, now: datetime
) -> FeedState:
    """Return the state after a poll that brought a document, or said that it is unchanged.

    A feed is asked at its new address once three polls over 48 hours found the same feed
    there (``is_same_feed``: entries in common, or the same body). An address that would
    give up encryption is not adopted.
    """
    target = permanent_target(exchange)
    if target is None or (state.url.startswith("https:") and not target.startswith("https:")):
        return replace(state, moving_to=None, moving_at=None, moving_polls=0)
    if target != state.moving_to or state.moving_at is None:
        return replace(state, moving_to=target, moving_at=now, moving_polls=int(is_same_feed))
    if not is_same_feed:
        return replace(state, moving_at=now, moving_polls=0)
    polls = state.moving_polls + 1
    if polls < PROVEN_POLLS or now - state.moving_at < PROVEN_AFTER:
        return replace(state, moving_polls=polls)
    return replace(state, url=target, moving_to=None, moving_at=None, moving_polls=0)


def returned(state: FeedState, subscribed_url: str) -> FeedState:
    """Return the state asking at the subscription's address again, if the new one is lost.

    Validators are dropped with the address that gave them; the hash of the body stays.
    """
    if state.url == subscribed_url or state.failures < LOST_AFTER_FAILURES:
        return state
    return replace(state, url=subscribed_url, etag=None, last_modified=None)


def move_between(
    before: FeedState, after: FeedState, exchange: Exchange, at: datetime
) -> FeedMove | None:
    """Return what a poll changed in what is known of a feed's address; None for nothing.

    ``before`` is the state before the poll's document was read.
    """
    happened = _happened(before, after, exchange)
    if happened is None:
        return None
    event, to_url, why = happened
    return FeedMove(
        feed_id=before.feed_id,
        event=event,
        from_url=before.url,
        to_url=to_url,
        why=why,
        at=at,
        exchange_id=exchange.exchange_id,
    )


def _happened(
    before: FeedState, after: FeedState, exchange: Exchange
) -> tuple[MoveEvent, str | None, str] | None:
    """Return an event, the address it concerns, and the evidence in words."""
    if after.url != before.url:
        found = f"{before.moving_polls + 1} polls found the same feed there"
        lost = f"lost after failures weighing {after.failures:g}"
        is_adopted = after.url == before.moving_to
        return ("adopted", after.url, found) if is_adopted else ("returned", after.url, lost)
    if after.moving_to is None and before.moving_to is not None:
        return "withdrawn", before.moving_to, "redirected there no more"
    if after.moving_to != before.moving_to:
        statuses = ", ".join(str(hop.status) for hop in exchange.hops)
        return "redirected", after.moving_to, f"HTTP {statuses}; not proven yet"
    if after.moving_to is not None and after.moving_polls < before.moving_polls:
        return "doubted", after.moving_to, "another feed is there: no known entry in it"
    if exchange.status == GONE and after.failures >= GONE_AFTER_FAILURES:
        return "gone", None, "HTTP 410, more than once"
    return None
