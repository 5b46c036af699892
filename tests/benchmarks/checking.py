"""What the rules on records cost: CPU a row and peak memory, for 1,000 to 100,000 rows.

    python tests/benchmarks/checking.py [ROWS ...]

Each size and suite is measured in a process of its own, after the library was loaded and
used once. Rows are as the walk sees them: articles of some 3,000 characters, of which
one in ten breaks a rule. All rules of the suite are on.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

SIZES = (1_000, 10_000, 100_000)
TARGET_MS = 0.5
NOW = datetime(2022, 1, 20, 12, tzinfo=UTC)
SENTENCE = "Officials in district {} said that the troops would stay for {} days, “at the least”. "


def measure(suite: str, rows: int) -> None:
    """Print a line: what one call over so many rows costs."""
    from expectations.check import check_articles, check_entries

    make, check = {
        "entries": (make_entries, check_entries),
        "articles": (make_articles, check_articles),
    }[suite]
    began = time.process_time()
    check(make(3), now=NOW)  # type: ignore[operator]
    first = time.process_time() - began
    records = make(rows)
    before = peak_mb()
    began = time.process_time()
    checked = check(records, now=NOW)  # type: ignore[operator]
    seconds = time.process_time() - began
    broken = sum(verdict.status != "accepted" for verdict in checked.verdicts)
    assert broken == rows // 10
    print(
        f"{suite:<10}{rows:>9,}{seconds:>10.2f}{seconds / rows * 1000:>10.3f}"
        f"{before:>10,.0f}{peak_mb():>10,.0f}{first:>10.2f}",
        flush=True,
    )


def peak_mb() -> float:
    """Return the most memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_entries(rows: int) -> list[object]:
    """Return entries, every tenth with a title that names no story."""
    from transforms.records import Entry, Moment

    at = NOW - timedelta(hours=2)
    moment = Moment(at=at, precision="second", has_zone=True, raw=at.isoformat(), origin="feed")
    return [
        Entry(
            entry_id=f"entry-{number}",
            feed_id="feed",
            source_id="steppe-herald.example",
            exchange_id="exchange",
            seen_at=NOW,
            position=number,
            guid=f"tag:steppe-herald.example,2022:{number}",
            url=f"https://www.steppe-herald.example/2022/01/{number}",
            canonical_url=f"https://www.steppe-herald.example/2022/01/{number}",
            title="Read more" if number % 10 == 9 else f"Troops stay in district {number}",
            published=moment,
            raw_published=moment.raw,
        )
        for number in range(rows)
    ]


def make_articles(rows: int) -> list[object]:
    """Return articles, every tenth with a date later than the fetch."""
    from transforms.records import Article, Block, Moment

    at = NOW - timedelta(hours=2)
    moment = Moment(at=at, precision="second", has_zone=True, raw=at.isoformat(), origin="meta")
    articles: list[object] = []
    for number in range(rows):
        texts = [
            "".join(SENTENCE.format(number, index + line) for line in range(4))
            for index in range(9)
        ]
        blocks, start = [], 0
        for position, text in enumerate(texts):
            end = start + len(text)
            blocks.append(
                Block(position=position, kind="paragraph", text=text, start=start, end=end)
            )
            start = end + 1
        wrong = replace(moment, at=NOW + timedelta(days=2)) if number % 10 == 9 else moment
        articles.append(
            Article(
                article_id=f"article-{number}",
                version_id=f"version-{number}",
                exchange_id="exchange",
                source_id="steppe-herald.example",
                canonical_url=f"https://www.steppe-herald.example/{number}",
                requested_url=f"https://www.steppe-herald.example/{number}",
                final_url=f"https://www.steppe-herald.example/{number}",
                fetched_at=NOW,
                entry_id=None,
                amp_url=None,
                headline=f"Troops stay in district {number}",
                headline_origin="markup",
                kicker=None,
                standfirst=None,
                section=None,
                dateline=None,
                published=wrong,
                modified=None,
                date_candidates=(),
                language="en",
                language_origin="markup",
                kind="article",
                kind_reason="json-ld",
                is_paywalled=False,
                body="\n".join(texts),
                blocks=tuple(blocks),
                credits=(),
                tags=(),
                words=450,
                body_hash="hash",
                content_hash="hash",
                extractor="copytaster",
            )
        )
    return articles


def main() -> None:
    """Measure each size and suite, each in a process of its own."""
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], int(sys.argv[3]))
        return
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:]] or SIZES
    print(f"target: below {TARGET_MS} ms CPU a row at 1,000 rows and above, all rules on\n")
    heads = ("rows", "CPU s", "ms a row", "MB before", "MB peak", "first use")
    print(f"{'suite':<10}{heads[0]:>9}" + "".join(f"{head:>10}" for head in heads[1:]))
    for suite in ("entries", "articles"):
        for rows in sizes:
            subprocess.run([sys.executable, __file__, "--one", suite, str(rows)], check=True)


if __name__ == "__main__":
    main()
