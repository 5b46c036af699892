from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from transforms.records import FeedState, HostState, OriginDocument, Problem
from warehouse import load, read, register
from warehouse.connection import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import SimpleNamespace

    from transforms.records import Article, Batch
    from warehouse.connection import Home

if TYPE_CHECKING:
    from warehouse.connection import Home


TABLES = (
    "news.entries", "news.articles", "news.article_urls", "news.article_versions",
    "news.article_blocks", "news.article_credits", "news.article_tags", "news.article_doubts",
    "ops.exchanges", "ops.parses", "ops.wants", "ops.outcomes", "ops.quarantine",
    "ops.quarantine_hits", "ops.marks", "ops.validation_results", "ops.feed_state",
    "ops.host_state", "ops.loads", "news.feed_urls",
)  # fmt: skip


def dump(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(con.table(table).fetchall(), key=repr) for table in TABLES}


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def con(home: Home, world: SimpleNamespace) -> Iterator[duckdb.DuckDBPyConnection]:
    with writing(home) as connection:
        register.put_feeds(connection, [world.SOURCE], [world.FEED], world.T0)
        yield connection


def walk(
    world: SimpleNamespace, key: str = "a", hours: float = 0.0
) -> tuple[Batch, Batch, Article]:
    """A poll with one new entry, and the load of its page an hour later."""
    poll = world.exchange(world.FEED_URL, hours)
    entry = world.entry(key, poll)
    want = world.want(entry)
    page = world.exchange(want.url, hours + 1, "page")
    article = world.article(key, page, entry_id=entry.entry_id)
    return world.polls(entry, came=poll), world.pages((article, want, page)), article


def test_feeds_and_sources_are_read_as_they_were_put(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    assert read.feeds(con) == (world.FEED,)
    assert read.sources(con) == (world.SOURCE,)
    renamed = replace(world.FEED, title="Newest")
    register.put_feeds(con, [world.SOURCE], [renamed], world.at(1))
    assert read.feeds(con) == (renamed,)
    (row,) = rows(con, "select added_at, changed_at from news.feeds")
    assert row == {"added_at": world.at(0), "changed_at": world.at(1)}
    (row,) = rows(con, "select changed_at from news.sources")
    assert row == {"changed_at": world.at(0)}


def test_a_deactivated_feed_is_kept_and_not_polled(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    assert register.deactivate_feed(con, world.FEED.feed_id, world.at(1))
    assert not register.deactivate_feed(con, world.FEED.feed_id, world.at(2))
    assert read.feeds(con) == ()
    assert read.feeds(con, active_only=False) == (replace(world.FEED, is_active=False),)


def test_an_entry_is_kept_with_all_that_it_said(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    batch, _, _ = walk(world)
    assert load.load(con, batch).rows["news.entries"] == 1
    entry = batch.entries[0]
    (row,) = rows(con, "select * from news.entries")
    for name in ("guid", "url", "canonical_url", "title", "summary", "content", "raw_updated"):
        assert row[name] == getattr(entry, name)
    assert row["published_at"] == entry.published.at
    assert row["published_raw"] == entry.published.raw
    assert row["authors"] == list(entry.authors)
    assert row["tags"] == [{"name": "World", "origin": "feed"}]
    assert row["first_seen_at"] == row["last_seen_at"] == entry.seen_at
    known = read.known_entries(con, [entry.entry_id, "other"])
    assert list(known) == [entry.entry_id]
    assert known[entry.entry_id].title == entry.title


def test_a_version_is_kept_with_all_that_it_said(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    polls, pages, article = walk(world)
    load.load(con, polls)
    load.load(con, pages)
    (row,) = rows(con, "select * from news.article_versions")
    for name in (
        "version_id", "article_id", "headline", "standfirst", "dateline", "body", "language",
        "kind_reason", "extractor", "words", "amp_url", "requested_url", "entry_id",
    ):  # fmt: skip
        assert row[name] == getattr(article, name), name
    assert [one["origin"] for one in row["date_candidates"]] == ["json-ld", "url"]
    assert row["date_candidates"][0]["at"] == article.date_candidates[0].at
    assert row["change_kind"] == "first"
    blocks = rows(con, "select kind, text, credit from report.article_block order by position")
    assert [(one["kind"], one["text"], one["credit"]) for one in blocks] == [
        (block.kind, block.text, block.credit) for block in article.blocks
    ]
    stored = rows(con, "select text from news.article_blocks where kind = 'paragraph'")
    assert [one["text"] for one in stored] == [None, None]
    (entry,) = rows(con, "select article_id from news.entries")
    assert entry["article_id"] == article.article_id
    assert read.known_versions(con, [article.version_id, "x"]) == {article.version_id}
    found = read.known_articles_by_url(
        con, ["https://courier.example/a", "https://courier.example/b"]
    )
    assert found == {"https://courier.example/a": article.article_id}


def test_loading_twice_changes_nothing(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    batches = walk(world)[:2]
    for batch in batches:
        assert not load.load(con, batch).was_loaded_before
    before = dump(con)
    for batch in batches:
        again = load.load(con, batch)
        assert again.was_loaded_before
        assert again.rows == {}
    assert dump(con) == before
    assert read.is_loaded(con, batches[0].load_id)
    assert not read.is_loaded(con, "other")


def test_the_same_pages_under_another_load_add_no_rows_but_outcomes(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    polls, pages, _ = walk(world)
    load.load(con, polls)
    load.load(con, pages)
    before = dump(con)
    load.load(con, replace(pages, load_id="another", run_id="run-2"))
    after = dump(con)
    grown = {table for table in TABLES if len(after[table]) != len(before[table])}
    assert grown == {"ops.outcomes", "ops.loads", "ops.validation_results"}


def test_a_retitled_entry_is_one_row_that_remembers(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    first, second = (world.exchange(world.FEED_URL, hours) for hours in (0, 1))
    load.load(con, world.polls(world.entry("a", first), came=first))
    load.load(con, world.polls(world.entry("a", second, title="Better"), came=second))
    (row,) = rows(con, "select * from news.entries")
    assert row["title"] == "Better"
    assert row["first_title"] == "Title of a"
    assert row["titles_seen"] == ["Title of a", "Better"]
    assert (row["first_seen_at"], row["last_seen_at"]) == (world.at(0), world.at(1))
    assert row["exchange_id"] == second.exchange_id
    assert row["first_exchange_id"] == first.exchange_id


def test_an_older_sight_never_replaces_a_newer_entry(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    new, old = (world.exchange(world.FEED_URL, hours) for hours in (5, 0))
    load.load(con, world.polls(world.entry("a", new, title="New"), came=new))
    load.load(con, world.polls(world.entry("a", old, title="Old"), came=old))
    (row,) = rows(con, "select * from news.entries")
    assert row["title"] == "New"
    assert row["first_title"] == "Old"
    assert set(row["titles_seen"]) == {"Old", "New"}
    assert (row["first_seen_at"], row["last_seen_at"]) == (world.at(0), world.at(5))


def test_snapshots_in_one_batch_come_out_as_if_loaded_one_by_one(
    new_home: Callable[[str], Home], world: SimpleNamespace
) -> None:
    exchanges = [world.exchange(world.FEED_URL, hours) for hours in range(4)]
    titles = ["One", "Two", "Two", "One"]
    entries = [
        world.entry("a", came, title=title) for came, title in zip(exchanges, titles, strict=True)
    ]
    with writing(new_home("first")) as con:
        for came, entry in zip(exchanges, entries, strict=True):
            load.load(con, world.polls(entry, came=came))
        one_by_one = rows(con, "select * from news.entries")
    with writing(new_home("second")) as con:
        load.load(con, world.polls(*entries, came=exchanges[0]))
        at_once = rows(con, "select * from news.entries")
    assert one_by_one == at_once


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"headline": "Quite another"}, "headline"),
        ({"body": "First paragraph.\nThird."}, "body"),
        ({"headline": "Quite another", "body": "All new."}, "both"),
        ({"standfirst": "In short"}, "standfirst"),
        ({"body": "First  paragraph!\nSecond."}, "trivial"),
    ],
)
def test_a_changed_page_is_a_new_version_of_its_kind(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace, change: dict[str, str], kind: str
) -> None:
    _, pages, first = walk(world)
    load.load(con, pages)
    came = world.exchange(first.requested_url, 9, "page", payload=b"another page")
    second = world.article("a", came, **change)
    load.load(con, world.pages((second, pages.wants[0], came)))
    found = rows(con, "from news.article_versions order by first_seen_at")
    assert [row["change_kind"] for row in found] == ["first", kind]
    assert found[1]["previous_version_id"] == first.version_id
    (row,) = rows(con, "from news.articles")
    assert row["current_version_id"] == second.version_id
    assert row["versions"] == 2
    assert row["headline"] == second.headline


@pytest.mark.parametrize("how", ["same exchange", "same bytes"])
def test_the_same_page_read_differently_is_a_change_of_the_extractor(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace, how: str
) -> None:
    _, pages, first = walk(world)
    load.load(con, pages)
    came = pages.exchanges[0]
    if how == "same bytes":
        came = world.exchange(first.requested_url, 9, "page", payload=came.payload)
    second = world.article("a", came, body="Much more text.", extractor="copytaster 0.2.0")
    batch = world.pages((second, pages.wants[0], came), name="again", at=world.at(20))
    load.load(con, batch)
    found = rows(con, "from news.article_versions order by first_loaded_at")
    assert [row["change_kind"] for row in found] == ["first", "extractor"]
    (row,) = rows(con, "from news.articles")
    assert row["current_version_id"] == second.version_id


def test_an_older_version_never_becomes_current(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    _, pages, new = walk(world, hours=10)
    load.load(con, pages)
    came = world.exchange(new.requested_url, 2, "page", payload=b"older")
    old = world.article("a", came, headline="Older", body="Older text.")
    load.load(con, world.pages((old, pages.wants[0], came), at=world.at(99)))
    (row,) = rows(con, "from news.articles")
    assert row["current_version_id"] == new.version_id
    assert row["headline"] == new.headline
    assert (row["first_seen_at"], row["last_seen_at"]) == (world.at(2), world.at(11))
    found = rows(con, "from news.article_versions order by first_seen_at")
    assert [row["change_kind"] for row in found] == ["first", "both"]


def test_the_order_of_loads_does_not_decide(
    new_home: Callable[[str], Home], world: SimpleNamespace
) -> None:
    texts = ["One.", "Two.", "One.", "Three."]
    batches = []
    for number, text in enumerate(texts):
        came = world.exchange("https://courier.example/a", number, "page", payload=text.encode())
        article = world.article("a", came, body=text)
        want = world.want(world.entry("a", came))
        batches.append(world.pages((article, want, came), at=world.at(50)))
    seen = []
    for number in range(3):
        random.Random(number).shuffle(batches)
        with writing(new_home(f"home-{number}")) as con:
            for batch in batches:
                load.load(con, batch)
            tables = dump(con)
            seen.append(
                {
                    name: rows
                    for name, rows in tables.items()
                    if "articles" in name or "article_" in name
                }
            )
    assert seen[0] == seen[1] == seen[2]


def test_new_code_replaces_the_details_of_a_version(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    _, pages, first = walk(world)
    load.load(con, pages)
    better = replace(
        first, extractor="copytaster 0.2.0", credits=first.credits[:1], doubts=(), tags=()
    )
    load.load(con, replace(pages, load_id="again", articles=(better,), run_id="run-2"))
    (row,) = rows(con, "from news.article_versions")
    assert row["extractor"] == "copytaster 0.2.0"
    counts = {
        table: len(con.table(f"news.article_{table}").fetchall())
        for table in ("blocks", "credits", "tags", "doubts")
    }
    assert counts == {"blocks": 3, "credits": 1, "tags": 0, "doubts": 0}
    assert rows(con, "select has_date_conflict from news.articles") == [
        {"has_date_conflict": False}
    ]


def test_a_quarantined_record_is_kept_whole_with_its_rules(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    polls, pages, article = walk(world)
    want, came = pages.wants[0], pages.exchanges[0]
    held = replace(
        pages,
        articles=(),
        quarantined=(world.quarantined(article, want),),
        outcomes=(
            world.outcome("page", want.want_id, came),
            world.outcome("article", want.want_id, came, "quarantined"),
        ),
    )
    load.load(con, polls)
    load.load(con, held)
    load.load(con, replace(held, load_id="again"))
    (row,) = rows(con, "select *, record ->> 'body' as body from ops.quarantine")
    assert row["body"] == article.body
    assert row["severity"] == "critical"
    assert row["status"] == "held"
    assert row["rule_ids"] == [world.HIT.rule_id]
    hits = rows(con, "select rule_id, column_name, severity from ops.quarantine_hits order by all")
    assert [(hit["column_name"], hit["severity"]) for hit in hits] == [
        ("body", "critical"),
        ("words", "warning"),
    ]
    assert rows(con, "from report.outcome_audit") == []


def test_marks_follow_the_record(con: duckdb.DuckDBPyConnection, world: SimpleNamespace) -> None:
    batch, _, _ = walk(world)
    subject = batch.entries[0].entry_id
    mark = replace(world.HIT, severity="warning")
    load.load(con, replace(batch, marks=((subject, mark), (subject, replace(mark, column="b")))))
    assert len(rows(con, "from ops.marks")) == 2
    load.load(con, replace(batch, load_id="2", marks=((subject, replace(mark, value="now")),)))
    (row,) = rows(con, "from ops.marks")
    assert row["value"] == "now"
    load.load(con, replace(batch, load_id="3"))
    assert rows(con, "from ops.marks") == []


def test_states_are_copied_and_never_go_back(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    batch, _, _ = walk(world)
    new = FeedState(
        feed_id=world.FEED.feed_id, url="https://new.example/rss", polls=5, polled_at=world.at(5),
        distrusted_at=world.at(2), declared_minutes=60, skip_hours=(1, 2), skip_days=("Sunday",),
        marks=("a",), moving_polls=1,
    )  # fmt: skip
    old = new._replace(url=world.FEED_URL, polls=1, polled_at=world.at(1))
    host = HostState(host="courier.example", requests=3)
    document = OriginDocument(
        origin="https://courier.example", kind="robots", host="courier.example",
        body=b"User-agent: *", status=200, expires_at=world.at(9),
    )  # fmt: skip
    told = replace(batch, feed_states=(new,), host_states=(host,), origin_documents=(document,))
    load.load(con, told)
    older = replace(document, body=None, status=503, expires_at=world.at(8))
    load.load(con, replace(batch, load_id="1b", origin_documents=(older,)))
    load.load(con, replace(batch, load_id="2", feed_states=(old,)))
    (row,) = rows(con, "from ops.feed_state")
    assert (row["url"], row["polls"]) == (new.url, 5)
    assert (row["distrusted_at"], row["declared_minutes"]) == (new.distrusted_at, 60)
    assert (row["skip_hours"], row["skip_days"]) == ([1, 2], ["Sunday"])
    later = new._replace(polls=6, polled_at=world.at(6), skip_hours=())
    load.load(con, replace(batch, load_id="3", feed_states=(later,)))
    (row,) = rows(con, "from ops.feed_state")
    assert (row["skip_hours"], row["moving_polls"]) == ([], 1)
    (row,) = rows(con, "from ops.host_state")
    assert row["requests"] == 3
    (row,) = rows(con, "from ops.origin_documents")
    assert (row["origin"], row["status"], row["body_bytes"]) == (document.origin, 200, 13)
    assert len(rows(con, "from news.feed_urls")) == 2


def test_a_failed_exchange_keeps_its_problem_and_counts(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    came = world.exchange(
        world.FEED_URL, status=None, payload=b"", headers=(), place=None,
        problem=Problem(stage="poll", subject=world.FEED_URL, code="timeout", detail="after 30 s"),
    )  # fmt: skip
    batch = replace(world.polls(came=came), parsed=())
    load.load(con, batch)
    (row,) = rows(con, "from ops.exchanges")
    assert (row["problem_code"], row["status"], row["payload_hash"]) == ("timeout", None, None)
    assert (row["item_id"], row["source_id"]) == (world.FEED.feed_id, "courier.example")


def test_a_lone_surrogate_does_not_stop_a_batch(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    poll = world.exchange(world.FEED_URL)
    load.load(con, world.polls(world.entry("a", poll, title="broken \ud800 pair"), came=poll))
    assert rows(con, "select title from news.entries") == [{"title": "broken \ufffd pair"}]


def test_an_entry_loaded_after_its_article_is_linked_to_it(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    polls, pages, article = walk(world)
    load.load(con, pages)
    load.load(con, polls)
    assert rows(con, "select article_id from news.entries") == [{"article_id": article.article_id}]


def test_an_error_in_mid_load_leaves_nothing(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    polls, _, _ = walk(world)
    broken = replace(polls, entries=(replace(polls.entries[0], source_id=None),))
    before = dump(con)
    with pytest.raises(duckdb.ConstraintException):
        load.load(con, broken)
    assert dump(con) == before
    load.load(con, polls)
    assert len(rows(con, "from news.entries")) == 1


def test_runs_begin_end_and_die(con: duckdb.DuckDBPyConnection, world: SimpleNamespace) -> None:
    register.begin_run(con, "r1", "ingest", {"all": True}, world.at(0), "0.1.0")
    register.begin_run(con, "r2", "backfill", {}, world.at(0), "0.1.0")
    register.end_run(con, "r1", "done", world.at(1), {"loaded": 3})
    assert register.mark_dead_runs(con, ["r1", "r2"], world.at(2)) == 1
    found = {row["run_id"]: row for row in rows(con, "from ops.runs")}
    assert (found["r1"]["status"], found["r1"]["counts"]) == ("done", '{"loaded":3}')
    assert (found["r2"]["status"], found["r2"]["ended_at"]) == ("dead", world.at(2))


def test_ten_thousand_keys_are_looked_up_at_once(
    con: duckdb.DuckDBPyConnection, world: SimpleNamespace
) -> None:
    poll = world.exchange(world.FEED_URL)
    load.load(con, world.polls(world.entry("a", poll), came=poll))
    keys = [f"{number:024x}" for number in range(10_000)] + [world.entry("a", poll).entry_id]
    begun = time.process_time()
    assert len(read.known_entries(con, keys)) == 1
    assert time.process_time() - begun < 1.0


LOADERS = """
import importlib.util, os, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("world", sys.argv[1])
world = importlib.util.module_from_spec(spec)
spec.loader.exec_module(world)
from warehouse import load, register
from warehouse.connection import Home, writing
def load_on_and_on(number):
    while True:
        with writing(Home(Path(sys.argv[2]))) as con:
            pairs = []
            for index in range(40):
                came = world.exchange(f"https://courier.example/{number}/{index}", 0, "page")
                entry = world.entry(f"{number}/{index}", came)
                article = world.article(f"{number}/{index}", came, body="Text. " * 300)
                pairs.append((article, world.want(entry), came))
            load.load(con, world.pages(*pairs))
        number += 1
        print(os.getpid(), flush=True)

for line in sys.stdin:  # a loader for each line, told by its process id once it has loaded
    if (child := os.fork()) == 0:
        load_on_and_on(int(line))
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


def test_kill_9_in_mid_load_leaves_nothing_half_done(home: Home, world: SimpleNamespace) -> None:
    chance = random.Random(7)
    loaders = subprocess.Popen(
        [sys.executable, "-c", LOADERS, world.__file__, str(home.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for round_number in range(5):
        loaders.stdin.write(f"{round_number * 1000}\n")
        loaders.stdin.flush()
        child = int(loaders.stdout.readline())
        time.sleep(chance.random() * 0.4)
        os.kill(child, signal.SIGKILL)
        while loaders.stdout.readline() != "gone\n":
            pass
        with writing(home) as con:
            assert_nothing_is_half_loaded(con)
    loaders.communicate("")


def assert_nothing_is_half_loaded(con: duckdb.DuckDBPyConnection) -> None:
    loads = con.execute("select count(*) from ops.loads").fetchall()[0][0]
    assert loads > 0
    for table, each in (
        ("news.articles", 40), ("news.article_versions", 40), ("news.article_blocks", 80),
        ("ops.outcomes", 80), ("ops.exchanges", 40), ("news.article_credits", 80),
    ):  # fmt: skip
        assert len(con.table(table).fetchall()) == loads * each, table
    assert con.execute("from report.outcome_audit").fetchall() == []
