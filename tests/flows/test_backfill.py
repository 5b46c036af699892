"""Backfills: from lists of addresses, others' WARC files and our own archive; twice is once."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from walk_support import (
    Page,
    ask,
    audit,
    in_hand,
    make_home,
    run_backfill,
    shelve_pages,
    tables,
    told,
)
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.backfill import make_request, plan_backfill
from flows.newsroom import Newsroom, Served, serve_in_thread
from flows.plan import survey
from warehouse.connection import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

JANUARY = datetime(2022, 1, 20, 12, 0, tzinfo=UTC)
PAGES = tuple(
    Page(number, host="paper.example" if number % 2 else "gazette.test") for number in range(10)
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("backfill") / "newsroom"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")
        with serve_in_thread(Newsroom.load(shelve_pages(folder, PAGES))) as served:
            yield served


@pytest.fixture(autouse=True)
def no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYTASTER_HOST_GAP_SECONDS", "0")


def write_warc(  # noqa: PLR0913 (what a record may tell)
    file: Path,
    records: Sequence[tuple[str, bytes]],
    *,
    at: datetime = JANUARY,
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
    mode: str = "wb",
) -> Path:
    """Write (or with mode ab add) responses as another crawler would, each a second later."""
    with file.open(mode) as stream:
        writer = WARCWriter(stream, gzip=file.suffix == ".gz")
        for number, (url, body) in enumerate(records):
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            moment = at + timedelta(seconds=number)
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=BytesIO(body),
                    length=len(body),  # else warcio keeps a file open
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}"},
                )
            )
    return file


def of(pages: Sequence[Page]) -> list[tuple[str, bytes]]:
    return [(page.url, page.html()) for page in pages]


def rows_of_home(home: Path) -> dict[str, object]:
    """Return what a home holds: rows of all tables, work in hand, files of the archive."""
    names = ask(home, "select schema_name || '.' || table_name from duckdb_tables() order by all")
    counts = {name: ask(home, f"select count(*) from {name}") for (name,) in names}
    archive = [(str(one), one.stat().st_size) for one in sorted(home.rglob("*.warc.gz"))]
    return {"tables": counts, "in hand": in_hand(home), "archive": archive}


# A list of addresses


def test_addresses_are_fetched_once_and_known_the_second_time(
    tmp_path: Path, served: Served
) -> None:
    home = make_home(tmp_path / "home")
    listing = tmp_path / "urls.txt"
    addresses = [page.url for page in PAGES]
    extra = ["", "# a remark", "no address at all", "ftp://paper.example/x", addresses[0]]
    listing.write_text("\n".join(addresses + extra) + "\n", "utf-8")
    plan = plan_backfill(home, urls_file=listing)
    assert plan.counts == {"to_fetch": 10, "bad_address": 2}
    assert any("without a usable address" in line for line in plan.lines())

    first = run_backfill(home, urls_file=listing, connect_to=served.address)
    assert told(first, "article") == {"loaded": 10}
    assert audit(home) == []

    served.newsroom.log.clear()
    assert plan_backfill(home, urls_file=listing).counts == {"known": 10, "bad_address": 2}
    second = run_backfill(home, urls_file=listing, connect_to=served.address)
    assert second["outcomes"] == ()
    assert list(served.newsroom.log) == []


def test_an_address_that_leads_nowhere_is_given_up_with_its_status(
    tmp_path: Path, served: Served
) -> None:
    home = make_home(tmp_path / "home")
    gone = "http://paper.example/gone.html"
    found = run_backfill(home, urls=[gone, PAGES[1].url], connect_to=served.address)
    assert told(found, "page") == {"loaded": 1, "given_up": 1}
    rows = ask(home, "select url, outcome, reason from ops.outcomes where outcome = 'given_up'")
    assert rows == [(gone, "given_up", "http_404")]
    assert found["needs_a_look"]
    again = run_backfill(home, urls=[gone, PAGES[1].url], connect_to=served.address)
    assert again["outcomes"] == ()  # what was asked for and given up is not asked for again


# WARC files of others, and our own archive


class Loaded:
    """A home filled from a WARC file of ten articles, a dead page and a document."""

    def __init__(self, folder: Path) -> None:
        self.warc = write_warc(folder / "others.warc.gz", of(PAGES))
        dead = [("http://paper.example/dead.html", b"<html>gone</html>")]
        write_warc(self.warc, dead, status="404 Not Found", mode="ab")
        paper = [("http://paper.example/report.pdf", b"%PDF-1.7 ...")]
        write_warc(self.warc, paper, kind="application/pdf", mode="ab")
        self.home = make_home(folder / "home")
        self.plan = plan_backfill(self.home, warcs=[self.warc])
        self.summary = run_backfill(self.home, warcs=[self.warc])
        self.tables = tables(self.home)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return Loaded(tmp_path_factory.mktemp("loaded"))


def test_the_plan_says_what_would_be_read_and_what_left_out(loaded: Loaded) -> None:
    assert loaded.plan.counts == {"to_read": 10, "not_a_page": 2}


def test_a_warc_file_of_others_is_loaded(loaded: Loaded) -> None:
    assert told(loaded.summary, "article") == {"loaded": 10}
    assert audit(loaded.home) == []
    seen = ask(loaded.home, "select min(first_seen_at), max(last_seen_at) from news.articles")
    assert seen == [(JANUARY, JANUARY + timedelta(seconds=9))]  # when they were fetched then
    files = ask(
        loaded.home,
        "select count(distinct requested_url) from ops.exchanges where purpose = 'page'",
    )
    assert files == [(10,)]


def test_a_warc_file_read_again_brings_nothing(loaded: Loaded) -> None:
    assert plan_backfill(loaded.home, warcs=[loaded.warc]).counts["known"] == 10
    before = rows_of_home(loaded.home)["archive"]
    again = run_backfill(loaded.home, warcs=[loaded.warc])
    assert again["outcomes"] == ()
    assert tables(loaded.home) == loaded.tables
    # Nothing was copied into our archive a second time.
    after = rows_of_home(loaded.home)["archive"]
    assert [one for one in after if one[1] > 10_000] == [one for one in before if one[1] > 10_000]


def test_a_dry_run_changes_nothing(loaded: Loaded, tmp_path: Path) -> None:
    more = write_warc(tmp_path / "more.warc.gz", of([Page(50), Page(51)]))
    before = rows_of_home(loaded.home)
    files = {one: one.stat().st_mtime_ns for one in loaded.home.glob("archive/**/*.gz")}
    plan = plan_backfill(loaded.home, warcs=[more])
    assert plan.counts == {"to_read": 2}
    assert rows_of_home(loaded.home) == before
    assert {one: one.stat().st_mtime_ns for one in loaded.home.glob("archive/**/*.gz")} == files


def test_a_new_home_is_rebuilt_from_an_archive(loaded: Loaded, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    shutil.rmtree(home / "archive", ignore_errors=True)
    shutil.copytree(loaded.home / "archive", home / "archive")
    found = run_backfill(home)
    assert told(found, "article") == {"loaded": 10}
    assert tables(home) == loaded.tables
    assert audit(home) == []
    assert run_backfill(home)["outcomes"] == ()
    assert tables(home) == loaded.tables


def test_our_own_archive_is_read_as_the_warc_files_of_others_are(
    loaded: Loaded, tmp_path: Path
) -> None:
    home = make_home(tmp_path / "home")
    found = run_backfill(home, warcs=sorted(loaded.home.glob("archive/**/*.warc.gz")))
    assert told(found, "article") == {"loaded": 10}
    assert tables(home) == loaded.tables


# What is newer stays


@pytest.mark.parametrize("newer_first", [True, False])
def test_an_older_state_never_replaces_a_newer_one(tmp_path: Path, *, newer_first: bool) -> None:
    home = make_home(tmp_path / "home")
    old, new = Page(3, edition="early"), Page(3, edition="corrected")
    files = [
        write_warc(tmp_path / "old.warc", of([old]), at=JANUARY),
        write_warc(tmp_path / "new.warc", of([new]), at=JANUARY + timedelta(days=30)),
    ]
    for file in reversed(files) if newer_first else files:
        assert told(run_backfill(home, warcs=[file]), "article") == {"loaded": 1}
    ((headline, versions),) = ask(home, "select headline, versions from news.articles")
    assert headline == new.headline.strip()
    assert versions == 2
    history = ask(
        home,
        "select headline, change_kind, previous_version_id is null, first_seen_at"
        " from news.article_versions order by first_seen_at",
    )
    assert history == [
        (old.headline, "first", True, JANUARY),
        (new.headline, "both", False, JANUARY + timedelta(days=30)),
    ]
    current = ask(
        home,
        "select versions.headline from news.articles"
        " join news.article_versions as versions on version_id = current_version_id",
    )
    assert current == [(new.headline,)]


# Windows


def test_a_window_leaves_out_what_was_published_outside_of_it(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    dated = [
        Page(1, published="2022-01-09T23:59:59+00:00"),
        Page(3, published="2022-01-10T00:00:00+00:00"),
        Page(5, published="2022-01-19T23:59:59+00:00"),
        Page(7, published="2022-01-20T00:00:00+00:00"),
        Page(6, host="gazette.test", published="2022-01-15T00:00:00+00:00"),
    ]
    warc = write_warc(tmp_path / "dated.warc.gz", of(dated), at=JANUARY + timedelta(days=60))
    window = {"since": datetime(2022, 1, 10, tzinfo=UTC), "until": datetime(2022, 1, 20)}  # noqa: DTZ001 (without a zone it is UTC)
    given = {"warcs": [warc], "sources": ["paper.example"], **window}
    plan = survey(
        Home(home),
        make_request(window["since"], window["until"], ["paper.example"], warcs=[warc]),
        0.0,
    )
    assert plan.counts == {"to_read": 4, "outside": 1}
    found = run_backfill(home, **given)
    assert told(found, "article") == {"loaded": 2, "skipped": 2}
    outside = ask(
        home, "select url, outcome, reason from ops.outcomes where outcome = 'skipped' order by url"
    )
    assert outside == [
        (dated[0].url, "skipped", "outside_window"),
        (dated[3].url, "skipped", "outside_window"),
    ]
    assert audit(home) == []
    assert run_backfill(home, **given)["outcomes"] == ()

    # The same archive with a wider window brings the rest.
    rest = run_backfill(home, until=datetime(2022, 2, 1, tzinfo=UTC))
    assert told(rest, "article") == {"loaded": 2}


def test_a_window_on_our_own_archive_goes_by_publication(tmp_path: Path) -> None:
    """Pages may be fetched long after they were published; that is no reason to miss them."""
    home = make_home(tmp_path / "home")
    warc = write_warc(tmp_path / "late.warc.gz", of(PAGES[:3]), at=JANUARY + timedelta(days=400))
    skipped = run_backfill(home, warcs=[warc], until=datetime(2021, 1, 1, tzinfo=UTC))
    assert told(skipped, "article") == {"skipped": 3}
    given = {
        "since": datetime(2022, 1, 13, tzinfo=UTC),
        "until": datetime(2022, 1, 14, tzinfo=UTC),
    }
    assert plan_backfill(home, **given).counts == {"to_read": 3}
    assert told(run_backfill(home, **given), "article") == {"loaded": 3}
