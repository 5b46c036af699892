"""`copytaster feeds add` with the address of a site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from faulty_feeds import feed_of, response
from typer.testing import CliRunner
from walk_support import make_home

from flows.cli import app
from tests.flows.conftest import Machine, Publisher, in_thread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINK = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
TWO = f"<head>{LINK.format('World', '/world.xml')}{LINK.format('Sport', '/sport.xml')}</head>"
ANSWERS = {
    "one.example/": response(200, f"<head>{LINK.format('All', '/all.xml')}</head>".encode()),
    "two.example/": response(200, TWO.encode()),
    "none.example/": response(200, b"<p>nothing</p>"),
    "linked.example/": response(200, b"<a href='/feed'>RSS</a> <a href='/rss'>What is RSS?</a>"),
    "linked.example/feed": response(200, feed_of("linked.example")),
    "linked.example/rss": response(200, b"<!doctype html><p>RSS is ..."),
    "itself.example/": response(200, feed_of("itself.example")),
    "barred.example/": response(200, TWO.encode()),
    "barred.example/robots.txt": response(200, b"User-agent: *\nDisallow: /"),
    "deep.example/section/": response(200, TWO.encode()),
}


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    with in_thread(Publisher(Machine(), dict(ANSWERS))) as served:
        yield served


@pytest.fixture
def add(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 (a function)
    monkeypatch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")
    home = make_home(tmp_path / "home")

    def run(*words: str) -> tuple[int, str, list[str]]:
        given = ("--home", str(home), "--connect-to", f"127.0.0.1:{publisher.port}")
        done = CliRunner().invoke(app, ["feeds", "add", *words, *given])
        listed = CliRunner().invoke(app, ["feeds", "list", "--json", "--home", str(home)])
        return done.exit_code, done.output, [row["url"] for row in json.loads(listed.output)]

    return run


def test_the_one_feed_of_a_site_is_taken(add: Any) -> None:  # noqa: ANN401 (a function)
    assert add("http://one.example")[::2] == (0, ["http://one.example/all.xml"])


def test_of_several_feeds_one_has_to_choose(add: Any) -> None:  # noqa: ANN401 (a function)
    code, said, urls = add("http://two.example/")
    assert (code, urls) == (2, [])
    assert "1  http://two.example/world.xml  World" in said
    assert "--pick" in said
    assert add("http://two.example/", "--pick", "2")[::2] == (0, ["http://two.example/sport.xml"])
    assert add("http://two.example/", "--pick", "3")[0] == 2
    code, _, urls = add("http://two.example/", "--all")
    assert (code, len(urls)) == (0, 2)


def test_links_that_look_like_feeds_are_tried(add: Any, publisher: Publisher) -> None:  # noqa: ANN401 (a function)
    assert add("http://linked.example/")[::2] == (0, ["http://linked.example/feed"])
    assert "linked.example/rss" in publisher.asked


def test_a_site_that_is_a_feed_is_taken_itself(add: Any) -> None:  # noqa: ANN401 (a function)
    assert add("http://itself.example/")[::2] == (0, ["http://itself.example/"])


@pytest.mark.parametrize(
    ("host", "why"),
    [("none", "no feed is declared"), ("missing", "404"), ("barred", "robots_disallowed")],
)
def test_where_no_feed_is_found_the_reason_is_told(add: Any, host: str, why: str) -> None:  # noqa: ANN401 (a function)
    code, said, urls = add(f"http://{host}.example/")
    assert (code, urls) == (2, [])
    assert why in said


def test_other_addresses_are_looked_at_only_when_asked(add: Any, publisher: Publisher) -> None:  # noqa: ANN401 (a function)
    url = "http://deep.example/section/"
    assert add(url)[::2] == (0, [url])
    assert "deep.example/section/" not in publisher.asked
    assert len(add(url, "--find", "--all")[2]) == 3
