"""Polls are loaded together, but not more of them than may be held at once."""

from __future__ import annotations

import pytest

from flows.polls import parted
from transforms.records import Place
from warehouse.state import PollInHand


def polls(*lengths: int) -> list[PollInHand]:
    return [
        PollInHand(
            feed_id=f"f{number}",
            exchange_id=f"x{number}",
            place=Place(file="one.warc.gz", offset=0, length=length),
            run_id="r",
        )
        for number, length in enumerate(lengths)
    ]


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([], []),
        ([1, 1, 1], [[1, 1, 1]]),
        ([1, 1, 1, 1], [[1, 1, 1], [1]]),  # no more than three
        ([6, 4, 1], [[6, 4], [1]]),  # together no more than ten bytes
        ([9, 2, 9], [[9], [2], [9]]),
        ([50, 1, 50], [[50], [1], [50]]),  # larger than allowed: not left out
    ],
)
def test_no_load_is_larger_than_it_may_be_and_no_poll_is_left_out(
    lengths: list[int], expected: list[list[int]]
) -> None:
    given = polls(*lengths)
    found = list(parted(given, most=3, most_bytes=10))
    assert [[poll.place.length for poll in some] for some in found] == expected
    assert [poll for some in found for poll in some] == given
