from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from transforms.content import body_hash, body_of, decode_text
from transforms.records import Exchange, Problem, Purpose

PAGE = b"<rss>" + b"A line of a feed that is not worth much. " * 200 + b"</rss>"


def exchange(payload: bytes, *encodings: str, purpose: Purpose = "feed") -> Exchange:
    return Exchange(
        exchange_id="e",
        run_id="r",
        purpose=purpose,
        requested_url="https://gazette.example/rss",
        final_url="https://gazette.example/rss",
        fetched_at=datetime(2022, 1, 7, tzinfo=UTC),
        elapsed_ms=1,
        status=200,
        headers=tuple(("Content-Encoding", value) for value in encodings),
        payload=payload,
    )


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("payload", "encodings"),
    [
        (PAGE, ()),
        (PAGE, ("identity",)),
        (gzip.compress(PAGE, mtime=0), ("gzip",)),
        (gzip.compress(PAGE, mtime=0), ("X-GZIP",)),
        (gzip.compress(PAGE[:100], mtime=0) + gzip.compress(PAGE[100:]), ("gzip",)),
        (gzip.compress(PAGE, mtime=0) + b"\x00\x00 trailing", ("gzip",)),
        (zlib.compress(PAGE), ("deflate",)),
        (raw_deflate(PAGE), ("deflate",)),
        (gzip.compress(zlib.compress(PAGE)), ("deflate, gzip",)),
        (gzip.compress(zlib.compress(PAGE)), ("deflate", "gzip")),
        (PAGE, ("gzip",)),  # the header lies
        (PAGE, ("br",)),
        (gzip.compress(PAGE, mtime=0), ()),  # sitemap.xml.gz
    ],
)
def test_a_body_comes_out_whole_however_it_was_packed(
    payload: bytes, encodings: tuple[str, ...]
) -> None:
    assert body_of(exchange(payload, *encodings), 10**6) == PAGE


@pytest.mark.parametrize(
    ("payload", "encodings", "code"),
    [
        (gzip.compress(PAGE, mtime=0)[:-20], ("gzip",), "truncated_body"),
        (gzip.compress(PAGE, mtime=0)[:40], ("gzip",), "truncated_body"),
        (zlib.compress(PAGE)[:-6], ("deflate",), "truncated_body"),
        (b"\x1f\x8b\x08\x00broken beyond repair", ("gzip",), "bad_encoding"),
        (b"\x02\x03\x04", ("gzip",), "bad_encoding"),
        (b"\x1b\x2f\x00", ("br",), "unsupported_encoding"),
        (PAGE, ("gzip, gzip, gzip, gzip",), "unsupported_encoding"),
        (b"a" * 1001, (), "body_too_large"),
        (gzip.compress(b"a" * 1001, mtime=0), ("gzip",), "body_too_large"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_code(
    payload: bytes, encodings: tuple[str, ...], code: str
) -> None:
    problem = body_of(exchange(payload, *encodings), 1000 if b"a" * 9 in payload else 9000)
    if code == "body_too_large":
        problem = body_of(exchange(payload, *encodings), 1000)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert problem.stage == "poll"
    assert problem.subject == "https://gazette.example/rss"


def test_a_bomb_is_stopped_by_its_ratio_before_its_size() -> None:
    bomb = gzip.compress(b"\x00" * (20 * 2**20))
    problem = body_of(exchange(bomb, "gzip", purpose="page"), 100 * 2**20)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.stage, problem.is_final) == ("compression_bomb", "page", True)


def test_up_to_one_mebibyte_any_ratio_is_allowed() -> None:
    body = b"\x00" * 2**20
    assert body_of(exchange(gzip.compress(body, mtime=0), "gzip"), 10 * 2**20) == body


def test_a_truncated_body_may_be_asked_for_again() -> None:
    problem = body_of(exchange(gzip.compress(PAGE, mtime=0)[:-20], "gzip"), 10**6)
    assert isinstance(problem, Problem)
    assert not problem.is_final


def test_the_hash_is_the_128_bit_xxh3_of_the_bytes() -> None:
    assert body_hash(b"") == "99aa06d3014798d86001c324468d497f"
    assert body_hash(PAGE) != body_hash(PAGE + b" ")


XML = '<?xml version="1.0" encoding="{}"?><t>{}</t>'
RUSSIAN = "Паром снова ходит через гавань, сообщили в порту"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("ferry é".encode(), None, "ferry é"),
        (b"\xef\xbb\xbf<t/>", "text/xml; charset=iso-8859-1", "<t/>"),
        (RUSSIAN.encode("cp1251"), "text/xml; charset=windows-1251", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "text/xml; charset=KOI8-R", RUSSIAN),
        (RUSSIAN.encode(), "text/xml; charset=windows-1251", RUSSIAN),  # the header lies
        (RUSSIAN.encode("cp1251"), "text/xml; charset=utf-8", RUSSIAN),
        (RUSSIAN.encode("cp1251"), None, RUSSIAN),
        (RUSSIAN.encode("utf-16"), None, RUSSIAN),
        ("<t>é</t>".encode("utf-16-le"), None, "<t>é</t>"),
        ("€5 «ça»".encode("cp1252"), "text/xml; charset=iso-8859-1", "€5 «ça»"),
        ("新聞".encode("gb18030"), "text/xml; charset=gb2312", "新聞"),
        ("ニュース".encode("iso2022-jp"), "text/xml; charset=iso-2022-jp", "ニュース"),
        (
            b"caf\xc3\xa9 \x93quoted\x94 caf\xc3\xa9",
            "text/xml; charset=utf-8",
            "café “quoted” café",
        ),
        (b"caf\xe9", "text/xml; charset=no-such-thing", "café"),
        (b"", None, ""),
    ],
)
def test_text_is_read_by_what_the_bytes_are(
    body: bytes, content_type: str | None, expected: str
) -> None:
    assert decode_text(body, content_type) == expected


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "iso-8859-5", "utf-8"])
def test_the_xml_declaration_is_believed_before_the_header(encoding: str) -> None:
    document = XML.format(encoding, RUSSIAN)
    assert decode_text(document.encode(encoding), "text/xml; charset=iso-8859-1") == document


def test_bytes_that_mean_nothing_become_replacement_characters() -> None:
    assert decode_text(b"ok \x81\x8d\x8f caf\xc3\xa9 \xc3\xa9\xc3\xa9", "a/b; charset=utf-8") == (
        "ok \ufffd\ufffd\ufffd café éé"
    )
