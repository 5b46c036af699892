"""The archive: what is written comes back equal, and is a WARC file to others."""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from transforms import identity
from transforms.records import Exchange, Hop, Problem
from warehouse.archive import (
    ArchiveWriter,
    UnreadableRecordError,
    day_folders,
    exchanges_between,
    read_exchange,
    read_exchanges,
)
from warehouse.archive_records import digest

NOW = datetime(2026, 1, 10, 12, 0, 0, 123456, tzinfo=UTC)
HTML = b"<html><body><p>Troops stay for a limited time.</p></body></html>"

PAGE = Exchange(
    exchange_id="e1",
    run_id="run-1",
    purpose="page",
    requested_url="http://a.example/1",
    final_url="https://a.example/1?x=%20&y=ü",
    fetched_at=NOW,
    elapsed_ms=17,
    status=200,
    reason="OK",
    headers=(
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "gzip"),
        ("Transfer-Encoding", "chunked"),
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("X-Odd", "stray \udce9 byte, ü, :, and  two spaces"),
        ("X-Empty", ""),
    ),
    payload=gzip.compress(HTML),
    hops=(Hop(url="http://a.example/1", status=301),),
)
REFUSED = replace(
    PAGE,
    exchange_id="e2",
    status=None,
    reason="",
    headers=(),
    payload=b"",
    hops=(),
    problem=Problem(stage="page", subject="http://a.example/1", code="timeout", detail="30 s\n"),
)
NOT_MODIFIED = replace(
    PAGE,
    exchange_id="e3",
    status=304,
    reason="Not Modified",
    headers=(("ETag", '"x"'),),
    payload=b"",
)

texts = st.text(st.characters(codec=None), max_size=30)  # lone surrogates, controls: all
names = st.text(max_size=20)
headers = st.tuples(st.one_of(st.just("Transfer-Encoding"), texts), texts)
problems = st.builds(
    Problem, stage=st.just("page"), subject=texts, code=names, detail=texts, is_final=st.booleans()
)
exchanges = st.builds(
    Exchange,
    exchange_id=names,
    run_id=names,
    purpose=st.sampled_from(["feed", "page", "robots", "tdmrep"]),
    requested_url=texts,
    final_url=st.one_of(texts, st.just("https://a.example/")),
    fetched_at=st.datetimes(timezones=st.just(UTC)),
    elapsed_ms=st.integers(0, 10**6),
    status=st.one_of(st.none(), st.integers(0, 1000)),
    reason=texts,
    headers=st.lists(headers, max_size=6).map(tuple),
    payload=st.one_of(
        st.binary(max_size=200), st.just(b"\r\n\r\nHTTP/1.1 200 OK"), st.just(PAGE.payload)
    ),
    hops=st.lists(st.builds(Hop, url=texts, status=st.integers()), max_size=2).map(tuple),
    problem=st.one_of(st.none(), problems),
    payload_bytes=st.integers(0, 10**9),
    payload_hash=st.one_of(st.none(), names),
)


def write(folder: Path, *given: Exchange, run_id: str = "run-1") -> list[Exchange]:
    with ArchiveWriter(folder, run_id, NOW) as writer:
        return [writer.append(exchange) for exchange in given]


def file_of(folder: Path, exchange: Exchange) -> Path:
    assert exchange.place
    return folder / exchange.place.file


def check(file: Path) -> None:
    """Run warcio's own check of digests and structure."""
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(file)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest pass" in done.stdout
    assert "fail" not in done.stdout


# Writing and reading again


@pytest.mark.parametrize("exchange", [PAGE, REFUSED, NOT_MODIFIED])
def test_an_exchange_comes_back_equal(tmp_path: Path, exchange: Exchange) -> None:
    (written,) = write(tmp_path, exchange)
    assert written == replace(exchange, place=written.place)
    assert written.place
    assert written.place.file == "2026/01/10/run-1-00000.warc.gz"
    assert read_exchange(tmp_path, written.place) == written
    assert list(read_exchanges(file_of(tmp_path, written), folder=tmp_path)) == [written]
    assert list(read_exchanges(file_of(tmp_path, written))) == [exchange]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(exchanges, min_size=1, max_size=4))
@example([replace(PAGE, headers=(("", ""), (":", "\r\n\r\n")), final_url="https://a.example/\r\n")])
@example([replace(PAGE, headers=(("A", " padded "), ("B", "x\n folded")), status=7)])
@example([replace(PAGE, is_tls_unchecked=True)])
@example([replace(REFUSED, payload=b"\x00\xff", headers=(("A", "b"),), reason="cut")])
def test_any_exchange_comes_back_equal(given_exchanges: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = write(folder, *given_exchanges)
        places = [exchange.place for exchange in written if exchange.place]
        assert [read_exchange(folder, place) for place in places] == written
        for file in {file_of(folder, exchange) for exchange in written}:
            relative = file.relative_to(folder).as_posix()
            assert list(read_exchanges(file, folder=folder)) == [
                exchange
                for exchange in written
                if exchange.place and exchange.place.file == relative
            ]


def test_the_file_is_created_with_the_first_exchange(tmp_path: Path) -> None:
    write(tmp_path / "archive")
    assert not (tmp_path / "archive").exists()


def test_files_rotate_by_size_and_by_day(tmp_path: Path) -> None:
    noise = replace(PAGE, payload=os.urandom(600))
    tomorrow = replace(noise, fetched_at=NOW + timedelta(days=1))
    with ArchiveWriter(tmp_path, "run-1", NOW, max_bytes=3000) as writer:
        written = [writer.append(e) for e in (noise, tomorrow, noise, noise, noise)]
    places = [exchange.place.file for exchange in written if exchange.place]
    assert places == [
        "2026/01/10/run-1-00000.warc.gz",
        "2026/01/11/run-1-00000.warc.gz",
        "2026/01/10/run-1-00000.warc.gz",
        "2026/01/10/run-1-00001.warc.gz",
        "2026/01/10/run-1-00001.warc.gz",
    ]
    assert [read_exchange(tmp_path, e.place) for e in written if e.place] == written
    for file in set(places):
        check(tmp_path / file)


def test_a_run_begun_again_leaves_its_old_file_alone(tmp_path: Path) -> None:
    (first,) = write(tmp_path, PAGE)
    before = file_of(tmp_path, first).read_bytes()
    (second,) = write(tmp_path, PAGE)
    assert second.place
    assert second.place.file == "2026/01/10/run-1-00001.warc.gz"
    assert file_of(tmp_path, first).read_bytes() == before


def test_the_day_is_that_of_utc(tmp_path: Path) -> None:
    almaty = timezone(timedelta(hours=5))
    (written,) = write(tmp_path, replace(PAGE, fetched_at=datetime(2026, 1, 11, 1, tzinfo=almaty)))
    assert written.place
    assert written.place.file.startswith("2026/01/10/")
    assert read_exchange(tmp_path, written.place) == written


def test_what_came_compressed_is_not_compressed_anew(tmp_path: Path) -> None:
    noise = os.urandom(100_000)
    encoded, plain = write(
        tmp_path, replace(PAGE, payload=noise), replace(PAGE, headers=(), payload=b"a" * 100_000)
    )
    assert encoded.place
    assert plain.place
    assert 100_000 < encoded.place.length < 102_500
    assert plain.place.length < 3_000


def test_after_a_full_disk_the_writer_goes_on_behind_what_is_whole(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with ArchiveWriter(tmp_path, "run-1", NOW) as writer:
        first = writer.append(PAGE)
        size = file_of(tmp_path, first).stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, hard))
        try:
            with pytest.raises(OSError, match="too large"):
                writer.append(NOT_MODIFIED)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        second = writer.append(REFUSED)
    faults: list[Problem] = []
    read = read_exchanges(file_of(tmp_path, first), folder=tmp_path, on_problem=faults.append)
    assert list(read) == [first, second]
    assert faults == []


def test_a_place_that_holds_nothing_is_an_error(tmp_path: Path) -> None:
    (written,) = write(tmp_path, PAGE)
    place = written.place
    assert place
    for wrong in (
        replace(place, offset=place.offset + 1),
        replace(place, length=place.length - 1),
        replace(place, length=place.length + 1),
        replace(place, offset=0, length=place.offset),  # the warcinfo
    ):
        with pytest.raises(UnreadableRecordError):
            read_exchange(tmp_path, wrong)
    with pytest.raises(FileNotFoundError):
        read_exchange(tmp_path, replace(place, file="gone.warc.gz"))


# To others


def test_the_file_is_a_valid_archive_to_warcio(tmp_path: Path) -> None:
    written = write(tmp_path, PAGE, REFUSED, NOT_MODIFIED, replace(PAGE, payload=b"", headers=()))
    file = file_of(tmp_path, written[0])
    check(file)
    with file.open("rb") as stream:
        records = [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"))
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.content_stream().read() is not None
        ]
    uri = "https://a.example/1?x=%20&y=%C3%BC"
    assert records == [
        ("warcinfo", None),
        ("response", uri),
        ("metadata", uri),
        ("response", uri),
        ("response", uri),
    ]


def test_warcio_reads_the_page_and_does_not_unchunk_it(tmp_path: Path) -> None:
    (written,) = write(tmp_path, PAGE)
    with file_of(tmp_path, written).open("rb") as stream:
        _, record = ((record, record.content_stream().read()) for record in ArchiveIterator(stream))
    assert record[1] == HTML
    response = record[0].http_headers
    assert response.get_statuscode() == "200"
    assert response.get_header("Transfer-Encoding") is None
    assert response.get_header("X-Archive-Orig-Transfer-Encoding") == "chunked"
    assert record[0].rec_headers.get_header("WARC-Date") == "2026-01-10T12:00:00.123456Z"


# From others


def foreign(kind: str, block: bytes, uri: str = "https://b.example/x", **more: str) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:00000000-0000-0000-0000-000000000000>",
        "WARC-Date": "2022-01-13T09:30:00Z",
        "WARC-Target-URI": uri,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Crawler-Content-Encoding: gzip\r\n\r\n"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\n"
)
SHA1 = digest(RESPONSE)
FOREIGN = [
    foreign("warcinfo", b"software: other\r\n"),
    foreign("request", b"GET /x HTTP/1.1\r\nHost: b.example\r\n\r\n"),
    foreign("response", RESPONSE + HTML),
    foreign("metadata", b"fetchTimeMs: 1"),
    foreign("revisit", RESPONSE),
    foreign("response", CHUNKED, uri="<https://b.example/wiki>"),
    foreign("response", b"20220113093000\n1.2.3.4", uri="dns:b.example"),
    foreign("response", b"HTTP/1.0 404\n\n", uri="http://b.example/none", WARC_Date="2022-01-13"),
]


@pytest.mark.parametrize("kind", ["warc", "warc.gz"])
def test_responses_of_others_become_pages(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"other.{kind}"
    pack = gzip.compress if kind == "warc.gz" else bytes
    file.write_bytes(b"".join(map(pack, FOREIGN)))
    faults: list[Problem] = []
    page, wiki, missing = read_exchanges(file, on_problem=faults.append)
    assert faults == []
    at = datetime(2022, 1, 13, 9, 30, tzinfo=UTC)
    assert page == Exchange(
        exchange_id=identity.exchange_id("page", "https://b.example/x", at),
        run_id="",
        purpose="page",
        requested_url="https://b.example/x",
        final_url="https://b.example/x",
        fetched_at=at,
        elapsed_ms=0,
        status=200,
        reason="OK",
        headers=(("Content-Type", "text/html"), ("X-Crawler-Content-Encoding", "gzip")),
        payload=HTML,
    )
    assert (wiki.final_url, wiki.payload) == ("https://b.example/wiki", b"Wikipedia ")
    assert (missing.status, missing.payload) == (404, b"")
    assert missing.fetched_at == datetime(2022, 1, 13, tzinfo=UTC)


def test_pages_of_others_can_be_read_at_their_place(tmp_path: Path) -> None:
    for name, pack in (("a.warc", bytes), ("b.warc.gz", gzip.compress)):
        file = tmp_path / name
        file.write_bytes(b"".join(map(pack, FOREIGN)))
        for exchange in read_exchanges(file, folder=tmp_path):
            assert exchange.place
            assert read_exchange(tmp_path, exchange.place) == exchange


def test_a_record_that_makes_no_sense_costs_itself_only(tmp_path: Path) -> None:
    file = tmp_path / "other.warc.gz"
    good = foreign("response", RESPONSE + HTML)
    bad = [
        foreign("response", b"not http at all"),
        foreign("response", RESPONSE, WARC_Date="yesterday"),
        foreign("response", RESPONSE, Copytaster_Exchange="{}"),
        foreign("response", RESPONSE, Copytaster_Exchange='{"a": 1}', WARC_Block_Digest=SHA1),
        foreign("response", RESPONSE, Copytaster_Exchange="[]", WARC_Block_Digest=SHA1),
        foreign("response", RESPONSE, Copytaster_Exchange="", WARC_Block_Digest=SHA1),
    ]
    file.write_bytes(b"".join(map(gzip.compress, [*bad, good])))
    faults: list[Problem] = []
    assert len(list(read_exchanges(file, on_problem=faults.append))) == 1
    assert [fault.code for fault in faults] == ["unreadable_record"] * 6
    assert {fault.subject for fault in faults} == {str(file)}


def test_a_file_that_is_no_archive_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "page.warc"
    file.write_bytes(HTML)
    assert list(read_exchanges(file)) == []
    (line,) = caplog.records
    assert line.getMessage() == "archive_problem"
    assert vars(line)["code"] == "not_an_archive"


def test_a_file_compressed_as_a_whole_is_told(tmp_path: Path) -> None:
    file = tmp_path / "other.warc.gz"
    file.write_bytes(gzip.compress(b"".join(FOREIGN)))
    faults: list[Problem] = []
    assert list(read_exchanges(file, on_problem=faults.append)) == []
    assert [fault.code for fault in faults] == ["torn_archive"]
    assert "non-chunked gzip" in faults[0].detail


def test_a_record_of_absurd_size_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.archive_read.RECORD_MAX_BYTES", 500)
    file = tmp_path / "other.warc"
    film = foreign("response", RESPONSE + b"x" * 1000)
    file.write_bytes(film + foreign("response", RESPONSE + HTML))
    faults: list[Problem] = []
    (page,) = read_exchanges(file, on_problem=faults.append)
    assert page.payload == HTML
    assert [fault.code for fault in faults] == ["record_too_large"]


# Torn files


@pytest.mark.parametrize("kind", ["warc", "warc.gz"])
def test_a_torn_tail_costs_the_last_record_and_is_told(tmp_path: Path, kind: str) -> None:
    whole = write(tmp_path, PAGE, REFUSED, NOT_MODIFIED)
    file, last = file_of(tmp_path, whole[0]), whole[2].place
    assert last
    data, offset = file.read_bytes(), last.offset
    if kind == "warc":
        data, offset = gzip.decompress(data), len(gzip.decompress(data[: last.offset]))
        end = len(data) - len(b"\r\n\r\n")  # what comes after a record may be missing
    else:
        end = len(data)
    torn = tmp_path / f"torn.{kind}"
    for length in range(offset, end + 1):
        torn.write_bytes(data[:length])
        faults: list[Problem] = []
        read = [exchange.exchange_id for exchange in read_exchanges(torn, on_problem=faults.append)]
        is_whole = length == end
        assert read == ["e1", "e2", "e3"] if is_whole else ["e1", "e2"], length
        assert [f.code for f in faults] == ([] if length in {offset, end} else ["torn_archive"]), (
            length
        )


def test_a_flipped_bit_is_told_and_never_read_as_a_page(tmp_path: Path) -> None:
    whole = write(tmp_path, PAGE, replace(PAGE, headers=()), NOT_MODIFIED)
    file, place = file_of(tmp_path, whole[0]), whole[1].place
    assert place
    data = bytearray(file.read_bytes())
    for position in range(place.offset, place.offset + place.length, 7):
        data[position] ^= 0x10
        file.write_bytes(data)
        faults: list[Problem] = []
        read = list(read_exchanges(file, folder=tmp_path, on_problem=faults.append))
        assert all(exchange in whole for exchange in read), position
        assert read == whole or faults, position
        data[position] ^= 0x10


# By time


def test_exchanges_between_two_times(tmp_path: Path) -> None:
    hours = [
        replace(PAGE, exchange_id=str(hour), fetched_at=NOW + timedelta(hours=hour))
        for hour in (-30, -1, 0, 1, 13, 40)
    ]
    written = write(tmp_path, *hours)
    written += write(tmp_path, replace(hours[2], exchange_id="other"), run_id="run-2")
    (tmp_path / "2026/01/10/notes.txt").write_text("not an archive")
    found = exchanges_between(tmp_path, NOW, NOW + timedelta(hours=40))
    assert [exchange.exchange_id for exchange in found] == ["0", "1", "other", "13"]
    everything = exchanges_between(
        tmp_path, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    )
    assert sorted(everything, key=lambda e: e.exchange_id) == sorted(
        written, key=lambda e: e.exchange_id
    )


def test_day_folders_come_in_order_with_their_days(tmp_path: Path) -> None:
    write(tmp_path, replace(PAGE, fetched_at=NOW + timedelta(days=30)), PAGE)
    assert list(day_folders(tmp_path)) == [
        (date(2026, 1, 10), tmp_path / "2026/01/10"),
        (date(2026, 2, 9), tmp_path / "2026/02/09"),
    ]


def test_no_archive_has_no_exchanges(tmp_path: Path) -> None:
    assert list(exchanges_between(tmp_path / "none", NOW, NOW)) == []
