"""What the shipped deployments do on a real Prefect server with a real worker."""

# ruff: noqa: ANN401 (the fixtures' types stand in conftest.py, which tests cannot import)

from __future__ import annotations

import json
import urllib.error
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from flows.shipped import shipped
from warehouse import register
from warehouse.connection import Home, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

# One worker for all tests of this folder: pytest-timeout must leave room for its start.
pytestmark = [pytest.mark.prefect, pytest.mark.timeout(600)]

PAGE = "http://steppe-courier.example/world/2022/01/03/zhanaozen-gas-price"


ENDED = frozenset({"COMPLETED", "CANCELLED", "FAILED", "CRASHED"})


def moment(text: str) -> datetime:
    """Return a time of the server's."""
    return datetime.fromisoformat(text)


def bring_forward(server: Any, runs: Iterable[dict[str, Any]]) -> set[str]:
    """Make runs due at once that a schedule made for later; return their ids."""
    now = datetime.now(UTC).isoformat()
    state = {"type": "SCHEDULED", "name": "Scheduled", "state_details": {"scheduled_time": now}}
    return {
        server.ask(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
        and run["id"]
        for run in runs
    }


def test_the_schedules_produce_scheduled_runs(
    deployed: Any, wait_until: Callable[..., Any]
) -> None:
    def scheduled(flow: str) -> list[datetime]:
        runs = deployed.runs(flow, auto_scheduled=True, state_type="SCHEDULED")
        return [moment(run["expected_start_time"]) for run in runs]

    ingests = wait_until("runs of ingest", lambda: scheduled("ingest"))
    nights = wait_until("runs of upkeep", lambda: scheduled("upkeep"))

    assert {at.minute % 10 for at in ingests} == {0}
    assert ingests[1] - ingests[0] == timedelta(minutes=10)
    assert {(at.hour, at.minute) for at in nights} == {(3, 23)}
    assert not scheduled("backfill")
    assert not scheduled("reprocess")


def test_deployments_need_no_checkout_and_never_overlap(deployed: Any) -> None:
    kept = {
        name: deployed.deployment(name) for name in ("ingest", "backfill", "reprocess", "upkeep")
    }

    assert {one["entrypoint"] for one in kept.values()} == {f"flows.recorded.{n}" for n in kept}
    assert all(not one["pull_steps"] and one["path"] is None for one in kept.values())
    assert all(one["global_concurrency_limit"]["limit"] == 1 for one in kept.values())
    strategies = {
        name: one["concurrency_options"]["collision_strategy"] for name, one in kept.items()
    }
    assert strategies == {
        "ingest": "CANCEL_NEW",
        "upkeep": "CANCEL_NEW",
        "backfill": "ENQUEUE",
        "reprocess": "ENQUEUE",
    }


def test_the_server_takes_the_automation_and_runs_send_the_heartbeats_it_counts_on(
    deployed: Any,
) -> None:
    (silent,) = yaml.safe_load(shipped("automations.yaml").read_text())["automations"]

    made = deployed.ask("/automations/", silent)

    assert made["enabled"]
    assert made["actions"][0]["state"] == "CRASHED"
    for name in ("ingest", "backfill", "reprocess", "upkeep"):
        given = deployed.deployment(name)["job_variables"]["env"]
        heartbeat_seconds = int(given["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"])
        assert made["trigger"]["within"] >= 4 * heartbeat_seconds


def test_every_entrypoint_loads(deployed: Any) -> None:
    from prefect.flows import load_flow_from_entrypoint  # noqa: PLC0415 (slow)

    for name in ("ingest", "backfill", "reprocess", "upkeep"):
        entrypoint = deployed.deployment(name)["entrypoint"]
        # With a placeholder, a flow that cannot be imported would load all the same.
        flow = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
        assert flow.name == name


def test_the_worker_runs_what_is_scheduled_one_at_a_time(
    deployed: Any, worker: Any, wait_until: Callable[..., Any]
) -> None:
    later = deployed.runs("ingest", auto_scheduled=True, state_type="SCHEDULED")
    due = bring_forward(deployed, later[:2])

    def ended() -> list[dict[str, Any]] | None:
        # Where a tenth minute passes meanwhile, that run is the one for which others give way.
        runs = [run for run in deployed.runs("ingest") if run["state_type"] in ENDED]
        states = {run["state_type"] for run in runs}
        return runs if set(due) <= {run["id"] for run in runs} and "COMPLETED" in states else None

    runs = wait_until("the scheduled runs", ended)
    assert {run["state_type"] for run in runs} == {"COMPLETED", "CANCELLED"}
    for run in runs:
        if run["state_type"] == "CANCELLED":
            assert run["state"]["message"] == "Deployment concurrency limit reached."
    assert deployed.deployment("ingest")["global_concurrency_limit"]["active_slots"] == 0
    ((loaded,),) = worker.rows(
        "select count(*) from ops.outcomes where stage = 'article' and outcome = 'loaded'"
    )
    assert loaded >= 4
    assert set(worker.rows("select kind, status from ops.runs")) == {("ingest", "done")}
    assert worker.rows("select * from report.outcome_audit") == []
    completed = [run for run in runs if run["state_type"] == "COMPLETED"]
    first = min(completed, key=lambda run: str(run["start_time"]))
    tasks = deployed.ask("/task_runs/filter", {"flow_runs": {"id": {"any_": [first["id"]]}}})
    assert 2 <= len(tasks) <= 10  # batches, never one a feed or a page
    assert f"{loaded} articles loaded" in deployed.artifact(first)


def test_a_backfill_is_started_by_hand_and_run_by_the_worker(
    deployed: Any,
    make_home: Callable[[], Any],
    start: Callable[..., Any],
    wait_until: Callable[..., Any],
    tmp_path: Path,
) -> None:
    home = make_home()
    child = start(
        tmp_path / "log",
        "prefect", "deployment", "run", "backfill/backfill",
        "--param", f"home={home.folder}",
        "--param", f"urls={json.dumps([PAGE])}",
        "--param", "since=2022-01-01",
        cwd=tmp_path,
        env=deployed.environment,
    )  # fmt: skip
    child.said()

    (run,) = deployed.runs("backfill")
    ended = wait_until("the backfill", lambda: deployed.completed("backfill", run["id"]))
    assert home.rows("select kind, status from ops.runs") == [("backfill", "done")]
    assert home.rows("select requested_url from ops.exchanges where purpose = 'page'") == [(PAGE,)]
    assert home.rows("select count(*) from report.article") == [(1,)]
    assert "1 article loaded" in deployed.artifact(ended)


@pytest.mark.parametrize(
    "parameters", [{"since": 2022}, {"sources": "one"}, {"urls": PAGE}, {"warcs": [3]}]
)
def test_parameters_of_the_wrong_type_are_refused_before_anything_runs(
    deployed: Any, parameters: dict[str, object]
) -> None:
    backfill = deployed.deployment("backfill")["id"]

    with pytest.raises(urllib.error.HTTPError) as refused:
        deployed.ask(f"/deployments/{backfill}/create_flow_run", {"parameters": parameters})

    assert refused.value.code in {409, 422}
    refused.value.close()


def test_an_ingest_of_the_command_line_is_recorded_where_a_server_is_configured(
    deployed: Any, make_home: Callable[[], Any], start: Callable[..., Any], tmp_path: Path
) -> None:
    home = make_home()
    child = start(
        tmp_path / "log",
        "copytaster", "ingest", "--home", home.folder, "--source", "none of them",
        cwd=tmp_path,
        env=deployed.environment,
    )  # fmt: skip
    child.said()

    (run,) = deployed.runs("ingest", deployment_id=None)
    assert run["state_type"] == "COMPLETED"
    ((kept,),) = home.rows("select run_id from ops.runs")
    assert kept in deployed.artifact(run)
    tasks = deployed.ask("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    assert {task["state_type"] for task in tasks} == {"COMPLETED"}


REFUSED = """
    insert into ops.outcomes by name
    select
        'steppe-courier.example' as source_id, 'page' as stage, 'given_up' as outcome,
        'http_403' as reason, '' as detail, format('page-{}', number) as item_id,
        'earlier' as run_id, 'l' as load_id, now() - to_minutes(number) as happened_at
    from range(6) as numbers (number)
"""


def test_an_outlet_that_turns_unusual_is_an_event_and_an_artifact_and_exit_code_1(
    deployed: Any,
    make_home: Callable[[], Any],
    start: Callable[..., Any],
    wait_until: Callable[..., Any],
    tmp_path: Path,
) -> None:
    home = make_home()
    with writing(Home(home.folder)) as con:
        register.begin_run(con, "earlier", "ingest", {}, datetime.now(UTC), "1")
        con.execute(REFUSED)
    child = start(
        tmp_path / "log",
        "copytaster", "ingest", "--home", home.folder, "--source", "none of them",
        cwd=tmp_path,
        env=deployed.environment,
    )  # fmt: skip
    assert child.process.wait(150) == 1, child.log.read_text()
    assert "it refuses us (block): blocked 100%" in child.log.read_text()

    (run,) = [
        run for run in deployed.runs("ingest") if "copytaster-alerts" in deployed.artifacts(run)
    ]
    assert "6 pages (6 failed, 6 blocked)" in deployed.artifacts(run)["copytaster-alerts"]
    wanted = {"filter": {"event": {"name": ["copytaster.alert"]}}}
    (event,) = wait_until("the event", lambda: deployed.ask("/events/filter", wanted)["events"])
    assert event["resource"]["prefect.resource.id"] == "copytaster.source.steppe-courier.example"
    assert event["payload"]["reason"] == "block"


def test_upkeep_links_to_the_documents_that_it_wrote(
    deployed: Any, make_home: Callable[[], Any], start: Callable[..., Any], tmp_path: Path
) -> None:
    home = make_home()
    words = ("copytaster", "upkeep", "--home", home.folder, "--quiet")
    start(tmp_path / "log", *words, cwd=tmp_path, env=deployed.environment).said()

    (run,) = deployed.runs("upkeep", deployment_id=None)
    page = home.folder / "docs" / "index.html"
    assert page.as_uri() in deployed.artifacts(run)["copytaster-docs"]
    assert "Quality of the data" in page.read_text()
