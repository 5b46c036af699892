"""Steps: functions that are Prefect tasks inside a recorded flow run, and plain calls outside.

Prefect is told of batches, never of single feeds or pages: a task run costs its
server tens of milliseconds. Arguments are handed over opaque, because Prefect
would otherwise walk through every record in them.

Prefect is imported where a flow run is recorded, and then it is there already: its
import costs more CPU than most runs.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from prefect import Task

P = ParamSpec("P")
T = TypeVar("T")


def is_recorded() -> bool:
    """Tell whether this runs inside a flow run that a Prefect server records."""
    if "prefect" not in sys.modules:
        return False
    from prefect.context import FlowRunContext  # noqa: PLC0415

    return FlowRunContext.get() is not None


def step(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make an async function a task where a flow run is recorded, and itself elsewhere.

    Retries are not Prefect's: what failed stands in the work in hand, with the
    time of its next try.
    """

    @functools.cache
    def as_task() -> Task[P, Coroutine[Any, Any, T]]:
        from prefect import task  # noqa: PLC0415
        from prefect.cache_policies import NO_CACHE  # noqa: PLC0415

        return task(cache_policy=NO_CACHE, persist_result=False)(function)

    @functools.wraps(function)
    async def run_step(*args: P.args, **kwargs: P.kwargs) -> T:
        if not is_recorded():
            return await function(*args, **kwargs)
        from prefect.utilities.annotations import opaque  # noqa: PLC0415

        hidden = [opaque(value) for value in args]
        named = {name: opaque(value) for name, value in kwargs.items()}
        return await as_task()(*hidden, **named)  # type: ignore[arg-type]

    return run_step
