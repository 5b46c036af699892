"""An outlet that turns unusual is told once, with the reason, until it is as usual again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from quarantine_support import SOURCES, ask, at, make_home
from typer.testing import CliRunner

from expectations.batches import shown_alerts
from flows.alerts import TOLD_AT_MOST, as_lines, as_markdown, look_for_alerts
from flows.cli import app
from flows.report import Summary, print_summary, summarise, verdict
from flows.run import open_run
from flows.settings import read_settings
from flows.status import print_status, read_status
from tests.alert_records import an_alert
from warehouse.connection import Home, writing
from warehouse.publish import publish

if TYPE_CHECKING:
    from pathlib import Path

BLOCKED = """
    insert into ops.outcomes by name
    select
        $1 as source_id, 'page' as stage, 'given_up' as outcome, 'http_403' as reason,
        '' as detail, format('{}-{}', $2, number) as item_id, $3 as run_id, 'l' as load_id,
        $2::timestamptz - to_minutes(number) as happened_at
    from range($4) as numbers (number)
"""
RUN = "20220120T120000-000000"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "home")
    with writing(home) as con:
        con.execute(
            "update news.sources set name = 'The | Courier' where source_id = $1", SOURCES[:1]
        )
        con.execute("delete from ops.validation_results")
    return home


def refuse(home: Home, hours: float, pages: int = 6) -> None:
    with writing(home) as con:
        con.execute(BLOCKED, [SOURCES[0], at(hours), RUN, pages])


def look(home: Home, hours: float) -> Summary:
    """Do what a run does that has nothing to poll."""

    async def run() -> str:
        now = at(hours)
        async with open_run("ingest", read_settings(home.root), {}, clock=lambda: now) as run:
            await look_for_alerts(run)
        return run.run_id

    return summarise(home, asyncio.run(run()))


def spells(home: Home) -> list[tuple[object, ...]]:
    return ask(home, "select signal, reason, began_at, ended_at from ops.alerts order by all")


def test_what_turns_unusual_is_told_once_and_ends(home: Home) -> None:
    refuse(home, 0)
    first = look(home, 1)
    (alert,) = first.alerts
    assert (alert.source, alert.reason, alert.words) == ("The | Courier", "block", "it refuses us")
    assert alert.signals == ("blocked 100% (at most 20%)", "failures 100% (at most 30%)")
    assert "6 pages (6 failed, 6 blocked)" in alert.numbers
    assert first.needs_a_look
    assert "1 outlet not as usual" in verdict(first)

    refuse(home, 2)
    again = look(home, 3)
    assert (again.alerts, again.needs_a_look) == ((), False)
    assert spells(home) == [
        ("blocked", "block", at(1), None),
        ("failures", "block", at(1), None),
    ]
    (standing,) = read_status(home.root).alerts
    assert (standing.reason, standing.since) == ("block", at(1))

    with writing(home) as con:
        con.execute("update ops.outcomes set outcome = 'loaded', reason = 'fetched'")
    look(home, 5)
    assert {ended for *_, ended in spells(home)} == {at(5)}
    assert read_status(home.root).alerts == ()


def test_what_becomes_unusual_again_is_told_again(home: Home) -> None:
    refuse(home, 0)
    look(home, 1)
    with writing(home) as con:
        con.execute("update ops.outcomes set outcome = 'loaded', reason = 'fetched'")
    look(home, 3)
    refuse(home, 4, 60)
    assert [alert.reason for alert in look(home, 5).alerts] == ["block"]
    assert len(spells(home)) == 4


def test_runs_look_once_an_hour(home: Home) -> None:
    look(home, 0)
    refuse(home, 0.1)
    assert look(home, 0.9).alerts == ()
    assert len(look(home, 1).alerts) == 1


def test_a_clock_that_was_set_back_hides_nothing(home: Home) -> None:
    look(home, 100)
    refuse(home, 0)
    assert len(look(home, 1).alerts) == 1


def test_the_screen_tells_of_alerts(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    refuse(home, 0)
    told = "The | Courier: it refuses us (block): blocked 100% (at most 20%); "
    print_summary(look(home, 1))
    assert told in capsys.readouterr().out
    print_status(read_status(home.root))
    assert told in capsys.readouterr().out


def test_markdown_takes_a_name_for_text() -> None:
    alert = an_alert(source="[a](javascript:b) | <i>")
    told = as_markdown(shown_alerts([alert]))
    assert "| \\[a\\]\\(javascript:b\\) \\| \\<i\\> | block: it refuses us |" in told


def test_of_many_alerts_some_are_told_and_the_rest_counted() -> None:
    alert = an_alert(since=at(0) + timedelta(hours=1))
    many = shown_alerts([replace(alert, source_id=str(number)) for number in range(60)])
    assert len(as_lines(many)) == TOLD_AT_MOST + 1
    assert as_lines(many)[-1] == "and 10 outlets more: see report.source_alerts"
    assert as_markdown(many).endswith(as_lines(many)[-1])


@pytest.mark.filterwarnings(r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning")
def test_check_ends_with_1_while_an_outlet_is_not_as_usual(home: Home) -> None:
    words = ["check", "--home", str(home.root), "--suite", "batches"]
    publish(home)
    assert CliRunner().invoke(app, words).exit_code == 0
    refuse(home, 0)
    publish(home)
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "The | Courier (block): " in done.output
    whole = CliRunner().invoke(app, [*words[:-1], "warehouse", "--json"])
    assert whole.exit_code == 0
    assert '"rule_id": "warehouse.outcomes_add_up"' in whole.output
    refused = CliRunner().invoke(app, [*words, "--since", "2022-01-01"])
    assert refused.exit_code == 2
