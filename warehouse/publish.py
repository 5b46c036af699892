"""Put a fresh copy of the live database before the analysts."""

from __future__ import annotations

import errno
import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from warehouse.checkpoint import is_unfinished
from warehouse.connection import attached, missing, write_lock
from warehouse.disk import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from warehouse.connection import Home

CHUNK_BYTES = 4 * 2**20
GB = 10**9
NOT_BY_KERNEL = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The copy: where, how large, how long it took; not renewed where it was not due."""

    path: Path
    bytes: int
    seconds: float
    is_renewed: bool


def publish(home: Home, *, rest_seconds_a_gb: float = 0.0) -> Published:
    """Copy the live database to the published place, in one step for readers.

    Who has the old copy open keeps reading it; who opens the path gets the new one
    whole. (DuckDB shares one database among the connections of a process: there,
    close the old copy before opening the new.) Takes about a second a gigabyte,
    in which writers wait; next to nothing on file systems that share the blocks of
    copies (Btrfs, XFS). Does nothing where the live file is older than the copy, or the
    copy younger than ``rest_seconds_a_gb`` for each gigabyte of it.

    Raises: WarehouseMissing, WarehouseBusy, OSError (disk full: the old copy stays).
    """
    begun = time.monotonic()
    if not home.live.exists():
        raise missing(home.live)
    with write_lock(home):
        if is_unfinished(home.live):
            with attached(home.live):
                pass  # which finishes it
        # Copied only now: closing any handle of a file drops this process's locks on it,
        # DuckDB's among them.
        is_due = not is_published(home) and not _rests(home.published, rest_seconds_a_gb)
        if is_due:
            _replace_with_copy(home.live, home.published)
    return Published(
        path=home.published,
        bytes=home.published.stat().st_size,
        seconds=time.monotonic() - begun,
        is_renewed=is_due,
    )


def is_published(home: Home) -> bool:
    """Tell whether the copy has what the live database has."""
    if not home.published.exists():
        return False
    return home.live.stat().st_mtime_ns < home.published.stat().st_mtime_ns


def _rests(published: Path, seconds_a_gb: float) -> bool:
    if not published.exists():
        return False
    file = published.stat()
    age = time.time() - file.st_mtime  # below zero after the clock was set back
    return 0 <= age < seconds_a_gb * file.st_size / GB


def _replace_with_copy(source: Path, target: Path) -> None:
    fresh = target.with_name(f".{target.name}.fresh")
    try:
        with source.open("rb") as reader, fresh.open("wb") as writer:
            _copy(reader, writer)
            writer.flush()
            os.fsync(writer.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(target.parent)


def _copy(reader: BinaryIO, writer: BinaryIO) -> None:
    """Copy a file to an empty one: by the kernel, which may share the blocks, where it can."""
    if hasattr(os, "copy_file_range"):
        try:
            while os.copy_file_range(reader.fileno(), writer.fileno(), CHUNK_BYTES):
                pass
        except OSError as error:
            if error.errno not in NOT_BY_KERNEL:
                raise
        else:
            return
    shutil.copyfileobj(reader, writer, CHUNK_BYTES)
