"""The server that workers are forked from: one a process, which loads once what they need.

Reading feeds needs little. Reading pages needs the extractor, whose loading takes more than a
second of CPU: a server that has it is started where the first page is read, in place of one
that read the feeds. What is loaded is a matter of speed alone: a worker that lacks a module
imports it itself.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

Need = Literal["feeds", "pages"]

PRELOADED: dict[Need, list[str]] = {
    "feeds": ["flows.workers_feeds"],
    "pages": ["flows.workers_warm"],
}
MAIN = "prefect.engine"
"""The main module that counts as imported in workers: nothing of it is needed there."""


@dataclass(slots=True)
class _State:
    """What this process has: pools of workers that are open, and what its server has loaded."""

    pools: int = 0
    loaded: Need | None = None  # None: not started by us


_state = _State()


def is_worth_reopening(need: Need) -> bool:
    """Tell whether a pool should be opened anew, for its workers to have what is needed."""
    return _lacks(need) and _state.pools == 1


def enter(need: Need) -> BaseContext:
    """Return how the workers of one more pool are started; `leave` is to be called at its end.

    Never by a plain fork: the parent has threads and open databases.
    """
    import multiprocessing  # noqa: PLC0415 (loaded where there is work to hand out)

    _state.pools += 1
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    server = _server()
    if _lacks(need) and _state.pools == 1:
        server._stop()  # noqa: SLF001 (nothing public ends it, and all its workers are gone)
    if server._forkserver_pid is None:  # noqa: SLF001 (nothing public tells)
        server.set_forkserver_preload(PRELOADED[need])
        _state.loaded = need
    return multiprocessing.get_context("forkserver")


def leave() -> None:
    """Tell that a pool is closed, and its workers gone."""
    _state.pools -= 1


def hide_main() -> None:
    """Spare workers this process's main module, which each would import, for nothing."""
    if sys.platform.startswith("linux"):
        sys.modules["__main__"].__spec__ = ModuleSpec(MAIN, None)


def _lacks(need: Need) -> bool:
    return need == "pages" and _state.loaded == "feeds"


def _server() -> Any:  # noqa: ANN401 (its types tell only of what is public)
    from multiprocessing import forkserver  # noqa: PLC0415 (as above)

    return forkserver._forkserver  # noqa: SLF001 (the one of this process)
