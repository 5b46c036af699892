"""Feeds that move: permanent redirects are followed for good once it is proven where they lead.

A document that names a new address itself (``itunes:new-feed-url``) is believed no sooner:
it may have been copied from another feed, or name an address that never came to life.

Source: RFC 9110, sections 15.4.2 and 15.4.9. A server that is set up wrongly sends all
its addresses to its front page, permanently, and takes that back the day after.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.identity import make_id
from transforms.records import FeedDocument, FeedMove
from transforms.statuses import GONE

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import Exchange, FeedState, MoveEvent, ParsedFeed

PERMANENT = frozenset({301, 308})
PROVEN_POLLS = 3
PROVEN_AFTER = timedelta(hours=48)
CLAIM_ASKED_EVERY = timedelta(hours=12)
LOST_AFTER_FAILURES = 4.0  # weighted: as many answers of 404
GONE_AFTER_FAILURES = 2.0  # two answers of 410


def permanent_target(exchange: Exchange) -> str | None:
    """Return where the permanent redirects at the start of the way lead; None without any.

    A temporary redirect ends them: what comes after it holds for today.
    """
    if not exchange.hops:
        return None
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
    if target is None or _gives_up_encryption(state.url, target):
        if state.moving_to is None:
            return state
        return state._replace(moving_to=None, moving_at=None, moving_polls=0)
    if target != state.moving_to or state.moving_at is None:
        return state._replace(moving_to=target, moving_at=now, moving_polls=int(is_same_feed))
    if not is_same_feed:
        return state._replace(moving_at=now, moving_polls=0)
    seen = state._replace(moving_polls=state.moving_polls + 1)
    if not _is_proven(seen, now):
        return seen
    return state._replace(url=target, moving_to=None, moving_at=None, moving_polls=0)


def claimed_documents(state: FeedState, parsed: ParsedFeed) -> tuple[FeedDocument, ...]:
    """Return the document at the address that a feed names as its new one; none without one."""
    url = parsed.moved_to
    if url is None or url == state.url or _gives_up_encryption(state.url, url):
        return ()
    claim_id = _claim_id(parsed.feed_id, url)
    return (FeedDocument(document_id=claim_id, feed_id=parsed.feed_id, url=url),)


def is_claim(document: FeedDocument) -> bool:
    """Tell whether a further document of a feed is wanted to prove that the feed has moved."""
    return document.document_id == _claim_id(document.feed_id, document.url)


def may_ask_claim(part: FeedState | None, now: datetime) -> bool:
    """Tell whether a claimed address was not asked lately; ``part``: what is remembered of it."""
    return part is None or part.polled_at is None or now - part.polled_at >= CLAIM_ASKED_EVERY


def after_claim(part: FeedState, *, is_same_feed: bool, now: datetime) -> FeedState:
    """Return what is remembered of a claimed address after it was asked.

    Counted as in `after_answer`: three times over 48 hours, the same feed must be there.
    """
    if not is_same_feed:
        return part._replace(moving_at=None, moving_polls=0)
    return part._replace(moving_at=part.moving_at or now, moving_polls=part.moving_polls + 1)


def adopted(
    state: FeedState, part: FeedState, exchange: Exchange, now: datetime
) -> tuple[FeedState, FeedMove] | None:
    """Return the state of a feed that asks at a claimed address, once it is proven; else None.

    The validators and the hash are those of the new address: it gave them.
    """
    if state.url == part.url or not _is_proven(part, now):
        return None
    move = FeedMove(
        feed_id=state.feed_id,
        event="adopted",
        from_url=state.url,
        to_url=part.url,
        why=f"named by the feed itself; asked {part.moving_polls} times, the same feed was there",
        at=now,
        exchange_id=exchange.exchange_id,
    )
    return state._replace(
        url=part.url,
        etag=part.etag,
        last_modified=part.last_modified,
        body_hash=part.body_hash,
        moving_to=None,
        moving_at=None,
        moving_polls=0,
    ), move


def _is_proven(state: FeedState, now: datetime) -> bool:
    since = state.moving_at
    return since is not None and state.moving_polls >= PROVEN_POLLS and now - since >= PROVEN_AFTER


def _claim_id(feed_id: str, url: str) -> str:
    return make_id("claim", feed_id, url)


def _gives_up_encryption(url: str, target: str) -> bool:
    return url.startswith("https:") and not target.startswith("https:")


def returned(state: FeedState, subscribed_url: str) -> FeedState:
    """Return the state asking at the subscription's address again, if the new one is lost.

    Validators are dropped with the address that gave them; the hash of the body stays.
    """
    if state.url == subscribed_url or state.failures < LOST_AFTER_FAILURES:
        return state
    return state._replace(url=subscribed_url, etag=None, last_modified=None)


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
