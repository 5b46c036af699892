"""Articles and problems as JSON values, for the command line and for measurements."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from transforms.blocks import reading_text

if TYPE_CHECKING:
    from datetime import tzinfo

    from transforms.records import Article, Moment, Problem


def article_to_json(article: Article) -> dict[str, object]:
    """Return an article as a JSON object.

    ``text`` is what a reader reads, a paragraph a line: see `transforms.blocks.reading_text`;
    the warehouse's body is its paragraphs, headings, lists and quotations. ``authors`` names whom
    the page credits with the text as it writes them: people first, then desks and
    agencies of its byline; what each is stands in ``credits``.
    """
    return {
        "text": reading_text(article.blocks),
        "title": article.headline,
        "published_at": moment_to_iso(article.published),
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
    others = [c for c in article.credits if c.role in {"desk", "agency"} and c.origin in origins]
    names = [c.name if c.role != "agency" else _as_written(c.raw, c.name) for c in people + others]
    return list(dict.fromkeys(names))


def moment_to_iso(moment: Moment | None) -> str | None:
    """Return a moment in ISO 8601: in the zone it was declared in, a mere day without a time."""
    if moment is None:
        return None
    if moment.precision not in {"second", "minute"}:
        return moment.at.date().isoformat()
    if not moment.has_zone:
        return moment.at.replace(tzinfo=None).isoformat()
    return moment.at.astimezone(_zone(moment)).isoformat()


def _zone(moment: Moment) -> tzinfo:
    """Return the offset that an ISO string declares; UTC where it is in another form."""
    try:
        declared = datetime.fromisoformat(moment.raw.strip())
    except ValueError:
        return UTC
    offset = declared.utcoffset()
    return timezone(offset) if offset and abs(offset) < timedelta(days=1) else UTC


def _as_written(raw: str, name: str) -> str:
    """Return an agency's byline where it stands alone, else its full name."""
    return raw if len(raw) <= len(name) and "," not in raw else name
