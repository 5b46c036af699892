"""Commands in processes of their own, for tests that kill them.

They are started by a launcher: a process that has imported the project once and forks a
child for each command line. The child is the `copytaster` command as it is, spared the
seconds that imports take.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import importlib
import json
import multiprocessing.forkserver
import multiprocessing.util
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows import quarantine
from flows.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


COMMAND = str(Path(sys.executable).with_name("copytaster"))
NO_GAP = {"COPYTASTER_HOST_GAP_SECONDS": "0"}
WARM = {"WALK_WARM": "1"}  # the launcher's: workers come from a fork of itself, too
WAIT_SECONDS = 120.0
PAUSE_SECONDS = 0.05
IN_CREATE = 0x100  # <sys/inotify.h>
NOTE = struct.Struct("iIII")  # watch, mask, cookie, bytes of the name that follows
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PRELOADED = (
    *("flows.running", "flows.status", "flows.workers_warm"),
    *("great_expectations", "pandas"),
)


@dataclass
class Running:
    """One command under way; ``log`` is the file of what it prints, errors go to one beside it."""

    pid: int
    log: Path
    launcher: Launcher
    started: float = field(default_factory=time.monotonic)
    used: float = 0.0

    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def complained(self) -> str:
        return Path(f"{self.log}.err").read_text("utf-8")

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Return the exit code, negative for the signal that ended it."""
        return int(self.launcher.ask({"wait": self.pid})["code"])

    def wait_for_cpu(self, seconds: float) -> bool:
        """Wait until it has used some CPU time; return whether it lived to.

        A moment by this clock is about the same place in the code on an idle and on a busy
        machine. ``used`` is what it was last seen to have used.
        """
        while (now := self.cpu_seconds()) < seconds:
            self.used = max(self.used, now)
            if now == 0.0 and self.ended() is not None:
                return False
            time.sleep(PAUSE_SECONDS)
        return True

    def is_there(self) -> bool:
        """Tell whether its own process is there; one that nobody waited for still is."""
        return Path(f"/proc/{self.pid}/exe").exists()

    def cpu_seconds(self) -> float:
        """Return the CPU time that it and its workers have used; 0 once they are gone."""
        return sum(session_of(self.pid).values())

    def ended(self) -> int | None:
        """Return the exit code if it has ended."""
        code = self.launcher.ask({"poll": self.pid})["code"]
        return None if code is None else int(code)


class Launcher:
    """A process that forks the `copytaster` command."""

    def __init__(self) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r});"
            " import walk_processes; walk_processes.launch()"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **NO_GAP},
        )

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def start(self, *argv: object, log: Path, env: dict[str, str] | None = None) -> Running:
        """Start a command."""
        given = {"run": [str(one) for one in argv], "log": str(log), "env": env or {}}
        return Running(self.ask(given)["pid"], log, self)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(WAIT_SECONDS)
        self._process.stdout.close()


@functools.cache
def launcher() -> Launcher:
    """Return the one launcher of this test session."""
    made = Launcher()
    atexit.register(made.close)
    return made


def launch() -> None:
    """Be the launcher: read requests from standard input until it closes."""
    for name in PRELOADED:
        importlib.import_module(name)
    codes: dict[int, int] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "run" in asked:
            reply: dict[str, Any] = {"pid": _fork(asked["run"], asked["log"], asked["env"])}
        else:
            pid = asked.get("wait") or asked["poll"]
            if pid not in codes:
                ended, status = os.waitpid(pid, 0 if "wait" in asked else os.WNOHANG)
                if ended:
                    codes[pid] = os.waitstatus_to_exitcode(status)
            reply = {"code": codes.get(pid)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def start_fork_server() -> None:
    """Start the fork server of the workers as a fork of this process, while it has one thread.

    So it need not load the transforms, which is most of what a short run costs.
    """
    spawn = multiprocessing.util.spawnv_passfds

    def fork(path: bytes, args: list[str], passed: Sequence[int]) -> int:
        if "forkserver" not in args[-1]:
            return spawn(path, args, passed)
        if pid := os.fork():
            return pid
        kept = {0, 1, 2, *passed}
        for descriptor in {int(name) for name in os.listdir("/proc/self/fd")} - kept:  # noqa: PTH208
            with contextlib.suppress(OSError):
                os.close(descriptor)
        try:
            exec(args[-1], {})  # noqa: S102 (what would be handed to python -c)
        finally:
            os._exit(0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiprocessing.util, "spawnv_passfds", fork)
        multiprocessing.forkserver.ensure_running()


def _fork(argv: list[str], log: str, env: dict[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(os.open(f"{log}.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), 2)
    os.environ.update(env)
    os.setsid()  # so that its workers can be told from others
    is_ignored = env.get("WALK_SIGINT") == "ignored"  # as a script starts what it ends with `&`
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_ignored else signal.default_int_handler)
    code = 70
    try:
        if "WALK_CHUNK" in env:  # so that few records take several transactions
            quarantine.CHUNK = int(env["WALK_CHUNK"])
        if "WALK_WARM" in env:
            start_fork_server()
        sys.argv = ["copytaster", *argv]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 (a child never returns into the launcher)
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def session_of(pid: int) -> dict[int, float]:
    """Return the living processes of a session, a command and all it started: their CPU seconds.

    With those of their children that have ended: so that the sum of all grows to the end.
    """
    found = {}
    for name in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 (asked often)
        with contextlib.suppress(OSError), Path("/proc", name, "stat").open("rb") as file:
            fields = file.read().rpartition(b")")[2].split()
            if fields[0] != b"Z" and int(fields[3]) == pid:
                found[int(name)] = sum(map(int, fields[11:15])) / CLOCK_TICKS
    return found


@contextlib.contextmanager
def creations(folder: Path) -> Iterator[int]:
    """Have the kernel note each file that is made in a folder; gives what `created` reads."""
    libc = ctypes.CDLL(None, use_errno=True)
    notes = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert notes >= 0, os.strerror(ctypes.get_errno())
    try:
        assert libc.inotify_add_watch(notes, bytes(folder), IN_CREATE) >= 0
        yield notes
    finally:
        os.close(notes)


def created(notes: int) -> list[str]:
    """Wait a moment for files to be made; return their names, those that are gone again, too."""
    if not select.select([notes], [], [], PAUSE_SECONDS)[0]:
        return []
    data, found, at = os.read(notes, 65536), [], 0
    while at < len(data):
        *_, size = NOTE.unpack_from(data, at)
        at += NOTE.size + size
        found.append(data[at - size : at].rstrip(b"\0").decode())
    return found


def wait_until_gone(pid: int, seconds: float = 30.0) -> dict[int, float]:
    """Wait for all processes of a session to end; return those that have not."""
    until = time.monotonic() + seconds
    while (left := session_of(pid)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


@contextlib.contextmanager
def killed_at_the_end(running: Running) -> Iterator[Running]:
    """See that nothing a test started outlives it."""
    try:
        yield running
    finally:
        for pid in session_of(running.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def spread(seed: int, count: int) -> Sequence[float]:
    """Return as many random fractions, one from each equal part of the way, shuffled."""
    seeded = random.Random(seed)
    found = [(number + seeded.random()) / count for number in range(count)]
    seeded.shuffle(found)
    return found
