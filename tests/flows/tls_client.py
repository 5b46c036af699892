"""Fetches addresses in a process of its own: whom TLS trusts is read as the HTTP client loads.

Arguments: a folder, the port that all connections go to (but those to localhost, which are dialled
as any are), and addresses; those that end with ``/feed`` are feeds, the others pages. Prints a
JSON list: final address, status, code, detail.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from flows.fetch.client import Fetcher
from flows.settings import Settings
from warehouse.archive import ArchiveWriter
from warehouse.state import State


async def fetch(folder: Path, port: str, urls: list[str]) -> list[list[str | int | None]]:
    """Return what came from each address, asked for one after the other."""

    def clock() -> datetime:
        return datetime.now(UTC)

    detour = Settings(home=folder, connect_to=f"127.0.0.1:{port}", host_gap_seconds=0.0)
    dialling = Settings(home=folder, allowed_networks=("127.0.0.0/8", "::1"), host_gap_seconds=0.0)
    found: list[list[str | int | None]] = []
    with (
        State(folder / "state.sqlite") as state,
        ArchiveWriter(folder / "archive", "run", clock()) as archive,
    ):
        async with (
            Fetcher(detour, state, clock=clock, archive=archive) as replaying,
            Fetcher(dialling, state, clock=clock, archive=archive) as direct,
        ):
            for url in urls:
                fetcher = direct if "://localhost" in url else replaying
                purpose = "feed" if url.endswith("/feed") else "page"
                one = await fetcher.get(url, purpose=purpose, run_id="run")  # type: ignore[arg-type]
                code, detail = (one.problem.code, one.problem.detail) if one.problem else (None, "")
                found.append([one.final_url, one.status, code, detail])
    return found


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(fetch(Path(given[0]), given[1], given[2:]))))
