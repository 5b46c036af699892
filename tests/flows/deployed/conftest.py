"""A Prefect server and a worker, as a user would start them; a newsroom for them to read.

They are processes of their own, told by their environment alone, so that what a test
sees is what an operator gets. The server is asked through its HTTP interface.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pytest

from flows.homes import prepare_home
from flows.newsroom import Newsroom, serve_in_thread
from flows.shipped import shipped
from flows.subscriptions import subscribe
from warehouse.console import open_console, run_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.newsroom import Served

T = TypeVar("T")

BIN = Path(sys.executable).parent
POOL = "copytaster"
PATIENCE_SECONDS = 150.0  # machines may be busy; a test that passes takes a fraction of it
OUTLETS = frozenset({"steppe-courier"})  # a few pages are enough here


def wait_for(what: str, ask: Callable[[], T | None], every: float = 0.2) -> T:
    """Return the first answer that is not empty."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        if found := ask():
            return found
        time.sleep(every)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")


def clean_environment(folder: Path, **given: str) -> dict[str, str]:
    """Return the environment without what this machine's user set for Prefect or Copytaster."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PREFECT_", "COPYTASTER_"))
    }
    return kept | {"PREFECT_HOME": str(folder), "DO_NOT_TRACK": "1"} | given


@dataclass
class Child:
    """A process that a test started, with what it says in a file."""

    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, log: Path, *words: str | Path, cwd: Path, env: Mapping[str, str]) -> Self:
        """Start a command of this environment."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                [BIN / words[0], *words[1:]],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, log)

    def said(self) -> str:
        """Wait for the end of the process, see that it did well, return what it said."""
        code = self.process.wait(PATIENCE_SECONDS)
        text = self.log.read_text()
        assert code == 0, text
        return text

    def stop(self) -> None:
        """End the process and those that it started: kindly first."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)


@dataclass
class Server:
    """A running Prefect server."""

    port: int
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a client has to have in its environment."""
        return clean_environment(self.folder, PREFECT_API_URL=f"http://127.0.0.1:{self.port}/api")

    def ask(self, path: str, payload: object = None, *, method: str | None = None) -> Any:  # noqa: ANN401 (JSON)
        """Return what the server answers to a GET, or with a payload to a POST.

        Raises: urllib.error.HTTPError where it refuses.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api{path}",
            data=None if payload is None else json.dumps(payload).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (loopback)
            return json.loads(answer.read() or "null")

    def is_up(self) -> bool:
        """Tell whether the server answers."""
        try:
            return self.ask("/health") is True
        except OSError:
            return False

    def deployment(self, name: str) -> dict[str, Any]:
        """Return a deployment by its name and its flow's."""
        found: dict[str, Any] = self.ask(f"/deployments/name/{name}/{name}")
        return found

    def runs(self, flow: str, **wanted: object) -> list[dict[str, Any]]:
        """Return the flow runs of a flow, those with other values than wanted left out."""
        found = self.ask(
            "/flow_runs/filter",
            {"flows": {"name": {"any_": [flow]}}, "sort": "EXPECTED_START_TIME_ASC"},
        )
        return [run for run in found if all(run[name] == value for name, value in wanted.items())]

    def artifacts(self, run: Mapping[str, Any]) -> dict[str, str]:
        """Return what a flow run left, by key."""
        found = self.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
        return {one["key"]: str(one["data"]) for one in found}

    def artifact(self, run: Mapping[str, Any]) -> str:
        """Return the Markdown that a flow run left, where it left one only."""
        ((_, data),) = self.artifacts(run).items()
        return data

    def completed(self, flow: str, run_id: str) -> dict[str, Any] | None:
        """Return a flow run once it is completed; fail if it ended otherwise."""
        run = next(run for run in self.runs(flow) if run["id"] == run_id)
        assert run["state_type"] not in {"FAILED", "CRASHED", "CANCELLED"}, run["state"]
        return run if run["state_type"] == "COMPLETED" else None


@dataclass
class Home:
    """A home, subscribed to a newsroom that is served."""

    folder: Path
    served: Served

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what the published warehouse answers."""
        with open_console(self.folder / "warehouse.duckdb") as con:
            return list(run_query(con, query).rows)


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., Any]:
    """How something is awaited."""
    return wait_for


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Prefect server on a free port, with a database of its own."""
    folder = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(port=free.getsockname()[1], folder=folder)
    child = Child.start(
        folder / "server.log",
        "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(server.port),
        cwd=folder,
        env=clean_environment(
            folder,
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS="1",
            PREFECT_SERVER_UI_API_URL=f"http://127.0.0.1:{server.port}/api",
        ),
    )  # fmt: skip
    try:
        wait_for("the server", server.is_up)
        yield server
    finally:
        child.stop()


@pytest.fixture(scope="module")
def make_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Home]]:
    """How a home is made that is subscribed to some of the newsroom's feeds."""
    with serve_in_thread(Newsroom.load(shipped("newsroom"))) as served:
        hosts = [one.host for one in served.newsroom.outlets if one.id in OUTLETS]
        feeds = [one for one in served.newsroom.feeds if any(host in one.url for host in hosts)]

        def make() -> Home:
            folder = tmp_path_factory.mktemp("home")
            prepare_home(folder)
            (folder / "settings.toml").write_text(
                f'connect_to = "{served.address}"\nhost_gap_seconds = 0.0\n'
            )
            assert subscribe(folder, feeds).added == len(feeds) == len(OUTLETS)
            return Home(folder, served)

        yield make


@pytest.fixture(scope="module")
def worker(
    server: Server, make_home: Callable[[], Home], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """A worker in an empty folder, which makes the work pool; its home."""
    home = make_home()
    nowhere = tmp_path_factory.mktemp("nowhere")
    child = Child.start(
        server.folder / "worker.log",
        "prefect", "worker", "start", "--pool", POOL, "--type", "process",
        cwd=nowhere,
        env=server.environment
        | {"COPYTASTER_HOME": str(home.folder), "PREFECT_WORKER_QUERY_SECONDS": "1"},
    )  # fmt: skip
    try:
        wait_for("the work pool", lambda: server.ask("/work_pools/filter", {}))
        yield home
    finally:
        child.stop()


@pytest.fixture(scope="module")
def deployed(server: Server, worker: Home) -> Server:
    """The server, once the shipped deployments were made known to it."""
    del worker  # it made the work pool
    subprocess.run(
        [BIN / "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", "prefect.yaml"],
        cwd=shipped("prefect.yaml").parent,
        env=server.environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return server


@pytest.fixture(scope="session")
def start() -> Callable[..., Child]:
    """How a command of this environment is started."""
    return Child.start


@pytest.fixture(scope="session")
def without_server() -> Callable[[Path], dict[str, str]]:
    """Return how an environment is made that knows of no Prefect server."""
    return clean_environment
