"""What the tests of faulty feeds share: one publisher, one home, one run, one clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from walk_support import ask

from flows.gaps import fill_gaps
from flows.homes import prepare_home
from flows.pages import work_off
from flows.polls import Choice, due_feeds, load_polls, poll_feeds
from flows.run import open_run
from flows.settings import read_settings
from flows.subscriptions import subscribe
from tests.flows.conftest import OF_ORIGINS, START, Machine, Publisher, response  # noqa: F401 (for the tests)
from transforms.identity import feed_id
from transforms.opml import Subscription
from transforms.schedule import is_due

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence
    from pathlib import Path

    from tests.flows.conftest import Request
    from transforms.records import FeedState

TOGETHER = timedelta(hours=12)


def rss(*items: str, built: str = "", head: str = "") -> bytes:
    """Return a feed of some items, each given as markup."""
    said = f"<lastBuildDate>{built}</lastBuildDate>" if built else ""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed</title>'
        f"<link>http://site.example/</link>{said}{head}{inner}</channel></rss>"
    ).encode()


def item(number: int, host: str, *, title: str = "", guid: str = "", text: str = "") -> str:
    """Return an item as markup: one hour older than the one before it."""
    at = format_datetime(START - timedelta(hours=number + 1))
    link = f"http://{host}/{number}"
    return (
        f"<title>{title or f'Story {number} of {host}'}</title><link>{link}</link>"
        f"<guid isPermaLink='false'>{guid or link}</guid><pubDate>{at}</pubDate>"
        f"<description>{text}</description>"
    )


def feed_of(host: str, count: int = 3, **given: str) -> bytes:
    """Return a well-formed feed of a host."""
    return rss(*(item(number, host, **given) for number in range(count)))


@dataclass(frozen=True)
class Poll:
    """What a story waits for: a poll of a feed, once it is due and not before a time."""

    url: str
    not_before: datetime = START
    is_forced: bool = False  # whether or not it is due


@dataclass(frozen=True)
class Pages:
    """What a story waits for: gaps filled, and all wanted pages taken through the walk."""


@dataclass(frozen=True)
class Polled:
    """What one poll did: its outcome, the state it left, the entries by reason."""

    outcome: str
    reason: str
    detail: str
    state: FeedState
    entries: dict[str, int]
    titles: list[str]  # of the entries that were new or changed


Wish = Poll | Pages | list[Poll]
Story = Generator[Wish, Any, None]
Fault = Callable[["Desk"], Story]


def polls_of(wish: Wish) -> list[Poll]:
    """Return the polls that a story waits for."""
    if isinstance(wish, Pages):
        return []
    return wish if isinstance(wish, list) else [wish]


@dataclass
class Desk:
    """A home, a run that stays open, a publisher that says what it is told, time that is set.

    Stories go on together, a poll each at a time, so that fifty polls cost one load.
    """

    home: Path
    machine: Machine = field(default_factory=Machine)
    told: dict[str, BaseException | None] = field(default_factory=dict)

    async def tell(self, stories: Mapping[str, Fault]) -> None:
        """Tell all stories to their ends; keep what went wrong in each."""
        prepare_home(self.home)
        async with Publisher(self.machine) as self.publisher:
            settings = read_settings(
                self.home,
                connect_to=f"127.0.0.1:{self.publisher.port}",
                host_gap_seconds=0.0,
                request_timeout_seconds=2.0,
                run_budget_seconds=1e8,
            )
            async with open_run("ingest", settings, {}, clock=self.machine.clock) as self.run:
                await self._tell(dict(stories))

    async def _tell(self, stories: dict[str, Fault]) -> None:
        going = {name: story(self) for name, story in stories.items()}
        waiting: dict[str, Wish] = {}
        for name in list(going):
            self._go_on(going, waiting, name, None)
        while going:
            now = self._advance(waiting)
            ready = [
                name
                for name, wish in waiting.items()
                if not isinstance(wish, Pages) and self._due_at(wish) <= now
            ]
            found = await self._poll([poll for name in ready for poll in polls_of(waiting[name])])
            for name in ready:
                wish = waiting[name]
                polled = [found[poll.url] for poll in polls_of(wish)]
                self._go_on(going, waiting, name, polled if isinstance(wish, list) else polled[0])
            if not ready:
                await fill_gaps(self.run)
                await work_off(self.run)
                for name in [one for one, wish in waiting.items() if isinstance(wish, Pages)]:
                    self._go_on(going, waiting, name, None)

    def _go_on(
        self,
        going: dict[str, Story],
        waiting: dict[str, Wish],
        name: str,
        given: object,
    ) -> None:
        waiting.pop(name, None)
        try:
            waiting[name] = going[name].send(given)
        except StopIteration:
            self.told[name] = None
            del going[name]
        except Exception as error:  # noqa: BLE001 (raised again by the test of this story)
            self.told[name] = error
            del going[name]

    def _advance(self, waiting: Mapping[str, Wish]) -> datetime:
        """Let time pass until some feeds are due, where nothing is to be done before."""
        due = sorted(self._due_at(wish) for wish in waiting.values() if not isinstance(wish, Pages))
        if due and due[0] > self.machine.now and len(due) == len(waiting):
            together = [at for at in due if at <= due[0] + TOGETHER]
            self.machine.now = together[-1]
        return self.machine.now

    def _due_at(self, wish: Wish) -> datetime:
        return max(self._poll_due_at(poll) for poll in polls_of(wish))

    def _poll_due_at(self, wish: Poll) -> datetime:
        state = self.run.state.feed_state(feed_id(wish.url))
        if wish.is_forced or state is None or state.due_at is None:
            return wish.not_before
        assert not is_due(state, state.due_at - timedelta(microseconds=1))
        return max(state.due_at, wish.not_before)

    async def _poll(self, wishes: Sequence[Poll]) -> dict[str, Polled]:
        if not wishes:
            return {}
        urls = tuple(wish.url for wish in wishes)
        subscribe(self.home, [Subscription(url=url) for url in urls])
        is_forced = any(wish.is_forced for wish in wishes)
        feeds = await due_feeds(self.run, Choice(all_feeds=is_forced, feeds=urls))
        assert {feed.url for feed in feeds} == set(urls)
        assert await poll_feeds(self.run, feeds) == len(urls)
        assert await load_polls(self.run) == len(urls)
        return self._polled(urls)

    def serve(self, host: str, answer: bytes | Callable[[Request], bytes | None]) -> str:
        """Say what a host's feed answers from now on; None hangs. Return its address."""
        self.publisher.answers[f"{host}/feed"] = (
            answer if isinstance(answer, bytes) else self._script(host, answer)
        )
        return f"http://{host}/feed"

    def _script(
        self, host: str, answer: Callable[[Request], bytes | None]
    ) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
        async def say(writer: asyncio.StreamWriter) -> None:
            said = answer(self.requests(host)[-1])
            if said is None:
                await asyncio.sleep(60)
            else:
                writer.write(said)
                await writer.drain()

        return say

    def requests(self, host: str) -> list[Request]:
        """Return what a host was asked, documents of origins left out."""
        asked = self.publisher.requests
        return [one for one in asked if one.host == host and one.target not in OF_ORIGINS]

    def _polled(self, urls: Sequence[str]) -> dict[str, Polled]:
        """Return what the last poll of each feed did."""
        rows = ask(
            self.home,
            """
            select polls.item_id, polls.outcome, polls.reason, polls.detail,
                list(items.reason) filter (where items.reason is not null),
                list(entries.title) filter (where entries.title is not null)
            from (
                select * from ops.outcomes where stage = 'poll'
                qualify row_number() over (partition by item_id order by happened_at desc) = 1
            ) as polls
            left join ops.outcomes as items
                on items.exchange_id = polls.exchange_id and items.stage = 'entry'
            left join news.entries as entries on entries.entry_id = items.item_id
            group by all
            """,
        )
        states = self.run.state.feed_states()
        found = {}
        for feed, outcome, reason, detail, reasons, titles in rows:
            if feed not in states:
                continue  # a sitemap that was read to fill a gap
            counts = dict(Counter(reasons or ()))
            polled = Polled(outcome, reason, detail, states[feed], counts, sorted(titles or ()))
            found[feed] = polled
        return {url: found[feed_id(url)] for url in urls}


def tell_faults(module: Mapping[str, Any], home: Path) -> Desk:
    """Tell all stories of a test module; return what came of them."""
    stories = {
        name: test.story for name, test in module.items() if callable(getattr(test, "story", None))
    }
    desk = Desk(home)
    asyncio.run(desk.tell(stories))
    return desk


def fault(story: Fault) -> Callable[[Desk], None]:
    """Make a story a test, told together with all others of its module."""

    def test(told: Desk) -> None:
        error = told.told[story.__name__]
        if error is not None:
            raise error

    test.__name__, test.__doc__, test.__module__ = story.__name__, story.__doc__, story.__module__
    test.story = story  # type: ignore[attr-defined]
    return test
