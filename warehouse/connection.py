"""The warehouse's files, and connections to them: one writer at a time, readers beside it."""

from __future__ import annotations

import atexit
import os
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import duckdb
from filelock import FileLock, Timeout

from warehouse.checkpoint import checkpoint, leave_checkpoints_to_us, safe_from_kills

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

STORAGE_VERSION = "v1.5.0"
"""Format of the files: DuckDB 1.5 and 2.0 both read and write it."""

LOCK_TIMEOUT_SECONDS = 60.0
RETRY_SECONDS = 0.1
BUSY_SIGN = "Could not set lock on file"

# By process (a fork must leave its parent's alone): engines with nothing attached, kept for later.
_idle: defaultdict[int, list[duckdb.DuckDBPyConnection]] = defaultdict(list)
# Let go of while the interpreter is whole: DuckDB complains of leaks on the screen else.
atexit.register(_idle.clear)


class WarehouseBusy(RuntimeError):  # noqa: N818 (a state of the warehouse, named as such)
    """Another process kept the warehouse for longer than we waited."""


class WarehouseMissing(FileNotFoundError):  # noqa: N818 (a state of the warehouse, named as such)
    """There is no database file where one was expected."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything, and the names of what is in it."""

    root: Path

    @property
    def live(self) -> Path:
        """The database that runs write to."""
        return self.root / "live.duckdb"

    @property
    def published(self) -> Path:
        """The copy that analysts open."""
        return self.root / "warehouse.duckdb"

    @property
    def archive(self) -> Path:
        """The folder of raw exchanges."""
        return self.root / "archive"

    @property
    def state(self) -> Path:
        """The SQLite file of what changes with every request."""
        return self.root / "state.sqlite"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.root / "settings.toml"

    @property
    def docs(self) -> Path:
        """The folder of documents on the quality of the data."""
        return self.root / "docs"

    @property
    def lock(self) -> Path:
        """The file that the one writer of the live database locks."""
        return self.root / "live.lock"


@cache
def query(name: str) -> str:
    """Return the SQL statement of that name, from `warehouse/queries`."""
    return (files("warehouse") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def create(path: Path) -> None:
    """Create an empty database file in the format that all supported versions share."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.unlink(missing_ok=True)  # half of one, of a process that was killed
    with duckdb.connect(":memory:") as con:
        con.execute(f"ATTACH {_quoted(fresh)} AS fresh (STORAGE_VERSION '{STORAGE_VERSION}')")
    fresh.replace(path)


@contextmanager
def write_lock(home: Home, *, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the right to write to the live database.

    Raises: WarehouseBusy after ``timeout_seconds``.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.lock, timeout=timeout_seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise WarehouseBusy(
            f"another process has been writing to {home.live} for {timeout_seconds:g} s"
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writing(
    home: Home, *, timeout_seconds: float = LOCK_TIMEOUT_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to the live database as its one writer; checkpoint and close at the end.

    Keep it short: everyone else who writes waits. Where the block raises, its open
    transaction is gone, and the checkpoint is left to the next writer.

    Raises: WarehouseMissing, WarehouseBusy.
    """
    if not home.live.exists():
        raise missing(home.live)
    with (
        write_lock(home, timeout_seconds=timeout_seconds),
        attached(home.live, timeout_seconds=timeout_seconds) as con,
    ):
        yield con


@contextmanager
def attached(
    path: Path, *, timeout_seconds: float = LOCK_TIMEOUT_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to the live database for whoever has `write_lock`; checkpoint and close at the end.

    What a killed checkpoint has spoilt is put back first.

    Raises: WarehouseBusy.
    """
    # An engine costs 25 ms of CPU, a database attached to one that is there 5.
    idle = _idle[os.getpid()]
    engine = idle.pop() if idle else _new_engine()
    con = engine.cursor()
    with safe_from_kills(path) as file:
        try:
            patiently(lambda: _attach(con, path), path, timeout_seconds)
            yield con
            checkpoint(con, path, file)
            _detach(con)
        except BaseException:
            con.close()
            engine.close()  # with whatever was begun in it
            raise
        con.close()
    idle.append(engine)


def _new_engine() -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect(":memory:")
    leave_checkpoints_to_us(engine)
    return engine


def _attach(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make a file the one database of a connection, as if it had been opened by itself."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"ATTACH {_quoted(path)} AS live")
    con.execute("USE live")
    con.execute("DETACH memory")


def _detach(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ATTACH ':memory:' AS memory")
    con.execute("USE memory")
    con.execute("DETACH live")


def _quoted(path: Path) -> str:
    doubled = str(path).replace("'", "''")
    return f"'{doubled}'"


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to a database file for reading alone.

    Meant for the published copy, which nobody writes to. A reader of the live file
    keeps writers out for as long as it is open.

    Raises: WarehouseMissing, WarehouseBusy.
    """
    if not path.exists():
        raise missing(path)
    con = patiently(lambda: duckdb.connect(path, read_only=True), path, LOCK_TIMEOUT_SECONDS)
    try:
        con.execute("SET TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do all of a block or nothing of it."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def patiently(opened: Callable[[], T], path: Path, timeout_seconds: float) -> T:
    """Return what opening a file gives, waiting for programs that have it open without our lock.

    Raises: WarehouseBusy after ``timeout_seconds``, with DuckDB's word on who has it.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            return opened()
        except duckdb.IOException as error:
            if BUSY_SIGN not in str(error):
                raise
            if time.monotonic() > deadline:
                raise WarehouseBusy(f"{path} is open in another program: {error}") from error
            time.sleep(RETRY_SECONDS)


def missing(path: Path) -> WarehouseMissing:
    """Return the error that tells how a missing database is made."""
    return WarehouseMissing(
        f"there is no {path}: create it with `copytaster init --home {path.parent}`"
    )
