"""`copytaster feeds show`, `feeds health` and `hosts`, over what polls left behind."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from faulty_feeds import Desk, Poll, feed_of, response
from typer.testing import CliRunner

from flows.cli import app
from flows.health import troubles_by_host
from transforms.condition import condition_of
from transforms.records import FeedState
from warehouse.connection import Home
from warehouse.exchanges import TroubleRow

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
        (POLLED._replace(changed_at=NOW - timedelta(days=15)), 3, "quiet"),
        (POLLED._replace(failures=0.25, problem="timeout"), 3, "failing"),
        (POLLED._replace(failures=0.5, status=403), 3, "blocked"),
        (POLLED._replace(failures=0.5, problem="challenge_page"), 3, "blocked"),
        (POLLED._replace(failures=0.5, problem="robots_disallowed"), 3, "blocked"),
        (POLLED._replace(failures=2.0, status=410), 3, "gone"),
        (POLLED._replace(failures=40.0, status=404), 3, "gone"),
        (POLLED._replace(failures=3.0, status=404), 3, "failing"),
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


@pytest.mark.parametrize(
    "words",
    [
        ("feeds", "health"),
        ("feeds", "list"),
        ("feeds", "show", "http://good.example/feed"),
        ("feeds", "export"),
        ("feeds", "add", "http://new.example/feed"),
        ("feeds", "remove", "http://good.example/feed"),
        ("hosts",),
        ("status",),
    ],
    ids=" ".join,
)
def test_after_an_update_each_command_asks_for_init(
    home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    older = tmp_path / "older"
    shutil.copytree(home, older)
    with duckdb.connect(str(Home(older).live)) as con:
        con.execute("delete from ops.schema_version where name = '0011_remembered_pages'")
    done = CliRunner().invoke(app, [*words, "--home", str(older)])
    assert done.exit_code == 2, done.output
    assert "0011_remembered_pages" in done.output
    assert "copytaster init" in done.output


def test_what_is_wrong_with_robots_is_told_in_words() -> None:
    def row(host: str, status: int, *, is_known: bool = False) -> TroubleRow:
        return TroubleRow(host=host, kind="robots", status=status, is_known=is_known, problem=None)

    assert troubles_by_host(
        [row("a", 503), row("a", 503), row("b", 0, is_known=True), row("a", 429)]
    ) == {
        "a": ("robots.txt HTTP 503: its pages wait", "robots.txt HTTP 429: its pages wait"),
        "b": ("robots.txt no answer: the last known is obeyed",),
    }


def test_show_finds_a_feed_by_any_spelling_of_its_address(home: Path) -> None:
    told = ask_json(home, "feeds", "show", "HTTP://Good.Example:80/feed#top")
    assert told["feed"]["url"] == "http://good.example/feed"


def test_a_feed_in_another_spelling_is_known_and_passwords_are_not_taken(
    home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    words = ["http://GOOD.example:80/feed#x", "http://name:word@new.example/feed"]
    done = CliRunner().invoke(app, ["feeds", "add", *words, "--home", str(copy)])
    assert done.exit_code == 1
    assert "0 feeds added, 1 known already" in done.output
    assert "not added: http://new.example/feed: user names and passwords" in done.output
    assert "word@" not in done.output
    gone = ["feeds", "remove", "http://GOOD.example/feed", "--home", str(copy)]
    assert "1 feed is polled no more" in CliRunner().invoke(app, gone).output
    back = ["feeds", "add", "http://good.example/feed", "--home", str(copy)]
    told = "0 feeds added, 1 known already, 1 of them polled again"
    assert told in CliRunner().invoke(app, back).output


def test_an_address_with_brackets_is_listed_as_it_is(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    added = ["feeds", "add", "http://good.example/feed?tags[/]=a", "--home", str(copy)]
    assert CliRunner().invoke(app, added).exit_code == 0
    assert "tags[/]=a" in ask(copy, "feeds", "list")


def test_ingest_of_what_is_no_feed_could_not_run(home: Path) -> None:
    words = ["ingest", "--feed", "http://x.example/", "--home", str(home)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "not a feed of this home: http://x.example/" in done.output


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
