"""What becomes of a page or a poll, and when it is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from transforms.fates import (
    LAST_RETRY,
    MOST_WAITS,
    Tries,
    is_asked,
    page_fate,
    poll_fate,
    problem_fate,
    retry_delay,
)
from transforms.records import Exchange, ParsedFeed, Problem

NOW = datetime(2022, 1, 13, 12, 0, tzinfo=UTC)
TRIES = Tries(attempts=1, most=3, now=NOW)
EXCHANGE = Exchange(
    exchange_id="x1",
    run_id="r1",
    purpose="page",
    requested_url="https://outlet.example/story",
    final_url="https://outlet.example/story",
    fetched_at=NOW,
    elapsed_ms=12,
    status=200,
    reason="OK",
)


def answered(status: int, **headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return replace(EXCHANGE, status=status, reason="", headers=named)


@pytest.mark.parametrize("status", [200, 203, 206])
def test_a_page_that_came_goes_on(status: int) -> None:
    assert page_fate(answered(status), TRIES).outcome == "loaded"


@pytest.mark.parametrize("status", [400, 401, 404, 410, 451])
def test_a_page_that_is_not_there_is_given_up_at_once(status: int) -> None:
    fate = page_fate(answered(status), TRIES)
    assert (fate.outcome, fate.reason, fate.retry_at) == ("given_up", f"http_{status}", None)


@pytest.mark.parametrize("status", [403, 408, 425, 429, 500, 503, 599])
def test_a_fault_that_may_pass_is_tried_again_and_given_up_in_the_end(status: int) -> None:
    first = page_fate(answered(status), TRIES)
    assert (first.outcome, first.retry_at) == ("failed", NOW + timedelta(minutes=10))
    last = page_fate(answered(status), replace(TRIES, attempts=3))
    assert (last.outcome, last.reason, last.retry_at) == ("given_up", f"http_{status}", None)
    assert "3 tries" in last.detail


def test_a_challenge_is_named_and_tried_again() -> None:
    fate = page_fate(answered(403, cf_mitigated="challenge"), TRIES)
    assert (fate.outcome, fate.reason) == ("failed", "challenge_page")


def test_what_robots_forbid_is_skipped_and_not_a_failure() -> None:
    problem = Problem(stage="page", subject="u", code="robots_disallowed", is_final=True)
    fate = page_fate(replace(EXCHANGE, status=None, problem=problem), TRIES)
    assert (fate.outcome, fate.reason) == ("skipped", "robots_disallowed")


def test_a_final_problem_is_given_up_and_another_tried_again() -> None:
    problem = Problem(stage="article", subject="u", code="not_html", is_final=True)
    assert problem_fate(problem, TRIES).outcome == "given_up"
    assert problem_fate(replace(problem, is_final=False), TRIES).outcome == "failed"


@pytest.mark.parametrize("code", ["host_asked_to_wait", "robots_unreachable"])
def test_a_page_that_cannot_be_asked_for_uses_up_none_of_its_tries(code: str) -> None:
    kept = replace(
        EXCHANGE, status=None, problem=Problem(stage="page", subject="u", code=code, detail="d")
    )
    assert not is_asked(kept)
    assert is_asked(answered(503))
    waiting = replace(TRIES, attempts=3, waits=2)
    fate = page_fate(kept, waiting)
    assert (fate.outcome, fate.retry_at) == ("failed", NOW + timedelta(minutes=20))
    assert page_fate(kept, replace(waiting, waits=MOST_WAITS)).outcome == "given_up"
    month = sum((retry_delay(number) for number in range(1, MOST_WAITS)), timedelta())
    assert month > timedelta(days=30)


def test_waits_double_up_to_six_hours() -> None:
    waits = [retry_delay(attempts) for attempts in range(1, 12)]
    assert waits[:3] == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    assert waits == sorted(waits)
    assert waits[-1] == retry_delay(10**6) == LAST_RETRY


def parsed(format_name: str, *problems: Problem) -> ParsedFeed:
    return ParsedFeed(
        feed_id="f1",
        exchange_id="x1",
        format=format_name,
        body_hash="h",
        items=0,
        problems=problems,
    )


def test_a_poll_is_unchanged_by_304_and_by_the_same_body() -> None:
    assert poll_fate(answered(304), None).reason == "not_modified"
    assert poll_fate(answered(200), None).reason == "same_body"


def test_a_poll_of_a_document_that_cannot_be_read_failed() -> None:
    fault = Problem(stage="poll", subject="u", code="feed_is_html", detail="starts with <html>")
    fate = poll_fate(answered(200), parsed("", fault))
    assert (fate.outcome, fate.reason, fate.detail) == ("failed", fault.code, fault.detail)


def test_a_poll_of_a_truncated_document_is_loaded_with_the_reason_told() -> None:
    fault = Problem(stage="poll", subject="u", code="truncated_document", detail="breaks off")
    fate = poll_fate(answered(200), parsed("rss20", fault))
    assert (fate.outcome, fate.reason) == ("loaded", "truncated_document")


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_feed_is_never_given_up(status: int) -> None:
    assert poll_fate(answered(status), None).outcome == "failed"
