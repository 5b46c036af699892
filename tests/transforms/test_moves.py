"""Feeds that move: which redirects count, and what proves where they lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from transforms.moves import (
    adopted,
    after_answer,
    after_claim,
    claimed_documents,
    is_claim,
    move_between,
    permanent_target,
    returned,
)
from transforms.records import Exchange, FeedState, Hop, ParsedFeed

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, OTHER = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
STATE = FeedState(feed_id="f", url=OLD, etag='"a"', body_hash="00")


def answer(
    *statuses: int, via: tuple[str, ...] = (), final: str = NEW, status: int = 200
) -> Exchange:
    asked = (OLD, *via)
    return Exchange(
        exchange_id="x",
        run_id="r",
        purpose="feed",
        requested_url=OLD,
        final_url=final if statuses else OLD,
        fetched_at=NOW,
        elapsed_ms=1,
        status=status,
        hops=tuple(Hop(url=url, status=one) for url, one in zip(asked, statuses, strict=False)),
    )


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (answer(), None),
        (answer(301), NEW),
        (answer(308), NEW),
        (answer(302), None),
        (answer(301, 308, via=(OTHER,)), NEW),
        (answer(301, 302, via=(OTHER,)), OTHER),  # the permanent beginning alone
        (answer(302, 301, via=(OTHER,)), None),
    ],
)
def test_only_the_permanent_beginning_of_a_way_counts(
    exchange: Exchange, expected: str | None
) -> None:
    assert permanent_target(exchange) == expected


def told(*polls: tuple[int, bool]) -> list[FeedState]:
    """Return the states after polls, each some hours after the first, same feed or not."""
    states = [STATE]
    for hours, is_same in polls:
        now = NOW + timedelta(hours=hours)
        states.append(after_answer(states[-1], answer(301), is_same_feed=is_same, now=now))
    return states[1:]


@pytest.mark.parametrize(
    ("polls", "is_adopted"),
    [
        (((0, True), (24, True)), False),  # too few
        (((0, True), (1, True), (2, True), (47, True)), False),  # too soon
        (((0, True), (24, True), (48, True)), True),
        (((0, True), (1, True), (2, True), (49, True)), True),
        (((0, True), (24, False), (48, True), (60, True)), False),  # another feed in between
        (((0, False), (24, False), (48, False), (96, False)), False),  # never the same
    ],
)
def test_a_move_is_adopted_once_it_is_proven(
    polls: tuple[tuple[int, bool], ...], *, is_adopted: bool
) -> None:
    last = told(*polls)[-1]
    assert (last.url == NEW) == is_adopted
    assert (last.moving_to is None) == is_adopted
    assert last.etag == '"a"'  # the new address gave it: requests were answered there


def test_a_move_that_is_taken_back_or_leads_elsewhere_begins_anew() -> None:
    once = told((0, True), (24, True))[-1]
    back = after_answer(once, answer(), is_same_feed=True, now=NOW + 3 * DAY)
    assert (back.url, back.moving_to, back.moving_polls) == (OLD, None, 0)
    elsewhere = after_answer(once, answer(301, final=OTHER), is_same_feed=True, now=NOW + 3 * DAY)
    assert (elsewhere.url, elsewhere.moving_to, elsewhere.moving_polls) == (OLD, OTHER, 1)


def parsed_at(moved_to: str | None) -> ParsedFeed:
    return ParsedFeed(
        feed_id="f", exchange_id="x", format="rss20", body_hash="", items=0, moved_to=moved_to
    )


def test_a_claimed_address_is_asked_unless_it_is_known_or_gives_up_encryption() -> None:
    (document,) = claimed_documents(STATE, parsed_at(NEW))
    assert (document.url, document.feed_id, is_claim(document)) == (NEW, "f", True)
    assert not is_claim(replace(document, document_id="d"))
    for known in (None, OLD, "http://b.example/feed"):
        assert claimed_documents(STATE, parsed_at(known)) == ()


@pytest.mark.parametrize(
    ("asked", "is_adopted"),
    [
        (((0, True), (24, True)), False),
        (((0, True), (1, True), (2, True), (47, True)), False),
        (((0, True), (24, True), (48, True)), True),
        (((0, True), (24, False), (48, True), (60, True)), False),
    ],
)
def test_a_claim_is_proven_as_a_redirect_is(
    asked: tuple[tuple[int, bool], ...], *, is_adopted: bool
) -> None:
    part = FeedState(feed_id="part", url=NEW, etag='"n"', body_hash="11")
    for hours, is_same in asked:
        now = NOW + timedelta(hours=hours)
        part = after_claim(part, is_same_feed=is_same, now=now)
    found = adopted(STATE, part, answer(), now)
    assert (found is not None) == is_adopted
    if found is not None:
        state, move = found
        assert (state.feed_id, state.url, state.etag, state.body_hash) == ("f", NEW, '"n"', "11")
        assert (move.event, move.from_url, move.to_url) == ("adopted", OLD, NEW)
        assert adopted(state, part, answer(), now) is None  # told once


def test_encryption_is_not_given_up() -> None:
    plain = answer(301, final="http://a.example/feed")
    after = after_answer(STATE, plain, is_same_feed=True, now=NOW)
    assert after.moving_to is None


def test_a_lost_address_is_left_for_the_subscription() -> None:
    moved = STATE._replace(url=NEW, failures=3.5)
    assert returned(moved, OLD) == moved
    lost = returned(moved._replace(failures=4.0), OLD)
    assert (lost.url, lost.etag, lost.body_hash) == (OLD, None, "00")
    assert returned(STATE._replace(failures=9.0), OLD).etag == '"a"'  # it never moved


def test_each_change_is_an_event_with_its_evidence() -> None:
    states = [STATE, *told((0, True), (24, False), (48, True), (72, True), (96, True))]
    found = [move_between(one, two, answer(301), NOW) for one, two in pairwise(states)]
    assert [move and move.event for move in found] == [
        "redirected",
        "doubted",
        None,
        None,
        "adopted",
    ]
    moved = STATE._replace(url=NEW, failures=4.0)
    back = move_between(moved, returned(moved, OLD), answer(status=404), NOW)
    assert back is not None
    assert (back.event, back.from_url, back.to_url) == ("returned", NEW, OLD)
    gone = STATE._replace(failures=2.0)
    end = move_between(gone, gone, answer(status=410), NOW)
    assert end is not None
    assert (end.event, end.to_url) == ("gone", None)
    once = gone._replace(failures=1.0)
    assert move_between(once, once, answer(status=410), NOW) is None
