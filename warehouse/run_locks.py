"""Which runs are alive: each holds an operating-system lock for as long as it lives."""

from __future__ import annotations

import fcntl
import os
import re
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_PATIENCE_SECONDS = 2.0  # a probe of another process holds the lock for microseconds
_PAUSE_SECONDS = 0.01


class RunIsAliveError(RuntimeError):
    """The run is held by somebody else, and so cannot be begun or ended here."""


class RunIsNotAliveError(RuntimeError):
    """The run was not begun: what it claims would be free for others at once."""


class RunLocks:
    """The lock files of one folder, and those among them that this object holds.

    The lock is flock(2): it ends with the process, however that ends, and it tells
    holders in one process apart, unlike fcntl(2) locks. A forked child gives its
    copy of the lock up at once, so that it cannot outlive the run.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._held: dict[str, int] = {}
        locks = weakref.ref(self)

        def forget_in_child() -> None:
            if (parent := locks()) is not None:
                parent.close()

        os.register_at_fork(after_in_child=forget_in_child)

    def hold(self, run_id: str) -> None:
        """Take the lock of a run.

        Raises: RunIsAliveError if another holder has it; ValueError if the id is no file name.
        """
        descriptor = os.open(self._file(run_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while not _lock(descriptor, fcntl.LOCK_EX):
            if run_id in self._held or time.monotonic() > give_up_at:
                os.close(descriptor)
                raise RunIsAliveError(f"run {run_id} is alive elsewhere")
            time.sleep(_PAUSE_SECONDS)
        self._held[run_id] = descriptor

    def is_alive(self, run_id: str) -> bool:
        """Tell whether any process, this one included, holds the lock of a run."""
        if run_id in self._held:
            return True
        try:
            descriptor = os.open(self._file(run_id), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            # Shared, so that two who look at the same time do not see each other.
            return not _lock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def require_free_for_us(self, run_id: str) -> None:
        """Raise RunIsAliveError if another holder than this object has the lock of a run."""
        if run_id not in self._held and self.is_alive(run_id):
            raise RunIsAliveError(f"run {run_id} is alive elsewhere")

    def remove(self, run_id: str) -> None:
        """Give up the lock of a run, ours or a dead run's, and delete its file.

        Raises: RunIsAliveError if another holder has it.
        """
        self.require_free_for_us(run_id)
        self._file(run_id).unlink(missing_ok=True)
        descriptor = self._held.pop(run_id, None)
        if descriptor is not None:
            os.close(descriptor)

    def close(self) -> None:
        """Give up all locks held here; the runs that were not ended count as dead."""
        while self._held:
            os.close(self._held.popitem()[1])

    def _file(self, run_id: str) -> Path:
        if not _SAFE_NAME.fullmatch(run_id):
            raise ValueError(f"a run id is the name of a file; {run_id!r} cannot be one")
        return self._folder / f"{run_id}.lock"


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock file, waiting for whoever holds it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
