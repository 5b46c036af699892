"""Headings as a reader sees them: one line, words and punctuation where they belong."""
# ruff: noqa: RUF001 (punctuation of several scripts)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.metadata import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator

    from lxml.html import HtmlElement

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u0e00-\u0e7f]")
"""A letter of a script that puts no spaces between words."""
_PERMALINK = re.compile(r"\s*[¶#§]\s*$")
_CLOSING = frozenset(",.;:!?…)]}»”’、。，：；！？）」』】%")
_OPENING = frozenset("([{«“‘（「『【„#@")
_NOT_SHOWN = frozenset({"button", "svg", "style", "template", "rt", "rp"})
_MENUS = frozenset({"nav", "template"})
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?(?:[\s_-]|$)|seo-?title|skiptranslate)", re.IGNORECASE
)
MIN_HEADLINE_WORDS = 3
MAX_PARTS = 8  # elements in a heading that are looked at
KICKER = re.compile(
    r"(?:^|[\s_-])(?:kicker|overline|dachzeile|spitzmarke|roofline|topline|eyebrow|surtitle|"
    r"sur-?titre|antetitulo|antet[ií]tulo|cintillo|chapeu|vignette|supertitle)(?:$|[\s_-])",
    re.IGNORECASE,
)
_EDGES = re.compile(r"^[\s:|·•–—-]+(?=\w|[\"'“„«»‘‚(])|\s[\s:|·•,–—-]*$")
_LABEL = re.compile(r"(?:^|[\s_-])(?:label|badge|descriptor)(?:$|[\s_-])", re.IGNORECASE)


def shown_text(
    element: HtmlElement, known: Container[str] = (), *, without: HtmlElement | None = None
) -> str:
    """Return a heading's text as it is shown: pieces apart, but for punctuation.

    ``known``: names of the page; where a word was split by markup they tell that it is one.
    ``without`` is an element in it that is left out.
    """
    pieces = [piece for piece in _pieces(element, without) if piece]
    text = ""
    for piece in pieces:
        text += piece if not text or _adjoin(text[-1], piece[0]) else f" {piece}"
    shown = _PERMALINK.sub("", plain(text))
    joined = plain("".join(pieces))
    return joined if joined != shown and joined in known else shown


def bare_text(element: HtmlElement, known: Collection[str]) -> str:
    """Return a heading's text as it is shown, without the kicker, label or link home in it.

    Those are told by their class, or because what is left is one of the ``known`` names.
    """
    text = shown_text(element, known)
    if len(element) == 0 or text in known:
        return text
    parts = [part for part in element.iterdescendants() if isinstance(part.tag, str)]
    for part in parts[:MAX_PARTS]:
        is_marked = _is_kicker(part)
        if not is_marked and not known:
            continue
        rest = _EDGES.sub("", shown_text(element, known, without=part))
        if rest in known or (is_marked and is_headline(rest) and rest != text):
            return rest
    return text


def _is_kicker(part: HtmlElement) -> bool:
    words = part.get("class") or ""
    return bool(words) and (KICKER.search(words) or _LABEL.search(words)) is not None


def is_shown(heading: HtmlElement) -> bool:
    """Tell whether a heading stands where readers read: in no menu, no trail of links to it."""
    return not any(
        place.tag in _MENUS
        or _ELSEWHERE.search(f"{place.get('class') or ''} {place.get('id') or ''}")
        for place in (heading, *heading.iterancestors())
        if place.tag not in {"body", "html"}
    )


def is_headline(text: str) -> bool:
    """Tell whether a text is long enough for a headline."""
    return len(text.split()) >= MIN_HEADLINE_WORDS or UNSPACED.search(text) is not None


def _adjoin(before: str, after: str) -> bool:
    """Tell whether no space is due between two pieces of a heading."""
    return (
        before.isspace()
        or after.isspace()
        or after in _CLOSING
        or before in _OPENING
        or UNSPACED.match(before) is not None
        or UNSPACED.match(after) is not None
    )


def _pieces(element: HtmlElement, without: HtmlElement | None) -> Iterator[str]:
    """Yield the texts in an element, those of controls and reading aids left out."""
    yield element.text or ""
    for child in element:
        if child.tag not in _NOT_SHOWN and child is not without:
            yield from _pieces(child, without)
        if child.tag == "br":
            yield " "
        yield child.tail or ""
