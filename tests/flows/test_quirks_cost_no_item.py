"""Quirks of servers that must cost neither the run nor an item."""

from __future__ import annotations

from datetime import timedelta

import pytest
from faulty_feeds import Desk, Pages, Poll, Story, fault, feed_of, response, tell_faults
from walk_support import ask, audit


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return tell_faults(globals(), tmp_path_factory.mktemp("quirks") / "home")


@fault
def test_a_validator_with_control_characters_is_not_sent_back(desk: Desk) -> Story:
    """No request can hold it: the body's hash tells whether the feed changed."""
    body = feed_of("control.example")
    url = desk.serve("control.example", response(200, body, ETag='"\x01\x7f"', Last_Modified="x"))
    first = yield Poll(url)
    assert first.entries == {"new": 3}
    second = yield Poll(url)
    assert (second.outcome, second.reason) == ("unchanged", "same_body")
    sent = desk.requests("control.example")[-1].headers
    assert "if-none-match" not in sent
    assert sent["if-modified-since"] == "x"


@fault
def test_a_redirect_with_a_user_name_in_any_script_stops_no_run(desk: Desk) -> Story:
    """What cannot be a header of ours is left out of the request."""
    host = "named.example"
    away = "http://日:本@named.example/elsewhere".encode().decode("latin-1")
    desk.publisher.answers[f"{host}/elsewhere"] = response(200, feed_of(host))
    first = yield Poll(desk.serve(host, response(302, Location=away)))
    assert first.entries == {"new": 3}
    assert not any("authorization" in one.headers for one in desk.requests(host))


@fault
def test_robots_that_are_broken_for_days_cost_no_page(desk: Desk) -> Story:
    """Their pages wait, and none of their tries is used up meanwhile."""
    host = "waiting.example"
    desk.publisher.answers[f"{host}/robots.txt"] = response(500)
    desk.publisher.answers[f"{host}/0"] = response(503)
    yield Poll(desk.serve(host, response(200, feed_of(host, 1))))
    for _ in range(14):
        yield Pages()
        desk.machine.now += timedelta(hours=7)
    assert [one.target for one in desk.requests(host)] == ["/feed"]
    desk.publisher.answers[f"{host}/robots.txt"] = response(404)
    yield Pages()
    assert desk.requests(host)[-1].target == "/0"
    outcomes = ask(
        desk.home,
        "select reason, outcome, count(*) from ops.outcomes"
        " where stage = 'page' and source_id = $1 group by all order by all",
        host,
    )
    assert [row[:2] for row in outcomes] == [
        ("http_503", "failed"),
        ("robots_unreachable", "failed"),
    ]
    assert outcomes[1][2] > 10


def test_nothing_vanishes(told: Desk) -> None:
    assert audit(told.home) == []
