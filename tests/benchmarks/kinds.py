"""What is kept out of the articles, by type of page and by rule.

    python tests/benchmarks/kinds.py SET [SET ...] [--lost] [--kept]

Each SET is a folder with ``records.jsonl``: one JSON object a page with ``id``,
``html_file`` and, where known, ``url`` and ``page_type``. Each page is extracted
and checked as in a run. The table has a line for each type of page and each thing
that became of it; ``--lost`` lists the articles that were kept out, ``--kept`` the
other pages that were let in. Shares are given for either half of the hosts, too.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zlib import crc32

from stored_pages import exchange_of, records_of

from expectations.articles import ARTICLE_RULES
from expectations.check import check_articles
from transforms.articles import extract
from transforms.records import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FETCHED_AT = datetime(2026, 6, 1, tzinfo=UTC)
NO_ARTICLES = ("listing", "collection", "forum", "product")
CHUNK = 200
_REJECTS = {rule.rule_id for rule in ARTICLE_RULES if rule.consequence == "reject"}


@dataclass(frozen=True)
class Fate:
    """What became of one page: ``why`` is the rule and kind, or the code of a problem."""

    page_type: str
    url: str
    half: int
    is_out: bool
    why: str
    detail: str


def read_page(folder: Path, record: dict[str, Any]) -> Fate | tuple[str, str, int, Article]:
    """Extract one page; a page with an article is still to be checked."""
    page_type = record.get("page_type") or folder.name
    url = record.get("url") or ""
    asked = url if url.startswith("http") else f"https://unknown.example/{record['id']}"
    half = crc32(_site(asked).encode()) % 2
    exchange = exchange_of(record, folder, FETCHED_AT, asked)
    found = extract(exchange, source_id=_site(asked))
    shown = url or record["id"]
    if isinstance(found, Article):
        return page_type, shown, half, found
    return Fate(page_type, shown, half, is_out=True, why=f"problem {found.code}", detail="")


def _site(url: str) -> str:
    return ".".join((urlsplit(url).hostname or url).split(".")[-2:])


def judge(read: Sequence[Fate | tuple[str, str, int, Article]]) -> Iterable[Fate]:
    """Yield what became of each page, rules applied."""
    articles = [item for item in read if isinstance(item, tuple)]
    checked = check_articles([article for *_, article in articles], now=FETCHED_AT)
    yield from (item for item in read if isinstance(item, Fate))
    for (page_type, url, half, article), verdict in zip(articles, checked.verdicts, strict=True):
        rules = [hit.rule_id for hit in verdict.hits if hit.rule_id in _REJECTS]
        why = f"{rules[0]}: {_said(article)}" if rules else f"kept as {article.kind}"
        detail = f"{article.kind}: {article.kind_reason}; {article.words} words; {' '.join(rules)}"
        yield Fate(page_type, url, half, bool(rules), why, detail)


def _said(article: Article) -> str:
    reason = "points" if " points: " in article.kind_reason else article.kind_reason
    return re.sub(r"\d+", "N", f"{article.kind}, {reason}")[:60]


def show(fates: Sequence[Fate]) -> None:
    """Print the table, then the share kept out of each type, whole and by half."""
    lines = Counter((fate.page_type, fate.is_out, fate.why) for fate in fates)
    for (page_type, is_out, why), count in sorted(
        lines.items(), key=lambda line: (line[0][:2], -line[1])
    ):
        print(f"{page_type:22} {'out ' if is_out else 'KEPT'} {count:5}  {why}")
    types = sorted({fate.page_type for fate in fates})
    for name in (*types, "no articles"):
        wanted = NO_ARTICLES if name == "no articles" else (name,)
        own = [fate for fate in fates if fate.page_type in wanted]
        shares = [_share(own), *(_share([f for f in own if f.half == half]) for half in (0, 1))]
        print(f"{name:22} kept out {shares[0]}; halves of the hosts {shares[1]}, {shares[2]}")


def _share(fates: Sequence[Fate]) -> str:
    out = sum(fate.is_out for fate in fates)
    return f"{out}/{len(fates)} ({out / max(1, len(fates)):.1%})"


def main() -> None:
    """Read the folders, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--lost", action="store_true", help="list the articles kept out")
    parser.add_argument("--kept", action="store_true", help="list the other pages let in")
    given = parser.parse_args()
    fates: list[Fate] = []
    with ProcessPoolExecutor(2) as pool:
        for folder in given.folders:
            read = list(pool.map(partial(read_page, folder), records_of(folder), chunksize=16))
            fates += judge(read)
    show(fates)
    for fate in fates:
        is_wanted = given.kept if fate.page_type in NO_ARTICLES else given.lost
        if is_wanted and fate.is_out == (fate.page_type not in NO_ARTICLES):
            print(f"{fate.page_type:12} {fate.url[:110]} | {fate.why} | {fate.detail}")


if __name__ == "__main__":
    main()
