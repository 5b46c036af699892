"""The demo: the whole walk against a newsroom that comes along, told step by step."""

from __future__ import annotations

import asyncio
import shutil
import time
from textwrap import dedent
from typing import TYPE_CHECKING

from rich.panel import Panel

from flows.homes import prepare_home
from flows.newsroom import Newsroom, serve_in_thread
from flows.progress import shown_progress
from flows.report import Summary, print_summary, summary_of
from flows.screen import screen
from flows.shipped import shipped
from flows.sql_prompt import print_result
from flows.subscriptions import fetch_document, subscribe
from transforms.opml import read_opml
from warehouse.connection import Home
from warehouse.console import open_console, run_query

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from flows.newsroom import Served

OPML_URL = "http://newsroom.example/feeds.opml"
MARK = ".copytaster-demo"  # tells a folder that the demo made, and may replace
SETTINGS = """\
# A newsroom on this machine need not be spared: no gap between requests to one host.
host_gap_seconds = 0.0
"""
HELD = """
    select source_id as outlet, record->>'headline' as headline, rule_id as rule, hits.reason
    from ops.quarantine join ops.quarantine_hits as hits using (quarantine_id)
    order by all
"""
DOUBTS = """
    select distinct article.source, article.headline, marks.rule_id as mark, marks.value
    from ops.marks as marks
    join report.article as article on article.version_id = marks.subject_id
    where marks.rule_id like '%date%' order by all
"""
QUERIES = (
    (
        "Which agencies is the news from, and which outlets credit them?",
        """
        select agency, count(distinct source) as outlets,
            string_agg(distinct source, ', ' order by source) as credited_by
        from (select source, unnest(agencies) as agency from report.article)
        group by agency order by outlets desc, agency
        """,
    ),
    (
        "What did the outlets write about the CSTO, in order of publication?",
        """
        select published_at, source, language, headline
        from report.article
        where regexp_matches(headline || body, 'CSTO|ОДКБ|OVKS|OTSC|KGAÖ|集安')
        order by published_at limit 12
        """,
    ),
    (
        "Why is this page not in the tables?",
        "select happened_at, what, detail from report.url_trace('{url}')",
    ),
)


def run_demo(folder: Path, *, is_kept: bool) -> None:
    """Make a home, subscribe to the newsroom's feeds, run twice, and show what came of it.

    A home that an earlier demo made is made anew, unless ``is_kept``.

    Raises: OSError where the folder holds something that no demo made.
    """
    out = screen()
    started = time.monotonic()
    make_room(folder, is_kept=is_kept)
    prepare_home(folder)
    home = Home(folder)
    home.settings.write_text(SETTINGS, encoding="utf-8")
    (folder / MARK).touch()
    with serve_in_thread(Newsroom.load(shipped("newsroom"))) as served:
        _walk(out, home, served)
    out.print(f"\nAll this took {time.monotonic() - started:.0f} s. It stays in {folder}:")
    out.print(f"  copytaster sql --home {folder}            ask more")
    out.print(f"  copytaster status --home {folder}         what there is")
    out.print(f"  duckdb -readonly {home.published}   the same in any SQL client")


def make_room(folder: Path, *, is_kept: bool) -> None:
    """Remove an earlier demo's home; leave anything else alone.

    Raises: FileExistsError where the folder holds something that no demo made.
    """
    if is_kept or not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARK).exists():
        raise FileExistsError(f"{folder} is no demo's folder: name another with --home")
    shutil.rmtree(folder)


def _walk(out: Console, home: Home, served: Served) -> None:
    address = served.address
    out.print(f"[bold]A newsroom of invented outlets is served at {address}[/]")
    document = asyncio.run(fetch_document(home.root, OPML_URL, address))
    done = subscribe(home.root, read_opml(document))
    out.print(f"{done.added} feeds: RSS 2.0, RDF, Atom, JSON Feed and a news sitemap\n")
    _told_run(out, home, address, "First run: everything is new.")
    served.newsroom.set_edition(2)
    _told_run(
        out,
        home,
        address,
        "Second run: articles were retitled, corrected, added; nothing else is read again.",
    )
    _told_run(out, home, address, "Third run: nothing changed; the feeds answer 304.")
    with open_console(home.published) as con:
        out.print("[bold]Kept aside, whole, with the rules that it broke[/] (ops.quarantine)")
        print_result(run_query(con, HELD), out)
        out.print("\n[bold]Loaded, with a doubt about the date[/] (ops.marks)")
        print_result(run_query(con, DOUBTS), out)
    _ask(out, home)


def _told_run(out: Console, home: Home, address: str, title: str) -> Summary:
    from flows.ingest import ingest  # noqa: PLC0415 (its imports are slow: first say hello)

    out.print(f"[bold]{title}[/]")
    with shown_progress():
        result = asyncio.run(ingest(home=home.root, all_feeds=True, connect_to=address))
    summary = summary_of(result)
    print_summary(summary, out)
    out.print()
    return summary


def _ask(out: Console, home: Home) -> None:
    """Show queries with their answers, for a reader to repeat."""
    with open_console(home.published) as con:
        refused = run_query(
            con,
            "select url from ops.outcomes where stage = 'page' and outcome = 'given_up'"
            " order by url limit 1",
        )
        url = refused.rows[0][0] if refused.rows else ""
        for question, query in QUERIES:
            text = dedent(query.format(url=url)).strip()
            out.print(f"\n[bold]{question}[/]")
            out.print(Panel(text, title="copytaster sql", title_align="left", border_style="dim"))
            print_result(run_query(con, text), out)
