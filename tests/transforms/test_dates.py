# ruff: noqa: RUF001 (letters of other scripts are what is tested)
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.dates import parse_date

REFERENCE = datetime(2024, 9, 10, tzinfo=UTC)


def read(raw: str, language: str | None = None) -> tuple[str, str, bool] | None:
    moment = parse_date(raw, origin="feed:published", language=language)
    if moment is None:
        return None
    assert (moment.raw, moment.origin) == (raw, "feed:published")
    at = moment.at.isoformat().removesuffix("+00:00").replace("T", " ")
    return at, moment.precision, moment.has_zone


@pytest.mark.parametrize(
    ("raw", "at", "precision", "has_zone"),
    [
        # RFC 822 and its dialects
        ("Sat, 07 Sep 2024 14:30:00 GMT", "2024-09-07 14:30:00", "second", True),
        ("Sat, 7 Sep 24 14:30 EST", "2024-09-07 19:30:00", "minute", True),
        ("07 Sep 99 14:30 UT", "1999-09-07 14:30:00", "minute", True),
        ("Sat, 07 Sep 2024 14:30:00 +0530", "2024-09-07 09:00:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00 +05:30", "2024-09-07 09:00:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00 -0000", "2024-09-07 14:30:00", "second", True),
        ("Sat, 07 Sep 2024 24:00:00 GMT", "2024-09-08 00:00:00", "second", True),
        ("Sat, 07 Sep 2024 23:59:60 GMT", "2024-09-08 00:00:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00 MSK", "2024-09-07 11:30:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00 CET", "2024-09-07 13:30:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00 GMT+0300", "2024-09-07 11:30:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00 +0300 (MSK)", "2024-09-07 11:30:00", "second", True),
        ("Sat, 07 Sep 2024 14:30:00", "2024-09-07 14:30:00", "second", False),
        ("Sat, 07 Sep 2024 14:30:00 IST", "2024-09-07 14:30:00", "second", False),
        ("Sat, 07 Sep 2024", "2024-09-07 00:00:00", "day", False),
        ("Sat, 07-Sep-2024 14:30:00 GMT", "2024-09-07 14:30:00", "second", True),
        ("Thu Sep  5 14:30:00 UTC 2024", "2024-09-05 14:30:00", "second", True),
        ("03 Apr 02 1500 GMT", "2002-04-03 15:00:00", "minute", True),
        # ISO 8601 and RFC 3339
        ("2024-09-07T14:30:00Z", "2024-09-07 14:30:00", "second", True),
        ("2024-09-07t14:30:00.123456789+05:30", "2024-09-07 09:00:00.123456", "second", True),
        ("2024-09-07T14:30:00-0330", "2024-09-07 18:00:00", "second", True),
        ("2024-09-07T14:30:00-00:00", "2024-09-07 14:30:00", "second", True),
        ("2024-09-07T24:00:00Z", "2024-09-08 00:00:00", "second", True),
        ("2024-09-07 14:30:00 UTC", "2024-09-07 14:30:00", "second", True),
        ("2024-09-07 14:30", "2024-09-07 14:30:00", "minute", False),
        ("2024-09-07T14:30:00[Europe/Berlin]", "2024-09-07 14:30:00", "second", False),
        ("20240907T143000Z", "2024-09-07 14:30:00", "second", True),
        ("20240907143000", "2024-09-07 14:30:00", "second", False),
        ("20240907", "2024-09-07 00:00:00", "day", False),
        ("2024/9/7 4:05", "2024-09-07 04:05:00", "minute", False),
        ("2024-W36-6", "2024-09-07 00:00:00", "day", False),
        ("2024-251", "2024-09-07 00:00:00", "day", False),
        ("2024-09", "2024-09-01 00:00:00", "month", False),
        ("2024", "2024-01-01 00:00:00", "year", False),
        # Unix time
        ("1725703200", "2024-09-07 10:00:00", "second", True),
        ("1725703200000", "2024-09-07 10:00:00", "second", True),
        # numbers whose order is certain
        ("07.09.2024 14:30", "2024-09-07 14:30:00", "minute", False),
        ("17/09/2024", "2024-09-17 00:00:00", "day", False),
        ("09/17/2024", "2024-09-17 00:00:00", "day", False),
        ("09/09/2024", "2024-09-09 00:00:00", "day", False),
        # words
        ("Saturday, September 7, 2024 - 2:30pm", "2024-09-07 14:30:00", "minute", False),
        ("September 7th, 2024 at 12:05 a.m. EDT", "2024-09-07 04:05:00", "minute", True),
        ("Updated 9:30 AM ET, Thu January 6, 2022", "2022-01-06 09:30:00", "minute", False),
        ("Sept. 2024", "2024-09-01 00:00:00", "month", False),
        ("7. September 2024, 14.30 Uhr", "2024-09-07 14:30:00", "minute", False),
        ("mar. 7 sept. 2024", "2024-09-07 00:00:00", "day", False),
        ("1er janvier 2022 à 9 h 05", "2022-01-01 09:05:00", "minute", False),
        ("7 de septiembre de 2024", "2024-09-07 00:00:00", "day", False),
        ("7 settembre 2024", "2024-09-07 00:00:00", "day", False),
        ("Seg, 24 Set 2018 09:12:00 -0300", "2018-09-24 12:12:00", "second", True),
        ("7 september 2024", "2024-09-07 00:00:00", "day", False),
        ("7 syyskuuta 2024", "2024-09-07 00:00:00", "day", False),
        ("7 września 2024", "2024-09-07 00:00:00", "day", False),
        ("7. září 2024", "2024-09-07 00:00:00", "day", False),
        ("2024. szeptember 7., 14:30", "2024-09-07 14:30:00", "minute", False),
        ("7 septembrie 2024", "2024-09-07 00:00:00", "day", False),
        ("7 Eylül 2024", "2024-09-07 00:00:00", "day", False),
        ("7 KASIM 2024", "2024-11-07 00:00:00", "day", False),
        ("7 sentyabr 2024", "2024-09-07 00:00:00", "day", False),
        ("7 сентября 2024 г., 14:30 мск", "2024-09-07 11:30:00", "minute", True),
        ("7 вересня 2024, 14:30", "2024-09-07 14:30:00", "minute", False),
        ("7 верасня 2024", "2024-09-07 00:00:00", "day", False),
        ("7 қыркүйек 2024", "2024-09-07 00:00:00", "day", False),
        ("Σάβ, 07 Σεπ 2024 14:30:00 +0300", "2024-09-07 11:30:00", "second", True),
        ("٧ سبتمبر ٢٠٢٤", "2024-09-07 00:00:00", "day", False),
        ("7 تشرين الثاني 2024", "2024-11-07 00:00:00", "day", False),
        ("7 ستمبر 2024", "2024-09-07 00:00:00", "day", False),
        ("७ सितंबर २०२४", "2024-09-07 00:00:00", "day", False),
        ("7 בספטמבר 2024", "2024-09-07 00:00:00", "day", False),
        ("2024年9月7日 14:30", "2024-09-07 14:30:00", "minute", False),
        ("2024年9月7日 下午2时30分", "2024-09-07 14:30:00", "minute", False),
        ("2024년 9월 7일 오후 2:30", "2024-09-07 14:30:00", "minute", False),
        ("2024. 9. 7. 오후 2:30", "2024-09-07 14:30:00", "minute", False),
        ("2024-09-07 上午12:30", "2024-09-07 00:30:00", "minute", False),
        ("2024年9月7日 14時30分", "2024-09-07 14:30:00", "minute", False),
        ("２０２４年９月７日１４時３０分", "2024-09-07 14:30:00", "minute", False),
        ("令和6年9月7日", "2024-09-07 00:00:00", "day", False),
        ("令和元年9月7日", "2019-09-07 00:00:00", "day", False),
        ("平成30年9月7日", "2018-09-07 00:00:00", "day", False),
        ("2024年（令和6年）9月7日 午後2時30分", "2024-09-07 14:30:00", "minute", False),
        ("民國113年9月7日", "2024-09-07 00:00:00", "day", False),
        ("7 กันยายน 2567", "2024-09-07 00:00:00", "day", False),  # the Buddhist era
        ("7 ก.ย. 2567 14:30 น.", "2024-09-07 14:30:00", "minute", False),
        ("7 ก.ย. 67", "2024-09-07 00:00:00", "day", False),
        ("ngày 7 tháng 9 năm 2024", "2024-09-07 00:00:00", "day", False),
        ("၂၀၂၄ ခုနှစ် စက်တင်ဘာ ၇", "2024-09-07 00:00:00", "day", False),
        ("2024 m. rugsėjo 7 d. 14:30", "2024-09-07 14:30:00", "minute", False),
        ("Sat 7 Sep 2024 14.30 BST", "2024-09-07 13:30:00", "minute", True),
    ],
)
def test_a_date_is_read(raw: str, at: str, precision: str, has_zone: bool) -> None:  # noqa: FBT001 (a column)
    assert read(raw) == (at, precision, has_zone)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "yesterday",
        "may",
        "12h30",
        "07/09/2024",  # July or September
        "07-09-24",
        "7 listopada 2024",  # October in Croatian, November in Polish
        "2 hours ago",
        "7 September",  # of which year?
        "Sat, 31 Feb 2024 10:00:00 GMT",
        "Sat, 07 Sep 2024 25:00:00 GMT",
        "2024-13-01",
        "2024-09-07T14:30:00+25:00",
        "2023-366",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "2024090712",  # an hour, or 2034 in Unix time
        "1403/06/17",  # the Persian calendar
        "7 September 2567",  # the Buddhist era? Not in English
        "6 Jan 2022 12.34",  # an hour, or a price
        "7 September 2024 and 8 September 2024",
        "2024-09-07T14:30:00Z " * 50,
    ],
)
def test_what_is_not_certain_is_not_read(raw: str) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    ("raw", "language", "on"),
    [
        ("07/09/2024", "en-US", "2024-07-09"),
        ("07/09/2024", "en-GB", "2024-09-07"),
        ("07/09/2024", "fr", "2024-09-07"),
        ("07-09-2024 10:00", "ru", "2024-09-07"),
        ("7 listopada 2024", "pl", "2024-11-07"),
        ("7 listopada 2024", "hr", "2024-10-07"),
    ],
)
def test_the_language_decides_where_it_can(raw: str, language: str, on: str) -> None:
    found = read(raw, language)
    assert found is not None
    assert found[0].startswith(on)


def test_english_alone_does_not_decide_between_day_and_month() -> None:
    assert read("07/09/2024", "en") is None


@pytest.mark.parametrize(
    ("raw", "on"),
    [
        ("7 September, 14:30", "2024-09-07"),
        ("11 September", "2024-09-11"),  # already tomorrow elsewhere
        ("Sept. 12", "2023-09-12"),
        ("24 декабря, 10:00", "2023-12-24"),
        ("29 February", "2024-02-29"),
    ],
)
def test_a_date_without_year_is_the_last_such_day(raw: str, on: str) -> None:
    moment = parse_date(raw, origin="text", reference=REFERENCE)
    assert moment is not None
    assert moment.at.date().isoformat() == on


@given(
    at=st.datetimes(min_value=datetime(1985, 1, 1), max_value=datetime(2032, 12, 31)),  # noqa: DTZ001 (hypothesis wants them naive)
    minutes=st.integers(-12 * 60, 14 * 60),
)
def test_every_moment_survives_rfc_822_and_rfc_3339(at: datetime, minutes: int) -> None:
    moment = at.replace(microsecond=0, tzinfo=UTC)
    local = moment + timedelta(minutes=minutes)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    rfc822 = f"{local:%a, %d %b %Y %H:%M:%S} {sign}{hours:02}{rest:02}"
    rfc3339 = f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}"
    for raw in (rfc822, rfc3339):
        found = parse_date(raw, origin="feed")
        assert found is not None
        assert (found.at, found.has_zone) == (moment, True)


@given(st.text(max_size=60))
def test_no_string_makes_it_raise(raw: str) -> None:
    parse_date(raw, origin="feed", reference=REFERENCE)


@given(st.text(alphabet=st.sampled_from(list("0123456789:-/.,+TZ apm Sep年月日٣")), max_size=40))
def test_nothing_that_looks_like_a_date_makes_it_raise(raw: str) -> None:
    parse_date(raw, origin="feed", reference=REFERENCE)


@pytest.mark.parametrize("language", ["", "en", "de", "fr", "tr", "fi"])
@pytest.mark.parametrize(
    "raw",
    [
        "Thu, 13 Jan 2022 09:30:00 +0000",
        "Tue, 1 Mar 2022 23:59:60 GMT",
        "13 Sep 2022 24:00:00 -0530",
        "31 Feb 2022 10:00:00 UTC",
        "Wed, 13 Jul 2022 09:61:00 +0000",
        "Wed, 13 Jul 2022 09:00:00 +0575",
        "Wed, 13 Jul 2022 09:00:00 +1500",
        "Mon, 01 Jan 0001 00:00:00 GMT",
    ],
)
def test_the_common_form_is_read_as_words_would_be(raw: str, language: str) -> None:
    by_words = parse_date(
        f" {raw}", origin="o", language=language
    )  # the blank: not the common form
    exactly = parse_date(raw, origin="o", language=language)
    assert exactly == (by_words and replace(by_words, raw=raw))
