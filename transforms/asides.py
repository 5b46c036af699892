"""What stands in a page's main text without being part of it: captions, galleries, embeds.

`set_aside` takes such elements out of the tree before the body is extracted and
remembers where they stood, so that they can be put back in page order as typed
blocks. Elements are told by their tag (``figure``, ``figcaption``) or by the
words of their class, id and role.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from transforms.captions import (
    CAPTION_NAME,
    GALLERY_NAME,
    PICTURE_NAME,
    Part,
    is_gallery,
    picture_box,
    plain_text,
    read_caption,
    read_figure,
    read_gallery,
)
from transforms.line_words import is_promo
from transforms.metadata import plain
from transforms.taking_out import drop, hidden_elements, holds

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.records import BlockKind
    from transforms.survey import Survey

MAX_PROMO_CHARS = 400
MAX_WALL_CHARS = 600
MAX_DATELINE_CHARS = 80
MAX_SIGNATURE_CHARS = 80
MAX_VIDEO_CHARS = 160
MAX_ASIDES = 400
MAX_REMEMBERED = 5_000

_VIDEO = re.compile(r"(?:^|[\s_-])video(?:$|[\s_-])|(?:^|[\s_-])(?:video|vid)[_-]?(?:player|teaser|embed|prompt|link|box|container|wrapper|caption|title)", re.IGNORECASE)  # fmt: skip
_EMBED = re.compile(
    r"(?:^|\s)(?:twitter-(?:tweet|video)|instagram-media|fb-post|tiktok-embed|media-embed)"
)
_PROMO = re.compile(
    r"(?:^|[\s_-])(?:related(?:[_-]?(?:articles?|posts?|links?|stor(?:y|ies)|content|items?|topics?|"
    r"news|box|teasers?))?|read[_-]?(?:more|also|next)|more[_-]?on|newsletter(?:[_-][\w-]+)?|"
    r"recommended(?:[_-]\w+)?|inline[_-]?promo|lire[_-]?aussi|leer[_-]?mas)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"(?:^|[\s_-])(?:paywall|pay-?gate|regwall|gateway|(?:subscription|premium|subscriber)-?wall|piano-offer|"
    r"subscribe-?(?:wall|box|prompt))(?:[\s_-]|$)",
    re.IGNORECASE,
)
_PLACE_LINE = re.compile(
    r"(?:^|[\s_-])(?:date-?line|place-?line|ortsmarke|lieu|mesto)(?:$|[\s_-])", re.IGNORECASE
)
_SOCIAL = re.compile(
    r"embed|tweet|twitter|social|instagram|facebook|telegram|weibo|vkontakte|fremdbeitrag|mastodon|bluesky",
    re.IGNORECASE,
)
# What an element can be named after: the pattern, and pieces one of which each match holds.
_NAMED = {
    "embed": (_EMBED, ("twitter", "insta", "fb-", "tiktok", "media-")),
    "dateline": (_PLACE_LINE, ("line", "ortsmarke", "lieu", "mesto")),
    "gallery": (GALLERY_NAME, ("galler", "galer", "slide", "carousel", "diaporama", "bilder",
                               "foto", "swiper", "slick", "flickity")),
    "picture": (PICTURE_NAME, ("pic", "photo", "foto", "image", "img", "bild")),
    "caption": (CAPTION_NAME, ("caption", "description", "text", "legend", "légend", "bild", "foto")),
    "video": (_VIDEO, ("vid",)),
    "wall": (_WALL, ("wall", "gate", "piano", "subscribe")),
    "promo": (_PROMO, ("related", "read", "more", "newsletter", "recommended", "promo", "aussi",
                       "leer")),
}  # fmt: skip
_NOTHING: frozenset[str] = frozenset()
_PLAYER = re.compile(r"youtu|vimeo|dailymotion|player|/embed[/?.]|video", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NO_CAPTIONS = _HEADINGS | {"a"}
_SIGNED = re.compile(r"^\s*[—–-]\s*\S")
_ANY = re.compile("")
_HINTS = (
    "aption", "bild", "foto", "egende", "égende", "aller", "aler", "lide", "arousel", "diaporama",
    "swiper", "slick", "flickity", "ideo", "vid", "tweet", "twitter-video", "instagram-media",
    "fb-post", "tiktok-embed", "media-embed", "elated", "read", "Read", "ore-on", "ore_on",
    "ewsletter", "ecommended", "promo", "Promo", "aussi", "leer", "Description", "description",
    "-text", "-legend", "Slideshow", "wall", "gateway", "piano", "ubscribe-", "ate-line", "ateline", "laceline",
    "ortsmarke", "lieu", "mesto", "pic", "Pic", "hoto", "mage", "img", "Bild",
)  # fmt: skip
_CANDIDATE_TAGS = ("figure", "figcaption", "iframe", "blockquote")
_TEASER_TAGS = ("h2", "h3", "h4")
_NEVER = frozenset(
    {"html", "body", "main", "article", "head", "h1", "header", "form", "table", "img", "picture",
     "source", "svg", "path", "use", "button", "input", "link", "meta"}
)  # fmt: skip
_INLINE = frozenset({"a", "span", "b", "i", "em", "strong", "small", "img", "svg", "picture"})
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
        parts = _parts(element)
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
    places = {place for tag in _CANDIDATE_TAGS for place in page.by_tag.get(tag, ())}
    places |= page.places(_ANY, _HINTS)
    candidates = (page.elements[place] for place in sorted(places))
    found = [element for element in candidates if element.tag not in _NEVER]
    listed = (
        heading.getparent()
        for heading in page.tagged(*_TEASER_TAGS)
        if heading.find("a") is not None
    )
    return [*found, *(box for box in listed if box is not None)]


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


def _parts(element: HtmlElement) -> list[Part] | None:
    """Return the blocks that an element is set aside as; None where it belongs to the text."""
    tag = element.tag
    if tag in _NEVER:
        return None
    if tag == "iframe":
        return _frame(element)
    is_heading = tag in _HEADINGS  # its id is its wording, for links to it
    words = f"{element.get('class') or ''} {(not is_heading and element.get('id')) or ''}"
    named = _named_after(words) if len(words) > 1 else _NOTHING
    if "embed" in named or (tag == "blockquote" and _is_post(element, words)):
        text = plain_text(element)
        return [Part("embed", text)] if text else []
    if tag == "blockquote":
        return None
    if tag == "span" and "dateline" in named:
        return _place_line(element)
    found = _pictures(element, named)
    return found if found is not None or tag in _INLINE else _box(element, named)


def _frame(element: HtmlElement) -> list[Part]:
    """Name the player in a frame; any other frame's title labels a machine's: none reads it."""
    title = plain(element.get("title") or "")
    is_player = _PLAYER.search(element.get("src") or element.get("data-src") or "") is not None
    return [Part("video", title)] if title and is_player else []


@lru_cache(maxsize=MAX_REMEMBERED)
def _named_after(words: str) -> frozenset[str]:
    """Return what the words of a class and an id name an element after; pages repeat them."""
    lowered = words.lower()
    return frozenset(
        name
        for name, (pattern, hints) in _NAMED.items()
        if any(hint in lowered for hint in hints) and pattern.search(words)
    )


def _pictures(element: HtmlElement, named: frozenset[str]) -> list[Part] | None:
    """Read figures, and what is named after a gallery, a picture, a caption or a video."""
    if element.tag in {"figure", "figcaption"} or element.get("role") == "figure":
        return read_figure(element)
    if element.tag == "a" and (prompt := _video_link(element, named)) is not None:
        return prompt
    if element.tag in _NO_CAPTIONS:
        return None
    if element.tag != "span":
        if "gallery" in named and is_gallery(element):
            return read_gallery(element)
        if "picture" in named and (found := picture_box(element)):
            return found
    return read_caption(element) if "caption" in named else None


def _video_link(element: HtmlElement, named: frozenset[str]) -> list[Part] | None:
    """Read a link named after a video, where it is all that its element says."""
    parent = element.getparent()
    if "video" not in named or parent is None or plain_text(parent) != plain_text(element):
        return None
    return _short(element, "video", MAX_VIDEO_CHARS)


def _box(element: HtmlElement, named: frozenset[str]) -> list[Part] | None:
    """Read what stands in a box of its own: a teaser, a paywall, a video prompt, promotion."""
    if element.tag == "div" and _is_teaser(element):
        return _short(element, "promo", MAX_PROMO_CHARS)
    if "wall" in named:
        return _short(element, "promo", MAX_WALL_CHARS)
    if "video" in named:
        return _short(element, "video", MAX_VIDEO_CHARS)
    if "promo" in named and holds(element, "a"):
        return _short(element, "promo", MAX_PROMO_CHARS)
    return None


def _is_teaser(element: HtmlElement) -> bool:
    """Tell whether a box is but a linked heading, with at most one paragraph, among its likes."""
    children = list(element)
    if not children or len(children) > 2 or children[0].tag not in {"h2", "h3", "h4"}:  # noqa: PLR2004 (heading, paragraph)
        return False
    heading = children[0]
    link = heading.find("a")
    if (
        link is None
        or len(heading) != 1
        or (heading.text or "").strip()
        or (link.tail or "").strip()
    ):
        return False
    if len(children) > 1 and children[1].tag != "p":
        return False
    mark = element.get("class")
    beside = [element.getprevious(), element.getnext()]
    return mark is not None and any(
        other is not None and other.tag == "div" and other.get("class") == mark for other in beside
    )


def _is_post(element: HtmlElement, words: str) -> bool:
    """Tell whether a quotation is an embedded post: by its class, or signed below as those are."""
    if _SOCIAL.search(words):
        return True
    if not words.strip() or len(element) == 0:
        return False
    tail = element[-1].tail if element[-1].tag == "p" else None
    return tail is not None and _SIGNED.match(tail) is not None and len(tail) <= MAX_SIGNATURE_CHARS


def _place_line(element: HtmlElement) -> list[Part] | None:
    """Return a marked dateline, where it opens its paragraph."""
    parent, text = element.getparent(), plain_text(element)
    opens = parent is not None and parent[0] is element and not (parent.text or "").strip()
    if not opens or not text or len(text) > MAX_DATELINE_CHARS or not (element.tail or "").strip():
        return None
    element.tail = (element.tail or "").lstrip(" \n\t-–—:")
    return [Part("dateline", text.rstrip("-–—: "))]


def _short(element: HtmlElement, kind: BlockKind, limit: int) -> list[Part] | None:
    if len(" ".join(element.text_content().split())) > limit:  # a box around much of the page
        return None
    text = plain_text(element)
    if not text or len(text) > limit or holds(element, "h1"):
        return None
    return [Part(kind, text)]


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
