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

from transforms.engine_tests import ATTRIBUTES, agrees, tests_of
from transforms.engine_tree import LinkDensity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml import etree
    from lxml.html import HtmlElement

    from transforms.engine_tests import Signature, Test

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
class _Path:
    """One expression: as it is; as tests of tag and attributes; what tells that it may match.

    ``words``: of these a match's attributes hold one, but for a match by its tag alone.
    ``tags``: those a match may have; None for any.
    """

    name: str
    original: etree.XPath
    tests: tuple[Test, ...]
    words: frozenset[str]
    tags: frozenset[str] | None
    bare_tags: frozenset[str]

    @classmethod
    def of(cls, name: str, original: etree.XPath) -> _Path:
        path = _FIRST_ONLY.sub("", original.path)
        tests = tests_of(path)
        tags = frozenset(tag for test in tests for tag in test.tags or ())
        is_any = any(test.tags is None for test in tests)
        bare = frozenset(tag for test in tests if not test.atoms for tag in test.tags or ())
        return cls(name, original, tests, words_of(path), None if is_any else tags, bare)


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


_PATHS = tuple(
    _Path.of(name, original) for name, originals in ORIGINALS.items() for original in originals
)
_TAGS = frozenset(tag for path in _PATHS for tag in _TAG_NAME.findall(path.original.path))
_BARE_TAGS = frozenset(tag for path in _PATHS for tag in path.bare_tags)
_WORDS = frozenset(word for path in _PATHS for word in path.words)
_GATES = tuple(word for word in _WORDS if not any(w in word for w in _WORDS - {word}))
_RARE = frozenset(ATTRIBUTES[2:])
_remembered: dict[Signature, tuple[int, ...]] = {}
_telling: dict[str | None, bool] = {}


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
        found for path, found in zip(_PATHS, matching, strict=True) if path.name == "BODY_XPATH"
    ):
        frame = frame_of(root)
        matching[0].extend([(frame, signature_of(frame))] if frame is not None else [])
    known = {root: matching}
    answers: dict[str, list[_Answer]] = {name: [] for name in NAMES}
    for number, path in enumerate(_PATHS):
        answers[path.name].append(_Answer(number, known))
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
        (element, element.get("class"), element.get("id"), not _RARE.isdisjoint(names))
        for element in root.iterdescendants("*")
        if (names := element.keys()) or element.tag in _BARE_TAGS
    ]
    _weigh({value for _, *values, _ in named for value in values})
    pairs = [
        (element, signature_of(element))
        for element, names, place, is_rare in named
        if is_rare or _telling[names] or _telling[place] or element.tag in _BARE_TAGS
    ]
    _learn(signature for _, signature in pairs)
    return pairs


def _weigh(values: set[str | None]) -> None:
    """Tell of the classes and ids not seen before whether they hold any expression's words."""
    if len(_telling) > MAX_REMEMBERED:
        _telling.clear()
    unknown = [value for value in values if value not in _telling]
    _telling.update(dict.fromkeys(unknown, False))
    held, starts = _joined((value or "").lower() for value in unknown)
    for place in {place for word in _GATES for place in _places(word, held, starts)}:
        _telling[unknown[place]] = True


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
    tag = element.tag
    return (tag if tag in _TAGS else "other", *map(element.get, ATTRIBUTES))


def _learn(signatures: Iterable[Signature]) -> None:
    """Put the signatures not seen before to every expression, all in one go."""
    if len(_remembered) > MAX_REMEMBERED:
        _remembered.clear()
    unknown = [signature for signature in dict.fromkeys(signatures) if signature not in _remembered]
    if not unknown:
        return
    held, starts = _joined(map(_line, unknown))
    verdicts: list[list[int]] = [[] for _ in unknown]
    for number, path in enumerate(_PATHS):
        places = {place for word in path.words for place in _places(word, held, starts)}
        if path.bare_tags:
            places.update(at for at, found in enumerate(unknown) if found[0] in path.bare_tags)
        for place in places:
            signature = unknown[place]
            if path.tags is not None and signature[0] not in path.tags:
                continue
            if any(agrees(test, signature) for test in path.tests):
                verdicts[place].append(number)
    _remembered.update(zip(unknown, map(tuple, verdicts), strict=True))


def _line(signature: Signature) -> str:
    """Return the attributes of a signature on one line, those with a name of data named."""
    pairs = zip(ATTRIBUTES, signature[1:], strict=True)
    texts = (f"{name if '-' in name else ''}={value}" for name, value in pairs if value is not None)
    return "\x01".join(texts).lower()


def _joined(lines: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """Return texts one a line, and where each starts, and the end."""
    lines = [line.replace("\n", " ") for line in lines]
    return "\n".join(lines), (0, *accumulate(len(line) + 1 for line in lines))


def _places(word: str, held: str, starts: Sequence[int]) -> Iterator[int]:
    at = held.find(word)
    while at >= 0:
        line = bisect_right(starts, at) - 1
        yield line
        at = held.find(word, starts[line + 1])


def _is_below(element: HtmlElement, tree: HtmlElement) -> bool:
    return any(ancestor is tree for ancestor in element.iterancestors(tree.tag))
