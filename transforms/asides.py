"""What stands in a page's main text without being part of it: captions, galleries, embeds.

`set_aside` takes such elements out of the tree before the body is extracted and
remembers where they stood, so that they can be put back in page order as typed
blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from transforms.aside_parts import ASIDE_TAGS, HINTS, TEASER_TAGS, read_aside
from transforms.captions import Part
from transforms.line_words import is_promo
from transforms.metadata import plain
from transforms.taking_out import drop, hidden_elements

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.records import BlockKind
    from transforms.survey import Survey

MAX_ASIDES = 400
_ANY = re.compile("")
_NEVER = frozenset(
    {"html", "body", "main", "article", "head", "h1", "header", "form", "table", "img", "picture",
     "source", "svg", "path", "use", "button", "input", "link", "meta"}
)  # fmt: skip
_MARK = "\ue000{}\ue001"
_MARKS = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True, slots=True)
class Aside:
    """One block beside the body. ``at``: where it stood, in the page's text without spaces."""

    kind: BlockKind
    text: str
    credit: str | None
    at: int
    is_in_article: bool


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's whole text without spaces and without what was set aside."""

    squeezed: str
    asides: tuple[Aside, ...]
    linked: frozenset[str]  # texts of paragraphs and list items that are one link


def set_aside(page: Survey) -> PageText:
    """Take captions, galleries, embeds, video prompts and link boxes out of a tree, in place."""
    linked = _linked_lines(page.tagged("a"))
    done = set(hidden_elements(page.styled))
    taken: list[tuple[HtmlElement, list[Part]]] = []
    for element in done:
        drop(element)
    for element in _candidates(page):
        if len(taken) >= MAX_ASIDES:
            break
        if done and any(ancestor in done for ancestor in element.iterancestors()):
            continue
        parts = read_aside(element)
        if parts is not None:
            taken.append((element, parts))
            done.add(element)
    taken += [
        (line, [Part("promo", text)])
        for line, text in linked.items()
        if line.tag == "p"
        and is_promo(text, is_link=True)
        and not any(above in done for above in (line, *line.iterancestors()))
    ]
    in_article = [_is_in_article(element) for element, _ in taken]
    squeezed, places = _cut(page.elements[0], [element for element, _ in taken])
    asides = tuple(
        Aside(part.kind, part.text, part.credit, places[number], in_article[number])
        for number, (_, parts) in enumerate(taken)
        for part in parts
        if any(char.isalpha() for char in part.text)  # a slide's number says nothing
    )
    texts = frozenset(map(squeeze, linked.values())) - {""}
    return PageText(squeezed, tuple(sorted(asides, key=attrgetter("at"))), texts)


def _candidates(page: Survey) -> list[HtmlElement]:
    """Return the elements that may be set aside, then the boxes around linked headings."""
    places = {place for tag in ASIDE_TAGS for place in page.by_tag.get(tag, ())}
    places |= page.places(_ANY, HINTS)
    named = [page.elements[place] for place in sorted(places)]
    headings = page.tagged(*TEASER_TAGS)
    boxes = (heading.getparent() for heading in headings if heading.find("a") is not None)
    listed = [box for box in boxes if box is not None]
    return [element for element in named + listed if element.tag not in _NEVER]


def squeeze(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def _cut(tree: HtmlElement, elements: list[HtmlElement]) -> tuple[str, dict[int, int]]:
    """Remove elements; return the text that is left, squeezed, and where each one stood."""
    for number, element in enumerate(elements):
        for child in list(element):
            element.remove(child)
        element.text = _MARK.format(number)
    body = tree.find("body")
    pieces = _MARKS.split(squeeze((tree if body is None else body).text_content()))
    places: dict[int, int] = {}
    kept: list[str] = []
    at = 0
    for index, piece in enumerate(pieces):
        if index % 2:
            places[int(piece)] = at
        else:
            kept.append(piece)
            at += len(piece)
    for number, element in enumerate(elements):
        places.setdefault(number, at)
        drop(element)
    return "".join(kept), places


def _is_in_article(element: HtmlElement) -> bool:
    """Tell whether an element is of the page's article: not in a link, a teaser, a page's edge."""
    articles = 0
    for ancestor in element.iterancestors("a", "article", "nav", "footer", "aside"):
        if ancestor.tag != "article":
            return False
        articles += 1
    return articles <= 1


def _is_all_of(element: HtmlElement, parent: HtmlElement) -> bool:
    """Tell whether an element is its parent's only child, without text beside it.

    Its neighbours are looked for: children are counted one by one, in each of thousands of links.
    """
    return (
        element.getnext() is None
        and element.getprevious() is None
        and not ((parent.text or "").strip() or (element.tail or "").strip())
    )


def _linked_lines(links: list[HtmlElement]) -> dict[HtmlElement, str]:
    """Return the paragraphs and list items that are one link, with their texts."""
    found: dict[HtmlElement, str] = {}
    for link in links:
        element, parent = link, link.getparent()
        while parent is not None and _is_all_of(element, parent):
            element, parent = parent, parent.getparent()
            if element.tag in {"p", "li"}:
                found[element] = plain(element.text_content() if len(link) else link.text or "")
                break
    return found
