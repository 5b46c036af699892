"""Pictures and the text under them: captions with their credits, galleries, picture boxes.

A container is believed to be a gallery only where it holds pictures and little text a picture.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transforms.metadata import plain
from transforms.taking_out import holds

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.records import BlockKind

MAX_CAPTION_CHARS = 1200
MAX_HEADED_CHARS = 250  # of a caption with a heading of its own
MAX_CHARS_A_PICTURE = 400
MAX_PICTURE_CHARS = 250
MAX_CREDIT_CHARS = 60
MAX_GALLERY_PROSE = 1500  # characters of paragraphs without a picture: no gallery holds more
MAX_SLIDES = 400

CAPTION_NAME = re.compile(
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
GALLERY_NAME = re.compile(
    r"(?:^|[\s_-])(?:photo|image|picture|media|img|article|wp-block)?[_-]{0,2}"
    r"(?:galler(?:y|ies|ie)|galer(?:ie|ia|ía|i)|slide-?shows?|slider|slides|carousel|diaporama|"
    r"bilder(?:galerie|strecke)|foto(?:strecke|galerie|galeria)|swiper|slick-slider|flickity)"
    r"(?:[_-]{0,2}(?:wrapper|container|block|widget|inner|items?|list|module|box))?(?:$|[\s_-])"
    r"|(?:Photo|Image|Picture|Media|Article)(?:Gallery|Carousel|Slideshow|Slider)"
)
_SLIDE = re.compile(r"(?:^|[\s_-])(?:gallery|slide|carousel|swiper|slick)[_-]{0,2}(?:item|slide|cell)?(?:$|[\s_-])")  # fmt: skip
PICTURE_NAME = re.compile(
    r"(?:^|[\s_-])(?:pic|pics|picture|photo|foto|image|img|bild)(?:[_-]?(?:box|wrap|wrapper|container|block|full|left|right|big))?(?:$|[\s_-])",
    re.IGNORECASE,
)
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
class Part:
    """One block beside the body, before it is known where it stood."""

    kind: BlockKind
    text: str
    credit: str | None = None


def split_credit(text: str) -> tuple[str, str | None]:
    """Part a caption from the picture's credit at its end."""
    for pattern in (_CREDIT_PARENS, _CREDIT_TAIL):
        match = pattern.search(text)
        if match is not None:
            return text[: match.start()].strip(" |–—-"), match["who"].strip(" .")
    return text, None


def picture_box(element: HtmlElement) -> list[Part] | None:
    """Read a box named after pictures: one picture, a short text under it and nothing else."""
    if sum(1 for _ in element.iter("img")) != 1:
        return None
    text = plain_text(element)
    if not 0 < len(text) <= MAX_PICTURE_CHARS or holds(element, "h1"):
        return None
    if any(True for _ in element.iter("a", "button", "h2", "h3", "ul")):
        return None
    return read_caption(element)


def read_figure(element: HtmlElement) -> list[Part] | None:
    """Read a figure: its captions; None where it wraps something else (a table, a quotation)."""
    if element.tag == "figcaption":
        return read_caption(element) or []
    if holds(element, "table") or holds(element, "h1"):
        return None
    captions = [part for inner in element.iter("figcaption") for part in read_caption(inner) or []]
    if captions or holds(element, "figcaption"):
        return captions
    if holds(element, "blockquote") or not _has_picture(element):
        return None
    for inner in element.iter("div", "p", "span"):
        if CAPTION_NAME.search(inner.get("class") or ""):
            return read_caption(inner) or []
    return read_caption(element) or []


def read_caption(element: HtmlElement) -> list[Part] | None:
    """Read one caption and its credit; empty without text, None where it is too long for one."""
    if holds(element, "h1"):
        return None
    marked = [
        inner
        for inner in element.iterdescendants("span", "p", "div", "small", "cite", "em", "i")
        if _CREDIT.search(inner.get("class") or "")
    ]
    text = plain_text(element)
    if len(text) > MAX_CAPTION_CHARS or _is_section(element, text):
        return None
    if not text:
        return []
    marked = marked or _closing_mark(element)
    credit = plain(marked[0].text_content()) if marked else None
    if credit and text.endswith(credit):
        text = text[: -len(credit)].strip(" |–—-")
    elif not credit:
        text, credit = split_credit(text)
    return [Part("caption", text, credit)] if text or credit else []


def _is_section(element: HtmlElement, text: str) -> bool:
    """Tell whether a box named after a picture's text is a part of the page, headed as such."""
    if element.tag in {"figure", "figcaption"} or len(text) <= MAX_HEADED_CHARS:
        return False
    return next(element.iter("h2", "h3", "h4"), None) is not None


def _closing_mark(element: HtmlElement) -> list[HtmlElement]:
    """Return the short inline element of a class of its own that ends a caption: its credit."""
    last = element
    while len(last) and not (last[-1].tail or "").strip():
        last = last[-1]
        if last.tag in {"span", "small", "cite", "i", "em"} and last.get("class"):
            chars = len(plain_text(last))
            return (
                [last] if 0 < chars <= min(MAX_CREDIT_CHARS, len(plain_text(element)) - 1) else []
            )
    return []


def is_gallery(element: HtmlElement) -> bool:
    """Tell whether a container is a gallery: pictures, and little text for each."""
    if holds(element, "h1"):
        return False
    pictures = sum(1 for _ in element.iter("img", "picture", "figure", "source"))
    if not pictures:
        return False
    chars = len(plain_text(element))
    prose = sum(
        len(paragraph.text_content())
        for paragraph in element.iter("p")
        if not CAPTION_NAME.search(paragraph.get("class") or "")
    )
    return chars <= pictures * MAX_CHARS_A_PICTURE and prose <= max(
        MAX_GALLERY_PROSE, pictures * MAX_CHARS_A_PICTURE // 2
    )


def read_gallery(element: HtmlElement) -> list[Part]:
    """Read the captions of a gallery: its figures', those marked as such, or its slides' texts."""
    found = [part for inner in element.iter("figcaption") for part in read_caption(inner) or []]
    if found:
        return found
    for inner in element.iterdescendants("div", "p", "span", "li"):
        if CAPTION_NAME.search(inner.get("class") or "") and not any(
            CAPTION_NAME.search(above.get("class") or "")
            for above in inner.iterancestors()
            if above is not element and element in above.iterancestors()
        ):
            found += read_caption(inner) or []
    if found:
        return found
    slides = [
        inner for inner in element.iterdescendants() if _SLIDE.search(inner.get("class") or "")
    ]
    texts = dict.fromkeys(plain_text(inner) for inner in slides or element)
    return [Part("caption", *split_credit(text)) for text in texts if text][:MAX_SLIDES]


def _has_picture(element: HtmlElement) -> bool:
    return next(element.iter("img", "picture", "source", "svg", "noscript"), None) is not None


def plain_text(element: HtmlElement) -> str:
    """Return an element's text on one line, a space between its elements."""
    return plain(" ".join(element.itertext()))
