"""From a record to the features that its rules test: plain values, computed once.

A feature that is None is absent in the source. Texts that quote what was found
are "" where nothing was. No feature holds a body: frames stay small.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from expectations.names import boilerplate_title, host_fault, name_fault, site_title
from expectations.texts import cover_fault, damage, markup, prose_share, repeated_share, text_size
from expectations.walls import wall_phrase
from expectations.wording import furniture, invisible, unrelated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from transforms.records import Article, ArticleKind, Doubt, Entry, Moment

Features = dict[str, object]

LEAST_SIZE = 200
"""The least an article's body holds: about forty words of English, seventy Chinese characters."""

LEAST_SIZE_OF_KIND: dict[ArticleKind, int] = {"flash": 20, "gallery": 40, "video": 40}
KINDS_WITHOUT_PROSE: frozenset[ArticleKind] = frozenset({"flash", "gallery", "video"})

UNZONED_HOURS = 14.0
"""How far ahead of UTC a day, or a time without a zone, may lie: UTC+14 is the easternmost zone."""

WEB_SCHEMES = ("http", "https")
UNKNOWN_LANGUAGES = frozenset({"", "und", "unknown", "mul", "zxx", "xx", "mis"})


def entry_features(entry: Entry, *, now: datetime) -> Features:
    """Return the features of an entry; ``now`` is aware."""
    title = entry.title or None
    url = entry.url or None
    scheme, path, query = _split(url)
    is_web = scheme in WEB_SCHEMES
    published = entry.published
    return {
        "identity": entry.guid or url,
        "url": url,
        "scheme": scheme if url else None,
        "host_fault": host_fault(url) if url and is_web else "" if url else None,
        "front_page": url if is_web and path in ("", "/") and not query else "",
        "title": title,
        "title_chars": len(title) if title else None,
        "title_boilerplate": boilerplate_title(title) if title else None,
        "title_damage": damage(title)[1] if title else None,
        "title_markup": markup(title)[-1] if title else None,
        "hours_after_seen": hours_after(published, entry.seen_at),
        "published_year": published.at.year if published else None,
        "published_shown": shown(published),
        "unreadable_date": "" if published or not entry.raw_published else entry.raw_published,
        "guid": entry.guid,
        "guid_chars": len(entry.guid) if entry.guid else None,
        "minutes_ahead": (entry.seen_at - now) / timedelta(minutes=1),
        "seen_shown": entry.seen_at.isoformat(),
    }


def article_features(article: Article, *, now: datetime) -> Features:
    """Return the features of an article; ``now`` is aware."""
    return {
        **_kind_features(article),
        **_body_features(article),
        **_headline_features(article.headline.strip(), article),
        **_date_features(article, now=now),
        "language": None if article.language.lower() in UNKNOWN_LANGUAGES else article.language,
        "language_conflict": doubt(article.doubts, "language_conflict"),
        "no_name": next(filter(None, map(name_fault, article.authors)), ""),
        "url": article.canonical_url,
        "host_fault": host_fault(article.final_url),
    }


def _kind_features(article: Article) -> Features:
    return {
        "kind": article.kind,
        "kind_shown": f"{article.kind}: {article.kind_reason}",
        "stub": f"teaser: {article.kind_reason}" if article.kind == "teaser" else "",
        "wall": wall_phrase(article.headline, article.body),
    }


def _body_features(article: Article) -> Features:
    body = article.body
    chars = max(1, len(body))
    size, least = text_size(body), LEAST_SIZE_OF_KIND.get(article.kind, LEAST_SIZE)
    damaged, damage_found = damage(body)
    tags, scripts, markup_found = markup(body)
    repeated, repeated_line = repeated_share(body)
    has_prose = article.kind not in KINDS_WITHOUT_PROSE
    return {
        "body_fill": size / least,
        "body_fill_shown": f"{size} characters of {least}",
        "prose_share": prose_share(article.blocks) if has_prose else None,
        "body_start": body[:400],
        "damage": damage_found,
        "damage_share": damaged / chars,
        "markup": markup_found,
        "tag_share": tags / chars,
        "script_share": scripts / chars,
        "furniture": furniture(article.blocks),
        "repeated_share": repeated,
        "repeated_line": repeated_line,
        "cover_fault": cover_fault(body, article.blocks),
    }


def _headline_features(headline: str, article: Article) -> Features:
    return {
        "headline": headline or None,
        "headline_site": site_title(headline, article.source_id) or boilerplate_title(headline)
        if headline
        else None,
        "headline_unrelated": unrelated(headline, article.body) if headline else None,
        "invisible": invisible(headline, article.body),
        "headline_damage": damage(headline)[1] or markup(headline)[-1] if headline else None,
    }


def _date_features(article: Article, *, now: datetime) -> Features:
    published = article.published
    return {
        "published": shown(published),
        "hours_after_fetch": hours_after(published, article.fetched_at),
        "published_year": published.at.year if published else None,
        "date_contradicted": doubt(article.doubts, "date_contradicted_by_text"),
        "date_conflict": doubt(article.doubts, "date_conflict"),
        "minutes_ahead": (article.fetched_at - now) / timedelta(minutes=1),
        "fetched_shown": article.fetched_at.isoformat(),
    }


def hours_after(moment: Moment | None, seen_at: datetime) -> float | None:
    """Return by how many hours a declared date lies after a time of ours, at the least.

    A day, or a time without a zone, counts from the zone in which it began first.
    """
    if moment is None:
        return None
    is_exact = moment.has_zone and moment.precision in ("second", "minute")
    return (moment.at - seen_at) / timedelta(hours=1) - (0.0 if is_exact else UNZONED_HOURS)


def shown(moment: Moment | None) -> str | None:
    """Return a date as a hit quotes it: as read, as written, and where."""
    if moment is None:
        return None
    return f"{moment.at.isoformat()} (from {moment.raw!r} in {moment.origin})"


def doubt(doubts: Sequence[Doubt], code: str) -> str:
    """Return the detail of the first doubt of a code, "" where there is none."""
    return next((item.detail or item.code for item in doubts if item.code == code), "")


def _split(url: str | None) -> tuple[str, str, str]:
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return "", "", ""
    return parts.scheme.lower(), parts.path, parts.query
