"""`copytaster backfill --feed`: the past of a feed, from its archive or the outlet's sitemaps."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from faulty_feeds import START, item, response, rss
from typer.testing import CliRunner
from walk_support import ask, audit, make_home, run_backfill

from flows.cli import app
from flows.subscriptions import subscribe
from tests.flows.conftest import Machine, Publisher, in_thread
from transforms.opml import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "past.example"
FEED = f"http://{HOST}/feed"


def page(numbers: range, older: int | None = None) -> bytes:
    """Return a page of a paged feed: items by their age in hours."""
    head = f'<atom:link rel="next" href="?paged={older}"/>' if older else ""
    body = rss(*(item(number, HOST) for number in numbers), head=head)
    return response(200, body.replace(b"<rss ", b'<rss xmlns:atom="http://www.w3.org/2005/Atom" '))


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    answers: dict[str, Any] = {
        f"{HOST}/feed": page(range(3), older=2),
        f"{HOST}/feed?paged=2": page(range(2, 8), older=3),  # one item moved to the next page
        f"{HOST}/feed?paged=3": page(range(8, 14), older=4),
        f"{HOST}/feed?paged=4": page(range(14, 20)),
    }
    with in_thread(Publisher(Machine(), answers)) as served:
        yield served


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")
    made = make_home(tmp_path / "home")
    subscribe(made, [Subscription(url=FEED)])
    return made


def test_the_past_of_a_feed_is_read_as_far_as_was_asked(home: Path, publisher: Publisher) -> None:
    since = START - timedelta(hours=11)
    given = {"feeds": [FEED], "since": since, "connect_to": f"127.0.0.1:{publisher.port}"}
    run_backfill(home, **given)
    ((entries, oldest),) = ask(home, "select count(*), min(published_at) from news.entries")
    assert (entries, oldest) == (11, since)
    lanes = dict(ask(home, "select lane like 'backfill:%', count(*) from ops.wants group by all"))
    assert lanes == {False: 3, True: 8}  # the feed's own window is the live walk's
    ((kind, status, urls),) = ask(home, "select kind, status, len(urls) from ops.coverage_gaps")
    assert (kind, status, urls) == ("asked", "filled", 2)
    assert f"{HOST}/feed?paged=4" not in publisher.asked
    asked = len(publisher.requests)
    run_backfill(home, **given)  # the same again asks for nothing again
    assert len(publisher.requests) == asked
    assert ask(home, "from report.coverage_gap") == []
    run_backfill(home, feeds=[FEED], connect_to=f"127.0.0.1:{publisher.port}")  # all there is
    ((entries,),) = ask(home, "select count(*) from news.entries")
    assert entries == 20
    assert audit(home) == []
    words = ["feeds", "show", FEED, "--json", "--home", str(home)]
    shown = json.loads(CliRunner().invoke(app, words).output)
    assert [gap["status"] for gap in shown["gaps"]] == ["filled", "filled"]


def test_a_plan_names_the_feeds_and_refuses_strangers(home: Path) -> None:
    words = ["backfill", "--dry-run", "--home", str(home), "--feed"]
    done = CliRunner().invoke(app, [*words, FEED])
    assert done.exit_code == 0
    assert "1 feed whose archive and sitemaps are read" in done.output
    done = CliRunner().invoke(app, [*words, "http://other.example/feed"])
    assert done.exit_code == 2
    assert "not a feed of this home" in done.output
