"""What the headers of an answer say about when to ask again.

Source: RFC 9111 (freshness), RFC 9110 section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transforms.records import Complaint

Headers = tuple[tuple[str, str], ...]

RETRY_AFTER_STATUSES = frozenset({403, 429, 503})  # some say 403 to those who ask too often
RETRY_AFTER_CAP = timedelta(days=7)
FRESH_CAP = timedelta(days=31)
UNSAID_PAUSE = timedelta(minutes=5)
UNSAID_PAUSE_CAP = timedelta(days=1)

_LIFETIMES = frozenset({"cache-control", "expires"})
_LIFETIME_CHARS = frozenset(map(len, _LIFETIMES))  # looked at first: every answer is asked
_NO_TIME = timedelta(0)
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")
_MAX_AGE = re.compile(r"""(?:^|[,\s])max-age\s*=\s*"?(\d{1,12})""", re.IGNORECASE)
_NOT_STORED = re.compile(r"(?:^|[,\s])no-(?:store|cache)(?=$|[,\s;])", re.IGNORECASE)


def http_date(text: str) -> datetime | None:
    """Return the time of an HTTP date in UTC; None if it is none (``0``, ``-1``, ``never``)."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after_at(status: int | None, headers: Headers, received_at: datetime) -> datetime | None:
    """Return before when a server does not want to be asked again.

    Seconds and dates, on 403, 429 and 503 only; kept in full up to seven days. Of several,
    as a server and a proxy before it may each give one, the longest. None where the server
    says nothing, or names a time that is past.
    """
    if status not in RETRY_AFTER_STATUSES:
        return None
    given = [value for name, value in headers if name.lower() == "retry-after"]
    moments = [at for value in given for at in _moments(value, received_at) if at > received_at]
    return min(max(moments), received_at + RETRY_AFTER_CAP) if moments else None


def _moments(value: str, received_at: datetime) -> list[datetime]:
    """Return the times that a Retry-After names: a date, or seconds (fractions are rounded up)."""
    parts = [part.strip() for part in value.split(",")]
    if all(map(_SECONDS.fullmatch, parts)):
        longest = RETRY_AFTER_CAP.total_seconds()
        waits = (math.ceil(min(float(part), longest)) for part in parts)
        return [received_at + timedelta(seconds=wait) for wait in waits]
    moment = http_date(value)
    return [] if moment is None else [moment]


def pause_after(earlier: Complaint | None, now: datetime) -> timedelta:
    """Return how long to leave a host alone that complains and does not say for how long.

    Twice the last pause if that did not help: if it complains again within as long as
    that pause was. At most a day.
    """
    if earlier is None:
        return UNSAID_PAUSE
    last = earlier.until_at - earlier.complained_at
    return min(last * 2, UNSAID_PAUSE_CAP) if now - earlier.until_at < last else UNSAID_PAUSE


def fresh_for(headers: Headers, received_at: datetime) -> timedelta:
    """Return how long an answer stays fresh: zero where its headers do not say.

    ``max-age`` goes before ``Expires``; ``Age`` is taken off; at most 31 days.
    """
    if not _declares_lifetime(headers):
        return _NO_TIME
    control = _joined(headers, "cache-control")
    if _NOT_STORED.search(control):
        return _NO_TIME
    declared = _MAX_AGE.search(control)
    if declared:
        age = _joined(headers, "age").split(",", 1)[0].strip()
        seconds = int(declared[1]) - (int(age[:12]) if age.isascii() and age.isdigit() else 0)
        lifetime = timedelta(seconds=max(0, min(seconds, FRESH_CAP.total_seconds())))
    else:
        lifetime = _until_expiry(headers, received_at)
    return max(_NO_TIME, min(lifetime, FRESH_CAP))


def _declares_lifetime(headers: Headers) -> bool:
    for name, _ in headers:  # noqa: SIM110 (`any` over a generator costs three times as much)
        if len(name) in _LIFETIME_CHARS and name.lower() in _LIFETIMES:
            return True
    return False


def _until_expiry(headers: Headers, received_at: datetime) -> timedelta:
    expires = http_date(_joined(headers, "expires"))
    if expires is None:
        return _NO_TIME
    # The server's own clock, where it shows one, cancels its error out.
    return expires - (http_date(_joined(headers, "date")) or received_at)


def _joined(headers: Headers, name: str) -> str:
    return ", ".join([value for key, value in headers if key.lower() == name])
