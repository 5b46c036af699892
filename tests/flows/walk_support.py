"""What the tests of the whole walk share: newsrooms, homes, runs that can be killed, and tables.

Runs that are to be killed are started by a launcher: a process that has imported the
project once and forks a child for each command line. The child is the `copytaster`
command as it is, spared the seconds that imports take.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import importlib
import json
import multiprocessing.forkserver
import multiprocessing.util
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows import quarantine
from flows.backfill import backfill
from flows.cli import main
from flows.homes import prepare_home
from flows.ingest import ingest
from flows.subscriptions import subscribe
from warehouse.connection import Home, writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.newsroom import Newsroom

FUNDUS = Path(__file__).parents[3] / "shared" / "data" / "pages" / "fundus-parser-tests"
needs_fundus = pytest.mark.skipif(not FUNDUS.exists(), reason="the pages are not on this machine")

COMMAND = str(Path(sys.executable).with_name("copytaster"))
NO_GAP = {"COPYTASTER_HOST_GAP_SECONDS": "0"}
WARM = {"WALK_WARM": "1"}  # the launcher's: workers come from a fork of itself, too
WAIT_SECONDS = 120.0
PAUSE_SECONDS = 0.05
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PRELOADED = (
    *("flows.running", "flows.status", "flows.workers_warm"),
    *("great_expectations", "pandas"),
)


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


# Runs in processes of their own


@dataclass
class Running:
    """One command under way; ``log`` is the file of what it prints, errors go to one beside it."""

    pid: int
    log: Path
    launcher: Launcher
    started: float = field(default_factory=time.monotonic)

    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def complained(self) -> str:
        return Path(f"{self.log}.err").read_text("utf-8")

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Return the exit code, negative for the signal that ended it."""
        return int(self.launcher.ask({"wait": self.pid})["code"])

    def wait_for_cpu(self, seconds: float) -> bool:
        """Wait until it has used some CPU time; return whether it lived to.

        A moment by this clock is the same place in the code on an idle and on a busy machine.
        """
        while (used := self.cpu_seconds()) < seconds:
            if used == 0.0 and self.ended() is not None:
                return False
            time.sleep(PAUSE_SECONDS)
        return True

    def is_there(self) -> bool:
        """Tell whether its own process is there; one that nobody waited for still is."""
        return Path(f"/proc/{self.pid}/exe").exists()

    def cpu_seconds(self) -> float:
        """Return the CPU time that it and its workers have used; 0 once they are gone."""
        return sum(session_of(self.pid).values())

    def ended(self) -> int | None:
        """Return the exit code if it has ended."""
        code = self.launcher.ask({"poll": self.pid})["code"]
        return None if code is None else int(code)


class Launcher:
    """A process that forks the `copytaster` command."""

    def __init__(self) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r});"
            " import walk_support; walk_support.launch()"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **NO_GAP},
        )

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def start(self, *argv: object, log: Path, env: dict[str, str] | None = None) -> Running:
        """Start a command."""
        given = {"run": [str(one) for one in argv], "log": str(log), "env": env or {}}
        return Running(self.ask(given)["pid"], log, self)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(WAIT_SECONDS)
        self._process.stdout.close()


@functools.cache
def launcher() -> Launcher:
    """Return the one launcher of this test session."""
    made = Launcher()
    atexit.register(made.close)
    return made


def launch() -> None:
    """Be the launcher: read requests from standard input until it closes."""
    for name in PRELOADED:
        importlib.import_module(name)
    codes: dict[int, int] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "run" in asked:
            reply: dict[str, Any] = {"pid": _fork(asked["run"], asked["log"], asked["env"])}
        else:
            pid = asked.get("wait") or asked["poll"]
            if pid not in codes:
                ended, status = os.waitpid(pid, 0 if "wait" in asked else os.WNOHANG)
                if ended:
                    codes[pid] = os.waitstatus_to_exitcode(status)
            reply = {"code": codes.get(pid)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def start_fork_server() -> None:
    """Start the fork server of the workers as a fork of this process, while it has one thread.

    So it need not load the transforms, which is most of what a short run costs.
    """
    spawn = multiprocessing.util.spawnv_passfds

    def fork(path: bytes, args: list[str], passed: Sequence[int]) -> int:
        if "forkserver" not in args[-1]:
            return spawn(path, args, passed)
        if pid := os.fork():
            return pid
        kept = {0, 1, 2, *passed}
        for descriptor in {int(name) for name in os.listdir("/proc/self/fd")} - kept:  # noqa: PTH208
            with contextlib.suppress(OSError):
                os.close(descriptor)
        try:
            exec(args[-1], {})  # noqa: S102 (what would be handed to python -c)
        finally:
            os._exit(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiprocessing.util, "spawnv_passfds", fork)
        multiprocessing.forkserver.ensure_running()


def _fork(argv: list[str], log: str, env: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(os.open(f"{log}.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), 2)
    os.environ.update(env)
    os.setsid()  # so that its workers can be told from others
    code = 70
    try:
        if "WALK_CHUNK" in env:  # so that few records take several transactions
            quarantine.CHUNK = int(env["WALK_CHUNK"])
        if "WALK_WARM" in env:
            start_fork_server()
        sys.argv = ["copytaster", *argv]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 (a child never returns into the launcher)
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def session_of(pid: int) -> dict[int, float]:
    """Return the living processes of a session, a command and all it started: their CPU seconds."""
    found = {}
    for name in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 (asked often)
        with contextlib.suppress(OSError), Path("/proc", name, "stat").open("rb") as file:
            fields = file.read().rpartition(b")")[2].split()
            if fields[0] != b"Z" and int(fields[3]) == pid:
                found[int(name)] = sum(map(int, fields[11:13])) / CLOCK_TICKS
    return found


def wait_until_gone(pid: int, seconds: float = 30.0) -> dict[int, float]:
    """Wait for all processes of a session to end; return those that have not."""
    until = time.monotonic() + seconds
    while (left := session_of(pid)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


@contextlib.contextmanager
def killed_at_the_end(running: Running) -> Iterator[Running]:
    """See that nothing a test started outlives it."""
    try:
        yield running
    finally:
        for pid in session_of(running.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def spread(seed: int, count: int) -> Sequence[float]:
    """Return as many random fractions, one from each equal part of the way, shuffled."""
    seeded = random.Random(seed)
    found = [(number + seeded.random()) / count for number in range(count)]
    seeded.shuffle(found)
    return found
