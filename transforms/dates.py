"""Dates as sources write them, read without guessing.

One reader for the dialects of RFC 822, RFC 3339 and ISO 8601, Unix time, and
dates in words. What can be read in two ways is not read: 07/09/2024 needs a
language that decides. Zone and precision are told, not assumed in silence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transforms import date_words
from transforms.records import Moment

if TYPE_CHECKING:
    from transforms.records import Precision

MAX_CHARS = 150
MIN_YEAR, MAX_YEAR = 1600, 2500
"""Outside of them a year is a placeholder (0001-01-01), or no year."""
EPOCH_SECONDS = (315_532_800, 2_000_000_000)
"""Numbers read as Unix time: 1980 to 2033. Beyond, ten digits may be YYYYMMDDHH."""
_TWO_DIGIT_YEARS = 50  # RFC 2822, section 4.3: 00-49 are 2000s, 50-99 are 1900s
_LATEST_ZONE_MINUTES = 14 * 60

_DROPPED = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_COMMENT = re.compile(r"\(([^()]*)\)\s*$|\[[\w/+-]+\]\s*$")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
_TIME = r"(?P<hour>\d{2}|\d(?=:)):?(?:(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?)?"
_OFFSET = r"[zZ]|[+\-\u2212]\d{1,2}(?::?\d{2})?(?::?00)?"
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?W(?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?"
    r"|-(?P<ordinal>\d{3})(?!\d)"
    r"|(?P<sep>[-/.]?)(?P<month>\d{1,2})(?:(?P=sep)(?P<day>\d{1,2}))?)?"
    r"(?:(?:\s*[Tt_,]\s*|\s+|(?<=\d{8}))" + _TIME + r")?"
    rf"(?:\s*(?P<zone>{_OFFSET}|[^\W\d_]{{2,5}}(?:\s*[+-]\d{{1,2}}(?::?\d{{2}})?)?))?"
)
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?:\s?[:h]\s?|(?=\d\d\s(?:uhr|น))|[.](?=\d\d\s?(?:uhr|น|wib|kl)))"
    r"(?P<minute>\d{2})(?:\s?:(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?(?!\d)"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?"
    r"|(?<![\d:.])(?P<hour12>\d{1,2})\s?(?P<half12>[ap])\.?\s?m\b\.?"
    r"|(?<=\s)(?P<hour4>[01]\d|2[0-3])(?P<minute4>[0-5]\d)(?=\s+(?:[a-z]{2,4}|[+-]\d{4})\s*$)"
)
_ZONE = re.compile(
    r"\s*(?P<signed>(?:(?:utc|gmt|ut)\s*)?(?P<offset>[+\-\u2212]\s?\d{1,2}(?::?\d{2})?)(?![\d\-/.]))"
    r"|\s*(?P<name>[^\W\d_]{1,5})\b"
)
_CJK = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월](?:\s*(?P<day>\d{1,2})\s*[日일号])?"
)
_CJK_CLOCK = re.compile(
    r"(?P<half>上午|下午|午前|午後|오전|오후)?\s*(?P<hour>\d{1,2})\s*[時时시:]\s*"
    r"(?P<minute>\d{1,2})(?:\s*[分분:]\s*(?P<second>\d{1,2})?)?"
)
_AFTERNOON = frozenset({"下午", "午後", "오후"})
_WORDS_BETWEEN = r"(?:\s*(?:de|del|of|d'|di|da|den|of the|ta'|,|\.|/|-|\s|ב)\s*)*"
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})([./\-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)\.?")
_YEAR_MONTH_DAY = re.compile(
    r"(?<!\d)(?P<year>\d{4})([/.-])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)"
)
_ANY_WORD = re.compile(r"[^\W\d_]+(?:\s(?:الثاني|الأول|الاول))?")


@dataclass(frozen=True, slots=True)
class _Day:
    """A calendar day as far as it was given."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> Precision:
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    def midnight(self) -> datetime:
        return datetime(self.year, self.month or 1, self.day or 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Clock:
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
        if self.minute is None:
            return "day"
        return "minute" if self.second is None else "second"


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
    text = _cleaned(raw)
    if not text or len(text) > MAX_CHARS:
        return None
    try:
        return (
            _epoch(text, raw, origin)
            or _iso(text, raw, origin)
            or _cjk(text, raw, origin)
            or _worded(text, raw, origin, reference, (language or "").lower().replace("_", "-"))
        )
    except (ValueError, OverflowError):  # 31 February, 25:00: no such moment
        return None


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


def _moment(
    day: _Day, clock: _Clock | None, zone_minutes: int | None, raw: str, origin: str
) -> Moment | None:
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


def _epoch(text: str, raw: str, origin: str) -> Moment | None:
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    seconds = int(found.group(1)) if found.group(1) else int(found.group(2)) / 1000
    if not EPOCH_SECONDS[0] <= seconds < EPOCH_SECONDS[1]:
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    return Moment(at=at, precision="second", has_zone=True, raw=raw, origin=origin)


def _iso(text: str, raw: str, origin: str) -> Moment | None:
    found = _ISO.fullmatch(text)
    if found is None or text.isdigit() and len(text) in {5, 6, 7, 9, 10, 11, 13}:
        return None
    is_known, zone = _zone_minutes(found["zone"])
    if not is_known:
        return None
    return _moment(_iso_day(found), _clock_of(found), zone, raw, origin)


def _iso_day(found: re.Match[str]) -> _Day:
    year = int(found["year"])
    if found["week"]:
        at = datetime.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1))
        return _Day(at.year, at.month, at.day)
    if found["ordinal"]:
        at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=int(found["ordinal"]) - 1)
        if at.year != year:
            raise ValueError("no such day of the year")
        return _Day(at.year, at.month, at.day)
    month, day = found["month"], found["day"]
    return _Day(year, int(month) if month else None, int(day) if day else None)


def _clock_of(found: re.Match[str]) -> _Clock | None:
    if found["hour"] is None:
        return None
    minute, second = found["minute"], found["second"]
    return _Clock(
        int(found["hour"]),
        int(minute) if minute else None,
        int(second) if second else None,
        int((found["fraction"] or "0")[:6].ljust(6, "0")),
    )


def _zone_minutes(zone: str | None) -> tuple[bool, int | None]:
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


def _cjk(text: str, raw: str, origin: str) -> Moment | None:
    found = _CJK.search(text)
    if found is None:
        return None
    day = _Day(int(found["year"]), int(found["month"]), int(found["day"]) if found["day"] else None)
    timed = _CJK_CLOCK.search(text, found.end())
    if timed is None:
        return _moment(day, None, None, raw, origin)
    hour = _hour24(int(timed["hour"]), is_afternoon=timed["half"] in _AFTERNOON)
    if timed["half"] is None:
        hour = int(timed["hour"])
    second = timed["second"]
    clock = _Clock(hour, int(timed["minute"]), int(second) if second else None)
    return _moment(day, clock, None, raw, origin)


def _hour24(hour: int, *, is_afternoon: bool) -> int:
    """Return the hour of the day for one of the twelve hours of its half."""
    if hour > 12:  # noqa: PLR2004 (13:30 PM is what it says)
        return hour
    return hour % 12 + (12 if is_afternoon else 0)


def _worded(
    text: str, raw: str, origin: str, reference: datetime | None, language: str
) -> Moment | None:
    """Read a date of words and numbers; every number in it must have found its place."""
    rest = text.lower()
    clock, zone, rest = _take_clock(rest)
    taken = _take_day(date_words.folded(rest), reference, language)
    if taken is None:
        return None
    day, rest = taken
    if any(c.isdigit() for c in rest):
        return None
    return _moment(day, clock, zone, raw, origin)


def _take_clock(text: str) -> tuple[_Clock | None, int | None, str]:
    """Return the time of day in a string, its zone, and the string without them."""
    found = _CLOCK.search(text)
    if found is None:
        return None, None, text
    if found["hour12"]:
        clock = _Clock(_hour24(int(found["hour12"]), is_afternoon=found["half12"] == "p"), 0)
    elif found["hour4"]:
        clock = _Clock(int(found["hour4"]), int(found["minute4"]))
    else:
        plain = _clock_of(found)
        if plain is None:
            return None, None, text
        hour = plain.hour
        if found["half"]:
            hour = _hour24(hour, is_afternoon=found["half"] == "p")
        clock = _Clock(hour, plain.minute, plain.second, plain.microsecond)
    zone, end = _take_zone(text, found.end())
    return clock, zone, f"{text[: found.start()]} {text[end:]}"


def _take_zone(text: str, start: int) -> tuple[int | None, int]:
    """Return the zone that follows a time, and where it ends."""
    found = _ZONE.match(text, start)
    if found is None:
        return None, start
    is_known, minutes = _zone_minutes(found["signed"] or found["name"])
    return (minutes, found.end()) if is_known else (None, start)


def _take_day(text: str, reference: datetime | None, language: str) -> tuple[_Day, str] | None:
    """Return the day in a string and the string without it."""
    numeric = _NUMERIC.search(text)
    if numeric is not None:
        day = _numeric_day(numeric, language)
        return None if day is None else (day, text[: numeric.start()] + " " + text[numeric.end() :])
    ordered = _YEAR_MONTH_DAY.search(text)
    if ordered is not None:
        year, month, day = (int(ordered.group(name)) for name in ("year", "month", "day"))
        return _Day(year, month, day), text[: ordered.start()] + " " + text[ordered.end() :]
    table = date_words.months(language or None)
    named = [word for word in _ANY_WORD.finditer(text) if word.group() in table]
    for last_resort in (None, reference):  # a weekday may read as a month: mar. 7 sept. 2024
        for word in named:
            taken = _around(text, word, table[word.group()], last_resort)
            if taken is not None:
                return taken
    return None


_DAY_BEFORE = re.compile(
    r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th|er|º|ª|o|a|e)?" + _WORDS_BETWEEN + r"$"
)
_YEAR_AFTER = re.compile(r"[.]?" + _WORDS_BETWEEN + r"'?(\d{4}|\d{2})(?!\d|:)(?:\s?(?:г|р)\b\.?)?")
_DAY_AFTER = re.compile(r"[.]?" + _WORDS_BETWEEN + r"(\d{1,2})(?:st|nd|rd|th)?\b(?!:)\.?")
_YEAR_BEFORE = re.compile(r"(\d{4})" + _WORDS_BETWEEN + r"$")
_FOUR_DIGITS = 4


def _around(
    text: str, word: re.Match[str], month: int, reference: datetime | None
) -> tuple[_Day, str] | None:
    """Return the day that stands around a month's name, and the text without it."""
    before, after = text[: word.start()], text[word.end() :]
    day, year = _DAY_BEFORE.search(before), _YEAR_AFTER.match(after)
    if day and year:  # 7 September 2024
        return _full(year, month, day), before[: day.start()] + " " + after[year.end() :]
    next_day = _DAY_AFTER.match(after)
    if next_day and not day:
        rest = after[next_day.end() :]
        later = _YEAR_AFTER.match(rest)
        earlier = _YEAR_BEFORE.search(before)
        if later:  # September 7, 2024
            return _full(later, month, next_day), before + " " + rest[later.end() :]
        if earlier:  # 2024. szeptember 7.
            return _full(earlier, month, next_day), before[: earlier.start()] + " " + rest
    if year and not day and len(year.group(1)) == _FOUR_DIGITS:  # September 2024
        return _Day(int(year.group(1)), month), before + " " + after[year.end() :]
    if day and reference:  # 7 September
        found = _before_reference(month, int(day.group(1)), reference)
        return found, before[: day.start()] + " " + after
    if next_day and reference:  # September 7
        found = _before_reference(month, int(next_day.group(1)), reference)
        return found, before + " " + after[next_day.end() :]
    return None


def _full(year: re.Match[str], month: int, day: re.Match[str]) -> _Day:
    return _Day(_four_digit_year(year.group(1)), month, int(day.group(1)))


def _four_digit_year(digits: str) -> int:
    if len(digits) == _FOUR_DIGITS:
        return int(digits)
    return int(digits) + (2000 if int(digits) < _TWO_DIGIT_YEARS else 1900)


def _before_reference(month: int, day: int, reference: datetime) -> _Day:
    """Return the last such day of the year up to one day after the reference."""
    limit = reference.astimezone(UTC) + timedelta(days=1)
    for year in range(limit.year, limit.year - 9, -1):  # 29 February may be eight years back
        try:
            found = datetime(year, month, day, tzinfo=UTC)
        except ValueError:
            continue
        if found <= limit:
            return _Day(year, month, day)
    raise ValueError("no such day")


def _numeric_day(found: re.Match[str], language: str) -> _Day | None:
    """Return the day of a numeric date, None where its order is not certain."""
    first, separator, second, digits = found.groups()
    if len(digits) != _FOUR_DIGITS and separator != ".":
        return None
    one, two, year = int(first), int(second), _four_digit_year(digits)
    if separator == "." or one == two or one > 12:  # noqa: PLR2004 (months)
        return _Day(year, two, one)
    if two > 12:  # noqa: PLR2004 (months)
        return _Day(year, one, two)
    order = _order_in(language)
    if order is None:
        return None
    return _Day(year, two, one) if order == "day" else _Day(year, one, two)


def _order_in(language: str) -> str | None:
    primary = language.partition("-")[0]
    if language in date_words.MONTH_FIRST or primary in date_words.MONTH_FIRST:
        return "month"
    if not primary or primary in date_words.YEAR_FIRST:
        return None
    if primary == "en":
        return "day" if language in date_words.DAY_FIRST_ENGLISH else None
    return "day"
