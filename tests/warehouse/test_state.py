"""The state file: what one process sees of it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from transforms.records import (
    Complaint,
    Exchange,
    FeedState,
    HostState,
    OriginDocument,
    Place,
    Want,
)
from transforms.schedule import is_due
from transforms.turns import Wish
from warehouse import state_hosts
from warehouse.state import (
    RunIsAliveError,
    RunIsNotAliveError,
    State,
    StateVersionError,
)
from warehouse.state_rows import micros
from warehouse.state_wants import round_robin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 1, 10, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def state(file: Path) -> Iterator[State]:
    with State(file) as opened:
        opened.begin_run("run-1", "ingest", NOW)
        yield opened


def reserve(state: State, gaps: dict[str, float], now: datetime) -> datetime:
    """Return when a request starts that is wished for now, and again whenever it may start."""
    while not (turn := state.take_turns([Wish(gaps=gaps, now=now)])[0]).is_begun:
        now = max(filter(None, (turn.free_at, turn.retry_after_at)))
    return now


def an_exchange(name: str, at: datetime = NOW) -> Exchange:
    return Exchange(
        exchange_id=name,
        run_id="run-1",
        purpose="page",
        requested_url="https://a.example/",
        final_url="https://a.example/",
        fetched_at=at,
        elapsed_ms=3,
        status=200,
        place=Place(file="2026/01/10/run-1-00000.warc.gz", offset=7, length=8),
    )


def a_want(name: str, host: str = "a.example", url: str | None = None) -> Want:
    return Want(
        want_id=name,
        url=url or f"https://{host}/{name}",
        host=host,
        source_id=host,
        reason="new",
        entry_id=f"entry-{name}",
        feed_id="feed-1",
    )


FULL_FEED = FeedState(
    feed_id="feed-1",
    url="https://a.example/feed",
    etag='W/"ä"',
    last_modified="Sat, 10 Jan 2026 11:00:00 GMT",
    body_hash="00ff",
    polled_at=NOW,
    changed_at=NOW - HOUR,
    full_fetch_at=NOW - 2 * HOUR,
    due_at=NOW + HOUR,
    due_reason="half the median gap",
    retry_after_at=NOW + 3 * HOUR,
    status=200,
    problem="timeout",
    failures=0.25,
    polls=12,
    unmodified_at=NOW - HOUR,
    distrusted_at=NOW - HOUR,
    declared_minutes=90,
    skip_hours=(0, 23),
    skip_days=("Sunday",),
    newest_at=NOW - 4 * HOUR,
    marks=("a1", "b2"),
    older_url="https://a.example/feed?page=2",
    moving_to="https://b.example/feed",
    moving_at=NOW - HOUR,
    moving_polls=2,
    interval_minutes=7.5,
)

FULL_HOST = HostState(
    host="a.example",
    free_at=NOW,
    retry_after_at=NOW + HOUR,
    crawl_delay_seconds=2.5,
    requests=3,
    payload_bytes=4567,
)

FULL_ROBOTS = OriginDocument(
    origin="https://a.example",
    kind="robots",
    host="a.example",
    body=b"\xff\x00User-agent: *",
    status=200,
    expires_at=NOW + 24 * HOUR,
    exchange_id="x-robots",
    fetched_at=NOW,
    crawl_delay_seconds=2.5,
)


# Feeds


def test_a_feed_state_comes_back_equal_after_reopening(file: Path) -> None:
    bare = FeedState(feed_id="feed-2", url="https://b.example/feed")
    with State(file) as state:
        state.put_feed_states([FULL_FEED, bare])
    with State(file) as state:
        assert state.feed_states() == {"feed-1": FULL_FEED, "feed-2": bare}
        assert state.feed_state("feed-1") == FULL_FEED
        assert state.feed_state("feed-3") is None


def test_a_time_without_zone_is_refused(state: State) -> None:
    with pytest.raises(TypeError):
        state.put_feed_states([FULL_FEED._replace(due_at=datetime(2026, 1, 1))])  # noqa: DTZ001 (the point)


def test_a_feed_goes_to_one_run_until_its_poll_is_finished(state: State, file: Path) -> None:
    with State(file) as other:
        other.begin_run("run-2", "ingest", NOW)
        assert state.claim_feeds("run-1", ["feed-2", "feed-1", "feed-2"]) == ("feed-2", "feed-1")
        assert other.claim_feeds("run-2", ["feed-1", "feed-3"]) == ("feed-3",)
        assert other.feeds_in_hand() == {"feed-1", "feed-2", "feed-3"}

        state.record_polls("run-1", [(an_exchange("poll-1"), FULL_FEED._replace(feed_id="feed-1"))])
        state.finish_polls(["poll-1"], [FULL_FEED._replace(etag="new")])
        assert state.feed_state("feed-1") == FULL_FEED._replace(etag="new")
        assert other.claim_feeds("run-2", ["feed-1", "feed-2"]) == ("feed-1",)


def test_a_claimed_feed_is_freed_by_its_state_alone(state: State) -> None:
    state.claim_feeds("run-1", ["feed-1"])
    state.finish_polls([], [FULL_FEED])
    assert state.feeds_in_hand() == set()


def test_a_feed_with_a_poll_in_hand_is_not_obtained_again(state: State) -> None:
    state.claim_feeds("run-1", ["feed-1"])
    assert state.claim_feeds("run-1", ["feed-1"]) == ("feed-1",)
    state.record_polls("run-1", [(an_exchange("poll-1"), FULL_FEED._replace(feed_id="feed-1"))])
    assert state.claim_feeds("run-1", ["feed-1"]) == ()
    assert state.feeds_in_hand() == {"feed-1"}


def test_polls_of_a_dead_run_are_taken_over_with_their_feeds(file: Path) -> None:
    with State(file) as dead:
        dead.begin_run("run-0", "ingest", NOW)
        dead.claim_feeds("run-0", ["feed-1", "feed-2"])
        dead.record_polls(
            "run-0", [(an_exchange("poll-2", NOW + HOUR), FULL_FEED._replace(feed_id="feed-1"))]
        )
        dead.record_polls(
            "run-0", [(an_exchange("poll-1", NOW), FULL_FEED._replace(feed_id="feed-2"))]
        )
    with State(file) as state, State(file) as other:
        state.begin_run("run-1", "ingest", NOW)
        other.begin_run("run-2", "ingest", NOW)
        polls = state.polls_in_hand("run-1")
        assert [poll.exchange_id for poll in polls] == ["poll-1", "poll-2"]
        assert {poll.run_id for poll in polls} == {"run-1"}
        assert polls[0].place == an_exchange("x").place
        assert other.polls_in_hand("run-2") == ()
        assert other.claim_feeds("run-2", ["feed-1", "feed-2"]) == ()
        assert other.feeds_in_hand() == {"feed-1", "feed-2"}


def test_only_an_archived_exchange_can_be_in_hand(state: State) -> None:
    with pytest.raises(ValueError, match="not archived"):
        state.record_polls(
            "run-1", [(replace(an_exchange("e"), place=None), FULL_FEED._replace(feed_id="feed-1"))]
        )
    assert state.feed_state("feed-1") is None


# Wants


def test_a_want_is_put_in_hand_once(state: State) -> None:
    assert state.want([a_want("1"), a_want("2"), a_want("1")], NOW) == 2
    assert state.want([a_want("2"), a_want("3")], NOW) == 1
    assert [item.want.want_id for item in state.in_hand(NOW)] == ["1", "2", "3"]


def test_a_finished_want_does_not_come_back_until_forgotten(state: State) -> None:
    state.want([a_want("1")], NOW)
    state.claim("run-1", NOW, 10, 10)
    state.finish(["1", "unknown"], NOW)
    assert state.in_hand(NOW) == ()
    assert state.want([a_want("1")], NOW + HOUR) == 0
    assert state.forget_done(NOW) == 0
    assert state.forget_done(NOW + HOUR) == 1
    assert state.want([a_want("1")], NOW + HOUR) == 1


def test_known_are_the_wants_in_hand_and_those_finished(state: State) -> None:
    state.want([a_want("1"), a_want("2")], NOW)
    state.finish(["1"], NOW)
    assert state.known_wants(["1", "2", "3"]) == {"1", "2"}


def test_a_lane_gets_its_own_wants_only(state: State) -> None:
    later = replace(a_want("1"), want_id="later", lane="backfill:x")
    stored = replace(a_want("2"), lane="backfill:x", place=an_exchange("e").place)
    state.want([a_want("1"), later, stored], NOW)
    assert [want.want_id for want in state.claim("run-1", NOW, 9, 9)] == ["1"]
    assert state.claim("run-1", NOW, 9, 9, "backfill:x") == (stored,)  # not the page in hand
    state.finish(["1"], NOW)
    assert state.claim("run-1", NOW, 9, 9, "backfill:x") == (later,)


def test_a_claim_goes_round_the_hosts(state: State) -> None:
    busy = [a_want(f"busy-{number}", "busy.example") for number in range(5)]
    state.want([*busy, a_want("a", "a.example"), a_want("z", "z.example")], NOW)
    claimed = state.claim("run-1", NOW, limit=4, per_host=2)
    assert [want.want_id for want in claimed] == ["a", "busy-0", "z", "busy-1"]
    claimed = state.claim("run-1", NOW, limit=10, per_host=2)
    assert [want.want_id for want in claimed] == ["busy-2", "busy-3"]


def test_the_host_asked_least_lately_comes_first(state: State) -> None:
    state.want([a_want("a", "a.example"), a_want("b", "b.example")], NOW)
    reserve(state, {"a.example": 5}, NOW)
    assert [want.want_id for want in state.claim("run-1", NOW, 1, 1)] == ["b"]


def test_a_host_that_asked_for_peace_is_left_out_but_its_archived_pages_are_not(
    state: State,
) -> None:
    state.want([a_want("1"), replace(a_want("2"), place=an_exchange("e").place)], NOW)
    state.put_host_state(HostState(host="a.example", retry_after_at=NOW + HOUR))
    assert state.count_ready(NOW) == 1
    assert [want.want_id for want in state.claim("run-1", NOW, 10, 10)] == ["2"]
    assert state.next_ready_at() == NOW + HOUR
    assert [want.want_id for want in state.claim("run-1", NOW + HOUR, 10, 10)] == ["1"]
    assert state.next_ready_at() is None


def test_archived_pages_come_first_with_their_place(state: State) -> None:
    state.want([a_want("1"), a_want("2")], NOW)
    claimed = state.claim("run-1", NOW, 10, 10)
    state.record_pages([("2", an_exchange("exchange-2"))])
    state.release_run("run-1")
    again = state.claim("run-1", NOW, 10, 10)
    assert [want.want_id for want in again] == ["2", "1"]
    assert again[0] == replace(
        claimed[1], attempts=1, exchange_id="exchange-2", place=an_exchange("x").place
    )


def test_wants_of_the_same_page_come_together_and_share_its_exchange(
    state: State, file: Path
) -> None:
    url = "https://a.example/story"
    tracked = "http://a.example/story?utm_source=rss#top"
    state.want([a_want("1", url=url), a_want("2"), a_want("3", url=tracked)], NOW)
    claimed = state.claim("run-1", NOW, limit=1, per_host=1)
    assert [want.want_id for want in claimed] == ["1", "3"]
    state.record_pages([("3", an_exchange("e"))])
    state.record_pages([("1", an_exchange("e"))])
    wants = {item.want.want_id: item.want for item in state.in_hand(NOW)}
    assert [wants[name].exchange_id for name in "123"] == ["e", None, "e"]
    assert [wants[name].attempts for name in "123"] == [1, 0, 1]

    state.want([a_want("4", url=url)], NOW)
    with State(file) as other:
        other.begin_run("run-2", "backfill", NOW)
        assert other.count_ready(NOW) == 1
        assert [want.want_id for want in other.claim("run-2", NOW, 10, 10)] == ["2"]
    state.finish(["1", "3"], NOW)
    assert [want.want_id for want in state.claim("run-1", NOW, 10, 10)] == ["2", "4"]


def test_a_link_without_canonical_form_can_be_wanted(state: State) -> None:
    state.want([a_want("1", url="https://"), a_want("2", url="https://")], NOW)
    assert len(state.claim("run-1", NOW, 1, 1)) == 2


def test_archived_wants_of_one_page_are_handed_out_once_each(state: State) -> None:
    archived = [
        replace(a_want(name, url="https://a.example/story"), place=an_exchange(name).place)
        for name in ("1", "2", "3")
    ]
    state.want(archived, NOW)
    claims = [state.claim("run-1", NOW, limit=1, per_host=1) for _ in range(4)]
    assert [[want.want_id for want in claimed] for claimed in claims] == [["1"], ["2"], ["3"], []]


def test_a_retry_waits_for_its_time_and_forgets_the_place(state: State) -> None:
    state.want([a_want("1")], NOW)
    state.claim("run-1", NOW, 10, 10)
    state.record_pages([("1", an_exchange("e"))])
    state.retry("1", NOW + HOUR, "http_status_503")
    (item,) = state.in_hand(NOW)
    assert (item.state, item.attempts, item.next_try_at) == ("waiting", 1, NOW + HOUR)
    assert (item.last_problem, item.is_ready, item.run_id) == ("http_status_503", False, None)
    assert state.claim("run-1", NOW, 10, 10) == ()
    assert (state.count_ready(NOW), state.next_ready_at()) == (0, NOW + HOUR)
    (want,) = state.claim("run-1", NOW + HOUR, 10, 10)
    assert want == replace(a_want("1"), attempts=1)


def test_in_hand_tells_how_far_each_want_is(state: State) -> None:
    state.want([a_want("1"), a_want("2")], NOW)
    state.claim("run-1", NOW, 2, 2)
    state.record_pages([("1", an_exchange("e"))])
    state.want([a_want("3")], NOW)
    assert [item.state for item in state.in_hand(NOW)] == ["archived", "claimed", "waiting"]
    assert [item.run_id for item in state.in_hand(NOW)] == ["run-1", "run-1", None]


def test_a_want_not_in_hand_cannot_be_archived_or_retried(state: State) -> None:
    with pytest.raises(LookupError):
        state.record_pages([("1", an_exchange("e"))])
    with pytest.raises(LookupError):
        state.retry("1", NOW, "timeout")


def test_claims_end_with_their_run(state: State, file: Path) -> None:
    state.want([a_want("1")], NOW)
    with State(file) as other:
        other.begin_run("run-2", "ingest", NOW)
        assert len(other.claim("run-2", NOW, 10, 10)) == 1
        assert state.claim("run-1", NOW, 10, 10) == ()
        assert state.count_ready(NOW) == 0
    assert state.dead_runs() == ("run-2",)
    assert [item.state for item in state.in_hand(NOW)] == ["waiting"]
    assert state.count_ready(NOW) == 1
    assert len(state.claim("run-1", NOW, 10, 10)) == 1
    state.end_run("run-2")
    assert state.dead_runs() == ()


@pytest.mark.parametrize("limit", [-1, 0, 1, 3, 5, 99])
def test_round_robin_takes_turns(limit: int) -> None:
    assert round_robin([[1, 4, 6], [2], [3, 5]], limit) == [1, 2, 3, 4, 5, 6][: max(limit, 0)]


def test_a_claim_costs_hosts_and_not_wants(state: State) -> None:
    steps = []
    for backlog in (2_000, 20_000):
        wants = [a_want(f"{backlog}-{n}", f"h{n % 20}.example") for n in range(backlog)]
        state.want(wants, NOW)
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        state._connection.set_progress_handler(step, 100)
        state.claim("run-1", NOW, 50, 8)
        state._connection.set_progress_handler(None, 100)
        state.release_run("run-1")
        steps.append(count)
    assert steps[1] < 2 * steps[0]


# Hosts


def test_reserve_keeps_the_gap(state: State) -> None:
    gap = timedelta(seconds=2.5)
    starts = [reserve(state, {"a.example": 2.5}, NOW) for _ in range(3)]
    assert starts == [NOW, NOW + gap, NOW + 2 * gap]
    assert reserve(state, {"b.example": 2.5}, NOW) == NOW
    assert reserve(state, {"a.example": 2.5}, NOW + HOUR) == NOW + HOUR


def test_reserve_waits_for_what_the_host_asked(state: State) -> None:
    state.put_host_state(HostState(host="a.example", retry_after_at=NOW + HOUR))
    assert reserve(state, {"a.example": 5}, NOW) == NOW + HOUR


def test_a_host_state_comes_back_equal(state: State) -> None:
    state.put_host_state(FULL_HOST)
    assert state.host_state("a.example") == FULL_HOST
    bare = HostState(host="b.example")
    state.put_host_state(bare)
    assert state.host_states() == (FULL_HOST, bare)
    assert state.host_states(["b.example", "c.example"]) == (bare,)
    assert state.host_state("c.example") is None


def test_a_stale_host_state_turns_nothing_back(state: State) -> None:
    state.put_host_state(FULL_HOST)
    reserve(state, {"a.example": 5}, NOW)
    state.count_bytes("a.example", 100)
    state.put_host_state(HostState(host="a.example"))
    known = state.host_state("a.example")
    assert known == replace(
        FULL_HOST,
        free_at=NOW + HOUR + timedelta(seconds=5),
        requests=4,
        payload_bytes=4667,
    )


def test_an_origin_document_comes_back_equal(state: State) -> None:
    plain = replace(FULL_ROBOTS, origin="http://a.example", body=None, exchange_id=None)
    state.put_origin_document(FULL_ROBOTS, NOW)
    state.put_origin_document(plain, NOW)
    assert state.origin_document("https://a.example", "robots") == FULL_ROBOTS
    assert state.origin_document("https://a.example:8443", "robots") is None
    assert state.origin_documents(["a.example", "b.example"]) == (plain, FULL_ROBOTS)
    assert state.origin_documents(["b.example"]) == ()


def test_newer_robots_replace_older_ones_even_by_nothing(state: State) -> None:
    state.put_host_state(FULL_HOST)
    state.put_origin_document(FULL_ROBOTS, NOW)
    gone = replace(
        FULL_ROBOTS,
        body=None,
        status=404,
        crawl_delay_seconds=None,
        expires_at=NOW + 48 * HOUR,
    )
    state.put_origin_document(gone, NOW)
    assert state.origin_document("https://a.example", "robots") == gone
    assert state.host_state("a.example") == replace(FULL_HOST, crawl_delay_seconds=None)
    state.put_origin_document(FULL_ROBOTS, NOW)  # read before by a slower process
    assert state.origin_document("https://a.example", "robots") == gone


def test_a_host_has_the_longest_delay_of_its_origins_that_has_not_expired(state: State) -> None:
    def told() -> float | None:
        known = state.host_state("a.example")
        return known.crawl_delay_seconds if known else None

    plain = replace(FULL_ROBOTS, origin="http://a.example", crawl_delay_seconds=9.0)
    state.put_origin_document(plain, NOW)
    state.put_origin_document(FULL_ROBOTS, NOW)
    assert told() == 9.0
    later = NOW + 25 * HOUR  # nobody asked the other one again
    state.put_origin_document(replace(FULL_ROBOTS, expires_at=later + HOUR), later)
    assert told() == 2.5


def test_requests_are_counted_as_they_are_reserved_and_bytes_with_the_next_write(
    file: Path,
) -> None:
    with State(file) as state:
        state.count_bytes("b.example", 1)  # whatever comes first
        for payload_bytes in (10, 5):
            reserve(state, {"a.example": 0}, NOW)
            state.count_bytes("a.example", payload_bytes)
    with State(file) as state:
        known = HostState(host="a.example", free_at=NOW, requests=2, payload_bytes=15)
        assert state.host_states() == (known, HostState(host="b.example", payload_bytes=1))


def test_bytes_outlast_a_transaction_that_fails(state: State) -> None:
    state.count_bytes("a.example", 10)
    with pytest.raises(LookupError):
        state.record_pages([("unknown", an_exchange("e"))])
    reserve(state, {"b.example": 0}, NOW)
    reserve(state, {"b.example": 0}, NOW)
    assert state.host_state("a.example") == HostState(host="a.example", payload_bytes=10)


def test_of_pages_recorded_together_all_or_none_are(state: State) -> None:
    state.want([a_want("1")], NOW)
    with pytest.raises(LookupError):
        state.record_pages([("1", an_exchange("e")), ("unknown", an_exchange("f"))])
    assert [one.state for one in state.in_hand(NOW)].count("archived") == 0


# Runs


def test_a_run_is_alive_from_begin_to_end(state: State, file: Path) -> None:
    with State(file) as other:
        assert other.is_alive("run-1")
        assert not other.is_alive("run-2")
        assert other.dead_runs() == ()
        state.end_run("run-1")
        assert not other.is_alive("run-1")
        assert other.dead_runs() == ()
    assert list((file.parent / "runs").iterdir()) == []


def test_a_live_run_can_be_neither_begun_nor_ended_by_others(state: State, file: Path) -> None:
    with pytest.raises(RunIsAliveError):
        state.begin_run("run-1", "ingest", NOW)
    with State(file) as other, pytest.raises(RunIsAliveError):
        other.end_run("run-1")
    assert state.is_alive("run-1")


def test_a_dead_run_can_be_begun_again(file: Path) -> None:
    with State(file) as state:
        state.begin_run("run-1", "ingest", NOW)
    with State(file) as state:
        assert state.dead_runs() == ("run-1",)
        state.begin_run("run-1", "ingest", NOW)
        assert state.dead_runs() == ()


def test_a_run_that_was_not_begun_gets_nothing(state: State) -> None:
    with pytest.raises(RunIsNotAliveError):
        state.claim("run-9", NOW, 1, 1)
    with pytest.raises(RunIsNotAliveError):
        state.claim_feeds("run-9", ["feed-1"])
    with pytest.raises(RunIsNotAliveError):
        state.polls_in_hand("run-9")


@pytest.mark.parametrize("run_id", ["", "../x", ".hidden", "a/b", "a\0b", "x" * 200])
def test_a_run_id_that_is_no_file_name_is_refused(state: State, run_id: str) -> None:
    with pytest.raises(ValueError, match="run id"):
        state.begin_run(run_id, "ingest", NOW)


# The file


def test_a_file_of_a_newer_version_is_refused(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(StateVersionError):
        State(file)


def test_commits_reach_the_disk(state: State) -> None:
    reserve(state, {"a.example": 5}, NOW)  # this one need not, and leaves no trace in the next
    state.end_run("none")
    (mode,) = state._connection.execute("pragma journal_mode").fetchone()
    (synchronous,) = state._connection.execute("pragma synchronous").fetchone()
    assert (mode, synchronous) == ("wal", 2)


def test_many_can_open_a_new_file_at_once(file: Path) -> None:
    faults: list[BaseException] = []

    def use(number: int) -> None:
        try:
            with State(file) as state:
                reserve(state, {"a.example": number}, NOW)
        except BaseException as fault:  # noqa: BLE001 (told to the test below)
            faults.append(fault)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with State(file) as state:
        assert state.host_states()[0].requests == 8


SINCE_2 = ("declared_minutes", "skip_hours", "skip_days", "newest_at", "marks", "older_url")
SINCE_2 += ("moving_to", "moving_at", "moving_polls", "interval_minutes")


@pytest.mark.parametrize(
    ("version", "lacking"), [(1, ("unmodified_at", "distrusted_at", *SINCE_2)), (2, SINCE_2)]
)
def test_a_file_of_an_older_version_gets_what_came_since(
    file: Path, version: int, lacking: tuple[str, ...]
) -> None:
    feed = FeedState(feed_id="f", url="http://a.example/feed", etag='"a"')
    host = HostState(host="a.example", requests=1)
    with State(file) as state:
        state.put_feed_states([feed])
        state.put_host_state(host)
    with closing(sqlite3.connect(file)) as connection:
        for column in lacking:
            connection.execute(f"alter table feeds drop column {column}")
        connection.execute("alter table polls drop column document_id")
        connection.execute("alter table wants drop column waits")
        for column in ("robots_body blob", "robots_status integer", "robots_expires_at integer"):
            connection.execute(f"alter table hosts add column {column}")
        for table in ("documents", "complaints", "origin_documents"):
            connection.execute(f"drop table {table}")
        connection.execute(f"pragma user_version = {version}")
        connection.commit()
    with State(file) as state:
        assert state.feed_state("f") == feed
        assert state.host_state("a.example") == host
        told = FULL_FEED._replace(feed_id="f")
        state.put_feed_states([told])
        assert state.feed_state("f") == told


def test_origins_whose_robots_name_us_are_found_by_an_index(file: Path) -> None:
    bodies = {"a": b"User-agent: CopyTaster/1", "b": b"User-agent: *", "c": None, "d": b"\xff"}
    with State(file) as state:
        for name, body in bodies.items():
            host, soon = f"{name}.example", NOW + HOUR
            for kind in ("robots", "tdmrep"):
                told = OriginDocument(
                    origin=f"https://{host}", kind=kind, host=host, body=body, expires_at=soon
                )
                state.put_origin_document(told, NOW)
        assert state.origins_naming_us() == {"https://a.example"}
        plan = state._read(f"explain query plan {state_hosts.ORIGINS_NAMING_US}")
        assert "origin_documents_naming_us" in plan[0]["detail"]
        other = replace(told, origin="https://a.example", kind="robots", expires_at=NOW + 2 * HOUR)
        state.put_origin_document(other, NOW)
        assert state.origins_naming_us() == frozenset()


def test_robots_kept_by_host_rule_both_schemes_until_they_are_asked_again(file: Path) -> None:
    with State(file) as state:
        state.put_host_state(FULL_HOST)
        state.put_host_state(HostState(host="b.example:8080"))
        before = state.host_states()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("drop table origin_documents")
        kinds = {"body": "blob", "status": "integer", "expires_at": "integer"}
        kinds |= {"exchange_id": "text", "at": "integer"}
        for column, kind in kinds.items():
            connection.execute(f"alter table hosts add column robots_{column} {kind}")
        told = (b"\xff\x00User-agent: *", 200, NOW + 24 * HOUR, "x-robots", NOW)
        connection.execute(
            "update hosts set robots_body = ?, robots_status = ?, robots_expires_at = ?,"
            " robots_exchange_id = ?, robots_at = ? where host = 'a.example'",
            [micros(one) if isinstance(one, datetime) else one for one in told],
        )
        connection.execute("alter table wants drop column waits")
        connection.execute("pragma user_version = 5")
        connection.commit()
    for _ in range(2):  # opened again, nothing is done again
        with State(file) as state:
            assert state.host_states() == before
            plain = replace(FULL_ROBOTS, origin="http://a.example")
            assert state.origin_documents(["a.example"]) == (plain, FULL_ROBOTS)
            assert state.origin_documents(["b.example:8080"]) == ()


def test_the_feeds_that_wait_are_those_that_are_not_due(state: State) -> None:
    moments = [None, NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)]
    feeds = [
        FeedState(feed_id=f"{number}-{other}", url="u", due_at=due, retry_after_at=asked)
        for number, due in enumerate(moments)
        for other, asked in enumerate(moments)
    ]
    state.put_feed_states(feeds)
    waiting = {feed.feed_id for feed in feeds if not is_due(feed, NOW)}
    assert state.calendar(NOW).waiting == waiting
    assert len(waiting) == 7
    assert set(state.feed_states(["0-0", "1-1", "none"])) == {"0-0", "1-1"}


def test_one_moment_is_kept_for_a_host_its_domain_and_its_address(state: State) -> None:
    def start(host: str, domain: str) -> datetime:
        return reserve(state, {host: 5.0, domain: 1.0, "@192.0.2.1": 0.5}, NOW)

    assert start("a.x.example", "*.x.example") == NOW
    assert start("b.x.example", "*.x.example") == NOW + timedelta(seconds=1)
    assert start("y.example", "*.y.example") == NOW + timedelta(seconds=1.5)
    assert start("a.x.example", "*.x.example") == NOW + timedelta(seconds=5)
    turns = state.turns(("a.x.example", "@192.0.2.1", "z.example"))
    assert {name: turn.requests for name, turn in turns.items()} == {
        "a.x.example": 0,  # what decides on turns, and no more
        "@192.0.2.1": 0,
    }
    known = state.host_state("@192.0.2.1")
    assert known is not None
    assert known.requests == 4


def test_the_last_complaint_of_a_host_outlives_the_process(file: Path) -> None:
    first = Complaint(host="a.x.example", domain="*.x.example", complained_at=NOW, until_at=NOW)
    last = replace(first, until_at=NOW + HOUR)
    with State(file) as state:
        state.put_complaint(first)
        state.put_complaint(last)
    with State(file) as state:
        assert state.complaints("*.x.example") == (last,)
        assert state.complaints("*.y.example") == ()
