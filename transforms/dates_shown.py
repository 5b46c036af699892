"""Dates that a page shows: time elements, microdata, marked lines, the lines around its headline.

Those of comments, teasers and sidebars speak of something else, and are not read.
"""
# ruff: noqa: RUF001, E501 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from transforms.dates import parse_date
from transforms.surroundings import around_headline, headline_holders, is_apart, line_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator

    from lxml.html import HtmlElement

    from transforms.records import Moment
    from transforms.survey import Survey

HEADLINE_ORIGIN = "text:headline"
MAX_TIMES = 40
MAX_MARKED = 30
MAX_MARKED_CHARS, MAX_LINE_CHARS = 160, 80
MAX_FOUND, MAX_FOUND_BESIDE = 3, 2
_Group = Literal["published", "other", "modified"]
_PROPERTIES = ("datePublished", "dateModified", "dateCreated")
_PUBLISHED_WORDS = re.compile(r"publi|pub-?date|posted|created|entry-date|dateline|byline|timestamp|article|datum|date|time|fecha|veroeff|erschienen", re.IGNORECASE)  # fmt: skip
_MODIFIED_WORDS = re.compile(r"modif|updat|aktuali|edit|mise-a-jour|actualiz", re.IGNORECASE)
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|datum|data|fecha|time|timestamp|datetime|publish(?:ed)?|posted|pubdate|"
    r"dateline|byline|meta|info)(?:$|[\s_-])|(?:post|entry|article|publish|pub|news|create)[_-]?(?:date|time|meta|info)|"
    r"[a-z](?:Date|Time|Datum|Published)(?:$|[\s_-])",
    re.IGNORECASE,
)
_DATE_HINTS = ("date", "Date", "datum", "Datum", "data", "fecha", "time", "Time", "publish", "Publish", "posted", "meta", "info", "byline")  # fmt: skip
_ERA = r"(?:令和|平成|民[国國])\s?(?:\d{1,3}|元)"
_YEAR = re.compile(rf"(?<!\d)\d{{4}}(?!\d)|{_ERA}年|\d{{1,2}}\.\d{{1,2}}\.\d\d(?!\d)")
_SENTENCE = re.compile(r"(?:\S+\s+){7,}[^\s\d]{2,}[.!?]$")  # seven words and a full stop
_OF_OTHERS = re.compile(  # of a writer of comments or posts
    r"\b(?:joined|registered|registriert|member since|mitglied seit|dabei seit|inscrit|registrado|зарегистрирован)\b",
    re.IGNORECASE,
)
_CLOCK = r"(?:[\s,|·–—-]{1,4}(?:um|at|à|às|a las|kl\.?|alle|о|в)?\s*\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\.?)?)?"
SNIPPETS = tuple(
    re.compile(pattern + _CLOCK, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:19|20)\d\d(?!\d)",
        rf"(?:(?<!\d)(?:19|20)\d\d|{_ERA})\s?[年년./-]\s?\d{{1,2}}\s?[月월./-]\s?\d{{1,2}}(?!\d)\s?[日일]?",
        r"(?<!\d)\d{1,2}(?:\.|st|nd|rd|th|er|º)?\s(?:de\s|of\s|di\s)?[^\W\d_]{3,12}\.?,?\s(?:de[l]?\s)?(?:19|20)\d\d(?!\d)",
        r"[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d(?!\d)",
    )
)


def marked_dates(
    page: Survey, headline: str, language: str | None
) -> tuple[list[Moment], list[Moment]]:
    """Read time elements and microdata: published ones (those named so first), modified ones.

    Time elements around the headline come before those elsewhere on the page.
    """
    found: dict[_Group, list[Moment]] = {"published": [], "other": [], "modified": []}
    around = headline_holders(page, headline)
    has_choice = len(page.by_tag.get("time", ())) > 1
    near = set(around_headline(page, headline)) if has_choice else set()
    for element in _marked(page, near):
        group = _group_of(element, near)
        if len(found[group]) == (MAX_FOUND if group == "published" else MAX_FOUND_BESIDE):
            continue
        raw = element.get("datetime") or element.get("content") or element.text_content()
        origin = f"markup:{element.get('itemprop') or element.tag}"
        moment = parse_date(raw.strip(), origin=origin, language=language) if raw else None
        if moment is not None and not is_apart(element, around):
            found[group].append(moment)
    return [*found["published"], *found["other"]], found["modified"]


def _group_of(element: HtmlElement, near: Container[HtmlElement]) -> _Group:
    """Tell what a marked date is of, by its property, its class, or the headline beside it."""
    prop, pubdate = element.get("itemprop") or "", element.get("pubdate")
    words = f"{prop} {element.get('class') or ''} {pubdate or ''}"
    if _MODIFIED_WORDS.search(words):
        return "modified"
    is_named = prop == "datePublished" or pubdate is not None or element in near
    return "published" if is_named or _PUBLISHED_WORDS.search(words) else "other"


def searched_dates(page: Survey, headline: str, language: str | None) -> list[Moment]:
    """Search lines marked as a date, then the lines around the headline: the first that has one."""
    marked = page.classed(_DATE_CLASS, _DATE_HINTS)[:MAX_MARKED]
    around = headline_holders(page, headline)
    found = _first_dated(marked, "markup:class", language, MAX_MARKED_CHARS, around)
    return found or headline_dates(page, headline, language)


def headline_dates(page: Survey, headline: str, language: str | None) -> list[Moment]:
    """Search the lines around the headline: the first that has a date."""
    lines, around = around_headline(page, headline), headline_holders(page, headline)
    return _first_dated(lines, HEADLINE_ORIGIN, language, MAX_LINE_CHARS, around)


def _first_dated(
    elements: Iterable[HtmlElement],
    origin: str,
    language: str | None,
    max_chars: int,
    around: Collection[HtmlElement],
) -> list[Moment]:
    for element in elements:
        if _MODIFIED_WORDS.search(element.get("class") or ""):
            continue
        found = _read_line(element, origin, language, max_chars)
        if found is not None and not is_apart(element, around):
            return [found]
    return []


def _marked(page: Survey, near: Container[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the elements with a date's property in the order of trust, then time elements.

    A time in a quoted post is that of another text.
    """
    seen: set[int] = set()
    for prop in _PROPERTIES:
        for place in page.by_itemprop.get(prop, ())[:MAX_TIMES]:
            seen.add(place)
            yield page.elements[place]
    times = [page.elements[p] for p in page.by_tag.get("time", ()) if p not in seen]
    for element in sorted(times, key=lambda element: element not in near)[:MAX_TIMES]:
        if next(element.iterancestors("blockquote"), None) is None:
            yield element


def _read_line(
    element: HtmlElement, origin: str, language: str | None, max_chars: int
) -> Moment | None:
    """Read the date in a short line, alone or among words; its year must be written out."""
    text = line_of(element, max_chars)
    if not _YEAR.search(text) or _SENTENCE.match(text) or _OF_OTHERS.search(text):
        return None
    snippets = sorted(
        (found.start(), found.group()) for p in SNIPPETS for found in p.finditer(text)
    )
    if element.tag == "a" and text not in {snippet for _, snippet in snippets}:
        return None  # the title of another page
    for raw in (*(snippet for _, snippet in snippets), text):
        moment = parse_date(raw, origin=origin, language=language)
        if moment is not None and moment.precision not in {"year", "month"}:
            return moment
    return None
