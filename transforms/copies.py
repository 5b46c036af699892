"""Texts that a page holds more than once: a copy for each width of screen.

One line may well return in an article, as a refrain or as the label of a table; several in a
row, in the same order and not short together, are a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_LINES = 3
MIN_CHARS = 1_500


def copied_places(texts: Sequence[str]) -> set[int]:
    """Return the places of the lines that repeat, in order, lines that stand above them."""
    first: dict[str, int] = {}
    before = [first.setdefault(text, place) for place, text in enumerate(texts)]
    if len(first) > len(texts) - MIN_LINES:
        return set()
    found: set[int] = set()
    start = 0
    for place in range(1, len(texts) + 1):
        goes_on = (
            place < len(texts)
            and before[start] < start
            and (before[place] < place and before[place] > before[place - 1])
        )
        if goes_on:
            continue
        run = range(start, place)
        if (
            before[start] < start
            and len(run) >= MIN_LINES
            and sum(len(texts[at]) for at in run) >= MIN_CHARS
        ):
            found.update(run)
        start = place
    return found
