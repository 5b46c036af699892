"""When a feed is due next, and why: decisions over values, without a clock or a die.

The state of a feed passes through `after_poll` for every poll, which decides most in full;
then through `after_parse` when a document was read, or `after_not_modified` when one came
that is the known one.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from transforms.cadence import (
    UNKNOWN_CADENCE_MINUTES,
    WINDOW_SHARE,
    clamp,
    dates_of,
    declared_minutes,
    in_words,
    interval_minutes,
    minutes_in,
    outside_skipped,
)
from transforms.due import due, due_fresh, share_of
from transforms.failures import CHALLENGE, HARD, SOFT, failure_weight
from transforms.freshness import retry_after_at
from transforms.moves import permanent_target
from transforms.refusals import is_challenge
from transforms.statuses import GONE, NOT_MODIFIED

if TYPE_CHECKING:
    from transforms.due import Changes
    from transforms.records import Exchange, FeedState, ParsedFeed

MIN_MINUTES = 15.0
MAX_MINUTES = 1440.0
FULL_FETCH_EVERY = timedelta(days=14)
DISTRUST = timedelta(days=30)
CACHE_LAG = timedelta(hours=6)  # what a shared cache may hold back without lying
A_DAY = timedelta(days=1)
BACK_OFF_CAP = timedelta(hours=24)
DORMANT_AFTER_FAILURES = 30.0  # a month of daily hard failures
DORMANT = timedelta(days=30)
INCOMPLETE = frozenset({"truncated_document"})
NOT_ASKED = "host_asked_to_wait"
UNASKED = "unasked_not_modified"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def is_due(state: FeedState, now: datetime) -> bool:
    """Tell whether a feed may and should be polled now, which is no hour that it skips."""
    if any(at is not None and at > now for at in (state.due_at, state.retry_after_at)):
        return False
    return outside_skipped(now, state.skip_hours, state.skip_days) == now


def conditional_headers(state: FeedState, now: datetime) -> dict[str, str]:
    """Return the validators to send: both as they came, or none when a full fetch is due.

    A server that answers 304 for good is found out by a full fetch every 14 days. One
    that was caught is not believed for 30: the hash tells whether a body changed. One with
    control characters is no validator (RFC 9110, section 5.5): no request may hold it.
    """
    if state.full_fetch_at is None or now - state.full_fetch_at >= FULL_FETCH_EVERY:
        return {}
    if state.distrusted_at is not None and now - state.distrusted_at < DISTRUST:
        return {}
    given = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in given.items() if value and not _CONTROL.search(value)}


def after_poll(  # noqa: PLR0913 (the bounds are settings)
    state: FeedState,
    exchange: Exchange,
    *,
    now: datetime,
    min_minutes: float = MIN_MINUTES,
    max_minutes: float = MAX_MINUTES,
    host_free_at: datetime | None = None,
) -> FeedState:
    """Return the state after a poll, decided in full unless it brought a document.

    A 304 passes through `after_exchange` and `after_not_modified` in one step.
    """
    is_unmodified = exchange.status == NOT_MODIFIED and exchange.problem is None
    if is_unmodified and not is_challenge(exchange):
        polled = _polled(state, exchange, None, now)
        return _unchanged(
            state, exchange, polled, now=now, min_minutes=min_minutes, max_minutes=max_minutes
        )
    return after_exchange(
        state,
        exchange,
        now=now,
        min_minutes=min_minutes,
        max_minutes=max_minutes,
        host_free_at=host_free_at,
    )


def after_exchange(  # noqa: PLR0913 (the bounds are settings)
    state: FeedState,
    exchange: Exchange,
    *,
    now: datetime,
    min_minutes: float = MIN_MINUTES,
    max_minutes: float = MAX_MINUTES,
    host_free_at: datetime | None = None,
) -> FeedState:
    """Return the state after a poll, as far as the exchange alone decides it.

    A failure sets when to try again. A usable answer sets the shortest time, which
    stands if the run ends before the document is read. Validators are not adopted.
    ``host_free_at`` tells until when a host that was not asked (``host_asked_to_wait``)
    asked to be left alone.
    """
    code = exchange.problem.code if exchange.problem is not None else None
    if code is None and is_challenge(exchange):
        code = CHALLENGE
    if code == NOT_ASKED:
        return _not_asked(state, host_free_at, now=now, min_minutes=min_minutes)
    polled = _polled(state, exchange, code, now)
    if exchange.status == GONE and state.status == GONE:
        polled["failures"] = state.failures + HARD
        return due(state, now, DORMANT, "gone (410) twice: looked for every 30 days", polled)
    weight = failure_weight(exchange)
    if weight:
        return _failed(state, exchange, weight, polled, now=now, min_minutes=min_minutes)
    delay = timedelta(minutes=min(min_minutes, max_minutes))
    return due_fresh(state, exchange, now, delay, "answered, not yet read", polled)


def _polled(state: FeedState, exchange: Exchange, code: str | None, now: datetime) -> Changes:
    """Return what any answer changes."""
    asked = retry_after_at(exchange.status, exchange.headers, now)
    earlier = _still(state.retry_after_at, now)
    if earlier is not None and (asked is None or asked < earlier):
        asked = earlier  # a shorter wait does not take back the longer one of before
    return {
        "polled_at": now,
        "polls": state.polls + 1,
        "status": exchange.status,
        "problem": code,
        "retry_after_at": asked,
    }


def after_parse(  # noqa: PLR0913 (the bounds are settings)
    state: FeedState,
    parsed: ParsedFeed,
    exchange: Exchange,
    new_entries: int,
    *,
    now: datetime,
    min_minutes: float = MIN_MINUTES,
    max_minutes: float = MAX_MINUTES,
) -> FeedState:
    """Return the state after a document was read, or could not be.

    Validators and hash are adopted only from a document that was read whole: what
    was cut off must come again.
    """
    faults = [problem for problem in parsed.problems if problem.stage == "poll"]
    if not parsed.format:
        code = faults[0].code if faults else "unreadable_feed"
        failed: Changes = {"problem": code}
        return _failed(state, exchange, SOFT, failed, now=now, min_minutes=min_minutes)
    is_whole = all(problem.code not in INCOMPLETE for problem in faults)
    minutes, reason = interval_minutes(parsed, now, min_minutes, max_minutes)
    read: Changes = {
        "failures": 0.0,
        "problem": faults[0].code if faults else None,
        "changed_at": now if new_entries else state.changed_at,
        "full_fetch_at": now,
        "etag": exchange.header("etag") if is_whole else None,
        "last_modified": exchange.header("last-modified") if is_whole else None,
        "body_hash": parsed.body_hash if is_whole else None,
        "declared_minutes": declared_minutes(parsed),
        "interval_minutes": minutes,
        "skip_hours": parsed.skip_hours,
        "skip_days": parsed.skip_days,
    }
    lie = _lie(state, parsed, exchange, new_entries)
    if lie:
        read["distrusted_at"], reason = now, f"{reason}; validators not believed: {lie}"
    reason = f"{new_entries} new; {reason}{_moved(exchange)}"
    return due_fresh(state, exchange, now, timedelta(minutes=minutes), reason, read)


def _lie(state: FeedState, parsed: ParsedFeed, exchange: Exchange, new_entries: int) -> str:
    """Return the evidence that a server's validators hide what is new; empty where none does."""
    if not new_entries or state.full_fetch_at is None:
        return ""
    given = exchange.header("etag"), exchange.header("last-modified")
    if any(given) and given == (state.etag, state.last_modified):
        return "the same came with new entries"
    if state.unmodified_at is None or state.unmodified_at < state.full_fetch_at:
        return ""
    hidden = [
        at for at in dates_of(parsed, state.unmodified_at - CACHE_LAG) if at > state.full_fetch_at
    ]
    return f"304 came after {len(hidden)} entries were published" if hidden else ""


def after_not_modified(
    state: FeedState,
    exchange: Exchange,
    *,
    now: datetime,
    min_minutes: float = MIN_MINUTES,
    max_minutes: float = MAX_MINUTES,
) -> FeedState:
    """Return the state after a 304, or a 200 whose body is the one that was read last.

    The longer nothing came, the longer until the next poll: a third of that time,
    which is never more than a third of what the feed's window covers; or what its last
    document declared or showed of its pace, if that is longer.
    """
    return _unchanged(
        state, exchange, {}, now=now, min_minutes=min_minutes, max_minutes=max_minutes
    )


def _unchanged(  # noqa: PLR0913 (the bounds are settings)
    state: FeedState,
    exchange: Exchange,
    changes: Changes,
    *,
    now: datetime,
    min_minutes: float,
    max_minutes: float,
) -> FeedState:
    is_answered_in_full = exchange.status != NOT_MODIFIED
    # Asked a little before it was answered: at the turn of the fortnight that matters.
    asked_at = exchange.fetched_at - timedelta(hours=1)
    if not is_answered_in_full and not conditional_headers(state, asked_at):
        failed = changes | {"problem": UNASKED}
        return _failed(state, exchange, SOFT, failed, now=now, min_minutes=min_minutes)
    since = state.changed_at or state.full_fetch_at
    quiet = UNKNOWN_CADENCE_MINUTES * WINDOW_SHARE if since is None else minutes_in(now - since)
    minutes = clamp(quiet / WINDOW_SHARE, min_minutes, max_minutes)
    share = "a third of that"
    declared, paced = float(state.declared_minutes or 0), state.interval_minutes or 0.0
    wanted = min(max(declared, paced), max_minutes)
    if wanted > minutes:
        whose = "declared by the feed" if declared >= paced else "by the pace of its entries"
        minutes, share = wanted, f"{in_words(wanted)} {whose}"
    kept = changes | {"failures": 0.0, "problem": None}
    if not is_answered_in_full:
        kept["unmodified_at"] = now
    else:
        kept["etag"], kept["full_fetch_at"] = exchange.header("etag"), now
        kept["last_modified"] = exchange.header("last-modified")
    reason = f"unchanged; nothing new for {in_words(quiet)}: {share}{_moved(exchange)}"
    return due_fresh(state, exchange, now, timedelta(minutes=minutes), reason, kept)


def _failed(  # noqa: PLR0913 (what failed, and how much it counts)
    state: FeedState,
    exchange: Exchange,
    weight: float,
    changes: Changes,
    *,
    now: datetime,
    min_minutes: float,
) -> FeedState:
    failures = state.failures + weight
    failed = changes | {"failures": failures}
    what = changes["problem"] or f"status {exchange.status}"
    if failures >= DORMANT_AFTER_FAILURES:
        return due(state, now, DORMANT, f"{what}; failing for long: tried every 30 days", failed)
    # The exponent is bounded, so that no count of failures overflows a timedelta.
    delay = min(timedelta(minutes=max(min_minutes, 1.0)) * 2 ** min(failures, 16), BACK_OFF_CAP)
    words = f"{what}; backing off after failures weighing {failures:g}"
    return due_fresh(state, exchange, now, delay, words, failed)


def _not_asked(
    state: FeedState, host_free_at: datetime | None, *, now: datetime, min_minutes: float
) -> FeedState:
    """Return the state of a feed that was not polled, for no fault of its own.

    Of all that wait for the host, those come first that were polled longest ago: a host
    that soon asks for peace again would else be asked for the same few each time.
    """
    asked = _still(host_free_at, now)
    kept: Changes = {"retry_after_at": asked or _still(state.retry_after_at, now)}
    reason = "its host asked to be left alone"
    place = 0.0 if state.polled_at is None else 1 / (1 + (now - state.polled_at) / A_DAY)
    share = 0.9 * place + 0.1 * share_of(state.feed_id)
    return due(state, now, timedelta(minutes=min_minutes), reason, kept, share)


def _moved(exchange: Exchange) -> str:
    """Return a remark on a feed that is redirected permanently."""
    target = permanent_target(exchange)
    return "" if target is None else f"; moved permanently to {target}"


def _still(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None
