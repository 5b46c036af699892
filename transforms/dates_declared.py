"""When a page says it was published: in JSON-LD, meta elements and markup, its feed, its URL."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from transforms.dates import parse_date
from transforms.dates_shown import marked_dates
from transforms.metadata import types_of
from transforms.records import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transforms.metadata import Metadata
    from transforms.page_source import PageSource

PAGE_ORIGIN = "json-ld:WebPage"
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "AboutPage", "FAQPage", "MedicalWebPage"})
_DAY_FIRST_COUNTRIES = {"uk": "gb", **{code: code for code in ("ie", "au", "nz", "in", "za", "pk")}}
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date",
    "dcterms.issued", "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date",
    "publication_date", "article.published", "cxenseparse:recs:publishtime", "published_at",
    "cxenseparse:publishtime", "vr:published_time", "article:publish_time", "published-date",
    "last-modified-date", "ptime", "weibo:article:create_at", "article_date_original",
    "originalpublicationdate", "bt:pubdate", "published_time", "rnews:datepublished", "displaydate",
    "citation_publication_date", "citation_online_date", "prism.publicationdate",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "article:modified", "revision_date", "updated_time",
)  # fmt: skip
_URL_DATE = re.compile(
    r"(?<!\d)(?P<year>20[0-4]\d|199\d)(?P<sep>[/_.-]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?P<year2>20[0-4]\d|199\d)/(?P<month2>[1-9]|1[0-2])/(?P<day2>[1-9]|[12]\d|3[01])(?=/|$)"
)


def declared_dates(
    source: PageSource, headline: str, language: str | None
) -> tuple[list[Moment], list[Moment]]:
    """Return the candidates for the time of publication and of the last change, all origins.

    What a page declares of itself, not of its article, counts where nothing else is declared.
    """
    metadata, entry = source.metadata, source.entry
    node = metadata.article
    published = _read((("json-ld:datePublished", _strings(node.get("datePublished"))),), language)
    published += _read(_meta_values(metadata, _PUBLISHED_META), language)
    if entry is not None and entry.published is not None:
        published.append(entry.published)
    in_markup, modified_in_markup = marked_dates(source.survey, headline, language)
    published += in_markup
    if (in_url := url_date(source.url)) is not None:
        published.append(in_url)
    if not published:
        raw = _strings(node.get("dateCreated")) + _strings(node.get("uploadDate"))
        published += _read((("json-ld:dateCreated", raw),), language)
    if not published:
        published += _read(((PAGE_ORIGIN, _of_page(metadata)),), language)
    modified = _read((("json-ld:dateModified", _strings(node.get("dateModified"))),), language)
    modified += _read(_meta_values(metadata, _MODIFIED_META), language)
    return _once(published), _once(modified + modified_in_markup)


def date_language(declared: str | None, tag: str | None, host: str) -> str | None:
    """Return the language (BCP 47) that decides how a page writes 07/09/2024.

    English alone decides nothing: the host's country does, else the page's own tag.
    """
    if declared != "en":
        return declared
    country = host.rpartition(".")[2]
    if country in _DAY_FIRST_COUNTRIES:
        return f"en-{_DAY_FIRST_COUNTRIES[country]}"
    return tag if tag and tag.lower().startswith("en") else declared


def url_date(url: str) -> Moment | None:
    """Return the day that stands in a URL's path, as in /2022/01/13/ or -20220113."""
    path = url.split("://", 1)[-1].partition("/")[2].partition("?")[0].partition("#")[0]
    for match in _URL_DATE.finditer(path):
        if match["year"] and not match["sep"] and not _stands_alone(path, match):
            continue
        year, month, day = (
            int(match[name] or match[f"{name}2"]) for name in ("year", "month", "day")
        )
        try:
            at = datetime(year, month, day, tzinfo=UTC)
        except ValueError:
            continue
        return Moment(at=at, precision="day", has_zone=False, raw=match.group(), origin="url")
    return None


def _stands_alone(path: str, match: re.Match[str]) -> bool:
    before, after = path[: match.start()][-1:], path[match.end() :][:1]
    return not before.isalnum() and not after.isalnum()


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return []


def _of_page(metadata: Metadata) -> list[str]:
    """Return when the page was published by the JSON-LD of a page that is called no article."""
    pages = (node for node in metadata.nodes if _PAGE_TYPES & set(types_of(node)))
    return [raw for node in pages for raw in _strings(node.get("datePublished"))][:1]


def _meta_values(metadata: Metadata, names: Sequence[str]) -> list[tuple[str, list[str]]]:
    return [(f"meta:{name}", [metadata.meta[name][0]]) for name in names if metadata.meta.get(name)]


def _read(values: Iterable[tuple[str, Iterable[str]]], language: str | None) -> list[Moment]:
    return [
        moment
        for origin, raws in values
        for raw in raws
        if (moment := parse_date(raw, origin=origin, language=language)) is not None
    ]


def _once(moments: Iterable[Moment]) -> list[Moment]:
    return list(dict.fromkeys(moments))
