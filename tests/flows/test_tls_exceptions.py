"""Feeds whose certificate is not verified, as the operator said: how far that goes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from faulty_feeds import rss
from tls_publisher import Authority, TlsPublisher
from typer.testing import CliRunner
from walk_support import ask

from flows.cli import app
from flows.pages import work_off
from flows.polls import Choice, due_feeds, load_polls, poll_feeds
from flows.run import open_run
from flows.settings import read_settings
from tests.flows.conftest import Lab, Machine, in_thread, response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.flows.conftest import Publisher, Visit
    from transforms.records import Exchange

OWN, OTHER = "own.example", "other.example"
FEED, MOVED, PAGE = f"https://{OWN}/feed", f"https://{OWN}/moved", f"https://{OWN}/1"
ITEM = f"<title>Harbour opens</title><link>{PAGE}</link>"
ANSWERS = {
    FEED: response(200, rss(ITEM)),
    MOVED: response(302, Location=f"https://{OTHER}/feed"),
    f"http://{OWN}/plain": response(302, Location=FEED),
    f"https://{OTHER}/feed": response(200, rss(ITEM)),
    PAGE: response(200, b"<p>Harbour opens"),
}


def furnish(publisher: Publisher, folder: Path) -> TlsPublisher:
    """Let a publisher speak for two hosts, whose certificates nobody has issued."""
    assert isinstance(publisher, TlsPublisher)
    authority = Authority(folder)
    publisher.answers.update(ANSWERS)
    publisher.servers = {host: authority.server(host, by_itself=True) for host in (OWN, OTHER)}
    return publisher


async def poll(visit: Visit, url: str, unchecked_host: str | None = OWN) -> Exchange:
    return await visit.fetcher.get(url, purpose="feed", run_id="run", unchecked_host=unchecked_host)


def code_of(exchange: Exchange) -> str | None:
    return exchange.problem.code if exchange.problem else None


def test_the_exception_holds_for_the_host_of_the_address_alone(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        publisher = furnish(visit.publisher, tmp_path)
        for url in (FEED, f"http://{OWN}/plain"):
            taken = await poll(visit, url)
            assert (taken.status, code_of(taken), taken.is_tls_unchecked) == (200, None, True)
        led_away = await poll(visit, MOVED)
        assert (led_away.status, code_of(led_away)) == (None, "tls_error")
        assert OTHER in led_away.problem.detail if led_away.problem else False
        assert led_away.is_tls_unchecked  # the redirect itself came so
        elsewhere = await poll(visit, FEED, OTHER)
        assert (code_of(elsewhere), elsewhere.is_tls_unchecked) == ("tls_error", False)
        assert not any(OTHER in one for one in publisher.asked_with)

    Lab(tmp_path, TlsPublisher)(story)


def test_a_connection_that_was_not_verified_serves_no_request_that_is_to_be(
    tmp_path: Path,
) -> None:
    async def story(visit: Visit) -> None:
        publisher = furnish(visit.publisher, tmp_path)
        for _ in range(2):
            assert (await poll(visit, FEED)).status == 200
        assert len({one.connection for one in publisher.requests}) == 1  # it is kept
        assert code_of(await poll(visit, FEED, None)) == "tls_error"
        assert code_of(await visit.page(PAGE)) == "robots_unreachable"
        assert publisher.asked_with == [FEED, FEED]

    Lab(tmp_path, TlsPublisher)(story)


def test_no_exception_holds_for_a_proxy_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(visit: Visit) -> None:
        publisher = furnish(visit.publisher, tmp_path)
        publisher.servers["localhost"] = publisher.servers[OTHER]
        monkeypatch.setenv("https_proxy", f"https://localhost:{publisher.port}")
        async with visit.again() as proxied:
            refused = await poll(proxied, FEED)
        assert (code_of(refused), refused.is_tls_unchecked) == ("tls_error", False)
        assert publisher.requests == []

    Lab(tmp_path, TlsPublisher)(story, is_direct=True)


class Desk:
    """A home, and the commands of its operator."""

    def __init__(self, folder: Path, publisher: Publisher) -> None:
        self._home = folder / "home"
        self._address = f"127.0.0.1:{publisher.port}"

    def say(self, *words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--home", str(self._home)])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    def ingest(self) -> dict[str, tuple[int | None, str | None, bool]]:
        """Walk once in a run of its own; return what the last exchange with each address came to.

        Status, code of the problem, and whether a certificate was taken unverified.
        """
        asyncio.run(self._walk())
        sql = (
            "select requested_url, status, problem_code, is_tls_unchecked from ops.exchanges "
            "qualify row_number() over (partition by requested_url order by fetched_at desc) = 1"
        )
        return {url: (status, code, taken) for url, status, code, taken in ask(self._home, sql)}

    async def _walk(self) -> None:
        settings = read_settings(self._home, connect_to=self._address, host_gap_seconds=0.0)
        async with open_run("ingest", settings, {}) as run:
            await poll_feeds(run, await due_feeds(run, Choice(all_feeds=True)))
            await load_polls(run)
            await work_off(run)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with in_thread(furnish(TlsPublisher(Machine()), tmp_path)) as publisher:
        made = Desk(tmp_path, publisher)
        made.say("init")
        yield made


def test_the_exception_is_recorded_kept_and_taken_back(desk: Desk) -> None:
    refused = (None, "tls_error", False)
    assert "certificate" not in desk.say("feeds", "add", FEED)
    assert desk.ingest() == {FEED: refused}
    assert "tls_error; last resort: feeds add URL --without-tls-check" in desk.say(
        "feeds", "show", FEED
    )
    told = desk.say("feeds", "add", FEED, "--without-tls-check")
    assert f"certificate not verified: {FEED}" in told
    for _ in range(2):  # two runs
        came = desk.ingest()
        assert came[FEED] == (200, None, True)
        assert came[PAGE] == (None, "robots_unreachable", False)
    for words in (("feeds", "show", FEED), ("feeds", "health"), ("feeds", "list")):
        assert "certificate not verified" in desk.say(*words), words
    assert 'tlsCheck="no"' in desk.say("feeds", "export")
    assert f"certificate verified again: {FEED}" in desk.say("feeds", "add", FEED)
    assert desk.ingest()[FEED] == refused
    assert "certificate" not in desk.say("feeds", "list")
    assert "tlsCheck" not in desk.say("feeds", "export")


def test_the_exception_changes_nothing_else_of_a_known_feed(desk: Desk, tmp_path: Path) -> None:
    listing = tmp_path / "feeds.opml"
    attributes = (
        f'type="rss" text="Harbour news" xmlUrl="{FEED}" htmlUrl="https://{OWN}/" language="en" '
        'country="kz" sourceName="The Own" sourceId="own"'
    )
    listing.write_text(
        f'<opml version="2.0"><body><outline text="Ports"><outline {attributes}/></outline>'
        "</body></opml>",
        "utf-8",
    )
    desk.say("feeds", "import", str(listing))
    assert attributes in desk.say("feeds", "export")
    desk.say("feeds", "add", FEED, "--without-tls-check")
    exported = desk.say("feeds", "export")
    assert f'{attributes} tlsCheck="no"' in exported
    assert '<outline text="Ports">' in exported
    listing.write_text(exported, "utf-8")
    desk.say("feeds", "add", FEED)
    told = desk.say("feeds", "import", str(listing))
    assert f"certificate not verified: {FEED}" in told
    assert desk.say("feeds", "export") == exported
