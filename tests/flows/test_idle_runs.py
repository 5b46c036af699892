"""Most runs find nothing new: what those must not pay for."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import yaml
from walk_support import ask, make_home, run_ingest

from flows import recorded
from flows.polls import poll_and_load
from flows.running import may_have_server
from flows.subscriptions import subscribe
from transforms.opml import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from flows.run import Run
    from transforms.records import Feed

FEED = b"<rss version='2.0'><channel><title>Feed</title></channel></rss>"
RUN = """
import asyncio, json, sys
from pathlib import Path
from flows.ingest import ingest
found = asyncio.run(ingest(Path(sys.argv[1]), all_feeds=True, connect_to=sys.argv[2]))
tasks = Path("/proc/self/task").glob("*/children")
print(json.dumps({
    "outcomes": {one["reason"]: [one["outcome"], one["items"]] for one in found["outcomes"]},
    "children": sum(len(task.read_text().split()) for task in tasks),
    "loaded": sorted(set(sys.argv[3:]).intersection(sys.modules)),
}))
"""
DEAR = (
    *("prefect", "great_expectations", "pandas", "pyarrow", "numpy"),  # rules, tables
    *("trafilatura", "lxml", "feedparser", "multiprocessing"),  # what parses, and where
    *("rich", "requests", "warcio"),  # for a screen, for another's lists and archives
)


class Unmoved(BaseHTTPRequestHandler):
    """Serves one feed with a validator; another always whole, a third never."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.headers["Host"].partition(".")[0]
        is_known = name == "validated" and self.headers.get("If-None-Match") == '"1"'
        status = 500 if name == "failing" else 304 if is_known else 200
        body = FEED if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if name == "validated":
            self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Unmoved)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(sys.platform != "linux", reason="children are counted in /proc")
def test_a_run_that_brings_nothing_new_starts_no_worker_and_loads_no_extractor(
    tmp_path: Path, address: str
) -> None:
    home = make_home(tmp_path / "home")
    names = ("validated", "always-whole", "failing")
    subscribe(home, [Subscription(url=f"http://{name}.example/rss") for name in names])
    run_ingest(home, address, all_feeds=True)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(home), address, *DEAR],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["outcomes"] == {
        "not_modified": ["unchanged", 1],
        "same_body": ["unchanged", 1],
        "http_500": ["failed", 1],
    }
    assert found["children"] == 0
    assert found["loaded"] == []


def test_no_feed_is_polled_once_the_time_of_a_run_is_over(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def poll_until_late(run: Run, feeds: Sequence[Feed]) -> None:
        await poll_and_load(run, feeds)
        run.stop_at = run.clock()

    home = make_home(tmp_path / "home")
    subscribe(home, [Subscription(url=f"http://failing{one}.example/rss") for one in range(5)])
    monkeypatch.setattr("flows.ingest.POLLS_A_BATCH", 2)
    monkeypatch.setattr("flows.ingest.poll_and_load", poll_until_late)
    given = {"all_feeds": True}
    polled = [run_ingest(home, address, **given)["run_id"] for _ in range(2)]
    feeds = "select item_id from ops.outcomes where stage = 'poll' and run_id = $1"
    first, second = (set(ask(home, feeds, run_id)) for run_id in polled)
    assert (len(first), len(second)) == (2, 2)
    assert first.isdisjoint(second)  # those left over were next


def test_a_server_is_looked_for_wherever_prefect_reads_of_one(tmp_path: Path) -> None:
    user, folder = tmp_path / "user", tmp_path / "here"
    (user / ".prefect").mkdir(parents=True)
    folder.mkdir()
    assert not may_have_server({"PATH": "/bin", "HOME": "/prefect"}, user, folder)
    assert may_have_server({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, user, folder)
    assert may_have_server({"prefect_profile": "local"}, user, folder)
    (folder / "pyproject.toml").write_text(
        "[project]\nname = 'another'\ndependencies = ['prefect']\n[tool.ruff]\n"
    )
    assert not may_have_server({}, user, folder)
    (folder / "pyproject.toml").write_text("[tool.prefect.api]\nurl = 'http://127.0.0.1/api'\n")
    assert may_have_server({}, user, folder)
    (folder / "pyproject.toml").unlink()
    (folder / ".env").write_text("PREFECT_API_URL=http://127.0.0.1:4200/api\n")
    assert may_have_server({}, user, folder)
    (folder / ".env").unlink()
    (user / ".prefect" / "profiles.toml").write_text("active = 'local'\n")
    assert may_have_server({}, user, folder)


def test_the_deployments_name_the_flows_of_the_walks(pytestconfig: pytest.Config) -> None:
    written = (pytestconfig.rootpath / "deployments" / "prefect.yaml").read_text("utf-8")
    for deployment in yaml.safe_load(written)["deployments"]:
        module, _, name = deployment["entrypoint"].rpartition(".")
        assert module == recorded.__name__
        flow = getattr(recorded, name)
        assert flow.name == deployment["name"] == flow.fn.__name__
        assert "home" in flow.parameters.properties
        assert flow.description
        assert asyncio.iscoroutinefunction(flow.fn)
