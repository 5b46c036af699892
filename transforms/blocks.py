"""From pieces of text to typed blocks in page order, and the body that they make.

The body is the paragraphs, headings, lists and quotations. Everything else that
the page shows among them (captions, credit lines, promotion, video prompts,
notes, tables) is kept as a block beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.copies import copied_places
from transforms.drafts import Draft, Known, draft_of, drafts_of
from transforms.line_words import opens_comments
from transforms.reading_text import CELL_BREAK, ROW_BREAK
from transforms.records import BODY_KINDS, Block, Credit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transforms.asides import PageText
    from transforms.engine_pieces import Piece

KEY_CHARS = 40
LAYOUT_TABLE_SHARE = 0.5
PROSE_CELL_CHARS = 150  # of a cell on average: no table of data
MIN_TEXT_ABOVE_COMMENTS = 400

_CELLS = re.compile("|".join(map(re.escape, (CELL_BREAK, ROW_BREAK))))


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks of a page, its body, and the credits and datelines read from its lines."""

    blocks: tuple[Block, ...]
    body: str
    credits: tuple[Credit, ...]
    dateline: str | None


def build_blocks(
    pieces: Sequence[Piece],
    page: PageText,
    *,
    titles: Sequence[str],
    authors: Iterable[str] = (),
    standfirst: str | None = None,
) -> Blocks:
    """Type the pieces of the main text, put what was set aside among them, number them.

    ``titles`` (the headline, the kicker) are dropped where the text starts with them;
    ``authors`` are names known already: a line that is nothing else is a credit.
    ``standfirst``: the one that the page shows.
    """
    read = _without_comments(_paragraphs_of_layout_tables(pieces))
    copied = copied_places([piece.text for piece in read])
    read = [piece for place, piece in enumerate(read) if place not in copied]
    drafts = drafts_of(read, page, Known.of(titles, authors))
    opening = [Draft("standfirst", standfirst)] if standfirst else []
    merged = [*opening, *_merged(drafts, page)]
    body, blocks = number_blocks(merged)
    found = tuple(credit for draft in merged for credit in draft.credits)
    dateline = next((draft.text for draft in merged if draft.kind == "dateline"), None)
    return Blocks(blocks, body, found, dateline)


def number_blocks(drafts: Iterable[Draft]) -> tuple[str, tuple[Block, ...]]:
    """Give each block its position, and each body block its place in the body."""
    blocks: list[Block] = []
    body: list[str] = []
    at = 0
    for position, draft in enumerate(drafts):
        start = end = None
        if draft.kind in BODY_KINDS:
            start, end = at, at + len(draft.text)
            at = end + 1
            body.append(draft.text)
        blocks.append(
            Block(
                position=position,
                kind=draft.kind,
                text=draft.text,
                start=start,
                end=end,
                level=draft.level,
                credit=draft.credit,
            )
        )
    return "\n".join(body), tuple(blocks)


def _paragraphs_of_layout_tables(pieces: Sequence[Piece]) -> list[Piece]:
    """Take tables that hold most of a page's text, or prose, for layout: cells are paragraphs."""
    in_tables = sum(len(piece.text) for piece in pieces if piece.kind == "table")
    if not in_tables:
        return list(pieces)
    is_frame = in_tables >= LAYOUT_TABLE_SHARE * sum(len(piece.text) for piece in pieces)
    found: list[Piece] = []
    for piece in pieces:
        cells = _CELLS.split(piece.text) if piece.kind == "table" else []
        if cells and (is_frame or len(piece.text) >= PROSE_CELL_CHARS * len(cells)):
            found += [replace(piece, kind="paragraph", text=text.strip()) for text in cells]
        else:
            found.append(piece)
    return found


def _without_comments(pieces: list[Piece]) -> list[Piece]:
    """Leave out what readers wrote: all below the heading of it, where a text stands above."""
    chars = 0
    for index, piece in enumerate(pieces):
        if chars >= MIN_TEXT_ABOVE_COMMENTS and opens_comments(piece.text):
            return pieces[:index]
        chars += len(piece.text)
    return pieces


def _merged(drafts: Sequence[Draft], page: PageText) -> list[Draft]:
    """Put what was set aside where it stood among the drafts."""
    places = _places([draft.text for draft in drafts], page.squeezed)
    if not places:
        return list(drafts)
    first, last = places[0], places[-1]
    asides = [aside for aside in page.asides if first <= aside.at <= last or aside.is_in_article]
    shown = {squeeze(draft.text) for draft in drafts} if asides else set()
    asides = [aside for aside in asides if squeeze(aside.text) not in shown]
    merged: list[Draft] = []
    waiting = 0
    for draft, place in zip(drafts, places, strict=True):
        while waiting < len(asides) and asides[waiting].at <= place:
            merged.append(draft_of(asides[waiting]))
            waiting += 1
        merged.append(draft)
    return _once(merged + [draft_of(aside) for aside in asides[waiting:]])


def _once(drafts: list[Draft]) -> list[Draft]:
    """Keep each caption, embed and prompt once: pages repeat them for small screens."""
    seen: set[tuple[str, str]] = set()
    kept: list[Draft] = []
    for draft in drafts:
        key = (draft.kind, draft.text)
        if draft.kind in {"caption", "embed", "video", "promo"}:
            if key in seen or not (draft.text or draft.credit):
                continue
            seen.add(key)
        kept.append(draft)
    return kept


def _places(texts: Sequence[str], squeezed: str) -> list[int]:
    """Return where each text stands in the page, in order; long ones anchor short ones."""
    keys = [squeeze(text[: 2 * KEY_CHARS])[:KEY_CHARS] for text in texts]  # spaces are single
    places = [-1] * len(keys)
    at = 0
    for index, key in enumerate(keys):
        if len(key) >= KEY_CHARS and (found := squeezed.find(key, at)) >= 0:
            places[index] = at = found
    at = -1
    for index in range(len(keys) - 1, -1, -1):  # short ones: the last place before the next anchor
        if places[index] < 0:
            found = squeezed.rfind(keys[index], 0, at if at >= 0 else len(squeezed))
            places[index] = found if found >= 0 and keys[index] else max(at, 0)
        at = places[index]
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1])
    return places
