"""Checkpoints of the live database that a kill in their middle cannot spoil.

DuckDB writes a checkpoint's new blocks beside the old ones and then turns its header to them;
only blocks of metadata that have room left are written again where they stand. Killed within
that write, it leaves a block whose checksum is wrong, and a file that nothing opens any more
(DuckDB 2.0.0: one of some 250 kills during a checkpoint). So the header and all blocks of
metadata are put into a journal first. Whoever opens the database next finds it, and puts the
blocks back if the header is still the old one; what was committed stands in DuckDB's own log.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from warehouse.disk import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

HEADER_BYTES = 3 * 4096  # the main header and two others, of which one is current
_PART = struct.Struct("<QI")  # offset in the database, bytes that follow
_SUM = struct.Struct("<I")  # CRC-32 of all parts


def journal_of(database: Path) -> Path:
    """Return where the journal of a database stands while it is checkpointed."""
    return database.with_name(f"{database.name}.journal")


def is_unfinished(database: Path) -> bool:
    """Tell whether a writer was killed before its checkpoint was done: the next one finishes it."""
    return _log_of(database).exists() or journal_of(database).exists()


@contextmanager
def safe_from_kills(database: Path) -> Iterator[BinaryIO]:
    """Put back what a checkpoint that was killed has spoilt, and open the file for `checkpoint`.

    Open DuckDB's connection within the block, with the right to write, and close it there:
    closing any handle of a file takes this process's locks on it, DuckDB's among them.

    Raises: OSError.
    """
    _put_back(database)
    with database.open("rb") as file:
        yield file


def leave_checkpoints_to_us(con: duckdb.DuckDBPyConnection) -> None:
    """Keep an engine from checkpointing by itself: past a size of its log, and when it closes."""
    con.execute("SET wal_autocheckpoint = '1TB'")
    con.execute("PRAGMA disable_checkpoint_on_shutdown")


def checkpoint(con: duckdb.DuckDBPyConnection, database: Path, file: BinaryIO) -> None:
    """Checkpoint a database, its metadata in a journal meanwhile; nothing where none is due.

    ``con`` has the database as its current one; ``file`` is of `safe_from_kills`.

    Raises: duckdb.Error, OSError (a full disk); then the journal stays, and is put back or
    thrown away when the database is opened next.
    """
    if not _log_of(database).exists():
        return  # nothing was committed
    journal = journal_of(database)
    with journal.open("wb") as out:
        _write(out, file, _places(con))
        out.flush()
        os.fsync(out.fileno())
    sync_folder(database.parent)
    con.execute("CHECKPOINT")
    journal.unlink()


def _put_back(database: Path) -> None:
    """Undo a checkpoint that was killed before it was done.

    Nobody may have the database open. A journal that is not whole was killed itself, and
    the checkpoint had not begun.
    """
    journal = journal_of(database)
    if not journal.exists():
        return
    parts = _read(journal.read_bytes())
    with database.open("r+b") as file:
        if parts and file.read(HEADER_BYTES) == parts[0][1]:
            for offset, content in parts[1:]:
                file.seek(offset)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
    journal.unlink()


def _log_of(database: Path) -> Path:
    """Return where DuckDB keeps what was committed since the last checkpoint."""
    return database.with_name(f"{database.name}.wal")


def _places(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """Return where header and blocks of metadata stand: offset and bytes."""
    ((block_bytes,),) = con.execute(
        "select block_size from pragma_database_size() where database_name = current_database()"
    ).fetchall()
    found = con.execute("select block_id from pragma_metadata_info() order by block_id").fetchall()
    blocks = [(HEADER_BYTES + number * block_bytes, block_bytes) for (number,) in found]
    return [(0, HEADER_BYTES), *blocks]


def _write(out: BinaryIO, file: BinaryIO, places: list[tuple[int, int]]) -> None:
    total = 0
    for offset, size in places:
        file.seek(offset)
        content = file.read(size)
        part = _PART.pack(offset, len(content)) + content
        total = zlib.crc32(part, total)
        out.write(part)
    out.write(_SUM.pack(total))


def _read(journal: bytes) -> list[tuple[int, bytes]]:
    """Return offsets and contents, the header first; none if the journal is not whole."""
    parts, (total,) = journal[: -_SUM.size], _SUM.unpack(journal[-_SUM.size :].rjust(_SUM.size))
    if not parts or zlib.crc32(parts) != total:
        return []
    found, at = [], 0
    while at < len(parts):
        offset, size = _PART.unpack_from(parts, at)
        at += _PART.size
        found.append((offset, parts[at : at + size]))
        at += size
    return found
