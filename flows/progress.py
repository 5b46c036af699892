"""How a run tells of itself while it works: bars on a terminal, plain lines elsewhere.

The progress of a process is set once, by the command line; a flow run that a
worker started logs to Prefect instead.
"""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from rich.console import Console
    from rich.progress import TaskID

PLAIN_LINE_EVERY_SECONDS = 5.0

logger = logging.getLogger("copytaster")


class Meter(Protocol):
    """What a run tells its progress to."""

    def expect(self, stage: str, items: int) -> None:
        """Tell that a stage has this many more items to do."""

    def advance(self, stage: str, items: int = 1) -> None:
        """Tell that a stage has done this many more."""

    def note(self, line: str) -> None:
        """Say one line."""


class LogMeter:
    """Notes go to the log; counts go nowhere, because tables hold them."""

    def expect(self, stage: str, items: int) -> None:
        """Do nothing."""

    def advance(self, stage: str, items: int = 1) -> None:
        """Do nothing."""

    def note(self, line: str) -> None:
        """Log the line."""
        logger.info(line)


class PlainMeter:
    """One line a stage every few seconds, and one when the stage is done."""

    def __init__(self) -> None:
        self._done: dict[str, int] = {}
        self._all: dict[str, int] = {}
        self._told: dict[str, float] = {}

    def expect(self, stage: str, items: int) -> None:
        """Count what is to do."""
        self._all[stage] = self._all.get(stage, 0) + items

    def advance(self, stage: str, items: int = 1) -> None:
        """Count what is done, and tell it when a line is due."""
        self._done[stage] = self._done.get(stage, 0) + items
        now = time.monotonic()
        is_done = self._done[stage] >= self._all.get(stage, 0)
        if is_done or now - self._told.setdefault(stage, now) >= PLAIN_LINE_EVERY_SECONDS:
            self._told[stage] = now
            self.note(f"{stage}: {self._done[stage]} of {self._all.get(stage, 0)}")

    def note(self, line: str) -> None:
        """Print the line to standard error."""
        print(line, file=sys.stderr, flush=True)  # noqa: T201 (this is where printing is done)


class BarMeter:
    """One bar a stage, on a terminal."""

    def __init__(self, console: Console) -> None:
        # Loaded where bars are shown: a scheduled run shows none.
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description:>14}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def _bar(self, stage: str) -> TaskID:
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=0)
        return self._bars[stage]

    def expect(self, stage: str, items: int) -> None:
        """Lengthen the stage's bar."""
        bar = self._bar(stage)
        total = self._progress.tasks[self._progress.task_ids.index(bar)].total or 0
        self._progress.update(bar, total=total + items)

    def advance(self, stage: str, items: int = 1) -> None:
        """Fill the stage's bar."""
        self._progress.advance(self._bar(stage), items)

    def note(self, line: str) -> None:
        """Print the line above the bars."""
        self._progress.console.print(line, highlight=False, markup=False)


_current: ContextVar[Meter | None] = ContextVar("meter", default=None)


def current_meter() -> Meter:
    """Return the meter of whoever runs this, or one that logs."""
    return _current.get() or LogMeter()


@contextmanager
def shown_progress(*, quiet: bool = False) -> Iterator[Meter]:
    """Show the progress of what runs within: bars on a terminal, lines elsewhere."""
    if quiet:
        yield from _metered(LogMeter())
        return
    from rich.console import Console  # noqa: PLC0415 (as above)

    console = Console(stderr=True)
    if console.is_terminal:
        with BarMeter(console) as bars:
            yield from _metered(bars)
    else:
        yield from _metered(PlainMeter())


def _metered(meter: Meter) -> Iterator[Meter]:
    token = _current.set(meter)
    try:
        yield meter
    finally:
        _current.reset(token)
