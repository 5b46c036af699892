"""How often a feed asks to be polled: by the dates of its entries, and by what it declares."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from transforms.records import ParsedFeed

SHORTEST_MINUTES = 5.0  # however fast a feed's window moves
UNKNOWN_CADENCE_MINUTES = 60.0
WINDOW_SHARE = 3.0
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = range(24)
_MINUTE = timedelta(minutes=1)


def interval_minutes(
    parsed: ParsedFeed, now: datetime, min_minutes: float, max_minutes: float
) -> tuple[float, str]:
    """Return the minutes between polls that a feed asks for, and why, in words.

    The entries' dates give the smaller of half their median gap, kept within the
    bounds, and a third of the time that the feed covers, so that nothing rolls off
    between two polls. ``ttl`` and ``sy:updatePeriod`` lengthen that, up to the
    upper bound.
    """
    minutes, reason = _from_dates(dates_of(parsed, now), now, min_minutes, max_minutes)
    declared = (
        (parsed.ttl_minutes, "ttl"),
        (parsed.update_period_minutes, "update period"),
    )
    for declared_minutes, name in declared:
        wanted = min(float(declared_minutes or 0), max_minutes)
        if wanted > minutes:
            minutes, reason = wanted, f"{name} of {in_words(wanted)} declared by the feed"
    return minutes, reason


def declared_minutes(parsed: ParsedFeed) -> int | None:
    """Return the time between updates that a document declares, the longest where it has two."""
    return max(filter(None, (parsed.ttl_minutes, parsed.update_period_minutes)), default=None)


def _from_dates(
    dates: list[datetime], now: datetime, min_minutes: float, max_minutes: float
) -> tuple[float, str]:
    if len(dates) < 2:  # noqa: PLR2004 (a gap needs two)
        minutes = clamp(UNKNOWN_CADENCE_MINUTES, min_minutes, max_minutes)
        return minutes, "cadence unknown: too few dates"
    gap = minutes_in(_median([later - earlier for later, earlier in pairwise(dates)]))
    minutes = clamp(gap / 2, min_minutes, max_minutes)
    reason = f"half the median gap of {in_words(gap)}"
    # To now, not to the newest entry: a feed that fell silent is in no danger.
    window = minutes_in(now - dates[-1]) / WINDOW_SHARE
    if window < minutes:
        minutes = max(window, min(SHORTEST_MINUTES, min_minutes))
        reason = f"a third of the {in_words(window * WINDOW_SHARE)} that the feed covers"
    return minutes, reason


def dates_of(parsed: ParsedFeed, now: datetime) -> list[datetime]:
    """Return the entries' dates, newest first; those in the future are no evidence."""
    moments = [entry.published or entry.updated for entry in parsed.entries]
    dates = sorted([moment.at for moment in moments if moment is not None], reverse=True)
    return [at for at in dates if at <= now] if dates and dates[0] > now else dates


def _median(spans: list[timedelta]) -> timedelta:
    in_order = sorted(spans)
    return (in_order[(len(spans) - 1) // 2] + in_order[len(spans) // 2]) / 2


def outside_skipped(moment: datetime, hours: Collection[int], days: Collection[str]) -> datetime:
    """Return the first moment from one on outside the hours and days (GMT) that a feed skips.

    A feed that skips all of them is not believed.
    """
    skipped_days = {day.strip().lower() for day in days}.intersection(WEEKDAYS)
    skipped_hours = {hour % len(HOURS) for hour in hours}
    later = moment
    for _ in range(len(HOURS) * len(WEEKDAYS)):
        if WEEKDAYS[later.weekday()] not in skipped_days and later.hour not in skipped_hours:
            return later
        later = later.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def clamp(value: float, low: float, high: float) -> float:
    """Return a value, or the bound that it lies beyond."""
    return max(low, min(value, high))


def minutes_in(span: timedelta) -> float:
    """Return a span in minutes."""
    return span / _MINUTE


def in_words(minutes: float) -> str:
    """Return a span of minutes for people: ``11 s``, ``45 min``, ``2.5 h``, ``14 d``."""
    if minutes < 1:
        return f"{minutes * 60:.0f} s"
    for size, unit in ((1440.0, "d"), (60.0, "h")):
        if minutes >= size:
            return f"{minutes / size:.3g} {unit}"
    return f"{minutes:.3g} min"
