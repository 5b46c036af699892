"""What stands in a page's main text without being part of it: captions, galleries, embeds.

`set_aside` takes such elements out of the tree before the body is extracted and
remembers where they stood, so that they can be put back in page order as typed
blocks. Elements are told by their tag (``figure``, ``figcaption``) or by the
words of their class, id and role; a container is believed to be a gallery only
where it holds pictures and little text a picture.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.metadata import plain

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.records import BlockKind
    from transforms.survey import Survey

MAX_CAPTION_CHARS = 1200
MAX_PROMO_CHARS = 400
MAX_VIDEO_CHARS = 160
MAX_CHARS_A_PICTURE = 700
MAX_GALLERY_PROSE = 1500  # characters of paragraphs without a picture: no gallery holds more
MAX_ASIDES = 400

_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:fig|img|image|photo|picture|media|wp|gallery|lead|article|slide)?[_-]{0,2}"
    r"caption(?:s|[_-]{0,2}(?:text|txt|body|inner|content|wrapper|container|title))?(?:$|[\s_-])"
    r"|(?:image|photo|picture|img|media|figure|slide|gallery)[_-]{0,2}(?:caption|description|text|legend)"
    r"|bild(?:unterschrift|text|legende|beschreibung)|pie[_-]?(?:de[_-]?)?foto|l[ée]gende|fotobyline"
    r"|(?:Image|Photo|Picture|Media|Figure|Slide|Gallery)(?:Caption|Description)"
)
_CREDIT = re.compile(
    r"(?:^|[\s_-])(?:photo|image|img|picture|media|caption|figure)?[_-]{0,2}"
    r"(?:credits?|copyright|photographer|attribution|photo-?by|source)(?:$|[\s_-])|[a-z]Credit|[a-z]Copyright"
)
_GALLERY = re.compile(
    r"(?:^|[\s_-])(?:photo|image|picture|media|img|article|wp-block)?[_-]{0,2}"
    r"(?:galler(?:y|ies|ie)|galer(?:ie|ia|ía|i)|slide-?shows?|slider|slides|carousel|diaporama|"
    r"bilder(?:galerie|strecke)|foto(?:strecke|galerie|galeria)|swiper|slick-slider|flickity)"
    r"(?:[_-]{0,2}(?:wrapper|container|block|widget|inner|items?|list|module|box))?(?:$|[\s_-])"
    r"|(?:Photo|Image|Picture|Media|Article)(?:Gallery|Carousel|Slideshow|Slider)"
)
_SLIDE = re.compile(r"(?:^|[\s_-])(?:gallery|slide|carousel|swiper|slick)[_-]{0,2}(?:item|slide|cell)?(?:$|[\s_-])")  # fmt: skip
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
_ANY = re.compile("")
_HINTS = (
    "aption", "bild", "foto", "egende", "égende", "aller", "aler", "lide", "arousel", "diaporama",
    "swiper", "slick", "flickity", "ideo", "vid", "tweet", "twitter-video", "instagram-media",
    "fb-post", "tiktok-embed", "media-embed", "elated", "read", "Read", "ore-on", "ore_on",
    "ewsletter", "ecommended", "promo", "Promo", "aussi", "leer", "Description", "description",
    "-text", "-legend", "Slideshow",
)  # fmt: skip
_CANDIDATE_TAGS = ("figure", "figcaption", "iframe")
_NEVER = frozenset({"html", "body", "main", "article", "head", "h1", "header", "form", "table"})
_INLINE = frozenset({"a", "span", "b", "i", "em", "strong", "small", "img", "svg", "picture"})
_MARK = "\ue000{}\ue001"
_MARKS = re.compile("\ue000(\\d+)\ue001")
_CREDIT_TAIL = re.compile(
    r"(?:^|(?<=[\s.!?|–—-]))(?P<credit>(?:(?:Photo(?:graph)?s?|Foto(?:graf)?|Fotos|Bild(?:er)?|Image|Picture|"
    r"Credits?|Quelle|Source|Фото|Fuente|Crédits?|Kuva|Zdjęcie|Fot\.?|Copyright|摄|写真|사진)\s*"
    r"(?:(?:by|von|de|credit|courtesy)\s*)?[:：/]\s*|©\s*)(?P<who>[^:：]{2,90}))$",
    re.IGNORECASE,
)
_CREDIT_PARENS = re.compile(
    r"\s*[(\[（](?P<who>[^()\[\]]{0,60}(?:AP|AFP|Reuters|REUTERS|Getty|dpa|EPA|EFE|TASS|ТАСС|"
    r"Photo|Foto|Image|Фото|Xinhua|Anadolu|PA|ANSA|Imago|IMAGO|via|©)\b[^()\[\]]{0,60})[)\]）]\s*\.?$"
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class _Part:
    kind: BlockKind
    text: str
    credit: str | None = None


def set_aside(page: Survey) -> PageText:
    """Take captions, galleries, embeds, video prompts and link boxes out of a tree, in place."""
    linked = _linked_texts(page.tagged("a"))
    taken: list[tuple[HtmlElement, list[_Part]]] = []
    done: set[HtmlElement] = set()
    for element in _candidates(page):
        if len(taken) >= MAX_ASIDES:
            break
        if any(ancestor in done for ancestor in element.iterancestors()):
            continue
        parts = _parts(element)
        if parts is not None:
            taken.append((element, parts))
            done.add(element)
    in_article = [_is_in_article(element) for element, _ in taken]
    squeezed, places = _cut(page.elements[0], [element for element, _ in taken])
    asides = tuple(
        Aside(part.kind, part.text, part.credit, places[number], in_article[number])
        for number, (_, parts) in enumerate(taken)
        for part in parts
    )
    return PageText(squeezed, asides, linked)


def _candidates(page: Survey) -> list[HtmlElement]:
    places = {place for tag in _CANDIDATE_TAGS for place in page.by_tag.get(tag, ())}
    places |= page.places(_ANY, _HINTS)
    return [page.elements[place] for place in sorted(places)]


def squeeze(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def split_credit(text: str) -> tuple[str, str | None]:
    """Part a caption from the picture's credit at its end."""
    for pattern in (_CREDIT_PARENS, _CREDIT_TAIL):
        match = pattern.search(text)
        if match is not None:
            return text[: match.start()].strip(" |–—-"), match["who"].strip(" .")
    return text, None


def _cut(tree: HtmlElement, elements: list[HtmlElement]) -> tuple[str, dict[int, int]]:
    """Remove elements; return the text that is left, squeezed, and where each one stood."""
    for number, element in enumerate(elements):
        for child in list(element):
            element.remove(child)
        element.text = _MARK.format(number)
    body = tree.find("body")
    pieces = _MARKS.split(squeeze("".join((tree if body is None else body).itertext())))
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
        _drop(element)
    return "".join(kept), places


def _drop(element: HtmlElement) -> None:
    """Remove an element, its tail kept, a space in its place."""
    parent = element.getparent()
    if parent is None:
        return
    tail = f" {element.tail}" if element.tail else None
    previous = element.getprevious()
    parent.remove(element)
    if tail:
        if previous is None:
            parent.text = (parent.text or "") + tail
        else:
            previous.tail = (previous.tail or "") + tail


def _parts(element: HtmlElement) -> list[_Part] | None:  # noqa: PLR0911 (one return a kind)
    """Return the blocks that an element is set aside as; None where it belongs to the text."""
    tag = element.tag
    if tag in _NEVER:
        return None
    if tag == "iframe":
        title = plain(element.get("title") or "")
        return [_Part("embed", title)] if title else []
    words = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _EMBED.search(words):
        text = _plain_text(element)
        return [_Part("embed", text)] if text else []
    if tag in {"figure", "figcaption"} or element.get("role") == "figure":
        return _figure(element)
    if _GALLERY.search(words) and _is_gallery(element):
        return _gallery(element)
    if _CAPTION.search(words):
        return _caption(element)
    if tag not in _INLINE and _VIDEO.search(words):
        return _short(element, "video", MAX_VIDEO_CHARS)
    if tag not in _INLINE and _PROMO.search(words) and element.find(".//a") is not None:
        return _short(element, "promo", MAX_PROMO_CHARS)
    return None


def _short(element: HtmlElement, kind: BlockKind, limit: int) -> list[_Part] | None:
    text = _plain_text(element)
    if not text or len(text) > limit or element.find(".//h1") is not None:
        return None
    return [_Part(kind, text)]


def _figure(element: HtmlElement) -> list[_Part] | None:
    """Read a figure: its captions; None where it wraps something else (a table, a quotation)."""
    if element.tag == "figcaption":
        return _caption(element) or []
    if element.find(".//table") is not None or element.find(".//h1") is not None:
        return None
    captions = [part for inner in element.iter("figcaption") for part in _caption(inner) or []]
    if captions or element.find(".//figcaption") is not None:
        return captions
    if element.find(".//blockquote") is not None or not _has_picture(element):
        return None
    for inner in element.iter("div", "p", "span"):
        if _CAPTION.search(inner.get("class") or ""):
            return _caption(inner) or []
    return _caption(element) or []


def _caption(element: HtmlElement) -> list[_Part] | None:
    if element.find(".//h1") is not None:
        return None
    marked = [
        inner
        for inner in element.iterdescendants("span", "p", "div", "small", "cite", "em", "i")
        if _CREDIT.search(inner.get("class") or "")
    ]
    text = _plain_text(element)
    if len(text) > MAX_CAPTION_CHARS:
        return None
    if not text:
        return []
    credit = plain(marked[0].text_content()) if marked else None
    if credit and text.endswith(credit):
        text = text[: -len(credit)].strip(" |–—-")
    elif not credit:
        text, credit = split_credit(text)
    return [_Part("caption", text, credit)] if text or credit else []


def _is_gallery(element: HtmlElement) -> bool:
    """Tell whether a container is a gallery: pictures, and little text for each."""
    if element.find(".//h1") is not None:
        return False
    pictures = sum(1 for _ in element.iter("img", "picture", "figure", "source"))
    chars = len(_plain_text(element))
    prose = sum(
        len(paragraph.text_content())
        for paragraph in element.iter("p")
        if not _CAPTION.search(paragraph.get("class") or "")
    )
    return (
        pictures > 0
        and chars <= pictures * MAX_CHARS_A_PICTURE
        and prose <= max(MAX_GALLERY_PROSE, pictures * MAX_CHARS_A_PICTURE // 2)
    )


def _gallery(element: HtmlElement) -> list[_Part]:
    found = [part for inner in element.iter("figcaption") for part in _caption(inner) or []]
    if found:
        return found
    for inner in element.iterdescendants("div", "p", "span", "li"):
        if _CAPTION.search(inner.get("class") or "") and not any(
            _CAPTION.search(above.get("class") or "")
            for above in inner.iterancestors()
            if above is not element and element in above.iterancestors()
        ):
            found += _caption(inner) or []
    if found:
        return found
    slides = [
        inner for inner in element.iterdescendants() if _SLIDE.search(inner.get("class") or "")
    ]
    texts = dict.fromkeys(_plain_text(inner) for inner in slides or element)
    return [_Part("caption", *split_credit(text)) for text in texts if text][:MAX_ASIDES]


def _has_picture(element: HtmlElement) -> bool:
    return next(element.iter("img", "picture", "source", "svg", "noscript"), None) is not None


def _is_in_article(element: HtmlElement) -> bool:
    """Tell whether an element is of the page's article: not in a link, a teaser, a page's edge."""
    articles = 0
    for ancestor in element.iterancestors("a", "article", "nav", "footer", "aside"):
        if ancestor.tag != "article":
            return False
        articles += 1
    return articles <= 1


def _linked_texts(links: list[HtmlElement]) -> frozenset[str]:
    found: set[str] = set()
    for link in links:
        element, parent = link, link.getparent()
        while (
            parent is not None
            and len(parent) == 1
            and not ((parent.text or "").strip() or (element.tail or "").strip())
        ):
            element, parent = parent, parent.getparent()
            if element.tag in {"p", "li"}:
                found.add(squeeze(element.text_content()))
                break
    found.discard("")
    return frozenset(found)


def _plain_text(element: HtmlElement) -> str:
    return plain(" ".join(element.itertext()))
