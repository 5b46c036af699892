"""The last search for a date, where a page neither declares nor marks one: in its text.

First what the text itself says of its publication ('Published on 3 May 2021', 'This entry was
posted on …'), then the date of its dateline ('Leeds, 3 May 2021 - '), then what
htmldate finds. The month in an address bounds all. The first of a
month or year is written down as that month or year, unless the page shows the day.
"""
# ruff: noqa: RUF001, E501 (words of several scripts, one table)

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transforms.dates import parse_date
from transforms.dates_shown import SNIPPETS
from transforms.engine_dates import page_date
from transforms.records import Moment
from transforms.surroundings import is_apart, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MONTH_ORIGIN = "url:month"
ROOM = timedelta(days=7)  # between the month in an address and the day of publication
MAX_LINE_CHARS, MAX_BEFORE_CHARS, MAX_BETWEEN_CHARS = 600, 30, 25
MAX_PARAGRAPHS, MIN_PARAGRAPH_CHARS, MAX_BEGINNING_CHARS = 40, 60, 160
_LONGEST_MONTH = timedelta(days=31)
_URL_MONTH = re.compile(r"/(?P<year>20[0-4]\d|199\d)[/-](?P<month>0[1-9]|1[0-2])(?=[/-]|$)")
_SAID = re.compile(
    r"\b(?:published|posted|veröffentlicht|erschienen|publiziert|gepostet|publié|publiée|paru|parue|mis en ligne|"
    r"publicado|publicada|publicat|pubblicato|pubblicata|gepubliceerd|geplaatst|publicerad|publisert|udgivet|"
    r"julkaistu|opublikowano|opublikowany|publikováno|vydáno|zverejnené|objavljeno|megjelent|közzétéve|"
    r"yayınlanma|yayın tarihi|опубликовано|опубліковано|дата публикации|δημοσιεύθηκε|δημοσίευση|diterbitkan)\b"
    r"|發佈|发布|公開日|掲載日|게시일|입력",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"\b(?:this (?:entry|post|article|page|story)|dieser (?:beitrag|eintrag|artikel)|cet article|ce billet|"
    r"esta entrada|este artículo|este artigo|questo articolo|dit (?:bericht|artikel)|ten wpis)\b",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(
    r"\W{0,2}(?:[^\W\d_a-z][^\d:;!?()]{1,40}(?:,\s*(?:den\s|am\s|le\s|el\s|il\s)?|/|\s\())?\W?"
)
_BEHIND_DATE = re.compile(r"\.?\s*(?:[–—|:]|-{1,2}\s|/[^/]{2,30}/)\s*\S")
_BEHIND_BRACKET = re.compile(r"(?:\s*[,/][^()]{2,30})?\s*\)")
_NOT_SHOWN = frozenset({"script", "style", "noscript", "template", "title", "textarea", "option"})


def last_date(page: Survey, url: str, latest: date, language: str | None) -> Moment | None:
    """Return when a page without a declared date was published, as far as its text tells."""
    month = url_month(url)
    for said in said_dates(page, language):
        if said.at.date() <= latest and (month is None or _is_within(said, month)):
            return said
    for opening in opening_dates(page, language):
        if opening.at.date() <= latest and (month is None or _is_within(opening, month)):
            return opening
    raw = page_date(page, url, latest)
    found = parse_date(raw, origin="text:htmldate") if raw else None
    if found is None or (month is not None and not _is_within(found, month)):
        return month
    return _as_far_as_shown(found, page, language)


def url_month(url: str) -> Moment | None:
    """Return the month in an address's folders, as in /2022/01/; no more is told by that."""
    path = url.split("://", 1)[-1].partition("?")[0].partition("#")[0]
    found = _URL_MONTH.search(path)
    if found is None:
        return None
    at = datetime(int(found["year"]), int(found["month"]), 1, tzinfo=UTC)
    return Moment(at=at, precision="month", has_zone=False, raw=found.group(), origin=MONTH_ORIGIN)


def said_dates(page: Survey, language: str | None) -> Iterator[Moment]:
    """Yield the dates that lines of a page's text say that it was published on, in its order."""
    for element, parent in ((e, e.getparent()) for e in page.elements):
        for owner, text in ((element, element.text), (parent, element.tail)):
            if owner is None or owner.tag in _NOT_SHOWN or not text or not _SAID.search(text):
                continue
            moment = _read_said(line_of(owner, MAX_LINE_CHARS), language)
            if moment is not None and not is_apart(owner):
                yield moment


def opening_dates(page: Survey, language: str | None) -> Iterator[Moment]:
    """Yield the dates that paragraphs begin with: 'Leeds, 3 May 2021 - ', '(3 May 2021) '."""
    for paragraph in page.tagged("p")[:MAX_PARAGRAPHS]:
        beginning = _beginning(paragraph)
        opened = next(filter(None, (_opening(beginning, pattern) for pattern in SNIPPETS)), None)
        if opened is None or is_apart(paragraph):
            continue
        moment = parse_date(opened, origin="text:dateline", language=language)
        if moment is not None and moment.precision not in {"month", "year"}:
            yield moment


def _opening(beginning: str, pattern: re.Pattern[str]) -> str | None:
    """Return the date that a paragraph's beginning has as or in a dateline."""
    found = pattern.search(beginning)
    if found is None or not _BEFORE_DATE.fullmatch(beginning, 0, found.start()):
        return None
    behind = _BEHIND_BRACKET if "(" in beginning[: found.start()] else _BEHIND_DATE
    return found.group() if behind.match(beginning, found.end()) else None


def _beginning(paragraph: HtmlElement) -> str:
    """Return the first words of a paragraph that has a full line, else nothing."""
    text = ""
    for piece in paragraph.itertext():
        text += piece
        if len(text) > MAX_BEGINNING_CHARS:
            break
    text = " ".join(text.split())
    return text if len(text) >= MIN_PARAGRAPH_CHARS else ""


def _read_said(line: str, language: str | None) -> Moment | None:
    """Read the date beside the word for 'published' at a line's start, or where it says 'this entry'."""
    said = _SAID.search(line)
    if said is None:
        return None
    is_sentence = _OF_ITSELF.search(line) is not None
    if said.start() > MAX_BEFORE_CHARS and not is_sentence:
        return None
    for found in (match for pattern in SNIPPETS for match in pattern.finditer(line)):
        is_behind = 0 <= found.start() - said.end() <= MAX_BETWEEN_CHARS
        is_before = is_sentence and 0 <= said.start() - found.end() <= MAX_BETWEEN_CHARS
        if is_behind or is_before:
            moment = parse_date(found.group(), origin="text:published", language=language)
            if moment is not None and moment.precision not in {"month", "year"}:
                return moment
    return None


def _is_within(moment: Moment, month: Moment) -> bool:
    """Tell whether a day is in the month of an address, or close to it."""
    if moment.precision == "year":
        return moment.at.year == month.at.year
    return month.at - ROOM <= moment.at <= month.at + _LONGEST_MONTH + ROOM


def _as_far_as_shown(found: Moment, page: Survey, language: str | None) -> Moment:
    """Say a month where only that was found: htmldate writes its first day, or that of the year."""
    if found.at.day != 1:
        return found
    if found.at.month == 1:  # a copyright's year, mostly
        return replace(found, precision="year")
    is_shown = any(
        moment is not None and moment.precision == "day" and moment.at == found.at
        for line in _dated_lines(page, str(found.at.year))
        for pattern in SNIPPETS
        for match in pattern.finditer(line)
        for moment in (parse_date(match.group(), origin="text", language=language),)
    )
    return found if is_shown else replace(found, precision="month")


def _dated_lines(page: Survey, year: str) -> Iterator[str]:
    owners: dict[HtmlElement, None] = {}
    for element in page.elements:
        for owner, text in ((element, element.text), (element.getparent(), element.tail)):
            if owner is not None and text and year in text and owner.tag not in _NOT_SHOWN:
                owners[owner] = None
    for owner in owners:
        yield line_of(owner, MAX_LINE_CHARS)
