"""Work done for many at once that is asked for one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from flows.fetch.grouping import Grouped

if TYPE_CHECKING:
    from collections.abc import Sequence


class Book:
    """Notes what is recorded together."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.pages: list[list[int]] = []
        self.is_full = is_full

    def record(self, items: Sequence[int]) -> None:
        if self.is_full:
            raise OSError("no space")
        self.pages.append(list(items))


def test_what_comes_together_is_done_together_and_waited_for() -> None:
    book = Book()

    async def story() -> None:
        grouped = Grouped(book.record, window_seconds=0.01, most_at_once=4)
        tasks = [asyncio.create_task(grouped.do(number)) for number in range(6)]
        await asyncio.sleep(0)
        assert book.pages == [[0, 1, 2, 3]]  # full: not waited for
        await tasks[5]
        assert book.pages == [[0, 1, 2, 3], [4, 5]]
        await asyncio.gather(*tasks)

    asyncio.run(story())


def test_nobody_is_told_of_success_where_the_work_failed() -> None:
    async def story() -> None:
        grouped = Grouped(Book(is_full=True).record, window_seconds=0.0)
        told = await asyncio.gather(*(grouped.do(one) for one in range(3)), return_exceptions=True)
        assert [str(one) for one in told] == ["no space"] * 3

    asyncio.run(story())


def test_what_was_handed_in_is_done_although_nobody_waits_any_more() -> None:
    book = Book()

    async def story() -> None:
        grouped = Grouped(book.record, window_seconds=60)
        task = asyncio.create_task(grouped.do(1))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())
    assert book.pages == [[1]]
