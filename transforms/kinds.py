"""What kind of page this is, and why: first by what it declares, then by its shape."""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from transforms.language import count_words
from transforms.listings import Prose, count_prices, listing_reason, size_of
from transforms.metadata import ARTICLE_TYPES, types_of
from transforms.other_pages import no_article
from transforms.records import BODY_KINDS
from transforms.repeats import Repeats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.addresses import Address
    from transforms.asides import PageText
    from transforms.listings import Standing
    from transforms.metadata import Metadata
    from transforms.page_marks import Marks
    from transforms.records import ArticleKind, Block
    from transforms.survey import Survey

TEASER_SIZE = 700
FLASH_SIZE = 400
CHARS_A_WORD = 6
MIN_CAPTIONS = 4
LONG_PARAGRAPH_CHARS = 100

_OPINION_URL = re.compile(r"/(?:opinions?|opinion-\w+|commentisfree|comment|editorials?|op-?ed|columnists?|columns?|kommentare?|meinung|kolumnen?|debatte|tribunes?|opiniones|columnas|opinioni|opiniao|mneni[ey]\w*|felieton\w*|leder|kronik|yazarlar|debatt)(?:/|$)", re.IGNORECASE)  # fmt: skip
_OPINION_SECTION = re.compile(r"\b(?:opinion|editorial|commentary|op-ed|kommentar|meinung|kolumne|tribune|opinión|opinião|opinioni|мнени[ея]|колонка|debatt|leder)\b", re.IGNORECASE)  # fmt: skip
_LIVE_URL = re.compile(r"/(?:live(?:-?blog|-?ticker|-updates?|-news)?|newsblog|liveticker|en-direct|direct|directo)(?:/|-|$)|[-/](?:live-?blog|live-?ticker|newsblog|news-?ticker|liveblog|live-updates)\b", re.IGNORECASE)  # fmt: skip
_GALLERY_URL = re.compile(r"/(?:gallery|galleries|photos?|photo-?essays?|pictures|in-pictures|bilder(?:strecken?|galerien?)?|fotostrecken?|diaporamas?|fotogaler[ií]as?|fotos|foto|slideshows?)/", re.IGNORECASE)  # fmt: skip
_VIDEO_URL = re.compile(r"/(?:videos?|watch|av|mediathek|player)/|/video-", re.IGNORECASE)
_LIVE_TITLE = re.compile(r"\b(?:live ?blog|live ?ticker|news-?ticker|newsblog)\b", re.IGNORECASE)
_FLASH_TITLE = re.compile(r"^(?:\(?(?:EILMELDUNG|Eilmeldung|EIL|FLASH|URGENT|BREAKING|ALERT|СРОЧНО|МОЛНИЯ|URGENTE|SON DAKIKA)\)?)\b\s*[-:+|]|^[A-ZА-Я\d\s,.'’\"%-]{25,}$")  # fmt: skip
_PAYWALL_CLASS = re.compile(r"(?:^|[\s_-])(?:paywall|piano-(?:offer|container)|paid-content|premium-(?:wall|overlay)|subscription-wall|regwall|paygate|meteredContent|tp-container-inner|subscriber-only|locked-content)(?:$|[\s_-])", re.IGNORECASE)  # fmt: skip
_PAYWALL_HINTS = (
    "wall",
    "Wall",
    "paid",
    "piano",
    "ubscri",
    "locked",
    "gate",
    "metered",
    "tp-container",
)
STORY_TYPES = frozenset(ARTICLE_TYPES) - {"Review", "SocialMediaPosting"}  # products have reviews


Paywall = Literal["", "declared", "shown"]
"""Whether a text is not free: the page says so, or has a paywall's markup."""


@dataclass(frozen=True, slots=True)
class PageKind:
    """The kind of a page and the reason for it."""

    kind: ArticleKind
    reason: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The measures of a page's text that its kind depends on."""

    body_size: int  # characters of an alphabet
    captions: int
    prose: Prose
    is_cut: bool = False  # the text ends in the middle


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page says of itself: its address and headline, its metadata, its markup.

    ``marks`` is None where the page declares itself one article: they are not asked for.
    """

    address: Address
    headline: str
    metadata: Metadata
    standing: Standing
    marks: Marks | None
    paywall: Paywall = ""


def read_paywall(page: Survey, metadata: Metadata) -> Paywall:
    """Tell whether the page says that its text is not free, or only shows a paywall."""
    declared = [node.get("isAccessibleForFree") for node in (metadata.article, *metadata.nodes)]
    said = [str(value).rsplit("/", 1)[-1].casefold() for value in declared if value is not None]
    if said:
        return "declared" if said[0] in {"false", "no", "0"} else ""
    tier = (metadata.first("article:content_tier", "og:article:content_tier") or "").casefold()
    if tier:
        return "declared" if tier in {"locked", "metered", "paid", "premium"} else ""
    return "shown" if page.places(_PAYWALL_CLASS, _PAYWALL_HINTS) else ""


def is_one_article(metadata: Metadata) -> bool:
    """Tell whether a page declares in JSON-LD that it is one article."""
    return bool(STORY_TYPES & set(types_of(metadata.article)))


def tell_kind(seen: Seen, shape: Shape) -> PageKind:
    """Tell a page's kind: by what it declares, its platform and address, its shape."""
    elsewhere = no_article(seen.address, seen.metadata, seen.marks, seen.standing)
    if elsewhere is not None:
        return PageKind(*elsewhere)
    found = _declared(seen.metadata, shape) or _by_address(seen, shape)
    if found is not None and found.kind != "opinion":
        return found
    return _by_points(seen, shape) or _by_text(seen, shape, found)


def _by_points(seen: Seen, shape: Shape) -> PageKind | None:
    if seen.marks is None:
        return None
    reason = listing_reason(seen.address, seen.marks, shape.prose, seen.standing)
    kind: ArticleKind = "product" if seen.marks.is_shelf else "listing"
    return PageKind(kind, reason) if reason is not None else None


def _by_text(seen: Seen, shape: Shape, opinion: PageKind | None) -> PageKind:
    """Tell an article's kind by how much text of which sort it has."""
    size = f"{shape.body_size} characters of text"
    if shape.body_size < TEASER_SIZE and _is_stub(seen, shape):
        return PageKind("teaser", f"paywall {seen.paywall}, {size}")
    if shape.captions >= MIN_CAPTIONS and shape.body_size < shape.captions * 150:
        return PageKind("gallery", f"{shape.captions} captions, {size}")
    if opinion is not None:
        return opinion
    if _FLASH_TITLE.search(seen.headline) and shape.body_size < FLASH_SIZE:
        return PageKind("flash", "headline in capitals or marked urgent, little text")
    return PageKind("article", "no sign of another kind")


def _is_stub(seen: Seen, shape: Shape) -> bool:
    """Tell whether a short text before a paywall is not all: it may be a brief, and whole."""
    if not seen.paywall:
        return False
    declared = str(seen.metadata.article.get("wordCount") or "")
    words = int(declared) if declared.isascii() and declared.isdigit() else 0
    is_longer = words * CHARS_A_WORD > 2 * shape.body_size
    return seen.paywall == "declared" or shape.is_cut or is_longer


def _declared(metadata: Metadata, shape: Shape) -> PageKind | None:
    types = metadata.types
    og_type = (metadata.first("og:type") or "").casefold()
    if "LiveBlogPosting" in types:
        return PageKind("live_blog", "json-ld type LiveBlogPosting")
    if "OpinionNewsArticle" in types:
        return PageKind("opinion", "json-ld type OpinionNewsArticle")
    if is_one_article(metadata):
        return None
    if types & {"ImageGallery", "MediaGallery"} and shape.captions:
        return PageKind("gallery", "json-ld type of a gallery")
    if (
        "VideoObject" in types
        and shape.body_size < TEASER_SIZE
        and (og_type.startswith("video") or not og_type)
    ):
        return PageKind("video", "json-ld type VideoObject, little text")
    return None


def _by_address(seen: Seen, shape: Shape) -> PageKind | None:
    path, metadata = seen.address.path, seen.metadata
    section = (
        f"{metadata.first('article:section') or ''} {metadata.article.get('articleSection') or ''}"
    )
    if _LIVE_URL.search(path) or _LIVE_TITLE.search(seen.headline):
        return PageKind("live_blog", "called a live blog in its address or title")
    if _GALLERY_URL.search(path) and shape.captions >= 2:  # noqa: PLR2004 (several pictures)
        return PageKind("gallery", "address of a gallery")
    if _VIDEO_URL.search(path) and shape.body_size < 2 * TEASER_SIZE:
        return PageKind("video", "address of a video, little text")
    if _OPINION_URL.search(path) or _OPINION_SECTION.search(section):
        return PageKind("opinion", "section of opinion")
    return None


def measure(
    blocks: Sequence[Block], page_text: PageText, marks: Marks | None, headline: str
) -> Shape:
    """Measure a page's text; without marks, as one article's: nothing of it in items."""
    body = [block for block in blocks if block.kind in BODY_KINDS]
    repeats = marks.repeats if marks is not None else Repeats()
    sizes = [size_of(block.text) for block in body]
    own = repeated = 0
    for block, size in zip(body, sizes, strict=True) if marks is not None else ():
        if repeats.texts and repeats.hold(block.text):
            repeated += size
        elif block.kind != "heading" and size >= LONG_PARAGRAPH_CHARS:
            own += size
    prose = Prose(
        own=own,
        repeated=repeated,
        items=size_of(repeats.texts),
        page=len(page_text.squeezed),
        prices=count_prices(page_text.squeezed) if marks is not None else 0,
        headline_words=count_words(headline),
    )
    return Shape(
        body_size=sum(sizes),
        captions=sum(block.kind == "caption" for block in blocks),
        prose=prose,
        is_cut=bool(body) and body[-1].text.rstrip().endswith(("…", "...", "[…]", "[...]")),
    )
