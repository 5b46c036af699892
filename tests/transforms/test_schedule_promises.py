"""What holds whatever a server says: never before it permits, never left out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from transforms.failures import failure_weight
from transforms.records import Entry, Exchange, FeedState, Moment, ParsedFeed, Problem
from transforms.schedule import (
    after_exchange,
    after_not_modified,
    after_parse,
    after_poll,
    is_due,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
LONGEST = timedelta(days=31) * 1.1 + timedelta(days=8)  # freshness, jitter, skipped days
SECONDS = (-5, 0, 1, 60, 600, 3600, 90_000, 700_000, 10**7, 10**12)
STATUSES = (200, 200, 200, 304, 304, 301, 401, 403, 404, 408, 410, 410, 429, 429, 451, 500, 503)
FAULTS = ("timeout", "dns_failure", "bad_url", "truncated_body", "host_asked_to_wait")


def headers_of(dice: random.Random, now: datetime) -> tuple[tuple[str, str], ...]:
    def date() -> str:
        return format_datetime(
            now + timedelta(seconds=min(dice.choice(SECONDS), 10**7)), usegmt=True
        )

    every = (
        ("Cache-Control", f"max-age={dice.choice(SECONDS)}"),
        ("cache-control", "public, max-age=900, must-revalidate"),
        ("Cache-Control", "no-cache"),
        ("Expires", dice.choice([date(), "0", "never"])),
        ("Age", str(dice.choice(SECONDS))),
        ("Date", date()),
        ("Retry-After", dice.choice([date(), str(dice.choice(SECONDS)), "soon"])),
        ("ETag", '"x"'),
        ("cf-mitigated", "challenge"),
    )
    return tuple(dice.sample(every, dice.randrange(5)))


def an_exchange(dice: random.Random, now: datetime) -> Exchange:
    code = dice.choice(FAULTS) if dice.random() < 0.15 else None
    return Exchange(
        exchange_id="x",
        run_id="r",
        purpose="feed",
        requested_url="https://a.example/feed",
        final_url="https://a.example/feed",
        fetched_at=now,
        elapsed_ms=1,
        status=None if code else dice.choice(STATUSES),
        headers=() if code else headers_of(dice, now),
        problem=Problem(stage="poll", subject="u", code=code) if code else None,
    )


def a_document(dice: random.Random, now: datetime) -> ParsedFeed:
    gap = timedelta(minutes=dice.choice((0.1, 1, 30, 600, 50_000)))
    entries = tuple(an_entry(now - gap * (number + 1)) for number in range(dice.randrange(30)))
    return ParsedFeed(
        feed_id="feed",
        exchange_id="x",
        format=dice.choice(("rss20", "rss20", "rss20", "")),
        entries=entries,
        items=len(entries),
        body_hash="h",
        ttl_minutes=dice.choice((None, None, 60, 10**6)),
        update_period_minutes=dice.choice((None, None, 30, 1440)),
        skip_hours=tuple(range(dice.choice((0, 0, 6, 23, 24)))),
        skip_days=dice.choice(((), (), ("Saturday", "Sunday"), ("Monday", "tuesday", "nonsense"))),
    )


def an_entry(at: datetime) -> Entry:
    return Entry(
        entry_id="e",
        feed_id="f",
        source_id="s",
        exchange_id="x",
        seen_at=at,
        position=0,
        guid=None,
        url=None,
        canonical_url=None,
        title=None,
        published=Moment(at=at, precision="second", has_zone=True, raw="", origin="feed"),
    )


def polled(dice: random.Random, state: FeedState, exchange: Exchange, now: datetime) -> FeedState:
    """Return the state after a whole poll, as the walk comes to it."""
    after = after_exchange(state, exchange, now=now)
    if exchange.status == 200 and exchange.problem is None:
        if dice.random() < 0.3:
            return after_not_modified(after, exchange, now=now)
        return after_parse(after, a_document(dice, now), exchange, dice.randrange(5), now=now)
    return after_not_modified(after, exchange, now=now) if exchange.status == 304 else after


def permitted_at(state: FeedState, exchange: Exchange, now: datetime) -> datetime:
    """Return the earliest moment that plain headers and the state's own words permit."""
    lines = [value for name, value in exchange.headers if name.lower() == "cache-control"]
    names = {name.lower() for name, _ in exchange.headers}
    permitted = now
    if lines == ["public, max-age=900, must-revalidate"] and "age" not in names:
        permitted = now + timedelta(minutes=15)
    return max(permitted, state.retry_after_at or now)


@pytest.mark.parametrize("seed", range(40))
def test_no_poll_is_earlier_than_permitted_and_none_is_put_off_for_ever(seed: int) -> None:
    dice = random.Random(seed)
    state, now = FeedState(feed_id=f"feed-{seed}", url="https://a.example/feed"), NOW
    for _ in range(60):
        exchange = an_exchange(dice, now)
        state = polled(dice, state, exchange, now)
        assert state.due_at is not None
        assert state.due_at > now
        assert state.due_at >= permitted_at(state, exchange, now)
        assert state.due_at - now <= LONGEST
        assert not is_due(state, state.due_at - timedelta(microseconds=1))
        assert is_due(state, state.due_at), state  # and that is no hour that it skips
        assert state.due_reason
        now = state.due_at + timedelta(seconds=dice.randrange(600))


def test_what_is_decided_in_one_step_is_what_two_steps_decide() -> None:
    dice, unmodified = random.Random(11), 0
    for number in range(200):
        state, now = FeedState(feed_id=f"feed-{number}", url="u"), NOW
        for _ in range(6):
            exchange = an_exchange(dice, now)
            stepwise = after_exchange(state, exchange, now=now)
            if exchange.status == 304 and not failure_weight(exchange):  # nor a challenge
                stepwise = after_not_modified(stepwise, exchange, now=now)
                unmodified += 1
            assert after_poll(state, exchange, now=now) == stepwise
            state = polled(dice, state, exchange, now)
            now += timedelta(hours=dice.randrange(1, 400))
    assert unmodified > 50


def test_whatever_an_earlier_poll_was_told_to_wait_for_is_kept_by_later_answers() -> None:
    dice = random.Random(7)
    asked = NOW + 3 * DAY
    for _ in range(300):
        state = FeedState(feed_id="f", url="u", retry_after_at=asked)
        assert polled(dice, state, an_exchange(dice, NOW), NOW).due_at >= asked  # type: ignore[operator]


def test_who_waits_longest_for_a_host_that_answers_few_is_polled_first() -> None:
    host_answers, feeds, now = 3, 30, NOW
    states = [FeedState(feed_id=f"feed-{number}", url="u", due_at=NOW) for number in range(feeds)]
    problem = Problem(stage="poll", subject="u", code="host_asked_to_wait")
    answer = replace(an_exchange(random.Random(0), now), status=500, headers=(), problem=None)
    unsent = replace(answer, status=None, problem=problem)
    for _ in range(2 * feeds // host_answers):
        states.sort(key=lambda state: str(state.due_at))
        until = now + timedelta(hours=1)
        asked = [after_exchange(state, answer, now=now) for state in states[:host_answers]]
        states = [
            after_exchange(state, unsent, now=max(now, state.due_at or now), host_free_at=until)
            for state in (*asked, *states[host_answers:])  # all are due within the hour
        ]
        now = until + timedelta(minutes=10)
    assert min(state.polls for state in states) >= 1
    assert max(state.polls for state in states) <= 10  # of 20 rounds


def test_jitter_is_upwards_alone_and_spreads_a_thousand_feeds_evenly() -> None:
    exchange = replace(an_exchange(random.Random(0), NOW), status=500, headers=(), problem=None)
    base = timedelta(minutes=15) * 2**0.25
    tenths = [0] * 10
    for number in range(1000):
        state = FeedState(feed_id=f"{number:x}", url="u")
        due_at = after_exchange(state, exchange, now=NOW).due_at
        assert due_at is not None
        share = ((due_at - NOW) / base - 1) / 0.1
        assert 0 <= share < 1
        tenths[int(share * 10)] += 1
    assert min(tenths) > 60
