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
from operator import attrgetter
from typing import TYPE_CHECKING

from transforms.line_words import is_promo
from transforms.metadata import plain

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from transforms.records import BlockKind
    from transforms.survey import Survey

MAX_CAPTION_CHARS = 1200
MAX_PROMO_CHARS = 400
MAX_WALL_CHARS = 600
MAX_DATELINE_CHARS = 80
MAX_SIGNATURE_CHARS = 80
MAX_VIDEO_CHARS = 160
MAX_CHARS_A_PICTURE = 400
MAX_PICTURE_CHARS = 250
MAX_CREDIT_CHARS = 60
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
_WALL = re.compile(
    r"(?:^|[\s_-])(?:paywall|pay-?gate|regwall|gateway|(?:subscription|premium|subscriber)-?wall|piano-offer|"
    r"subscribe-?(?:wall|box|prompt))(?:[\s_-]|$)",
    re.IGNORECASE,
)
_PLACE_LINE = re.compile(
    r"(?:^|[\s_-])(?:date-?line|place-?line|ortsmarke|lieu|mesto)(?:$|[\s_-])", re.IGNORECASE
)
_PICTURE_BOX = re.compile(
    r"(?:^|[\s_-])(?:pic|pics|picture|photo|foto|image|img|bild)(?:[_-]?(?:box|wrap|wrapper|container|block|full|left|right|big))?(?:$|[\s_-])",
    re.IGNORECASE,
)
_SOCIAL = re.compile(
    r"embed|tweet|twitter|social|instagram|facebook|telegram|weibo|vkontakte|fremdbeitrag|mastodon|bluesky",
    re.IGNORECASE,
)
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
    linked = _linked_lines(page.tagged("a"))
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
    taken += [
        (line, [_Part("promo", text)])
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


def drop(element: HtmlElement) -> None:
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


def _parts(element: HtmlElement) -> list[_Part] | None:
    """Return the blocks that an element is set aside as; None where it belongs to the text."""
    tag = element.tag
    if tag in _NEVER:
        return None
    if tag == "iframe":
        title = plain(element.get("title") or "")
        return [_Part("embed", title)] if title else []
    words = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _EMBED.search(words) or (tag == "blockquote" and _is_post(element, words)):
        text = _plain_text(element)
        return [_Part("embed", text)] if text else []
    if tag == "blockquote":
        return None
    if tag == "span" and _PLACE_LINE.search(words):
        return _place_line(element)
    found = _pictures(element, words)
    return found if found is not None or tag in _INLINE else _box(element, words)


def _pictures(element: HtmlElement, words: str) -> list[_Part] | None:
    """Read figures, and what is named after a gallery, a picture, a caption or a video."""
    if element.tag in {"figure", "figcaption"} or element.get("role") == "figure":
        return _figure(element)
    if element.tag == "a" and (prompt := _video_link(element, words)) is not None:
        return prompt
    if element.tag != "span":
        if _GALLERY.search(words) and _is_gallery(element):
            return _gallery(element)
        if _PICTURE_BOX.search(words) and (found := _picture_box(element)):
            return found
    return _caption(element) if _CAPTION.search(words) else None


def _video_link(element: HtmlElement, words: str) -> list[_Part] | None:
    """Read a link named after a video, where it is all that its element says."""
    parent = element.getparent()
    if not _VIDEO.search(words) or parent is None or _plain_text(parent) != _plain_text(element):
        return None
    return _short(element, "video", MAX_VIDEO_CHARS)


def _box(element: HtmlElement, words: str) -> list[_Part] | None:
    """Read what stands in a box of its own: a teaser, a paywall, a video prompt, promotion."""
    if element.tag == "div" and _is_teaser(element):
        return _short(element, "promo", MAX_PROMO_CHARS)
    if _WALL.search(words):
        return _short(element, "promo", MAX_WALL_CHARS)
    if _VIDEO.search(words):
        return _short(element, "video", MAX_VIDEO_CHARS)
    if _PROMO.search(words) and element.find(".//a") is not None:
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


def _place_line(element: HtmlElement) -> list[_Part] | None:
    """Return a marked dateline, where it opens its paragraph."""
    parent, text = element.getparent(), _plain_text(element)
    opens = parent is not None and parent[0] is element and not (parent.text or "").strip()
    if not opens or not text or len(text) > MAX_DATELINE_CHARS or not (element.tail or "").strip():
        return None
    element.tail = (element.tail or "").lstrip(" \n\t-–—:")
    return [_Part("dateline", text.rstrip("-–—: "))]


def _picture_box(element: HtmlElement) -> list[_Part] | None:
    """Read a box named after pictures: one picture, a short text under it and nothing else."""
    pictures = sum(1 for _ in element.iter("img"))
    text = _plain_text(element)
    if pictures != 1 or not 0 < len(text) <= MAX_PICTURE_CHARS or element.find(".//h1") is not None:
        return None
    if any(True for _ in element.iter("a", "button", "h2", "h3", "ul")):
        return None
    return _caption(element)


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
    marked = marked or _closing_mark(element)
    credit = plain(marked[0].text_content()) if marked else None
    if credit and text.endswith(credit):
        text = text[: -len(credit)].strip(" |–—-")
    elif not credit:
        text, credit = split_credit(text)
    return [_Part("caption", text, credit)] if text or credit else []


def _closing_mark(element: HtmlElement) -> list[HtmlElement]:
    """Return the short inline element of a class of its own that ends a caption: its credit."""
    last = element
    while len(last) and not (last[-1].tail or "").strip():
        last = last[-1]
        if last.tag in {"span", "small", "cite", "i", "em"} and last.get("class"):
            chars = len(_plain_text(last))
            return (
                [last] if 0 < chars <= min(MAX_CREDIT_CHARS, len(_plain_text(element)) - 1) else []
            )
    return []


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


def _linked_lines(links: list[HtmlElement]) -> dict[HtmlElement, str]:
    """Return the paragraphs and list items that are one link, with their texts."""
    found: dict[HtmlElement, str] = {}
    for link in links:
        element, parent = link, link.getparent()
        while (
            parent is not None
            and len(parent) == 1
            and not ((parent.text or "").strip() or (element.tail or "").strip())
        ):
            element, parent = parent, parent.getparent()
            if element.tag in {"p", "li"}:
                found[element] = plain(element.text_content())
                break
    return found


def _plain_text(element: HtmlElement) -> str:
    return plain(" ".join(element.itertext()))
