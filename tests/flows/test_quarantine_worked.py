"""Records kept aside are found, shown, let in, left out and judged anew; nothing vanishes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from quarantine_support import (
    FEEDS,
    LISTING,
    SOURCES,
    STORY,
    article,
    ask,
    at,
    bring_entries,
    bring_pages,
    bring_story,
    entry,
    exchange,
    held_ids,
    known_entry,
    make_home,
)
from typer.testing import CliRunner

from expectations.articles import ARTICLE_RULES
from flows import quarantine as work
from flows.cli import app
from flows.pages import check_pages, load_pages
from flows.quarantine import Order, list_quarantine, settle
from flows.run import open_run
from flows.settings import read_settings
from transforms.fates import Fate
from transforms.page_batches import ReadPage
from transforms.poll_batches import want_of
from warehouse.connection import Home, reading
from warehouse.quarantine import Selection
from warehouse.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from flows.quarantine import Action, Settled

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

LISTED = "article.body_is_prose"
NEWS = (
    "news.entries", "news.articles", "news.article_urls", "news.article_versions",
    "news.article_blocks", "news.article_credits", "news.article_tags", "news.article_doubts",
)  # fmt: skip
OF_THE_LOAD = ("run_id", "first_loaded_at", "loaded_at")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


def decide(home: Home, action: Action, *ids: str, **more: Any) -> Settled:  # noqa: ANN401 (fields of many types)
    is_dry = more.pop("is_dry", False)
    selection = Selection(ids=ids, statuses=() if ids else ("held",), **more)
    order = Order(action=action, by="ann", why="looked at it")
    done = settle(home.root, selection, order, is_dry=is_dry, clock=lambda: at(1001))
    return asyncio.run(done)


def news(home: Home) -> dict[str, list[str]]:
    """Return what the schema news holds, but for when and in which run it was loaded."""
    found = {}
    for table in NEWS:
        columns = {name for name, *_ in ask(home, f"describe {table}")}
        names = ", ".join(name for name in OF_THE_LOAD if name in columns)
        less = f"exclude ({names})" if names else ""
        found[table] = sorted(map(repr, ask(home, f"select * {less} from {table}")))
    return found


def audit(home: Home) -> list[tuple[Any, ...]]:
    return ask(home, "select check_name, missing from report.outcome_audit")


def cli(home: Home, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["quarantine", *words, "--home", str(home.root)])
    return result.exit_code, result.output


def test_a_released_article_is_in_the_tables_as_if_no_rule_had_held_it(
    home: Home, tmp_path: Path
) -> None:
    free = make_home(tmp_path / "free")
    bring_story(free, "a", LISTING, accept=True)
    bring_story(home, "a", LISTING)
    assert ask(home, "select count(*) from news.articles") == [(0,)]
    (key,) = held_ids(home)
    settled = decide(home, "release", key)
    assert (settled.fates, settled.needs_a_look) == ({"released": 1}, False)
    assert news(home) == news(free)
    assert audit(home) == audit(free) == []


def test_a_release_tells_who_decided_and_keeps_the_broken_rules_as_marks(home: Home) -> None:
    read = bring_story(home, "a", LISTING)
    (key,) = held_ids(home)
    settled = decide(home, "release", key)
    assert ask(home, "select * exclude (load_id) from ops.quarantine_decisions") == [
        (key, "release", at(1001), "ann", "looked at it", settled.run_id)
    ]
    assert ask(home, "select status from ops.quarantine") == [("released",)]
    assert ask(home, "select subject_id, rule_id from ops.marks") == [(read.version_id, LISTED)]
    assert ask(home, "select kind, status from ops.runs where run_id = $1", settled.run_id) == [
        ("quarantine", "done")
    ]
    outcome = "select outcome, reason, detail, version_id, source_id from ops.outcomes"
    assert ask(home, f"{outcome} where run_id = $1", settled.run_id) == [
        ("loaded", "released", "release by ann: looked at it", read.version_id, SOURCES[0])
    ]
    with reading(home.published) as con:
        assert con.execute("select count(*) from report.article").fetchall() == [(1,)]


def test_a_release_never_stands_for_an_article_known_in_a_newer_version(home: Home) -> None:
    bring_story(home, "a", LISTING)
    newer = article("a", STORY, 9)
    bring_pages(home, (newer, want_of(entry("a", 8, title="Retitled"), "retitled")))
    decide(home, "release", *held_ids(home))
    assert ask(home, "select current_version_id, versions from news.articles") == [
        (newer.version_id, 2)
    ]
    kinds = "select change_kind from news.article_versions order by first_seen_at"
    assert [kind for (kind,) in ask(home, kinds)] == ["first", "body"]
    assert audit(home) == []


def test_all_entries_that_led_to_a_released_article_are_linked_to_it(home: Home) -> None:
    first, second = entry("a"), entry("a", source=SOURCES[1], url=f"https://{SOURCES[0]}/a")
    bring_entries(home, first, second)
    read = article("a", LISTING, 1)
    bring_pages(home, (read, want_of(first, "new")), (read, want_of(second, "new")))
    (key,) = held_ids(home)
    settled = decide(home, "release", key)
    assert ask(home, "select distinct article_id from news.entries") == [(read.article_id,)]
    told = "select outcome from ops.outcomes where run_id = $1 order by all"
    assert ask(home, told, settled.run_id) == [("duplicate",), ("loaded",)]
    assert audit(home) == []


LOCAL = "http://intranet/a"


def test_a_released_entry_wants_its_page(home: Home) -> None:
    bring_entries(home, entry("a", url=LOCAL))
    assert known_entry(home, "a") is None
    settled = decide(home, "release", *held_ids(home))
    assert known_entry(home, "a") == entry("a", url=LOCAL)
    with State(home.state) as state:
        (in_hand,) = state.in_hand(at(1002))
    assert in_hand.want == want_of(entry("a", url=LOCAL), "new")
    told = "select stage, outcome, reason, feed_id, source_id from ops.outcomes where run_id = $1"
    assert ask(home, told, settled.run_id) == [
        ("entry", "loaded", "new", FEEDS[SOURCES[0]].feed_id, SOURCES[0])
    ]
    assert audit(home) == []


def test_entries_of_one_poll_are_released_together(home: Home) -> None:
    bring_entries(home, entry("a", url=LOCAL), entry("b", url="http://intranet/b"))
    settled = decide(home, "release", *held_ids(home))
    assert settled.fates == {"released": 2}
    assert ask(home, "select count(distinct exchange_id) from news.entries") == [(1,)]


def test_a_released_entry_known_in_a_newer_state_changes_nothing_of_it(home: Home) -> None:
    bring_entries(home, entry("a", url=LOCAL))
    newer = entry("a", 5, title="Title as corrected")
    bring_entries(home, newer)
    settled = decide(home, "release", *held_ids(home))
    assert known_entry(home, "a") == newer
    told = "select outcome, reason from ops.outcomes where run_id = $1"
    assert ask(home, told, settled.run_id) == [("unchanged", "newer_known")]
    with State(home.state) as state:
        assert [one.want.url for one in state.in_hand(at(1002))] == [newer.url]
    assert audit(home) == []


def test_a_released_entry_that_cannot_be_fetched_is_kept_and_said_to_be_skipped(home: Home) -> None:
    bring_entries(home, entry("a", url="mailto:desk@courier.example"))
    settled = decide(home, "release", *held_ids(home))
    told = "select outcome, reason from ops.outcomes where run_id = $1"
    assert ask(home, told, settled.run_id) == [("skipped", "no_link")]
    assert known_entry(home, "a") is not None
    assert audit(home) == []


def test_a_released_entry_that_breaks_rules_again_is_held_anew(home: Home) -> None:
    bring_entries(home, entry("a", url=LOCAL))
    decide(home, "release", *held_ids(home))
    bring_entries(home, entry("a", 2000, url="http://localhost/b", title="Another title"))
    assert len(held_ids(home)) == 1


def test_what_is_discarded_stays_so_and_can_be_released_yet(home: Home) -> None:
    read = bring_story(home, "a", LISTING)
    (key,) = held_ids(home)
    assert decide(home, "discard", key).fates == {"discarded": 1}
    bring_pages(home, (replace(read), want_of(entry("a", 7), "retitled")))
    assert held_ids(home) == []
    assert held_ids(home, "discarded") == [key]
    assert decide(home, "discard", key).fates == {"left alone: discarded": 1}
    assert decide(home, "release", key).fates == {"released": 1}
    told = "select decision from ops.quarantine_decisions order by load_id = '', decided_at"
    assert sorted(ask(home, told)) == [("discard",), ("release",)]
    assert audit(home) == []


def test_a_retry_lets_in_what_passes_the_rules_of_today(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_story(home, "a", LISTING)
    bring_story(home, "b", ("Too short.",), 2)
    bring_entries(home, entry("c", 4, url=LOCAL))
    before = decide(home, "retry")
    assert before.fates == {"still held": 3}
    milder = tuple(rule for rule in ARTICLE_RULES if rule.rule_id != LISTED)
    monkeypatch.setattr("expectations.check.ARTICLE_RULES", milder)
    settled = decide(home, "retry")
    assert settled.fates == {"still held": 2, "released": 1}
    assert ask(home, "select headline from news.articles") == [("Headline of a",)]
    assert ask(home, "select decision, decided_by from ops.quarantine_decisions") == [
        ("retry", "ann")
    ]
    told = "select outcome, reason from ops.outcomes where run_id = $1"
    assert ask(home, told, settled.run_id) == [("loaded", "accepted")]
    results = "select sum(failed_rows) from ops.validation_results where run_id = $1"
    assert ask(home, results, settled.run_id) == [(2,)]
    assert audit(home) == []


def test_what_a_retry_keeps_bears_the_reasons_of_today(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_story(home, "a", ("Too short",))
    rules = "select list_sort(rule_ids), last_quarantined_at from ops.quarantine"
    assert ask(home, rules) == [(["article.body_is_prose", "article.body_length"], at(1))]
    milder = tuple(rule for rule in ARTICLE_RULES if rule.rule_id != LISTED)
    monkeypatch.setattr("expectations.check.ARTICLE_RULES", milder)
    decide(home, "retry")
    assert ask(home, rules) == [(["article.body_length"], at(1))]
    assert ask(home, "select rule_id from ops.quarantine_hits") == [("article.body_length",)]


def test_a_dry_run_writes_nothing(home: Home) -> None:
    bring_story(home, "a", LISTING)
    before = (news(home), ask(home, "select * from ops.runs"), held_ids(home))
    for action in ("release", "discard", "retry"):
        settled = decide(home, action, is_dry=True)  # type: ignore[arg-type]
        assert (sum(settled.fates.values()), settled.run_id) == (1, None)
    assert (news(home), ask(home, "select * from ops.runs"), held_ids(home)) == before


def test_a_record_that_came_again_since_it_was_read_is_left_alone(home: Home) -> None:
    read = bring_story(home, "a", LISTING)
    order, settled = Order(action="release", by="ann", why="x"), work.Settled(action="release")
    decided = work.decide(home, held_ids(home), order, settled, at(1001))
    bring_pages(home, (read, want_of(entry("a", 7), "retitled")))

    async def carry_out() -> None:
        async with open_run("quarantine", read_settings(home.root), {}) as run:
            work.carry_out(run, decided, settled)

    asyncio.run(carry_out())
    assert settled.fates == {"left alone: came again meanwhile": 1}
    assert len(held_ids(home)) == 1
    assert audit(home) == []


def test_a_released_version_that_comes_again_is_not_held_again(home: Home) -> None:
    bring_story(home, "a", LISTING)
    decide(home, "release", *held_ids(home))
    again = article("a", LISTING, 8)
    want = want_of(entry("a", 7, title="Retitled"), "retitled")
    page = ReadPage(
        want=want,
        exchange=exchange(again.canonical_url, 8),
        page_fate=Fate(outcome="loaded", reason="archived"),
        article=again,
    )

    async def come_again() -> None:
        async with open_run("ingest", read_settings(home.root), {}) as run:
            await load_pages(run, [page], await check_pages(run, [page]))

    asyncio.run(come_again())
    assert ask(
        home, "select outcome from ops.outcomes where item_id = $1 order by all", want.want_id
    ) == [("loaded",), ("unchanged",)]
    assert ask(home, "select rule_id from ops.marks") == [(LISTED,)]
    assert ask(home, "select last_seen_at from news.articles") == [(at(8),)]


def test_records_are_found_by_rule_source_subject_and_time(home: Home) -> None:
    bring_story(home, "a", LISTING)
    bring_story(home, "b", ("Too short.",), 2, source=SOURCES[1])
    bring_entries(home, entry("c", 4, url=LOCAL))

    def titles(**given: Any) -> list[str | None]:  # noqa: ANN401 (fields of many types)
        return [row.title for row in list_quarantine(home.root, Selection(**given))]

    assert titles() == ["Title of c", "Headline of b", "Headline of a"]
    assert titles(rules=(LISTED,)) == ["Headline of a"]
    assert titles(sources=(SOURCES[1],)) == ["Headline of b"]
    assert titles(subjects=("entry",)) == ["Title of c"]
    assert titles(since=at(2), until=at(4)) == ["Headline of b"]
    assert titles(statuses=("released",)) == []


def test_the_command_line_lists_shows_and_decides(home: Home) -> None:
    bring_story(home, "a", LISTING)
    (key,) = held_ids(home)
    code, told = cli(home, "list", "--json")
    assert (code, [row["quarantine_id"] for row in json.loads(told)]) == (0, [key])
    code, told = cli(home, "show", key[:6], "--json")
    assert json.loads(told)[0]["record"]["body"].startswith(LISTING[0])
    assert cli(home, "show", key)[1].count(LISTED) == 1
    code, told = cli(home, "release", key, "--why", "a story", "--by", "ann", "--dry-run")
    assert (code, "would be: 1 released" in told) == (0, True)
    code, told = cli(home, "release", key, "--why", "a story", "--by", "ann", "--json")
    assert (code, json.loads(told)["records"]) == (0, {key: "released"})
    assert "release by ann: a story" in cli(home, "show", key)[1]
    assert cli(home, "list")[1].strip() == "0 records"


def test_the_command_line_ends_with_1_where_a_record_is_decided_and_2_where_none_is_meant(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "boris")
    bring_story(home, "a", LISTING)
    (key,) = held_ids(home)
    assert cli(home, "discard", "--rule", LISTED, "--why", "a list of links")[0] == 0
    assert ask(home, "select decided_by from ops.quarantine_decisions") == [("boris",)]
    assert cli(home, "discard", key, "--why", "again")[0] == 1
    assert cli(home, "release", "ffffff", "--why", "x")[0] == 2
    assert cli(home, "release", "--why", "x")[0] == 2
    assert cli(home, "release", key)[0] == 2
    assert cli(home, "release", key, "--why", " ")[0] == 2


def test_a_home_of_an_older_version_is_told_how_to_be_brought_up_to_date(home: Home) -> None:
    ask(home, "delete from ops.schema_version where name like '0003%'")
    code, told = cli(home, "list")
    assert (code, "copytaster init" in told) == (2, True)
