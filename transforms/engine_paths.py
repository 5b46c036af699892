"""Trafilatura's expressions for classes and ids, answered once a page from what is remembered.

Its XPath expressions match regular expressions against the attributes of every
element, a dozen times over: a third of its time. What they say of an element hangs
on the element's own tag and attributes alone, and outlets repeat those on every
page. So each different set of tag and attributes is put to the expressions once,
and a page's elements are looked up.

Source: trafilatura 2.3.1, ``xpaths``; its test tells when an upgrade changes that.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from trafilatura import main_extractor
from trafilatura.htmlprocessing import delete_by_link_density

from transforms.engine_tests import ATTRIBUTES, tests_of
from transforms.engine_tree import LinkDensity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml import etree
    from lxml.html import HtmlElement

    from transforms.engine_tests import Atom, Signature

NAMES = (
    "BODY_XPATH",
    "COMMENTS_XPATH",
    "OVERALL_DISCARD_XPATH",
    "TEASER_DISCARD_XPATH",
    "DISCARD_IMAGE_ELEMENTS",
)
MAX_REMEMBERED = 20_000
MIN_WORD_CHARS = 3
MIN_PARAGRAPH_CHARS = 40
MIN_PARAGRAPHS = 3
FRAME_SHARE = 0.6
_FIRST_ONLY = re.compile(r"\[1\]")
_TRANSLATED = re.compile(r"translate\((@[\w-]+),\s*'[^']*',\s*'[^']*'\)")
_FLAG = re.compile(r",\s*'i'\s*\)")
_EITHER = re.compile(r"(?<=@)[\w-]+\|@")
_LITERAL = re.compile(r"re:test\([^']*'(?P<pattern>[^']*)'|'(?P<literal>[^']*)'")
_BARE_NAME = re.compile(r"[\[\s]@([\w-]+)(?=\s*(?:\bor\b|\band\b|\]))")
_TAG_NAME = re.compile(r"(?:self::|//)(\w+)")
_OUTER_BAR = re.compile(r"\|(?![^(]*\))")
_GROUP = re.compile(r"\(\?(?P<ahead>!)?:?(?P<inner>[^()]*)\)(?P<maybe>\?)?")
_BREAK = re.compile(r"[\x00^$]|\[[^\]]*\]\??|\\.|.\?")

ORIGINALS: Mapping[str, Sequence[etree.XPath]] = {
    name: tuple(getattr(main_extractor, name)) for name in NAMES
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One test of attributes, with the number of its expression and the tags it is asked of."""

    number: int
    tags: frozenset[str] | None  # None for any
    atom: Atom


def words_of(path: str) -> frozenset[str]:
    """Return pieces of words, lower-case, one of which is in any attributes that match.

    A piece stands in an attribute's value, or is the name of an attribute.

    Raises: ValueError where an expression matches attributes by a pattern without such a piece.
    """
    path = _EITHER.sub("", _FLAG.sub(")", _TRANSLATED.sub(r"\1", path)))
    words = set(_BARE_NAME.findall(_LITERAL.sub("", path)))
    for match in _LITERAL.finditer(path):
        pattern = match["pattern"]
        branches = _OUTER_BAR.split(pattern) if pattern else [match["literal"]]
        for branch in (each for part in branches for each in _multiplied(part)):
            words.add(max(_BREAK.split(branch) if pattern else [branch], key=len).lower())
    if short := [word for word in words if len(word) < MIN_WORD_CHARS]:
        raise ValueError(f"{short} tell nothing, in {path[:200]!r}")
    return frozenset(words)


def _multiplied(branch: str) -> list[str]:
    """Return the forms of one alternative of a regular expression, its groups multiplied out."""
    group = _GROUP.search(branch)
    if group is None:
        return [branch]
    head, tail = branch[: group.start()], branch[group.end() :]
    inner = ["\x00"] if group["ahead"] else group["inner"].split("|")
    maybe = [""] if group["maybe"] else []
    return [form for part in (*inner, *maybe) for form in _multiplied(f"{head}{part}{tail}")]


_PATHS = tuple((name, path) for name, originals in ORIGINALS.items() for path in originals)
_TESTS = tuple(
    (number, test)
    for number, (_, path) in enumerate(_PATHS)
    for test in tests_of(_FIRST_ONLY.sub("", path.path))
)
_TAGS = frozenset(tag for _, path in _PATHS for tag in _TAG_NAME.findall(path.path))
_BARE = tuple((number, test.tags) for number, test in _TESTS if test.tags and not test.atoms)
_BARE_TAGS = frozenset(tag for _, tags in _BARE for tag in tags)
_RARE = ATTRIBUTES[2:]
_RARE_NAMES = frozenset(_RARE)
_NO_RARE = (None,) * len(_RARE)


def _asked_by_word() -> dict[str, tuple[_Asked, ...]]:
    """Return what is to be asked of an element whose attributes hold a piece of a word.

    A piece that another one is part of tells nothing more than that.
    """
    asked = [
        (_Asked(number, test.tags, atom), words_of(f"[{atom.source}]"))
        for number, test in _TESTS
        for atom in test.atoms
    ]
    words = frozenset(word for _, own in asked for word in own)
    shortest = (word for word in words if not any(part in word for part in words - {word}))
    return {
        part: tuple(each for each, own in asked if any(part in word for word in own))
        for part in shortest
    }


_ASKED = _asked_by_word()
_remembered: dict[Signature, tuple[int, ...]] = {}
_held: dict[str | None, tuple[str, ...]] = {None: ()}
"""The words of `_ASKED` in each class, id and line of rare attributes seen so far."""


_Matching = tuple[list[tuple["HtmlElement", "Signature"]], ...]
"""The elements of a tree that match, with their signatures, for each of the expressions."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """Stands for one expression while a page is worked on. ``known``: the trees seen so far."""

    number: int
    known: dict[HtmlElement, _Matching]

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        """Return the matching elements below one; taken out or changed, they match no more."""
        root = tree.getroottree().getroot()
        if root not in self.known:
            self.known[root] = _matching(root)
        return [
            element
            for element, signature in self.known[root][self.number]
            if signature_of(element) == signature and _is_below(element, tree)
        ]


@contextmanager
def answered(root: HtmlElement) -> Iterator[None]:
    """Answer trafilatura's expressions from one pass over each tree, inside the context.

    In this tree, where none knows the frame, the element that holds the paragraphs is it.
    """
    matching = _matching(root)
    if not any(
        found for (name, _), found in zip(_PATHS, matching, strict=True) if name == "BODY_XPATH"
    ):
        frame = frame_of(root)
        matching[0].extend([(frame, signature_of(frame))] if frame is not None else [])
    known = {root: matching}
    answers: dict[str, list[_Answer]] = {name: [] for name in NAMES}
    for number, (name, _) in enumerate(_PATHS):
        answers[name].append(_Answer(number, known))
    try:
        for name, expressions in answers.items():
            setattr(main_extractor, name, expressions)
        main_extractor.delete_by_link_density = LinkDensity().delete
        yield
    finally:
        main_extractor.delete_by_link_density = delete_by_link_density
        for name, originals in ORIGINALS.items():
            setattr(main_extractor, name, list(originals))


def _matching(root: HtmlElement) -> _Matching:
    """Return the elements below one that match each expression."""
    matching: _Matching = tuple([] for _ in _PATHS)
    for pair in _signed(root):
        for number in _remembered[pair[1]]:
            matching[number].append(pair)
    return matching


def _signed(root: HtmlElement) -> list[tuple[HtmlElement, Signature]]:
    """Return the elements below one that may match, each with its signature, learned."""
    named = [
        (
            element,
            element.get("id"),
            element.get("class"),
            None if _RARE_NAMES.isdisjoint(names) else _line(map(element.get, _RARE)),
        )
        for element in root.iterdescendants("*")
        if (names := element.keys()) or element.tag in _BARE_TAGS
    ]
    _weigh({value for _, *values in named for value in values})
    pairs = [
        (element, signature_of(element) if line else (_tag_of(element), place, names, *_NO_RARE))
        for element, place, names, line in named
        if _held[names] or _held[place] or _held[line] or element.tag in _BARE_TAGS
    ]
    _learn({signature for _, signature in pairs})
    return pairs


def _weigh(values: set[str | None]) -> None:
    """Find in what was not seen before the words that the expressions ask for, all in one go."""
    if len(_held) > MAX_REMEMBERED:
        _held.clear()
        _held[None] = ()
    unknown = [value for value in values if value not in _held]
    lines = [value.replace("\n", " ").lower() for value in unknown if value is not None]
    starts = (0, *accumulate(len(line) + 1 for line in lines))
    text = "\n".join(lines)
    found: list[list[str]] = [[] for _ in unknown]
    for word in _ASKED if unknown else ():
        for place in _places(word, text, starts):
            found[place].append(word)
    _held.update(zip(unknown, map(tuple, found), strict=True))


def frame_of(root: HtmlElement) -> HtmlElement | None:
    """Return the element that holds most of a page's paragraphs as its children, if one does.

    It stands in where no expression knows a page's own name for it: else the extractor
    would gather paragraphs from the whole page and leave headings and lists behind.
    """
    chars: dict[HtmlElement, list[int]] = {}
    for paragraph in root.iter("p"):
        parent = paragraph.getparent()
        length = len(paragraph.text_content().strip())
        if parent is not None and length >= MIN_PARAGRAPH_CHARS:
            chars.setdefault(parent, []).append(length)
    best = max(chars, key=lambda element: sum(chars[element]), default=None)
    if best is None or best.tag in {"body", "html"} or len(chars[best]) < MIN_PARAGRAPHS:
        return None
    whole = sum(map(sum, chars.values()))
    return best if sum(chars[best]) >= FRAME_SHARE * whole else None


def signature_of(element: HtmlElement) -> Signature:
    """Return all that the expressions look at in an element."""
    return (_tag_of(element), *map(element.get, ATTRIBUTES))


def _tag_of(element: HtmlElement) -> str:
    tag = element.tag
    return tag if tag in _TAGS else "other"


def _learn(signatures: set[Signature]) -> None:
    """Put the signatures not seen before to the expressions whose words they hold."""
    if len(_remembered) > MAX_REMEMBERED:
        _remembered.clear()
    for signature in signatures.difference(_remembered):
        tag, place, names = signature[:3]
        rare = signature[3:]
        found = {number for number, tags in _BARE if tag in tags}
        line = None if rare == _NO_RARE else _line(rare)
        for word in (*_held[names], *_held[place], *_held[line]):
            for asked in _ASKED[word]:
                is_of_tag = asked.tags is None or tag in asked.tags
                if is_of_tag and asked.number not in found and asked.atom.holds(signature):
                    found.add(asked.number)
        _remembered[signature] = tuple(found)


def _line(values: Iterable[str | None]) -> str | None:
    """Return the values of the rare attributes on one line, those with a name of data named."""
    pairs = zip(_RARE, values, strict=True)
    texts = [f"{name if '-' in name else ''}={value}" for name, value in pairs if value is not None]
    return "\x01".join(texts) or None


def _places(word: str, held: str, starts: Sequence[int]) -> Iterator[int]:
    at = held.find(word)
    while at >= 0:
        line = bisect_right(starts, at) - 1
        yield line
        at = held.find(word, starts[line + 1])


def _is_below(element: HtmlElement, tree: HtmlElement) -> bool:
    return any(ancestor is tree for ancestor in element.iterancestors(tree.tag))
