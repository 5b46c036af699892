"""The parts of a date: day, time of day, zone, and the moment that they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transforms import date_words
from transforms.records import Moment

if TYPE_CHECKING:
    import re

    from transforms.records import Precision

MIN_YEAR, MAX_YEAR = 1600, 2500
"""Outside of them a year is a placeholder (0001-01-01), or no year."""
_LATEST_ZONE_MINUTES = 14 * 60


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day as far as it was given."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> Precision:
        """How far the day was given: to the year, month or day."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    def midnight(self) -> datetime:
        """Return the beginning of the day (of the month, of the year), in UTC."""
        return datetime(self.year, self.month or 1, self.day or 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; ``minute`` None where only the hour was given."""

    hour: int
    minute: int | None
    second: int | None = None
    microsecond: int = 0

    def since_midnight(self) -> timedelta:
        """Return the time since midnight: 24:00:00 is the next day, :60 the next minute."""
        minute, second = self.minute or 0, self.second or 0
        is_midnight = self.hour == 24 and minute == second == self.microsecond == 0  # noqa: PLR2004 (ISO 8601: 24:00)
        if (self.hour > 23 and not is_midnight) or minute > 59 or second > 60:  # noqa: PLR2004 (the clock; 60 is a leap second)
            raise ValueError("no time of day")
        return timedelta(
            hours=self.hour, minutes=minute, seconds=second, microseconds=self.microsecond
        )

    @property
    def precision(self) -> Precision:
        """How far the time was given; an hour alone says no more than the day."""
        if self.minute is None:
            return "day"
        return "minute" if self.second is None else "second"


def moment(
    day: Day, clock: Clock | None, zone_minutes: int | None, raw: str, origin: str
) -> Moment | None:
    """Return the moment that the parts make; None where the year is no real one.

    Raises: ValueError if there is no such day or time.
    """
    if not MIN_YEAR <= day.year <= MAX_YEAR:
        return None
    at = day.midnight()
    if clock is None or day.day is None:
        return Moment(at=at, precision=day.precision, has_zone=False, raw=raw, origin=origin)
    at += clock.since_midnight()
    if zone_minutes is not None:
        if abs(zone_minutes) > _LATEST_ZONE_MINUTES:
            return None
        at -= timedelta(minutes=zone_minutes)
    has_zone = zone_minutes is not None
    return Moment(at=at, precision=clock.precision, has_zone=has_zone, raw=raw, origin=origin)


def clock_of(found: re.Match[str]) -> Clock | None:
    """Return the time in a match with groups hour, minute, second and fraction."""
    if found["hour"] is None:
        return None
    minute, second = found["minute"], found["second"]
    return Clock(
        int(found["hour"]),
        int(minute) if minute else None,
        int(second) if second else None,
        int((found["fraction"] or "0")[:6].ljust(6, "0")),
    )


def zone_minutes(zone: str | None) -> tuple[bool, int | None]:
    """Return whether this can stand for a zone, and its minutes east of UTC if it says so."""
    if not zone:
        return True, None
    text = zone.strip().lower().replace("\u2212", "-").replace(" ", "")
    for prefix in ("utc", "gmt", "ut"):
        if text.startswith((f"{prefix}+", f"{prefix}-")):
            text = text.removeprefix(prefix)
            break
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])  # noqa: PLR2004 (hh or h)
        if int(minutes) > 59:  # noqa: PLR2004 (the clock)
            raise ValueError("no such zone")
        return True, (int(hours) * 60 + int(minutes)) * (-1 if text[0] == "-" else 1)
    if text in date_words.ZONE_MINUTES:
        return True, date_words.ZONE_MINUTES[text]
    return text in date_words.AMBIGUOUS_ZONES, None
