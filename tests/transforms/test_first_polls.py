"""Many feeds imported at once are not polled at once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transforms.first_polls import A_FEW, first_polls
from transforms.records import Feed

if TYPE_CHECKING:
    import pytest

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def feeds(count: int) -> list[Feed]:
    return [Feed(feed_id=str(one), source_id="s", url=f"u{one}") for one in range(count)]


def test_a_few_are_polled_at_once() -> None:
    assert first_polls(feeds(A_FEW), NOW) == ()


def test_many_are_spread_evenly_and_each_keeps_its_time() -> None:
    states = first_polls(feeds(20_000), NOW)
    minutes: Counter[int] = Counter()
    for state in states:
        assert state.due_at is not None
        minutes[(state.due_at - NOW) // timedelta(minutes=1)] += 1
    assert (len(states), len(minutes)) == (20_000, 360)
    assert max(minutes.values()) < 2 * 20_000 / 360
    assert states == first_polls(feeds(20_000), NOW)
    assert "one of 20,000 new feeds" in states[0].due_reason


def test_so_many_that_six_hours_would_be_a_burst_take_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transforms.first_polls.FIRST_POLLS_A_MINUTE", 1)
    assert "polled over 10 h" in first_polls(feeds(600), NOW)[0].due_reason
