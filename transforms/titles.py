"""The headline as the reader sees it, chosen among all that a page and its feed call it."""
# ruff: noqa: RUF001 (patterns in several scripts, one a line)

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.headings import UNSPACED, shown_text
from transforms.mastheads import fold, is_masthead, parts_of, without_site
from transforms.metadata import Metadata, plain, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from transforms.survey import Survey

MIN_SHARED_WORDS = 0.5
MAX_HEADLINE_CHARS = 400
MAX_KICKER_CHARS = 100
MIN_HEADLINE_WORDS = 3  # of what is left when a kicker is taken off
_WORD = re.compile(r"\w+")
_ELLIPSIS = re.compile(r"\s*(?:\.{3}|…)\s*$")
_KICKER = re.compile(
    r"(?:^|[\s_-])(?:kicker|overline|dachzeile|spitzmarke|roofline|topline|eyebrow|surtitle|"
    r"sur-?titre|antetitulo|antet[ií]tulo|cintillo|chapeu|vignette|supertitle)(?:$|[\s_-])",
    re.IGNORECASE,
)
_KICKER_END = re.compile(r"\s*(?:[:|•·»]|\s[-–—])\s+$|\s+$")
_OG, _TWITTER = ("og:title",), ("twitter:title", "twitter:text:title")
_OTHER_META = (
    "dc.title", "dc:title", "dcterms.title", "dcterm:title", "parsely-title", "sailthru.title",
    "citation_title", "headline", "weibo:article:title", "weibo:webpage:title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Title:
    """The chosen headline, where it was read, and the kicker above it."""

    headline: str
    origin: str
    kicker: str | None = None
    candidates: tuple[str, ...] = ()  # all that the page calls itself
    is_agreed: bool = False  # it stands in two places


@dataclass(frozen=True, slots=True)
class _Names:
    """What a page calls its article, the outlet's name taken off; empty where it does not."""

    declared: str  # JSON-LD
    named: str  # JSON-LD's other name for it
    shown: str  # og:title, else Twitter's, else another meta element's
    shown_origin: str
    posted: str  # Twitter's, else og:title
    called: str  # the title element
    headings: tuple[str, ...]  # of first rank, those that name the site left out
    feed: str

    def declarations(self) -> list[str]:
        """Return the names that do not stand in the page's text."""
        found = (self.declared, self.shown, self.posted, self.called, self.feed)
        return [name for name in found if name]

    def texts(self) -> tuple[str, ...]:
        """Return all names but the feed's, and the parts of them that may name the outlet."""
        declared = dict.fromkeys(filter(None, (self.declared, self.shown, self.called)))
        parts = [part for name in declared for part in parts_of(name)[1:]]
        return tuple(dict.fromkeys([*declared, *self.headings, *parts]))

    def agreed(self) -> set[str]:
        """Return the names that stand in two places."""
        folded = [fold(text) for text in (self.declared, self.shown, self.called)]
        folded += {fold(heading) for heading in self.headings}
        return {text for text in self.texts() if folded.count(fold(text)) > 1}

    def without_headings(self, known: Collection[str]) -> _Names:
        """Return them without some headings."""
        return replace(self, headings=tuple(text for text in self.headings if text not in known))

    def or_else(self, other: _Names) -> _Names:
        """Return these names, or others where these are none."""
        return self if any((self.declared, self.shown, self.called, self.headings)) else other


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

    The declared headline (JSON-LD) is believed, unless it was cut short or is that for
    search engines (the title element's), while heading and og:title agree on another;
    without it, the first-rank heading that agrees with what
    the page calls itself elsewhere. What one source puts before the headline and
    another leaves out is its kicker.
    """
    names = _names(page, metadata, sites, entry_title)
    candidates = names.texts()
    if shared is not None and (known := set(shared(candidates)) - names.agreed()):
        found = _names(page, metadata, [*sites, *known], entry_title)
        names = found.without_headings(known).or_else(names)
    chosen = _chosen(names) or _last_resort(page, metadata, names)
    if chosen is None:
        return None
    text, origin, kicker = _without_kicker(*chosen, names)
    kicker = kicker or _kicker(page, text)
    return Title(text[:MAX_HEADLINE_CHARS], origin, kicker, candidates, text in names.agreed())


def _names(
    page: Survey, metadata: Metadata, sites: Sequence[str], entry_title: str | None
) -> _Names:
    sections = _sections(metadata)

    def read(*keys: str) -> str:
        return without_site(metadata.first(*keys) or "", sites, sections)

    og, twitter, other = read(*_OG), read(*_TWITTER), read(*_OTHER_META)
    called = without_site(metadata.title or "", sites, sections)
    declared = without_site(text_of(metadata.article.get("headline")) or "", sites, sections)
    known = [declared, og, twitter, other, called]
    return _Names(
        declared=declared,
        named=without_site(text_of(metadata.article.get("name")) or "", sites),
        shown=og or twitter or other,
        shown_origin="og:title" if og else "twitter:title" if twitter else "meta",
        posted=twitter or og or other,
        called=called,
        headings=tuple(_headings(page, known, sites)),
        feed=plain(entry_title or ""),
    )


def _sections(metadata: Metadata) -> list[str]:
    named = texts_of(metadata.article.get("articleSection"))
    return [*named, *metadata.meta.get("article:section", ())]


def _chosen(names: _Names) -> tuple[str, str] | None:
    heading = _agreeing(names.headings, names.declarations())
    others = [*names.headings, names.shown, names.called]
    declared = names.declared
    if declared and _whole(declared, others) is None:
        is_for_search = fold(declared) == fold(names.called)
        if heading and is_for_search and fold(heading) == fold(names.shown) != fold(declared):
            return heading, "h1"
        if heading and _is_description(declared, heading, names):
            return heading, "h1"
        return declared, "json-ld"
    if heading:
        return heading, "h1"
    if names.shown:
        whole = _whole(names.shown, others)
        return (whole, "title") if whole else (names.shown, names.shown_origin)
    return _undeclared(names)


def _is_description(declared: str, heading: str, names: _Names) -> bool:
    """Tell whether a declared headline has little to do with the name under which the page goes."""
    shared = _shared(declared, heading)
    if fold(heading) == fold(names.named):
        return shared < MIN_SHARED_WORDS
    return not shared and fold(heading) in {fold(names.shown), fold(names.called)}


def _undeclared(names: _Names) -> tuple[str, str] | None:
    """Choose between the title element and headings that do not agree with it."""
    is_alone = len(names.headings) == 1 and not _is_foreign(names.headings[0], names.called)
    if names.called and not is_alone:
        return names.called, "title"
    return (names.headings[0], "h1") if names.headings else None


def _last_resort(page: Survey, metadata: Metadata, names: _Names) -> tuple[str, str] | None:
    """Return the feed's title, else the outlet's own name: a front page has no other."""
    headings = (shown_text(heading) for heading in page.tagged("h1"))
    found = (
        (names.feed, "feed"),
        (metadata.first(*_OG) or "", "og:title"),
        (metadata.title or "", "title"),
        (next((text for text in headings if text), ""), "h1"),
    )
    return next(((plain(text), origin) for text, origin in found if fold(text)), None)


def _is_foreign(heading: str, called: str) -> bool:
    """Tell whether a heading is one word that the page's title does not hold."""
    return len(_WORD.findall(heading)) == 1 and fold(heading) not in fold(called)


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
        else float(fold(first) == fold(second))
    )


def _words(text: str) -> set[str]:
    folded = text.casefold()
    spaced = set(_WORD.findall(folded))
    return spaced if len(spaced) > 1 else set(folded)


def _whole(title: str, others: Iterable[str]) -> str | None:
    """Return the title of which this one is the start: cut at an ellipsis, or at a stray quote."""
    start = _ELLIPSIS.sub("", title)
    longer = (text for text in others if len(text) > len(start) and text.startswith(start))
    return next(
        (text for text in longer if start != title or text[len(start) :].lstrip()[0] == '"'), None
    )


def _without_kicker(text: str, origin: str, names: _Names) -> tuple[str, str, str | None]:
    """Take off what most other sources leave out before the same headline."""
    heading = next((h for h in names.headings if text.endswith(h) or h.endswith(text)), "")
    sources = [names.declared, names.shown, names.posted, heading, names.called]
    for other in sources:
        before = text[: -len(other)] if other and text.endswith(other) else ""
        kicker = _KICKER_END.sub("", before)
        if not kicker or kicker == before or len(kicker) > MAX_KICKER_CHARS:
            continue
        bare = sum(source == other for source in sources)
        if bare > sum(source == text for source in sources) and _is_headline(other):
            return other, origin, kicker
    return text, origin, None


def _is_headline(text: str) -> bool:
    return len(text.split()) >= MIN_HEADLINE_WORDS or UNSPACED.search(text) is not None


def _headings(page: Survey, known: Iterable[str], sites: Sequence[str]) -> list[str]:
    names = {name for name in known if name}
    folded = {fold(name) for name in names}
    found = (
        shown_text(element, names)
        for element in page.tagged("h1")
        if not is_masthead(element) or fold(element.text_content()) in folded
    )
    named = (without_site(text, sites) for text in found if len(text) <= MAX_HEADLINE_CHARS)
    return list(dict.fromkeys(text for text in named if len(text) > 1))


def _kicker(page: Survey, headline: str) -> str | None:
    """Return the line above the headline, told by the words of its class."""
    for heading in page.tagged("h1", "h2"):
        if fold(heading.text_content())[:30] != fold(headline)[:30]:
            continue
        beside = [*heading.iterdescendants("span", "small"), *heading.itersiblings(preceding=True)]
        for element in beside:
            if isinstance(element.tag, str) and _KICKER.search(element.get("class") or ""):
                text = plain(element.text_content())
                if 1 < len(text) <= MAX_KICKER_CHARS and fold(text) != fold(headline):
                    return text
        break
    return None
