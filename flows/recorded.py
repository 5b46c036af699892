"""The walks as Prefect flows: what deployments run, and the command line beside a server.

Prefect's import costs a second and a half of CPU, more than a poll of a hundred feeds.
The walks themselves are plain functions that do without it.
"""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING, Any

from prefect import flow

from flows import backfill as backfilling
from flows import ingest as ingesting
from flows import reprocess as reprocessing
from flows import upkeep as keeping_up
from flows.screen import hush

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import ModuleType

    from prefect import Flow

if "PREFECT__FLOW_RUN_ID" in os.environ:  # a worker's process for one run, which is its last word
    atexit.register(hush)

Summary = dict[str, Any]


def _flow(
    module: ModuleType, walk: Callable[..., Coroutine[Any, Any, Summary]]
) -> Flow[..., Coroutine[Any, Any, Summary]]:
    return flow(name=walk.__name__, description=module.__doc__, persist_result=False)(walk)


ingest = _flow(ingesting, ingesting.ingest)
backfill = _flow(backfilling, backfilling.backfill)
reprocess = _flow(reprocessing, reprocessing.reprocess)
upkeep = _flow(keeping_up, keeping_up.upkeep)
