"""How fast the walk is, and where its time goes: feeds to tables, against a newsroom on loopback.

    python tests/benchmarks/walk.py DIR [DIR ...] [--pages N] [--runs N] [--prefect]

Each DIR holds stored pages as `copytaster newsroom` takes them. The newsroom is
served by a process of its own, so that its work does not count. Every run walks a
fresh home. Printed are medians over the runs: articles a second, CPU milliseconds
an article by stage, peak memory. With --prefect the walk is also run plainly and
as recorded flow runs against a real server: the difference is the orchestration.

Stages run one after another here, so that CPU time can be told apart; the real
walk fetches the next batch while it extracts this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from stored_pages import records_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAGES = ("fetch", "parse", "extract", "validate", "load", "publish", "other")
SETTINGS = "host_gap_seconds = 0.0\nrun_budget_seconds = 100000.0\n"
QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
SERVER_WAIT_SECONDS = 120
SAMPLE_SECONDS = 0.1


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--pages", type=int, default=0, help="take this many pages only")
    parser.add_argument("--runs", type=int, default=3, help="runs, of which medians are printed")
    parser.add_argument("--prefect", action="store_true", help="measure orchestration, too")
    parser.add_argument(
        "--walk", nargs=3, metavar=("HOME", "ADDRESS", "HOW"), help=argparse.SUPPRESS
    )
    given = parser.parse_args()
    if given.walk:
        print(json.dumps(walk_once(Path(given.walk[0]), given.walk[1], given.walk[2])))
        return
    if not given.folders:
        parser.error("name at least one DIR of stored pages")
    with tempfile.TemporaryDirectory(prefix="copytaster-walk-") as scratch:
        room = gather(given.folders, Path(scratch) / "newsroom", given.pages)
        with newsroom(room) as address:
            print_stages([measure(Path(scratch), address, "stages") for _ in range(given.runs)])
            if given.prefect:
                print_orchestration(*against_server(Path(scratch), address, given.runs))


def gather(folders: list[Path], target: Path, limit: int) -> Path:
    """Make one newsroom folder of several, each page once."""
    target.mkdir()
    seen: set[str] = set()
    with (target / "records.jsonl").open("w", encoding="utf-8") as out:
        for folder in folders:
            for record in records_of(folder):
                is_page = str(record.get("url", "")).startswith("http")
                if not is_page or record["url"] in seen or (limit and len(seen) >= limit):
                    continue
                seen.add(record["url"])
                link = target / f"{len(seen):06}.html.gz"
                link.symlink_to((folder / record["html_file"]).resolve())
                out.write(json.dumps(record | {"html_file": link.name}) + "\n")
    print(f"{len(seen)} pages of {', '.join(folder.name for folder in folders)}")
    return target


@contextmanager
def newsroom(folder: Path) -> Iterator[str]:
    """Serve a folder from another process; yields its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "newsroom", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield line.split(" feeds at ")[1].split(":copytaster")[0].split(": ")[0]
    finally:
        process.terminate()
        process.wait()


def measure(scratch: Path, address: str, how: str, **extra: str) -> dict[str, Any]:
    """Walk once, in a fresh home and a fresh process; return what it measured."""
    home = Path(tempfile.mkdtemp(dir=scratch))
    command = [sys.executable, __file__, "--walk", str(home), address, how]
    process = subprocess.Popen(
        command, env=os.environ | QUIET | extra, stdout=subprocess.PIPE, stderr=DEVNULL, text=True
    )
    cpu: dict[int, float] = {}
    peak = 0.0
    while process.poll() is None:
        family = descendants(process.pid)
        cpu |= {pid: seconds for pid, (seconds, _) in family.items()}
        peak = max(peak, sum(megabytes for _, megabytes in family.values()))
        time.sleep(SAMPLE_SECONDS)
    found: dict[str, Any] = json.loads((process.stdout or sys.stdin).read().splitlines()[-1])
    found["worker_cpu"] = sum(seconds for pid, seconds in cpu.items() if pid != process.pid)
    shutil.rmtree(home)
    return found | {"peak_mb": peak}


def descendants(root: int) -> dict[int, tuple[float, float]]:
    """Return CPU seconds and memory (proportional set size, MB) of a process and those below it."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        parents[int(folder.name)] = int(fields[1])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    found = {}
    for pid in family:
        try:
            memory = Path(f"/proc/{pid}/smaps_rollup").read_text()
            found[pid] = (cpu_of(pid), int(memory.split("\nPss:")[1].split()[0]) / 1024)
        except (FileNotFoundError, ProcessLookupError, IndexError):
            continue  # it ended meanwhile
    return found


def walk_once(home: Path, address: str, how: str) -> dict[str, Any]:
    """Walk in this process: by stages, plainly, or as a recorded flow run."""
    import expectations.check
    import flows.ingest
    import flows.recorded
    from flows.homes import prepare_home
    from flows.report import summarise
    from flows.subscriptions import fetch_document, subscribe
    from transforms.opml import read_opml
    from warehouse.connection import Home

    prepare_home(home)
    (home / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    opml = asyncio.run(fetch_document(home, "http://newsroom.example/feeds.opml", address))
    subscribe(home, read_opml(opml))
    import great_expectations  # noqa: F401

    import expectations.engine  # noqa: F401  (imports are no part of a run)

    costs = watch_stages() if how == "stages" else {}
    given = {"home": home, "all_feeds": True, "connect_to": address}
    started, cpu = time.perf_counter(), time.process_time()
    flow = flows.recorded.ingest if how == "recorded" else flows.ingest.ingest
    result = asyncio.run(flow(**given))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    summary = summarise(Home(home), result["run_id"])
    return {
        "articles": summary.count("article", "loaded"),
        "pages": summary.count("page"),
        "seconds": seconds,
        "main_cpu": cpu,
        "stages": costs,
    }


def watch_stages() -> dict[str, float]:
    """Charge CPU seconds of this process to stages, from now on; the walk goes in turn.

    Returns: the account, by stage; it fills while the walk runs.
    """
    import expectations.check
    import flows.ingest
    import flows.pages
    import flows.polls
    import flows.run

    account = dict.fromkeys((*STAGES, "worker"), 0.0)
    open_stages: list[str] = []
    since = [time.process_time()]

    def switch() -> None:
        now = time.process_time()
        account[open_stages[-1] if open_stages else "other"] += now - since[0]
        since[0] = now

    def charged(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        async def waited(*args: Any, **kwargs: Any) -> Any:
            switch()
            open_stages.append(stage)
            try:
                return await function(*args, **kwargs)
            finally:
                switch()
                open_stages.pop()

        def called(*args: Any, **kwargs: Any) -> Any:
            switch()
            open_stages.append(stage)
            try:
                return function(*args, **kwargs)
            finally:
                switch()
                open_stages.pop()

        return waited if asyncio.iscoroutinefunction(function) else called

    polls, pages = flows.polls, flows.pages
    polls.poll_feeds = charged("fetch", polls.poll_feeds)
    pages.fetch_pages = charged("fetch", pages.fetch_pages)
    checks = expectations.check
    checks.check_entries = charged("validate", checks.check_entries)
    checks.check_articles = charged("validate", checks.check_articles)
    polls.settle = charged("load", polls.settle)
    pages._load = charged("load", pages._load)
    polls.load_polls = charged("parse", polls.load_polls)
    pages.extract_pages = charged("extract", pages.extract_pages)
    flows.run.publish = charged("publish", flows.run.publish)

    async def in_turn(run: Any, lane: str = "live", window: Any = pages.ALWAYS) -> None:
        while wants := await pages.fetch_some(run, lane):
            await pages.read_and_load(run, wants, window)
        for stage, seconds in run.costs.items():
            account[stage] += seconds
            account["worker"] += seconds

    flows.ingest.work_off = in_turn
    return account


def print_stages(runs: list[dict[str, Any]]) -> None:
    """Print the medians of runs measured by stage."""
    articles = runs[0]["articles"]
    rate = statistics.median(run["articles"] / run["seconds"] for run in runs)
    print(f"\n{articles} articles loaded of {runs[0]['pages']} pages, {rate:.1f} articles a second")
    print("(the stages in turn; medians of", len(runs), "runs)")
    print(f"{'stage':<22}{'CPU ms an article':>18}")
    for stage in STAGES:
        cost = statistics.median(run["stages"][stage] for run in runs)
        print(f"{stage:<22}{1000 * cost / articles:>18.2f}")
    startup = statistics.median(run["worker_cpu"] - run["stages"]["worker"] for run in runs)
    print(f"{'workers, start-up':<22}{1000 * startup / articles:>18.2f}")
    total = statistics.median(run["main_cpu"] + run["worker_cpu"] for run in runs)
    print(f"{'all':<22}{1000 * total / articles:>18.2f}")
    print(f"peak memory, all processes together: {max(run['peak_mb'] for run in runs):.0f} MB")


def against_server(
    scratch: Path, address: str, runs: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float]:
    """Walk plainly and recorded, in turn; return both, and the server's CPU seconds for a run."""
    home = scratch / "prefect"
    port = "4277"
    environment = {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("prefect")), "server", "start", "--port", port],
        env=os.environ | QUIET | {"PREFECT_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_server(f"http://127.0.0.1:{port}/api/health")
        plain, recorded, spent = [], [], []
        for _ in range(runs):
            before = cpu_of(server.pid)
            plain.append(measure(scratch, address, "plain"))
            between = cpu_of(server.pid)
            recorded.append(measure(scratch, address, "recorded", **environment))
            # What the server does by itself, it does during the plain walk, too.
            spent.append(cpu_of(server.pid) - between - (between - before))
        return plain, recorded, statistics.median(spent)
    finally:
        server.terminate()
        server.wait()


def await_server(url: str) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + SERVER_WAIT_SECONDS
    while True:
        try:
            urlopen(url, timeout=2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def print_orchestration(
    plain: list[dict[str, Any]], recorded: list[dict[str, Any]], server_seconds: float
) -> None:
    """Print what recording a run costs, as a share of the run."""

    def cpu(runs: list[dict[str, Any]]) -> float:
        return statistics.median(run["main_cpu"] + run["worker_cpu"] for run in runs)

    # Workers know nothing of Prefect: what differs in them is the machine's noise.
    main = [statistics.median(run["main_cpu"] for run in runs) for runs in (plain, recorded)]
    client = main[1] - main[0]
    articles = plain[0]["articles"]
    rate = statistics.median(run["articles"] / run["seconds"] for run in plain)
    share = 100 * (client + server_seconds) / (cpu(plain) + client + server_seconds)
    print(f"\norchestration, {articles} articles, {rate:.1f} a second without it")
    print(f"{'client':<22}{client:>10.2f} CPU s")
    print(f"{'server':<22}{server_seconds:>10.2f} CPU s")
    print(f"{'the walk itself':<22}{cpu(plain):>10.2f} CPU s")
    print(f"{'share':<22}{share:>10.1f} %")


if __name__ == "__main__":
    main()
