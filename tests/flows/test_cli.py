"""The command line: help that teaches, exit codes, errors in one clear line, answers to read."""

from __future__ import annotations

import csv
import gzip
import io
import json
import signal
import socket
import subprocess
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pa_parquet
import pytest
from walk_processes import COMMAND, PAUSE_SECONDS, WARM, killed_at_the_end, launcher
from walk_support import Page, in_hand, make_home, shelve_pages

from flows.extracting import extract_stored, read_listing
from flows.newsroom import Newsroom, Served, serve_in_thread
from transforms.opml import read_opml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from walk_processes import Running

PAGES = tuple(Page(number, host=f"outlet{number % 3}.example") for number in range(6))
COMMANDS = (
    *(
        "demo",
        "init",
        "ingest",
        "backfill",
        "reprocess",
        "upkeep",
        "publish",
        "status",
        "sql",
        "extract",
    ),
    *("newsroom", "feeds", "feeds add", "feeds list", "feeds import", "feeds export"),
)


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Running]:
    """Run a command to its end; give its exit code, output and complaints."""
    logs, numbers = tmp_path_factory.mktemp("logs"), count()

    def run(*argv: object, code: int = 0) -> Running:
        running = launcher().start(*argv, log=logs / f"{next(numbers)}.txt")
        assert running.wait() == code, running.printed() + running.complained()
        return running

    return run


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("cli-newsroom") / "pages"
    with serve_in_thread(Newsroom.load(shelve_pages(folder, PAGES))) as served:
        yield served


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, cli: Callable[..., Running], served: Served
) -> Path:
    """A home that `copytaster` alone has made and filled."""
    folder = tmp_path_factory.mktemp("cli") / "home"
    cli("init", "--home", folder)
    told = cli(
        *("feeds", "import", "http://newsroom.example/feeds.opml"),
        *("--home", folder, "--connect-to", served.address),
    )
    assert told.printed() == "3 feeds added, 0 known already\n"
    done = cli("ingest", "--home", folder, "--connect-to", served.address, "--json")
    summary = json.loads(done.printed())
    assert summary["kind"] == "ingest"
    assert summary["audit_rows"] == 0
    assert {"stage": "article", "outcome": "loaded", "reason": "accepted", "items": 6} in [
        one | {"reason": "accepted"} for one in summary["outcomes"]
    ]
    return folder


# Help


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_tells_what_each_command_does(cli: Callable[..., Running], command: str) -> None:
    said = cli(*command.split(), "--help").printed()
    assert "Usage: copytaster" in said
    assert len(said.splitlines()) > 8
    if command in {"ingest", "backfill", "status"}:
        assert "Exit codes" in said


def test_without_a_command_the_help_is_shown(cli: Callable[..., Running]) -> None:
    said = cli(code=2)
    assert "copytaster demo" in said.printed() + said.complained()


# What could not run: exit code 2, and one line that says why


def refused(cli: Callable[..., Running], *argv: object) -> str:
    running = cli(*argv, code=2)
    said = running.complained().strip()
    assert running.printed() == ""
    assert said.startswith("copytaster: ")
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize(
    "command",
    [
        ("ingest",),
        ("backfill",),
        ("status",),
        ("sql", "select 1"),
        ("feeds", "list"),
        ("feeds", "add", "http://a.example/rss"),
        ("feeds", "export"),
        ("reprocess",),
        ("upkeep",),
        ("publish",),
    ],
)
def test_a_missing_home_is_named_with_the_remedy(
    cli: Callable[..., Running], tmp_path: Path, command: tuple[str, ...]
) -> None:
    said = refused(cli, *command, "--home", tmp_path / "nowhere")
    assert "copytaster init" in said
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("batch_pages = 0\n", "batch_pages"),
        ("no_such_setting = 1\n", "no_such_setting"),
        ("this is no TOML\n", "settings.toml"),
    ],
)
def test_bad_settings_are_named(
    cli: Callable[..., Running], tmp_path: Path, text: str, word: str
) -> None:
    home = make_home(tmp_path / "home")
    (home / "settings.toml").write_text(text, "utf-8")
    assert word in refused(cli, "ingest", "--home", home)
    assert word in refused(cli, "status", "--home", home)


def test_a_bad_connect_to_is_named(cli: Callable[..., Running], home: Path) -> None:
    assert "connect_to" in refused(cli, "ingest", "--home", home, "--connect-to", "nonsense")


def test_a_taken_port_and_a_folder_without_pages_are_told(
    cli: Callable[..., Running], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert "records.jsonl" in refused(cli, "newsroom", tmp_path / "empty")
    folder = shelve_pages(tmp_path / "pages", PAGES[:1])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in refused(cli, "newsroom", folder, "--port", port)


def test_unusable_arguments_are_told(
    cli: Callable[..., Running], home: Path, tmp_path: Path
) -> None:
    cli("backfill", "--home", home, "--since", "yesterday", code=2)
    cli("backfill", "--home", home, "--urls", tmp_path / "none.txt", code=2)
    cli("extract", code=2)
    no_opml = tmp_path / "no.opml"
    no_opml.write_text("<html></html>", "utf-8")
    assert "OPML" in refused(cli, "feeds", "import", no_opml, "--home", home)


# Subscriptions


def test_subscriptions_survive_a_round_trip(cli: Callable[..., Running], tmp_path: Path) -> None:
    homes = [make_home(tmp_path / name) for name in ("first", "second")]
    cli(
        *("feeds", "add", "http://one.example/rss", "--name", "The One", "--country", "kz"),
        *("--language", "ru", "--title", "News & views", "--home", homes[0]),
    )
    cli("feeds", "add", "http://two.example/a", "http://two.example/b", "--home", homes[0])
    again = cli("feeds", "add", "http://two.example/a", "--home", homes[0])
    assert again.printed() == "0 feeds added, 1 known already\n"
    bad = cli("feeds", "add", "no address", "--home", homes[0], code=1)
    assert "not added: no address" in bad.complained()

    file = tmp_path / "feeds.opml"
    cli("feeds", "export", file, "--home", homes[0])
    assert cli("feeds", "export", "--home", homes[0]).printed().encode() == file.read_bytes()
    assert len(read_opml(file.read_bytes())) == 3
    cli("feeds", "import", file, "--home", homes[1])
    lists = [json.loads(cli("feeds", "list", "--json", "--home", home).printed()) for home in homes]
    assert lists[0] == lists[1]
    assert [row["url"] for row in lists[0]] == [
        *("http://one.example/rss", "http://two.example/a", "http://two.example/b"),
    ]
    assert cli("feeds", "export", "--home", homes[1]).printed().encode() == file.read_bytes()
    assert "3 feeds" in cli("feeds", "list", "--home", homes[1]).printed()


# What there is


def test_status_can_be_read_by_a_program_and_by_people(
    cli: Callable[..., Running], home: Path
) -> None:
    status = json.loads(cli("status", "--home", home, "--json").printed())
    assert status["counts"]["articles"] == 6
    assert status["counts"]["active_feeds"] == 3
    assert status["audit_rows"] == 0
    assert status["pages_waiting"] == 0
    assert status["runs"][0]["status"] == "done"
    assert not status["needs_a_look"]
    assert "every item accounted for" in cli("status", "--home", home).printed()


def test_status_tells_nothing_lost_while_a_run_goes_on(
    cli: Callable[..., Running], tmp_path: Path, served: Served
) -> None:
    home = make_home(tmp_path / "home", served.newsroom)
    given = ("ingest", "--home", home, "--connect-to", served.address)
    env = WARM | {"COPYTASTER_HOST_GAP_SECONDS": "60"}  # pages wait for the poll of their host
    with killed_at_the_end(launcher().start(*given, log=tmp_path / "log", env=env)) as running:
        while not in_hand(home).pages or in_hand(home).polls:
            assert running.ended() is None
            time.sleep(PAUSE_SECONDS)
        status = json.loads(cli("status", "--home", home, "--json").printed())
        assert running.ended() is None
    assert status["pages_waiting"] > 0
    assert status["audit_rows"] == 0


def test_a_copy_that_rests_is_told_of_and_renewed_on_demand(
    cli: Callable[..., Running], tmp_path: Path, served: Served
) -> None:
    home = make_home(tmp_path / "home", served.newsroom)
    (home / "settings.toml").write_text("publish_rest_seconds_a_gb = 1e12\n", encoding="utf-8")
    count = ("sql", "select count(*) from news.articles", "--format", "csv", "--home", home)
    said = cli("ingest", "--home", home, "--connect-to", served.address).printed()
    assert "`copytaster publish`" in said
    assert cli(*count).printed().split()[-1] == "0"
    assert "renewed" in cli("publish", "--home", home).printed()
    assert cli(*count).printed().split()[-1] == "6"
    assert not json.loads(cli("publish", "--home", home, "--json").printed())["is_renewed"]


def test_an_ingest_with_failures_ends_with_one(
    cli: Callable[..., Running], tmp_path: Path, served: Served
) -> None:
    home = make_home(tmp_path / "home")
    cli("feeds", "add", "http://nobody.example/feed.xml", "--home", home)
    given = ("--home", home, "--connect-to", served.address)
    said = cli("ingest", *given, code=1).printed()
    assert "http_404" in said
    assert "nothing was due" in cli("ingest", *given).printed()
    assert cli("ingest", "--all", "--quiet", *given, code=1).printed() == ""


def test_a_dry_run_prints_the_plan_and_changes_nothing(
    cli: Callable[..., Running], home: Path, tmp_path: Path
) -> None:
    listing = tmp_path / "urls.txt"
    listing.write_text(f"{PAGES[0].url}\nhttp://other.example/news/1\nnonsense\n", "utf-8")
    before = {one: one.stat().st_mtime_ns for one in home.rglob("*.gz")}
    runs = json.loads(cli("status", "--home", home, "--json").printed())["runs"]
    given = ("backfill", "--home", home, "--urls", listing, "--dry-run")
    said = cli(*given).printed()
    assert "1 to fetch from 1 host\n" in said
    assert "1 known already" in said
    assert "1 without a usable address, left out: 'nonsense'\n" in said
    counts = json.loads(cli(*given, "--json").printed())
    assert counts == {"known": 1, "to_fetch": 1, "bad_address": 1}
    assert json.loads(cli("status", "--home", home, "--json").printed())["runs"] == runs
    assert {one: one.stat().st_mtime_ns for one in home.rglob("*.gz")} == before


def test_a_home_of_an_older_version_is_brought_up_to_date_before_it_is_used(
    cli: Callable[..., Running], tmp_path: Path
) -> None:
    home = tmp_path / "older"
    cli("init", "--home", home)
    with duckdb.connect(str(home / "live.duckdb")) as con:
        con.execute("update ops.schema_version set checksum = 'older' where name = 'views'")
    for command in ("status", "ingest"):
        assert "`copytaster init`" in cli(command, "--home", home, code=2).complained()
    cli("init", "--home", home)
    cli("ingest", "--home", home)
    assert [
        run["status"]
        for run in json.loads(cli("status", "--home", home, "--json").printed())["runs"]
    ] == ["done"]


def test_a_backfill_of_nothing_that_can_be_read_says_so_and_does_nothing(
    cli: Callable[..., Running], home: Path, tmp_path: Path
) -> None:
    empty, torn = tmp_path / "empty.txt", tmp_path / "no.warc"
    empty.write_text("# none yet\n\n", "utf-8")
    torn.write_text("no archive", "utf-8")
    runs = json.loads(cli("status", "--home", home, "--json").printed())["runs"]
    assert "has no addresses" in refused(cli, "backfill", "--home", home, "--urls", empty)
    assert "no.warc" in refused(cli, "backfill", "--home", home, "--warc", torn)
    assert json.loads(cli("status", "--home", home, "--json").printed())["runs"] == runs
    listing = tmp_path / "urls.txt"
    listing.write_text(f"{PAGES[0].url}\n", "utf-8")
    given = ("backfill", "--home", home, "--urls", listing, "--warc", torn)
    assert (
        "nothing was to be done" in cli(*given, code=1).printed()
    )  # what was left out wants a look


# SQL

QUERY = "select headline, published_at, words from report.article order by headline"


def test_answers_come_as_table_csv_json_and_parquet(
    cli: Callable[..., Running], home: Path, tmp_path: Path
) -> None:
    headlines = sorted(page.headline.strip() for page in PAGES)
    assert "(6 rows)" in cli("sql", QUERY, "--home", home).printed()
    rows = list(
        csv.DictReader(io.StringIO(cli("sql", QUERY, "--home", home, "-f", "csv").printed()))
    )
    assert [row["headline"] for row in rows] == headlines
    found = json.loads(cli("sql", QUERY, "--home", home, "--format", "json").printed())
    assert [row["headline"] for row in found] == headlines
    assert {row["published_at"] for row in found} == {"2022-01-13T09:30:00Z"}
    file = tmp_path / "answer.parquet"
    cli("sql", QUERY, "--home", home, "-f", "parquet", "-o", file)
    assert pa_parquet.read_table(file)["headline"].to_pylist() == headlines


@pytest.mark.parametrize(
    "query",
    [
        "copy (select 1) to '{}/stolen.csv'",
        "from read_csv('/etc/passwd')",
        "from '/etc/passwd'",
        "attach '{}/other.db'",
        "install httpfs",
        "set enable_external_access = true",
        "delete from news.articles",
        "select 1; select 2",
        "selekt",
    ],
)
def test_what_an_analyst_may_not_ask_is_refused(
    cli: Callable[..., Running], home: Path, tmp_path: Path, query: str
) -> None:
    assert "root:" not in refused(cli, "sql", query.format(tmp_path), "--home", home)
    assert list(tmp_path.iterdir()) == []


# Extraction by hand

KEYS = {
    *("id", "text", "title", "published_at", "authors", "language", "kind", "blocks", "credits"),
    "problem",
}


def write_listing(folder: Path) -> Path:
    """Write pages, plain and packed, one that is none, and a list of them in a folder above."""
    (folder / "pages").mkdir()
    rows = []
    for page in PAGES:
        name = f"pages/{page.number}.html" + (".gz" if page.number % 2 else "")
        body = page.html()
        (folder / name).write_bytes(gzip.compress(body) if page.number % 2 else body)
        rows.append({"id": f"p{page.number}", "url": page.url, "html_file": name})
    (folder / "pages" / "empty.html").write_bytes(b"")
    (folder / "pages" / "script.html").write_bytes(b"<title>Drawn by scripts</title><p> </p>")
    rows.insert(3, {"id": "empty", "url": "http://a.example/e", "html_file": "pages/empty.html"})
    rows.append({"id": "script", "url": "http://a.example/s", "html_file": "pages/script.html"})
    rows.append({"id": "gone", "url": "http://a.example/g", "html_file": "pages/gone.html"})
    listing = folder / "list.jsonl"
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return listing


def test_a_list_of_pages_is_extracted_in_its_order(
    cli: Callable[..., Running], tmp_path: Path
) -> None:
    lines = cli("extract", "--jsonl", write_listing(tmp_path), code=1).printed().splitlines()
    found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [one["id"] for one in found] == [
        "p0",
        "p1",
        "p2",
        "empty",
        "p3",
        "p4",
        "p5",
        "script",
        "gone",
    ]
    assert all(one.keys() >= KEYS for one in found)
    articles = [one for one in found if one["problem"] is None]
    assert [one["id"] for one in articles] == [f"p{page.number}" for page in PAGES]
    for one, page in zip(articles, PAGES, strict=True):
        assert one["title"] == page.headline.strip()
        assert one["published_at"] == page.published
        assert one["authors"] == ["Ada Example"]
        assert one["text"].count("\n") == 6  # seven paragraphs
        assert one["language"] == "en"
    assert all(one["text"] == "" and one["problem"]["code"] for one in found if one["problem"])
    assert (found[-2]["title"], found[-2]["problem"]["code"]) == (
        "Drawn by scripts",
        "no_main_text",
    )


def test_stored_pages_need_no_address_that_can_be_read(tmp_path: Path) -> None:
    page, listing = PAGES[0], tmp_path / "list.jsonl"
    (tmp_path / "page.html").write_bytes(page.html())
    rows = [{"html_file": "page.html"} | more for more in ({}, {"url": None}, {"url": "kept::a.b"})]
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = [extract_stored(stored) for stored in read_listing(listing)]
    assert [one["title"] for one in found] == [page.headline.strip()] * len(rows)
    assert [one["problem"] for one in found] == [None] * len(rows)


@pytest.mark.parametrize("line", ["{", '"text"', '{"url": "http://a.example/"}'])
def test_a_bad_line_of_a_list_is_named(
    cli: Callable[..., Running], tmp_path: Path, line: str
) -> None:
    listing = tmp_path / "list.jsonl"
    listing.write_text(line + "\n", "utf-8")
    assert "line 1" in refused(cli, "extract", "--jsonl", listing)


def test_one_page_is_extracted_whether_plain_or_packed(
    cli: Callable[..., Running], tmp_path: Path
) -> None:
    page = PAGES[0]
    plain, packed = tmp_path / "page.html", tmp_path / "page.html.gz"
    plain.write_bytes(page.html())
    packed.write_bytes(gzip.compress(page.html()))
    found = [
        json.loads(cli("extract", file, "--url", page.url).printed()) for file in (plain, packed)
    ]
    assert found[0] == found[1]
    assert found[0]["title"] == page.headline.strip()

    packed.write_bytes(packed.read_bytes()[:-20])
    refused(cli, "extract", packed, "--url", page.url)
    plain.write_bytes(b"\x00\x01 no page")
    cli("extract", plain, "--url", page.url, code=1)


# The installed command itself


@pytest.mark.slow
def test_the_newsroom_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    folder = shelve_pages(tmp_path / "pages", PAGES)
    with subprocess.Popen(
        [COMMAND, "newsroom", folder, "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        usage = process.stdout.readline()
        assert usage.startswith("3 feeds at 127.0.0.1:")
        address = usage.split()[3].rstrip(":")
        host, port = address.rsplit(":", 1)
        socket.create_connection((host, int(port)), timeout=10).close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.slow
def test_the_installed_command_is_quick_to_say_what_it_is(tmp_path: Path) -> None:
    started = time.monotonic()
    done = subprocess.run(
        [COMMAND, "status", "--home", tmp_path / "none"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "copytaster init" in done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - started < 30
