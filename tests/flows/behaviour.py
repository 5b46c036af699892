"""A publishers' administrator in code: serves feeds, robots.txt and pages, and scores the client.

Many hosts stand behind one loopback port. Each request is logged with the time that was
injected, and held against what the servers had said before: the score counts, rule by
rule, how often a rule could have been broken and how often it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Self

from behaviour_plans import SHORTEST, Asked, FeedPlan, Memory, Reply, Site
from behaviour_score import Score

from transforms.urls import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Callable

GAP = timedelta(seconds=5)
TICKS = timedelta(milliseconds=1)  # the injected clock moves a little each time it is read
ROBOTS_KEPT = timedelta(hours=24)
TDMREP = "/.well-known/tdmrep.json"
ROBOTS_AGAIN = timedelta(minutes=10)
GONE_FOR = timedelta(days=30)


@dataclass
class BehaviourServer:
    """Serves planned feeds and sites; judges each request before it is answered."""

    clock: Callable[[], datetime]
    feeds: list[FeedPlan] = field(default_factory=list)
    sites: dict[str, Site] = field(default_factory=dict)
    gap: timedelta = GAP
    score: Score = field(default_factory=Score)
    log: list[Asked] = field(default_factory=list)
    moves: dict[str, str] = field(default_factory=dict)  # host and path, to host and path
    port: int = 0
    latency: float = 0.0

    async def __aenter__(self) -> Self:
        self._plans = {plan.host + plan.path: plan for plan in self.feeds}
        self._memory: dict[str, Memory] = defaultdict(Memory)
        self._last_at: dict[str, datetime] = {}
        self._peace: dict[str, datetime] = {}
        self._robots_at: dict[str, datetime] = {}
        self._tdmrep_at: dict[str, datetime] = {}
        self._delays: dict[str, timedelta] = {}
        self._complained: dict[str, dict[str, datetime]] = defaultdict(dict)
        self._open: dict[int, tuple[str, asyncio.StreamReader]] = {}
        self._busy: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # Connections

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        number = next(self._numbers)
        try:
            # Called off: only when the server ends.
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                while True:
                    await self._serve(reader, writer, number)
        finally:
            self._open.pop(number, None)
            self._tasks.discard(task)
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        raw = await reader.readuntil(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        headers = {}
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        host = headers["host"]
        asked = Asked(self.clock(), host, lines[0].split(" ")[1], headers)
        self._open[number] = host, reader
        for _ in range(2):  # what a client closed before is seen to be closed
            await asyncio.sleep(0)
        self._judge_connections(asked, number)
        self._busy[host] += 1
        try:
            reply = self.answer(asked)
            if self.latency:
                await asyncio.sleep(self.latency)
            writer.write(reply.raw())
            await writer.drain()
        finally:
            self._busy[host] -= 1

    def _judge_connections(self, asked: Asked, number: int) -> None:
        others = [
            one
            for one, (host, reader) in self._open.items()
            if one != number and host == asked.host and not reader.at_eof()
        ]
        is_alone = not others and not self._busy[asked.host]
        self.score.hold("parallel connections", is_kept=is_alone, about=str(asked))

    # Rules

    def answer(self, asked: Asked) -> Reply:
        """Judge a request, and return what it is told."""
        self.log.append(asked)
        self.score.requests += 1
        self._judge_manners(asked)
        key = asked.host + asked.target
        if asked.target == "/robots.txt":
            reply = self._robots(asked)
        elif asked.target == TDMREP:
            reply = self._tdmrep(asked)
        elif key in self.moves:
            self._judge_wait(asked, self._memory[key])
            reply = Reply(301, b"", {"Location": f"http://{self.moves[key]}"})
        elif key in self._plans:
            reply = self._feed(asked, self._plans[key], self._memory[key])
        else:
            reply = self._page(asked, self._memory[key])
        self._note(asked, reply)
        return reply

    def _judge_manners(self, asked: Asked) -> None:
        hold, headers, host = self.score.hold, asked.headers, asked.host
        agent = headers.get("user-agent", "")
        has_contact = "/" in agent and ("+http" in agent or "@" in agent)
        hold("no contact", is_kept=has_contact, about=f"{asked}: {agent!r}")
        hold("cookies sent", is_kept="cookie" not in headers, about=str(asked))
        if asked.target != "/robots.txt":  # small, and its size is capped as it comes
            is_offered = "gzip" in headers.get("accept-encoding", "")
            hold("no compression", is_kept=is_offered, about=str(asked))
        if host in self._last_at:
            needed = max(self.gap, self._delays.get(host, self.gap))
            gap = asked.at - self._last_at[host]
            hold(
                "gaps too short",
                is_kept=gap >= needed - TICKS,
                about=f"{asked}: {gap} after the last",
            )
        self._last_at[host] = asked.at
        for name in {host, registrable_domain(host)}:
            if name in self._peace:
                is_kept = asked.at >= self._peace[name]
                about = f"{asked}: peace until {self._peace[name]:%a %H:%M:%S}"
                hold("ignored Retry-After", is_kept=is_kept, about=about)

    def _judge_wait(self, asked: Asked, memory: Memory) -> None:
        if memory.not_before is not None:
            about = f"{asked}: not before {memory.not_before:%a %H:%M:%S}"
            self.score.hold("early polls", is_kept=asked.at >= memory.not_before, about=about)

    def _judge_condition(self, asked: Asked, memory: Memory) -> None:
        given = memory.etag, memory.last_modified
        sent = asked.headers.get("if-none-match"), asked.headers.get("if-modified-since")
        if any(given):
            self.score.hold("unconditional repeats", is_kept=any(sent), about=str(asked))
        if any(sent):
            about = f"{asked}: {sent} for {given}"
            self.score.hold("altered validators", is_kept=sent == given, about=about)

    def _note(self, asked: Asked, reply: Reply) -> None:
        if reply.not_before is not None:
            self._memory[asked.host + asked.target].not_before = reply.not_before
        until = reply.peace_until
        if until is None:
            return
        self._peace[asked.host] = max(until, self._peace.get(asked.host, until))
        if reply.status == 429:
            domain = registrable_domain(asked.host)
            complained = self._complained[domain]
            complained[asked.host] = until
            if any(at > asked.at for host, at in complained.items() if host != asked.host):
                self._peace[domain] = max(until, self._peace.get(domain, until))

    # Answers

    def _robots(self, asked: Asked) -> Reply:
        site, memory = self.sites.get(asked.host, Site()), self._memory[asked.host + "/robots.txt"]
        if memory.not_before is not None:
            is_kept = asked.at >= memory.not_before
            self.score.hold("robots asked again", is_kept=is_kept, about=str(asked))
        if site.robots_fail_until is not None and asked.at < site.robots_fail_until:
            self._robots_at.pop(asked.host, None)
            return Reply(503, not_before=asked.at + ROBOTS_AGAIN)
        self._robots_at[asked.host] = asked.at
        self._delays[asked.host] = site.crawl_delay
        again = asked.at + ROBOTS_KEPT
        if site.robots is None:
            return Reply(404, not_before=again)
        return Reply(200, site.robots.encode(), {"Content-Type": "text/plain"}, again)

    def _tdmrep(self, asked: Asked) -> Reply:
        memory = self._memory[asked.host + TDMREP]
        if memory.not_before is not None:
            is_kept = asked.at >= memory.not_before
            self.score.hold("tdmrep.json asked again", is_kept=is_kept, about=str(asked))
        self._tdmrep_at[asked.host] = asked.at
        site = self.sites.get(asked.host, Site())
        headers = {"Cache-Control": f"max-age={round(site.tdmrep_for.total_seconds())}"}
        again = asked.at + site.tdmrep_for
        if site.tdmrep is None:
            return Reply(404, b"", headers, again)
        return Reply(200, site.tdmrep.encode(), headers, again)

    def _page(self, asked: Asked, memory: Memory) -> Reply:
        site = self.sites.get(asked.host, Site())
        is_known = _is_fresh(self._robots_at.get(asked.host), asked.at, ROBOTS_KEPT)
        is_read = _is_fresh(self._tdmrep_at.get(asked.host), asked.at, site.tdmrep_for)
        self.score.hold("tdmrep.json not read", is_kept=is_read, about=str(asked))
        is_allowed = site.forbidden is None or not asked.target.startswith(site.forbidden)
        self.score.hold("robots breaches", is_kept=is_known and is_allowed, about=str(asked))
        self.score.hold("pages asked again", is_kept=not memory.has_come, about=str(asked))
        memory.has_come = True
        return Reply(200, b"<p>A page.</p>", {"Content-Type": "text/html"})

    def _feed(self, asked: Asked, plan: FeedPlan, memory: Memory) -> Reply:
        now = asked.at
        self._judge_wait(asked, memory)
        self._judge_condition(asked, memory)
        if memory.has_come and (plan.skip_hours or plan.skip_days):
            is_kept = now.hour not in plan.skip_hours and f"{now:%A}" not in plan.skip_days
            self.score.hold("skipped hours", is_kept=is_kept, about=str(asked))
        trouble = plan.trouble(now) if plan.trouble else None
        if trouble is not None:
            return self._troubled(trouble, memory, now)
        memory.gone = 0
        dates = plan.published(now)
        if self._is_unchanged(asked, plan, memory, dates[0]):
            return self._fresh(Reply(304), plan, memory, now)
        body = plan.body(dates)
        memory.has_come = True
        memory.etag = plan.etag_form.format(f"{dates[0]:%Y%m%d%H%M%S}") if plan.has_etag else None
        modified = format_datetime(dates[0], usegmt=True)
        memory.last_modified = modified if plan.has_last_modified else None
        return self._fresh(Reply(200, body), plan, memory, now)

    def _is_unchanged(self, asked: Asked, plan: FeedPlan, memory: Memory, newest: datetime) -> bool:
        if memory.etag:
            etag = plan.etag_form.format(f"{newest:%Y%m%d%H%M%S}")
            return asked.headers.get("if-none-match") == memory.etag == etag
        modified = format_datetime(newest, usegmt=True)
        return asked.headers.get("if-modified-since") == memory.last_modified == modified

    def _fresh(self, reply: Reply, plan: FeedPlan, memory: Memory, now: datetime) -> Reply:
        headers, wait = reply.headers, plan.asked_wait()
        if memory.etag:
            headers["ETag"] = memory.etag
        if memory.last_modified:
            headers["Last-Modified"] = memory.last_modified
        if plan.max_age is not None:
            headers["Cache-Control"] = f"public, max-age={plan.max_age}"
            wait = max(wait, timedelta(seconds=plan.max_age))
        if plan.expires:
            headers["Date"] = format_datetime(now, usegmt=True)
            headers["Expires"] = format_datetime(now + timedelta(hours=2), usegmt=True)
            wait = max(wait, timedelta(hours=2) - timedelta(seconds=1))
        if plan.is_gzip and reply.status == 200:
            headers["Content-Encoding"] = "gzip"
        if plan.sets_cookies:
            headers["Set-Cookie"] = f"seen={now:%H%M%S}; Path=/; Max-Age=999999"
        reply.not_before = now + wait
        return reply

    def _troubled(self, reply: Reply, memory: Memory, now: datetime) -> Reply:
        reply.not_before = reply.not_before or now + SHORTEST
        if reply.status == 410:
            memory.gone += 1
            if memory.gone > 1:
                reply.not_before = now + GONE_FOR
        return reply


def _is_fresh(known_at: datetime | None, now: datetime, kept: timedelta) -> bool:
    """Tell whether what was told then may still be believed."""
    return known_at is not None and now - known_at <= kept + timedelta(hours=1)
