"""What the address of a page says of it: a front page, a section, a story.

Only shapes and words that sites have in common are read; no host is known here.
"""
# ruff: noqa: E501 (patterns, one a line)

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

STORY_WORDS = 4
"""A segment of so many words is a headline's."""

_WEB = ("http", "https")
_LOCALE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?|global|intl|international|www", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|home|homepage|default|start(?:seite)?)(?:\.\w{2,5})?", re.IGNORECASE)
_ENDING = re.compile(r"\.[a-z]\w{1,4}$", re.IGNORECASE)
_PARTS = re.compile(r"[-_+ .,~!]+")
_NUMBER = re.compile(r"\d{4,}")
_NUMBER_ASKED = re.compile(r"=\d{4,}(?:&|$)")
_STORY_ASKED = re.compile(r"(?:^|[&;])\w+=[a-z]+(?:-[a-z]+){3}|(?:^|[&;])(?:p|\w*id|post|story|article|topic|t|thread|nr|no|seq\w*)=[\w-]*\d|^\d+$", re.IGNORECASE)  # fmt: skip
_ARCHIVED = re.compile(r"/(?=https?:/{1,2})")

# What groups pages by subject: the page that lists them is the next segment, or this one.
_SUBJECTS = frozenset(
    (  # noqa: SIM905 (easier to read)
        "tag tags topic topics thema themen subject subjects section sections rubrik rubriken"
        " label labels series list lists search suche hashtag etiqueta etiquetas sujet archive"
        " archives author authors autor autoren trending latest newest page collection"
        " collections ranking rankings show shows podcast podcasts"
    ).split()
)
# What groups wares and shelves: everything below is one.
_SHELVES = frozenset(
    (  # noqa: SIM905 (easier to read)
        "category categories categoria categorias categorie kategorie kategorien cat c d shop"
        " shopping store browse market catalog catalogs catalogue catalogues directory"
        " department departments clearance product products produkt produkte produits"
        " productos prodotti"
    ).split()
)
_GROUPS = frozenset({"category", "categories", "kategorie", "kategorien", "catalog", "catalogue"})
# What an index is called: the last segment, or the last word of a short one.
_INDEXES = frozenset(
    (  # noqa: SIM905 (easier to read)
        "news blog blogs articles stories posts press releases events videos podcasts"
        " episodes reviews recipes guides courses classes programs programmes certificates"
        " jobs careers issues publications reports books shows shop store products deals"
        " coupons rankings standings schedule resources library learn nachrichten artikel"
        " meldungen aktuelles veranstaltungen rezepte actualites actualités noticias notizie"
        " artigos recetas receitas novosti новости nieuws nyheter catalog category archive"
        " archives directory newest trending latest topics tags categories collections trails"
        " photos galleries magazine forms lists"
    ).split()
)
_SHORT_SEGMENT = 3  # words
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """An address, read. ``words``: of its wordiest segment; ``last_words``: of its last."""

    path: str
    host: str
    query: str = ""
    is_front: bool = False
    is_section: bool = False
    words: int = 0
    last_words: int = 0
    has_number: bool = False  # of four digits or more, as the ids and dates of stories are

    @property
    def is_known(self) -> bool:
        """Tell whether there is an address at all: pages from files have none."""
        return bool(self.host)


@lru_cache(maxsize=64)
def read_address(url: str) -> Address:
    """Read an address; one that is none of the web's says nothing. Never raises."""
    try:
        parts = urlsplit(_ARCHIVED.split(url)[-1])
        host = parts.hostname or ""
    except ValueError:
        return Address("", "")
    if parts.scheme not in _WEB or not host:
        return Address("", "")
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    while segments and _LOCALE.fullmatch(segments[0]):
        del segments[0]
    while segments and _INDEX.fullmatch(segments[-1]):
        del segments[-1]
    counts = [words_of(segment) for segment in segments]
    asks = _STORY_ASKED.search(parts.query) is not None
    return Address(
        path=parts.path,
        host=host,
        query=parts.query,
        is_front=not segments and not asks,
        is_section=not asks and _is_section([segment.lower() for segment in segments], counts),
        words=max(counts, default=0),
        last_words=counts[-1] if counts else 0,
        has_number=any(_NUMBER.search(segment) for segment in segments)
        or _NUMBER_ASKED.search(parts.query) is not None,
    )


def words_of(segment: str) -> int:
    """Count the words of a segment; a script without spaces has one every two characters."""
    if _CJK.search(segment):
        return len(segment) // 2
    words = _PARTS.split(_ENDING.sub("", segment))
    return sum(len(word) > 1 and word.isalpha() for word in words)


def _is_section(segments: list[str], counts: list[int]) -> bool:
    if not segments:
        return False
    if any(name in _SHELVES or _last_word(name) in _GROUPS for name in segments):
        return max(counts) <= STORY_WORDS
    if any(name in _SUBJECTS for name in segments[-2:]):
        return counts[-1] <= STORY_WORDS
    return _last_word(segments[-1]) in _INDEXES


def _last_word(segment: str) -> str:
    """Return the last word of a segment of at most three, "" of a longer one."""
    words = _PARTS.split(_ENDING.sub("", segment))
    return words[-1] if len(words) <= _SHORT_SEGMENT else ""
