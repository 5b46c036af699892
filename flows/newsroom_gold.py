"""What ought to come out of an authored article, read from its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.newsroom_manuscripts import LOADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.newsroom_manuscripts import Manuscript, Piece, PieceKind

BODY: frozenset[PieceKind] = frozenset({"paragraph", "heading", "quotation", "list"})
BESIDE: dict[str, PieceKind] = {
    "datelines": "dateline",
    "credit_lines": "credit",
    "promos": "promo",
    "videos": "video",
    "notes": "note",
    "embeds": "embed",
}


def gold(manuscript: Manuscript) -> dict[str, Any]:
    """Return what a perfect reader takes from the page of a manuscript.

    ``is_loadable``: whether the page carries an article at all. ``body``: one string
    a paragraph, heading, quotation and list item, in page order; the other texts
    stand apart under their own names, ``captions`` without the picture credits.
    ``published`` is the truth, ``declared`` what the page says where that differs.
    Give it `at_edition(manuscript, n)` for the gold of an edition.
    """
    flat = list(flattened(manuscript.pieces))
    captions = [piece for piece in flat if piece.kind == "caption"]
    beside = {
        name: [piece.text for piece in flat if piece.kind == kind] for name, kind in BESIDE.items()
    }
    return {
        "is_loadable": manuscript.kind in LOADABLE,
        "kind": manuscript.kind,
        "headline": manuscript.title,
        "kicker": manuscript.kicker or None,
        "standfirst": manuscript.standfirst or None,
        "section": manuscript.section or None,
        "authors": list(manuscript.authors),
        "tags": list(manuscript.tags),
        "published": manuscript.published,
        "declared": manuscript.declared,
        "modified": manuscript.modified,
        "is_paywalled": manuscript.is_walled,
        "body": [piece.text for piece in flat if piece.kind in BODY],
        "captions": [piece.text for piece in captions],
        "picture_credits": [piece.credit for piece in captions if piece.credit],
        "rows": [list(piece.cells) for piece in flat if piece.kind == "table"],
        **beside,
    }


def flattened(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces in page order, those that hold others replaced by what they hold."""
    for piece in pieces:
        if piece.items:
            yield from flattened(piece.items)
        else:
            yield piece
