"""Declared objections to AI use: recorded with their evidence; pages left out where it is set."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from faulty_feeds import START, response, rss
from typer.testing import CliRunner
from walk_support import Page, ask, audit

from flows.cli import app
from flows.homes import prepare_home
from flows.pages import work_off
from flows.polls import Choice, due_feeds, load_polls, poll_feeds
from flows.run import open_run
from flows.settings import read_settings
from flows.subscriptions import subscribe
from tests.flows.conftest import Machine, Publisher
from transforms.opml import Subscription

if TYPE_CHECKING:
    from pathlib import Path

ROBOTS = b"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
TDMREP = (
    b'[{"location": "/free/", "tdm-reservation": 0},'
    b' {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://files.example/p"}]'
)
HOSTS = ("robots.example", "pages.example", "free.example", "files.example", "broken.example")
PAGES = {
    host: Page(number=number, host=host, published="2026-03-02T09:30:00+00:00")
    for number, host in enumerate(HOSTS)
}


def walk(home: Path, *turns: str) -> Publisher:
    """Run the walk once for each setting, a day apart; each has a new item to look at."""
    machine = Machine()
    publisher = Publisher(machine)
    prepare_home(home)
    subscribe(home, [Subscription(url=f"http://{host}/feed") for host in HOSTS])

    async def tell() -> None:
        async with publisher:
            publisher.answers["robots.example/robots.txt"] = response(200, ROBOTS)
            file = "/.well-known/tdmrep.json"
            publisher.answers[f"files.example{file}"] = response(200, TDMREP)
            publisher.answers[f"broken.example{file}"] = response(200, b"[{")
            for turn, on_opt_out in enumerate(turns):
                machine.now = START + timedelta(days=turn)
                for host, page in PAGES.items():
                    head = f"<title>{page.headline}</title><link>{page.url}?{turn}</link>"
                    publisher.answers[f"{host}/feed"] = response(200, rss(head))
                    given = {"TDM_Reservation": "1"} if host == "pages.example" else {}
                    path = f"{page.url.removeprefix('http://')}?{turn}"
                    publisher.answers[path] = response(200, page.html(), **given)
                settings = read_settings(
                    home,
                    connect_to=f"127.0.0.1:{publisher.port}",
                    host_gap_seconds=0.0,
                    on_opt_out=on_opt_out,
                )
                async with open_run("ingest", settings, {}, clock=machine.clock) as run:
                    await poll_feeds(run, await due_feeds(run, Choice(all_feeds=True)))
                    await load_polls(run)
                    await work_off(run)

    asyncio.run(tell())
    return publisher


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Publisher]:
    home = tmp_path_factory.mktemp("optouts") / "home"
    return home, walk(home, "record", "skip_pages")


def test_objections_are_recorded_with_their_evidence(told: tuple[Path, Publisher]) -> None:
    rows = ask(
        told[0],
        "select source_id, origin, signal, is_current, evidence, exchange_id is not null"
        " from report.opt_out order by all",
    )
    assert [row[:4] for row in rows] == [
        ("files.example", "tdmrep", "tdm-reservation", True),
        ("pages.example", "header", "tdm-reservation", True),
        ("robots.example", "robots", "CCBot", True),
        ("robots.example", "robots", "GPTBot", True),
    ]
    assert rows[0][4] == "/.well-known/tdmrep.json: / (https://files.example/p)"
    assert "http://pages.example/" in rows[1][4]
    assert rows[2][4] == "User-agent: CCBot / Disallow: /"
    assert all(row[5] for row in rows)


def test_the_setting_decides_what_follows(told: tuple[Path, Publisher]) -> None:
    home, publisher = told
    rows = ask(
        home,
        "select url, stage, outcome, reason from ops.outcomes where stage in ('page', 'article')",
    )
    found = {
        (url.partition("/news")[0].removeprefix("http://"), url[-1], stage): (outcome, reason)
        for url, stage, outcome, reason in rows
    }
    for host in HOSTS:  # recorded only
        assert found[host, "0", "article"][0] == "loaded"
    assert found["robots.example", "1", "page"] == ("skipped", "opted_out")
    assert found["pages.example", "1", "article"] == ("skipped", "opted_out")
    assert found["files.example", "1", "page"] == ("skipped", "opted_out")
    for host in ("free.example", "broken.example"):
        assert found[host, "1", "article"][0] in {"loaded", "unchanged"}
    for host in ("robots.example", "files.example"):
        assert len([one for one in publisher.asked if one.startswith(f"{host}/news")]) == 1
    assert audit(home) == []


def test_a_tdmrep_file_that_is_none_is_counted(told: tuple[Path, Publisher]) -> None:
    rows = ask(
        told[0],
        "select host, status, body_bytes, problem from ops.origin_documents"
        " where kind = 'tdmrep' order by body_bytes, host",
    )
    assert rows == [
        ("free.example", 404, 0, None),
        ("pages.example", 404, 0, None),
        ("robots.example", 404, 0, None),
        ("broken.example", 200, 2, "not_json"),
        ("files.example", 200, len(TDMREP), None),
    ]


def test_hosts_show_what_they_object_to(told: tuple[Path, Publisher]) -> None:
    words = ["hosts", "--home", str(told[0])]
    found = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    objections = {row["host"]: row["opt_outs"] for row in found}
    assert objections == {
        "robots.example": ["CCBot", "GPTBot"],
        "pages.example": ["tdm-reservation"],
        "files.example": ["tdm-reservation"],
        "free.example": [],
        "broken.example": [],
    }
    assert "objects to" in CliRunner().invoke(app, words).output


def test_hosts_show_a_tdmrep_file_that_is_none(told: tuple[Path, Publisher]) -> None:
    words = ["hosts", "--home", str(told[0])]
    found = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    troubles = {row["host"]: row["troubles"] for row in found}
    assert troubles.pop("broken.example") == ["tdmrep.json not understood: not_json"]
    assert not any(troubles.values())
    assert "trouble" in CliRunner().invoke(app, words).output
