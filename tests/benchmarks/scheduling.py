"""A newsroom of the largest size, in time that is injected: is any rule broken, is anyone left out?

    python tests/benchmarks/scheduling.py [--feeds N] [--hosts N] [--days D]

The real schedule and the real ledger, without sockets: feeds of all paces are imported at
once, polled when they are due, and answered by invented servers with realistic faults.
Each answer is held against what was asked for before. Printed is a table; exit code 1 if
a rule was broken, a feed left out, or the busiest minute was twice the mean or more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "flows")]


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=180_000)
    parser.add_argument("--hosts", type=int, default=0, help="by default a third of the feeds")
    parser.add_argument("--days", type=float, default=2.0)
    given = parser.parse_args()

    from simulation import simulate

    began = time.perf_counter()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # CPU is what is measured
    with tempfile.TemporaryDirectory(prefix="copytaster-scheduling-", dir=memory) as folder:
        told = simulate(Path(folder), given.feeds, given.hosts or given.feeds // 3, given.days)
    print("\n".join(told.lines()))
    print(f"{time.perf_counter() - began:.0f} s")
    sys.exit(not told.is_good)


if __name__ == "__main__":
    main()
