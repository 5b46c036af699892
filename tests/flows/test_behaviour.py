"""How publishers see us: a day of twelve feeds without a complaint; and each rule can be broken."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from behaviour import BehaviourServer
from behaviour_plans import FeedPlan, Site, peace
from behaviour_score import CHECKS
from behaviour_week import live
from virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from behaviour_plans import Reply
    from behaviour_score import Score

HOUR = timedelta(hours=1)
GOOD = {"User-Agent": "Reader/1 (+https://reader.example)", "Accept-Encoding": "gzip"}


@pytest.mark.slow
def test_a_day_of_twelve_feeds_brings_no_complaint(tmp_path: Path) -> None:
    score = live(tmp_path / "home", feeds=12, days=1.0, every=HOUR * 2)
    assert score.complaints == []
    assert score.untested == []
    assert score.percent == 100
    assert score.requests > 60


class Client:
    """A client that does what it is told, rightly or wrongly."""

    def __init__(self, server: BehaviourServer, time: VirtualTime) -> None:
        self._server, self._time = server, time
        self._kept: list[asyncio.StreamWriter] = []
        self.validators: dict[str, str] = {}

    async def ask(
        self,
        target: str = "/feed",
        wait: timedelta = HOUR * 4,
        host: str = "a.example",
        **more: str,
    ) -> None:
        """Ask on a connection of its own, politely but for the headers given; "" leaves one out."""
        self._time.now += wait
        given = {name.replace("_", "-"): value for name, value in more.items()}
        headers = {"Host": host} | GOOD | (self.validators if target == "/feed" else {}) | given
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {it}" for name, it in headers.items() if it)]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        for line in head.split("\r\n"):
            name, _, value = line.partition(": ")
            if name in {"ETag", "Last-Modified"}:
                wanted = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[name]
                self.validators[wanted] = value
        self._kept.append(writer)
        if "keep" not in given:
            await self.close()

    async def close(self) -> None:
        for writer in self._kept:
            writer.close()
            await writer.wait_closed()
        self._kept.clear()


def told(misdeed: Callable[[Client], object], **planned: object) -> Score:
    """Return how the server takes what a client does."""

    async def tell() -> Score:
        time = VirtualTime()
        plan = FeedPlan("a.example", **planned)  # type: ignore[arg-type]
        sites = {"a.example": Site("User-agent: *\nDisallow: /no", timedelta(seconds=20), "/no")}
        async with BehaviourServer(time.clock, [plan], sites) as server:
            await misdeed(Client(server, time))  # type: ignore[misc]
            return server.score

    return asyncio.run(tell())


async def enter(client: Client) -> None:
    """Ask for what is to be read before the pages of an origin."""
    await client.ask("/.well-known/tdmrep.json")
    await client.ask("/robots.txt")


async def behave(client: Client) -> None:
    for _ in range(3):
        await client.ask()
    await enter(client)
    await client.ask("/news/1")
    await client.ask("/news/2", wait=timedelta(seconds=20))


def test_a_client_that_behaves_hears_no_complaint() -> None:
    score = told(behave)
    assert score.complaints == []
    assert score.percent == 100


async def ask_without_condition(client: Client) -> None:
    await client.ask()
    await client.ask(If_None_Match="", If_Modified_Since="")


async def alter_a_validator(client: Client) -> None:
    await client.ask()
    await client.ask(If_None_Match='"another"')


async def send_one_of_two(client: Client) -> None:
    await client.ask()
    await client.ask(If_Modified_Since="")


async def ask_early(client: Client) -> None:
    await client.ask()
    await client.ask(wait=timedelta(minutes=10))


async def ask_too_soon_for_the_cache(client: Client) -> None:
    await client.ask()
    await client.ask(wait=timedelta(minutes=100))


async def ask_at_a_skipped_hour(client: Client) -> None:
    await client.ask()
    await client.ask(wait=HOUR * 8)  # midnight


async def ask_for_a_page_in_peace_time(client: Client) -> None:
    await client.ask()
    await client.ask("/robots.txt", wait=timedelta(minutes=50))


async def ask_on_two_connections(client: Client) -> None:
    await client.ask(keep="yes")
    await client.ask()


async def ask_at_once(client: Client) -> None:
    await client.ask("/robots.txt")
    await client.ask(wait=timedelta(seconds=1))


async def forget_the_crawl_delay(client: Client) -> None:
    await enter(client)
    await client.ask("/news/1", wait=timedelta(seconds=6))


async def send_a_cookie(client: Client) -> None:
    await client.ask(Cookie="seen=1")


async def fetch_a_forbidden_page(client: Client) -> None:
    await enter(client)
    await client.ask("/no/1")


async def fetch_before_robots(client: Client) -> None:
    await client.ask("/.well-known/tdmrep.json")
    await client.ask("/news/1")


async def fetch_by_old_robots(client: Client) -> None:
    await client.ask("/robots.txt")
    await client.ask("/.well-known/tdmrep.json", wait=HOUR * 28)
    await client.ask("/news/1")


async def fetch_before_tdmrep(client: Client) -> None:
    await client.ask("/robots.txt")
    await client.ask("/news/1")


async def ask_for_tdmrep_again(client: Client) -> None:
    await enter(client)
    await client.ask("/.well-known/tdmrep.json")


async def ask_for_robots_again(client: Client) -> None:
    await client.ask("/robots.txt")
    await client.ask("/robots.txt")


async def fetch_a_page_again(client: Client) -> None:
    await enter(client)
    await client.ask("/news/1")
    await client.ask("/news/1")


async def name_nobody(client: Client) -> None:
    await client.ask(User_Agent="Mozilla/5.0")


async def refuse_compression(client: Client) -> None:
    await client.ask(Accept_Encoding="")


def busy(now: object) -> Reply:
    return peace(503, HOUR)(now)


MISDEEDS = [
    ("unconditional repeats", ask_without_condition, {}),
    ("altered validators", alter_a_validator, {}),
    ("altered validators", send_one_of_two, {}),
    ("early polls", ask_early, {}),
    ("early polls", ask_too_soon_for_the_cache, {"max_age": 7200}),
    ("early polls", ask_too_soon_for_the_cache, {"expires": True}),
    ("early polls", ask_too_soon_for_the_cache, {"ttl": 120}),
    ("early polls", ask_too_soon_for_the_cache, {"updates_a_day": 4}),
    ("skipped hours", ask_at_a_skipped_hour, {"skip_hours": (0, 1)}),
    ("skipped hours", ask_at_a_skipped_hour, {"skip_days": ("Tuesday",)}),
    ("ignored Retry-After", ask_for_a_page_in_peace_time, {"trouble": busy}),
    ("parallel connections", ask_on_two_connections, {}),
    ("gaps too short", ask_at_once, {}),
    ("gaps too short", forget_the_crawl_delay, {}),
    ("cookies sent", send_a_cookie, {}),
    ("robots breaches", fetch_a_forbidden_page, {}),
    ("robots breaches", fetch_before_robots, {}),
    ("robots breaches", fetch_by_old_robots, {}),
    ("robots asked again", ask_for_robots_again, {}),
    ("tdmrep.json not read", fetch_before_tdmrep, {}),
    ("tdmrep.json asked again", ask_for_tdmrep_again, {}),
    ("pages asked again", fetch_a_page_again, {}),
    ("no contact", name_nobody, {}),
    ("no compression", refuse_compression, {}),
]


@pytest.mark.parametrize(("check", "misdeed", "planned"), MISDEEDS)
def test_a_client_that_misbehaves_is_caught(
    check: str, misdeed: Callable[[Client], object], planned: dict[str, object]
) -> None:
    score = told(misdeed, **planned)
    assert dict(score.broken) == {check: 1}, score.complaints
    assert score.percent < 100


def test_each_rule_was_broken_by_somebody() -> None:
    assert {check for check, _, _ in MISDEEDS} == set(CHECKS)
