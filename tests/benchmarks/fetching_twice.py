"""Polling the same feeds twice, by us and by the library `reader`: CPU seconds of each.

Ours is the whole poll: the ledger, the archive, parsing in workers, the rules, the load.
Theirs is `update_feeds`, one worker. Each polls one feed before, so that nothing is loaded lazily
while it is measured. The second time all is answered 304.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FEEDS = 25
ITEMS = 40
WORDS = ("harbour", "council", "winter", "budget", "market", "railway", "bridge", "river", "storm")

READER = """
import json, sys, time
from reader import make_reader
base, file, count = sys.argv[1:]
reader = make_reader(file)
reader.add_feed(base + "/twice0/")
reader.update_feeds(scheduled=False)
reader.delete_feed(base + "/twice0/")
for number in range(1, int(count) + 1):
    reader.add_feed(f"{base}/twice{number}/")
spent = []
for _ in range(2):
    began = time.process_time()
    reader.update_feeds(scheduled=False)
    spent.append(time.process_time() - began)
print(json.dumps([*spent, reader.get_entry_counts().total]))
"""


def documents() -> dict[str, bytes]:
    """Return the feeds, and one to warm up with, by their paths."""
    return {f"twice{number}": _document(number) for number in range(FEEDS + 1)}


def _document(number: int) -> bytes:
    dice = random.Random(number)
    items = "".join(
        f"<item><title>{' '.join(dice.choices(WORDS, k=8))}</title>"
        f"<guid isPermaLink='false'>{number}-{place}</guid>"
        f"<pubDate>Thu, 13 Jan 2022 {place % 24:02}:30:00 +0000</pubDate>"
        f"<description>&lt;p&gt;{' '.join(dice.choices(WORDS, k=120))}&lt;/p&gt;</description>"
        "</item>"
        for place in range(ITEMS)
    )
    return f"<rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>".encode()


def theirs(python: str, folder: Path, port: int) -> tuple[float, float, int]:
    """Return the CPU seconds of both times, and how many entries are held in the end."""
    argv = [python, "-c", READER, f"http://127.0.0.1:{port}", str(folder / "reader"), str(FEEDS)]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    first, second, entries = json.loads(done.stdout)
    return first, second, entries


async def ours(folder: Path, port: int) -> tuple[float, float, int]:
    """Return the CPU seconds of both times, workers included, and how many entries are held."""
    from flows.homes import prepare_home
    from flows.polls import load_polls, poll_feeds
    from flows.run import open_run
    from flows.settings import read_settings
    from flows.subscriptions import subscribe
    from transforms.opml import Subscription
    from warehouse import read
    from warehouse.connection import writing

    prepare_home(folder)
    urls = [f"http://h{number}.example/twice{number}/" for number in range(FEEDS + 1)]
    subscribe(folder, [Subscription(url=url) for url in urls])
    settings = read_settings(folder, connect_to=f"127.0.0.1:{port}", host_gap_seconds=0.0)
    spent = []
    async with open_run("ingest", settings, {}) as run:
        with writing(run.home) as con:
            feeds = {feed.url: feed for feed in read.feeds(con)}
        for some in (urls[:1], urls[1:], urls[1:]):
            began = time.process_time() + sum(run.costs.values())
            await poll_feeds(run, [feeds[url] for url in some])
            await load_polls(run)
            spent.append(time.process_time() + sum(run.costs.values()) - began)
        with writing(run.home) as con:
            row = con.execute(
                "select count(*) from news.entries where guid not like '0-%'"
            ).fetchone()
    return spent[1], spent[2], row[0] if row else 0


async def compare(python: str, folder: Path, port: int) -> list[str]:
    """Return a table of both, in CPU seconds."""
    rows = {"reader": theirs(python, folder, port), "ours": await ours(folder / "home", port)}
    head = (
        f"{f'{FEEDS} feeds twice, CPU s':40} {'first':>7} {'second':>7} {'both':>7} {'entries':>8}"
    )
    lines = [
        f"{name:40} {first:7.2f} {second:7.2f} {first + second:7.2f} {entries:8}"
        for name, (first, second, entries) in rows.items()
    ]
    ratios = [rows["reader"][place] / rows["ours"][place] for place in (0, 1)]
    both = sum(rows["reader"][:2]) / sum(rows["ours"][:2])
    return [head, *lines, f"{'theirs by ours':40} {ratios[0]:7.1f} {ratios[1]:7.1f} {both:7.1f}"]
