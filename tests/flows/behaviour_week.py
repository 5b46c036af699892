"""A week in the life of fifty feeds, told by their servers; the time is injected."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from behaviour import BehaviourServer
from behaviour_plans import FeedPlan, Reply, Site, peace
from virtual_time import START, VirtualTime

from flows.homes import prepare_home
from flows.pages import fetch_some
from flows.polls import POLLS_A_BATCH, Choice, due_feeds, load_polls, poll_feeds
from flows.run import open_run
from flows.settings import read_settings
from flows.subscriptions import subscribe
from transforms.opml import Subscription
from transforms.records import LIVE_LANE

if TYPE_CHECKING:
    from pathlib import Path

    from behaviour_plans import Trouble
    from behaviour_score import Score

    from flows.run import Run

HOUR = timedelta(hours=1)


def in_hours(said: Trouble, *, every: int, first: int, lasts: int = 2) -> Trouble:
    """Return trouble that comes again and again, for some hours each time."""

    def trouble(now: datetime) -> Reply | None:
        hour = (now - START) // HOUR
        return said(now) if first <= hour % every < first + lasts else None

    return trouble


def from_hour(status: int, first: int, last: int = 10**6) -> Trouble:
    """Return a status that is answered for a while."""

    def trouble(now: datetime) -> Reply | None:
        return Reply(status) if first <= (now - START) // HOUR < last else None

    return trouble


def kinds() -> list[FeedPlan]:
    """Return feeds of every kind, by the one thing in which each is special."""
    soon, late = timedelta(minutes=90), timedelta(hours=3)
    return [
        FeedPlan("delay", has_links=True, every=timedelta(hours=6)),
        FeedPlan("cookies", sets_cookies=True, has_links=True, every=timedelta(hours=12)),
        FeedPlan("etag", has_last_modified=False, etag_form='W/"{}-\xc3\xa9 x,y"'),
        FeedPlan("skips", skip_hours=(22, 23, 0, 1, 2, 3), skip_days=("Sunday",), every=HOUR),
        FeedPlan("ttl", ttl=240, every=HOUR),
        FeedPlan("fresh", max_age=5400),
        FeedPlan("said", trouble=in_hours(peace(429, soon), every=20, first=4)),
        FeedPlan("unsaid", trouble=in_hours(peace(429, None), every=16, first=5)),
        FeedPlan("dated", trouble=in_hours(peace(503, late, as_date=True), every=30, first=6)),
        FeedPlan("gone", trouble=from_hour(410, 12)),
        FeedPlan("moved"),
        FeedPlan("modified", has_etag=False),
        FeedPlan("links", has_links=True, every=timedelta(hours=8)),
        FeedPlan("expires", expires=True),
        FeedPlan("daily", updates_a_day=3),
        FeedPlan("busy", every=timedelta(minutes=20), max_age=60),
        FeedPlan("away", trouble=from_hour(404, 8, 40)),
        FeedPlan("weekly", every=timedelta(days=6)),
        FeedPlan("bare", has_etag=False, has_last_modified=False),
        FeedPlan("packed", is_gzip=True),
        FeedPlan("broken", trouble=in_hours(lambda _: Reply(500), every=14, first=3)),
        FeedPlan("forbidden", trouble=in_hours(lambda _: Reply(403), every=40, first=9)),
    ]


def plans(count: int) -> list[FeedPlan]:
    """Return so many feeds of all kinds; each third one is a second feed of a host."""
    made: list[FeedPlan] = []
    models = kinds()
    for number in range(count):
        model = models[number % len(models)]
        host = f"{model.host}{number}.example"
        if number >= len(models) and number % 3 == 0:
            made.append(replace(model, host=made[-1].host, path=f"/feed{number}"))
        else:
            made.append(replace(model, host=host))
    return made


def sites(feeds: list[FeedPlan]) -> dict[str, Site]:
    """Return the hosts that have a robots.txt, or none for a while."""
    made = {}
    for plan in feeds:
        if plan.host.startswith("delay"):
            rules = "User-agent: *\nDisallow: /news/20260303\nCrawl-delay: 12\n"
            reserved = '[{"location": "/", "tdm-reservation": 1}]'
            made[plan.host] = Site(
                rules,
                timedelta(seconds=12),
                "/news/20260303",
                tdmrep=reserved,
                tdmrep_for=timedelta(hours=2),
            )
        elif plan.host.startswith("cookies"):
            made[plan.host] = Site(robots_fail_until=START + timedelta(hours=5))
    return made


async def _live(home: Path, count: int, days: float, every: timedelta) -> Score:
    feeds, time = plans(count), VirtualTime()
    moves = {
        f"{plan.host}{plan.path}": f"new-{plan.host}{plan.path}"
        for plan in feeds
        if plan.host.startswith("moved")
    }
    moved = [
        replace(plan, host=f"new-{plan.host}") for plan in feeds if plan.host + plan.path in moves
    ]
    prepare_home(home)
    subscribe(home, [Subscription(url=plan.url) for plan in feeds])
    async with BehaviourServer(time.clock, [*feeds, *moved], sites(feeds), moves=moves) as server:
        settings = read_settings(
            home,
            connect_to=f"127.0.0.1:{server.port}",
            contact="https://monitor.example/contact",
            host_gap_seconds=5.0,
            run_budget_seconds=1e9,
        )
        while time.now < START + timedelta(days=days):
            until = min(START + timedelta(days=days), time.now + timedelta(days=1))
            async with (
                time.driven(),
                open_run("ingest", settings, {}, clock=time.clock, sleep=time.sleep) as run,
            ):
                time.watch(run.fetcher._wire)
                while time.now < until:
                    await _walk(run)
                    _pass(run, time, until, every)
    return server.score


async def _walk(run: Run) -> None:
    due = await due_feeds(run, Choice())
    for start in range(0, len(due), POLLS_A_BATCH):
        await poll_feeds(run, due[start : start + POLLS_A_BATCH])
        await load_polls(run)
    while wants := await fetch_some(run, LIVE_LANE):  # as far as publishers see it
        run.state.finish([want.want_id for want in wants], run.clock())


def _pass(run: Run, time: VirtualTime, until: datetime, every: timedelta) -> None:
    """Let time pass to the first run that has something to do."""
    states = run.state.feed_states().values()
    moments = [at for at in (*(one.due_at for one in states), run.state.next_ready_at()) if at]
    wake = max(min((*moments, until)), time.now)
    time.now = START + every * -((START - wake) // every)


def live(home: Path, feeds: int, days: float, every: timedelta) -> Score:
    """Poll those due every so often for some days, restart daily; return how that was taken."""
    return asyncio.run(_live(home, feeds, days, every))
