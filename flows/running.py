"""A flow started from the command line: recorded where a Prefect server is configured."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any, TypeVar

from prefect.settings import get_current_settings

from flows.homes import existing_home
from flows.progress import shown_progress
from flows.report import Summary, summarise

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from prefect import Flow

T = TypeVar("T")


def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine and return its result; SIGTERM stops it in good order, as Ctrl-C does.

    Raises: KeyboardInterrupt when it was stopped, after its clean-up.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return asyncio.run(work)
    finally:
        signal.signal(signal.SIGTERM, before)


async def run_flow(flow: Flow[..., Any], given: Mapping[str, Any], *, quiet: bool) -> Summary:
    """Run a flow once and return what it did.

    Without a server the flow's function is called as it is: a temporary server would
    cost some ten seconds and keep part of the history only, and `ops.runs` has it all.

    Raises: WarehouseMissing if the home was never initialised.
    """
    home, _ = existing_home(given.get("home"))
    parameters = {name: value for name, value in given.items() if value is not None}
    with shown_progress(quiet=quiet):
        run = flow if get_current_settings().api.url else flow.fn
        result = await run(**parameters)
    return summarise(home, result["run_id"])
