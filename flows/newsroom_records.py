"""A newsroom of stored pages: `records.jsonl` with one page a line, its HTML gzipped beside it."""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import xxhash
from yarl import URL

from flows.newsroom_feeds import CONTENT_TYPES, Channel, Item, render_feed
from flows.newsroom_outlets import FeedPlan, NewsroomError, Outlet
from flows.newsroom_responses import Resource, make_resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATE_CHARS = len("2022-01-13")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """One line of `records.jsonl`, its page read. ``url`` is plain http."""

    id: str
    url: str
    title: str
    published: datetime | date | None
    crawled_at: datetime
    language: str | None
    country: str | None
    packed: bytes  # the HTML, gzip, as stored

    @property
    def host(self) -> str:
        """The host that serves it."""
        return URL(self.url).host or ""


def read_records(folder: Path) -> tuple[tuple[StoredPage, ...], tuple[str, ...]]:
    """Return the pages of a folder, and the ids of records that cannot be served.

    A record whose URL has no http(s) host belongs to no outlet.
    Raises: NewsroomError if a line or a page cannot be read.
    """
    pages: list[StoredPage] = []
    unaddressed: list[str] = []
    lines = (folder / "records.jsonl").read_bytes().splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            record = orjson.loads(line)
            page = read_record(record, folder)
        except (KeyError, ValueError, OSError) as error:
            fault = f"{type(error).__name__}: {error}"
            raise NewsroomError(f"{folder}/records.jsonl, line {number}: {fault}") from error
        if page is None:
            unaddressed.append(str(record["id"]))
        else:
            pages.append(page)
    return tuple(pages), tuple(unaddressed)


def read_record(record: Mapping[str, Any], folder: Path) -> StoredPage | None:
    """Return the page of one record; None where it has no address on the web."""
    url = http_url(record.get("url") or "")
    if url is None:
        return None
    file = folder / record["html_file"]
    packed = file.read_bytes()
    if file.suffix != ".gz":
        packed = gzip.compress(packed, mtime=0)
    stored_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    crawled = when(record.get("crawl_date"))
    return StoredPage(
        id=str(record["id"]),
        url=url,
        title=record.get("gold_title") or str(record["id"]),
        published=when(record.get("gold_date")),
        crawled_at=aware(crawled) if crawled else stored_at,
        language=record.get("language") or record.get("language_detected"),
        country=record.get("country"),
        packed=packed,
    )


def http_url(url: str) -> str | None:
    """Return the address under which a page is served; None where there can be none."""
    try:
        host = URL(url, encoded=True).host
    except ValueError:
        return None
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in {"http", "https"} or not host:
        return None
    authority, slash, path = rest.partition("/")
    return f"http://{authority.partition(':')[0]}{slash}{path}"


def when(value: str | None) -> datetime | date | None:
    """Return a date of a record as far as it is known: a date alone stays a date.

    None also for what is no ISO 8601 date: the gold of a page may be a free text.
    """
    if not value:
        return None
    try:
        if len(value) <= DATE_CHARS:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def aware(value: datetime | date) -> datetime:
    """Return a time in UTC, which stands in where no zone is given."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def record_channels(pages: Iterable[StoredPage]) -> tuple[Channel, ...]:
    """Return one feed a host, hosts in alphabetical order, items newest first."""
    by_host: dict[str, list[StoredPage]] = defaultdict(list)
    for page in pages:
        by_host[page.host].append(page)
    return tuple(record_channel(host, by_host[host]) for host in sorted(by_host))


def record_channel(host: str, pages: list[StoredPage]) -> Channel:
    """Return the feed of one host."""
    newest = sorted(
        pages, key=lambda page: aware(page.published) if page.published else EPOCH, reverse=True
    )
    return Channel(
        url=f"http://{host}/feed.xml",
        home=f"http://{host}/",
        title=host,
        source=host,
        language=shared(page.language for page in pages),
        country=shared(page.country for page in pages),
        items=tuple(
            Item(guid=page.id, link=page.url, title=page.title, published=page.published)
            for page in newest
        ),
    )


def shared(values: Iterable[str | None]) -> str | None:
    """Return the value that all have in common; None if they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def record_outlets(pages: Iterable[StoredPage]) -> tuple[Outlet, ...]:
    """Return one outlet a host, hosts in alphabetical order; what is not known is empty."""
    return tuple(
        Outlet(
            id=channel.source,
            host=channel.source,
            name=channel.source,
            country=channel.country or "",
            language=channel.language or "",
            kind="",
            template="",
            utc_offset="+00:00",
            feeds=(FeedPlan(path="/feed.xml", format="rss", title=channel.title),),
        )
        for channel in record_channels(pages)
    )


def record_resources(pages: Iterable[StoredPage]) -> dict[str, Resource]:
    """Return what lies at each page's address.

    Where several records hold one address, the page as it was crawled last lies there.
    """
    resources: dict[str, Resource] = {}
    for page in sorted(pages, key=lambda page: page.crawled_at):
        resources[page.url] = Resource(
            packed=page.packed,
            tag=xxhash.xxh3_128_hexdigest(gzip.decompress(page.packed)),
            content_type="text/html",
            last_modified=page.crawled_at,
        )
    return resources


def feed_resources(channels: Iterable[Channel], pages: Iterable[StoredPage]) -> dict[str, Resource]:
    """Return each host's feed, last changed when the last of its pages was crawled."""
    crawled: dict[str, datetime] = {}
    for page in pages:
        crawled[page.host] = max(crawled.get(page.host, EPOCH), page.crawled_at)
    return {
        channel.url: make_resource(
            render_feed(channel, "rss"),
            CONTENT_TYPES["rss"],
            last_modified=crawled[channel.source] + timedelta(minutes=1),
        )
        for channel in channels
    }
