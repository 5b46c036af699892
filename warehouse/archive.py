"""The archive: every exchange as it came, in WARC files that any WARC reader reads.

``<folder>/YYYY/MM/DD/<run_id>-00000.warc.gz``, by the UTC day on which the exchange
was begun. A file is written by one process once, and never opened for writing again
after a crash, so that a torn record can only be the last of its file.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from transforms.records import Place
from warehouse.archive_read import day_folders, exchanges_between, read_exchange, read_exchanges
from warehouse.archive_records import (
    UnreadableRecordError,
    block_of,
    content_type,
    digest,
    fields_of,
    record_type,
    warc_date,
)
from warehouse.disk import sync_folder

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from transforms.records import Exchange

__all__ = [
    "ArchiveWriter",
    "UnreadableRecordError",
    "day_folders",
    "exchanges_between",
    "read_exchange",
    "read_exchanges",
]

GIBIBYTE = 2**30
_ENCODED = frozenset({"gzip", "x-gzip", "br", "deflate", "zstd"})
_PLAIN_LEVEL = 1  # CPU ms per 100 KB: 0.9, level 6 2.5; size of HTML 23 % against 19 %


class ArchiveWriter:
    """Writes the exchanges of one run; for one thread.

    Rotates once a file has ``max_bytes``, and with the day of the exchanges. ``now`` dates
    the files' first records.
    """

    def __init__(self, folder: Path, run_id: str, now: datetime, max_bytes: int = GIBIBYTE) -> None:
        self._folder = folder
        self._run_id = run_id
        self._now = now
        self._max_bytes = max_bytes
        self._files: dict[date, Path] = {}
        self._path: Path | None = None
        self._descriptor = -1
        self._size = 0
        self._is_synced = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, exchange: Exchange) -> Exchange:
        """Write an exchange and return it with its place.

        Once this returns, the record outlives the process; once `sync` has, the machine.

        Raises: OSError if it cannot be written; what came before stays readable, and the
            writer usable.
        """
        path = self._open_for(exchange.fetched_at.astimezone(UTC).date())
        record = _serialised(exchange)
        offset = self._size
        self._write(record)
        file = path.relative_to(self._folder).as_posix()
        return replace(exchange, place=Place(file=file, offset=offset, length=len(record)))

    def sync(self) -> None:
        """Return once all that was appended is on the disk."""
        if not self._is_synced:
            os.fsync(self._descriptor)
            self._is_synced = True

    def close(self) -> None:
        """Sync and close; to be used no more."""
        if self._path is not None:
            try:
                self.sync()
            finally:
                os.close(self._descriptor)
                self._path = None

    def _open_for(self, day: date) -> Path:
        known = self._files.get(day)
        if self._path is not None and self._path == known and self._size < self._max_bytes:
            return self._path
        self.close()
        if known is not None and known.stat().st_size < self._max_bytes:
            self._open(known, os.O_APPEND)
            return known
        return self._create(day)

    def _create(self, day: date) -> Path:
        below = self._folder / day.isoformat().replace("-", "/")
        below.mkdir(parents=True, exist_ok=True)
        number = 0
        while (path := below / f"{self._run_id}-{number:05d}.warc.gz").exists():
            number += 1
        self._open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND)
        self._files[day] = path
        for above in (below, *below.parents[:3]):  # the names are to last as well
            sync_folder(above)
        self._write(_warcinfo(path.name, self._run_id, self._now))
        return path

    def _open(self, path: Path, flags: int) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | flags, 0o644)
        self._path = path
        self._size = os.fstat(self._descriptor).st_size

    def _write(self, record: bytes) -> None:
        rest = memoryview(record)
        self._is_synced = False
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except BaseException:
            # A torn record in the middle would hide all that comes after it.
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(record)


def _serialised(exchange: Exchange) -> bytes:
    """Return a record as one gzip member, not compressing anew what came compressed."""
    head, payload = block_of(exchange)
    fields = fields_of(exchange, head) | {"WARC-Block-Digest": digest(head, payload)}
    is_encoded = (exchange.header("content-encoding") or "").strip().lower() in _ENCODED
    return _member(
        _record(record_type(exchange), fields, content_type(exchange), head + payload),
        0 if is_encoded else _PLAIN_LEVEL,
    )


def _warcinfo(file_name: str, run_id: str, now: datetime) -> bytes:
    lines = {
        "software": "copytaster",
        "format": "WARC File Format 1.1",
        "conformsTo": (
            "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
        ),
        "isPartOf": run_id,
    }
    block = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("utf-8")
    fields = {
        "WARC-Date": warc_date(now),
        "WARC-Filename": file_name,
        "WARC-Block-Digest": digest(block),
    }
    return _member(_record("warcinfo", fields, "application/warc-fields", block), _PLAIN_LEVEL)


def _record(kind: str, fields: dict[str, str], media_type: str, block: bytes) -> bytes:
    """Return a WARC record, its block as it is."""
    named = fields | {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<{uuid4().urn}>",
        "Content-Type": media_type,
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"".join((f"WARC/1.1\r\n{lines}\r\n".encode("ascii"), block, b"\r\n\r\n"))


def _member(record: bytes, level: int) -> bytes:
    compressor = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return compressor.compress(record) + compressor.flush()
