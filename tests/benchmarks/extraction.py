"""What extraction yields and what it costs, beside plain trafilatura on the same pages.

    python tests/benchmarks/extraction.py SET [SET ...] --score SCORE.py [--worst N]
    python tests/benchmarks/extraction.py SET [SET ...] --scale [--rounds N]
    python tests/benchmarks/extraction.py SET [SET ...] --soak N

Each SET is a folder with a ``records.jsonl``: one page a line, with ``id``, ``html_file`` and
what is known of it (``url``, ``gold_text``, ``gold_title``, ...). SCORE.py is a module with
``score(records, predictions) -> rows``, ``summary(rows)`` and ``shingle_f1(parts)``.

Both readers work in the same worker processes (flows/workers.py), on the same bytes, page by
page in turn, each first every other time. Ours gives blocks, credits, language and kind,
too; trafilatura runs with its defaults and metadata. Compare the ratio, not milliseconds.

``gain`` is our body F1 less trafilatura's, with the standard deviation of the difference over
resampled pages. ``--scale`` runs our reader alone, in one process and in two by turns, round by
round, because a machine's speed changes by the minute; it prints the speed-up of each round,
their median, and the peak memory of all processes. ``--soak`` reads N pages in one worker and
tells how it grows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from stored_pages import exchange_of, load_score, records_of

from flows.workers import Lost, Workers
from transforms.article_json import article_to_json, problem_to_json
from transforms.articles import extract
from transforms.records import Exchange, Problem

OURS, THEIRS = "copytaster", "trafilatura"
READERS = (OURS, THEIRS)
SCORES = ("body_f1", "bag", "must_have", "must_not_have", "title_exact", "title_fuzzy", "date",
          "author_exact", "author_any")  # fmt: skip
HEADS = ("body", "bag", "must", "not", "title=", "title~", "date", "auth=", "auth~")
TIME_LIMIT_SECONDS = 60.0
MIN_OF_LANGUAGE = 5
RESAMPLED = 300
SAMPLE_SECONDS = 0.5  # each sample takes milliseconds of a core that the workers want
SOAK_STEP = 2_000
WARM_UP_PAGES = 8


@dataclass(frozen=True, slots=True)
class Stored:
    """One page of a set. ``turn``: 0 where ours reads it first."""

    group: str
    record: dict[str, Any]
    folder: Path
    turn: int

    def exchange(self) -> Exchange:
        """Return it as if it had been fetched just now."""
        return exchange_of(self.record, self.folder, datetime.now(UTC))


def main() -> None:
    """Run what is asked for and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--score", type=Path, metavar="SCORE.py", help="without it: costs only")
    parser.add_argument("--pages", type=int, default=0, help="take this many, spread evenly")
    parser.add_argument("--workers", type=int, default=2, help="processes that read")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list N worst bodies")
    parser.add_argument("--out", type=Path, help="write our predictions there, one a line")
    parser.add_argument("--scale", action="store_true", help="measure speed-up and memory")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of --scale")
    parser.add_argument("--soak", type=int, default=0, metavar="N", help="read N pages in a row")
    given = parser.parse_args()
    pages = gather(given.folders, given.pages)
    print(f"{len(pages)} pages of {', '.join(folder.name for folder in given.folders)}")
    if given.scale:
        print_scale(pages, given.rounds)
    elif given.soak:
        print_soak(pages, given.soak)
    else:
        results = asyncio.run(read_all(compare, pages, given.workers))
        report(pages, results, score_of(given.score), given.worst, given.out)


def gather(folders: list[Path], limit: int) -> list[Stored]:
    """Return the pages of sets; of one with page types, what is no article is a set of its own."""
    pages: list[Stored] = []
    for folder in folders:
        for record in records_of(folder):
            other = record.get("page_type", "article") != "article"
            group = f"{folder.name}, no article" if other else folder.name
            pages.append(Stored(group, record, folder.resolve(), len(pages) % 2))
    if limit and limit < len(pages):
        pages = [pages[int(number * len(pages) / limit)] for number in range(limit)]
    return pages


def score_of(path: Path | None) -> Any:
    """Return the module that scores; None where there is none, which is told."""
    if path is None or not path.is_file():
        print(f"quality is not scored: {path or 'no --score given'}{' is absent' if path else ''}")
        return None
    return load_score(path)


async def read_all(function: Any, pages: list[Stored], processes: int) -> list[Any]:
    """Apply a function to each page in worker processes, warm; results in order."""
    with Workers(processes, TIME_LIMIT_SECONDS) as workers:
        await workers.map(function, pages[: WARM_UP_PAGES * processes])
        return list(await workers.map(function, pages))


def read_ours(exchange: Exchange) -> tuple[dict[str, Any], float]:
    """Return our prediction, and the CPU milliseconds of making it."""
    started = time.process_time()
    found = extract(exchange, source_id="")
    spent = time.process_time() - started
    shown = problem_to_json(found) if isinstance(found, Problem) else article_to_json(found)
    return shown, 1000 * spent


def read_theirs(exchange: Exchange) -> tuple[dict[str, Any], float]:
    """Return trafilatura's prediction, and the CPU milliseconds of making it."""
    from trafilatura import bare_extraction

    started = time.process_time()
    found = bare_extraction(exchange.payload, url=exchange.final_url, with_metadata=True)
    spent = time.process_time() - started
    if found is None:
        return {"text": "", "title": None, "published_at": None, "authors": []}, 1000 * spent
    shown = {
        "text": found.text,
        "title": found.title,
        "published_at": found.date,
        "authors": (found.author or "").split("; ") if found.author else [],
    }
    return shown, 1000 * spent


@cache
def warm_theirs() -> None:
    """Let dateparser learn all its languages, which it does once a process, for seconds."""
    from htmldate.extractors import external_date_parser

    external_date_parser("no such 31 month 2020", "%Y-%m-%d")


def compare(page: Stored) -> dict[str, Any]:
    """Read one page with both readers, in a worker."""
    warm_theirs()
    exchange = page.exchange()
    readers = [(OURS, read_ours), (THEIRS, read_theirs)]
    return {name: read(exchange) for name, read in (readers[::-1] if page.turn else readers)}


def report(
    pages: list[Stored], results: list[Any], score: Any, worst: int, out: Path | None
) -> None:
    """Print quality and cost, by set and by language."""
    lost = [(page, found) for page, found in zip(pages, results, strict=True)
            if isinstance(found, Lost)]  # fmt: skip
    for page, found in lost:
        print(f"lost: {page.group} {page.record['id']}: {found.reason}, {found.detail}")
    kept = [(page, found) for page, found in zip(pages, results, strict=True)
            if not isinstance(found, Lost)]  # fmt: skip
    rows = {name: score_rows(score, kept, name) for name in READERS} if score else {}
    print(f"\n{'':<30}{'pages':>6} {'reader':<12}" + "".join(f"{head:>7}" for head in HEADS)
          + f"{'gain':>15}{'median':>9}{'mean':>8}{'p95':>8}{'ratio':>7}")  # fmt: skip
    places = dict.fromkeys(page.group for page, _ in kept)
    for group in places:
        print_group(group, [n for n, (page, _) in enumerate(kept) if page.group == group],
                    kept, rows, score)  # fmt: skip
    print_group("all", list(range(len(kept))), kept, rows, score)
    if score:
        print("\nby language (declared or detected in the set; else what we say)")
        spoken: dict[str, list[int]] = {}
        for number, (page, found) in enumerate(kept):
            record = page.record
            told = record.get("language") or record.get("language_detected")
            told = told or found[OURS][0].get("language") or "und"
            spoken.setdefault(told[:2], []).append(number)
        for language in sorted(spoken, key=lambda code: -len(spoken[code])):
            if len(spoken[language]) >= MIN_OF_LANGUAGE:
                print_group(language, spoken[language], kept, rows, score)
    if score and worst:
        print_worst(kept, rows, worst)
    if out:
        lines = ({"id": page.record["id"], **found[OURS][0]} for page, found in kept)
        out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def score_rows(score: Any, kept: list[Any], name: str) -> list[dict[str, Any] | None]:
    """Return the score of each page, None where its gold is not to be trusted."""
    found = []
    for page, result in kept:
        rows = score.score([page.record], {page.record["id"]: result[name][0]})
        found.append(rows[0] if rows else None)
    return found


def print_group(name: str, numbers: list[int], kept: list[Any], rows: Any, score: Any) -> None:
    """Print a line for each reader."""
    spent = {reader: [kept[n][1][reader][1] for n in numbers] for reader in READERS}
    for reader in READERS:
        line = f"{name if reader == OURS else '':<30}"
        line += f"{len(numbers) if reader == OURS else '':>6} {reader:<12}"
        if rows:
            scored = [rows[reader][n] for n in numbers if rows[reader][n]]
            found = score.summary(scored) if scored else {}
            line += "".join(
                f"{found[key]:>7.3f}" if key in found else f"{'-':>7}" for key in SCORES
            )
            line += f"{gain(numbers, rows, score) if reader == OURS else '':>15}"
        else:
            line += " " * (7 * len(SCORES) + 15)
        ranked = sorted(spent[reader])
        mean = statistics.mean(ranked)
        line += (
            f"{statistics.median(ranked):>9.1f}{mean:>8.1f}{ranked[int(0.95 * len(ranked))]:>8.1f}"
        )
        if reader == OURS:
            line += f"{mean / statistics.mean(spent[THEIRS]):>7.2f}"
        print(line)


def gain(numbers: list[int], rows: Any, score: Any) -> str:
    """Return our body F1 less theirs and its standard deviation over resampled pages."""
    pairs = [
        (rows[OURS][n]["shingles"], rows[THEIRS][n]["shingles"])
        for n in numbers
        if rows[OURS][n] and "shingles" in rows[OURS][n]
    ]
    if not pairs:
        return ""

    def difference(chosen: list[Any]) -> float:
        ours, theirs = zip(*chosen, strict=True)
        return float(score.shingle_f1(list(ours))[0] - score.shingle_f1(list(theirs))[0])

    dice = random.Random(1)
    spread = [difference(dice.choices(pairs, k=len(pairs))) for _ in range(RESAMPLED)]
    return f"{difference(pairs):+.4f}±{statistics.stdev(spread):.4f}"


def print_worst(kept: list[Any], rows: Any, count: int) -> None:
    """List the pages with our worst bodies, trafilatura's score beside."""
    ranked = sorted(
        (rows[OURS][n]["bag"], n)
        for n in range(len(kept))
        if rows[OURS][n] and "bag" in rows[OURS][n]
    )
    print(f"\nthe {count} worst bodies: bag F1, trafilatura's, page")
    for bag, n in ranked[:count]:
        page, found = kept[n]
        problem = (found[OURS][0].get("problem") or {}).get("code") or found[OURS][0].get("kind")
        print(
            f"{bag:.3f} {rows[THEIRS][n]['bag']:.3f} {page.group} {page.record['id']} ({problem})"
        )


def alone(page: Stored) -> tuple[float, float]:
    """Read one page with our reader; return CPU milliseconds and the worker's memory in MB."""
    _, spent = read_ours(page.exchange())
    return spent, resident_mb()


def resident_mb() -> float:
    """Return the resident memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def print_scale(pages: list[Stored], rounds: int) -> None:
    """Print the speed of one process and of two in each round, and their memory."""
    peaks = {1: 0.0, 2: 0.0}
    speed_ups: list[float] = []
    for number in range(1, rounds + 1):
        seconds: dict[int, float] = {}
        for processes in (1, 2) if number % 2 else (2, 1):
            seconds[processes], mb = watched(pages, processes)
            peaks[processes] = max(peaks[processes], mb)
        speed_ups.append(seconds[1] / seconds[2])
        speeds = [len(pages) / seconds[processes] for processes in (1, 2)]
        print(
            f"round {number}: {speeds[0]:.1f} pages a second in one process, "
            f"{speeds[1]:.1f} in two, speed-up {speed_ups[-1]:.2f}",
            flush=True,
        )
    print(f"speed-up {statistics.median(speed_ups):.2f} (median of {rounds} rounds)")
    for processes, mb in peaks.items():
        print(
            f"peak memory with {processes} process{'es' if processes > 1 else ''}: {mb:.0f} MB "
            "(proportional set size of parent, fork server and workers)"
        )


def watched(pages: list[Stored], processes: int) -> tuple[float, float]:
    """Return the seconds that our reader takes for all pages, and the peak memory in MB."""
    peak = SimpleNamespace(mb=0.0, is_over=False)
    watcher = threading.Thread(target=watch, args=(peak,), daemon=True)
    watcher.start()
    seconds = asyncio.run(timed(pages, processes))
    peak.is_over = True
    watcher.join()
    return seconds, peak.mb


async def timed(pages: list[Stored], processes: int) -> float:
    """Return the seconds that our reader takes for all pages, its workers warm."""
    with Workers(processes, TIME_LIMIT_SECONDS) as workers:
        await workers.map(alone, pages[: WARM_UP_PAGES * processes])
        started = time.perf_counter()
        await workers.map(alone, pages)
        return time.perf_counter() - started


def watch(peak: SimpleNamespace) -> None:
    """Sample the memory of this process and all below it, until told that it is over."""
    from walk import descendants

    while not peak.is_over:
        peak.mb = max(peak.mb, sum(mb for _, mb in descendants(os.getpid()).values()))
        time.sleep(SAMPLE_SECONDS)


def print_soak(pages: list[Stored], count: int) -> None:
    """Print how the memory of one worker grows over many pages."""

    async def soak() -> None:
        with Workers(1, TIME_LIMIT_SECONDS) as workers:
            for start in range(0, count, SOAK_STEP):
                step = [pages[n % len(pages)] for n in range(start, min(start + SOAK_STEP, count))]
                found = [
                    each for each in await workers.map(alone, step) if not isinstance(each, Lost)
                ]
                peak = max(mb for _, mb in found)
                print(
                    f"{start + len(step):>7} pages: {found[-1][1]:.0f} MB resident, "
                    f"peak {peak:.0f}, {len(step) - len(found)} lost",
                    flush=True,
                )

    asyncio.run(soak())


if __name__ == "__main__":
    main()
