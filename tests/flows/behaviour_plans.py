"""What the servers of the behaviour tests are like: feeds, hosts, troubles, and what they note."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from virtual_time import START

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHORTEST = timedelta(minutes=15)  # between polls of a feed that declares nothing
UNSAID = timedelta(minutes=5)  # peace after a 429 that does not say for how long
ITEMS = 20


@dataclass
class Reply:
    """What a server says, and what it thereby asks for."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    not_before: datetime | None = None  # the same address, again
    peace_until: datetime | None = None  # the whole host

    def raw(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} Said so"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.status != 304:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head if self.status == 304 else head + self.body


Trouble = Callable[[datetime], Reply | None]


@dataclass
class FeedPlan:
    """One feed: how often it has something new, what it declares, when it has trouble."""

    host: str
    path: str = "/feed"
    every: timedelta = timedelta(hours=3)
    has_etag: bool = True
    etag_form: str = '"{}"'
    has_last_modified: bool = True
    max_age: int | None = None
    expires: bool = False
    ttl: int | None = None
    updates_a_day: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    has_links: bool = False
    is_gzip: bool = False
    sets_cookies: bool = False
    trouble: Trouble | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"

    def published(self, now: datetime) -> list[datetime]:
        """Return when the items of the moment were published, newest first."""
        last = (now - START) // self.every
        return [START + self.every * number for number in range(last, last - ITEMS, -1)]

    def body(self, dates: Iterable[datetime]) -> bytes:
        head = f"<ttl>{self.ttl}</ttl>" if self.ttl else ""
        if self.updates_a_day:
            head += "<sy:updatePeriod>daily</sy:updatePeriod>"
            head += f"<sy:updateFrequency>{self.updates_a_day}</sy:updateFrequency>"
        if self.skip_hours:
            hours = "".join(f"<hour>{hour}</hour>" for hour in self.skip_hours)
            head += f"<skipHours>{hours}</skipHours>"
        if self.skip_days:
            days = "".join(f"<day>{day}</day>" for day in self.skip_days)
            head += f"<skipDays>{days}</skipDays>"
        items = "".join(self._item(at) for at in dates)
        text = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
            f"<title>{self.host}</title>{head}{items}</channel></rss>"
        )
        return gzip.compress(text.encode(), mtime=0) if self.is_gzip else text.encode()

    def _item(self, at: datetime) -> str:
        name = f"{at:%Y%m%d%H%M%S}"
        page = f"http://{self.host}/news/{name}{self.path.replace('/', '-')}.html"
        link = f"<link>{page}</link>" if self.has_links else ""
        return (
            f"<item><title>Story {name} of {self.host}{self.path}</title>{link}"
            f"<guid isPermaLink='false'>{self.path}-{name}</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
        )

    def asked_wait(self) -> timedelta:
        """Return the least time between polls that its documents declare."""
        declared = [SHORTEST, timedelta(minutes=min(self.ttl or 0, 1440))]
        if self.updates_a_day:
            declared.append(timedelta(days=1) / self.updates_a_day)
        return max(declared)


@dataclass
class Site:
    """One host: its robots.txt, whether that is to be had, and its tdmrep.json."""

    robots: str | None = None  # None: 404
    crawl_delay: timedelta = timedelta(0)
    forbidden: str | None = None  # prefix of paths
    robots_fail_until: datetime | None = None
    tdmrep: str | None = None  # None: 404
    tdmrep_for: timedelta = timedelta(hours=24)  # how long it is fresh


@dataclass
class Memory:
    """What one address was told."""

    etag: str | None = None
    last_modified: str | None = None
    not_before: datetime | None = None
    has_come: bool = False
    gone: int = 0


@dataclass
class Asked:
    """One request."""

    at: datetime
    host: str
    target: str
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.at:%a %H:%M:%S} {self.host}{self.target}"


def peace(status: int, wait: timedelta | None, *, as_date: bool = False) -> Callable[..., Reply]:
    """Return how a server asks for peace; without a time, it is ours to choose."""

    def reply(now: datetime) -> Reply:
        headers = {}
        if wait is not None:
            until = format_datetime(now + wait, usegmt=True)
            headers["Retry-After"] = until if as_date else str(round(wait.total_seconds()))
        until_at = (now + (wait or UNSAID)).replace(microsecond=0)
        return Reply(status, b"not now", headers, peace_until=until_at)

    return reply
