"""A newsroom of the largest size, in time that is injected: is any rule broken, is anyone left out?

    python tests/benchmarks/scheduling.py [--feeds N] [--hosts N] [--days D]
        [--processes N] [--minutes N]

The real schedule and the real ledger, without sockets: feeds of all paces are imported at
once, polled when they are due, and answered by invented servers with realistic faults.
Each answer is held against what was asked for before. Printed is a table; exit code 1 if
a rule was broken, a feed left out, or the busiest minute was twice the mean or more.

Not in the CPU told of: the warehouse's list of feeds, sockets, archive, parsing, and the
claims and polls in hand that make a run safe to kill. Machines that are shared are slower
than at their best: a piece of work that is the same each time tells by how much.

With --minutes it ends after so long, and tells of the time simulated until then, by six
hours. With several processes, each has its share of the feeds, hosts, domains and addresses and
a state file of its own; what came of them is added up, minute by minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "flows")]

if TYPE_CHECKING:
    from simulation_told import Told


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=180_000)
    parser.add_argument("--hosts", type=int, default=0, help="by default a third of the feeds")
    parser.add_argument("--days", type=float, default=2.0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=24 * 60.0)
    given = parser.parse_args()
    shares = given.processes
    feeds, hosts = given.feeds // shares, (given.hosts or given.feeds // 3) // shares
    began = time.perf_counter()
    with ProcessPoolExecutor(shares, mp_context=get_context("spawn")) as pool:
        share = partial(_share, feeds, hosts, given.days, time.time() + 60 * given.minutes)
        results = list(pool.map(share, range(shares)))
    told, *others = (kept[min(map(len, results)) - 1] for kept in results)
    for other in others:
        told.add(other)
    print("\n".join(told.lines()))
    print(f"{time.perf_counter() - began:.0f} s")
    sys.exit(not told.is_good)


def _share(feeds: int, hosts: int, days: float, ends_at: float, seed: int) -> list[Told]:
    from simulation import simulate

    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # CPU is what is measured
    with tempfile.TemporaryDirectory(prefix="copytaster-scheduling-", dir=memory) as folder:
        return simulate(Path(folder), feeds, hosts, days, seed, Bar(seed, ends_at))


@dataclass
class Bar:
    """Tells on the standard error how far a process is."""

    number: int
    ends_at: float
    began: float = field(default_factory=time.perf_counter)
    told_at: float = 0.0

    def __call__(self, done: float, told: Told) -> bool:
        """Tell it once a second, and on a line of its own at the end; return if time is left."""
        now = time.perf_counter()
        if now - self.told_at < 1 and done < 1:
            return True
        self.told_at = now
        left = (now - self.began) * (1 / done - 1)
        bar = "#" * round(40 * done)
        line = f"\r{self.number}: [{bar:40}] {done:4.0%} {told.polls:,} polls, {left:.0f} s left "
        print(line, end="\n" if done >= 1 else "", file=sys.stderr, flush=True)
        return time.time() < self.ends_at


if __name__ == "__main__":
    main()
