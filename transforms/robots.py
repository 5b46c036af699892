"""robots.txt: what it allows, and how long that is believed.

Source: RFC 9309. It speaks for one origin: scheme, host and port. Unavailable (4xx) means
that all is allowed; unreachable (5xx, no answer) that nothing is, unless an older copy is
at hand, which then stays in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from protego import Protego

from transforms.content import body_of
from transforms.freshness import fresh_for
from transforms.records import Problem

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import Exchange, OriginDocument

ROBOTS_MAX_BYTES = 500 * 1024  # RFC 9309, section 2.5
BELIEVED_AT_MOST = timedelta(hours=24)
BELIEVED_AT_LEAST = timedelta(hours=1)  # caches put max-age=60 on everything
UNREACHABLE_FOR = timedelta(minutes=10)
CRAWL_DELAY_CAP_SECONDS = 60.0
NO_ANSWER = 0  # status of an origin that did not answer at all

Ruling = Literal["allowed", "disallowed", "unreachable"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one robots.txt for one agent."""

    protego: Protego
    agent: str

    def allows(self, url: str) -> bool:
        """Tell whether the agent may get a URL."""
        return bool(self.protego.can_fetch(url, self.agent))

    def sitemaps(self) -> tuple[str, ...]:
        """Return the sitemaps that it names."""
        return tuple(dict.fromkeys(self.protego.sitemaps))

    def crawl_delay_seconds(self) -> float | None:
        """Return the declared delay, at most a minute."""
        delay = self.protego.crawl_delay(self.agent)
        return None if delay is None else min(max(float(delay), 0.0), CRAWL_DELAY_CAP_SECONDS)


@lru_cache(maxsize=512)
def parse_rules(body: bytes, agent: str) -> Rules:
    """Return the rules of a robots.txt, whatever its bytes are.

    A byte order mark would make the first group disappear; bytes that are no UTF-8
    are replaced, which spoils no more than their own line.
    """
    text = body[:ROBOTS_MAX_BYTES].decode("utf-8-sig", "replace").replace("\x00", "")
    return Rules(Protego.parse(text), agent)


def is_stale(known: OriginDocument, now: datetime) -> bool:
    """Tell whether a document must be asked for before the pages that it speaks for."""
    return known.expires_at is None or known.expires_at <= now


def after_robots(
    known: OriginDocument, exchange: Exchange, *, agent: str, now: datetime
) -> OriginDocument:
    """Return what is remembered of an origin's robots.txt after it was asked for."""
    status = NO_ANSWER if exchange.status is None else exchange.status
    body = _readable_body(exchange)
    if body is None:
        if not 400 <= status < 500 or status == 429:  # noqa: PLR2004 (the class of client errors)
            return replace(known, status=status, expires_at=now + UNREACHABLE_FOR)
        body = b""
    return replace(
        known,
        body=body,
        status=status,
        expires_at=now + _lifetime(exchange, now),
        exchange_id=exchange.exchange_id,
        fetched_at=exchange.fetched_at,
        crawl_delay_seconds=parse_rules(body, agent).crawl_delay_seconds(),
    )


def ruling(known: OriginDocument, url: str, agent: str) -> Ruling:
    """Return what an origin's robots.txt, as it is remembered, says of a URL."""
    if known.body is None:
        return "unreachable"
    return "allowed" if parse_rules(known.body, agent).allows(url) else "disallowed"


def _lifetime(exchange: Exchange, now: datetime) -> timedelta:
    fresh = fresh_for(exchange.headers, now)
    if not fresh:
        return BELIEVED_AT_MOST
    return min(max(fresh, BELIEVED_AT_LEAST), BELIEVED_AT_MOST)


def _readable_body(exchange: Exchange) -> bytes | None:
    """Return the robots.txt that came, cut to the size that is read; None if none came."""
    if exchange.status is None or not 200 <= exchange.status < 300:  # noqa: PLR2004
        return None
    if exchange.problem is not None and exchange.problem.code != "body_too_large":
        return None
    body = body_of(exchange, ROBOTS_MAX_BYTES)
    return None if isinstance(body, Problem) else body
