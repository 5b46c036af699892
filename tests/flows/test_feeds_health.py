"""`copytaster feeds show`, `feeds health` and `hosts`, over what polls left behind."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from faulty_feeds import Desk, Poll, feed_of, response
from typer.testing import CliRunner

from flows.cli import app
from transforms.condition import condition_of
from transforms.records import FeedState

if TYPE_CHECKING:
    from pathlib import Path

    from faulty_feeds import Story

NOW = datetime(2026, 3, 2, tzinfo=UTC)
POLLED = FeedState(feed_id="f", url="u", polled_at=NOW, changed_at=NOW, status=200)


@pytest.mark.parametrize(
    ("state", "items", "expected"),
    [
        (FeedState(feed_id="f", url="u"), 0, "new"),
        (POLLED, 3, "healthy"),
        (POLLED, 0, "empty"),
        (replace(POLLED, changed_at=NOW - timedelta(days=15)), 3, "quiet"),
        (replace(POLLED, failures=0.25, problem="timeout"), 3, "failing"),
        (replace(POLLED, failures=0.5, status=403), 3, "blocked"),
        (replace(POLLED, failures=0.5, problem="challenge_page"), 3, "blocked"),
        (replace(POLLED, failures=2.0, status=410), 3, "gone"),
        (replace(POLLED, failures=40.0, status=404), 3, "gone"),
        (replace(POLLED, failures=3.0, status=404), 3, "failing"),
    ],
)
def test_the_condition_of_a_feed(state: FeedState, items: int, expected: str) -> None:
    condition, why = condition_of(state, items, NOW)
    assert condition == expected
    assert why


def _story(desk: Desk) -> Story:
    for host in ("good.example", "bad.example"):
        desk.serve(host, response(200, feed_of(host), ETag='"a"'))
    polls = [Poll("http://good.example/feed"), Poll("http://bad.example/feed")]
    yield polls
    desk.serve("good.example", response(304))
    desk.serve("bad.example", response(403, Retry_After="604800"))
    yield polls


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("health") / "home")
    # What hosts asked for must not be past by the time of the real clock.
    desk.machine.now = datetime.now(UTC)
    asyncio.run(desk.tell({"story": _story}))
    assert desk.told == {"story": None}
    return desk.home


def ask(home: Path, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--home", str(home)])
    assert done.exit_code == 0, done.output
    return done.output


def ask_json(home: Path, *words: str) -> Any:  # noqa: ANN401 (whatever was printed)
    return json.loads(ask(home, *words, "--json"))


def test_health_puts_what_needs_a_look_first(home: Path) -> None:
    blocked, healthy = ask_json(home, "feeds", "health")
    assert (blocked["url"], blocked["condition"]) == ("http://bad.example/feed", "blocked")
    assert (blocked["why"], blocked["failing_polls"]) == ("HTTP 403", 1)
    assert (healthy["condition"], healthy["failing_polls"]) == ("healthy", 0)
    printed = ask(home, "feeds", "health")
    assert printed.index("bad.example") < printed.index("good.example")
    assert "2 feeds: 1 blocked, 1 healthy" in printed


def test_show_tells_every_decision_and_the_polls(home: Path) -> None:
    url = "http://bad.example/feed"
    told = ask_json(home, "feeds", "show", url)
    assert [poll["status"] for poll in told["polls"]] == [403, 200]
    assert [poll["new_entries"] for poll in told["polls"]] == [0, 3]
    assert told["state"]["etag"] == '"a"'
    printed = ask(home, "feeds", "show", url)
    assert "backing off after failures weighing 0.5; Retry-After" in printed
    assert "asked by the server" in printed
    assert "http_403" in printed
    assert len(ask_json(home, "feeds", "show", url, "--polls", "1")["polls"]) == 1


def test_show_of_what_is_no_feed_could_not_run(home: Path) -> None:
    done = CliRunner().invoke(app, ["feeds", "show", "http://x.example/", "--home", str(home)])
    assert done.exit_code == 2
    assert "feeds list" in done.output


def test_hosts_tell_what_was_done_to_them(home: Path) -> None:
    found = {row["host"]: row for row in ask_json(home, "hosts")}
    good, bad = found["good.example"], found["bad.example"]
    assert (good["requests"], good["exchanges"], good["not_modified_share"]) == (2, 2, 0.5)
    assert (good["errors"], good["left_alone_until"]) == (0, None)
    assert good["payload_bytes"] == len(feed_of("good.example"))
    assert bad["errors"] == 1
    assert bad["left_alone_until"] is not None
    printed = ask(home, "hosts")
    assert "50%" in printed
    assert "2 hosts, 4 requests" in printed
