"""One run: its resources opened, its clock and its name, and an orderly end."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flows.progress import current_meter
from flows.workers import Workers
from transforms.version import VERSION
from warehouse import outlets, register
from warehouse.archive import ArchiveWriter
from warehouse.connection import Home, writing
from warehouse.migrate import check_is_current
from warehouse.publish import publish
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from flows.fetch.client import Fetcher
    from flows.progress import Meter
    from flows.settings import Settings
    from transforms.records import FeedState

CODE_VERSION = f"copytaster {VERSION}"


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Run:
    """The resources of one run; open it with `open_run`."""

    run_id: str
    kind: str
    settings: Settings
    home: Home
    state: State
    archive: ArchiveWriter
    fetcher: Fetcher
    workers: Workers
    clock: Callable[[], datetime]
    meter: Meter
    stop_at: datetime
    costs: dict[str, float]  # CPU seconds spent in the workers, by stage
    # Of feeds with a poll in hand that this run made, as the state file has them.
    answered: dict[str, FeedState] = field(default_factory=dict)

    @property
    def is_out_of_time(self) -> bool:
        """Tell whether no further batch may be started."""
        return self.clock() >= self.stop_at

    def charge(self, stage: str, cpu_seconds: float) -> None:
        """Add CPU time that workers spent on a stage."""
        self.costs[stage] = self.costs.get(stage, 0.0) + cpu_seconds


def name_run(now: datetime) -> str:
    """Return a new run's id: its start in UTC and six random digits, sortable by time."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


@asynccontextmanager
async def open_run(
    kind: str,
    settings: Settings,
    parameters: dict[str, Any],
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[Run]:
    """Open a run: its row in `ops.runs`, its archive file, its workers, its sockets.

    However it ends, its claims are freed, its row tells how, and what it loaded is
    published (by `ingest` not before a large copy's rest is over); what its pages teach of
    their outlets is known once it is done. A run that was killed is found dead by the next,
    which takes over its work in hand.

    Raises: WarehouseMissing if the home was never initialised; SchemaError if it is to be
        brought up to this version first.
    """
    from flows.fetch.client import Fetcher  # noqa: PLC0415 (dear, and of no use without a run)

    home = Home(settings.home)
    with (
        State(home.state) as state,
        _in_register(state, settings, kind, parameters, clock) as begun,
        ArchiveWriter(home.archive, begun.run_id, begun.at) as archive,
        Workers(settings.workers, settings.page_time_limit_seconds) as workers,
    ):
        async with Fetcher(settings, state, clock=clock, archive=archive, sleep=sleep) as fetcher:
            yield Run(
                run_id=begun.run_id,
                kind=kind,
                settings=settings,
                home=home,
                state=state,
                archive=archive,
                fetcher=fetcher,
                workers=workers,
                clock=clock,
                meter=current_meter(),
                stop_at=begun.at + timedelta(seconds=settings.run_budget_seconds),
                costs=begun.costs,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A run that stands in the register; what it costs is written there at its end."""

    run_id: str
    at: datetime
    costs: dict[str, float]


@contextmanager
def _in_register(
    state: State,
    settings: Settings,
    kind: str,
    parameters: dict[str, Any],
    clock: Callable[[], datetime],
) -> Iterator[_Begun]:
    """Enter a run as begun, and at its end how it ended; then publish what it loaded."""
    home = Home(settings.home)
    now = clock()
    run_id = name_run(now)
    with writing(home) as con:
        check_is_current(con)
        state.begin_run(run_id, kind, now)
        register.mark_dead_runs(con, state.dead_runs(), now)
        register.begin_run(con, run_id, kind, parameters, now, CODE_VERSION)
    costs: dict[str, float] = {}
    status = "failed"
    try:
        yield _Begun(run_id=run_id, at=now, costs=costs)
        status = "done"
    except (KeyboardInterrupt, asyncio.CancelledError):
        status = "stopped"
        raise
    finally:
        state.end_run(run_id)
        with writing(home) as con:
            if status == "done":
                outlets.learn(con)
            register.copy_work_in_hand(con, state.in_hand(clock()))
            register.end_run(con, run_id, status, clock(), costs)
        # Runs of the schedule come often; whoever starts another run wants to see it.
        rest = settings.publish_rest_seconds_a_gb if kind == "ingest" else 0.0
        publish(home, rest_seconds_a_gb=rest)
