"""Documents that speak for an origin (scheme, host, port): how long they are believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.content import body_of
from transforms.freshness import fresh_for
from transforms.records import Problem
from transforms.statuses import TOO_MANY_REQUESTS, is_success

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import Exchange, OriginDocument

MAX_BYTES = 500 * 1024  # RFC 9309, section 2.5
BELIEVED_AT_MOST = timedelta(hours=24)
BELIEVED_AT_LEAST = timedelta(hours=1)  # caches put max-age=60 on everything
NO_ANSWER = 0  # status of an origin that did not answer at all


def is_stale(known: OriginDocument, now: datetime) -> bool:
    """Tell whether a document must be asked for before the pages that it speaks for."""
    return known.expires_at is None or known.expires_at <= now


def renewed(
    known: OriginDocument, exchange: Exchange, *, unreachable_for: timedelta, now: datetime
) -> OriginDocument:
    """Return what is remembered of a document after it was asked for.

    A client error (4xx) means that there is none. While it is unreachable (5xx, no answer,
    429) the one known stays, and is asked for again after ``unreachable_for``.
    """
    status = NO_ANSWER if exchange.status is None else exchange.status
    body = _readable_body(exchange)
    if body is None:
        if not 400 <= status < 500 or status == TOO_MANY_REQUESTS:  # noqa: PLR2004 (client errors)
            return replace(known, status=status, expires_at=now + unreachable_for)
        body = b""
    return replace(
        known,
        body=body,
        status=status,
        expires_at=now + _lifetime(exchange, now),
        exchange_id=exchange.exchange_id,
        fetched_at=exchange.fetched_at,
    )


def _lifetime(exchange: Exchange, now: datetime) -> timedelta:
    fresh = fresh_for(exchange.headers, now)
    if not fresh:
        return BELIEVED_AT_MOST
    return min(max(fresh, BELIEVED_AT_LEAST), BELIEVED_AT_MOST)


def _readable_body(exchange: Exchange) -> bytes | None:
    """Return the document that came, cut to the size that is read; None if none came."""
    if not is_success(exchange.status):
        return None
    if exchange.problem is not None and exchange.problem.code != "body_too_large":
        return None
    body = body_of(exchange, MAX_BYTES)
    return None if isinstance(body, Problem) else body
