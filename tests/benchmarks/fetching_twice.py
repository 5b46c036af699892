"""Polling the same feeds, by us and by the library `reader`: CPU seconds of each.

Ours is the whole poll: the ledger, the archive, parsing in workers, the rules, the load.
Theirs is `update_feeds`, one worker. Three rounds: new feeds; the same, all answered 304;
and a round of steady state, in which one feed in twenty has changed.

Warm, each polls one feed before, so that nothing is loaded lazily while it is measured.
Whole processes are measured with all that they start, imports and worker processes too.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

FEEDS = 25
STEADY, CHANGED = 100, 5
ITEMS = 40
PARAGRAPHS = 7
WORDS = ("harbour", "council", "winter", "budget", "market", "railway", "bridge", "river", "storm")
KINDS = {"plain": "40 items of plain text, 43 KB", "full": "40 items of full text, 170 KB"}
SUBREAPER = 36  # prctl(2): orphans become our children, so that their time is counted

READER = """
import json, sys, time
from reader import make_reader
base, file, *rounds = sys.argv[1:]
reader = make_reader(file)
spent, known = [], set()
for names in rounds:
    names = names.split(",")
    for name in set(names) - known:
        reader.add_feed(f"{base}/{name}/", exist_ok=True)
    known |= set(names)
    for feed in reader.get_feeds():
        (reader.enable_feed_updates if feed.url.split("/")[-2] in names
         else reader.disable_feed_updates)(feed)
    began = time.process_time()
    reader.update_feeds(scheduled=False)
    spent.append(time.process_time() - began)
print(json.dumps([spent, reader.get_entry_counts().total]))
"""


def document(name: str, version: int = 0) -> bytes:
    """Return the feed of a name: ``kind-number``; another version has a new item in front."""
    kind, _, number = name.partition("-")
    dice = random.Random(name)
    items = [_item(dice, kind, f"{number}-{place}", place) for place in range(ITEMS)]
    fresh = [_item(dice, kind, f"{number}-new{version}", 30)] if version else []
    inner = "".join(fresh + items)
    space = "http://purl.org/rss/1.0/modules/content/"
    return (
        f"<rss version='2.0' xmlns:content='{space}'><channel><title>{name}</title>{inner}"
        "</channel></rss>"
    ).encode()


def _item(dice: random.Random, kind: str, guid: str, place: int) -> str:
    text = f"&lt;p&gt;{_words(dice, 120)}&lt;/p&gt;"
    full = "".join(
        f"<p><a href='/{one}'>{_words(dice, 2)}</a> {_words(dice, 60)} <em>end</em></p>"
        for one in range(PARAGRAPHS)
    )
    content = f"<content:encoded><![CDATA[{full}]]></content:encoded>" if kind == "full" else ""
    return (
        f"<item><title>{_words(dice, 8)}</title><guid isPermaLink='false'>{guid}</guid>"
        f"<pubDate>Thu, 13 Jan 2022 {place % 24:02}:30:00 +0000</pubDate>"
        f"<description>{text}</description>{content}</item>"
    )


def _words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choices(WORDS, k=count))


def rounds(kind: str) -> list[list[str]]:
    """Return which feeds are polled in each round; the first and the fourth are not measured."""
    twice = [f"{kind}-{number}" for number in range(1, FEEDS + 1)]
    steady = [f"{kind}-{number}" for number in range(STEADY - CHANGED)]
    steady += [f"{kind}-changing{number}" for number in range(CHANGED)]
    return [[f"{kind}-0"], twice, twice, steady, steady]


async def ours_warm(folder: Path, port: int, kind: str) -> tuple[list[float], int]:
    """Return the CPU seconds of each round, workers included, and how many entries are held."""
    from flows.polls import load_polls, poll_feeds
    from flows.run import open_run
    from flows.settings import read_settings
    from warehouse import read
    from warehouse.connection import writing

    make_home(folder, kind)
    settings = read_settings(folder, connect_to=f"127.0.0.1:{port}", host_gap_seconds=0.0)
    spent = []
    async with open_run("ingest", settings, {}) as run:
        with writing(run.home) as con:
            feeds = {feed.url: feed for feed in read.feeds(con)}
        for names in rounds(kind):
            some = [feeds[address(name)] for name in names]
            began = time.process_time() + sum(run.costs.values())
            await poll_feeds(run, some)
            await load_polls(run, some)
            spent.append(time.process_time() + sum(run.costs.values()) - began)
        with writing(run.home) as con:
            row = con.execute("select count(*) from news.entries").fetchone()
    return spent, row[0] if row else 0


def make_home(folder: Path, kind: str) -> None:
    """Make a home that is subscribed to all feeds of a kind."""
    from flows.homes import prepare_home
    from flows.subscriptions import subscribe
    from transforms.opml import Subscription

    prepare_home(folder)
    names = {name for some in rounds(kind) for name in some}
    subscribe(folder, [Subscription(url=address(name)) for name in sorted(names)])


def address(name: str) -> str:
    """Return where we poll the feed of a name: a host each."""
    return f"http://{name}.example/{name}/"


def theirs_warm(python: str, folder: Path, port: int, kind: str) -> tuple[list[float], int]:
    """Return the CPU seconds of each round, and how many entries are held in the end."""
    done = subprocess.run(
        theirs(python, folder, port, *rounds(kind)), check=True, stdout=subprocess.PIPE, text=True
    )
    spent, entries = json.loads(done.stdout)
    return spent, entries


def theirs(python: str, folder: Path, port: int, *some: list[str]) -> list[str]:
    """Return the command that polls feeds with the library."""
    names = [",".join(one) for one in some]
    return [python, "-c", READER, f"http://127.0.0.1:{port}", str(folder / "reader"), *names]


def whole(python: str, folder: Path, port: int, kind: str) -> dict[str, list[float]]:
    """Return the CPU seconds of whole processes: new feeds, and the same answered 304."""
    _, twice, again, *_ = rounds(kind)
    make_home(folder / "home", kind)
    chosen = [word for name in twice for word in ("--feed", address(name))]
    command = [sys.executable, "-m", "flows.cli", "ingest", "--all", "--quiet", *chosen]
    command += ["--home", str(folder / "home"), "--connect-to", f"127.0.0.1:{port}"]
    reader = folder / "theirs"
    reader.mkdir()
    rows: dict[str, list[float]] = {"reader": [], "ours": []}
    for names in (twice, again):
        rows["reader"].append(_cpu_of(theirs(python, reader, port, names)))
        rows["ours"].append(_cpu_of(command))
    return rows


def _cpu_of(command: list[str]) -> float:
    """Return the CPU seconds of a command and of all that it starts."""
    ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0)
    others, before = _children(), _children_cpu()
    given = os.environ | {"COPYTASTER_HOST_GAP_SECONDS": "0"}
    process = subprocess.Popen(
        command, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if process.wait():
        raise RuntimeError(f"failed: {command[:4]}")
    while left := _children() - others:
        with suppress(ChildProcessError):
            os.waitpid(left.pop(), 0)
    return _children_cpu() - before


def _children() -> set[int]:
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def compare(python: str, folder: Path, port: int) -> list[str]:
    """Return tables of both, in CPU seconds."""
    lines = []
    for kind, what in KINDS.items():
        with tempfile.TemporaryDirectory(dir=folder) as own:
            warm: dict[str, Any] = {
                "reader": theirs_warm(python, Path(own), port, kind),
                "ours": await ours_warm(Path(own) / "warm", port, kind),
            }
            cold = whole(python, Path(own), port, kind)
        head = ("new", "304", "steady", "process", "again", "entries")
        lines.append(f"{what:32}" + "".join(f"{name:>9}" for name in head))
        table = {}
        for name, (spent, entries) in warm.items():
            table[name] = [spent[1], spent[2], spent[4], *cold[name]]
            numbers = "".join(f"{value:9.2f}" for value in table[name])
            lines.append(f"{name:32}{numbers}{entries:9}")
        ratios = (one / two for one, two in zip(table["reader"], table["ours"], strict=True))
        lines.append(f"{'theirs by ours':32}" + "".join(f"{ratio:9.1f}" for ratio in ratios))
    what = f"CPU s: {FEEDS} new feeds; answered 304; {STEADY} feeds, {CHANGED} of them changed;"
    return [f"{what} whole processes with {FEEDS} new feeds, and again", *lines]
