"""What a simulation measures of the machine: how fast it is now, and how much memory is held."""

from __future__ import annotations

import os
import time
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def yardstick_ns() -> int:
    """Return the CPU time of a piece of work that is the same each time."""
    began = time.thread_time_ns()
    words: dict[int, str] = {}
    for number in range(3000):
        words[number % 97] = str(number)
    return time.thread_time_ns() - began


def resident_mib() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * PAGE_BYTES // 2**20
