"""What an outlet's pages share: recognised by its own earlier pages, kept out of the body.

Pure: `traits_of` says of one page what others of its outlet may share with it, and
`shared_lines` compares a page with those remembered. A line is the outlet's own, not
the article's, where

- it stands on other pages of the outlet that tell another story: under another
  headline, on another topic, without the same paragraphs. So neither an article under
  two addresses, nor its later versions, nor wire copy used again is evidence;
- it has little to do with the article it stands in here: few of its longer words come up
  elsewhere in the text. So the background that stories on one topic repeat stays;
- it is a line, not a word or two, and neither a heading nor a quotation.

Texts are remembered as 64-bit keys of their letters and digits.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import xxhash

from transforms.blocks import number_blocks
from transforms.drafts import Draft
from transforms.records import BODY_KINDS, PageTraits
from transforms.urls import outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from transforms.blocks import Blocks
    from transforms.records import Block, OutletKnowledge, Sighting

MIN_LINE_LETTERS = 20
MAX_LINES = 20  # remembered of one page
STORY_LINES = 5
SAME_STORY_SHARE = 0.5  # of the longest lines; pages that have more in common tell one story
FEW_PAGES = 5  # while fewer are remembered, one page beside this is evidence; then two
FIRST_LINES, LAST_LINES = 2, 6  # of a body, which are remembered whatever their length
HEAD_LINES = 4
MAX_LINE_CHARS = 200
MAX_EVIDENCE = 8  # pages that are counted
MAX_KEY_CHARS = 160
MAX_EXAMPLE_CHARS = 100
MAX_COHESION = 0.35  # share of a line's words that come up elsewhere in the text
_LINE_KINDS = frozenset({"paragraph", "list"})
_NO_LETTER = re.compile(r"[\W_]+")
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_]{5,}"
)


def text_key(text: str) -> int:
    """Return a text's key: equal where the first letters and digits are, whatever their case."""
    return _key(_letters(text))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text[:MAX_KEY_CHARS].casefold())


def _key(letters: str) -> int:
    return xxhash.xxh3_64_intdigest(letters.encode("utf-8", "replace"))


def traits_of(
    blocks: Sequence[Block],
    headline: str,
    *,
    url: str,
    titles: Iterable[str] = (),
    sightings: tuple[Sighting, ...] = (),
) -> PageTraits:
    """Return what a page may share with others of its outlet.

    ``titles`` is all that the page calls itself, the headline among it.
    """
    lines: dict[int, str] = {}
    for block in _lines(blocks):
        if (key := _line_key(block)) is not None:
            lines.setdefault(key, block.text)
        if len(lines) == MAX_LINES:
            break
    prose = (block.text for block in blocks if block.kind in BODY_KINDS)
    longest = sorted(prose, key=len, reverse=True)[:STORY_LINES]
    kept = sorted(lines)
    called = {text_key(title): title for title in titles}
    return PageTraits(
        outlet=outlet_of(url),
        headline=text_key(headline),
        topic=tuple(sorted(map(_key, _words(headline)))),
        story=tuple(sorted({text_key(text) for text in longest})),
        lines=tuple(kept),
        titles=tuple(sorted(called)),
        line_texts=tuple(lines[key][:MAX_EXAMPLE_CHARS] for key in kept),
        title_texts=tuple(called[key][:MAX_EXAMPLE_CHARS] for key in sorted(called)),
        sightings=sightings,
    )


def shared_lines(
    blocks: Sequence[Block],
    traits: PageTraits,
    knowledge: OutletKnowledge,
    own: Iterable[str] = (),
) -> frozenset[int]:
    """Return the positions of a page's blocks that are lines of its outlet's.

    ``own`` are texts that the page declares as its summary: those are not shared. Where the
    article begins, a line must stand on most pages: its start is worth more than a notice.
    """
    needed = 1 if len(knowledge.pages) < FEW_PAGES else 2
    mine, topic = set(traits.lines), set(traits.topic)
    alike = (
        page
        for page in knowledge.pages
        if topic.isdisjoint(page.topic) and not mine.isdisjoint(page.lines)
    )
    others = islice(_other_stories(traits, alike), MAX_EVIDENCE)
    seen = Counter(line for page in others for line in page.lines)
    usual = max(needed, min(len(knowledge.pages), MAX_EVIDENCE) / 2)
    summaries = set(map(text_key, own))
    body = [block.position for block in blocks if block.kind in BODY_KINDS]
    head = set(body[: min(HEAD_LINES, len(body) // 2)])
    return frozenset(
        block.position
        for block in blocks
        if seen
        and block.kind in _LINE_KINDS
        and (key := _line_key(block)) is not None
        and key not in summaries
        and seen[key] >= (usual if block.position in head else needed)
        and _cohesion(block, blocks) <= MAX_COHESION
    )


def shared_titles(knowledge: OutletKnowledge, titles: Iterable[str]) -> frozenset[str]:
    """Return those titles, or parts of them, that other pages bear: names of outlet or section."""
    titles = frozenset(titles)
    keys = {title: text_key(title) for title in titles}
    others = [page for page in knowledge.pages if not set(keys.values()) <= set(page.titles)]
    needed = 1 if len(others) < FEW_PAGES else 2
    seen = Counter(title for page in others for title in page.titles)
    return frozenset(title for title in titles if seen[keys[title]] >= needed)


def set_apart(blocks: Blocks, shared: frozenset[int]) -> Blocks:
    """Type the outlet's own lines as boilerplate, and headings that only those follow.

    A page without a line of its own stays as it is: there is no telling what it is.
    """
    if not shared:
        return blocks
    drafts = [
        Draft(
            "boilerplate" if block.position in shared else block.kind,
            block.text,
            level=block.level,
            credit=block.credit,
        )
        for block in blocks.blocks
    ]
    for index in range(len(drafts) - 1, -1, -1):
        if drafts[index].kind == "heading":
            drafts[index] = replace(drafts[index], kind="boilerplate", level=None)
        elif drafts[index].kind in BODY_KINDS:
            body, numbered = number_blocks(drafts)
            return replace(blocks, blocks=numbered, body=body)
    return blocks


def _line_key(block: Block) -> int | None:
    """Return the key of a block's text; None where it is no line."""
    if len(block.text) < MIN_LINE_LETTERS:
        return None
    letters = _letters(block.text)
    return _key(letters) if len(letters) >= MIN_LINE_LETTERS else None


def _lines(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield what may be the outlet's: the last lines, the first, promotion, short ones."""
    body = [block for block in blocks if block.kind in BODY_KINDS]
    inner = body[FIRST_LINES:-LAST_LINES]
    short = (block for block in inner if len(block.text) <= MAX_LINE_CHARS)
    for block in (*body[-LAST_LINES:], *body[:FIRST_LINES], *short):
        if block.kind in _LINE_KINDS:
            yield block
    yield from (block for block in blocks if block.kind == "promo")


def _cohesion(line: Block, blocks: Iterable[Block]) -> float:
    """Return the share of a line's longer words that come up elsewhere in the body."""
    words = _words(line.text)
    others = (b.text for b in blocks if b.kind in BODY_KINDS and b.position != line.position)
    return len(words & _words("\n".join(others))) / max(1, len(words))


def _words(text: str) -> set[str]:
    """Return the longer words of a text, folded; in scripts without spaces, pairs of signs."""
    return set(_WORD.findall(text.casefold()))


def _other_stories(traits: PageTraits, pages: Iterable[PageTraits]) -> Iterator[PageTraits]:
    """Yield remembered pages that tell another story than this page, and than one another."""
    known = [traits]
    for page in pages:
        if not any(_is_same_story(page, other) for other in known):
            known.append(page)
            yield page


def _is_same_story(one: PageTraits, other: PageTraits) -> bool:
    shared = len(set(one.story) & set(other.story))
    least = min(len(one.story), len(other.story))
    return one.headline == other.headline or shared > SAME_STORY_SHARE * least
