"""Without a Prefect server the command line runs its flows as they are, and starts none."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.prefect

LISTENING = "0A"  # as /proc/net/tcp writes it


def sockets_of(group: int) -> set[str]:
    """Return the inodes of the open sockets of a process group."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) != group:
                continue
            links = [str(entry.readlink()) for entry in (folder / "fd").iterdir()]
        except OSError:  # ended meanwhile
            continue
        found |= {link[8:-1] for link in links if link.startswith("socket:[")}
    return found


def listening(group: int) -> set[str]:
    """Return the TCP ports at which a process group listens."""
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    inodes = sockets_of(group)
    return {row[1] for row in rows if row[3] == LISTENING and row[9] in inodes}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's /proc")
def test_ingest_without_a_server_starts_none(
    make_home: Callable[[], Any],
    start: Callable[..., Any],
    without_server: Callable[[Path], dict[str, str]],
    tmp_path: Path,
) -> None:
    home = make_home()
    prefect_home = tmp_path / "prefect"
    child = start(
        tmp_path / "log",
        "copytaster", "ingest", "--home", home.folder, "--source", "none of them", "--json",
        cwd=tmp_path,
        env=without_server(prefect_home),
    )  # fmt: skip
    seen = set()
    while child.process.poll() is None:
        seen |= listening(child.process.pid)
        time.sleep(0.1)

    summary = json.loads(child.log.read_text().splitlines()[-1])
    assert summary["status"] == "done"
    assert seen == set()
    assert not list(prefect_home.glob("*.db"))  # where a temporary server would keep its own
