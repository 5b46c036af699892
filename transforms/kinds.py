"""What kind of page this is, and why: first by what it declares, then by its shape."""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from transforms.records import BODY_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.metadata import Metadata
    from transforms.records import ArticleKind, Block
    from transforms.survey import Survey

TEASER_CHARS = 700
FLASH_CHARS = 400
MIN_CAPTIONS = 4
LISTING_LINK_SHARE = 0.6
MIN_LISTED = 8
MIN_PROSE = 8

_OPINION_URL = re.compile(r"/(?:opinions?|opinion-\w+|commentisfree|comment|editorials?|op-?ed|columnists?|columns?|kommentare?|meinung|kolumnen?|debatte|tribunes?|opiniones|columnas|opinioni|opiniao|mneni[ey]\w*|felieton\w*|leder|kronik|yazarlar|debatt)(?:/|$)", re.IGNORECASE)  # fmt: skip
_OPINION_SECTION = re.compile(r"\b(?:opinion|editorial|commentary|op-ed|kommentar|meinung|kolumne|tribune|opinión|opinião|opinioni|мнени[ея]|колонка|debatt|leder)\b", re.IGNORECASE)  # fmt: skip
_LIVE_URL = re.compile(r"/(?:live(?:-?blog|-?ticker|-updates?|-news)?|newsblog|liveticker|en-direct|direct|directo)(?:/|-|$)|[-/](?:live-?blog|live-?ticker|newsblog|news-?ticker|liveblog|live-updates)\b", re.IGNORECASE)  # fmt: skip
_GALLERY_URL = re.compile(r"/(?:gallery|galleries|photos?|photo-?essays?|pictures|in-pictures|bilder(?:strecken?|galerien?)?|fotostrecken?|diaporamas?|fotogaler[ií]as?|fotos|foto|slideshows?)/", re.IGNORECASE)  # fmt: skip
_VIDEO_URL = re.compile(r"/(?:videos?|watch|av|mediathek|player)/|/video-", re.IGNORECASE)
_LISTING_URL = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies|ia)|cat|sections?|subjects?|authors?|archives?|search|thema|themen|"
    r"themenseite|rubrik|tema|label|page/\d+|latest|newsticker|series|collections?|hashtag|mot-cle|etiqueta|"
    r"sujet|list|browse|shop|shopping|market|trending|directory|c|s|d)(?:/|$)",
    re.IGNORECASE,
)
_FORUM_URL = re.compile(r"/(?:forums?|viewtopic|showthread|threads?|t/\d+|topic/\d+|questions/\d+|discussions?|community/t)\b|viewtopic\.php|showthread\.php", re.IGNORECASE)  # fmt: skip
_PRODUCT_URL = re.compile(r"/(?:products?|shop|item|dp|p)/[\w-]+", re.IGNORECASE)
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
_SIMPLE_ARTICLES = frozenset(
    {"NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BackgroundNewsArticle", "BlogPosting", "Article", "Report", "ReviewNewsArticle"}
)  # fmt: skip
_LISTING_TYPES = frozenset(
    {"CollectionPage", "SearchResultsPage", "ItemList", "Blog", "ProfilePage"}
)
_FORUM_TYPES = frozenset({"DiscussionForumPosting", "QAPage"})


@dataclass(frozen=True, slots=True)
class PageKind:
    """The kind of a page and the reason for it."""

    kind: ArticleKind
    reason: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The measures of a page that its kind depends on. ``link_share``: of the main text."""

    body_chars: int
    paragraphs: int
    captions: int
    link_share: float
    teasers: int
    is_declared: bool  # an article, by the page itself: its type, date or section


def is_paywalled(page: Survey, metadata: Metadata) -> bool:
    """Tell whether the page says that its text is not free, or shows a paywall."""
    declared = [node.get("isAccessibleForFree") for node in (metadata.article, *metadata.nodes)]
    said = [str(value).rsplit("/", 1)[-1].casefold() for value in declared if value is not None]
    if said:
        return said[0] in {"false", "no", "0"}
    tier = (metadata.first("article:content_tier", "og:article:content_tier") or "").casefold()
    if tier:
        return tier in {"locked", "metered", "paid", "premium"}
    return bool(page.places(_PAYWALL_CLASS, _PAYWALL_HINTS))


def tell_kind(
    url: str, title: str, metadata: Metadata, shape: Shape, *, paywalled: bool
) -> PageKind:
    """Tell an article's kind from what the page declares, its address and its shape."""
    found = _declared(metadata, shape) or _by_address(url, title, metadata, shape)
    if found is not None and found.kind not in {"article", "opinion"}:
        return found
    if paywalled and shape.body_chars < TEASER_CHARS:
        return PageKind("teaser", f"paywall, {shape.body_chars} characters of text")
    if shape.captions >= MIN_CAPTIONS and shape.body_chars < shape.captions * 150:
        return PageKind(
            "gallery", f"{shape.captions} captions, {shape.body_chars} characters of text"
        )
    if found is not None:
        return found
    return _by_shape(url, title, shape)


def _declared(metadata: Metadata, shape: Shape) -> PageKind | None:  # noqa: PLR0911 (one return a sign)
    types = metadata.types
    og_type = (metadata.first("og:type") or "").casefold()
    if "LiveBlogPosting" in types:
        return PageKind("live_blog", "json-ld type LiveBlogPosting")
    if types & _FORUM_TYPES and not types & _SIMPLE_ARTICLES:
        return PageKind("forum", f"json-ld type {min(types & _FORUM_TYPES)}")
    if "OpinionNewsArticle" in types:
        return PageKind("opinion", "json-ld type OpinionNewsArticle")
    if types & _SIMPLE_ARTICLES and metadata.article:
        return None
    if "Product" in types or og_type in {"product", "og:product", "product.item"}:
        return PageKind("product", "declared a product")
    if types & {"ImageGallery", "MediaGallery"} and shape.captions:
        return PageKind("gallery", "json-ld type of a gallery")
    if (
        "VideoObject" in types
        and shape.body_chars < TEASER_CHARS
        and (og_type.startswith("video") or not og_type)
    ):
        return PageKind("video", "json-ld type VideoObject, little text")
    if types & _LISTING_TYPES and og_type != "article" and not shape.is_declared:
        return PageKind("listing", f"json-ld type {min(types & _LISTING_TYPES)}")
    return None


def _by_address(url: str, title: str, metadata: Metadata, shape: Shape) -> PageKind | None:
    path = urlsplit(url).path
    section = (
        f"{metadata.first('article:section') or ''} {metadata.article.get('articleSection') or ''}"
    )
    if _LIVE_URL.search(path) or re.search(
        r"\b(?:live ?blog|live ?ticker|news-?ticker|newsblog)\b", title, re.IGNORECASE
    ):
        return PageKind("live_blog", "called a live blog in its address or title")
    if _GALLERY_URL.search(path) and shape.captions >= 2:  # noqa: PLR2004 (several pictures)
        return PageKind("gallery", "address of a gallery")
    if _VIDEO_URL.search(path) and shape.body_chars < 2 * TEASER_CHARS:
        return PageKind("video", "address of a video, little text")
    if _OPINION_URL.search(path) or _OPINION_SECTION.search(section):
        return PageKind("opinion", "section of opinion")
    if not metadata.article and _FORUM_URL.search(url):
        return PageKind("forum", "address of a forum thread")
    return None


def _by_shape(url: str, title: str, shape: Shape) -> PageKind:
    parts = urlsplit(url)
    if not shape.is_declared:
        reason = _listing_reason(parts.path, shape)
        if reason is not None:
            return PageKind("listing", reason)
        if _PRODUCT_URL.search(parts.path):
            return PageKind("product", "address of a product, nothing declares an article")
    if _FLASH_TITLE.search(title) and shape.body_chars < FLASH_CHARS:
        return PageKind("flash", "headline in capitals or marked urgent, little text")
    return PageKind("article", "no sign of another kind")


def _listing_reason(path: str, shape: Shape) -> str | None:
    """Tell why a page that declares no article is a listing; None where it is none."""
    if path.strip("/") in {"", "index.html", "index.php", "home"}:
        return "front page"
    if shape.link_share >= LISTING_LINK_SHARE:
        return f"{shape.link_share:.0%} of the main text is links"
    if shape.teasers >= MIN_LISTED and shape.paragraphs < MIN_PROSE:
        return f"{shape.teasers} teasers, {shape.paragraphs} paragraphs"
    if _LISTING_URL.search(path) and shape.paragraphs < MIN_PROSE:
        return f"address of a listing, {shape.paragraphs} paragraphs of prose"
    return None


def measure(
    page: Survey, blocks: Sequence[Block], *, linked_chars: int, is_declared: bool
) -> Shape:
    """Measure a page. ``linked_chars``: characters of the main text that are links."""
    body = [block for block in blocks if block.kind in BODY_KINDS]
    chars = sum(len(block.text) for block in body)
    promo = sum(len(block.text) for block in blocks if block.kind == "promo")
    return Shape(
        body_chars=chars,
        paragraphs=sum(block.kind == "paragraph" and len(block.text) > 80 for block in body),  # noqa: PLR2004 (a paragraph of prose)
        captions=sum(block.kind == "caption" for block in blocks),
        link_share=(linked_chars + promo) / max(chars + promo, 1),
        teasers=_teasers(page),
        is_declared=is_declared,
    )


def _teasers(page: Survey) -> int:
    """Count teasers: headings of the second and third rank, and articles, that are links."""
    count = 0
    for element in page.tagged("h2", "h3", "h4"):
        link = element.find(".//a[@href]")
        parent = element.getparent()
        if link is not None or (parent is not None and parent.tag == "a"):
            count += 1
    return count
