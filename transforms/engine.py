"""The body's engine: where a page's main text is found.

The modules named ``engine`` alone know trafilatura and htmldate; their tests tell when an
upgrade changes what they rely on. Trafilatura gives the main text as a tree in its own small
vocabulary, which `transforms.engine_pieces` turns into `Piece`s.

Source: trafilatura 2.3.1, ``core.trafilatura_sequence``.
"""

from __future__ import annotations

import logging
from copy import copy
from functools import cache, cached_property
from typing import TYPE_CHECKING, cast

import trafilatura
from lxml import etree
from trafilatura.baseline import baseline
from trafilatura.core import (
    ESCALATION_ACCEPT_RATIO,
    ESCALATION_JUSTEXT_RATIO,
    ESCALATION_MAX_LENGTH,
    ESCALATION_PAGE_SHARE,
)
from trafilatura.external import (
    JUSTEXT_OVERRIDE_RATIO,
    SANITIZED_XPATH,
    _prefer_readability,
    sanitize_tree,
    try_readability,
)
from trafilatura.htmlprocessing import prune_unwanted_nodes, tree_cleaning
from trafilatura.settings import Extractor
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_XPATH

from transforms.engine_content import Content, content_of
from transforms.engine_pieces import Piece, pieces_of
from transforms.engine_prose import Part, parts_of, prose, stop_words
from transforms.engine_tree import clean, convert
from transforms.scripts import density

if TYPE_CHECKING:
    from lxml.html import HtmlElement

VERSION = f"trafilatura {trafilatura.__version__}"

READABILITY_RATIO = 2.0
SURE_CHARS = 3_000  # no page was seen whose extracted text of that length readability improved
PROSE_RATIO = 1.8
OTHER_RATIO = 12.0  # a page with more text that is no prose is a list, not an article
WIDER_BELOW_CHARS = 500
SENTENCE_CHARS = 80  # of the Latin script: enough to be what the page says
WHOLE_PAGE_SHARE = 0.9
WHOLE_PAGE_RATIO = 3.0  # a page with more than that beside a short text says it elsewhere
APPENDED_HINTS = ("mvp-post-add", "infinite", "elementor-share-buttons")  # of RAW_TREE_PRUNE_XPATH

_text = etree.XPath("string()", smart_strings=False)

# Discarded pages are told by a value; the library's own log line says nothing more.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def main_text(tree: HtmlElement, url: str | None, names: str | None = None) -> list[Piece]:
    """Return the pieces of a page's main text, in page order; empty where there is none.

    The stages are trafilatura's, each only where it could change the result: its own
    extractor; readability and the prose of the page; the plain baseline; a second try for
    what is but a small part of the page. ``names``: the classes and ids in it, where known.
    """
    options = copy(_options())
    options.url = url
    dense = density(tree.text_content())
    options.min_extracted_size = round(options.min_extracted_size / dense)
    if names is None or any(hint in names for hint in APPENDED_HINTS):
        tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
    page = _Page(tree, is_dense=dense > 1)
    found = content_of(lambda: convert(page.clean(), options), options)
    if not _is_whole(found, page, options):
        found = _compared(page, found, options)
    if len(found.text) < options.min_extracted_size:
        body, text, chars = baseline(tree)
        is_all = len(body) == 1 and chars >= WHOLE_PAGE_SHARE * page.clean_chars
        is_said = len(found.text) * dense >= SENTENCE_CHARS and (
            page.is_dense or chars <= WHOLE_PAGE_RATIO * len(found.text)
        )
        if chars > len(found.text) and not (is_all and is_said):
            found = Content(body, text)
    if 0 < len(found.text) < ESCALATION_MAX_LENGTH:
        found = _second_try(page, found, options)
    return pieces_of(found.body)


@cache
def _options() -> Extractor:
    """Return the options of every page; trafilatura reads its settings for them."""
    return Extractor(output_format="python", comments=True, tables=True)


def warm_up() -> None:
    """Load what the libraries load at first use."""
    stop_words()
    _options()


class _Page:
    """A page's tree, and what is made of it where it is asked for."""

    def __init__(self, tree: HtmlElement, *, is_dense: bool) -> None:
        self.tree = tree
        self.is_dense = is_dense  # in a script whose words the stop lists do not tell
        self._clean_text = ""

    def clean(self) -> HtmlElement:
        """Return a clean copy of the tree; the first one's text is kept."""
        made = clean(copy(self.tree))
        self._clean_text = self._clean_text or cast("str", _text(made))
        return made

    @cached_property
    def clean_chars(self) -> int:
        """The length of the first clean copy's text, spaces collapsed."""
        return _collapsed_chars(self._clean_text)

    @cached_property
    def parts(self) -> list[Part]:
        return parts_of(self.tree)

    @cached_property
    def prose(self) -> list[str]:
        return prose(self.parts)


def _is_whole(found: Content, page: _Page, options: Extractor) -> bool:
    """Tell whether no comparison could change a text: it is long, or most of what the page has.

    Readability replaces a text only with over twice of it, or where it holds no paragraphs or
    more tables than paragraphs. It was seen to do so only where the page holds as much prose.

    Source: trafilatura 2.3.1, ``external._prefer_readability``.
    """
    chars = len(found.text)
    paragraphs = sum(1 for paragraph in found.body.iter("p") if paragraph.text or len(paragraph))
    tables = sum(1 for _ in found.body.iter("table"))
    if chars < options.min_extracted_size or not 0 < paragraphs >= tables:
        return False
    return (
        chars >= SURE_CHARS
        or page.clean_chars <= READABILITY_RATIO * chars
        or (
            not page.is_dense
            and page.clean_chars <= OTHER_RATIO * chars
            and sum(map(len, page.prose)) <= PROSE_RATIO * chars
        )
    )


def _compared(page: _Page, found: Content, options: Extractor) -> Content:
    """Take readability's text instead where it is better, the page's prose where that fails, too.

    Source: trafilatura 2.3.1, ``external.compare_extraction``.
    """
    other = try_readability(copy(page.tree))
    other_text = " ".join(other.text_content().split())
    is_better = _prefer_readability(
        found.body, other, other_text, len(found.text), len(other_text), options
    )
    best = Content(other, other_text) if is_better else found
    is_unclean = is_better and bool(other.xpath(SANITIZED_XPATH))
    if is_unclean or len(best.text) < options.min_extracted_size:
        read = _content(prose(parts_of(page.clean())))
        most = JUSTEXT_OVERRIDE_RATIO * len(read.text) if is_unclean else len(read.text) - 1
        if read.text and len(best.text) <= most:
            return read
    return Content(*sanitize_tree(other, options)) if is_better else best


def _second_try(page: _Page, found: Content, options: Extractor) -> Content:
    """Take the page's prose, or what a wider search finds, for a text that is little of its page.

    Source: trafilatura 2.3.1, ``core.trafilatura_sequence``, stage 4; the wider search, which is
    dear, is left to texts of a few lines, where alone it was seen to find more than the prose.
    """
    share = len(found.text) / ESCALATION_PAGE_SHARE
    if share >= _collapsed_chars(page.tree.text_content()):
        return found
    if share >= sum(len(part.text) + 1 for part in page.parts):
        return found
    read = _content(page.prose)
    if len(read.text) > ESCALATION_JUSTEXT_RATIO * len(found.text):
        return read
    if len(found.text) >= WIDER_BELOW_CHARS:
        return found
    wider = copy(options)
    wider.focus = "recall"
    pruned = prune_unwanted_nodes(copy(page.tree), REMOVE_COMMENTS_XPATH)
    other = content_of(lambda: convert(tree_cleaning(copy(pruned), wider), wider), wider)
    is_more = len(other.text) > ESCALATION_ACCEPT_RATIO * len(found.text)
    return other if is_more and len(other.text) >= options.min_extracted_size else found


def _content(paragraphs: list[str]) -> Content:
    body = etree.Element("body")
    for text in paragraphs:
        etree.SubElement(body, "p").text = text
    return Content(body, " ".join(paragraphs))


def _collapsed_chars(text: str) -> int:
    words = text.split()
    return sum(map(len, words)) + max(0, len(words) - 1)
