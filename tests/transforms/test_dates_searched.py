# ruff: noqa: RUF001 (letters of other scripts are what is tested)
from __future__ import annotations

from datetime import date

import pytest
from lxml.html import document_fromstring

from transforms.dates_searched import last_date, url_month
from transforms.survey import survey

LATEST = date(2024, 12, 31)
PAGE = "https://coastcourier.example/ferry"


def told(markup: str, url: str = PAGE, language: str | None = "en") -> tuple[str, str, str] | None:
    page = survey(document_fromstring(f"<html><body>{markup}</body></html>"))
    found = last_date(page, url, LATEST, language)
    return (found.at.date().isoformat(), found.precision, found.origin) if found else None


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Published on Saturday, September 7, 2024"),
        (
            "en",
            "This entry was posted on Saturday, September 7th, 2024 and is filed away.",
        ),
        ("de", "Veröffentlicht am 07.09.2024"),
        ("de", "Dieser Beitrag wurde am Samstag, 7. September 2024 um 10 Uhr veröffentlicht."),
        ("de", "Letzte Änderung: 31.08.2024 - Erschienen am: 07.09.2024"),
        ("fr", "Publié le 7 septembre 2024"),
        ("es", "Publicado el 7 de septiembre de 2024"),
        ("it", "Pubblicato il 7 settembre 2024"),
        ("pt", "Publicado em 7 de setembro de 2024"),
        ("nl", "Gepubliceerd op 7 september 2024"),
        ("sv", "Publicerad 7 september 2024"),
        ("pl", "Opublikowano 7 września 2024"),
        ("cs", "Publikováno 7. září 2024"),
        ("hu", "Megjelent: 2024. 09. 07."),
        ("ru", "Опубликовано 7 сентября 2024"),
        ("uk", "Опубліковано 7 вересня 2024"),
        ("ja", "公開日：2024年9月7日"),
        ("zh", "发布时间：2024年9月7日"),
        ("ko", "입력 2024. 9. 7"),
    ],
)
def test_a_line_says_when_its_page_was_published(language: str, line: str) -> None:
    other = "<p>The harbour opened on 3 May 1921 and closed on 4 June 2020.</p>"
    assert told(f"{other}<p>{line}</p>", language=language) == (
        "2024-09-07", "day", "text:published",
    )  # fmt: skip


@pytest.mark.parametrize(
    "markup",
    [
        # a story tells of a publication, not of its own
        "<p>In the end the council's report on it was published on 7 September 2021.</p>",
        "<footer><p>Published on 7 September 2021</p></footer>",
        "<div class='comment'><p>Posted on 7 September 2021</p></div>",
        "<p>Published on 7 September 2031</p>",
    ],
)
def test_not_every_publication_is_the_pages(markup: str) -> None:
    found = told(markup)
    assert found is None or found[2] != "text:published"


@pytest.mark.parametrize(
    ("url", "month"),
    [
        ("https://coastcourier.example/blog/2011/12/ferry/", "2011-12-01"),
        ("https://coastcourier.example/2011-12/ferry", "2011-12-01"),
        ("https://coastcourier.example/2011/13/ferry", None),
        ("https://coastcourier.example/ferry?at=/2011/12/", None),
        ("https://coastcourier.example/201112/ferry", None),
    ],
)
def test_folders_of_an_address_tell_a_month(url: str, month: str | None) -> None:
    found = url_month(url)
    assert (found and found.at.date().isoformat()) == month
    assert found is None or found.precision == "month"


def test_no_day_outside_the_month_of_the_address_is_believed() -> None:
    url = "https://coastcourier.example/2011/12/ferry/"
    said = "<p>Published on {}</p>"
    assert told(said.format("3 December 2011"), url) == ("2011-12-03", "day", "text:published")
    assert told(said.format("3 June 2016"), url) == ("2011-12-01", "month", "url:month")
    assert told("<p>© 2016 Coast Courier</p>", url) == ("2011-12-01", "month", "url:month")
    assert told("<p>The ferry is closed.</p>", url) == ("2011-12-01", "month", "url:month")


@pytest.mark.parametrize(
    ("markup", "day", "precision"),
    [
        ("<p>© 2016 Coast Courier</p>", "2016-01-01", "year"),
        ("<p>Winter timetable 2016-03</p>", "2016-03-01", "month"),
        ("<p class='date'>2016-03</p>", "2016-03-01", "month"),
        ("<time datetime='2016-03'>spring</time>", "2016-03-01", "month"),
        ("<p>1 March 2016</p>", "2016-03-01", "day"),
        ("<p>02.03.2016</p>", "2016-03-02", "day"),
    ],
)
def test_no_more_of_a_date_is_told_than_was_written(markup: str, day: str, precision: str) -> None:
    assert told(markup) == (day, precision, "text:htmldate")


@pytest.mark.parametrize("text", ["10:30", "March", "Monday", "7 March"])
def test_what_names_no_year_is_no_date(text: str) -> None:
    assert told(f"<p class='date'>{text}</p><p>The ferry is closed.</p>") is None


REST = "the council has opened the ferry again, it said, after a year of work on the slips."


@pytest.mark.parametrize(
    ("language", "beginning"),
    [
        ("en", "7 September 2024 – In Leeds "),
        ("en", "LEEDS, September 7, 2024 /NEWSWIRE/ -- In Leeds "),
        ("en", "Leeds, 7 September 2024 - In Leeds "),
        ("en", "(7 September 2024) In Leeds "),
        ("de", "Kiel/Lübeck, 07.09.2024 | In Kiel "),
        ("de", "Kiel, den 7. September 2024 – In Kiel "),
        ("de", "Kiel (7. September 2024) In Kiel "),
        ("fr", "Brest, le 7 septembre 2024 — À Brest "),
    ],
)
def test_a_dateline_tells_the_day_of_a_text(language: str, beginning: str) -> None:
    found = told(
        f"<p>Menu</p><p>{beginning}{REST}</p><p>7 May 2023 – {REST}</p>", language=language
    )
    assert found == ("2024-09-07", "day", "text:dateline")


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>On 7 September 2024 {REST}</p>",
        f"<p>Until 7 September 2024, it says, {REST}</p>",
        "<p>7 September 2024 – too short for a text</p>",
        f"<aside><p>7 September 2024 – {REST}</p></aside>",
        f"<p>September 2024 – {REST}</p>",
    ],
)
def test_a_day_within_a_text_is_no_dateline(markup: str) -> None:
    found = told(markup)
    assert found is None or found[2] != "text:dateline"
