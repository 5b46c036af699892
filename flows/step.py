"""Steps: functions that are Prefect tasks inside a recorded flow run, and plain calls outside.

Prefect is told of batches, never of single feeds or pages: a task run costs its
server tens of milliseconds. Arguments are handed over opaque, because Prefect
would otherwise walk through every record in them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.utilities.annotations import opaque

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")


def is_recorded() -> bool:
    """Tell whether this runs inside a flow run that a Prefect server records."""
    return FlowRunContext.get() is not None


def step(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make an async function a task where a flow run is recorded, and itself elsewhere.

    Retries are not Prefect's: what failed stands in the work in hand, with the
    time of its next try.
    """
    as_task = task(cache_policy=NO_CACHE, persist_result=False)(function)

    @functools.wraps(function)
    async def run_step(*args: P.args, **kwargs: P.kwargs) -> T:
        if not is_recorded():
            return await function(*args, **kwargs)
        hidden = [opaque(value) for value in args]
        named = {name: opaque(value) for name, value in kwargs.items()}
        return await as_task(*hidden, **named)  # type: ignore[arg-type]

    return run_step
