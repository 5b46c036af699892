"""The headline as the reader sees it, chosen among all that a page and its feed call it."""
# ruff: noqa: RUF001 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.metadata import Metadata, plain, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from transforms.survey import Survey

MIN_SHARED_WORDS = 0.5
MAX_HEADLINE_CHARS = 400
MIN_SITE_CHARS = 4
_SITE_SEPARATOR = re.compile(
    r"\s+[|·•»›–—-]+\s+|\s*[|｜]\s*|\s*::\s*|：(?=[^：]{2,12}$)|--|(?<=\S)_(?=[^_]{2,12}$)"
)
_WORD = re.compile(r"\w+")
_ELLIPSIS = re.compile(r"\s*(?:\.{3}|…)\s*$")
_KICKER = re.compile(
    r"(?:^|[\s_-])(?:kicker|overline|dachzeile|spitzmarke|roofline|topline|eyebrow|surtitle|"
    r"sur-?titre|antetitulo|antet[ií]tulo|cintillo|chapeu|vignette|supertitle)(?:$|[\s_-])",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    {"home", "homepage", "news", "startseite", "article", "artikel", "index", "404"}
)
_TITLE_PARTS = 2


@dataclass(frozen=True, slots=True)
class Title:
    """The chosen headline, where it was read, and the kicker above it."""

    headline: str
    origin: str
    kicker: str | None = None
    candidates: tuple[str, ...] = ()  # all that the page calls itself


def site_names(metadata: Metadata, host: str) -> tuple[str, ...]:
    """Return the names under which the outlet itself appears."""
    publisher = metadata.article.get("publisher")
    name = text_of(publisher) if publisher else None
    label = host.removeprefix("www.")
    declared = (metadata.first("og:site_name"), name, metadata.first("application-name"))
    short = label.split(".", 1)[0]
    return tuple(dict.fromkeys(found for found in (*declared, label, short) if found))


def choose_title(
    page: Survey,
    metadata: Metadata,
    *,
    sites: Sequence[str],
    entry_title: str | None = None,
    shared: Callable[[Sequence[str]], Collection[str]] | None = None,
) -> Title | None:
    """Choose the headline; None where neither page nor feed has one.

    ``shared`` tells which of some texts other pages of the outlet are called by, too: those
    name the outlet or a section, unless the page agrees on one.

    The declared headline (JSON-LD) is believed, but for one cut short; without it the
    first-rank heading that agrees with what the page calls itself elsewhere.
    """
    titles = _read_titles(page, metadata, sites)
    names = titles.texts()
    if shared is not None and (known := set(shared(names)) - titles.agreed()):
        found = _read_titles(page, metadata, [*sites, *known])
        titles = found.without_headings(known).or_else(titles)
    chosen = _chosen(titles, plain(entry_title or ""))
    if chosen is None and entry_title:
        chosen = plain(entry_title), "feed"
    if chosen is None:
        return None
    text, origin = chosen
    return Title(text[:MAX_HEADLINE_CHARS], origin, _kicker(page, text), names)


@dataclass(frozen=True, slots=True)
class _Titles:
    """What a page calls itself: in JSON-LD, to social media, in its title, in its headings."""

    declared: str
    shown: str
    called: str
    headings: tuple[str, ...]

    def texts(self) -> tuple[str, ...]:
        """Return all titles, and the parts of them that may be names."""
        titles = dict.fromkeys(filter(None, (self.declared, self.shown, self.called)))
        parts = [part for title in titles for part in _SITE_SEPARATOR.split(title)[1:]]
        return tuple(dict.fromkeys([*titles, *self.headings, *filter(None, parts)]))

    def agreed(self) -> set[str]:
        """Return the titles that stand in two places."""
        folded = [_fold(text) for text in (self.declared, self.shown, self.called)]
        folded += {_fold(heading) for heading in self.headings}
        return {text for text in self.texts() if folded.count(_fold(text)) > 1}

    def without_headings(self, known: Collection[str]) -> _Titles:
        """Return them without some headings."""
        return replace(self, headings=tuple(text for text in self.headings if text not in known))

    def or_else(self, other: _Titles) -> _Titles:
        """Return these titles, or others where these are none."""
        return self if any((self.declared, self.shown, self.called, self.headings)) else other


def _read_titles(page: Survey, metadata: Metadata, sites: Sequence[str]) -> _Titles:
    return _Titles(
        declared=without_site(text_of(metadata.article.get("headline")) or "", sites),
        shown=without_site(metadata.first("og:title", "twitter:title") or "", sites),
        called=without_site(metadata.title or "", sites),
        headings=tuple(_headings(page)),
    )


def without_site(title: str, sites: Sequence[str]) -> str:
    """Drop the outlet's name (and a section before it) from the end or start of a title."""
    names = {_fold(name) for name in sites}
    text = plain(title)
    prefix, colon, rest = text.partition(":")
    if colon and rest[:1].isspace() and _fold(prefix) in names:
        text = rest.strip()
    for _ in range(_TITLE_PARTS):
        cuts = list(_SITE_SEPARATOR.finditer(text))
        if not cuts:
            break
        tail, head = text[cuts[-1].end() :], text[: cuts[0].start()]
        if _is_site(tail, names):
            text = text[: cuts[-1].start()].strip()
        elif _is_site(head, names):
            text = text[cuts[0].end() :].strip()
        else:
            break
    return "" if _fold(text) in names or text.casefold() in _GENERIC else text


def _chosen(titles: _Titles, entry_title: str) -> tuple[str, str] | None:
    declared, shown, page = titles.declared, titles.shown, titles.called
    headings = titles.headings
    heading = _agreeing(headings, [t for t in (declared, shown, page, entry_title) if t])
    if declared and not _is_cut(declared, [*headings, shown]):
        return declared, "json-ld"
    if heading:
        return heading, "h1"
    if shown:
        whole = _whole(shown, [*headings, page])
        return (whole, "title") if whole else (shown, "og:title")
    if len(headings) == 1:
        return headings[0], "h1"
    if page:
        return page, "title"
    return (headings[0], "h1") if headings else None


def _agreeing(headings: Sequence[str], known: Sequence[str]) -> str | None:
    """Return the heading that shares most words with what the page is called elsewhere."""
    best = max(
        (
            (share, heading)
            for heading in headings
            for text in known
            if (share := _shared(heading, text))
        ),
        default=(0.0, ""),
        key=lambda pair: pair[0],
    )
    return best[1] if best[0] >= MIN_SHARED_WORDS else None


def _shared(first: str, second: str) -> float:
    one, two = _words(first), _words(second)
    return (
        len(one & two) / min(len(one), len(two))
        if len(one) > 1 and len(two) > 1
        else float(_fold(first) == _fold(second))
    )


def _words(text: str) -> set[str]:
    folded = text.casefold()
    spaced = set(_WORD.findall(folded))
    return spaced if len(spaced) > 1 else set(folded)


def _is_cut(title: str, others: Sequence[str]) -> bool:
    return _whole(title, others) is not None


def _whole(title: str, others: Sequence[str]) -> str | None:
    """Return the title of which this one, ending in an ellipsis, is the start."""
    start = _ELLIPSIS.sub("", title)
    if start == title:
        return None
    return next(
        (text for text in others if len(text) > len(start) and text.startswith(start)), None
    )


def _headings(page: Survey) -> list[str]:
    found = (plain(" ".join(element.itertext())) for element in page.tagged("h1"))
    return list(dict.fromkeys(text for text in found if 1 < len(text) <= MAX_HEADLINE_CHARS))


def _kicker(page: Survey, headline: str) -> str | None:
    """Return the line above the headline, told by the words of its class."""
    for heading in page.tagged("h1", "h2"):
        if _fold(heading.text_content())[:30] != _fold(headline)[:30]:
            continue
        beside = [*heading.iterdescendants("span", "small"), *heading.itersiblings(preceding=True)]
        for element in beside:
            if isinstance(element.tag, str) and _KICKER.search(element.get("class") or ""):
                text = plain(element.text_content())
                if 1 < len(text) <= 100 and _fold(text) != _fold(headline):  # noqa: PLR2004 (a kicker is short)
                    return text
        break
    return None


def _is_site(part: str, names: set[str]) -> bool:
    folded = _fold(part)
    return folded in names or any(
        len(name) >= MIN_SITE_CHARS
        and (folded.startswith(name) or folded.endswith(name))
        and len(folded) <= len(name) + 12
        for name in names
    )


def _fold(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))
