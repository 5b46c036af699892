"""Articles and problems as JSON values, for the command line and for measurements."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

from transforms.agencies import written_form
from transforms.dates import clock_offset
from transforms.reading_text import reading_text

if TYPE_CHECKING:
    from transforms.records import Article, Moment, Problem


def article_to_json(article: Article) -> dict[str, object]:
    """Return an article as a JSON object.

    ``text`` is what a reader reads, a paragraph a line: see `transforms.blocks.reading_text`;
    the warehouse's body is its paragraphs, headings, lists and quotations. ``authors`` names whom
    the page credits with the text as it writes them: people first, then desks and
    agencies of its byline; what each is stands in ``credits``. Of a ``published_at`` only as
    much is known as ``published_precision`` says: of ``month``, its first day is written.
    """
    return {
        "text": reading_text(article.blocks),
        "title": article.headline,
        "published_at": moment_to_iso(article.published),
        "published_precision": article.published.precision if article.published else None,
        "modified_at": moment_to_iso(article.modified),
        "authors": bylined(article),
        "language": article.language,
        "kind": article.kind,
        "kind_reason": article.kind_reason,
        "url": article.canonical_url,
        "kicker": article.kicker,
        "standfirst": article.standfirst,
        "section": article.section,
        "dateline": article.dateline,
        "is_paywalled": article.is_paywalled,
        "words": article.words,
        "blocks": [asdict(block) for block in article.blocks],
        "credits": [asdict(credit) for credit in article.credits],
        "tags": [tag.name for tag in article.tags],
        "doubts": [asdict(doubt) for doubt in article.doubts],
        "problem": None,
    }


def problem_to_json(problem: Problem) -> dict[str, object]:
    """Return a problem as a JSON object with an article's keys, empty."""
    return {
        "text": "",
        "title": None,
        "published_at": None,
        "authors": [],
        "language": None,
        "kind": None,
        "blocks": [],
        "credits": [],
        "problem": asdict(problem),
    }


def bylined(article: Article) -> list[str]:
    """Return whom the byline names: people, then the desks and agencies beside them."""
    origins = {"json-ld", "meta", "byline", "feed"}
    people = [credit for credit in article.credits if credit.role == "author"]
    beside = {credit.raw for credit in people}
    desks = [c for c in article.credits if c.role == "desk" and c.raw not in beside]
    agencies = [c for c in article.credits if c.role == "agency"]
    names = [credit.name for credit in people]
    names += [credit.name for credit in desks if credit.origin in origins]
    names += [written_form(c.raw, c.name) for c in agencies if c.origin in origins]
    return list(dict.fromkeys(names))


def moment_to_iso(moment: Moment | None) -> str | None:
    """Return a moment in ISO 8601: in the zone it was declared in, a mere day without a time."""
    if moment is None:
        return None
    if moment.precision not in {"second", "minute"}:
        return moment.at.date().isoformat()
    if not moment.has_zone:
        return moment.at.replace(tzinfo=None).isoformat()
    offset = clock_offset(moment) or timedelta(0)
    return moment.at.astimezone(timezone(offset) if offset else UTC).isoformat()
