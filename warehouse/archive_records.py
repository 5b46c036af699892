"""One exchange as one WARC record, and back: values only, no files.

An answer becomes a ``response`` record (a 304 too: it says of itself that it has no
body); an exchange without an answer a ``metadata`` record with the problem as JSON.
What HTTP has no place for stands in the extension field ``Copytaster-Exchange``, as one
line of ASCII JSON.

The HTTP head is written as other readers expect it: a ``Transfer-Encoding`` that the
client has undone is renamed, control characters become spaces. Where reading it again
would not give the very same status, reason and headers, the field has them as well.

Source: WARC 1.1, https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from transforms import identity
from transforms.records import Exchange, Hop, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELD = "Copytaster-Exchange"
_RENAMED = {"transfer-encoding": "X-Archive-Orig-Transfer-Encoding"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_STATUS_LINE = re.compile(r"HTTP/[\d.]+ +(\d{3})(?: (.*))?", re.DOTALL)
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_END_OF_LINE = re.compile(r"\r?\n")
_URI_CHARACTERS = "".join(map(chr, range(0x21, 0x7F)))

Head = tuple[int, str, tuple[tuple[str, str], ...]]  # status, reason, headers


class UnreadableRecordError(ValueError):
    """A WARC record says of itself what is not so, or lacks what it must have."""


def record_type(exchange: Exchange) -> str:
    """Return the WARC type of the record of an exchange."""
    return "metadata" if exchange.status is None else "response"


def content_type(exchange: Exchange) -> str:
    """Return the media type of the block."""
    return "application/json" if exchange.status is None else "application/http; msgtype=response"


def block_of(exchange: Exchange) -> tuple[bytes, bytes]:
    """Return a record's block in two parts: the head, and the payload as it came."""
    if exchange.status is None:
        return _dump({"problem": _problem_fields(exchange)}).encode("ascii"), b""
    return _http_head(exchange), exchange.payload


def fields_of(exchange: Exchange, head: bytes) -> dict[str, str]:
    """Return the record's named fields, but for type, id, length and digest of the block."""
    fields = {
        "WARC-Date": warc_date(exchange.fetched_at),
        "WARC-Target-URI": quote(
            exchange.final_url or "about:blank", safe=_URI_CHARACTERS, errors="replace"
        ),
        FIELD: _dump(_own_fields(exchange, head)),
    }
    if exchange.status is not None:
        fields["WARC-Payload-Digest"] = digest(exchange.payload)
    return fields


def warc_date(moment: datetime) -> str:
    """Return a time as WARC 1.1 writes it, to the microsecond."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def digest(*parts: bytes) -> str:
    """Return the labelled digest that WARC readers check."""
    sha1 = hashlib.sha1(usedforsecurity=False)
    for part in parts:
        sha1.update(part)
    return "sha1:" + base64.b32encode(sha1.digest()).decode("ascii")


def exchange_of(
    kind: str, fields: Mapping[str, str], block: bytes, place: Place | None
) -> Exchange | None:
    """Return the exchange that a record holds, ours or others'; None if it holds none.

    ``fields`` are looked up in lower case. Others' records yield exchanges where they
    are HTTP responses; not requests, revisits (which have no payload), conversions,
    resources and metadata.

    Raises: UnreadableRecordError.
    """
    try:
        if FIELD.lower() in fields:
            return _own_exchange(_own_values(fields, block), fields, block, place)
        if kind == "response" and fields["warc-target-uri"].startswith(("http:", "https:")):
            return _foreign_exchange(fields, block, place)
    except (KeyError, TypeError, ValueError) as fault:
        raise UnreadableRecordError(f"{type(fault).__name__}: {fault}") from fault
    return None


def split_http(block: bytes) -> tuple[bytes, bytes]:
    """Return the head of an HTTP message, without the empty line at its end, and its body."""
    found = _END_OF_HEAD.search(block)
    return (block[: found.start()], block[found.end() :]) if found else (block, b"")


def parse_head(head: bytes) -> Head:
    """Return status, reason and headers of an HTTP response.

    Bytes outside UTF-8 become lone surrogates, as in aiohttp. Raises: ValueError if there
    is no status line.
    """
    first, *lines = _END_OF_LINE.split(head.decode("utf-8", "surrogateescape"))
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise ValueError(f"not an HTTP status line: {first[:80]!r}")
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and headers:  # a folded line goes on the one before
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif ":" in line:
            name, _, value = line.partition(":")
            headers.append((name.strip(), value.strip()))
    return int(status[1]), status[2] or "", tuple(headers)


def _http_head(exchange: Exchange) -> bytes:
    lines = [f"HTTP/1.1 {exchange.status:03d} {_plain(exchange.reason)}"]
    lines += [
        f"{_plain(_RENAMED.get(name.lower(), name))}: {_plain(value)}"
        for name, value in exchange.headers
    ]
    text = "\r\n".join([*lines, "", ""])
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no byte: exact in our field only
        return text.encode("utf-8", "replace")


def _plain(text: str) -> str:
    return _CONTROLS.sub(" ", text)


def _own_fields(exchange: Exchange, head: bytes) -> dict[str, Any]:
    fields = {
        "exchange_id": exchange.exchange_id,
        "run_id": exchange.run_id,
        "purpose": exchange.purpose,
        "requested_url": exchange.requested_url,
        "final_url": exchange.final_url,
        "elapsed_ms": exchange.elapsed_ms,
        "hops": [[hop.url, hop.status] for hop in exchange.hops],
        "problem": _problem_fields(exchange),
    }
    if exchange.is_tls_unchecked:
        fields["is_tls_unchecked"] = True
    if exchange.payload_hash is not None or exchange.payload_bytes:
        fields["known_payload"] = [exchange.payload_bytes, exchange.payload_hash]
    if not _says_all(head, exchange):
        fields["head"] = (exchange.status, exchange.reason, exchange.headers)
    if exchange.status is None and exchange.payload:
        fields["payload"] = base64.b64encode(exchange.payload).decode("ascii")
    return fields


def _says_all(head: bytes, exchange: Exchange) -> bool:
    try:
        found = parse_head(split_http(head)[0])
    except ValueError:  # no answer, or a status that HTTP does not know
        return False
    return found == (exchange.status, exchange.reason, exchange.headers)


def _problem_fields(exchange: Exchange) -> dict[str, Any] | None:
    return asdict(exchange.problem) if exchange.problem else None


def _own_values(fields: Mapping[str, str], block: bytes) -> dict[str, Any]:
    if fields["warc-block-digest"] != digest(block):
        raise ValueError("the block is not what was written")
    values = json.loads(fields[FIELD.lower()])
    if not isinstance(values, dict):
        raise TypeError(f"{FIELD} holds no JSON object")
    return values


def _own_exchange(
    own: dict[str, Any], fields: Mapping[str, str], block: bytes, place: Place | None
) -> Exchange:
    head, payload = split_http(block)
    status, reason, headers = own["head"] if "head" in own else parse_head(head)
    if status is None:
        payload = base64.b64decode(own.get("payload", ""))
    payload_bytes, payload_hash = own.get("known_payload", (0, None))
    return Exchange(
        exchange_id=own["exchange_id"],
        run_id=own["run_id"],
        purpose=own["purpose"],
        requested_url=own["requested_url"],
        final_url=own["final_url"],
        fetched_at=_date(fields),
        elapsed_ms=own["elapsed_ms"],
        status=status,
        reason=reason,
        headers=tuple((name, value) for name, value in headers),
        payload=payload,
        hops=tuple(Hop(url=url, status=code) for url, code in own["hops"]),
        problem=Problem(**own["problem"]) if own["problem"] else None,
        place=place,
        payload_bytes=payload_bytes,
        payload_hash=payload_hash,
        is_tls_unchecked=own.get("is_tls_unchecked", False),
    )


def _foreign_exchange(fields: Mapping[str, str], block: bytes, place: Place | None) -> Exchange:
    head, payload = split_http(block)
    status, reason, headers = parse_head(head)
    if any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower()
        for name, value in headers
    ):
        from warcio.bufferedreaders import ChunkedDataReader  # noqa: PLC0415 (for others' archives)

        payload = cast("bytes", ChunkedDataReader(BytesIO(payload)).read())
    url, fetched_at = fields["warc-target-uri"], _date(fields)
    return Exchange(
        exchange_id=identity.exchange_id("page", url, fetched_at),
        run_id="",
        purpose="page",
        requested_url=url,
        final_url=url,
        fetched_at=fetched_at,
        elapsed_ms=0,
        status=status,
        reason=reason,
        headers=headers,
        payload=payload,
        place=place,
    )


def _date(fields: Mapping[str, str]) -> datetime:
    at = datetime.fromisoformat(fields["warc-date"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # WARC dates are in UTC


def _dump(fields: object) -> str:
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
