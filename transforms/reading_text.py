"""What a reader reads of an article: its body, with what is quoted and tabulated in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.line_words import SENTENCE_END
from transforms.records import BODY_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transforms.records import Block

CELL_BREAK, ROW_BREAK = " | ", " ¶ "
SHORT_BODY_CHARS = 800


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
            dateline = f"{block.text} – "  # noqa: RUF001 (an en dash, as it is written)
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
