"""Workers end with the run that started them, whatever they are at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from walk_processes import session_of, wait_until_gone

pytestmark = pytest.mark.slow

# Two workers, one busy for an hour in Python and one asleep; a third item waits.
RUN = """
import asyncio
from flows.workers import Workers
from test_walk_orphans import last_an_hour

async def main():
    with Workers(2, 7200.0) as workers:
        print("begun", flush=True)
        await workers.map(last_an_hour, ["busy", "asleep", "waiting"])

if __name__ == "__main__":
    asyncio.run(main())
"""


def last_an_hour(way: str) -> None:
    until = time.monotonic() + 3600
    while time.monotonic() < until:
        time.sleep(0 if way == "busy" else 3600)


def test_hung_workers_do_not_outlive_a_killed_run() -> None:
    path = [str(Path(__file__).parent), *filter(None, sys.path)]
    with subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            wait_for_a_busy_worker(process.pid)
            process.kill()
            process.wait()
            assert wait_until_gone(process.pid, 20) == {}
        finally:
            for pid in session_of(process.pid):
                os.kill(pid, signal.SIGKILL)


def wait_for_a_busy_worker(run: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        used = {pid: cpu for pid, cpu in session_of(run).items() if parent_of(pid) not in {0, run}}
        if any(cpu > 0.5 for pid, cpu in used.items() if pid != run):
            return
        time.sleep(0.05)
    pytest.fail("no worker was busy")


def parent_of(pid: int) -> int:
    """Return a process's parent; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    except OSError:
        return 0
