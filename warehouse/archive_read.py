"""Exchanges read back from WARC files, the archive's own or others'."""

from __future__ import annotations

import logging
import os
import zlib
from dataclasses import replace
from datetime import UTC, date
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from transforms.records import Exchange, Place, Problem
from warehouse.archive_records import FIELD, UnreadableRecordError, exchange_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

RECORD_MAX_BYTES = 64 * 2**20  # others' archives hold films

_log = logging.getLogger(__name__)


def read_exchange(folder: Path, place: Place) -> Exchange:
    """Return the exchange that was appended at a place.

    Raises: FileNotFoundError if the file is gone; UnreadableRecordError if there is no
        such record.
    """
    with (folder / place.file).open("rb") as file:
        file.seek(place.offset)
        record = file.read(place.length)
    if len(record) < place.length:
        raise UnreadableRecordError(f"{place} lies beyond the end of the file")
    own = _own_record(record)
    found = (
        [exchange_of(*own, place)] if own else list(_exchanges(BytesIO(record), lambda *_: place))
    )
    match found:
        case [Exchange() as exchange]:
            return exchange
        case [Problem() as problem, *_]:
            raise UnreadableRecordError(f"{place}: {problem.code}: {problem.detail}")
    raise UnreadableRecordError(f"{place} holds no exchange")


def _own_record(member: bytes) -> tuple[str, dict[str, str], bytes] | None:
    """Return type, fields (names in lower case) and block of a record; None if not as we write it.

    It takes a tenth of the time of a reader of records of all sorts.
    """
    decompressor = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        head, _, rest = decompressor.decompress(member).partition(b"\r\n\r\n")
        version, *lines = head.decode("ascii").split("\r\n")
    except (zlib.error, UnicodeDecodeError):
        return None
    pairs = (line.partition(": ") for line in lines)
    fields = {name.lower(): value for name, _, value in pairs}
    length = fields.get("content-length", "")
    is_whole = (
        decompressor.eof
        and not decompressor.unused_data
        and version == "WARC/1.1"
        and FIELD.lower() in fields
        and length.isdecimal()
        and rest[int(length) :] == b"\r\n\r\n"
    )
    return (fields.get("warc-type", ""), fields, rest[:-4]) if is_whole else None


def read_exchanges(
    path: Path,
    *,
    folder: Path | None = None,
    on_problem: Callable[[Problem], None] | None = None,
) -> Iterator[Exchange]:
    """Yield the exchanges in a WARC file (.warc or .warc.gz), ours or others', in its order.

    Exchanges have a place if ``folder``, the archive that the file lies in, is given. Others'
    HTTP responses become exchanges of purpose ``page`` without a run. What cannot be read is
    told to ``on_problem``, or else logged: one record (``unreadable_record``,
    ``record_too_large``), all from some byte on (``torn_archive``: the writer was killed, or
    is still at it, or the file is damaged), or the whole file (``not_an_archive``).

    Raises: OSError.
    """
    name = path.relative_to(folder).as_posix() if folder else None

    def place(offset: int, length: int) -> Place | None:
        return Place(file=name, offset=offset, length=length) if name is not None else None

    with path.open("rb") as file:
        for found in _exchanges(file, place):
            if isinstance(found, Exchange):
                yield found
            else:
                (on_problem or _log_problem)(replace(found, subject=str(path)))


def exchanges_between(
    folder: Path,
    since: datetime,
    until: datetime,
    *,
    on_problem: Callable[[Problem], None] | None = None,
) -> Iterator[Exchange]:
    """Yield the own archive's exchanges with ``since <= fetched_at < until``.

    Day by day; within a day, file by file and not in order of time. Problems as in
    `read_exchanges`.
    """
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    for day, below in day_folders(folder):
        if not first <= day <= last:
            continue
        for path in sorted(below.glob("*.warc.gz")):
            for exchange in read_exchanges(path, folder=folder, on_problem=on_problem):
                if since <= exchange.fetched_at < until:
                    yield exchange


def day_folders(folder: Path) -> Iterator[tuple[date, Path]]:
    """Yield the folders of an archive with the UTC day of the exchanges in them, oldest first."""
    for below in sorted(folder.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]")):
        year, month, day = below.relative_to(folder).parts
        yield date(int(year), int(month), int(day)), below


def _exchanges(
    file: IO[bytes], place: Callable[[int, int], Place | None]
) -> Iterator[Exchange | Problem]:
    # Its import brings file systems of all sorts, and a run reads no whole file.
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415
    from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415

    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    iterator = ArchiveIterator(file, no_record_parse=True)
    end, cause = 0, "a record is not whole, or not compressed by itself"
    try:
        for record in iterator:
            found = _one_exchange(iterator, record, place)
            if found is _TORN:
                break
            end = iterator.offset
            if found is not None:
                yield found
    except ArchiveLoadFailed as fault:
        cause = str(fault).strip()
    if end < size:
        code = "torn_archive" if end else "not_an_archive"
        yield _problem(code, f"{size - end} bytes from byte {end} on: {cause}")


def _one_exchange(
    iterator: Any,  # noqa: ANN401 (warcio has no types)
    record: Any,  # noqa: ANN401
    place: Callable[[int, int], Place | None],
) -> Exchange | Problem | None:
    fields = {name.lower(): value for name, value in record.rec_headers.headers}
    declared = fields.get("content-length", "")
    length = int(declared) if declared.isascii() and declared.isdecimal() else -1
    block = record.raw_stream.read(length) if 0 < length <= RECORD_MAX_BYTES else b""
    iterator.read_to_end()
    decompressor = iterator.reader.decompressor
    is_torn = decompressor is not None and not decompressor.eof  # warcio passes over it
    if length < 0 or is_torn or (len(block) < length <= RECORD_MAX_BYTES):
        return _TORN
    if length > RECORD_MAX_BYTES:
        return _problem("record_too_large", f"{length} bytes at byte {iterator.member_info[0]}")
    try:
        return exchange_of(record.rec_type, fields, block, place(*iterator.member_info))
    except UnreadableRecordError as fault:
        return _problem("unreadable_record", f"at byte {iterator.member_info[0]}: {fault}")


def _problem(code: str, detail: str) -> Problem:
    return Problem(stage="page", subject="", code=code, detail=detail, is_final=True)


def _log_problem(problem: Problem) -> None:
    _log.warning(
        "archive_problem",
        extra={"file": problem.subject, "code": problem.code, "detail": problem.detail},
    )


_TORN = _problem("torn_archive", "")
