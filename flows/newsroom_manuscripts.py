"""Authored articles: the format they are written in, and what ought to come out of them.

A manuscript is TOML front matter between two lines of ``+++``, then the text: one
blank line parts paragraphs, a prefix at the start of a line makes it something
else (`MARKS`). Because it says what each line *is*, it is also the gold against
which extraction can be checked.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from flows.newsroom_outlets import NewsroomError, Outlet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PieceKind = Literal[
    "paragraph",
    "heading",
    "quotation",
    "list",
    "dateline",
    "caption",
    "gallery",
    "credit",
    "promo",
    "video",
    "note",
    "table",
    "embed",
]
ManuscriptKind = Literal[
    "article",
    "live_blog",
    "gallery",
    "opinion",
    "listing",
    "challenge",
    "dead",
    "redirect",
    "teaser",
]
LOADABLE: frozenset[ManuscriptKind] = frozenset(
    {"article", "live_blog", "gallery", "opinion", "teaser"}
)
"""The kinds whose page carries an article; the others must not come in as one."""

MARKS: Mapping[str, PieceKind] = {
    "## ": "heading",
    "> ": "quotation",
    "- ": "list",
    "!dateline ": "dateline",
    "!caption ": "caption",
    "!credit ": "credit",
    "!promo ": "promo",
    "!video ": "video",
    "!note ": "note",
    "!table ": "table",
    "!embed ": "embed",
}
GROUPED: frozenset[PieceKind] = frozenset({"quotation", "list", "table"})
"""Kinds whose consecutive lines form one piece."""

FENCE = "+++"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the text, in page order.

    ``items``: a list's items, a gallery's captions, a table's rows.
    ``credit``: a caption's picture credit, an embedded post's author.
    """

    kind: PieceKind
    text: str = ""
    credit: str | None = None
    items: tuple[Piece, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """A table row's cells."""
        return tuple(cell.strip() for cell in self.text.split("|"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What the second edition changes; None and empty change nothing."""

    title: str | None = None
    standfirst: str | None = None
    updated: datetime | None = None
    note: str | None = None
    body_replace: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """One authored article. Times are aware, in the zone they were written in."""

    outlet: str
    path: str
    title: str
    published: datetime
    kicker: str = ""
    standfirst: str = ""
    modified: datetime | None = None
    declared: datetime | None = None  # what page and feed say instead of ``published``
    authors: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    paywalled: bool = False
    kind: ManuscriptKind = "article"
    redirect_to: str = ""
    edition: int = 1
    guid: str = ""
    story: str = ""
    also_in: tuple[str, ...] = ()
    language: str = ""  # where it is not its outlet's
    date_on_page: bool = True  # false: the page shows and declares no date at all
    second: Second | None = None
    pieces: tuple[Piece, ...] = ()

    @property
    def stated(self) -> datetime:
        """The date of publication that page and feed declare, true or not."""
        return self.declared or self.published

    @property
    def is_walled(self) -> bool:
        """Whether a paywall stands in the page."""
        return self.paywalled or self.kind == "teaser"


def parse_article_file(text: str, outlets: Mapping[str, Outlet]) -> Manuscript:
    """Read one manuscript of an outlet in ``outlets``.

    Raises: NewsroomError for a strange or missing key, outlet, kind or prefix.
    """
    fence, _, rest = text.lstrip("\ufeff").partition("\n")
    front, closing, body = rest.partition(f"\n{FENCE}\n")
    if fence.strip() != FENCE or not closing:
        raise NewsroomError(f"the front matter stands between two lines of {FENCE}")
    try:
        values = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise NewsroomError(f"front matter: {error}") from error
    outlet = outlets.get(values.get("outlet", ""))
    if outlet is None:
        raise NewsroomError(f"unknown outlet: {values.get('outlet')!r}")
    second = values.pop("second", None)
    try:
        manuscript = Manuscript(
            **front_values(values, outlet),
            second=None if second is None else Second(**front_values(second, outlet)),
            pieces=parse_pieces(body),
        )
    except TypeError as error:
        raise NewsroomError(f"front matter: {error}") from error
    return require_sound(manuscript)


def front_values(table: Mapping[str, Any], outlet: Outlet) -> dict[str, Any]:
    """Return front matter as values of a record: tuples, aware times."""
    return {key: front_value(value, outlet) for key, value in table.items()}


def front_value(value: object, outlet: Outlet) -> object:
    """Return one value of the front matter as a record holds it."""
    if isinstance(value, list):
        return tuple(front_value(item, outlet) for item in value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=outlet.zone)
    return value


def require_sound(manuscript: Manuscript) -> Manuscript:
    """Return the manuscript. Raises: NewsroomError if its parts do not fit each other."""
    faults = [
        (not manuscript.path.startswith("/"), "a path starts with /"),
        (manuscript.kind not in get_args(ManuscriptKind), f"unknown kind {manuscript.kind!r}"),
        (manuscript.kind == "redirect" and not manuscript.redirect_to, "redirect to where?"),
        (manuscript.kind in LOADABLE and not manuscript.pieces, "an article has a text"),
        (not isinstance(manuscript.published, datetime), "published is a date with a time"),
    ]
    for is_fault, message in faults:
        if is_fault:
            raise NewsroomError(f"{manuscript.outlet}{manuscript.path}: {message}")
    replaced = manuscript.second.body_replace if manuscript.second else ()
    for old, _ in replaced:
        if not any(old in text for text in texts_of(manuscript.pieces)):
            raise NewsroomError(
                f"{manuscript.outlet}{manuscript.path}: the second edition replaces {old!r},"
                " which is not in the text"
            )
    return manuscript


def texts_of(pieces: Iterable[Piece]) -> list[str]:
    """Return the texts of pieces and of the pieces inside them, in page order."""
    return [text for piece in pieces for text in (piece.text, *texts_of(piece.items))]


def parse_pieces(body: str) -> tuple[Piece, ...]:
    """Return the pieces of a manuscript's text, in order. Raises: NewsroomError."""
    chunks = (chunk.strip().splitlines() for chunk in body.split("\n\n"))
    return tuple(piece for lines in chunks if lines for piece in parse_chunk(lines))


def parse_chunk(lines: list[str]) -> list[Piece]:
    """Return the pieces of lines that no blank line parts."""
    if lines[0].strip() == "!gallery":
        captions = tuple(parse_line(line) for line in lines[1:])
        if {caption.kind for caption in captions} != {"caption"}:
            raise NewsroomError("a gallery is lines of !caption under !gallery, nothing else")
        return [Piece(kind="gallery", items=captions)]
    pieces: list[Piece] = []
    for line in lines:
        piece = parse_line(line)
        last = pieces[-1] if pieces else None
        if last is not None and last.kind == piece.kind and is_continued(piece.kind):
            pieces[-1] = joined(last, piece)
        else:
            pieces.append(joined(None, piece))
    return pieces


def is_continued(kind: PieceKind) -> bool:
    """Whether a following line of the same kind belongs to the same piece."""
    return kind in GROUPED or kind == "paragraph"


def joined(piece: Piece | None, line: Piece) -> Piece:
    """Return a piece with one more line in it, a new piece where there is none yet."""
    if line.kind in {"list", "table"}:
        return Piece(kind=line.kind, items=(*(piece.items if piece else ()), line))
    return line if piece is None else replace(piece, text=f"{piece.text} {line.text}")


def parse_line(line: str) -> Piece:
    """Return what one line says. Raises: NewsroomError for an unknown prefix."""
    stripped = line.strip()
    for mark, kind in MARKS.items():
        if stripped.startswith(mark):
            return marked(kind, stripped.removeprefix(mark).strip())
    if stripped.startswith(("!", "#")):
        raise NewsroomError(f"unknown prefix: {stripped[:40]!r}")
    return Piece(kind="paragraph", text=stripped)


def marked(kind: PieceKind, text: str) -> Piece:
    """Return the piece of a line with a prefix."""
    if kind not in {"caption", "embed"}:
        return Piece(kind=kind, text=text)
    before, _, after = text.partition("|")
    return Piece(kind=kind, text=before.strip(), credit=after.strip() or None)


def at_edition(manuscript: Manuscript, edition: int) -> Manuscript | None:
    """Return the manuscript as it stands in an edition; None before it appears."""
    if manuscript.edition > edition:
        return None
    second = manuscript.second
    if second is None or edition < 2:  # noqa: PLR2004 (the second edition)
        return manuscript
    note = () if second.note is None else (Piece(kind="note", text=second.note),)
    return replace(
        manuscript,
        title=second.title or manuscript.title,
        standfirst=second.standfirst or manuscript.standfirst,
        modified=second.updated or manuscript.modified,
        pieces=(*replaced_pieces(manuscript.pieces, second.body_replace), *note),
    )


def replaced_pieces(
    pieces: tuple[Piece, ...], changes: tuple[tuple[str, str], ...]
) -> tuple[Piece, ...]:
    """Return the pieces with each change made wherever its old text stands."""

    def changed(text: str) -> str:
        for old, new in changes:
            text = text.replace(old, new)
        return text

    return tuple(
        replace(piece, text=changed(piece.text), items=replaced_pieces(piece.items, changes))
        for piece in pieces
    )
