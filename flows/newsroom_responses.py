"""What a server answers: a stored resource against a request's conditions. No I/O."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    from collections.abc import Mapping

OK, NOT_MODIFIED, NOT_FOUND, NOT_ALLOWED = 200, 304, 404, 405


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What lies at one address. The body is kept packed, as most clients take it."""

    packed: bytes  # gzip
    tag: str  # of the body before packing
    content_type: str | None
    status: int = OK
    last_modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def body(self) -> bytes:
        """The body, unpacked."""
        return gzip.decompress(self.packed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, ready to be sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def make_resource(
    body: bytes,
    content_type: str | None,
    *,
    status: int = OK,
    last_modified: datetime | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Resource:
    """Return the resource of a body."""
    return Resource(
        packed=gzip.compress(body, mtime=0),
        tag=xxhash.xxh3_128_hexdigest(body),
        content_type=content_type,
        status=status,
        last_modified=last_modified,
        headers=headers,
    )


def succeeding(old: Resource | None, new: Resource) -> Resource:
    """Return a new state of an address, its Last-Modified later than the old one's.

    A date that stood still over a change would make a client that asks by date
    alone keep the old state for good.
    """
    if old is None or old.last_modified is None or new.last_modified is None:
        return new
    if old.tag == new.tag:
        return replace(new, last_modified=old.last_modified)
    return replace(
        new, last_modified=max(new.last_modified, old.last_modified + timedelta(minutes=1))
    )


def answer(resource: Resource | None, method: str, request: Mapping[str, str]) -> Answer:
    """Answer GET or HEAD: validators, conditions, gzip. ``request``: its headers.

    Source: RFC 9110, sections 8.8 (validators) and 13 (conditions).
    """
    if method not in {"GET", "HEAD"}:
        return Answer(status=NOT_ALLOWED, headers=(("Allow", "GET, HEAD"),))
    if resource is None:
        return Answer(
            status=NOT_FOUND,
            headers=(("Content-Type", "text/plain; charset=utf-8"),),
            body=b"Nothing is published at this address.\n",
        )
    is_packed = accepts_gzip(request.get("Accept-Encoding", ""))
    headers = resource_headers(resource, is_packed=is_packed)
    if resource.status == OK and is_unchanged(resource, request):
        kept = tuple(pair for pair in headers if not pair[0].startswith("Content-"))
        return Answer(status=NOT_MODIFIED, headers=kept)
    body = resource.packed if is_packed else resource.body
    return Answer(status=resource.status, headers=headers, body=body)


def resource_headers(resource: Resource, *, is_packed: bool) -> tuple[tuple[str, str], ...]:
    """Return the headers of a resource; only what was found has validators."""
    headers = [*resource.headers, ("Vary", "Accept-Encoding")]
    if resource.content_type is not None:
        headers.append(("Content-Type", resource.content_type))
    if is_packed:
        headers.append(("Content-Encoding", "gzip"))
    if resource.status == OK:
        headers.append(("ETag", etag(resource, is_packed=is_packed)))
        if resource.last_modified is not None:
            headers.append(("Last-Modified", http_date(resource.last_modified)))
    return tuple(headers)


def etag(resource: Resource, *, is_packed: bool) -> str:
    """Return the strong validator of one encoding: other bytes, another tag."""
    return f'"{resource.tag}-gzip"' if is_packed else f'"{resource.tag}"'


def is_unchanged(resource: Resource, request: Mapping[str, str]) -> bool:
    """Whether a request's conditions say that the client holds this state.

    The tag decides alone where the client sent one; the tags of both encodings
    name the same state.
    """
    tags = request.get("If-None-Match")
    if tags is not None:
        held = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        ours = {etag(resource, is_packed=True), etag(resource, is_packed=False), "*"}
        return bool(held & ours)
    since = http_time(request.get("If-Modified-Since"))
    if since is None or resource.last_modified is None:
        return False
    return resource.last_modified.replace(microsecond=0) <= since


def accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding allows gzip."""
    for choice in accepted.lower().split(","):
        coding, _, weight = choice.partition(";")
        if coding.strip() in {"gzip", "x-gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def http_date(at: datetime) -> str:
    """Return a time as an HTTP header writes it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def http_time(value: str | None) -> datetime | None:
    """Return the time of an HTTP header; None where there is none, or it cannot be read.

    RFC 9110, 13.1.3: a recipient ignores a date that it cannot read.
    """
    if value is None:
        return None
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
