from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from warehouse import register
from warehouse.connection import Home, WarehouseBusy, WarehouseMissing, reading, writing
from warehouse.migrate import migrate
from warehouse.publish import is_published, publish

if TYPE_CHECKING:
    from pathlib import Path
    from types import SimpleNamespace


HOLD = """
import sys, time
from pathlib import Path
from warehouse.connection import Home, writing
with writing(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.readline()
"""
READ_ON = """
import sys
from pathlib import Path
from warehouse.connection import reading
with reading(Path(sys.argv[1])) as con:
    for line in sys.stdin:
        print(con.execute("select count(*) from news.feeds").fetchall()[0][0], flush=True)
"""


def start(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def ask(process: subprocess.Popen[str]) -> int:
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_a_missing_file_tells_how_to_make_it(tmp_path: Path) -> None:
    with (
        pytest.raises(WarehouseMissing, match="copytaster init"),
        writing(Home(tmp_path / "none")),
    ):
        pass
    with pytest.raises(WarehouseMissing, match="copytaster init"), reading(tmp_path / "no.duckdb"):
        pass


def test_a_second_writer_waits_and_then_says_who_is_in_the_way(home: Home) -> None:
    holder = start(HOLD, home.root)
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy), writing(home, timeout_seconds=0.2):
            pass
        threading.Timer(0.3, lambda: holder.communicate("\n")).start()
        with writing(home, timeout_seconds=20) as con:
            assert con.execute("select 1").fetchall() == [(1,)]
    finally:
        holder.wait(20)


def test_a_program_that_reads_the_live_file_is_waited_for(home: Home) -> None:
    reader = start(READ_ON, home.live)
    try:
        assert ask(reader) == 0
        with (
            pytest.raises(WarehouseBusy, match="another program"),
            writing(home, timeout_seconds=0.3),
        ):
            pass
    finally:
        reader.communicate("")


def test_times_are_in_utc_and_the_file_keeps_the_shared_format(home: Home) -> None:
    with writing(home) as con:
        assert con.execute("select current_setting('TimeZone')").fetchall()[0][0] in {
            "UTC",
            "Etc/UTC",
        }
        tags = con.execute("select tags from duckdb_databases() where not internal").fetchall()
        assert tags[0][0]["storage_version"].startswith("v1.5.0")


def test_a_failed_block_leaves_nothing(home: Home) -> None:
    with pytest.raises(duckdb.CatalogException), writing(home) as con:
        con.execute("begin; delete from ops.schema_version; select * from nowhere")
    with writing(home) as con:
        assert con.execute("select count(*) from ops.schema_version").fetchall()[0][0] > 0


def test_publishing_puts_a_whole_copy_and_open_readers_keep_the_old_one(
    home: Home, world: SimpleNamespace
) -> None:
    assert publish(home).is_renewed
    reader = start(READ_ON, home.published)
    try:
        assert ask(reader) == 0
        with writing(home) as con:
            register.put_feeds(con, [world.SOURCE], [world.FEED], world.T0)
        published = publish(home)
        assert published.is_renewed
        assert published.bytes == home.published.stat().st_size > 0
        assert ask(reader) == 0
        newcomer = start(READ_ON, home.published)
        assert ask(newcomer) == 1
        newcomer.communicate("")
    finally:
        reader.communicate("")
    assert [path.name for path in home.root.glob("*.fresh")] == []


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSPC])
def test_a_copy_that_the_kernel_cannot_make_is_made_otherwise_unless_the_disk_is_full(
    home: Home, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    publish(home)
    with writing(home) as con:
        con.execute("create table more as from range(100_000)")
    monkeypatch.setattr(os, "copy_file_range", refuse)
    before = home.published.read_bytes()
    if code == errno.ENOSPC:
        with pytest.raises(OSError, match=os.strerror(code)):
            publish(home)
        assert home.published.read_bytes() == before
    else:
        publish(home)
        assert home.published.read_bytes() == home.live.read_bytes() != before
    assert list(home.root.glob(".*.fresh")) == []


def test_publishing_again_without_a_change_does_nothing(home: Home, world: SimpleNamespace) -> None:
    publish(home)
    before = home.published.stat()
    assert not publish(home).is_renewed
    assert home.published.stat().st_ino == before.st_ino
    with writing(home) as con:
        register.put_feeds(con, [world.SOURCE], [world.FEED], world.T0)
    assert publish(home).is_renewed


def test_a_copy_rests_for_its_size_before_it_is_renewed(home: Home, world: SimpleNamespace) -> None:
    publish(home)
    with writing(home) as con:
        register.put_feeds(con, [world.SOURCE], [world.FEED], world.T0)
    assert not is_published(home)
    gigabytes = home.published.stat().st_size / 10**9
    hour = 3600 / gigabytes  # seconds a gigabyte that let this copy rest for an hour
    assert not publish(home, rest_seconds_a_gb=hour).is_renewed
    assert not is_published(home)
    aged = home.published.stat().st_mtime - 3601
    os.utime(home.published, (aged, aged))
    assert publish(home, rest_seconds_a_gb=hour).is_renewed
    assert is_published(home)


def test_a_copy_from_the_future_does_not_rest_until_then(
    home: Home, world: SimpleNamespace
) -> None:
    publish(home)
    with writing(home) as con:
        register.put_feeds(con, [world.SOURCE], [world.FEED], world.T0)
    later = time.time() + 10**6
    for file in (home.published, home.live):
        os.utime(file, (later, later))
    assert publish(home, rest_seconds_a_gb=10**12).is_renewed


def test_readers_never_see_half_a_copy(home: Home, world: SimpleNamespace) -> None:
    publish(home)
    faults, stop = [], threading.Event()

    def open_again_and_again() -> None:
        while not stop.is_set():
            code = f"import duckdb; duckdb.connect({str(home.published)!r}, read_only=True)"
            code += ".execute('select count(*) from ops.loads').fetchall()"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
            if done.returncode:
                faults.append(done.stderr)

    thread = threading.Thread(target=open_again_and_again)
    thread.start()
    deadline = time.monotonic() + 2
    count = 0
    while time.monotonic() < deadline:
        with writing(home) as con:
            register.begin_run(con, f"run-{count}", "ingest", {}, world.T0, "0.1.0")
        publish(home)
        count += 1
    stop.set()
    thread.join()
    assert faults == []
    with reading(home.published) as con:
        assert con.execute("select count(*) from ops.runs").fetchall() == [(count,)]


def test_a_published_copy_cannot_be_written(home: Home) -> None:
    publish(home)
    with reading(home.published) as con, pytest.raises(duckdb.InvalidInputException):
        con.execute("delete from ops.loads")


def test_an_engine_that_is_used_again_shows_one_database_and_nothing_of_the_last(
    home: Home, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    migrate(other)
    shown = "select database_name from duckdb_databases() where not internal"
    for number, one in enumerate((home, other, home)):
        with writing(one) as con:
            assert con.execute(shown).fetchall() == [("live",)]
            with pytest.raises(duckdb.CatalogException):
                con.execute("select * from left_over")
            con.execute("create temp table left_over as select 1 as one")
            con.execute("insert into ops.schema_version values (?, '', now())", [str(number)])
    for one in (home, other):
        with writing(one) as con:
            rows = con.execute("select count(*) from ops.schema_version where checksum = ''")
            assert rows.fetchall() == [(2 if one is home else 1,)]


def test_two_warehouses_are_written_at_once_by_one_process(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    migrate(other)
    with writing(home) as con, writing(other) as beside:
        beside.execute("insert into ops.schema_version values ('beside', '', now())")
        count = "select count(*) from ops.schema_version where name = 'beside'"
        assert con.execute(count).fetchall() == [(0,)]
        assert beside.execute(count).fetchall() == [(1,)]


def test_a_checkpoint_that_a_killed_writer_left_is_made_before_publishing(home: Home) -> None:
    code = (
        "import os, sys; from pathlib import Path; from warehouse.connection import Home, writing\n"
        "with writing(Home(Path(sys.argv[1]))) as con:\n"
        "    con.execute(\"insert into ops.schema_version values ('killed', '', now())\")\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(home.root)], check=False)
    assert home.live.with_name("live.duckdb.wal").exists()
    publish(home)
    with reading(home.published) as con:
        count = "select count(*) from ops.schema_version where name = 'killed'"
        assert con.execute(count).fetchall() == [(1,)]
