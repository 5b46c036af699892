"""What labels of encodings mean, and a page's bytes as UTF-8 without what XML has no place for."""

from __future__ import annotations

import codecs
import re

import cchardet

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROL = bytes([*range(9), 11, 12, *range(14, 32), 127])  # XML 1.0 has no place for them
# References to what is no character of XML 1.0: control codes, surrogates, U+FFFE and U+FFFF.
_NO_CHARACTER = re.compile(
    rb"&#(?:[xX]0*(?:1?[0-8bBcCeEfF]|1[9aAdD]|7[fF]|[fF]{3}[eEfF]|[dD][89a-fA-F][0-9a-fA-F]{2})?(?![0-9a-fA-F])"
    rb"|0*(?:[0-8]|1[124-9]|2\d|3[01]|127|6553[45]|55(?:29[6-9]|[3-9]\d\d)|56\d{3}|57[0-2]\d{2}|573[0-3]\d|5734[0-3])(?!\d));?"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_MARKUP_HEAD_BYTES = 4096
# Labels of the WHATWG Encoding Standard that Python does not know.
_LABELS = {"x-gbk": "gbk", "x-sjis": "shift_jis", "iso-8859-8-i": "iso-8859-8"}
# What a label means in practice, where that is more than the codec of that name knows.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}


def codec_name(label: str, *, ascii_means: str = "cp1252") -> str | None:
    """Return the codec to use for a label; None where it names no text encoding.

    Source: WHATWG Encoding Standard, section 4.2 (names and labels).
    """
    label = label.strip().lower().replace("windows1", "windows-1").replace("win-", "windows-")
    try:
        found = codecs.lookup(_LABELS.get(label, label)).name
        b"".decode(found)
    except LookupError:
        return None
    return ascii_means if found == "ascii" else _SUPERSETS.get(found, found)


def to_utf8(body: bytes, content_type: str | None) -> tuple[bytes, str]:
    """Return a page's bytes as clean UTF-8, and the encoding it was in.

    In this order: byte order mark, valid UTF-8 that is not mere ASCII, HTTP
    charset, meta charset, detection. Bytes that do not fit become U+FFFD.
    """
    encoding, is_valid = encoding_of(body, content_type)
    return clean_utf8(body, encoding, is_valid=is_valid), encoding


def clean_utf8(body: bytes, encoding: str, *, is_valid: bool) -> bytes:
    """Return bytes as UTF-8 without what has no place in XML; ``is_valid``: they are UTF-8."""
    if is_valid:
        data = body.removeprefix(codecs.BOM_UTF8)
    else:
        data = body.decode(encoding, "replace").encode("utf-8", "replace")
    data = data.translate(None, _CONTROL)
    return _NO_CHARACTER.sub(b" ", data) if b"&#" in data else data


def encoding_of(body: bytes, content_type: str | None) -> tuple[str, bool]:
    """Return a page's encoding, and whether its bytes are valid UTF-8 as they are."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return name, name == "utf-8" and _is_utf8(body)
    if not body.isascii() and _is_utf8(body):
        return "utf-8", True
    declared = _HTTP_CHARSET.search(content_type or "")
    in_markup = _META_CHARSET.search(body[:_MARKUP_HEAD_BYTES])
    names = (
        declared.group(1) if declared else None,
        in_markup.group(1).decode("ascii", "replace") if in_markup else None,
    )
    known = [codec for name in names if name and (codec := codec_name(name))]
    if body.isascii() and (not known or known[0] in {"utf-8", "cp1252"}):
        return "utf-8", True
    # Stray bytes in UTF-8 are mended; another declared encoding is believed; else detection.
    if known and (known[0] != "utf-8" or _mostly_utf8(body)):
        return known[0], False
    return _detected(body), False


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(body: bytes) -> bool:
    """Tell whether at most one in twenty of the bytes beyond ASCII does not fit."""
    beyond_ascii = len(body) - len(body.translate(None, _BEYOND_ASCII))
    return body.decode("utf-8", "replace").count("\ufffd") * 20 <= beyond_ascii


def _detected(body: bytes) -> str:
    return codec_name(cchardet.detect(body)["encoding"] or "") or "utf-8"
