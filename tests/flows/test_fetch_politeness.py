"""Gaps, turns and Retry-After, in time that passes only when we sleep."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from flows.fetch import dialling
from flows.fetch.politeness import Politeness
from flows.settings import Settings
from transforms.records import HostState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flows.conftest import Lab, Visit

    Said = Callable[..., bytes]

GAP = timedelta(seconds=5)


def gaps_of(visit: Visit, host: str) -> list[timedelta]:
    times = [one.at for one in visit.publisher.requests if one.host == host]
    return [later - earlier for earlier, later in pairwise(times)]


def test_twenty_at_once_use_one_connection_and_keep_the_gap(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        for number in range(20):
            visit.answers[f"/{number}"] = said(200, b"page")
        await asyncio.gather(*(visit.feed(f"http://a.example/{number}") for number in range(20)))
        gaps = gaps_of(visit, "a.example")
        assert len(gaps) == 19
        assert min(gaps) >= GAP
        assert max(gaps) < GAP * 1.1
        assert visit.publisher.most_at_once["a.example"] == 1
        assert len({one.connection for one in visit.publisher.requests}) == 1

    lab(story, host_gap_seconds=5.0)


def test_hosts_do_not_wait_for_one_another(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(200)
        urls = [f"http://h{number}.example/feed" for number in range(20)]
        await asyncio.gather(*(visit.feed(url) for url in urls))
        times = [one.at for one in visit.publisher.requests]
        assert max(times) - min(times) < timedelta(seconds=1)

    lab(story, host_gap_seconds=5.0)


def test_a_redirect_within_a_host_keeps_the_gap(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/1"] = said(302, Location="/2")
        await visit.feed("http://a.example/1")
        assert gaps_of(visit, "a.example")[0] >= GAP

    lab(story, host_gap_seconds=5.0)


def test_the_gap_outlives_the_process(lab: Lab) -> None:
    async def first(visit: Visit) -> None:
        await visit.feed("http://a.example/1")

    async def second(visit: Visit) -> None:
        await visit.feed("http://a.example/1")
        free_at = visit.publisher.requests[0].at
        assert free_at - start >= GAP

    from_start: list[Visit] = []

    async def remember(visit: Visit) -> None:
        await first(visit)
        from_start.append(visit)

    lab(remember, host_gap_seconds=5.0)
    start = from_start[0].publisher.requests[0].at
    lab(second, host_gap_seconds=5.0)


def test_no_more_hosts_at_once_than_connections(lab: Lab, said: Said) -> None:
    at_once, most = 0, 0

    async def story(visit: Visit) -> None:
        async def slowly(writer: asyncio.StreamWriter) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1
            writer.write(said(200))

        visit.answers["/feed"] = slowly
        urls = [f"http://h{number}.example/feed" for number in range(12)]
        exchanges = await asyncio.gather(*(visit.feed(url) for url in urls))
        assert {one.status for one in exchanges} == {200}

    lab(story, connections=3)
    assert most == 3


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_host_that_asks_to_wait_is_left_alone(
    lab: Lab, said: Said, status: int, form: str
) -> None:
    async def story(visit: Visit) -> None:
        until = (visit.machine.now + timedelta(hours=2)).replace(microsecond=0)
        value = "7200" if form == "seconds" else format_datetime(until, usegmt=True)
        visit.answers["/feed"] = said(status, Retry_After=value)
        await visit.feed("http://a.example/feed")
        refused = await visit.feed("http://a.example/other")
        assert refused.status is None
        assert refused.problem is not None
        assert refused.problem.code == "host_asked_to_wait"
        assert not refused.problem.is_final
        assert refused.place is not None
        assert len(visit.publisher.requests) == 1
        await visit.feed("http://b.example/feed")  # another host is not concerned
        assert len(visit.publisher.requests) == 2

        visit.machine.now = until - timedelta(seconds=30)  # near enough to be waited for
        visit.answers["/other"] = said(200)
        assert (await visit.feed("http://a.example/other")).status == 200
        assert visit.publisher.requests[-1].at >= until

    lab(story)


def test_retry_after_outlives_the_process_and_is_never_shortened(lab: Lab, said: Said) -> None:
    async def asked(visit: Visit) -> None:
        visit.answers["/feed"] = said(503, Retry_After=str(7 * 86400))
        await visit.feed("http://a.example/feed")

    async def later(visit: Visit) -> None:
        visit.machine.now += timedelta(days=6, hours=23)
        exchange = await visit.feed("http://a.example/feed")
        assert exchange.problem is not None
        assert exchange.problem.code == "host_asked_to_wait"
        assert visit.publisher.requests == []

    lab(asked)
    lab(later)


def test_those_who_queue_learn_that_the_host_asked_to_wait(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/0"] = said(429)  # without Retry-After
        urls = [f"http://a.example/{number}" for number in range(10)]
        exchanges = await asyncio.gather(*(visit.feed(url) for url in urls))
        assert len(visit.publisher.requests) == 1
        codes = [one.problem.code for one in exchanges if one.problem]
        assert codes == ["host_asked_to_wait"] * 9

    lab(story)


@pytest.mark.parametrize("value", ["0", "-5", "soon", "Wed, 01 Jan 2020 00:00:00 GMT", ""])
def test_a_retry_after_that_names_no_future_time_stops_nothing(
    lab: Lab, said: Said, value: str
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(503, Retry_After=value)
        await visit.feed("http://a.example/feed")
        assert (await visit.feed("http://a.example/feed")).status == 503

    lab(story)


def test_a_crawl_delay_lengthens_the_gap(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        visit.state.put_host_state(HostState(host="a.example", crawl_delay_seconds=20.0))
        for number in range(3):
            await visit.feed(f"http://a.example/{number}")
        assert min(gaps_of(visit, "a.example")) >= timedelta(seconds=20)

    lab(story, host_gap_seconds=5.0)


def test_a_get_that_is_called_off_frees_the_host(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        async def hang(_: asyncio.StreamWriter) -> None:
            await asyncio.sleep(60)

        visit.answers["/hang"] = hang
        visit.answers["/feed"] = said(200)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(visit.feed("http://a.example/hang"), 0.1)
        assert (await visit.feed("http://a.example/feed")).status == 200

    lab(story)


def test_a_slow_host_is_left_alone_for_twice_as_long_as_it_took(lab: Lab, said: Said) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(said())

    async def story(visit: Visit) -> None:
        visit.answers["/slow"] = slow
        for _ in range(2):
            await visit.feed("http://news.example/slow")
        (gap,) = gaps_of(visit, "news.example")
        assert timedelta(seconds=0.4) <= gap < timedelta(seconds=2)

    lab(story, host_gap_seconds=0.01)


def test_two_hosts_that_complain_speak_for_their_domain(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/full"] = said(429, Retry_After="3600")
        visit.answers["/"] = said()
        assert (await visit.feed("http://a.paper.example.org/full")).status == 429
        assert (await visit.feed("http://c.paper.example.org/")).status == 200  # one is no domain
        assert (await visit.feed("http://b.example.org/full")).status == 429
        left_alone = await visit.feed("http://c.paper.example.org/")
        assert left_alone.problem.code == "host_asked_to_wait"
        assert (await visit.feed("http://a.example.net/")).status == 200
        again = Politeness(visit.state, Settings(), visit.machine.clock)  # as after a restart
        assert again.left_alone_until("d.example.org") > visit.machine.now + timedelta(minutes=59)
        visit.machine.now += timedelta(hours=1)
        assert (await visit.feed("http://c.paper.example.org/")).status == 200

    lab(story)


def test_what_one_host_of_a_domain_complained_of_is_known_after_a_restart(
    lab: Lab, said: Said
) -> None:
    async def one(visit: Visit) -> None:
        visit.answers["/full"] = said(429, Retry_After="3600")
        await visit.feed("http://a.example.org/full")

    async def other(visit: Visit) -> None:
        visit.answers["/full"] = said(429, Retry_After="3600")
        await visit.feed("http://b.example.org/full")
        left_alone = await visit.feed("http://c.example.org/")
        assert left_alone.problem is not None
        assert left_alone.problem.code == "host_asked_to_wait"

    lab(one)
    lab(other)


def test_hosts_of_one_domain_share_a_fifth_of_the_gap_and_two_connections(
    lab: Lab, said: Said
) -> None:
    async def story(visit: Visit) -> None:
        at_once, most = 0, 0

        async def slowly(writer: asyncio.StreamWriter) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.02)
            at_once -= 1
            writer.write(said(200))

        visit.answers["/feed"] = slowly
        urls = [f"http://h{number}.paper.example/feed" for number in range(6)]
        exchanges = await asyncio.gather(*(visit.feed(url) for url in urls))
        times = sorted(one.fetched_at for one in exchanges)
        assert all(later - earlier >= GAP / 5 for earlier, later in pairwise(times))
        assert times[-1] - times[0] < GAP * 2
        assert most <= 2

    lab(story, host_gap_seconds=5.0)


def test_hosts_at_one_address_share_a_tenth_of_the_gap(
    lab: Lab, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(visit: Visit) -> None:
        def found(_host: str, port: int, *_: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(dialling.socket, "getaddrinfo", found)
        port = visit.publisher.port
        visit.answers["/feed"] = said(200)
        urls = [f"http://paper{number}.example:{port}/feed" for number in range(6)]
        exchanges = await asyncio.gather(*(visit.feed(url) for url in urls))
        times = sorted(one.fetched_at for one in exchanges)
        assert len(times) == 6
        assert all(later - earlier >= GAP / 10 for earlier, later in pairwise(times))
        known = visit.state.host_state("@127.0.0.1")
        assert known is not None
        assert known.requests == 6

    lab(story, is_direct=True, host_gap_seconds=5.0, allowed_networks=("127.0.0.0/8",))


def test_no_more_than_four_connections_lead_to_one_address(
    lab: Lab, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(visit: Visit) -> None:
        def found(_host: str, port: int, *_: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        at_once, most = 0, 0

        async def slowly(writer: asyncio.StreamWriter) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.05)
            at_once -= 1
            writer.write(said(200))

        monkeypatch.setattr(dialling.socket, "getaddrinfo", found)
        visit.answers["/feed"] = slowly
        urls = [f"http://paper{n}.example:{visit.publisher.port}/feed" for n in range(9)]
        await asyncio.gather(*(visit.feed(url) for url in urls))
        assert most == 4

    lab(story, is_direct=True, allowed_networks=("127.0.0.0/8",))


def test_a_host_that_goes_on_complaining_is_left_alone_for_ever_longer(
    lab: Lab, said: Said
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/feed"] = said(429)
        pauses = []
        for _ in range(11):
            began = visit.machine.now
            assert (await visit.feed("http://a.example/feed")).status == 429
            until = visit.fetcher.left_alone_until("http://a.example/feed")
            assert until is not None
            pauses.append(round((until - began).total_seconds() / 60))
            visit.machine.now = until
        assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]
        visit.machine.now += timedelta(days=2)
        await visit.feed("http://a.example/feed")
        until = visit.fetcher.left_alone_until("http://a.example/feed")
        assert until is not None
        assert until - visit.machine.now < timedelta(minutes=6)

    lab(story)


@pytest.mark.parametrize("headers", [{"status": 403}, {"status": 200, "CF_Mitigated": "challenge"}])
def test_five_refusals_in_a_row_are_a_complaint(
    lab: Lab, said: Said, headers: dict[str, Any]
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/page"] = said(**headers)
        visit.answers["/open"] = said(200)
        for path in ("page", "page", "page", "page", "open", *["page"] * 5):
            assert visit.fetcher.left_alone_until("http://a.example/") is None
            await visit.feed(f"http://a.example/{path}")
        refused = await visit.feed("http://a.example/open")
        assert refused.problem is not None
        assert refused.problem.code == "host_asked_to_wait"

    lab(story)


def test_no_other_process_asks_a_host_while_it_takes_its_time(lab: Lab, said: Said) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(said())

    async def story(visit: Visit) -> None:
        visit.answers["/slow"] = slow
        settings, machine = Settings(host_gap_seconds=0.1), visit.machine
        other = Politeness(visit.state, settings, machine.clock, machine.sleep)
        asking = asyncio.create_task(visit.feed("http://a.example/slow"))
        await asyncio.sleep(0.02)
        while not asking.done():
            visit.machine.now += timedelta(seconds=0.02)
            state = visit.state.host_state("a.example")
            assert state is not None
            assert state.free_at is not None
            assert state.free_at > visit.machine.now
            await asyncio.sleep(0.02)
        async with other.turn("a.example"):
            assert visit.machine.now >= visit.publisher.requests[0].at + timedelta(seconds=0.3)

    lab(story, host_gap_seconds=0.1)
