"""What the tests of the whole walk share: newsrooms, homes, and what the tables hold."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import json
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.backfill import backfill
from flows.homes import prepare_home
from flows.ingest import ingest
from flows.subscriptions import subscribe
from warehouse.connection import Home, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.newsroom import Newsroom

FUNDUS = Path(__file__).parents[3] / "shared" / "data" / "pages" / "fundus-parser-tests"
needs_fundus = pytest.mark.skipif(not FUNDUS.exists(), reason="the pages are not on this machine")


# Newsrooms and homes


def shelve_subset(folder: Path, count: int) -> Path:
    """Make a newsroom of every so many of the stored pages, in a folder of its own."""
    lines = (FUNDUS / "records.jsonl").read_text("utf-8").splitlines()
    folder.mkdir()
    chosen = lines[:: max(1, len(lines) // count)][:count]
    for line in chosen:
        name = json.loads(line)["html_file"]
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(FUNDUS / name)
    (folder / "records.jsonl").write_text("\n".join(chosen) + "\n", "utf-8")
    return folder


WORDS = (
    *("harbour", "council", "road", "winter", "budget", "school", "market", "railway", "bridge"),
    *("pension", "teacher", "river", "engine", "museum", "tender", "hospital", "garden", "ferry"),
    *("library", "petition", "storm", "signal", "quarry", "orchard"),
)


@dataclass(frozen=True)
class Page:
    """An invented article, as its page tells it."""

    number: int
    host: str = "paper.example"
    published: str = "2022-01-13T09:30:00+00:00"
    edition: str = ""  # a word that its text carries, to tell one state from another

    @property
    def url(self) -> str:
        return f"http://{self.host}/news/{self.number}-{WORDS[self.number % len(WORDS)]}.html"

    @property
    def headline(self) -> str:
        first, second, third = self._words(3)
        return f"The {first} of town {self.number} gets a new {second} and a {third} {self.edition}"

    def html(self) -> bytes:
        text = "".join(f"<p>{self._paragraph(index)}</p>" for index in range(7))
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": self.headline,
            "datePublished": self.published,
            "author": {"@type": "Person", "name": "Ada Example"},
        }
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{self.headline}'
            f'</title><script type="application/ld+json">{json.dumps(data)}</script></head><body>'
            f"<main><article><h1>{self.headline}</h1><p>By Ada Example</p>{text}</article></main>"
            "</body></html>"
        ).encode()

    def _words(self, count: int, salt: int = 0) -> list[str]:
        chosen = random.Random(f"{self.number} {salt}")
        return chosen.sample(WORDS, count)

    def _paragraph(self, index: int) -> str:
        one, two, three, four, five, six = self._words(6, index + 1)
        return (
            f"In town {self.number} the {one} was the talk of the week {self.edition}, because the "
            f"{two} that people had waited for since the spring came with a {three} nobody had "
            f"asked about. Officials said on Thursday that the {four} would be finished before "
            f"the {five} opens, while residents near the {six} said they had heard that before "
            f"and would wait until day {index + 3} of the work to believe it."
        )


def shelve_pages(folder: Path, pages: Sequence[Page]) -> Path:
    """Make a newsroom of invented pages."""
    folder.mkdir()
    lines = []
    for page in pages:
        name = f"{page.host}-{page.number}.html"
        (folder / name).write_bytes(page.html())
        record = {"id": name, "html_file": name, "url": page.url, "gold_title": page.headline}
        lines.append(json.dumps(record | {"gold_date": page.published}))
    (folder / "records.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def make_home(folder: Path, newsroom: Newsroom | None = None) -> Path:
    """Initialise a home, subscribed to all feeds of a newsroom."""
    shutil.copytree(_empty_home(), folder)
    if newsroom is not None:
        subscribe(folder, newsroom.feeds)
    return folder


@functools.cache
def _empty_home() -> Path:
    """Return a home as `copytaster init` makes it; copied, because making one takes a second."""
    folder = Path(tempfile.mkdtemp(prefix="copytaster-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    prepare_home(folder / "home")
    return folder / "home"


def run_ingest(home: Path, address: str, **given: object) -> dict[str, Any]:
    """Run the live walk in this process."""
    return asyncio.run(ingest(home, connect_to=address, **given))  # type: ignore[arg-type]


def run_backfill(home: Path, **given: object) -> dict[str, Any]:
    """Run a backfill in this process."""
    return asyncio.run(backfill(home, **given))  # type: ignore[arg-type]


def told(summary: dict[str, Any], stage: str) -> Counter[str]:
    """Return how many items of a stage met with which outcome in a run."""
    counts: Counter[str] = Counter()
    for one in summary["outcomes"]:
        if one["stage"] == stage:
            counts[one["outcome"]] += one["items"]
    return counts


# Tables

# What depends on when, in which run and by which exchange a thing was seen.
VOLATILE = frozenset(
    {
        *("added_at", "changed_at", "first_seen_at", "last_seen_at", "first_loaded_at"),
        *("loaded_at", "first_polled_at", "last_polled_at", "exchange_id", "first_exchange_id"),
        "run_id",
    }
)


def ask(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the live database."""
    with writing(Home(home)) as con:
        return con.execute(sql, values).fetchall()


def tables(home: Path) -> dict[str, list[str]]:
    """Return all rows of the schema news, and what is held and marked, without the volatile."""
    found = {}
    with writing(Home(home)) as con:
        names = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'news' order by all"
        ).fetchall()
        for (name,) in names:
            columns = con.execute(
                "select column_name from duckdb_columns()"
                " where schema_name = 'news' and table_name = $1 order by column_index",
                [name],
            ).fetchall()
            kept = ", ".join(f'"{column}"' for (column,) in columns if column not in VOLATILE)
            rows = con.execute(f"select {kept} from news.{name}").fetchall()
            found[name] = sorted(map(repr, rows))
        held = "select subject, subject_id, rule_ids, severity, status from ops.quarantine"
        found["quarantine"] = sorted(map(repr, con.execute(held).fetchall()))
        marks = "select subject_id, rule_id, severity, value from ops.marks"
        found["marks"] = sorted(map(repr, con.execute(marks).fetchall()))
    return found


def outcomes(home: Path) -> Counter[tuple[str, str, str]]:
    """Return how often each item met with which outcome.

    Items of the stages page and article go by their address, because their ids name the
    exchange that made them wanted. A poll that found nothing new is no item's fate.
    """
    rows = ask(
        home,
        "select stage, case when stage in ('page', 'article') then url else item_id end, outcome"
        " from ops.outcomes where not (stage = 'poll' and outcome = 'unchanged')",
    )
    return Counter(rows)  # type: ignore[arg-type]


def audit(home: Path) -> list[tuple[Any, ...]]:
    """Return what vanished; nothing should."""
    return ask(home, "from report.outcome_audit")


@dataclass(frozen=True)
class InHand:
    """How much work a home's state file holds."""

    polls: int
    pages: int
    archived: int


def in_hand(home: Path) -> InHand:
    """Return the work in hand, without touching it."""
    with contextlib.closing(sqlite3.connect(f"file:{home}/state.sqlite?mode=ro", uri=True)) as con:
        (polls,) = con.execute("select count(*) from polls").fetchone()
        pages, archived = con.execute("select count(*), count(place_file) from wants").fetchone()
    return InHand(polls, pages, archived)
