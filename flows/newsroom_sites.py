"""A newsroom's outlets, feeds and addresses, in the edition that is out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yarl import URL

from flows.newsroom_edition import edition_resources, read_desk
from flows.newsroom_outlets import NewsroomError
from flows.newsroom_records import (
    feed_resources,
    read_records,
    record_channels,
    record_outlets,
    record_resources,
)
from flows.newsroom_responses import Resource, make_resource, succeeding
from transforms.opml import Subscription, write_opml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import TypeAlias

    from flows.newsroom_feeds import Channel
    from flows.newsroom_manuscripts import Manuscript
    from flows.newsroom_outlets import Outlet

    Address: TypeAlias = tuple[str, str]  # host, path with query
    Shelf: TypeAlias = Mapping[Address, Resource]

ALLOW_ALL = make_resource(b"User-agent: *\nAllow: /\n", "text/plain; charset=utf-8")
LOGGED_REQUESTS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One request that was answered. ``path`` has its query; names of headers are as sent."""

    at: datetime
    method: str
    host: str
    path: str
    headers: tuple[tuple[str, str], ...]
    status: int

    def header(self, name: str) -> str | None:
        """Return the first value of a request header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Newsroom:
    """A set of outlets: who they are, their feeds, and what lies at each address.

    ``manuscripts`` is empty for stored pages; ``unaddressed`` holds the ids of stored
    pages without an address, which are not served. ``log`` holds the latest
    requests, oldest first.
    """

    def __init__(
        self,
        *,
        outlets: tuple[Outlet, ...],
        feeds: tuple[Subscription, ...],
        edition: Callable[[int], Mapping[str, Resource]],
        manuscripts: tuple[Manuscript, ...] = (),
        unaddressed: tuple[str, ...] = (),
    ) -> None:
        self.outlets = outlets
        self.feeds = feeds
        self.manuscripts = manuscripts
        self.unaddressed = unaddressed
        self.log: deque[Access] = deque(maxlen=LOGGED_REQUESTS)
        self._edition = edition
        self._opml = make_resource(
            write_opml(feeds, title="Feeds of this newsroom"), "text/x-opml; charset=utf-8"
        )
        self.set_edition(1)

    @classmethod
    def load(cls, folder: Path) -> Newsroom:
        """Read a newsroom: `records.jsonl` (stored pages) or `outlets.toml` (authored).

        Raises: NewsroomError if the folder holds neither, or a file cannot be used.
        """
        if (folder / "outlets.toml").is_file():
            return authored_newsroom(folder)
        if (folder / "records.jsonl").is_file():
            return stored_newsroom(folder)
        raise NewsroomError(f"{folder} holds neither records.jsonl nor outlets.toml")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that are served, in alphabetical order."""
        return tuple(sorted(self._hosts))

    def set_edition(self, number: int) -> None:
        """Publish an edition: from the next request on, its state is what is served."""
        shelf: dict[Address, Resource] = {}
        for edition in range(1, number + 1):
            changed = shelved(self._edition(edition))
            shelf = {key: succeeding(shelf.get(key), new) for key, new in changed.items()}
        self._shelf: Shelf = shelf
        self._hosts = {host for host, _ in shelf}
        self.edition = number

    def resource(self, host: str, path: str) -> Resource | None:
        """Return what lies at an address; None where nothing does.

        A query that no page is filed under is ignored, as outlets ignore the marks
        that others add to their links.
        """
        if path == "/feeds.opml":
            return self._opml
        name = host.lower().rstrip(".")
        found = self._shelf.get((name, path)) or self._shelf.get((name, path.partition("?")[0]))
        if found is None and path == "/robots.txt":
            return ALLOW_ALL
        return found


def shelved(resources: Mapping[str, Resource]) -> dict[Address, Resource]:
    """Return resources by host and path instead of by URL."""
    return {address_of(url): resource for url, resource in resources.items()}


def address_of(url: str) -> Address:
    """Return the host and path under which a server is asked for a URL."""
    address = URL(url)
    return (address.host or "").lower(), address.raw_path_qs


def authored_newsroom(folder: Path) -> Newsroom:
    """Return the newsroom of a folder of manuscripts. Raises: NewsroomError."""
    desk = read_desk(folder)
    return Newsroom(
        outlets=desk.outlets,
        feeds=tuple(
            Subscription(
                url=outlet.url(plan.path),
                title=plan.title,
                source_name=outlet.name,
                homepage=outlet.home,
                language=outlet.language,
                country=outlet.country,
            )
            for outlet in desk.outlets
            for plan in outlet.feeds
        ),
        edition=lambda number: edition_resources(desk, number),
        manuscripts=desk.manuscripts,
    )


def stored_newsroom(folder: Path) -> Newsroom:
    """Return the newsroom of a folder of stored pages; all its editions are the same.

    Raises: NewsroomError.
    """
    pages, unaddressed = read_records(folder)
    channels = record_channels(pages)
    resources = {**record_resources(pages), **feed_resources(channels, pages)}
    return Newsroom(
        outlets=record_outlets(pages),
        feeds=tuple(subscribed(channels)),
        edition=lambda _: resources,
        unaddressed=unaddressed,
    )


def subscribed(channels: Iterable[Channel]) -> Iterable[Subscription]:
    """Yield the line of each feed in the list of all feeds."""
    for channel in channels:
        yield Subscription(
            url=channel.url,
            title=channel.title,
            source_name=channel.source,
            homepage=channel.home,
            language=channel.language,
            country=channel.country,
        )
