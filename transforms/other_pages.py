"""Pages that say by their type, platform or address that they are no article.

Each sign here is enough by itself, on a page that does not declare itself one article; a
front page is none whatever it declares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transforms.addresses import Address
    from transforms.listings import Standing
    from transforms.metadata import Metadata
    from transforms.page_marks import Marks
    from transforms.records import ArticleKind

FORUM_TYPES = frozenset({"DiscussionForumPosting", "QAPage"})
LISTING_TYPES = frozenset({"CollectionPage", "SearchResultsPage"})
PRODUCT_TYPES = frozenset({"Product", "ProductGroup", "SomeProducts", "IndividualProduct"})

_FORUM_PATH = re.compile(
    r"/(?:forums?|foren|viewtopic|showthread|threads?|t/(?:[\w-]+/)?\d+|topics?/\d+|questions/\d+|"
    r"discussions?/\d+|d/\d+-|boards?/\d+|comments/\w{5,})(?:/|\b)|showtopic|/thread-\d+",
    re.IGNORECASE,
)
_FORUM_QUERY = re.compile(r"(?:^|[&;])(?:topic|t|tid|thread)=\d", re.IGNORECASE)
_PRODUCT_PATH = re.compile(r"/(?:products?|shop|item|dp)/[\w-]+", re.IGNORECASE)


def no_article(
    address: Address, metadata: Metadata, marks: Marks | None, standing: Standing
) -> tuple[ArticleKind, str] | None:
    """Return the kind of a page that is no article, and why; None where no sign is enough.

    ``marks`` is None where the page declares itself one article.
    """
    if address.is_front:
        return "listing", "front page"
    if marks is None:
        return None
    reason = _forum_reason(address, marks, standing)
    if reason:
        return "forum", reason
    reason = _product_reason(address, metadata, marks, standing)
    if reason:
        return "product", reason
    reason = _listing_reason(marks, standing)
    return ("listing", reason) if reason else None


def _forum_reason(address: Address, marks: Marks, standing: Standing) -> str:
    declared = FORUM_TYPES & marks.types
    if declared:
        return f"type {min(declared)}"
    if marks.template == "forum":
        return "made by the software of forums"
    is_thread = _FORUM_PATH.search(address.path) or _FORUM_QUERY.search(address.query)
    return "address of a forum thread" if is_thread and not standing.has_date else ""


def _product_reason(address: Address, metadata: Metadata, marks: Marks, standing: Standing) -> str:
    if (metadata.first("og:type") or "").casefold().removeprefix("og:").startswith("product"):
        return "og:type product"
    if standing.has_date:
        return ""
    if marks.template == "product":
        return "template of a product"
    declared = PRODUCT_TYPES & marks.types
    if declared and not standing.is_called_article:
        return f"type {min(declared)}"
    is_sold = marks.has_cart or marks.has_prices
    return "address of a product" if is_sold and _PRODUCT_PATH.search(address.path) else ""


def _listing_reason(marks: Marks, standing: Standing) -> str:
    if LISTING_TYPES & marks.types:
        return f"type {min(LISTING_TYPES & marks.types)}"
    if standing.has_date:
        return ""
    return "template of a listing" if marks.template == "listing" else ""
