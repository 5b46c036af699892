"""The demo, run as a reader would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from expectations.warehouse import check_warehouse
from flows.demo import MARK, make_room
from warehouse.connection import Home, reading
from warehouse.console import open_console, run_query

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
STORY = "headline ilike 'Putin: CSTO force%'"


def copytaster(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "PREFECT_API" not in name}
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def told(home: Path) -> str:
    done = copytaster("demo", "--home", str(home))
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(home: Path, query: str) -> list[dict[str, Any]]:
    with open_console(Home(home).published) as con:
        return run_query(con, query).table.to_pylist()  # type: ignore[no-any-return]


def test_it_tells_what_became_of_each_item_and_names_the_rules(told: str) -> None:
    for word in (
        "truncated_document",
        "challenge_page",
        "http_404",
        "robots_disallowed",
        "same_article_in_batch",
        "retitled",
        "not_modified",
        "article.paywall_stub",
        "article.date_fits_text",
    ):
        assert word in told
    assert told.count("copytaster sql") >= 4


def test_at_least_sixty_articles_in_six_languages_come_in(home: Path, told: str) -> None:
    del told
    (row,) = asked(
        home,
        "select count(*) as articles, count(distinct source_id) as outlets,"
        " count(distinct language) as languages from report.article",
    )
    assert row["articles"] >= 60
    assert row["outlets"] >= 8
    assert row["languages"] >= 6


def test_nothing_vanished_and_every_rule_of_the_warehouse_holds(home: Path, told: str) -> None:
    del told
    assert asked(home, "from report.outcome_audit") == []
    with reading(Home(home).published) as con:
        broken = [one.result for one in check_warehouse(con) if one.result.failed_rows]
    assert broken == []


def test_the_model_story_comes_out_right_and_its_date_in_doubt(home: Path, told: str) -> None:
    del told
    (story,) = asked(
        home,
        "select published_at::date::varchar as declared, agencies, date_doubts, body"
        f" from report.article where {STORY}",
    )
    assert story["declared"] == "2017-07-11"
    assert "2019" in str(story["date_doubts"])
    assert story["agencies"] == ["Agence France-Presse", "Associated Press", "Reuters"]
    blocks = asked(
        home,
        "select block.kind, block.text from report.article_block as block"
        f" join report.article using (article_id) where {STORY}",
    )
    captions = [block["text"] for block in blocks if block["kind"] == "caption"]
    assert any("pictured in 2019" in str(text) for text in captions)
    aside = [b for b in blocks if b["kind"] in {"caption", "credit", "video", "promo"}]
    assert {"caption", "credit", "video"} <= {str(block["kind"]) for block in aside}
    assert all(str(block["text"]) not in str(story["body"]) for block in aside)


def test_a_retitled_entry_is_one_article_with_its_history(home: Path, told: str) -> None:
    del told
    rows = asked(
        home, "select titles_seen, article_id from news.entries where len(titles_seen) > 1"
    )
    assert len(rows) >= 2
    assert all(row["article_id"] for row in rows)
    changed = asked(
        home,
        "select change_kind, count(*) as versions from news.article_versions"
        " where change_kind <> 'first' group by all",
    )
    assert {"headline", "body"} & {str(row["change_kind"]) for row in changed}


def test_a_second_demo_makes_its_folder_anew_and_no_other(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("precious")
    with pytest.raises(FileExistsError, match="no demo's folder"):
        make_room(mine, is_kept=False)
    assert (mine / "thesis.txt").exists()
    (mine / MARK).touch()
    make_room(mine, is_kept=True)
    assert (mine / "thesis.txt").exists()
    make_room(mine, is_kept=False)
    assert not mine.exists()
