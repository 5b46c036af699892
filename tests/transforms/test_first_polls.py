"""Many feeds imported at once are not polled at once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transforms.first_polls import FEW_FEEDS, first_polls
from transforms.records import Feed

if TYPE_CHECKING:
    import pytest

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def feeds(count: int) -> list[Feed]:
    return [Feed(feed_id=str(one), source_id="s", url=f"u{one}") for one in range(count)]


def test_a_few_are_polled_at_once() -> None:
    assert first_polls(feeds(FEW_FEEDS), NOW) == ()


def test_many_are_spread_evenly_and_each_keeps_its_time() -> None:
    states = first_polls(feeds(20_000), NOW)
    minutes: Counter[int] = Counter()
    for state in states:
        assert state.due_at is not None
        minutes[(state.due_at - NOW) // timedelta(minutes=1)] += 1
    assert sorted(state.feed_id for state in states) == sorted(map(str, range(20_000)))
    assert min(minutes) == 0
    assert 530 < max(minutes) < 540
    assert max(minutes.values()) <= 2 * 20_000 / 540 + 1
    assert states == first_polls(feeds(20_000), NOW)
    assert "one of 20,000 new feeds" in states[0].due_reason


def test_first_polls_and_those_that_follow_them_are_never_far_above_what_comes_to_stay() -> None:
    every = timedelta(hours=4.5)  # between polls of one feed, later
    hours: Counter[int] = Counter()
    for state in first_polls(feeds(10_000), NOW):
        at = state.due_at
        while at is not None and at < NOW + timedelta(days=1):
            hours[(at - NOW) // timedelta(hours=1)] += 1
            at += every * (0.5 + int(state.feed_id) % 1000 / 1000)
    assert max(hours.values()) < 1.5 * 10_000 / (every / timedelta(hours=1))


def test_so_many_that_nine_hours_would_be_a_burst_take_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("transforms.first_polls.FIRST_POLLS_A_MINUTE", 1)
    states = first_polls(feeds(600), NOW)
    assert "polled over 20 h" in states[0].due_reason
    first_hour = [one for one in states if one.due_at and one.due_at < NOW + timedelta(hours=1)]
    assert len(first_hour) <= 60
