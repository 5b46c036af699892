"""How we behave, as publishers see it: a week of fifty feeds, scored by their servers.

    python tests/benchmarks/behaviour.py [--feeds N] [--days D] [--every MINUTES]

The servers stand on loopback and the time is injected: it passes at once when everybody
waits for it. Printed is, rule by rule, how often it could have been broken and how often
it was. Exit code 1 unless every rule was tested and none was broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "flows")]


def main() -> None:
    """Run it and print the score."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=50, help="how many feeds; fifty")
    parser.add_argument("--days", type=float, default=7.0, help="how many days; a week")
    parser.add_argument("--every", type=float, default=30.0, help="minutes from run to run")
    given = parser.parse_args()

    from behaviour_week import live

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="copytaster-behaviour-") as folder:
        score = live(Path(folder) / "home", given.feeds, given.days, timedelta(minutes=given.every))
    print("\n".join(score.lines()))
    spent = time.perf_counter() - began
    print(f"{given.feeds} feeds, {given.days:g} days of their time in {spent:.0f} s of ours")
    if score.untested:
        print(f"not tested: {', '.join(score.untested)}")
    sys.exit(bool(score.untested or score.broken.total()))


if __name__ == "__main__":
    main()
