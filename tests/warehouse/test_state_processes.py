"""The state file: what several processes, and killed ones, leave in it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.records import Want
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)

PRELUDE = """
import os, sys, time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from transforms.records import Exchange, FeedState, Place, Want
from transforms.turns import Wish
from warehouse.state import State

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
state = State(Path(sys.argv[1]))
run_id = sys.argv[2]

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def an_exchange(name):
    return Exchange(
        exchange_id=name, run_id=run_id, purpose="page", requested_url="https://a.example/",
        final_url="https://a.example/", fetched_at=NOW, elapsed_ms=1, status=200,
        place=Place(file="f", offset=1, length=2),
    )

def a_want(name):
    return Want(want_id=name, url=f"https://a.example/{name}", host="a.example",
                source_id="a", reason="new")

state.begin_run(run_id, "ingest", NOW)
say("ready")
sys.stdin.readline()
"""

WRITES = """
number = 0
while True:
    number += 1
    name = f"{run_id}-{number}"
    state.want([a_want(name), a_want(name + "-twin")], NOW)
    say("wanted", name)
    state.claim(run_id, NOW, 2, 2)
    state.record_pages([(name, an_exchange("of-" + name))])
    say("archived", name)
    polled = FeedState(feed_id="feed-" + name, url="u", polls=number)
    state.record_polls(run_id, [(an_exchange("poll-" + name), polled)])
    say("polled", name)
    state.finish([name + "-twin"], NOW)
    say("finished", name)
"""

RESERVES = """
for _ in range(int(sys.argv[3])):
    now = datetime.now(UTC)
    while not (turn := state.take_turns([Wish(gaps={"a.example": 0.5}, now=now)])[0]).is_begun:
        now = turn.free_at
    say(now.isoformat())
"""

CLAIMS = """
while wants := state.claim(run_id, NOW, 7, 2):
    say(*(want.want_id for want in wants))
    time.sleep(0.002)  # the work that a claim is for; the other's turn
say("done")
sys.stdin.readline()  # what it claimed is its own while it lives
"""

FORKS = """
if os.fork() == 0:
    say("child", os.getpid())
    sys.stdin.readline()
    os._exit(0)
os.wait()
"""


@contextmanager
def a_process(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def lines(process: subprocess.Popen[str]) -> Iterator[list[str]]:
    assert process.stdout
    return (line.split() for line in process.stdout if line.endswith("\n"))


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_what_a_killed_process_was_told_is_done_is_there_and_nothing_is_torn(
    tmp_path: Path,
) -> None:
    file = tmp_path / "state.sqlite"
    told: list[tuple[str, str]] = []
    chance = random.Random(7)
    for attempt in range(8):
        with a_process(WRITES, file, f"run-{attempt}") as process:
            go(process)
            time.sleep(chance.uniform(0.02, 0.25))
            kill(process)
            told += [(what, name) for what, name in lines(process)]
    assert len(told) > 20  # however slow the machine

    with State(file) as state:
        check_nothing_is_torn(state, told)
        assert state.dead_runs() == tuple(f"run-{attempt}" for attempt in range(8))
        state.begin_run("next", "ingest", NOW)
        polls = {poll.exchange_id for poll in state.polls_in_hand("next")}
        assert polls >= {f"poll-{name}" for what, name in told if what == "polled"}
        assert {poll.feed_id for poll in state.polls_in_hand("next")} == set(state.feed_states())
        left = state.claim("next", NOW, 10**6, 10**6)
        assert {want.want_id for want in left} == {item.want.want_id for item in state.in_hand(NOW)}


def check_nothing_is_torn(state: State, told: list[tuple[str, str]]) -> None:
    (verdict,) = state._connection.execute("pragma integrity_check").fetchone()
    assert verdict == "ok"
    wants = {item.want.want_id: item.want for item in state.in_hand(NOW)}
    finished = {row[0] for row in state._connection.execute("select want_id from finished_wants")}
    assert not finished & wants.keys()
    for what, name in told:
        assert what != "wanted" or name in wants
        assert what != "archived" or wants[name].exchange_id == f"of-{name}"
        assert what != "finished" or f"{name}-twin" in finished
    twins = {name.removesuffix("-twin") for name in (finished | wants.keys())}
    assert twins == {name for name in wants if not name.endswith("-twin")}


def test_a_killed_run_is_dead_at_once_and_its_claims_are_free(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with State(file) as state:
        state.begin_run("next", "ingest", NOW)
        state.want([wanted(number) for number in range(5)], NOW)
        with a_process(CLAIMS, file, "run-1") as process:
            go(process)
            while next(lines(process)) != ["done"]:
                pass
            assert state.is_alive("run-1")
            assert state.claim("next", NOW, 9, 9) == ()
            kill(process)
        assert not state.is_alive("run-1")
        assert state.dead_runs() == ("run-1",)
        assert len(state.claim("next", NOW, 9, 9)) == 5


def test_a_forked_child_does_not_keep_a_killed_run_alive(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with a_process(FORKS, file, "run-1") as process, State(file) as state:
        go(process)
        word, child = next(lines(process))
        assert word == "child"
        assert state.is_alive("run-1")
        kill(process)
        os.kill(int(child), 0)  # raises if the child were gone
        assert not state.is_alive("run-1")


def test_two_processes_keep_the_gap_to_a_host(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with (
        a_process(RESERVES, file, "run-1", 150) as one,
        a_process(RESERVES, file, "run-2", 150) as two,
    ):
        go(one)
        go(two)
        starts = [datetime.fromisoformat(word) for p in (one, two) for (word,) in lines(p)]
    starts.sort()
    assert len(starts) == 300
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert min(gaps) >= timedelta(seconds=0.5)


def test_two_processes_never_claim_the_same_want(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite"
    with State(file) as state:
        state.want([wanted(number) for number in range(600)], NOW)
    with a_process(CLAIMS, file, "run-1") as one, a_process(CLAIMS, file, "run-2") as two:
        go(one)
        go(two)
        claimed = [until_done(one), until_done(two)]
    assert all(claimed), "both had their share"
    assert sorted(claimed[0] + claimed[1], key=int) == [str(number) for number in range(600)]


def until_done(process: subprocess.Popen[str]) -> list[str]:
    names: list[str] = []
    for words in lines(process):
        if words == ["done"]:
            break
        names += words
    return names


def wanted(number: int) -> Want:
    host = f"h{number % 9}.example"
    return Want(
        want_id=str(number), url=f"https://{host}/{number}", host=host, source_id=host, reason="new"
    )
