"""What a run costs by how much is stored: it should cost what is new in it.

    python tests/benchmarks/growth.py [ARTICLES ...] [--runs N]

The demo's newsroom is walked once; the tables are then grown to so many articles by copies
of what is there, each under other ids and addresses and an hour older than the last. Of
every size one run finds the newsroom's second edition, and others find nothing new. Printed
are CPU seconds of the main process, without what publishing costs (a copy of the file, by
the kernel), which stands apart; worker processes know nothing of what is stored.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flows.run
from flows.homes import prepare_home
from flows.ingest import ingest
from flows.newsroom import Newsroom, serve_in_thread
from flows.shipped import shipped
from flows.subscriptions import subscribe
from warehouse.connection import Home, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from flows.newsroom import Served

SIZES = (0, 100_000, 400_000)
SHARED_IDS = ("source_id", "feed_id", "run_id", "rule_id")
TABLES = (
    *("news.entries", "news.articles", "news.article_urls", "news.article_versions"),
    *("news.article_blocks", "news.article_credits", "news.article_tags", "news.article_doubts"),
    *("ops.exchanges", "ops.outcomes", "ops.wants", "ops.parses", "ops.loads", "ops.marks"),
    *("ops.validation_results", "ops.outlet_pages", "ops.quarantine", "ops.quarantine_hits"),
)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", nargs="*", type=int, default=SIZES, metavar="ARTICLES")
    parser.add_argument("--runs", type=int, default=3, help="runs without news, of which medians")
    given = parser.parse_args()
    published = charge_publishing()
    with (
        tempfile.TemporaryDirectory(prefix="copytaster-growth-") as scratch,
        serve_in_thread(Newsroom.load(shipped("newsroom"))) as served,
    ):
        base = Path(scratch) / "base"
        prepare_home(base)
        settings = "host_gap_seconds = 0.0\npublish_rest_seconds_a_gb = 0\n"
        (base / "settings.toml").write_text(settings, encoding="utf-8")
        subscribe(base, served.newsroom.feeds)
        walk(base, served, 1)
        print(f"{'articles':>10}{'MB':>8}{'with news':>12}{'without':>10}{'publishing':>12}  CPU s")
        for size in given.articles:
            home = Path(scratch) / "grown"
            shutil.copytree(base, home)
            articles = grow_to(Home(home), size)
            megabytes = Home(home).live.stat().st_size / 2**20
            walk(home, served, 1)  # the first run reads the file from the disk
            published.clear()
            news = walk(home, served, 2) - sum(published)
            published.clear()
            idle = [walk(home, served, 2) for _ in range(given.runs)]
            copies = statistics.median(published)
            without = statistics.median(idle) - copies
            print(f"{articles:>10,}{megabytes:>8.0f}{news:>12.2f}{without:>10.2f}{copies:>12.2f}")
            shutil.rmtree(home)


def charge_publishing() -> list[float]:
    """Return an account of the CPU seconds that publishing takes; it fills while runs go on."""
    spent: list[float] = []
    publish: Callable[..., Any] = flows.run.publish

    def charged(*given: Any, **more: Any) -> Any:
        begun = time.process_time()
        try:
            return publish(*given, **more)
        finally:
            spent.append(time.process_time() - begun)

    flows.run.publish = charged
    return spent


def walk(home: Path, served: Served, edition: int) -> float:
    """Poll every feed once, and load what is new; return CPU seconds of this process."""
    served.newsroom.set_edition(edition)
    begun = time.process_time()
    asyncio.run(ingest(home=home, all_feeds=True, connect_to=served.address))
    return time.process_time() - begun


def grow_to(home: Home, articles: int) -> int:
    """Add copies of what is stored, the oldest first; return how many articles there are."""
    with writing(home) as con:
        stored = count(con)
        copies = max(0, articles // stored - 1)
        for table in TABLES:
            con.execute(copying(con, table), [copies])
        return count(con)


def count(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute("select count(*) from news.articles").fetchall()[0][0])


def copying(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the statement that copies a table's rows $1 times."""
    columns = con.execute(
        "select column_name, data_type from duckdb_columns()"
        " where schema_name || '.' || table_name = $1 order by column_index",
        [table],
    ).fetchall()
    copied = ", ".join(copy_of(name, kind) for name, kind in columns)
    return (
        f"insert into {table} select {copied}"
        f" from {table}, range(1, $1::bigint + 1) as copies(nth) order by nth desc"
    )


def copy_of(name: str, kind: str) -> str:
    """Return what stands in a column of the nth copy."""
    if kind == "VARCHAR" and name.endswith(("_id", "hash")) and name not in SHARED_IDS:
        return f"left(md5({name} || nth), length({name}))"
    if kind == "VARCHAR" and name.endswith("url"):
        return f"{name} || '?' || nth"
    if kind.startswith("TIMESTAMP"):
        return f"{name} - to_hours(nth::integer)"
    return "false" if name == "is_remembered" else name  # newer pages have replaced it


if __name__ == "__main__":
    main()
