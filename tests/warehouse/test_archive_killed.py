"""The archive: what a writer that was killed leaves behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.records import Place
from warehouse.archive import read_exchange, read_exchanges

if TYPE_CHECKING:
    from transforms.records import Problem

ROOT = Path(__file__).parents[2]

WRITER = """
import os, sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from transforms.records import Exchange
from warehouse.archive import ArchiveWriter

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
page = Exchange(
    exchange_id="", run_id=sys.argv[2], purpose="page", requested_url="https://a.example/",
    final_url="https://a.example/", fetched_at=NOW, elapsed_ms=1, status=200,
    headers=(("Content-Encoding", "gzip"),), payload=os.urandom(3_000_000),
)
with ArchiveWriter(Path(sys.argv[1]), sys.argv[2], NOW) as writer:
    number = 0
    while True:
        number += 1
        place = writer.append(replace(page, exchange_id=f"{sys.argv[2]}-{number}")).place
        writer.sync()
        os.write(1, f"{number} {place.file} {place.offset} {place.length}\\n".encode())
"""


def test_all_that_was_synced_outlives_a_kill(tmp_path: Path) -> None:
    chance = random.Random(5)
    for attempt in range(5):
        told = told_before_kill(tmp_path, "run-1", chance.uniform(0.05, 0.2))
        faults: list[Problem] = []
        file = tmp_path / f"2026/01/10/run-1-{attempt:05d}.warc.gz"
        read = list(read_exchanges(file, folder=tmp_path, on_problem=faults.append))
        numbers = [int(exchange.exchange_id.split("-")[2]) for exchange in read]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) - len(told) in {0, 1}  # one may be whole and not told yet
        assert [exchange.place for exchange in read[: len(told)]] == told
        for exchange in read:
            assert exchange.place
            assert read_exchange(tmp_path, exchange.place) == exchange
        assert [fault.code for fault in faults] in ([], ["torn_archive"])
    assert len(list(tmp_path.rglob("*.warc.gz"))) == 5


def told_before_kill(folder: Path, run_id: str, seconds: float) -> list[Place]:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), run_id],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline()]
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    parts = [line.split() for line in lines if line.endswith("\n")]
    return [
        Place(file=file, offset=int(offset), length=int(length))
        for _, file, offset, length in parts
    ]
