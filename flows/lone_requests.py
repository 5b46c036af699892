"""A few addresses asked for outside of a run, as politely as in one, their answers archived."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.fetch.client import Fetcher
from flows.homes import existing_home
from flows.jobs import brought_body
from flows.run import name_run, utc_now
from flows.settings import read_settings
from transforms.content import body_of
from transforms.records import Problem
from warehouse.archive import ArchiveWriter
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from flows.settings import Settings
    from transforms.records import Exchange, Purpose


@dataclass(frozen=True, slots=True)
class Asker:
    """What asks for addresses, and by which settings."""

    fetcher: Fetcher
    settings: Settings
    run_id: str

    async def ask(self, url: str, purpose: Purpose) -> Exchange:
        """Ask for one address."""
        return await self.fetcher.get(url, purpose=purpose, run_id=self.run_id)


@asynccontextmanager
async def asking(folder: Path | None, connect_to: str | None) -> AsyncIterator[Asker]:
    """Open the state and the archive of a home for a few requests.

    Raises: WarehouseMissing if the home was never initialised.
    """
    home, _ = existing_home(folder)
    settings = read_settings(folder, connect_to=connect_to)
    run_id = name_run(utc_now())
    with (
        State(home.state) as state,
        ArchiveWriter(home.archive, run_id, utc_now()) as archive,
    ):
        async with Fetcher(settings, state, clock=utc_now, archive=archive) as fetcher:
            yield Asker(fetcher, settings, run_id)


def body_or_error(exchange: Exchange, max_bytes: int) -> bytes:
    """Return what an answer holds, unpacked.

    Raises: OSError, saying what went wrong, where the answer is none, no success, too
        large or damaged.
    """
    url = exchange.requested_url
    if exchange.problem is not None:
        raise OSError(f"{url}: {exchange.problem.code}: {exchange.problem.detail}")
    if not brought_body(exchange):
        raise OSError(f"{url} answered {exchange.status} {exchange.reason}")
    body = body_of(exchange, max_bytes)
    if isinstance(body, Problem):
        raise OSError(f"{url}: {body.code}: {body.detail}")
    return body
