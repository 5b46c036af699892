"""Dates in words and local numbers: 7 September 2024, 07.09.2024, 2024年9月7日."""

# ruff: noqa: RUF001 (words of several scripts)

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transforms import date_words
from transforms.date_parts import MAX_YEAR, Clock, Day, clock_of, moment, zone_minutes

if TYPE_CHECKING:
    from transforms.records import Moment

_TWO_DIGIT_YEARS = 50  # RFC 2822, section 4.3: 00-49 are 2000s, 50-99 are 1900s
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2})(?:\s?[:h]\s?|(?=\d\d\s(?:uhr|น))|[.](?=\d\d\s?(?:uhr|น|wi(?:b|t|ta)|kl|gmt|utc|[bcwe]e?st|[cw]et|a[ew][ds]t)\b))"
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
    r"(?:(?P<era>令和|平成|昭和|民[国國])\s*(?P<of_era>\d{1,3}|元)|(?P<year>\d{4}))"
    r"(?:[(（][^()（）]{1,8}[)）])?\s*[年년](?:[(（][^()（）]{1,8}[)）])?"
    r"\s*(?P<month>\d{1,2})\s*[月월](?:\s*(?P<day>\d{1,2})\s*[日일号])?"
)
_BEFORE_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925, "民国": 1911, "民國": 1911}
_CJK_CLOCK = re.compile(
    r"(?P<half>上午|下午|午前|午後|오전|오후)?\s*(?P<hour>\d{1,2})\s*[時时시:]\s*"
    r"(?P<minute>\d{1,2})(?:\s*[分분:]\s*(?P<second>\d{1,2})?)?"
)
_AFTERNOON = frozenset({"下午", "午後", "오후"})
_HALF_BEFORE = re.compile(r"(上午|下午|午前|午後|오전|오후)\s*$")
_BUDDHIST_YEARS = 543  # ahead of ours
_FOUR_DIGIT_NUMBER = re.compile(r"\d{4}")
_THAI = re.compile(r"[\u0e01-\u0e2e]")
_DOT_IN_THAI = re.compile(r"(?<=[\u0e01-\u0e4e])\.(?=[\u0e01-\u0e4e])")
_VIETNAMESE = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})")
_NUMBERED_WEEKDAY = re.compile(r"\bth(?:ứ)?\s+[2-7]\b")  # Vietnamese counts them
_WORDS_BETWEEN = r"(?:\s*(?:de|del|of|d'|di|da|den|of the|ta'|,|\.|/|-|\s|ב)\s*)*"
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})([./\-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)\.?")
_YEAR_MONTH_DAY = re.compile(
    r"(?<!\d)(?P<year>\d{4})([/.-])\s?(?P<month>\d{1,2})\2\s?(?P<day>\d{1,2})(?!\d)\.?"
)
# Vowel signs of Indian scripts, Thai, Burmese and Khmer are no letters to the regex engine.
_ANY_WORD = re.compile(
    r"(?:[^\W\d_]|[\u0900-\u0e7f\u1000-\u103f\u1780-\u17d3])+(?:\s(?:الثاني|الأول|الاول))?"
)


def read_cjk(text: str, raw: str, origin: str) -> Moment | None:
    """Read a date of Chinese, Japanese or Korean, their eras too; None where there is none."""
    found = _CJK.search(text)
    if found is None:
        return None
    day = Day(_cjk_year(found), int(found["month"]), int(found["day"]) if found["day"] else None)
    timed = _CJK_CLOCK.search(text, found.end())
    if timed is None:
        return moment(day, None, None, raw, origin)
    hour = _hour24(int(timed["hour"]), is_afternoon=timed["half"] in _AFTERNOON)
    if timed["half"] is None:
        hour = int(timed["hour"])
    second = timed["second"]
    clock = Clock(hour, int(timed["minute"]), int(second) if second else None)
    return moment(day, clock, None, raw, origin)


def _cjk_year(found: re.Match[str]) -> int:
    """Return the year of a date; the first of an era is written 元."""
    if not found["era"]:
        return int(found["year"])
    return _BEFORE_ERA[found["era"]] + int(found["of_era"].replace("元", "1"))


def _hour24(hour: int, *, is_afternoon: bool) -> int:
    """Return the hour of the day for one of the twelve hours of its half."""
    if hour > 12:  # noqa: PLR2004 (13:30 PM is what it says)
        return hour
    return hour % 12 + (12 if is_afternoon else 0)


def read_worded(
    text: str, raw: str, origin: str, reference: datetime | None, language: str
) -> Moment | None:
    """Read a date of words and numbers; every number in it must have found its place."""
    rest = _plainly_worded(text.lower())
    clock, zone, rest = _take_clock(rest)
    taken = _take_day(date_words.folded(rest), reference, language)
    if taken is None:
        return None
    day, rest = taken
    if any(c.isdigit() for c in rest):
        return None
    if language.startswith("th") or _THAI.search(text):
        day = _of_thailand(day, text)
    return moment(day, clock, zone, raw, origin)


def _of_thailand(day: Day, text: str) -> Day:
    """Return a day whose year is counted from the Buddha's death: 2567, or 67."""
    if day.year > MAX_YEAR:
        return replace(day, year=day.year - _BUDDHIST_YEARS)
    if not _FOUR_DIGIT_NUMBER.search(text):
        return replace(day, year=day.year % 100 + 2500 - _BUDDHIST_YEARS)
    return day


def _plainly_worded(text: str) -> str:
    """Write as others do what Vietnamese and Thai write in their own way."""
    if text.isascii():
        return text
    text = _NUMBERED_WEEKDAY.sub("", _VIETNAMESE.sub(r"\1.\2.\3", text))
    return _DOT_IN_THAI.sub("", text)


def _take_clock(text: str) -> tuple[Clock | None, int | None, str]:
    """Return the time of day in a string, its zone, and the string without them."""
    found = _CLOCK.search(text)
    if found is None:
        return None, None, text
    if found["hour12"]:
        clock = Clock(_hour24(int(found["hour12"]), is_afternoon=found["half12"] == "p"), 0)
    elif found["hour4"]:
        clock = Clock(int(found["hour4"]), int(found["minute4"]))
    else:
        plain = clock_of(found)
        if plain is None:
            return None, None, text
        hour = plain.hour
        before = _HALF_BEFORE.search(text, 0, found.start())
        if found["half"]:
            hour = _hour24(hour, is_afternoon=found["half"] == "p")
        elif before:
            hour = _hour24(hour, is_afternoon=before.group(1) in _AFTERNOON)
        clock = Clock(hour, plain.minute, plain.second, plain.microsecond)
    zone, end = _take_zone(text, found.end())
    return clock, zone, f"{text[: found.start()]} {text[end:]}"


def _take_zone(text: str, start: int) -> tuple[int | None, int]:
    """Return the zone that follows a time, and where it ends."""
    found = _ZONE.match(text, start)
    if found is None:
        return None, start
    is_known, minutes = zone_minutes(found["signed"] or found["name"])
    return (minutes, found.end()) if is_known else (None, start)


def _take_day(text: str, reference: datetime | None, language: str) -> tuple[Day, str] | None:
    """Return the day in a string and the string without it."""
    numeric = _NUMERIC.search(text)
    if numeric is not None:
        day = _numeric_day(numeric, language)
        return None if day is None else (day, text[: numeric.start()] + " " + text[numeric.end() :])
    ordered = _YEAR_MONTH_DAY.search(text)
    if ordered is not None:
        written = Day(int(ordered["year"]), int(ordered["month"]), int(ordered["day"]))
        return written, text[: ordered.start()] + " " + text[ordered.end() :]
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
_YEAR_BEFORE = re.compile(r"(\d{4})(?:\s(?:m\.|ခုနှစ်))?" + _WORDS_BETWEEN + r"$")
_FOUR_DIGITS = 4


def _around(  # noqa: PLR0911 (one for each order of day, month and year)
    text: str, word: re.Match[str], month: int, reference: datetime | None
) -> tuple[Day, str] | None:
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
        return Day(int(year.group(1)), month), before + " " + after[year.end() :]
    if day and reference:  # 7 September
        found = _before_reference(month, int(day.group(1)), reference)
        return found, before[: day.start()] + " " + after
    if next_day and reference:  # September 7
        found = _before_reference(month, int(next_day.group(1)), reference)
        return found, before + " " + after[next_day.end() :]
    return None


def _full(year: re.Match[str], month: int, day: re.Match[str]) -> Day:
    return Day(_four_digit_year(year.group(1)), month, int(day.group(1)))


def _four_digit_year(digits: str) -> int:
    if len(digits) == _FOUR_DIGITS:
        return int(digits)
    return int(digits) + (2000 if int(digits) < _TWO_DIGIT_YEARS else 1900)


def _before_reference(month: int, day: int, reference: datetime) -> Day:
    """Return the last such day of the year up to one day after the reference."""
    limit = reference.astimezone(UTC) + timedelta(days=1)
    for year in range(limit.year, limit.year - 9, -1):  # 29 February may be eight years back
        try:
            found = datetime(year, month, day, tzinfo=UTC)
        except ValueError:
            continue
        if found <= limit:
            return Day(year, month, day)
    raise ValueError("no such day")


def _numeric_day(found: re.Match[str], language: str) -> Day | None:
    """Return the day of a numeric date, None where its order is not certain."""
    first, separator, second, digits = found.groups()
    if len(digits) != _FOUR_DIGITS and separator != ".":
        return None
    one, two, year = int(first), int(second), _four_digit_year(digits)
    if separator == "." or one == two or one > 12:  # noqa: PLR2004 (months)
        return Day(year, two, one)
    if two > 12:  # noqa: PLR2004 (months)
        return Day(year, one, two)
    order = _order_in(language)
    if order is None:
        return None
    return Day(year, two, one) if order == "day" else Day(year, one, two)


def _order_in(language: str) -> str | None:
    primary = language.partition("-")[0]
    if language in date_words.MONTH_FIRST or primary in date_words.MONTH_FIRST:
        return "month"
    if not primary or primary in date_words.YEAR_FIRST:
        return None
    if primary == "en":
        return "day" if language in date_words.DAY_FIRST_ENGLISH else None
    return "day"
