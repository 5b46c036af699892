"""A checkpoint killed at any moment leaves a database that opens, with all that was committed.

``COPYTASTER_KILLS`` is how often one is killed at random. Without the journal, DuckDB's file
does not open any more after about one of 250 kills.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse.checkpoint import checkpoint, journal_of, safe_from_kills
from warehouse.connection import writing
from warehouse.publish import publish

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.connection import Home

KILLS = int(os.environ.get("COPYTASTER_KILLS", "12"))
FIRST_BLOCK, BLOCK = 12288, 262144
WRITER = """
import os, sys
from pathlib import Path
from warehouse.connection import Home, writing
home, number = Home(Path(sys.argv[1])), int(sys.argv[2])
while True:
    with writing(home) as con:
        con.execute("insert into ops.runs (run_id, kind, status, started_at, code_version,"
            " parameters) values ($1, 'ingest', 'done', now(), 'code', '{}')", [f"run-{number:06}"])
        con.execute("create or replace table ops.filler as select * from range($1)", [number % 9])
        os.write(1, b"%d\\n" % number)
    number += 1
"""


class Stopped:
    """A connection that a kill ends before or after its checkpoint."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, is_done: bool) -> None:
        self._con, self._is_done = con, is_done

    def execute(self, sql: str, *given: object) -> duckdb.DuckDBPyConnection:
        if sql != "CHECKPOINT":
            return self._con.execute(sql, *given)
        if self._is_done:
            self._con.execute(sql)
        raise KeyboardInterrupt


def runs(home: Home) -> list[str]:
    with writing(home) as con:
        found = con.execute("select run_id from ops.runs order by all").fetchall()
    return [run_id for (run_id,) in found]


def stop(home: Home, *, is_done: bool) -> None:
    """Commit a row, and stop in the checkpoint; the journal stays."""
    with safe_from_kills(home.live) as file:
        con = duckdb.connect(home.live)
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute(
            "insert into ops.runs (run_id, kind, status, started_at, code_version, parameters)"
            " values ('kept', 'ingest', 'done', now(), 'code', '{}')"
        )
        with pytest.raises(KeyboardInterrupt):
            checkpoint(Stopped(con, is_done=is_done), home.live, file)  # type: ignore[arg-type]
        con.close()
    assert journal_of(home.live).exists()


def tear(database: Path) -> None:
    """Write the first block as a kill leaves it: half of it new."""
    with database.open("r+b") as file:
        file.seek(FIRST_BLOCK + BLOCK // 2)
        file.write(os.urandom(BLOCK // 2))
    with pytest.raises(duckdb.Error, match="Corrupt"):
        duckdb.connect(database)


def test_a_block_torn_in_a_checkpoint_is_put_back(home: Home) -> None:
    stop(home, is_done=False)
    tear(home.live)
    assert runs(home) == ["kept"]
    assert not journal_of(home.live).exists()


def test_what_is_published_after_a_kill_is_whole(home: Home) -> None:
    stop(home, is_done=False)
    tear(home.live)
    publish(home)
    with duckdb.connect(home.published, read_only=True) as con:
        assert con.execute("select run_id from ops.runs").fetchall() == [("kept",)]


def test_a_checkpoint_that_was_done_is_not_undone(home: Home) -> None:
    stop(home, is_done=True)
    before = home.live.read_bytes()
    publish(home)
    assert home.live.read_bytes() == before
    assert runs(home) == ["kept"]
    assert not journal_of(home.live).exists()


@pytest.mark.parametrize("kept", [0, 3, 20_000, -1])
def test_half_a_journal_is_thrown_away(home: Home, kept: int) -> None:
    stop(home, is_done=False)
    journal = journal_of(home.live)
    journal.write_bytes(journal.read_bytes()[:kept])
    assert runs(home) == ["kept"]
    assert not journal.exists()


def test_without_anything_committed_there_is_no_checkpoint(home: Home) -> None:
    before = home.live.stat()
    assert runs(home) == []
    after = home.live.stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)


@pytest.mark.slow
def test_checkpoints_killed_at_random_lose_nothing(home: Home) -> None:
    seeded = random.Random(20220112)
    number = 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(home.root), str(number)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            for _ in range(seeded.randrange(1, 4)):
                writer.stdout.readline()
            time.sleep(seeded.random() * 0.02)
            writer.send_signal(signal.SIGKILL)
            told = [int(line) for line in writer.stdout.read().splitlines()]
        found = runs(home)
        assert found == [f"run-{one:06}" for one in range(len(found))]
        assert len(found) > max(told, default=number)
        number = len(found)
