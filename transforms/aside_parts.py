"""What an element beside a page's text is: a caption, a gallery, an embed, a prompt, promotion.

Elements are told by their tag (``figure``, ``figcaption``) or by the words of their class,
id and role.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from functools import lru_cache
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
from transforms.metadata import plain
from transforms.taking_out import holds

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.records import BlockKind

MAX_PROMO_CHARS = 400
MAX_WALL_CHARS = 600
MAX_DATELINE_CHARS = 80
MAX_SIGNATURE_CHARS = 80
MAX_VIDEO_CHARS = 160
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
# Pieces of class and id that every element named above holds, as they are written.
HINTS = (
    "aption", "bild", "foto", "egende", "égende", "aller", "aler", "lide", "arousel", "diaporama",
    "swiper", "slick", "flickity", "ideo", "vid", "tweet", "twitter-video", "instagram-media",
    "fb-post", "tiktok-embed", "media-embed", "elated", "read", "Read", "ore-on", "ore_on",
    "ewsletter", "ecommended", "promo", "Promo", "aussi", "leer", "Description", "description",
    "-text", "-legend", "Slideshow", "wall", "gateway", "piano", "ubscribe-", "ate-line", "ateline", "laceline",
    "ortsmarke", "lieu", "mesto", "pic", "Pic", "hoto", "mage", "img", "Bild",
)  # fmt: skip
ASIDE_TAGS = ("figure", "figcaption", "iframe", "blockquote")
TEASER_TAGS = ("h2", "h3", "h4")
_INLINE = frozenset({"a", "span", "b", "i", "em", "strong", "small", "img", "svg", "picture"})


def read_aside(element: HtmlElement) -> list[Part] | None:
    """Return the blocks that an element is set aside as; None where it belongs to the text."""
    tag = element.tag
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
    if not children or len(children) > 2 or children[0].tag not in TEASER_TAGS:  # noqa: PLR2004 (heading, paragraph)
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
