"""A walk started from the command line: recorded where a Prefect server is configured."""

from __future__ import annotations

import asyncio
import os
import signal
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flows.homes import existing_home
from flows.progress import shown_progress
from flows.report import Summary, summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

T = TypeVar("T")

PROFILES = Path(".prefect", "profiles.toml")  # in the user's home, unless a variable moves it


def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine and return its result; SIGTERM stops it in good order, as Ctrl-C does.

    That holds where SIGINT is ignored, too, as for what a script starts in the background.

    Raises: KeyboardInterrupt when it was stopped, after its clean-up.
    """

    async def stoppable() -> T:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def run_walk(
    walk: Callable[..., Coroutine[Any, Any, dict[str, Any]]],
    given: Mapping[str, Any],
    *,
    quiet: bool,
) -> Summary:
    """Run a walk once and return what it did.

    Without a server it is called as it is: a temporary server would cost some ten
    seconds and keep part of the history only, and `ops.runs` has it all.

    Raises: WarehouseMissing if the home was never initialised.
    """
    existing_home(given.get("home"))
    parameters = {name: value for name, value in given.items() if value is not None}
    with shown_progress(quiet=quiet):
        result = await (_recorded(walk.__name__) or walk)(**parameters)
    return summary_of(result)


def _recorded(name: str) -> Callable[..., Coroutine[Any, Any, dict[str, Any]]] | None:
    """Return a walk as a flow, where a server is there to record it."""
    if not may_have_server(os.environ, Path.home(), Path.cwd()):
        return None
    from prefect.settings import get_current_settings  # noqa: PLC0415 (imports are dear)

    if not get_current_settings().api.url:
        return None
    from flows import recorded  # noqa: PLC0415

    found: Callable[..., Coroutine[Any, Any, dict[str, Any]]] = getattr(recorded, name)
    return found


def may_have_server(environment: Mapping[str, str], user_home: Path, folder: Path) -> bool:
    """Tell whether anything that Prefect reads its settings from is there; else it has no server.

    Prefect's own answer costs its import, a second and a half of CPU at each run.

    Raises: tomllib.TOMLDecodeError where ``folder`` has a pyproject.toml that is none.
    """
    if any(name.upper().startswith("PREFECT_") for name in environment):
        return True
    if (user_home / PROFILES).exists():
        return True
    if (folder / "prefect.toml").exists() or "prefect_" in _text(folder / ".env").lower():
        return True
    project = _text(folder / "pyproject.toml")
    return "tool" in project and "prefect" in tomllib.loads(project).get("tool", {})


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""
