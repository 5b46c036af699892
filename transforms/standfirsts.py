"""The standfirst: the summary between headline and text, told apart from a first paragraph.

Many outlets declare their first paragraph as the description of the page. So what
is declared counts as a standfirst only where the page also shows it in another
manner than its paragraphs: as a heading, in bold as a whole, in a class of its own.
Where nothing is declared, or other words, a lead is known by its name and place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.line_words import SENTENCE_END
from transforms.metadata import plain
from transforms.surroundings import line_of
from transforms.taking_out import drop

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lxml.html import HtmlElement

    from transforms.survey import Survey

MIN_CHARS = 20
MAX_CHARS = 1000
MIN_LEAD_CHARS = 60
MAX_LEAD_CHARS = 900
MAX_REMEMBERED = 5_000
MAX_BYLINE_CHARS = 100
OPENING_CHARS = 12
KEY_CHARS = 60
ELEMENTS_AFTER_HEADLINE = 60
MAX_HEADLINES = 2  # the second one stands below a menu or a breadcrumb that has it, too
_HEADINGS = ("h1", "h2", "h3")
_TAGS = frozenset({"p", "div", "h2", "h3", "h4", "h5", "section", "span"})
_BOLD = frozenset({"b", "strong"})
_OF_TEXT = re.compile(r"para(?:graph)?|body|text|content|absatz", re.IGNORECASE)
# What outlets call a summary, in their markup.
_NAMES = frozenset(
    {
        "abstract",
        "anriss",
        "bajada",
        "catenaccio",
        "chapeau",
        "chapo",
        "copete",
        "deck",
        "dek",
        "description",
        "entradilla",
        "excerpt",
        "hero",
        "ingress",
        "intro",
        "introduction",
        "introtext",
        "lead",
        "leader",
        "leadtext",
        "lede",
        "manchet",
        "occhiello",
        "perex",
        "preamble",
        "resumo",
        "sommario",
        "standfirst",
        "subhead",
        "subheading",
        "subheadline",
        "subtitle",
        "sumario",
        "summary",
        "teaser",
        "teasertext",
        "vorspann",
        "zajawka",
    }
)
_WORDS = re.compile(r"[A-Z]?[a-z]+")
_BYLINE = re.compile(r"^(?:by|von|par|por|di|door|av|af|автор:?)\s+\S", re.IGNORECASE)


def below_headline(page: Survey, headline: str) -> list[HtmlElement]:
    """Return what follows the headings that show the headline; a page's only first heading else."""
    start = _key(headline)
    shown = {place: _key(text) for place, text in page.headings.items()}
    found = [place for place, key in shown.items() if key == start] or [
        place for place, key in shown.items() if start and start in key
    ]
    first = page.by_tag.get("h1", ())
    return [
        element
        for place in found[:MAX_HEADLINES] or (first if len(first) == 1 else ())
        for element in page.elements[place + 1 : place + 1 + ELEMENTS_AFTER_HEADLINE]
        if element.tag in _TAGS and next(element.iterancestors("figure"), None) is None
    ]


def take_standfirst(
    page: Survey, below: Iterable[HtmlElement], declared: Iterable[str]
) -> str | None:
    """Take the standfirst out of the page's tree and return its text; None where there is none.

    ``below``: what follows the headline; ``declared``: what the page and its feed call the
    page's description.
    """
    wanted = {_key(text) for text in declared if len(text) >= MIN_CHARS}
    for element in below:
        if not (_may_be_declared(element, wanted) or _is_bold(element)):
            continue
        text = plain(line_of(element, 2 * MAX_CHARS))
        if not MIN_CHARS <= len(text) <= MAX_CHARS:
            continue
        is_declared = _key(text) in wanted
        if (is_declared and _is_set_apart(page, element)) or _is_bold_before_byline(element):
            drop(element)
            return text
    return None


def find_lead(below: Iterable[HtmlElement]) -> str | None:
    """Return what stands below the headline and is named or set as its summary; None if nothing is.

    It is left in the tree: the text of many pages has it as its first paragraph.
    """
    for element in below:
        is_named = _is_named(_names_of(element)) or _shares_header(element)
        if not (is_named or _is_bold(element)) or _is_of_another(element):
            continue
        text = plain(line_of(element, 2 * MAX_LEAD_CHARS))
        if MIN_LEAD_CHARS <= len(text) <= MAX_LEAD_CHARS and SENTENCE_END.search(text):
            return text
    return None


def _names_of(element: HtmlElement) -> str:
    """Return the classes of an element, and of the one that holds but it."""
    above = element.getparent()
    outer = above.get("class") if above is not None and len(above) == 1 else None
    return f"{element.get('class') or ''} {outer or ''}"


def is_missed(lead: str, texts: Sequence[str], squeezed: str) -> bool:
    """Tell whether a summary stands above the texts that were found in a page, and in none.

    ``squeezed``: the page's whole text, without spaces.
    """
    key = squeeze(lead)[:KEY_CHARS]
    if not texts or any(key in squeeze(text) for text in texts):
        return False
    longest = squeeze(max(texts, key=len))[:KEY_CHARS]
    return 0 <= squeezed.find(key) < squeezed.rfind(longest)


@lru_cache(maxsize=MAX_REMEMBERED)
def _is_named(names: str) -> bool:
    """Tell whether one word of an element's classes is what outlets call a summary."""
    return not _NAMES.isdisjoint(word.lower() for word in _WORDS.findall(names))


def _shares_header(element: HtmlElement) -> bool:
    """Tell whether an element is a line of the header that holds the page's headline."""
    if element.tag not in {"p", "h2", "h3"}:
        return False
    header = next(element.iterancestors("header", "hgroup"), None)
    return header is not None and next(header.iter("h1"), None) is not None


def _is_of_another(element: HtmlElement) -> bool:
    """Tell whether an element is mostly links, or stands beside the article."""
    if next(element.iterancestors("a", "aside", "nav", "footer", "li"), None) is not None:
        return True
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked * 2 > len(element.text_content())


def _may_be_declared(element: HtmlElement, wanted: Collection[str]) -> bool:
    """Tell, by the first words, whether an element's text can be one that is wanted."""
    opening = next((piece for piece in element.itertext() if not piece.isspace()), "")
    if "&" in opening or "<" in opening:  # twice encoded
        return True
    start = _key(opening)[:OPENING_CHARS].rstrip(".…")
    return any(text.startswith(start) for text in wanted)


def _key(text: str) -> str:
    return squeeze(text).casefold().rstrip(".…")


def _is_set_apart(page: Survey, element: HtmlElement) -> bool:
    """Tell whether an element is a heading, wholly bold, or alone on the page with its class."""
    if element.tag in {"h2", "h3", "h4", "h5"} or _is_bold(element):
        return True
    name = (element.get("class") or "").replace("\n", " ")
    likes = [page.elements[place] for place in page.by_words.get(name, ())]
    if not name.strip() or _OF_TEXT.search(name):
        return False
    return all(other is element or len(other.text_content()) < MIN_CHARS for other in likes)


def _is_bold(element: HtmlElement) -> bool:
    return (
        len(element) == 1
        and element[0].tag in _BOLD
        and not (element.text or "").strip()
        and not (element[0].tail or "").strip()
    )


def _is_bold_before_byline(element: HtmlElement) -> bool:
    """Tell whether a paragraph wholly in bold stands between a heading and a byline."""
    before, after = element.getprevious(), element.getnext()
    if element.tag != "p" or before is None or after is None or before.tag not in _HEADINGS:
        return False
    below = plain(after.text_content())
    return _is_bold(element) and len(below) <= MAX_BYLINE_CHARS and _BYLINE.match(below) is not None
