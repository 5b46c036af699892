"""A page's tree made ready for trafilatura's extractor: what is no text taken out, tags renamed.

Trafilatura walks the tree once for each of its sixty tags and asks each link and container
about its descendants. The same is done here in a few passes: taking out is left to lxml, and
links are counted from the links upwards, so that what holds none costs nothing.

Source: trafilatura 2.3.1, ``htmlprocessing.tree_cleaning``, ``convert_tags`` and
``delete_by_link_density``; its test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml import etree
from trafilatura.htmlprocessing import convert_tags, link_density_test, recover_math
from trafilatura.settings import CUT_EMPTY_ELEMS, MANUALLY_CLEANED, MANUALLY_STRIPPED
from trafilatura.xml import delete_element

from transforms.taking_out import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement
    from trafilatura.settings import Extractor

_TAKEN_OUT = tuple(tag for tag in MANUALLY_CLEANED if tag != "form")
_STRIPPED = tuple(MANUALLY_STRIPPED)
_LAYOUT_ROLES = frozenset({"presentation", "none"})
_FORM_SHARE = 0.5
_SHORT_CHARS = 100
_MIN_CHILDREN = 3
_KEPT_IN = frozenset({"item", "td", "th"})
_LONGEST_SHORT = 300  # the test of short texts goes no further
_text = etree.XPath("string()", smart_strings=False)
_link_texts = etree.XPath("descendant::ref//text()", smart_strings=False)
_leaves = etree.XPath("descendant::*[not(node())]")


def clean(tree: HtmlElement) -> HtmlElement:
    """Take out, in place, what holds no text of an article: figures, forms, menus, empty boxes."""
    recover_math(tree)
    for element in tree.iter("figure", "table"):
        holds_table = element.tag == "figure" and holds(element, "table")
        if holds_table or (element.tag == "table" and element.get("role") in _LAYOUT_ROLES):
            element.tag = "div"
    etree.strip_tags(tree, *_STRIPPED)
    etree.strip_elements(tree, *_TAKEN_OUT, with_tail=False)
    _take_out_forms(tree)
    for element in cast("list[HtmlElement]", _leaves(tree)):
        if element.tag in CUT_EMPTY_ELEMS:
            delete_element(element)
    return tree


def convert(tree: HtmlElement, options: Extractor) -> HtmlElement:
    """Rename, in place, the tags of a clean tree to those of trafilatura's vocabulary."""
    converted: HtmlElement = convert_tags(tree, options, options.url)
    return converted


def _take_out_forms(tree: HtmlElement) -> None:
    """Take forms out, but for one that holds the page's text: that is a frame."""
    forms = [(form, len(form.text_content())) for form in tree.iter("form")]
    longest = max((chars for _, chars in forms), default=0)
    whole = _chars_of(tree, longest / _FORM_SHARE) if forms else 0
    for form, chars in forms:
        if chars > _FORM_SHARE * whole:
            form.tag = "div"
        else:
            delete_element(form)


def _chars_of(tree: HtmlElement, most: float) -> int:
    """Return how many characters a tree's text has, or any number above ``most``."""
    chars = 0
    for text in cast("Iterator[str]", tree.itertext()):
        chars += len(text)
        if chars > most:
            break
    return chars


class LinkDensity:
    """Takes out what is mostly links, below one element.

    Links are looked up once; an element is asked again only after a change below or beside it.
    """

    def __init__(self) -> None:
        self._root: _Element | None = None
        self._holders: set[_Element] = set()
        self._spared: set[_Element] = set()

    def delete(
        self,
        subtree: HtmlElement,
        tagname: str,
        backtracking: bool = False,  # noqa: FBT001, FBT002 (trafilatura's signature)
        favor_precision: bool = False,  # noqa: FBT001, FBT002 (trafilatura's signature)
    ) -> HtmlElement:
        """Delete the elements of a tag that are rich in links; in trafilatura's stead."""
        asked = self._holders_in(subtree) - self._spared
        tested = [element for element in subtree.iter(tagname) if element in asked] if asked else []
        doomed = [
            element
            for element in tested
            if _is_link_box(element, backtracking=backtracking, precision=favor_precision)
        ]
        self._spared.update(tested)
        for element in doomed:
            self._spared.difference_update(element.iterancestors())
            self._spared.discard(cast("_Element", element.getprevious()))
            delete_element(element)
        return subtree

    def _holders_in(self, subtree: HtmlElement) -> set[_Element]:
        """Return the elements that hold a link."""
        if self._root is not subtree:
            self._root = subtree
            self._holders = set()
            self._spared = set()
            for link in subtree.iter("ref"):
                above = link.getparent()
                while above is not None and above not in self._holders:
                    self._holders.add(above)
                    if above is subtree:
                        break
                    above = above.getparent()
        return self._holders


def _is_link_box(element: HtmlElement, *, backtracking: bool, precision: bool) -> bool:
    """Tell whether an element is mostly links; most are told by the start of their text.

    Source: trafilatura 2.3.1, ``htmlprocessing.link_density_test`` and ``delete_by_link_density``.
    """
    if _is_mostly_prose(element, cast("str", _text(element))):
        return False
    is_rich, is_short = cast("tuple[bool, bool]", link_density_test(element, precision))
    if not is_rich:
        is_rich = (
            backtracking
            and is_short
            and len(element) >= _MIN_CHILDREN
            and len(" ".join(element.text_content().split())) < _SHORT_CHARS
        )
    parent = element.getparent()
    is_kept = element.tag == "p" and parent is not None and parent.tag in _KEPT_IN
    return is_rich and not is_kept


def _is_mostly_prose(element: HtmlElement, text: str) -> bool:
    """Tell whether a text is too long for the test of short ones, and twice that of its links."""
    if len(text) <= _LONGEST_SHORT:
        return False
    links = cast("list[str]", _link_texts(element))
    chars = max(_LONGEST_SHORT, 2 * sum(map(len, links)))
    return len(text) > chars and len(" ".join(text[: 2 * chars].split())) > chars
