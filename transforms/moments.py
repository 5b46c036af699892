"""When a page was published: of all candidates one is chosen, and conflicts are told.

Order of trust: JSON-LD, meta elements, the feed, the page's markup, its URL,
and only then a search in its text. No date later than the fetch is believed.
"""
# ruff: noqa: RUF001 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from transforms.dates_shown import HEADLINE_ORIGIN
from transforms.local_clock import on_local_clock
from transforms.records import Doubt, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

FUTURE = timedelta(days=1)
CONFLICT = timedelta(days=1)
EARLIEST_YEAR = 1990
MAX_TEXT_CHARS = 5_000  # of one paragraph
_ORDER = ("json-ld", "meta", "feed", "markup", "url", "text")
_VAGUE = frozenset(
    {"meta:date", "meta:dc.date", "meta:dcterms.date", "meta:dcterms.created", "meta:ptime"}
)
_PAST_YEAR = re.compile(
    r"\b(?:pictured|seen|shown|photographed|taken|file (?:photo|picture|image)|archive?d?|held|"
    r"aufgenommen|Archiv(?:bild|foto)?|zu sehen|photographié\w*|en la imagen|imagen de archivo|"
    r"foto d['’]archivio|снят\w*|фото|архив\w*|arşiv)\b[^.;!?]{0,60}?\b(?P<year>20[0-4]\d)\b"
    r"|\b(?P<was>was|were|had|wurde\w*|war|waren|fut|était|fue|era|был[аио]?)\b[^.;!?]{0,80}?"
    r"\b(?:in|im Jahr|en|im|в)\s+(?:[^\W\d_]+\s+)?(?P<year2>20[0-4]\d)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"20[0-4]\d")
_FUTURE_WORDS = re.compile(
    r"\b(?:will|would|by|until|planned|expected|scheduled|forecast|target|soll\w*|wird|werden|bis|"
    r"geplant|prévu|d'ici|para|hasta|previsto|к|до|план\w*|будет)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of a page's dates."""

    published: Moment | None
    modified: Moment | None
    candidates: tuple[Moment, ...]
    doubts: tuple[Doubt, ...]


def choose(
    published: Sequence[Moment],
    modified: Sequence[Moment],
    *,
    fetched_at: datetime,
    learned: Moment | None = None,
    host: str = "",
) -> Published:
    """Choose the time of publication and of the last change; tell what contradicts.

    ``learned`` is what stands where the outlet's pages have their date: it is asked where
    nothing is declared, and decides between declarations that contradict each other.
    ``host`` is the page's: its country has a clock and a calendar.
    """
    if learned is not None and not any(map(_is_declared, published)):
        published = [learned, *published]
    latest = fetched_at + FUTURE
    plausible = [moment for moment in published if _is_plausible(moment, latest)]
    chosen = _first(plausible)
    if learned is not None and chosen is not None and abs(learned.at - chosen.at) > CONFLICT:
        agreeing = [m for m in plausible if _is_declared(m) and m.at.date() == learned.at.date()]
        chosen = min(agreeing, key=_rank, default=chosen)
    changed = [moment for moment in modified if _is_plausible(moment, latest)]
    last = min(changed, key=_rank, default=None)
    if chosen is not None and last is not None and last.at < chosen.at - CONFLICT:
        last = None
    doubts = tuple(_doubts(published, plausible, chosen, latest))
    local = on_local_clock(chosen, plausible, host) if chosen is not None else None
    return Published(local, last, tuple(published), doubts)


def contradicted_by_text(
    published: Moment | None, texts: Iterable[str], latest: datetime
) -> Doubt | None:
    """Tell of a year in a past context that is later than the declared year: the date is wrong."""
    if published is None:
        return None
    for text in texts:
        if not any(published.at.year < int(year) for year in _YEAR.findall(text)):
            continue
        for match in _PAST_YEAR.finditer(text[:MAX_TEXT_CHARS]):
            year = int(match["year"] or match["year2"])
            if published.at.year < year <= latest.year and not _FUTURE_WORDS.search(match.group()):
                return Doubt(
                    code="date_contradicted_by_text",
                    detail=f"published {published.at.date()} ({published.origin}), "
                    f"the text speaks of {year} as past: {match.group()[:120]!r}",
                )
    return None


def _doubts(
    published: Sequence[Moment],
    plausible: Sequence[Moment],
    chosen: Moment | None,
    latest: datetime,
) -> Iterable[Doubt]:
    for moment in published:
        if moment.at > latest:
            yield Doubt(code="date_in_future", detail=f"{moment.raw} ({moment.origin})")
            break
    if chosen is None:
        return
    for moment in plausible:
        if moment.origin.startswith("markup"):  # a page shows many dates: not each speaks of it
            continue
        room = (
            CONFLICT
            if moment.precision in {"second", "minute"} == {chosen.precision}
            else 2 * CONFLICT
        )
        if abs(moment.at - chosen.at) > room and moment.precision not in {"month", "year"}:
            detail = f"{chosen.raw} ({chosen.origin}) against {moment.raw} ({moment.origin})"
            yield Doubt(code="date_conflict", detail=detail)
            return


def is_vague(published: Sequence[Moment]) -> bool:
    """Tell whether no more is declared than a meta element's 'date', of whatever it be.

    Many systems write there when a file was made or saved.
    """
    first = min(published, key=_rank, default=None)
    return first is not None and _is_vague(first, published)


def _is_vague(moment: Moment, candidates: Iterable[Moment]) -> bool:
    others = (m for m in candidates if m.origin.partition(":")[0] not in {"meta", "text"})
    return moment.origin in _VAGUE and moment.at.date() not in {m.at.date() for m in others}


def _first(plausible: Sequence[Moment]) -> Moment | None:
    """Return the most trusted moment; what stands by the headline before a vague declaration."""
    first = min(plausible, key=_rank, default=None)
    if first is None or not _is_vague(first, plausible):
        return first
    return next((moment for moment in plausible if moment.origin == HEADLINE_ORIGIN), first)


def _is_declared(moment: Moment) -> bool:
    return moment.origin.partition(":")[0] in {"json-ld", "meta", "feed"}


def agreed_day(when: Published) -> date | None:
    """Return the day of publication where two kinds of source declare it."""
    if when.published is None or when.published.precision in {"month", "year"}:
        return None
    day = when.published.at.date()
    same = (moment for moment in when.candidates if moment.at.date() == day)
    kinds = {moment.origin.partition(":")[0] for moment in same}
    return day if len(kinds & {"json-ld", "meta", "feed", "url"}) > 1 else None


def _rank(moment: Moment) -> tuple[int, int]:
    kind = moment.origin.partition(":")[0]
    coarse = moment.precision in {"month", "year"}
    return (int(coarse), _ORDER.index(kind) if kind in _ORDER else len(_ORDER))


def _is_plausible(moment: Moment, latest: datetime) -> bool:
    return moment.at.year >= EARLIEST_YEAR and moment.at <= latest
