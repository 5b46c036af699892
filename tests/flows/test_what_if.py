"""Today's rules over what is loaded: records read back as they were, and nothing changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from quarantine_support import (
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
    held_ids,
    make_home,
)
from typer.testing import CliRunner

from expectations.articles import ARTICLE_RULES
from expectations.rules import one_of
from flows.cli import app
from flows.what_if import WhatIf, check_loaded
from transforms.poll_batches import want_of
from warehouse import loaded
from warehouse.connection import Home, writing
from warehouse.publish import publish

if TYPE_CHECKING:
    from pathlib import Path

    from flows.what_if import Suite

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

LISTED = "article.body_is_prose"
NAMED_B = one_of(["Headline of b"])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two stories, one of them let in although it is a list of links."""
    home = make_home(tmp_path / "home")
    bring_story(home, "a", STORY)
    bring_story(home, "b", LISTING, 2, source=SOURCES[1], accept=True)
    publish(home)
    return home


def what_if(home: Home, suite: Suite = "articles", **given: object) -> WhatIf:
    return check_loaded(home.root, suite, now=at(1000), **given)  # type: ignore[arg-type]


def turns(found: WhatIf) -> list[tuple[str | None, str, str]]:
    return [(turn.title, turn.before, turn.after) for turn in found.turns]


def test_what_is_loaded_is_read_back_as_it_was(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    one = entry("a")
    read = replace(article("a", (*STORY, "Ein Löwe 🦁, und Ende."), 1), entry_id=one.entry_id)
    bring_entries(home, one)
    bring_pages(home, (read, want_of(one, "new")))
    with writing(home) as con:
        assert list(loaded.articles(con)) == [(read,)]
        assert list(loaded.entries(con)) == [(one,)]


def test_unchanged_rules_turn_no_verdict(home: Home) -> None:
    found = what_if(home)
    assert (found.rows, found.verdicts, turns(found)) == (2, {"accepted": 1, "quarantined": 1}, [])
    assert found.rules()[0]["rule_id"] == LISTED
    assert turns(what_if(home, "entries")) == []


def test_a_changed_rule_shows_the_verdicts_that_it_would_turn(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple(
        replace(rule, rule_id="article.named_b", feature="headline", expectation=NAMED_B)
        if rule.rule_id == LISTED
        else rule
        for rule in ARTICLE_RULES
    )
    monkeypatch.setattr("expectations.check.ARTICLE_RULES", changed)
    found = what_if(home)
    assert sorted(turns(found)) == [
        ("Headline of a", "accepted", "quarantined"),
        ("Headline of b", "quarantined", "accepted"),
    ]
    assert {turn.rules_after for turn in found.turns} == {("article.named_b",), ()}


def test_a_rule_that_is_dropped_turns_verdicts_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    milder = tuple(rule for rule in ARTICLE_RULES if rule.rule_id != LISTED)
    monkeypatch.setattr("expectations.check.ARTICLE_RULES", milder)
    assert turns(what_if(home)) == [("Headline of b", "quarantined", "accepted")]


def test_source_and_time_narrow_what_is_checked_and_chunks_change_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert what_if(home, sources=(SOURCES[0],)).rows == 1
    assert what_if(home, since=at(2)).verdicts == {"quarantined": 1}
    whole = what_if(home)
    monkeypatch.setattr(loaded, "CHUNK_RECORDS", 1)
    assert what_if(home) == whole


def test_the_marks_of_an_entry_stay_when_it_comes_again_unchanged(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    front = {"url": f"https://{SOURCES[1]}/", "source": SOURCES[0]}
    bring_entries(home, entry("a", **front))
    marks = "select rule_id from ops.marks"
    assert ask(home, marks) == [("entry.link_not_front_page",)]
    bring_entries(home, entry("a", 3, **front))
    assert ask(home, marks) == [("entry.link_not_front_page",)]
    publish(home)
    assert turns(what_if(home, "entries")) == []


def test_the_command_changes_nothing_and_ends_with_1_where_a_verdict_would_turn(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (home.live.read_bytes(), home.published.read_bytes())
    words = ["check", "--suite", "articles", "--changed", "--home", str(home.root)]
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, "0 verdicts would turn" in result.output) == (0, True)
    milder = tuple(rule for rule in ARTICLE_RULES if rule.rule_id != LISTED)
    monkeypatch.setattr("expectations.check.ARTICLE_RULES", milder)
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, f"-{LISTED}" in result.output) == (1, True)
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert [turn["after"] for turn in told["turns"]] == ["accepted"]
    assert (home.live.read_bytes(), home.published.read_bytes()) == before
    assert held_ids(home) == []
