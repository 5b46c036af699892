"""From the payload of an exchange to its body, and from the body to text.

Servers compress, lie about it, cut it short, and mislabel the characters. What
cannot be read is a `Problem`, never half a body.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING

import cchardet
import xxhash

from transforms.encodings import codec_name
from transforms.records import Problem

if TYPE_CHECKING:
    from transforms.records import Exchange, Stage

RATIO_FREE_BYTES = 2**20
"""Up to this size a body may be compressed as well as it likes."""
MAX_RATIO = 100
MAX_LAYERS = 3
_STEP_BYTES = 2**18
_GZIP_MAGIC = b"\x1f\x8b"
_PLAIN_STARTS = (b"<", b"{", b"[", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_FINAL_CODES = frozenset({"body_too_large", "compression_bomb", "unsupported_encoding"})

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"<\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00<\x00[^\x00]"), "utf-16-be"),  # not a NUL astray before the document
)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:+-]{1,40})["']""")
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{1,40})""", re.IGNORECASE)
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3}")  # a word of another script
THIN_EVIDENCE_BYTES = 8
"""So few bytes tell a detector nothing: it reads a lone French a-grave as Slovak."""
# The letters of French, German, Spanish, Italian and Portuguese in cp1252; quotation marks, dashes.
_WESTERN = {
    bytes([code])
    for code in (*range(0xC0, 0x100), 0x85, *range(0x91, 0x95), 0x96, 0x97, 0xAB, 0xBB)
    if code not in {0xD0, 0xD7, 0xDD, 0xDE, 0xF0, 0xF7, 0xFD, 0xFE, 0xFF}
}


class _BodyError(Exception):
    """Carries the code of a Problem from the decompressor to `body_of`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def body_of(exchange: Exchange, max_bytes: int) -> bytes | Problem:
    """Return the body with its content encodings taken off, or why it cannot be read.

    gzip, deflate (with or without zlib header) and identity are read. A header
    that claims a compression which the payload does not have is not believed;
    a gzip file that is sent as such (``sitemap.xml.gz``) is opened.

    Problem codes: ``body_too_large`` (over ``max_bytes`` once decompressed),
    ``compression_bomb`` (over 1 MiB and over 100 times its payload),
    ``truncated_body``, ``unsupported_encoding``, ``bad_encoding``.
    """
    try:
        return _take_off(exchange, max_bytes)
    except _BodyError as error:
        return Problem(
            stage=_stage_of(exchange),
            subject=exchange.requested_url,
            code=error.code,
            detail=error.detail,
            is_final=error.code in _FINAL_CODES,
        )


def _stage_of(exchange: Exchange) -> Stage:
    return "page" if exchange.purpose == "page" else "poll"


def _take_off(exchange: Exchange, max_bytes: int) -> bytes:
    header = ",".join(value for key, value in exchange.headers if key.lower() == "content-encoding")
    layers = [name for part in header.split(",") if (name := part.strip().lower()) != ""]
    layers = [name for name in layers if name not in {"identity", "none", "utf-8"}]
    if len(layers) > MAX_LAYERS:
        raise _BodyError("unsupported_encoding", f"{len(layers)} layers: {header[:100]}")
    body = exchange.payload
    for name in reversed(layers):
        if name in {"gzip", "x-gzip"}:
            body = _gunzip(body, max_bytes) if body.startswith(_GZIP_MAGIC) else _plain(body, name)
        elif name == "deflate":
            body = _undeflate(body, max_bytes)
        elif body.startswith(_PLAIN_STARTS):
            continue
        else:
            raise _BodyError("unsupported_encoding", name[:100])
    if body.startswith(_GZIP_MAGIC):
        body = _gunzip(body, max_bytes)
    if len(body) > max_bytes:
        raise _BodyError("body_too_large", f"{len(body)} bytes, {max_bytes} allowed")
    return body


def _plain(body: bytes, claimed: str) -> bytes:
    """Return a body that is not compressed although its header says so."""
    if not body or body.lstrip()[:4].startswith(_PLAIN_STARTS):
        return body
    raise _BodyError("bad_encoding", f"declared as {claimed}, starts with {body[:8]!r}")


def _gunzip(data: bytes, max_bytes: int) -> bytes:
    """Return what all members of a gzip stream hold; bytes that trail the last are ignored."""
    parts: list[bytes] = []
    size, rest = 0, data
    while rest.startswith(_GZIP_MAGIC):
        decoder = zlib.decompressobj(wbits=31)
        part = _inflate(decoder, rest, max_bytes - size, len(data))
        size += len(part)
        parts.append(part)
        rest = decoder.unused_data
    return b"".join(parts)


def _undeflate(data: bytes, max_bytes: int) -> bytes:
    if data.lstrip()[:4].startswith(_PLAIN_STARTS):
        return data
    has_header = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0  # noqa: PLR2004 (RFC 1950, section 2.2)
    return _inflate(zlib.decompressobj(wbits=15 if has_header else -15), data, max_bytes, len(data))


def _inflate(decoder: zlib._Decompress, data: bytes, max_bytes: int, payload_bytes: int) -> bytes:
    """Return the whole output of one decoder, measured at each step.

    Raises: _BodyError as soon as the output is too large or too large for its input.
    """
    parts: list[bytes] = []
    size = 0
    while not decoder.eof:
        try:
            part = decoder.decompress(data, _STEP_BYTES)
        except zlib.error as error:
            raise _BodyError("bad_encoding", str(error)) from error
        data = decoder.unconsumed_tail
        if not part and not data and not decoder.eof:
            raise _BodyError("truncated_body", f"ends inside the compressed stream, at {size}")
        size += len(part)
        parts.append(part)
        if size > RATIO_FREE_BYTES and size > MAX_RATIO * payload_bytes:
            raise _BodyError("compression_bomb", f"{payload_bytes} bytes grow to over {size}")
        if size > max_bytes:
            raise _BodyError("body_too_large", f"over {max_bytes} bytes once decompressed")
    return b"".join(parts)


def body_hash(data: bytes) -> str:
    """Return the hash that tells whether a body changed (xxh3_128, hexadecimal)."""
    return xxhash.xxh3_128_hexdigest(data)


def decode_text(body: bytes, content_type: str | None, *, default: str = "utf-8") -> str:
    """Return a body's text, whatever it says about its characters. Never raises.

    The byte order mark comes first; then UTF-8 wherever the bytes are valid as
    such, because other encodings hardly ever are by chance; then the encoding of
    the XML declaration, of the HTTP header, and the one that the bytes look like.
    In a UTF-8 document, single stray bytes are read as windows-1252 and leave the
    rest as it is. Bytes that mean nothing become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], encoding)
    for start, encoding in _UNMARKED:
        if start.match(body):
            return _decode(body, encoding)
    declared = _declared(body, content_type)
    for encoding in declared:
        if encoding.startswith(("iso2022", "hz", "utf-7")):  # seven bits: valid UTF-8, always
            return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if "utf-8" in declared[:1] or not declared:
        if _is_mostly_utf8(body):
            return body.decode("utf-8", "copytaster-cp1252")
        declared = [name for name in declared if name != "utf-8"]
    return _decode_legacy(body, declared, default)


def _decode(body: bytes, encoding: str) -> str:
    errors = "copytaster-cp1252" if encoding == "utf-8" else "replace"
    return body.decode(encoding, errors)


def _decode_legacy(body: bytes, declared: list[str], default: str) -> str:
    """Decode bytes that are not UTF-8 by the first encoding that fits all of them."""
    for encoding in (*declared, _guess(body)):
        if encoding is None:
            continue
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    last = declared[0] if declared else _codec(default) or "utf-8"
    return _decode(body, last)


def _guess(body: bytes) -> str | None:
    """Return the codec that bytes look like; for a handful of Western letters, cp1252."""
    high = _HIGH_BYTE.findall(body)
    is_thin = len(high) <= THIN_EVIDENCE_BYTES and not _HIGH_RUN.search(body)
    if is_thin and _WESTERN.issuperset(high):
        return "cp1252"
    return _codec(cchardet.detect(body)["encoding"] or "")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Return the codecs that document and header name, without labels nobody knows."""
    in_document = _XML_ENCODING.search(body[:1024])
    in_header = _HTTP_CHARSET.search(content_type or "")
    labels = (
        in_document.group(1).decode("ascii", "replace") if in_document else "",
        in_header.group(1) if in_header else "",
    )
    names = [name for label in labels if (name := _codec(label)) is not None]
    return [name for name in names if not name.startswith(("utf-16", "utf-32"))]


def _codec(label: str) -> str | None:
    return codec_name(label, ascii_means="utf-8")  # documents outgrow the label


def _is_mostly_utf8(body: bytes) -> bool:
    """Tell whether most bytes beyond ASCII belong to valid UTF-8 sequences."""
    in_sequences = sum(len(found) for found in _UTF8_SEQUENCE.findall(body))
    high = len(_HIGH_BYTE.findall(body))
    return in_sequences * 2 > high


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: read the bytes that do not fit as windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error("copytaster-cp1252", _as_cp1252)
