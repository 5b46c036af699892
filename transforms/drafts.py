"""What each piece of a page's text is: paragraph, credit line, dateline, promotion, note, video.

Told by its words, and by what is known of the page: its titles, its authors, its links.
"""
# ruff: noqa: RUF001, E501 (wording in several scripts, read as tables)

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from transforms.asides import squeeze
from transforms.bylines import credits_of, picture_credits, read_names
from transforms.credit_lines import read_credit_line, read_dateline
from transforms.line_words import (
    SENTENCE_END,
    SHORT_LINE_CHARS,
    is_note,
    is_promo,
    is_video_prompt,
    stands_for_embed,
)
from transforms.page_labels import is_disclosure, is_label, is_offer, tells_reading_time
from transforms.records import BODY_KINDS, BlockKind, Credit
from transforms.related import opens_related, related_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transforms.asides import Aside, PageText
    from transforms.credit_lines import Dateline
    from transforms.engine_pieces import Piece

BYLINE_CHARS = 80
EARLY_BLOCKS = 4
DATE_DIGITS_SHARE = 0.2  # of the characters of a line
MIN_TITLE_CHARS = 22
MAX_TITLE_RATIO = 2.0

_BYLINE = re.compile(r"^(?:By|Von|Par|Por|Di|Door|Av|Af|Автор|Автор:|Text|Text:|Texto:|Texte:|Tekst:)\s+\S", re.IGNORECASE)  # fmt: skip
_DATE_PART = re.compile(r"\s*[|•·,–—]\s*[^|•·]*\b(?:19|20)\d\d\b.*$")
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
class Known:
    """What is known of a page before its text: its titles, whom it credits; squeezed, folded."""

    titles: frozenset[str]
    authors: frozenset[str]

    @classmethod
    def of(cls, titles: Iterable[str], authors: Iterable[str]) -> Known:
        """Return titles and authors as they are compared."""
        names = frozenset(squeeze(name).casefold() for name in authors)
        return cls(frozenset(squeeze(title).casefold() for title in titles), names)


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


def drafts_of(pieces: Sequence[Piece], page: PageText, known: Known) -> list[Draft]:
    """Type the pieces of the main text: what is no text of the article is kept beside it."""
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


def _is_title(piece: Piece, text: str, known: Known) -> bool:
    """Tell whether a piece is a title of the page, or the heading that shows one with its kicker."""
    key = squeeze(text).casefold()
    if key in known.titles:
        return True
    return piece.kind == "heading" and any(
        len(title) >= MIN_TITLE_CHARS and title in key and len(key) <= MAX_TITLE_RATIO * len(title)
        for title in known.titles
    )


def _is_byline(text: str, known: Known) -> bool:
    """Tell whether a short line is but a known author's name, or but a date."""
    if len(text) > BYLINE_CHARS or SENTENCE_END.search(text):
        return False
    digits = sum(map(str.isdigit, text))
    is_date = _YEAR_OR_TIME.search(text) is not None and digits >= DATE_DIGITS_SHARE * len(text)
    return is_date or squeeze(text).casefold() in known.authors


def _agencies_of(drafts: Iterable[Draft], page: PageText) -> set[str]:
    """Return the agencies that the page's datelines name, squeezed and folded."""
    named = {
        credit.name for draft in drafts if draft.kind == "dateline" for credit in draft.credits
    }
    for aside in page.asides:
        if aside.kind == "dateline":
            named |= {credit.name for credit in draft_of(aside).credits}
    return {squeeze(name).casefold() for name in named}


def _paragraph(text: str, page: PageText, *, is_early: bool, has_dateline: bool) -> list[Draft]:
    is_link = len(text) <= SHORT_LINE_CHARS and squeeze(text) in page.linked
    kind = type_line(text, is_link=is_link)
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


def draft_of(aside: Aside) -> Draft:
    """Return what was set aside as a block, with whom it credits."""
    if aside.kind == "dateline":
        dateline = read_dateline(f"{aside.text} - x")
        read = _dateline_credits(dateline) if dateline is not None else ()
        return Draft("dateline", aside.text, credits=read)
    found = tuple(picture_credits(aside.credit)) if aside.credit else ()
    return Draft(aside.kind, aside.text, credit=aside.credit, credits=found)
