"""robots.txt rules pages: asked for once, obeyed, and its absence understood."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from flows.fetch.client import Fetcher
from flows.settings import Settings
from tests.flows.conftest import START, Machine, Publisher
from warehouse.archive import ArchiveWriter
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.flows.conftest import Lab, Visit
    from transforms.records import Exchange

    Said = Callable[..., bytes]


def robots_requests(visit: Visit) -> int:
    return sum(one.target == "/robots.txt" for one in visit.publisher.requests)


RULES = {
    "for all": b"User-agent: *\nDisallow: /private\n",
    "for us": b"User-agent: copytaster\nDisallow: /private\n\nUser-agent: *\nAllow: /\n",
    "for a version of us": b"user-agent : Copytaster/0.1 #\nDisallow: /private\n\nUser-agent: *\n",
    "after a byte order mark": b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n",
    "with stray bytes": b"# caf\xe9 \xff\x00\nUser-agent: *\r\nDisallow: /private\r\n",
    "gzip, though not asked": None,
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_what_is_disallowed_is_not_asked_for(lab: Lab, said: Said, rules: bytes | None) -> None:
    import gzip  # noqa: PLC0415 (one case)

    async def story(visit: Visit) -> None:
        if rules is None:
            packed = gzip.compress(b"User-agent: *\nDisallow: /private\n")
            visit.answers["/robots.txt"] = said(200, packed, Content_Encoding="gzip")
        else:
            visit.answers["/robots.txt"] = said(200, rules)
        visit.answers["/open"] = said(200, b"page")
        refused = await visit.page("http://a.example/private/1")
        assert refused.problem is not None
        assert (refused.problem.code, refused.problem.is_final) == ("robots_disallowed", True)
        assert refused.status is None
        assert (await visit.page("http://a.example/open")).payload == b"page"
        assert visit.publisher.asked == ["a.example/open"]
        purposes = [one.purpose for one in visit.shelf.exchanges]
        assert purposes == ["robots", "page", "tdmrep", "page"]

    lab(story)


def test_twenty_pages_need_robots_once_and_feeds_never(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        await visit.feed("http://a.example/feed")
        assert robots_requests(visit) == 0
        pages = (visit.page(f"http://a.example/{number}") for number in range(20))
        exchanges = await asyncio.gather(*pages)
        assert {one.status for one in exchanges} == {404}
        assert robots_requests(visit) == 1
        assert visit.publisher.requests[1].headers["accept-encoding"] == "identity"

    lab(story)


def test_a_feed_obeys_robots_that_name_us_and_is_asked_again_once_they_do_not(
    lab: Lab, said: Said
) -> None:
    async def story(visit: Visit) -> None:
        forbidding = b"User-agent: Copytaster/1\nDisallow: /feed\n\nUser-agent: *\nAllow: /\n"
        visit.answers["/robots.txt"] = said(200, forbidding)
        visit.answers["/feed"] = visit.answers["/other"] = said(200, b"<rss/>")
        assert (await visit.feed("http://a.example/feed")).status == 200  # not known yet
        await visit.page("http://a.example/1")
        visit.answers["b.example/moved"] = said(302, Location="http://a.example/feed")
        async with visit.again() as next_run:
            for url in ("http://a.example/feed", "http://b.example/moved"):
                refused = await next_run.feed(url)
                assert refused.problem is not None
                assert refused.problem.code == "robots_disallowed"
                assert "names Copytaster" in refused.problem.detail
            assert (await next_run.feed("http://a.example/other")).status == 200
        visit.machine.now += timedelta(hours=25)
        visit.answers["/robots.txt"] = said(200, b"User-agent: *\nDisallow: /feed\n")
        async with visit.again() as next_day:
            assert (await next_day.feed("http://a.example/feed")).status == 200
        asked = [one for one in visit.publisher.asked if one == "a.example/feed"]
        assert (len(asked), robots_requests(visit)) == (2, 2)

    lab(story)


def test_robots_that_are_answered_429_mean_no_page_for_now(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(429)
        visit.answers["/1"] = said(200, b"page")
        refused = await visit.page("http://a.example/1")
        assert refused.problem is not None
        assert refused.problem.code == "robots_unreachable"
        assert visit.publisher.asked == []

    lab(story)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_without_robots_all_is_allowed(lab: Lab, said: Said, status: int) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(status, b"User-agent: *\nDisallow: /\n")
        visit.answers["/1"] = said(200, b"page")
        assert (await visit.page("http://a.example/1")).payload == b"page"

    lab(story)


@pytest.mark.parametrize("status", [500, 503])
def test_unreachable_robots_mean_no_page_for_now(lab: Lab, said: Said, status: int) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(status)
        visit.answers["/1"] = said(200, b"page")
        refused = await visit.page("http://a.example/1")
        assert refused.problem is not None
        assert (refused.problem.code, refused.problem.is_final) == ("robots_unreachable", False)
        await visit.page("http://a.example/1")
        assert robots_requests(visit) == 1  # not again for every page
        visit.machine.now += timedelta(minutes=11)
        visit.answers["/robots.txt"] = said(404)
        assert (await visit.page("http://a.example/1")).payload == b"page"

    lab(story)


def test_robots_that_do_not_answer_mean_no_page_for_now(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        async def hang(_: asyncio.StreamWriter) -> None:
            await asyncio.sleep(60)

        visit.answers["/robots.txt"] = hang
        refused = await visit.page("http://a.example/1")
        assert refused.problem is not None
        assert refused.problem.code == "robots_unreachable"
        assert visit.publisher.asked == []

    lab(story, request_timeout_seconds=0.2)


def test_the_last_known_robots_stay_in_force_while_unreachable(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(200, b"User-agent: *\nDisallow: /private\n")
        visit.answers["/open"] = said(200, b"page")
        await visit.page("http://a.example/open")
        visit.machine.now += timedelta(hours=25)
        visit.answers["/robots.txt"] = said(500)
        assert (await visit.page("http://a.example/open")).status == 200
        refused = await visit.page("http://a.example/private")
        assert refused.problem is not None
        assert refused.problem.code == "robots_disallowed"
        assert robots_requests(visit) == 2

    lab(story)


@pytest.mark.parametrize(
    ("control", "hours"), [("max-age=7200", 2), ("max-age=60", 1), ("max-age=999999", 24), ("", 24)]
)
def test_robots_are_believed_as_long_as_they_say(
    lab: Lab, said: Said, control: str, hours: int
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(200, b"", Cache_Control=control)
        await visit.page("http://a.example/1")
        visit.machine.now += timedelta(hours=hours) - timedelta(minutes=1)
        await visit.page("http://a.example/1")
        assert robots_requests(visit) == 1
        visit.machine.now += timedelta(minutes=2)
        await visit.page("http://a.example/1")
        assert robots_requests(visit) == 2

    lab(story)


def test_a_crawl_delay_is_kept_from_the_first_page_on(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(200, b"User-agent: *\nCrawl-delay: 30\n")
        for number in range(3):
            await visit.page(f"http://a.example/{number}")
        times = [one.at for one in visit.publisher.requests]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert len(gaps) == 4
        assert min(gaps) >= timedelta(seconds=30)

    lab(story, host_gap_seconds=5.0)


def test_a_crawl_delay_of_an_hour_is_a_minute_to_us(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(200, b"User-agent: *\nCrawl-delay: 3600\n")
        await visit.page("http://a.example/1")
        host = visit.state.host_state("a.example")
        assert host is not None
        assert host.crawl_delay_seconds == 60.0

    lab(story)


def test_a_redirect_is_ruled_by_the_robots_of_where_it_leads(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["b.example/robots.txt"] = said(200, b"User-agent: *\nDisallow: /\n")
        visit.answers["a.example/1"] = said(302, Location="http://b.example/1")
        exchange = await visit.page("http://a.example/1")
        assert exchange.problem is not None
        assert exchange.problem.code == "robots_disallowed"
        assert exchange.final_url == "http://b.example/1"
        assert visit.publisher.asked == ["a.example/1"]

    lab(story)


def test_only_the_first_500_kib_of_robots_count(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        rules = b"User-agent: *\nDisallow: /early\n"
        rules += b"# filler\n" * 60_000 + b"Disallow: /late\n"
        visit.answers["/robots.txt"] = said(200, rules)
        visit.answers["/late"] = said(200, b"page")
        assert (await visit.page("http://a.example/late")).status == 200
        early = await visit.page("http://a.example/early")
        assert early.problem is not None
        assert early.problem.code == "robots_disallowed"
        assert len(visit.shelf.exchanges[0].payload) == 500 * 1024

    lab(story)


def test_the_fault_of_a_refused_address_is_the_pages_own(lab: Lab) -> None:
    async def story(visit: Visit) -> None:
        exchange = await visit.page("http://localhost/1")
        assert exchange.problem is not None
        assert (exchange.problem.code, exchange.problem.is_final) == ("address_refused", True)

    lab(story, is_direct=True)


def test_robots_hosts_that_ask_to_wait_are_left_alone(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(429, Retry_After="3600")
        first = await visit.page("http://a.example/1")
        second = await visit.page("http://a.example/1")
        codes = {one.problem.code for one in (first, second) if one.problem}
        assert codes <= {"robots_unreachable", "host_asked_to_wait"}
        assert len(visit.publisher.requests) == 1

    lab(story)


TDMREP = "/.well-known/tdmrep.json"


def test_tdmrep_is_asked_for_once_before_the_pages_and_believed_for_a_day(
    lab: Lab, said: Said
) -> None:
    async def story(visit: Visit) -> None:
        visit.answers[TDMREP] = said(200, b'[{"location": "/", "tdm-reservation": 1}]')
        await visit.feed("http://a.example/feed")
        for hours in (0, 0, 23, 2):
            visit.machine.now += timedelta(hours=hours)
            exchange = await visit.page("http://a.example/1")
            assert exchange.status == 404  # recorded, and no more
        asked = [one.target for one in visit.publisher.requests]
        first = ["/feed", "/robots.txt", TDMREP, "/1", "/1", "/1"]
        assert asked == [*first, "/robots.txt", TDMREP, "/1"]
        assert visit.publisher.requests[2].headers["accept"].startswith("application/json")

    lab(story)


def test_a_page_that_tdmrep_reserves_is_not_asked_for_where_that_is_set(
    lab: Lab, said: Said
) -> None:
    async def story(visit: Visit) -> None:
        rules = b'[{"location": "/free", "tdm-reservation": 0}, {"location": "/", '
        visit.answers[TDMREP] = said(200, rules + b'"tdm-reservation": 1}]')
        refused = await visit.page("http://a.example/1")
        assert refused.problem is not None
        assert (refused.problem.code, refused.problem.is_final) == ("opted_out", True)
        assert refused.problem.detail == f"http://a.example{TDMREP}: /"
        assert (await visit.page("http://a.example/free/1")).status == 404
        assert visit.publisher.asked == ["a.example/free/1"]

    lab(story, on_opt_out="skip_pages")


def test_tdmrep_is_not_asked_for_where_robots_forbid_it_or_the_page(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["a.example/robots.txt"] = said(200, ALL_BARRED)
        visit.answers["b.example/robots.txt"] = said(200, b"User-agent: *\nDisallow: /.well-known")
        assert code_of(await visit.page("http://a.example/1")) == "robots_disallowed"
        assert (await visit.page("http://b.example/1")).status == 404
        targets = [one.target for one in visit.publisher.requests]
        assert targets == ["/robots.txt", "/robots.txt", "/1"]

    lab(story)


def test_a_tdmrep_that_cannot_be_had_holds_no_page_back(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers[TDMREP] = said(500)
        for _ in range(2):
            assert (await visit.page("http://a.example/1")).status == 404
        assert [one.target for one in visit.publisher.requests].count(TDMREP) == 1

    lab(story, on_opt_out="skip_pages")


ALL_BARRED = b"User-agent: *\nDisallow: /\n"


def test_each_port_of_a_host_has_its_own_robots(tmp_path: Path, said: Said) -> None:
    """Two real ports: one forbids all, the other one page; one fails later, the other does not."""

    async def tell() -> None:
        machine, folder = Machine(), tmp_path / "archive"
        settings = Settings(home=tmp_path, allowed_networks=("127.0.0.0/8",), host_gap_seconds=0.0)
        writer = ArchiveWriter(folder, "run", START)
        async with Publisher(machine) as closed, Publisher(machine) as opened:
            closed.answers["/robots.txt"] = said(200, ALL_BARRED)
            opened.answers["/robots.txt"] = said(200, b"User-agent: *\nDisallow: /private\n")
            opened.answers["/1"] = said(200, b"page")
            with State(tmp_path / "state.sqlite") as state, writer:
                fetcher = Fetcher(settings, state, clock=machine.clock, archive=writer)
                async with fetcher:

                    async def page(server: Publisher, path: str) -> Exchange:
                        url = f"http://127.0.0.1:{server.port}{path}"
                        return await fetcher.get(url, purpose="page", run_id="run")

                    assert code_of(await page(closed, "/1")) == "robots_disallowed"
                    assert (await page(opened, "/1")).payload == b"page"
                    assert code_of(await page(opened, "/private")) == "robots_disallowed"
                    machine.now += timedelta(hours=25)
                    closed.answers["/robots.txt"] = said(503)
                    assert code_of(await page(closed, "/1")) == "robots_disallowed"  # as known
                    assert (await page(opened, "/1")).status == 200
            assert [one.target for one in closed.requests] == ["/robots.txt"] * 2
            assert [one.target for one in opened.requests].count("/robots.txt") == 2

    asyncio.run(tell())


def test_where_https_is_dead_http_is_ruled_by_its_own_robots(lab: Lab, said: Said) -> None:
    """The port speaks HTTP alone: the same host fails over https, again and again."""

    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(200, b"User-agent: *\nDisallow: /private\n")
        visit.answers["/1"] = said(200, b"page")
        for _ in range(2):
            assert code_of(await visit.page("https://a.example/1")) == "robots_unreachable"
            assert (await visit.page("http://a.example/1")).payload == b"page"
            assert code_of(await visit.page("http://a.example/private")) == "robots_disallowed"
            visit.machine.now += timedelta(minutes=11)
        known = visit.state.origin_documents(["a.example"])
        assert [(one.origin, one.kind, one.status) for one in known] == [
            ("http://a.example", "robots", 200),
            ("http://a.example", "tdmrep", 404),
            ("https://a.example", "robots", 0),
        ]

    lab(story)


def test_schemes_and_ports_share_the_gap_and_the_delay_of_their_host(lab: Lab, said: Said) -> None:
    async def story(visit: Visit) -> None:
        visit.answers["/robots.txt"] = said(200, b"User-agent: *\nCrawl-delay: 30\n")
        await visit.page("http://a.example/1")
        await visit.page("https://a.example/1")
        await visit.page("http://a.example/2")
        gaps = [b.fetched_at - a.fetched_at for a, b in pairwise(visit.shelf.exchanges)]
        host = visit.state.host_state("a.example")
        assert host is not None
        assert host.crawl_delay_seconds == 30.0
        assert host.requests == 5  # https got no further than its robots.txt
        assert sum(gaps, timedelta(0)) >= timedelta(seconds=120)

    lab(story, host_gap_seconds=5.0)


def code_of(exchange: Exchange) -> str | None:
    return exchange.problem.code if exchange.problem else None
