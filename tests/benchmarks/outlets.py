"""What learning an outlet brings: pages scored with nothing learned, and with what others taught.

    python tests/benchmarks/outlets.py [--pages DIR] [--score FILE] [--each]

Over all sets of stored pages in DIR, the pages of hosts that have three or more pages
there are extracted twice: knowing nothing of the host, and knowing what the *other* pages
of the host show (never the page itself). A page kept by a web archive counts for the host
that it came from. DIR and FILE are ../shared/data/pages and ../shared/score/extraction.py
by default; ``--each`` lists each page that comes out different.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from stored_pages import exchange_of, load_score, records_of

from transforms.article_json import article_to_json, problem_to_json
from transforms.articles import extract, warm_up
from transforms.records import Article, Exchange, OutletKnowledge, Problem
from transforms.urls import outlet_of

if TYPE_CHECKING:
    from types import ModuleType

SHARED = Path(__file__).parents[3] / "shared"
MIN_PAGES = 3
COLUMNS = (
    *("body_f1", "body_precision", "body_recall", "bag", "must_have", "must_not_have"),
    *("title_exact", "title_fuzzy", "date", "author_exact", "author_any"),
)
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/[^/]*/(?:https?:/+)?")


@dataclass
class Page:
    """A stored page with its gold, and what is made of it."""

    gold: dict[str, Any]
    set_name: str
    exchange: Exchange
    alone: Article | Problem | None = None
    taught: Article | Problem | None = None

    @property
    def outlet(self) -> str:
        return outlet_of(self.exchange.final_url)


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=Path, default=SHARED / "data" / "pages")
    parser.add_argument("--score", type=Path, default=SHARED / "score" / "extraction.py")
    parser.add_argument("--each", action="store_true", help="list the pages that differ")
    given = parser.parse_args()
    rod = load_score(given.score)
    outlets = read_outlets(given.pages)
    pages = [page for group in outlets for page in group]
    print(f"{len(pages)} pages of {len(outlets)} hosts with {MIN_PAGES} or more")
    warm_up()
    seconds = [measure(outlets, is_taught=is_taught) for is_taught in (False, True)]
    print(f"CPU: {seconds[0]:.1f} s with nothing learned, {seconds[1]:.1f} s with what was\n")
    print_table(rod, pages, "all sets")
    for name in sorted({page.set_name for page in pages}):
        print_table(rod, [page for page in pages if page.set_name == name], name)
    differing = [page for page in pages if as_json(page.alone) != as_json(page.taught)]
    print(f"{len(differing)} pages come out different")
    if given.each:
        for page in differing:
            print_difference(rod, page)


def read_outlets(folder: Path) -> list[list[Page]]:
    """Return the pages of each host that has enough of them, each address once."""
    outlets: dict[str, dict[str, Page]] = {}
    for records in sorted(folder.glob("*/records.jsonl")):
        for gold in records_of(records.parent):
            if gold.get("url"):
                page = read_page(gold, records.parent)
                outlets.setdefault(page.outlet, {}).setdefault(page.exchange.final_url, page)
    return [list(found.values()) for found in outlets.values() if len(found) >= MIN_PAGES]


def read_page(gold: dict[str, Any], folder: Path) -> Page:
    """Return a page as if it had just been fetched."""
    url = gold["url"]
    if (archived := _ARCHIVED.match(url)) is not None:
        url = "http://" + url[archived.end() :]
    exchange = exchange_of(gold, folder, datetime.now(UTC), url)
    return Page(gold, folder.name, exchange)


def measure(outlets: list[list[Page]], *, is_taught: bool) -> float:
    """Extract all pages; return the CPU seconds."""
    started = time.process_time()
    for pages in outlets:
        for page in pages:
            known = taught_by_others(page, pages) if is_taught else None
            found = extract(page.exchange, source_id=page.outlet, knowledge=known)
            if is_taught:
                page.taught = found
            else:
                page.alone = found
    return time.process_time() - started


def taught_by_others(page: Page, pages: list[Page]) -> OutletKnowledge:
    """Return what the other pages of a host teach; listings are not learned from."""
    others = [other.alone for other in pages if other is not page]
    traits = [
        other.traits
        for other in others
        if isinstance(other, Article) and other.traits is not None and other.kind != "listing"
    ]
    return OutletKnowledge(outlet=page.outlet, version=1, pages=tuple(traits))


def as_json(found: Article | Problem | None) -> dict[str, Any]:
    """Return what was made of a page as the measuring rod reads it."""
    if isinstance(found, Article):
        plain = article_to_json(replace(found, outlet_version=None))
        return {name: plain[name] for name in ("text", "title", "published_at", "authors")}
    return problem_to_json(found) if found is not None else {}


def rows(rod: ModuleType, pages: list[Page], *, is_taught: bool) -> list[dict[str, Any]]:
    """Return the measuring rod's row for each page."""
    return [
        row
        for page in pages
        for row in rod.score(
            [page.gold], {page.gold["id"]: as_json(page.taught if is_taught else page.alone)}
        )
    ]


def print_table(rod: ModuleType, pages: list[Page], name: str) -> None:
    """Print what a set scores either way."""
    alone, taught = (rod.summary(rows(rod, pages, is_taught=flag)) for flag in (False, True))
    print(f"{name}: {len(pages)} pages")
    print(f"  {'':16}{'nothing':>9}{'learned':>9}{'gain':>9}")
    for column in COLUMNS:
        if column in alone:
            gain = taught[column] - alone[column]
            told = f"{gain:+9.4f}" if gain else f"{'=':>9}"
            print(f"  {column:16}{alone[column]:9.4f}{taught[column]:9.4f}{told}")
    print()


def print_difference(rod: ModuleType, page: Page) -> None:
    """Print what differs on one page."""
    before, after = as_json(page.alone), as_json(page.taught)
    print(f"{page.set_name} {page.outlet} {page.gold['id']}")
    for name in ("title", "published_at", "authors"):
        if before.get(name) != after.get(name):
            gold = page.gold.get({"published_at": "gold_date"}.get(name, f"gold_{name}"))
            print(f"  {name}: {before.get(name)!r} -> {after.get(name)!r} (gold {gold!r})")
    gold_text = rod.fold(page.gold.get("gold_text"))
    kept = set((after.get("text") or "").splitlines())
    for line in (before.get("text") or "").splitlines():
        if line not in kept:
            place = "in gold" if rod.fold(line) in gold_text else "not in gold"
            print(f"  - ({place if gold_text else 'no gold'}) {line[:140]}")


if __name__ == "__main__":
    main()
