"""Dates as sources write them, read without guessing.

One reader for the dialects of RFC 822, RFC 3339 and ISO 8601, Unix time, and
dates in words. What can be read in two ways is not read: 07/09/2024 needs a
language that decides. Zone and precision are told, not assumed in silence.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from transforms.date_parts import Day, clock_of, moment, zone_minutes
from transforms.dates_worded import read_cjk, read_worded
from transforms.records import Moment

MAX_CHARS = 150
EPOCH_SECONDS = (315_532_800, 2_000_000_000)
"""Numbers read as Unix time: 1980 to 2033. Beyond, ten digits may be YYYYMMDDHH."""
_DROPPED = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_COMMENT = re.compile(r"\(([^()]*)\)\s*$|\[[\w/+-]+\]\s*$")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(?P<day>\d{1,2}) "
    rf"(?P<month>{'|'.join(_MONTHS)}) (?P<year>\d{{4}}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>) "
    r"(?P<zone>[+-]\d{4}|GMT|UTC|UT)",
    re.ASCII,
)
_TIME = (
    r"(?P<hour>\d{2}|\d(?=:)):?"
    r"(?:(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
)
_OFFSET = r"[zZ]|[+\-\u2212]\d{1,2}(?::?\d{2})?(?::?00)?"
_OFFSET_END = re.compile(r"(?<=\d)\s?[+\-\u2212]\d{2}:?\d{2}$")
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?W(?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?"
    r"|-(?P<ordinal>\d{3})(?!\d)"
    r"|(?P<sep>[-/.]?)(?P<month>\d{1,2})(?:(?P=sep)(?P<day>\d{1,2}))?)?"
    r"(?:(?:\s*[Tt_,]\s*|\s+|(?<=\d{8}))" + _TIME + r")?"
    rf"(?:\s*(?P<zone>{_OFFSET}|[^\W\d_]{{2,5}}(?:\s*[+-]\d{{1,2}}(?::?\d{{2}})?)?))?"
)


def parse_date(
    raw: str, *, origin: str, reference: datetime | None = None, language: str | None = None
) -> Moment | None:
    """Return the moment that a source declares, or None where it cannot be read for certain.

    Reads RFC 822 and 2822 with their dialects (two-digit years, ``+05:30``, named
    zones, missing weekday or seconds, trailing comments), RFC 3339 and ISO 8601
    (basic, week and ordinal dates, ``24:00:00``), Unix time in seconds and
    milliseconds, month names of over 40 languages, and numeric dates: with dots
    day-first; with slashes or dashes where one number is over 12 or the
    ``language`` (BCP 47) decides. A date without a year takes that of the last
    such day up to a day after ``reference``; without a reference it is not read.
    An ambiguous zone name (IST) counts as no zone.
    """
    try:
        if exact := _RFC_822.fullmatch(raw):  # what nearly all feeds write
            return _rfc_822(exact, raw, origin)
        text = _cleaned(raw)
        if not text or len(text) > MAX_CHARS:
            return None
        return (
            _epoch(text, raw, origin)
            or _iso(text, raw, origin)
            or read_cjk(text, raw, origin)
            or read_worded(text, raw, origin, reference, (language or "").lower().replace("_", "-"))
        )
    except (ValueError, OverflowError):  # 31 February, 25:00: no such moment
        return None


def clock_offset(moment: Moment) -> timedelta | None:
    """Return how far the clock that a moment was written by is ahead of UTC; None where unknown."""
    if not moment.has_zone:
        return None
    declared = _OFFSET_END.search(moment.raw.strip())
    if declared is not None:
        _, minutes = zone_minutes(declared.group())
        return timedelta(minutes=minutes or 0)
    written = parse_date(moment.raw, origin=moment.origin)
    if written is None or written.has_zone:
        return timedelta(0)
    return written.at - moment.at


def _cleaned(raw: str) -> str:
    """Return the string with plain digits and single spaces, without a trailing comment."""
    text = _DROPPED.sub("", raw[: 4 * MAX_CHARS])
    if not text.isascii():
        text = "".join(_plain_character(c) for c in text)
    text = " ".join(text.split())
    comment = _COMMENT.search(text)
    return text[: comment.start()].strip() if comment and comment.start() else text


def _plain_character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _epoch(text: str, raw: str, origin: str) -> Moment | None:
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    seconds = int(found.group(1)) if found.group(1) else int(found.group(2)) / 1000
    if not EPOCH_SECONDS[0] <= seconds < EPOCH_SECONDS[1]:
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    return Moment(at=at, precision="second", has_zone=True, raw=raw, origin=origin)


def _rfc_822(found: re.Match[str], raw: str, origin: str) -> Moment | None:
    day = Day(int(found["year"]), _MONTHS.index(found["month"]) + 1, int(found["day"]))
    _, zone = zone_minutes(found["zone"])
    return moment(day, clock_of(found), zone, raw, origin)


def _iso(text: str, raw: str, origin: str) -> Moment | None:
    found = _ISO.fullmatch(text)
    if found is None or (text.isdigit() and len(text) in {5, 6, 7, 9, 10, 11, 13}):
        return None
    is_known, zone = zone_minutes(found["zone"])
    if not is_known:
        return None
    return moment(_iso_day(found), clock_of(found), zone, raw, origin)


def _iso_day(found: re.Match[str]) -> Day:
    year = int(found["year"])
    if found["week"]:
        at = datetime.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1))
        return Day(at.year, at.month, at.day)
    if found["ordinal"]:
        at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=int(found["ordinal"]) - 1)
        if at.year != year:
            raise ValueError("no such day of the year")
        return Day(at.year, at.month, at.day)
    month, day = found["month"], found["day"]
    return Day(year, int(month) if month else None, int(day) if day else None)
