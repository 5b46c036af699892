"""Processes that do work for this one, each at the other end of a pipe of its own.

A pipe tells all there is to tell, in order: that the work was begun, what came of it, or that
the process is gone. Nothing is inferred from clocks or looked for now and then, so that a busy
machine gives the same answers as an idle one.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

DETAIL_CHARS = 500
GRACE_SECONDS = 5  # after its time, the kernel ends a worker of which nobody is left to do it
BEGIN_SECONDS = 120.0  # to start a process and to load what its work needs, on a busy machine
STARTS = 3  # of processes that end before they have begun
BEGUN = b""

_processes = threading.Lock()  # at each start, multiprocessing asks after all others, too


@dataclass(frozen=True, slots=True)
class Lost:
    """An item that brought no result: its worker hung, died, or the function raised."""

    reason: Literal["timeout", "died", "raised"]
    detail: str


class WorkerProcesses:
    """Processes that wait for work or do it; new ones are started where none waits.

    As many are there at once as threads call `apply`.
    """

    def __init__(self, context: BaseContext) -> None:
        self._context = context
        self._is_open = True
        self._all: set[_Worker] = set()
        self._waiting: list[_Worker] = []

    def apply(
        self, function: Callable[[Any], object], items: Sequence[object], limit_seconds: float
    ) -> list[bytes] | Lost:
        """Apply a function to items in one process; results pickled, in the items' order.

        Function and items must be picklable. After ``limit_seconds`` of wall-clock time from
        its beginning the work is lost, and its process ended.
        """
        try:
            work = pickle.dumps((function, tuple(items), limit_seconds), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 (whatever an item's pickling provokes is its loss, and told)
            return Lost("raised", told(error))
        found: list[bytes] | Lost | None = None
        for _ in range(STARTS):
            worker = self._a_worker()
            found = worker.begin(work) or worker.result(limit_seconds)
            if not isinstance(found, Lost) or found.reason == "raised":
                self._waiting.append(worker)
                return found
            self._all.discard(worker)
            if worker.has_begun or not self._is_open:
                return found
        return found or Lost("died", "no worker began")

    def close(self) -> None:
        """End all processes, whatever they are at; who waits for one gets its loss."""
        self._is_open = False
        for worker in (workers := tuple(self._all)):
            worker.end()
        for worker in workers:
            worker.join()

    def _a_worker(self) -> _Worker:
        try:
            return self._waiting.pop()
        except IndexError:
            worker = _Worker(self._context)
        self._all.add(worker)
        if not self._is_open:  # closed while it was started
            worker.end()
        return worker


class _Worker:
    """One process, and this end of its pipe. Used by one thread at a time, but for `end`."""

    def __init__(self, context: BaseContext) -> None:
        self.has_begun = False
        self._pipe, theirs = context.Pipe()
        with _processes:
            self._process = context.Process(target=serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
            self._process.start()
        theirs.close()

    def begin(self, work: bytes) -> Lost | None:
        """Hand over work; return None once it was begun, or how the process was lost."""
        self.has_begun = False
        try:
            self._pipe.send_bytes(work)
            if not self._pipe.poll(BEGIN_SECONDS):
                return self._ended("timeout", f"not begun in {BEGIN_SECONDS:g} seconds")
            self._pipe.recv_bytes()
        except (EOFError, OSError):
            return self._ended("died", "")
        self.has_begun = True
        return None

    def result(self, limit_seconds: float) -> list[bytes] | Lost:
        """Return what came of the work that was begun."""
        try:
            if not self._pipe.poll(limit_seconds):
                return self._ended("timeout", f"over {limit_seconds:g} seconds")
            found: list[bytes] | Lost = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 (from our own worker)
        except (EOFError, OSError):
            return self._ended("died", "")
        return found

    def end(self) -> None:
        """End the process at once."""
        self._process.kill()

    def join(self) -> int | None:
        """Wait for the end of the process; return its exit code."""
        with _processes:
            self._process.join()
            code: int | None = self._process.exitcode
        return code

    def _ended(self, reason: Literal["timeout", "died"], detail: str) -> Lost:
        if reason == "timeout":
            self.end()
        code = self.join()
        self._pipe.close()
        if reason == "died" and code == -signal.SIGALRM:
            return Lost("timeout", "ended by the kernel")
        return Lost(reason, detail or f"exit code {code}")


def serve(pipe: Connection) -> None:
    """Do work in a worker until nobody is left to hand it in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the run that a terminal stops
    _end_with_the_run()
    while True:
        try:
            work = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_done(work, pipe))


def _done(work: bytes, pipe: Connection) -> bytes:
    try:
        function, items, limit_seconds = pickle.loads(work)  # noqa: S301 (from our own run)
    except Exception as error:  # noqa: BLE001 (as where it was pickled)
        pipe.send_bytes(BEGUN)
        return pickle.dumps(Lost("raised", told(error)))
    pipe.send_bytes(BEGUN)
    signal.alarm(int(limit_seconds) + GRACE_SECONDS)
    try:
        return pickle.dumps([_pickled_result(function, item) for item in items])
    finally:
        signal.alarm(0)


def _pickled_result(function: Callable[[Any], object], item: object) -> bytes:
    """Return a result; an item that raises, or whose result cannot travel, is lost alone."""
    try:
        return pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 (whatever an item's bytes provoke is that item's loss, and told)
        return pickle.dumps(Lost("raised", told(error)))


def _end_with_the_run() -> None:
    """End this worker when the run is gone, though it hangs."""
    import multiprocessing  # noqa: PLC0415 (a worker has it)

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="end with the run", daemon=True).start()


def told(error: BaseException) -> str:
    """Return what an error says, in short."""
    return f"{type(error).__name__}: {error}"[:DETAIL_CHARS]
