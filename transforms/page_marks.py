"""What a page's markup shows of its kind: its platform's template, its shelves, its lists.

Measured before the text is taken out of the tree, and only on pages that do not
declare themselves one article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.repeats import Repeats, find_repeats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from transforms.metadata import Metadata
    from transforms.survey import Survey

MIN_SHELF = 8
"""So many elements of one class, named after a price or a product, are a shelf."""

# The words that publishing, shop and forum systems put on html and body, by what they show.
_STORY_TEMPLATE = re.compile(
    r"(?<![\w-])(?:single(?:-(?:post|article|news|story|format-[\w-]+))?|postid-\d+|post-template(?:-default)?|"
    r"template-article|(?:page-)?node-type-(?:article|news|blog|story|post|press)[\w-]*|article|article-page|"
    r"page-article|post|story)(?![\w-])"
)
_LISTING_TEMPLATE = re.compile(
    r"(?<![\w-])(?:archive|category|tag|search(?:-results|-page)?|(?:tax|term)-[\w-]+|"
    r"post-type-archive[\w-]*|path-(?:taxonomy|frontpage|search)|page-taxonomy[\w-]*|"
    r"template-(?:collection|blog|index|search|list[\w-]*)|home(?:page|-page|-template)?|front-?page|"
    r"product-list\w*(?:-page)?|page-category|catalog-category-view|plp|category-page|listing-page|"
    r"tag-template|woocommerce-shop)(?![\w-])"
)
_PRODUCT_TEMPLATE = re.compile(
    r"(?<![\w-])(?:single-product|template-product|catalog-product-view|product-page|product-detail(?:s|-page)?|pdp)(?![\w-])"
)
_FORUM_TEMPLATE = re.compile(
    r"(?<![\w-])(?:template-(?:thread_view|topic)|question-page|phpbb|section-viewtopic|vbulletin\w*|"
    r"discourse|mybb|nodebb|flarum|page-topic|single-topic|topic-template-default|bbpress|showthread|viewtopic|"
    r"forum-(?:topic|thread)|thread-page|node-type-forum)(?![\w-])"
)
_FORUM_SYSTEM = re.compile(
    r"discourse|vbulletin|phpbb|mybb|\bsmf\b|simple machines|nodebb|flarum|lemmy|"
    r"woltlab|burning board|bbpress|punbb|fluxbb|jforum",
    re.IGNORECASE,
)
_PRICE = re.compile(r"price|prix|preis|precio|prezzo", re.IGNORECASE)
_WARE = re.compile(r"produ[ck]t|cart|basket|shelf|sku", re.IGNORECASE)
_CART = re.compile(r"add[-_]?to[-_]?(?:cart|bag|basket)|addtocart|warenkorb", re.IGNORECASE)
_CART_HINTS = ("cart", "bag", "basket", "warenkorb")
_FILTER_HINTS = ("filter", "Filter", "facet", "Facet", "sort-by", "sortby", "sort_by", "SortBy")
_PAGES_HINTS = ("pagina", "Pagina", "pager")
_STORY_ITEMS = frozenset({"Article", "NewsArticle", "BlogPosting"})


@dataclass(frozen=True, slots=True)
class Marks:
    """What the markup of a page shows of its kind. ``linked_chars`` without white space."""

    template: str = ""  # story, listing, product or forum, by the words of its platform
    types: frozenset[str] = frozenset()  # of its JSON-LD and its microdata
    is_one_story: bool = False  # microdata of exactly one article
    has_prices: bool = False
    is_shelf: bool = False
    has_cart: bool = False
    has_filter: bool = False
    has_pages: bool = False
    linked_chars: int = 0
    repeats: Repeats = field(default_factory=Repeats)


def read_marks(page: Survey, metadata: Metadata) -> Marks:
    """Measure a page before its text is taken out of the tree."""
    types = [str(kind) for kind in page.elements[0].xpath("//@itemtype")] if page.elements else []
    names = [kind.rstrip("/").rsplit("/", 1)[-1] for kind in types]
    many = [words for words, places in page.by_words.items() if len(places) >= MIN_SHELF]
    lowered = page.lines.lower()
    has_prices = any(_PRICE.search(words) for words in many)
    return Marks(
        template=_template(page, metadata),
        types=metadata.types | frozenset(names),
        is_one_story=sum(name in _STORY_ITEMS for name in names) == 1,
        has_prices=has_prices,
        is_shelf=has_prices and any(_WARE.search(words) for words in many),
        has_cart=any(hint in lowered for hint in _CART_HINTS) and _CART.search(lowered) is not None,
        has_filter=any(hint in page.lines for hint in _FILTER_HINTS),
        has_pages=any(hint in page.lines for hint in _PAGES_HINTS) or _has_next(page),
        linked_chars=len(squeeze("".join(_link_texts(page)))),
        repeats=find_repeats(page),
    )


def _template(page: Survey, metadata: Metadata) -> str:
    words = " ".join(_words_of_root(page)).lower()
    if _FORUM_TEMPLATE.search(words) or _FORUM_SYSTEM.search(metadata.first("generator") or ""):
        return "forum"
    if _PRODUCT_TEMPLATE.search(words):
        return "product"
    if _STORY_TEMPLATE.search(words):
        return "story"
    return "listing" if _LISTING_TEMPLATE.search(words) else ""


def _words_of_root(page: Survey) -> Iterator[str]:
    for element in page.tagged("html", "body"):
        yield from (element.get(name) or "" for name in ("class", "id", "data-template"))


def _has_next(page: Survey) -> bool:
    return any((link.get("rel") or "").lower() == "next" for link in page.tagged("link"))


def _link_texts(page: Survey) -> Iterator[str]:
    link: HtmlElement
    for link in page.tagged("a"):
        yield link.text_content() if len(link) else link.text or ""
