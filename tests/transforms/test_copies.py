"""A text that stands in the page more than once is read once."""

from __future__ import annotations

from transforms.asides import PageText
from transforms.blocks import build_blocks
from transforms.copies import copied_places
from transforms.engine_pieces import Piece

LINES = [
    "The council of Harrowgate voted on Tuesday to rebuild the old pier. " * 30,
    "What it costs",
    "Its mayor said the work would begin in the spring. " * 30,
]


def test_a_second_and_a_third_copy_are_left_out() -> None:
    texts = [*LINES, "An end.", *LINES, *LINES]
    assert copied_places(texts) == set(range(4, 10))
    pieces = [Piece("paragraph", text) for text in (*LINES, *LINES)]
    built = build_blocks(pieces, PageText("", (), frozenset()), titles=[])
    assert len(built.blocks) == len(LINES)


def test_lines_that_return_are_no_copy() -> None:
    refrain = ["The tide comes in.", "The tide goes out.", "The pier stays.", "And so do we."]
    assert copied_places([LINES[0], *refrain, LINES[2], *refrain]) == set()
    assert copied_places([LINES[0], LINES[2], LINES[0], "Another line.", LINES[2]]) == set()
    assert copied_places([LINES[2], LINES[1], LINES[0], "An end.", *LINES]) == set()
    assert copied_places([]) == set()
