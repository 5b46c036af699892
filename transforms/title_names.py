"""What a page calls its article, in each place that names it, the outlet's own name taken off."""
# ruff: noqa: RUF001 (punctuation of several scripts)

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.headings import bare_text, is_headline, is_shown, shown_text
from transforms.mastheads import fold, is_masthead, parts_of, without_site
from transforms.metadata import Metadata, plain, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MAX_HEADLINE_CHARS = 400
MAX_SECOND_RANK = 60
MIN_BEGINNING_CHARS = 12
OG = ("og:title",)
_TWITTER = ("twitter:title", "twitter:text:title")
_OTHER_META = (
    "dc.title", "dc:title", "dcterms.title", "dcterm:title", "parsely-title", "sailthru.title",
    "citation_title", "headline", "weibo:article:title", "weibo:webpage:title",
)  # fmt: skip
_SEPARATED = re.compile(r"\s*[:：|｜·•»–—_-]")
_FOLDER = re.compile(r"(?<=/)[^/?#]+(?=/[^/?#])")


@dataclass(frozen=True, slots=True)
class Names:
    """What a page calls its article, the outlet's name taken off; empty where it does not."""

    declared: str  # JSON-LD
    named: str  # JSON-LD's other name for it
    shown: str  # og:title, else Twitter's, else another meta element's
    shown_origin: str
    posted: str  # Twitter's, else og:title
    called: str  # the title element
    headings: tuple[str, ...]  # of first rank, those that name the site left out
    feed: str
    below: str = (
        ""  # a whole name that a second-rank heading repeats, where none of first rank does
    )
    below_part: str = ""  # the same of a part of a name

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

    def without_headings(self, known: Collection[str]) -> Names:
        """Return them without some headings."""
        return replace(self, headings=tuple(text for text in self.headings if text not in known))

    def or_else(self, other: Names) -> Names:
        """Return these names, or others where these are none."""
        return self if any((self.declared, self.shown, self.called, self.headings)) else other


def read_names(
    page: Survey, metadata: Metadata, sites: Sequence[str], entry_title: str | None, address: str
) -> Names:
    """Read what each place of a page calls its article.

    ``sites``: names of the outlet. The names of its sections are those that the page declares,
    and the folders of its address.
    """
    sections = [*_sections(metadata), *_FOLDER.findall(address.partition("://")[2])]

    def read(*keys: str) -> str:
        return without_site(metadata.first(*keys) or "", sites, sections)

    og, twitter, other = read(*OG), read(*_TWITTER), read(*_OTHER_META)
    called = without_site(metadata.title or "", sites, sections)
    declared = without_site(text_of(metadata.article.get("headline")) or "", sites, sections)
    known = [declared, og, twitter, other, called]
    names = Names(
        declared=declared,
        named=without_site(text_of(metadata.article.get("name")) or "", sites),
        shown=og or twitter or other,
        shown_origin="og:title" if og else "twitter:title" if twitter else "meta",
        posted=twitter or og or other,
        called=called,
        headings=tuple(_headings(page, known, sites)),
        feed=plain(entry_title or ""),
    )
    names = _without_book(page, names)
    if {fold(text) for text in names.headings} & {fold(text) for text in names.declarations()}:
        return names
    return _with_second_rank(page, names, sites)


def _without_book(page: Survey, names: Names) -> Names:
    """Leave out a heading that ends the title, where another one is what the title starts with.

    It names what the page is part of: 'Ferries - Handbook of the Coast' above 'Ferries'.
    """
    parts = parts_of(names.called)
    book = [text for text in names.headings if parts[1:] and fold(text) == fold(parts[-1])]
    if not book:
        return names
    start = fold(names.called).removesuffix(fold(parts[-1]))
    rest = {fold(text) for text in names.headings}
    rest |= {fold(element.text_content()) for element in page.tagged("h2")[:MAX_SECOND_RANK]}
    return names.without_headings(book) if start in rest else names


def _with_second_rank(page: Survey, names: Names, sites: Sequence[str]) -> Names:
    """Add what second-rank headings repeat of the names: whole ones, or parts of them."""
    whole = {fold(name): name for name in reversed(names.declarations())}
    own = {fold(site) for site in sites}
    parts = {fold(part): part for name in whole.values() for part in parts_of(name)}
    parts = {key: part for key, part in parts.items() if key not in own and is_headline(part)}
    part = ""
    second = page.tagged("h2") if names.headings else page.tagged("h2", "h3")
    for element in second[:MAX_SECOND_RANK]:
        text = fold(element.text_content())
        repeated = whole.get(text) or next((whole[key] for key in whole if text.endswith(key)), "")
        if repeated and is_headline(repeated):
            return replace(names, below=repeated)
        part = part or parts.get(text, "") or _beginning(element, names)
    return replace(names, below_part=part)


def _beginning(element: HtmlElement, names: Names) -> str:
    """Return what a heading says, where it is how the title begins and no other heading is left."""
    if names.headings or len(text := shown_text(element)) < MIN_BEGINNING_CHARS:
        return ""
    behind = names.called.removeprefix(text)
    is_beginning = behind != names.called and _SEPARATED.match(behind) is not None
    return text if is_beginning and is_headline(text) else ""


def _sections(metadata: Metadata) -> list[str]:
    named = texts_of(metadata.article.get("articleSection"))
    return [*named, *metadata.meta.get("article:section", ())]


def _headings(page: Survey, known: Iterable[str], sites: Sequence[str]) -> list[str]:
    names = {name for name in known if name}
    folded = {fold(name) for name in names}
    found = (
        bare_text(element, names)
        for element in page.tagged("h1")
        if is_shown(element)
        and (not is_masthead(element) or fold(element.text_content()) in folded)
    )
    named = (without_site(text, sites) for text in found if len(text) <= MAX_HEADLINE_CHARS)
    return list(dict.fromkeys(text for text in named if len(text) > 1))
