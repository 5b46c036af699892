"""The state after a poll is written once: when it is answered, or when its document is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from faulty_feeds import response, rss
from walk_support import ask, audit

from flows.homes import prepare_home
from flows.polls import Choice, due_feeds, load_polls, poll_feeds
from flows.run import open_run
from flows.settings import read_settings
from flows.subscriptions import subscribe
from tests.flows.conftest import Machine, Publisher
from transforms.opml import Subscription

if TYPE_CHECKING:
    from pathlib import Path

    from flows.run import Run
    from transforms.records import FeedState
    from warehouse.state import State

FEED = response(200, rss("<title>One</title><link>http://a.example/1</link>"), ETag='"1"')
LATER = {
    "same.example": response(304),
    "lying.example": response(304),
    "down.example": response(500),
    "missing.example": response(404),
}


def known(state: State) -> dict[str, FeedState]:
    """Return the states by host."""
    return {one.url.split("/")[2]: one for one in state.feed_states().values()}


async def poll(run: Run) -> None:
    assert await poll_feeds(run, await due_feeds(run, Choice(all_feeds=True))) == len(LATER)


async def walk(home: Path, *, is_cut_off: bool) -> tuple[dict[str, FeedState], ...]:
    """Poll feeds twice; return what is in the file after the second answers, and after the load.

    The run may be cut off between the two: another takes its polls over.
    """
    machine = Machine()
    prepare_home(home)
    subscribe(home, [Subscription(url=f"http://{host}/feed") for host in LATER])
    async with Publisher(machine, {f"{host}/feed": FEED for host in LATER}) as publisher:
        publisher.answers["lying.example/feed"] = response(304)
        address = f"127.0.0.1:{publisher.port}"
        settings = read_settings(home, connect_to=address, host_gap_seconds=0.0)
        async with open_run("ingest", settings, {}, clock=machine.clock) as run:
            await poll(run)
            await load_polls(run)
            publisher.answers |= {f"{host}/feed": answer for host, answer in LATER.items()}
            await poll(run)
            answered = known(run.state)
            if not is_cut_off:
                await load_polls(run)
                return answered, known(run.state)
        async with open_run("ingest", settings, {}, clock=machine.clock) as run:
            assert await load_polls(run) == len(LATER)
            return answered, known(run.state)


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_an_answer_without_a_document_is_final(tmp_path: Path, is_cut_off: bool) -> None:  # noqa: FBT001 (a case)
    answered, loaded = asyncio.run(walk(tmp_path / "home", is_cut_off=is_cut_off))
    assert loaded == answered
    assert "unchanged; nothing new" in loaded["same.example"].due_reason
    assert loaded["same.example"].etag == '"1"'
    # Twice, each counted once: a 304 to a request without a condition is a failure.
    assert (loaded["lying.example"].failures, loaded["lying.example"].polls) == (1.0, 2)
    assert (loaded["down.example"].failures, loaded["missing.example"].failures) == (0.25, 1.0)
    reasons = "select reason, count(*) from ops.outcomes where stage = 'poll' group by 1 order by 1"
    assert ask(tmp_path / "home", reasons) == [
        ("http_404", 1),
        ("http_500", 1),
        ("not_modified", 1),
        ("parsed", 3),
        ("unasked_not_modified", 2),
    ]
    assert audit(tmp_path / "home") == []


async def first_polls(home: Path, *, is_cut_off: bool) -> tuple[int, dict[str, FeedState]]:
    """Poll feeds for the first time; return how many states stand in the file, and those loaded."""
    machine = Machine()
    prepare_home(home)
    subscribe(home, [Subscription(url=f"http://{host}/feed") for host in LATER])
    answers = {f"{host}/feed": FEED for host in LATER} | {"down.example/feed": response(500)}
    async with Publisher(machine, answers) as publisher:
        address = f"127.0.0.1:{publisher.port}"
        settings = read_settings(home, connect_to=address, host_gap_seconds=0.0)
        async with open_run("ingest", settings, {}, clock=machine.clock) as run:
            await poll(run)
            answered = sum(state.polls for state in known(run.state).values())
            if not is_cut_off:
                await load_polls(run)
                return answered, known(run.state)
        async with open_run("ingest", settings, {}, clock=machine.clock) as run:
            assert not await poll_feeds(run, await due_feeds(run, Choice(all_feeds=True)))
            assert await load_polls(run) == len(LATER)
            return answered, known(run.state)


def test_what_follows_from_a_document_is_the_same_after_a_run_was_cut_off(tmp_path: Path) -> None:
    calm = asyncio.run(first_polls(tmp_path / "calm", is_cut_off=False))
    cut_off = asyncio.run(first_polls(tmp_path / "cut", is_cut_off=True))
    assert calm[0] == cut_off[0] == 1  # the one that failed
    for host, state in cut_off[1].items():
        expected = calm[1][host]
        assert (state.polls, state.status, state.problem) == (1, expected.status, expected.problem)
        assert (state.etag, state.body_hash) == (expected.etag, expected.body_hash)
        assert (state.failures, state.due_reason) == (expected.failures, expected.due_reason)
        assert (state.polled_at is None, state.due_at is None) == (False, False)
    assert {host: state.etag for host, state in cut_off[1].items()} == {
        "same.example": '"1"',
        "lying.example": '"1"',
        "down.example": None,
        "missing.example": '"1"',
    }
    assert audit(tmp_path / "cut") == []
