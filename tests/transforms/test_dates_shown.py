# ruff: noqa: RUF001 (letters of other scripts are what is tested)
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from lxml.html import document_fromstring

from transforms.article_json import moment_to_iso
from transforms.date_words import LANGUAGES
from transforms.dates import clock_offset, parse_date
from transforms.dates_declared import date_language
from transforms.dates_shown import headline_dates, marked_dates, searched_dates
from transforms.moments import choose, is_vague
from transforms.survey import survey

if TYPE_CHECKING:
    from transforms.records import Moment

BYLINES = {
    "en": "By Jane Doe, September 7, 2024",
    "de": "Von Max Muster, 7. September 2024",
    "fr": "Publié le 7 septembre 2024",
    "es": "7 de septiembre de 2024",
    "it": "Pubblicato il 7 settembre 2024",
    "pt": "7 de setembro de 2024",
    "ca": "7 de setembre de 2024",
    "nl": "7 september 2024",
    "sv": "Publicerad 7 september 2024",
    "da": "7. september 2024",
    "no": "Publisert 7. september 2024",
    "is": "7. september 2024",
    "fi": "7. syyskuuta 2024",
    "et": "7. september 2024",
    "lv": "7. septembris 2024",
    "lt": "2024 rugsėjo 7",
    "pl": "7 września 2024",
    "cs": "7. září 2024",
    "sk": "7. septembra 2024",
    "sl": "7. septembra 2024",
    "hr": "7. rujna 2024.",
    "sr": "7. септембра 2024.",
    "mk": "7 септември 2024",
    "ro": "7 septembrie 2024",
    "hu": "2024. szeptember 7.",
    "sq": "7 shtator 2024",
    "tr": "7 Eylül 2024",
    "az": "7 sentyabr 2024",
    "uz": "7 sentabr 2024",
    "kk": "7 қыркүйек 2024",
    "ky": "7-сентябрь, 2024",
    "tg": "7 сентябр 2024",
    "ru": "Опубликовано 7 сентября 2024",
    "uk": "7 вересня 2024",
    "be": "7 верасня 2024",
    "bg": "7 септември 2024",
    "el": "7 Σεπτεμβρίου 2024",
    "id": "Sabtu, 7 September 2024",
    "ms": "7 September 2024",
    "sw": "7 Septemba 2024",
    "ar": "٧ سبتمبر ٢٠٢٤",
    "fa": "۷ سپتامبر ۲۰۲۴",
    "ur": "7 ستمبر 2024",
    "he": "7 בספטמבר 2024",
    "hi": "७ सितंबर २०२४",
    "bn": "৭ সেপ্টেম্বর ২০২৪",
    "ta": "7 செப்டம்பர் 2024",
    "ka": "7 სექტემბერი, 2024",
    "hy": "7 սեպտեմբերի 2024",
    "th": "7 กันยายน 2024",
    "my": "၇ စက်တင်ဘာ ၂၀၂၄",
    "km": "7 កញ្ញា 2024",
    "vi": "Thứ Bảy, ngày 7 tháng 9 năm 2024",
    "zh": "2024年9月7日",
    "ja": "公開日：2024年9月7日",
    "ko": "입력 2024년 9월 7일",
}


def test_each_language_that_is_read_has_a_byline_here() -> None:
    assert set(LANGUAGES) <= set(BYLINES)
    assert len(LANGUAGES) >= 15


@pytest.mark.parametrize(("language", "byline"), BYLINES.items())
def test_a_date_below_the_headline_is_read_in_its_language(language: str, byline: str) -> None:
    page = survey(document_fromstring(f"<h1>Ferry closed</h1><p>{byline}</p><p>The text.</p>"))
    (found,) = searched_dates(page, "Ferry closed", language)
    assert (found.at, found.precision) == (datetime(2024, 9, 7, tzinfo=UTC), "day")
    assert found.origin == "text:headline"


def searched(markup: str, language: str = "de") -> list[tuple[str, str, str]]:
    found = searched_dates(survey(document_fromstring(markup)), "Ferry closed", language)
    return [(moment.raw, moment.precision, moment.origin) for moment in found]


def test_a_marked_date_comes_before_one_around_the_headline() -> None:
    markup = (
        "<div><p>8. Mai 2024</p><h1>Ferry closed</h1>"
        "<span class='post-date'>Jane Doe | 02.05.2024, 14:30 Uhr | 3 min</span></div>"
    )
    assert searched(markup) == [("02.05.2024, 14:30", "minute", "markup:class")]


@pytest.mark.parametrize(
    "markup",
    [
        "<h1>Ferry closed</h1><div class='comments'><p class='date'>2. Mai 2024</p></div>",
        "<h1>Ferry closed</h1><aside><p class='date'>2. Mai 2024</p></aside>",
        "<h1>Ferry closed</h1><p class='updated'>2. Mai 2024</p>",
        "<h1>Ferry closed</h1><p>On May 2024 the council met.</p>",
        "<h1>Ferry closed</h1><p>It ran from 2 May 1924, no other boat is as old.</p>",
        "<h1>Ferry closed</h1><p>05/06/2024</p>",
        "<p>no headline, 2. Mai 2024</p>",
    ],
)
def test_dates_of_other_things_are_not_taken(markup: str) -> None:
    assert searched(f"<body>{markup}", "en") == []


def marked(markup: str) -> list[str]:
    published, _ = marked_dates(survey(document_fromstring(markup)), "Ferry closed", "en")
    return [moment.raw for moment in published]


def test_the_first_of_many_published_dates_stays_first() -> None:
    posts = "".join(f"<b itemprop='datePublished'>2024-05-0{day}</b>" for day in (2, 3, 4, 5))
    assert marked(posts) == ["2024-05-02", "2024-05-03", "2024-05-04"]


def test_dates_of_comments_and_teasers_are_left_out() -> None:
    markup = (
        "<article class='comments-open'><time>2024-05-02</time></article>"
        "<ol class='comment-list'><li><time>2024-05-01</time></ol>"
        "<div itemprop='suggestedAnswer'><time itemprop='datePublished'>2024-05-03</time></div>"
    )
    assert marked(markup) == ["2024-05-02"]


def moment(raw: str, origin: str) -> Moment:
    found = parse_date(raw, origin=origin)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("declared", "other", "shown"),
    [
        ("2023-11-09T03:28:35Z", "2023-11-08T22:28:35-05:00", "2023-11-08T22:28:35-05:00"),
        ("2023-11-09T03:28:35Z", "2023-11-08 22:28:35", "2023-11-08T22:28:35-05:00"),
        ("2023-11-09T03:28:35Z", "Wed, 08 Nov 2023 22:28:35 -0500", "2023-11-08T22:28:35-05:00"),
        ("2023-11-09T03:28:35Z", "2023-11-08 22:29:35", "2023-11-09T03:28:35+00:00"),
        ("2023-11-09T03:28:35Z", "2023-11-01 22:28:35", "2023-11-09T03:28:35+00:00"),
        ("2023-11-09T03:28:35+01:00", "2023-11-08 22:28:35", "2023-11-09T03:28:35+01:00"),
        ("2023-11-09 03:28:35", "2023-11-08T22:28:35-05:00", "2023-11-09T03:28:35"),
    ],
)
def test_a_moment_is_told_by_the_outlets_own_clock(declared: str, other: str, shown: str) -> None:
    candidates = [moment(declared, "json-ld:datePublished"), moment(other, "meta:date")]
    found = choose(candidates, [], fetched_at=datetime(2024, 1, 1, tzinfo=UTC)).published
    assert found is not None
    assert found.at == candidates[0].at
    assert moment_to_iso(found) == shown


@pytest.mark.parametrize(
    ("declared", "host", "shown"),
    [
        ("2022-11-06T23:00:00Z", "coastcourier.de", "2022-11-07"),
        ("2022-07-06T22:00Z", "coastcourier.de", "2022-07-07"),
        ("2022-10-06T22:00:00.000Z", "coastcourier.at", "2022-10-07"),  # summer time, still
        ("2022-03-04T15:00:00+00:00", "coastcourier.co.jp", "2022-03-05"),
        ("2022-11-06T18:30:00Z", "coastcourier.in", "2022-11-07"),
        ("2022-11-06T23:00:00Z", "coastcourier.es", "2022-11-07"),  # not the Canaries' clock
        ("2022-11-06T21:00:00Z", "coastcourier.ru", "2022-11-07"),
        ("2012-11-06T20:00:00Z", "coastcourier.ru", "2012-11-07"),  # its clock in those years
        ("2022-03-06T22:00:00Z", "coastcourier.de", "2022-03-06T22:00:00+00:00"),  # no summer yet
        ("2022-11-06T05:00:00Z", "coastcourier.us", "2022-11-06T05:00:00+00:00"),  # many clocks
        ("2022-11-06T22:00:00Z", "coastcourier.de", "2022-11-06T22:00:00+00:00"),  # 23:00 there
        ("2022-11-06T23:00:01Z", "coastcourier.de", "2022-11-06T23:00:01+00:00"),
        ("2022-11-06T23:00:00+02:00", "coastcourier.de", "2022-11-06T23:00:00+02:00"),
        ("2022-11-06T23:00:00", "coastcourier.de", "2022-11-06T23:00:00"),
        ("2022-11-06T00:00:00Z", "coastcourier.com", "2022-11-06T00:00:00+00:00"),
        ("2022-11-06T23:00:00Z", "coastcourier.com", "2022-11-06T23:00:00+00:00"),
    ],
)
def test_utc_of_a_midnight_in_the_outlets_country_is_a_mere_day(
    declared: str, host: str, shown: str
) -> None:
    candidates = [moment(declared, "json-ld:datePublished")]
    found = choose(candidates, [], fetched_at=datetime(2024, 1, 1, tzinfo=UTC), host=host)
    assert moment_to_iso(found.published) == shown


@pytest.mark.parametrize(
    ("candidates", "day"),
    [
        ({"meta:date": "2024-05-09", "text:headline": "2 May 2024"}, 2),
        ({"meta:dcterms.date": "2024-05-09", "text:headline": "2 May 2024"}, 2),
        ({"meta:date": "2024-05-09", "url": "2024/05/09", "text:headline": "2 May 2024"}, 9),
        (
            {"meta:date": "2024-05-09", "markup:time": "2024-05-09", "text:headline": "2 May 2024"},
            9,
        ),
        ({"meta:date": "2024-05-09", "markup:time": "2024-05-02"}, 9),  # of another story, maybe
        ({"meta:article:published_time": "2024-05-09", "text:headline": "2 May 2024"}, 9),
        ({"json-ld:datePublished": "2024-05-09", "text:headline": "2 May 2024"}, 9),
    ],
)
def test_a_vague_declaration_yields_to_the_day_by_the_headline(
    candidates: dict[str, str], day: int
) -> None:
    read = [moment(raw, origin) for origin, raw in candidates.items()]
    found = choose(read, [], fetched_at=datetime(2024, 6, 1, tzinfo=UTC))
    assert found.published is not None
    assert found.published.at.day == day
    assert found.candidates == tuple(read)


def test_the_lines_by_the_headline_are_read_where_the_declaration_is_vague() -> None:
    declared = [moment("2024-05-09", "meta:date")]
    assert is_vague(declared)
    assert not is_vague([*declared, moment("2024-05-09", "json-ld:datePublished")])
    assert not is_vague([*declared, moment("2024/05/09", "url")])
    assert not is_vague([])
    page = survey(
        document_fromstring(
            "<p class='date'>9 June 2024</p>"
            + "<i></i>" * 30
            + "<h1>Ferry closed</h1><p>2 May 2024"
        )
    )
    (found,) = headline_dates(page, "Ferry closed", "en")
    assert (found.raw, found.origin) == ("2 May 2024", "text:headline")


def test_the_offset_of_a_clock() -> None:
    assert clock_offset(moment("2024-05-02T10:00:00+05:30", "meta")) == timedelta(minutes=330)
    assert clock_offset(moment("2024-05-02T10:00:00Z", "meta")) == timedelta(0)
    assert clock_offset(moment("2024-05-02T10:00:00", "meta")) is None


@pytest.mark.parametrize(
    ("declared", "tag", "host", "language"),
    [
        ("en", "en", "a.co.uk", "en-gb"),
        ("en", "en-US", "a.com.au", "en-au"),
        ("en", "en-US", "a.com", "en-US"),
        ("en", None, "a.com", "en"),
        ("de", "de-AT", "a.co.uk", "de"),
        (None, None, "a.com", None),
    ],
)
def test_the_country_decides_how_english_writes_dates(
    declared: str | None, tag: str | None, host: str, language: str | None
) -> None:
    assert date_language(declared, tag, host) == language


def days_marked(markup: str, headline: str = "Ferry closed") -> list[str]:
    published, _ = marked_dates(survey(document_fromstring(markup)), headline, "en")
    return [moment.at.date().isoformat() for moment in published]


def test_a_time_beside_the_headline_comes_before_those_of_other_stories() -> None:
    others = "<p><time class='post-time'>August {} 2022</time> Bread is dearer</p>" + "<i></i>" * 30
    story = "<h1>Ferry closed <b>Subscribers</b></h1><time>June 21, 2017</time>"
    listed = "".join(others.format(f"{day},") for day in (3, 4, 5, 6))
    assert days_marked(f"{listed}{story}{listed}")[0] == "2017-06-21"


def test_a_time_in_a_quoted_post_is_not_the_articles() -> None:
    post = (
        "<blockquote><p>So long, ferry</p><time datetime='2018-03-12'>12 March</time></blockquote>"
    )
    assert days_marked(f"<h1>Ferry closed</h1><p>Many mourn it.</p>{post}") == []


def test_what_holds_the_headline_is_the_articles_whatever_it_is_called() -> None:
    time = "<time pubdate datetime='2019-07-13T15:52:31+02:00'>13 July 2019</time>"
    assert days_marked(f"<div id='sidebar'><h1>Ferry closed</h1>{time}</div>") == ["2019-07-13"]
    assert days_marked(f"<h1>Ferry closed</h1><div id='sidebar'>{time}</div>") == []


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("<span>Jane Doe, 18.09.2008</span>", "2008-09-18"),
        ("<dd>Registered: 18.09.2008, 05:56</dd>", None),  # when its writer came
        # another page's title
        (f"<p>{'The harbour is quiet. ' * 4}<a href='/b'>Bulletin of 15 April 2020</a></p>", None),
        ("<p><a href='/2020/04/15'>15 April 2020</a></p>", "2020-04-15"),
    ],
)
def test_a_line_around_the_headline_may_date_something_else(line: str, day: str | None) -> None:
    page = survey(document_fromstring(f"<h1>Ferry closed</h1>{line}"))
    found = searched_dates(page, "Ferry closed", "en")
    assert [moment.at.date().isoformat() for moment in found] == ([day] if day else [])
