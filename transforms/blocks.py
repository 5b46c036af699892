"""From pieces of text to typed blocks in page order, and the body that they make.

The body is the paragraphs, headings, lists and quotations. Everything else that
the page shows among them (captions, credit lines, promotion, video prompts,
notes, tables) is kept as a block beside it.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.bylines import credits_of, picture_credits, read_names
from transforms.copies import copied_places
from transforms.credit_lines import read_credit_line, read_dateline
from transforms.line_words import (
    SENTENCE_END,
    SHORT_LINE_CHARS,
    is_note,
    is_promo,
    is_video_prompt,
    opens_comments,
    stands_for_embed,
)
from transforms.page_labels import is_disclosure, is_label, is_offer, tells_reading_time
from transforms.records import BODY_KINDS, Block, BlockKind, Credit
from transforms.related import opens_related, related_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transforms.asides import Aside, PageText
    from transforms.credit_lines import Dateline
    from transforms.engine_pieces import Piece

KEY_CHARS = 40
BYLINE_CHARS = 80
LAYOUT_TABLE_SHARE = 0.5
PROSE_CELL_CHARS = 150  # of a cell on average: no table of data
SHORT_BODY_CHARS = 800
MIN_TEXT_ABOVE_COMMENTS = 400
EARLY_BLOCKS = 4
DATE_DIGITS = 0.2
MIN_TITLE_CHARS = 22
MAX_TITLE_RATIO = 2.0

_BYLINE = re.compile(r"^(?:By|Von|Par|Por|Di|Door|Av|Af|Автор|Автор:|Text|Text:|Texto:|Texte:|Tekst:)\s+\S", re.IGNORECASE)  # fmt: skip
_DATE_PART = re.compile(r"\s*[|•·,–—]\s*[^|•·]*\b(?:19|20)\d\d\b.*$")
CELL_BREAK, ROW_BREAK = " | ", " ¶ "
_CELLS = re.compile(r" \| | ¶ ")
_ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$|^[\w.+-]+@[\w.-]+\.\w+$")  # told, not advertised
_YEAR_OR_TIME = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}:\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before it has a position."""

    kind: BlockKind
    text: str
    level: int | None = None
    credit: str | None = None
    credits: tuple[Credit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a page before its text: its titles, whom it credits; squeezed, folded."""

    titles: frozenset[str]
    authors: frozenset[str]

    @classmethod
    def of(cls, titles: Iterable[str], authors: Iterable[str]) -> _Known:
        names = frozenset(squeeze(name).casefold() for name in authors)
        return cls(frozenset(squeeze(title).casefold() for title in titles), names)


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
    drafts = _drafts(read, page, _Known.of(titles, authors))
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


def type_line(text: str, *, is_link: bool = False) -> BlockKind:
    """Tell what a paragraph is by its words: a paragraph, or one of the kinds beside the body."""
    if is_video_prompt(text):
        return "video"
    if len(text) <= SHORT_LINE_CHARS:
        is_bare_link = is_link and not SENTENCE_END.search(text) and not _ADDRESS.match(text)
        if is_bare_link or is_promo(text, is_link=is_link) or is_label(text):
            return "promo"
        if tells_reading_time(text) or read_credit_line(text) is not None:
            return "credit"
    if is_note(text) or is_disclosure(text):
        return "note"
    if stands_for_embed(text) or is_offer(text):
        return "promo"
    return "paragraph"


def _drafts(pieces: Sequence[Piece], page: PageText, known: _Known) -> list[Draft]:
    drafts: list[Draft] = []
    linked_lists = _linked_lists(pieces, page)
    for index, piece in enumerate(pieces):
        text = " ".join(piece.text.split())
        is_early = len(drafts) < EARLY_BLOCKS
        if not text or (is_early and _is_title(piece, text, known)):
            continue
        if is_early and piece.kind in {"paragraph", "list"} and _is_byline(text, known):
            drafts.append(Draft("credit", text))
        elif piece.kind == "paragraph":
            if len(text) <= BYLINE_CHARS and squeeze(text).casefold() in _agencies_of(drafts, page):
                credit = Credit(role="agency", name=text, raw=text, origin="credit-line")
                drafts.append(Draft("credit", text, credits=(credit,)))
            else:
                has_dateline = is_early and _has(drafts, "dateline")
                drafts += _paragraph(text, page, is_early=is_early, has_dateline=has_dateline)
        elif piece.kind == "list" and index in linked_lists:
            drafts.append(Draft("promo", text))
        elif piece.kind in {"heading", "list", "quotation"}:
            kind = type_line(text) if len(text) <= SHORT_LINE_CHARS else "paragraph"
            beside = kind in {"promo", "video", "note"} and piece.kind != "quotation"
            drafts.append(Draft(kind if beside else piece.kind, text, level=piece.level))
        else:
            drafts.append(Draft(piece.kind, text))
    return _without_loose_headings(_without_related(drafts, page))


def _is_title(piece: Piece, text: str, known: _Known) -> bool:
    """Tell whether a piece is a title of the page, or the heading that shows one with its kicker."""
    key = squeeze(text).casefold()
    if key in known.titles:
        return True
    return piece.kind == "heading" and any(
        len(title) >= MIN_TITLE_CHARS and title in key and len(key) <= MAX_TITLE_RATIO * len(title)
        for title in known.titles
    )


def _is_byline(text: str, known: _Known) -> bool:
    """Tell whether a short line is but a known author's name, or but a date."""
    if len(text) > BYLINE_CHARS or SENTENCE_END.search(text):
        return False
    digits = sum(map(str.isdigit, text))
    is_date = _YEAR_OR_TIME.search(text) is not None and digits >= DATE_DIGITS * len(text)
    return is_date or squeeze(text).casefold() in known.authors


def _agencies_of(drafts: Iterable[Draft], page: PageText) -> set[str]:
    """Return the agencies that the page's datelines name, squeezed and folded."""
    named = {
        credit.name for draft in drafts if draft.kind == "dateline" for credit in draft.credits
    }
    for aside in page.asides:
        if aside.kind == "dateline":
            named |= {credit.name for credit in _draft_of(aside).credits}
    return {squeeze(name).casefold() for name in named}


def _paragraph(text: str, page: PageText, *, is_early: bool, has_dateline: bool) -> list[Draft]:
    kind = type_line(text, is_link=squeeze(text) in page.linked)
    if kind == "credit":
        return [Draft("credit", text, credits=tuple(read_credit_line(text) or ()))]
    if kind != "paragraph":
        return [Draft(kind, text)]
    if (
        is_early
        and len(text) <= BYLINE_CHARS
        and _BYLINE.match(text)
        and not SENTENCE_END.search(text)
    ):
        names = read_names(_DATE_PART.sub("", text))
        if names.people or names.agencies or (names.desks and names.desks != (text,)):
            return [Draft("credit", text, credits=tuple(credits_of(names, text, "byline")))]
    return _with_dateline(text) if is_early and not has_dateline else [_with_credit_tail(text)]


def _with_dateline(text: str) -> list[Draft]:
    dateline = read_dateline(text)
    if dateline is None or dateline.chars >= len(text):
        return [_with_credit_tail(text)]
    rest = text[dateline.chars :].lstrip()
    found = _dateline_credits(dateline)
    return [Draft("dateline", dateline.text, credits=found), _with_credit_tail(rest)]


def _dateline_credits(dateline: Dateline) -> tuple[Credit, ...]:
    return tuple(
        Credit(role="agency", name=name, raw=dateline.text, origin="dateline")
        for name in dateline.agencies
    )


def _with_credit_tail(text: str) -> Draft:
    """Read a credit that ends a paragraph ('… said. (AFP, Reuters)'); the text stays whole."""
    if not text.endswith((")", "]")):
        return Draft("paragraph", text)
    opened = max(text.rfind("("), text.rfind("["))
    tail = text[opened:]
    found = read_credit_line(tail) if opened > 0 else None
    return Draft("paragraph", text, credits=tuple(found or ()))


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


def _linked_lists(pieces: Sequence[Piece], page: PageText) -> set[int]:
    """Return the places of list items in runs where every item is one link."""
    found: set[int] = set()
    run: list[int] = []
    for index, piece in enumerate([*pieces, None]):
        if piece is not None and piece.kind == "list":
            run.append(index)
            continue
        if run and all(squeeze(pieces[at].text) in page.linked for at in run):
            found.update(run)
        run = []
    return found


def _without_related(drafts: list[Draft], page: PageText) -> list[Draft]:
    """Turn the sections that name other texts into promotion."""
    texts = [draft.text for draft in drafts]
    if not any(map(opens_related, texts)):
        return drafts
    linked = {
        place
        for place, draft in enumerate(drafts)
        if draft.kind in {"promo", "video"} or squeeze(draft.text) in page.linked
    }
    levels = [draft.level if draft.kind == "heading" else None for draft in drafts]
    for place in related_places(texts, linked, levels):
        if drafts[place].kind in BODY_KINDS:
            drafts[place] = replace(drafts[place], kind="promo", level=None)
    return drafts


def _without_loose_headings(drafts: list[Draft]) -> list[Draft]:
    """Turn headings that only promotion follows, to the end, into promotion: not all of them."""
    if not any(draft.kind in BODY_KINDS and draft.kind != "heading" for draft in drafts):
        return drafts
    for index in range(len(drafts) - 1, -1, -1):
        if drafts[index].kind == "heading":
            drafts[index] = replace(drafts[index], kind="promo", level=None)
        elif drafts[index].kind in BODY_KINDS:
            break
    return drafts


def _has(drafts: Iterable[Draft], kind: BlockKind) -> bool:
    return any(draft.kind == kind for draft in drafts)


def _merged(drafts: Sequence[Draft], page: PageText) -> list[Draft]:
    """Put what was set aside where it stood among the drafts."""
    places = _places([draft.text for draft in drafts], page.squeezed)
    if not places:
        return list(drafts)
    first, last = places[0], places[-1]
    shown = {squeeze(draft.text) for draft in drafts}
    asides = [
        aside
        for aside in page.asides
        if (first <= aside.at <= last or aside.is_in_article) and squeeze(aside.text) not in shown
    ]
    merged: list[Draft] = []
    waiting = 0
    for draft, place in zip(drafts, places, strict=True):
        while waiting < len(asides) and asides[waiting].at <= place:
            merged.append(_draft_of(asides[waiting]))
            waiting += 1
        merged.append(draft)
    return _once(merged + [_draft_of(aside) for aside in asides[waiting:]])


def _draft_of(aside: Aside) -> Draft:
    if aside.kind == "dateline":
        dateline = read_dateline(f"{aside.text} - x")
        read = _dateline_credits(dateline) if dateline is not None else ()
        return Draft("dateline", aside.text, credits=read)
    found = tuple(picture_credits(aside.credit)) if aside.credit else ()
    return Draft(aside.kind, aside.text, credit=aside.credit, credits=found)


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
    keys = [squeeze(text)[:KEY_CHARS] for text in texts]
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


def reading_text(blocks: Sequence[Block]) -> str:
    """Return what a reader reads of an article: its body, with what is quoted and tabulated in it.

    That is a standfirst written in sentences (not a deck in the manner of a headline), the
    dateline before its paragraph, the body, the words of embedded posts, and tables, a row a
    line with tabs between the cells. Captions are read only where they tell the story: next to
    a short body that has less text than they have. Credits, notes, promotion and video prompts
    stay out.
    """
    read = {"table", "embed", "caption"} if _is_told_in_captions(blocks) else {"table", "embed"}
    lines: list[str] = []
    dateline = ""
    for block in blocks:
        if block.kind == "dateline":
            dateline = f"{block.text} – "
        elif block.kind in BODY_KINDS:
            lines.append(dateline + block.text)
            dateline = ""
        elif block.kind in read or (
            block.kind == "standfirst" and SENTENCE_END.search(block.text) is not None
        ):
            lines.append(block.text.replace(ROW_BREAK, "\n").replace(CELL_BREAK, "\t"))
    return "\n".join(line for line in lines if line)


def _is_told_in_captions(blocks: Iterable[Block]) -> bool:
    chars = {"body": 0, "caption": 0}
    for block in blocks:
        if block.kind in BODY_KINDS or block.kind == "caption":
            chars["caption" if block.kind == "caption" else "body"] += len(block.text)
    return chars["body"] < min(chars["caption"], SHORT_BODY_CHARS)
