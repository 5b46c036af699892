"""Every rule on the warehouse, on a real database, and the lent connection that carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from expectations.check import ValidationSystemError
from expectations.table_rules import WarehouseRule
from expectations.warehouse import check_warehouse
from expectations.warehouse_rules import WAREHOUSE_RULES
from warehouse.connection import Home, writing
from warehouse.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

FILLERS = {"VARCHAR": "''", "BOOLEAN": "false", "JSON": "'{}'"}
NUMBERS = ("INTEGER", "BIGINT", "DOUBLE")
TIME = "timestamptz '2022-01-20 12:00:00+00'"

VERSION = "insert news.article_versions version_id=v1 article_id=a1 exchange_id=x1 body=One.\nTwo."
GOOD = (
    "insert news.sources source_id=s1 country=kz",
    "insert news.feeds feed_id=f1 source_id=s1 is_active=true",
    "insert news.articles article_id=a1 source_id=s1 current_version_id=v1 versions=1 language=en",
    "insert news.article_urls article_id=a1",
    VERSION,
    "insert news.article_blocks version_id=v1 position=0 start_offset=0 end_offset=4",
    "insert news.article_blocks version_id=v1 position=1 text=Caption.",
    "insert news.article_blocks version_id=v1 position=2 start_offset=5 end_offset=9",
    "insert ops.exchanges exchange_id=x1 purpose=robots",
    "insert news.entries entry_id=e1 feed_id=f1 source_id=s1 article_id=a1",
)
AFTER_A_DAY = "update ops.runs set started_at = started_at + interval 25 hours"
LATER = "timestamptz '2022-01-21 12:00:00+00'"
DAMAGE: dict[str, tuple[str, ...]] = {
    "article_versions_article_id_in_articles": (
        "update news.article_versions set article_id = 'gone'",
    ),
    "articles_current_version_id_in_article_versions": (
        "update news.articles set current_version_id = 'gone'",
    ),
    "article_urls_article_id_in_articles": ("update news.article_urls set article_id = 'gone'",),
    "entries_article_id_in_articles": ("update news.entries set article_id = 'gone'",),
    "entries_feed_id_in_feeds": ("update news.entries set feed_id = 'gone'",),
    "article_blocks_version_id_in_article_versions": (
        "update news.article_blocks set version_id = 'gone'",
    ),
    "article_credits_version_id_in_article_versions": (
        "insert news.article_credits version_id=gone",
    ),
    "article_tags_version_id_in_article_versions": ("insert news.article_tags version_id=gone",),
    "article_doubts_version_id_in_article_versions": (
        "insert news.article_doubts version_id=gone",
    ),
    "articles_source_id_in_sources": ("update news.articles set source_id = 'gone'",),
    "entries_source_id_in_sources": ("update news.entries set source_id = 'gone'",),
    "feeds_source_id_in_sources": ("update news.feeds set source_id = 'gone'",),
    "article_versions_exchange_id_in_exchanges": (
        "update news.article_versions set exchange_id = 'gone'",
    ),
    "entries_one_row_per_entry_id": (GOOD[-1],),
    "articles_one_row_per_article_id": ("insert into news.articles from news.articles",),
    "articles_one_row_per_canonical_url": (
        "insert news.articles article_id=a2 source_id=s1 current_version_id=v1 language=en",
    ),
    "article_versions_one_row_per_version_id": (
        "insert into news.article_versions from news.article_versions",
    ),
    "article_versions_one_row_per_article_id_and_content_hash": (
        "insert news.article_versions version_id=v2 article_id=a1 exchange_id=x1",
    ),
    "article_urls_one_row_per_article_id_and_url_and_kind": (GOOD[3],),
    **{
        f"article_{part}_one_row_per_version_id_and_position": (
            f"insert news.article_{part} version_id=v1",
            f"insert news.article_{part} version_id=v1",
        )
        for part in ("credits", "tags", "doubts")
    },
    "wants_one_row_per_want_id": ("insert ops.wants want_id=w1", "insert ops.wants want_id=w1"),
    "marks_one_row_per_subject_id_and_rule_id_and_column_name": (
        "insert ops.marks subject_id=v1",
        "insert ops.marks subject_id=v1",
    ),
    "article_blocks_one_row_per_version_id_and_position": (
        "insert into news.article_blocks from news.article_blocks where position = 1",
    ),
    "exchanges_one_row_per_exchange_id": ("insert into ops.exchanges from ops.exchanges",),
    "quarantine_one_row_per_quarantine_id": (
        "insert ops.quarantine quarantine_id=q1",
        "insert ops.quarantine quarantine_id=q1",
    ),
    "current_version_is_its_own": (
        "insert news.articles article_id=a2 source_id=s1 current_version_id=v1 canonical_url=b",
    ),
    "no_feed_overlooked": ("insert ops.runs run_id=r1 kind=ingest status=done", AFTER_A_DAY),
    "coverage_gaps_explained": ("insert ops.coverage_gaps gap_id=g1 status=filled",),
    "current_version_is_last_seen": (
        "insert news.article_versions version_id=v2 article_id=a1 exchange_id=x1 content_hash=2",
        f"update news.article_versions set last_seen_at = {LATER} where version_id = 'v2'",
    ),
    "versions_counted": ("update news.articles set versions = 2",),
    "versions_in_order": ("update news.article_versions set previous_version_id = 'gone'",),
    "blocks_cover_body": ("update news.article_blocks set end_offset = 3 where position = 0",),
    "seen_in_order": (f"update news.entries set first_seen_at = {LATER}",),
    "outcomes_add_up": ("insert ops.exchanges exchange_id=x2 purpose=page",),
    "ledger_equals_rows": (
        "insert ops.loads load_id=l1",
        "insert ops.validation_results load_id=l1",
    ),
    "all_commented": ("create table news.guessed (number integer)",),
    "languages_are_codes": ("update news.articles set language = 'xx'",),
    "countries_are_codes": ("update news.sources set country = 'uk'",),
}
NEARLY = {
    "a body without text and without blocks": (
        "delete from news.article_blocks",
        "update news.article_versions set body = ''",
    ),
    "an entry of no article": ("update news.entries set article_id = null",),
    "characters above the basic plane": (
        "update news.article_versions set body = '😀😀😀.' || chr(10) || 'Two.'",
    ),
    "a language with a region": ("update news.articles set language = 'zh-Hant-TW'",),
    "an outlet of no country": ("update news.sources set country = null",),
    "a language of three letters": ("update news.articles set language = 'ckb'",),
    "a feed that was due for less than a day": (
        "insert ops.runs run_id=r1 kind=ingest status=done",
        "update ops.runs set started_at = started_at + interval 24 hours",
    ),
    "a feed that is to be left alone": (
        "insert ops.runs run_id=r1 kind=ingest status=done",
        AFTER_A_DAY,
        "insert ops.feed_state feed_id=f1",
        f"update ops.feed_state set due_at = {LATER}",
    ),
    "a feed that is polled no more": (
        "insert ops.runs run_id=r1 kind=ingest status=done",
        AFTER_A_DAY,
        "update news.feeds set is_active = false",
    ),
    "a run that was of one feed only": (
        """insert ops.runs run_id=r1 kind=ingest status=done parameters={"feeds":["f2"]}""",
        AFTER_A_DAY,
    ),
    "a gap that was filled, and one that is new": (
        "insert ops.coverage_gaps gap_id=g1 status=filled how=sitemap",
        "insert ops.coverage_gaps gap_id=g2 status=open",
    ),
    "seen once": (f"update news.entries set first_seen_at = {TIME}, last_seen_at = {TIME}",),
}


def run(con: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Run SQL, or ``insert TABLE column=value …`` with the other columns filled in."""
    words = statement.split(" ")
    if words[:2] == ["insert", "into"] or words[0] != "insert":
        con.execute(statement)
        return
    given = dict(word.split("=", 1) for word in words[2:])
    columns = con.execute(f"describe {words[1]}").fetchall()
    values = {
        name: f"'{given[name]}'" if name in given else filler(kind)
        for name, kind, nullable, *_ in columns
        if name in given or nullable == "NO"
    }
    con.execute(
        f"insert into {words[1]} ({', '.join(values)}) values ({', '.join(values.values())})"
    )


def filler(kind: str) -> str:
    if kind.endswith("[]"):
        return "[]"
    if kind in NUMBERS:
        return "0"
    return FILLERS.get(kind, TIME)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("home"))
    migrate(home)
    with writing(home) as con:
        for statement in GOOD:
            run(con, statement)
    return home


@pytest.fixture
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a connection to a copy of the good warehouse that a test may spoil."""
    import duckdb  # noqa: PLC0415 (only here)

    with duckdb.connect(":memory:") as con:
        con.execute(f"attach '{home.live}' as live (read_only)")
        con.execute("copy from database live to memory")
        con.execute("detach live")
        yield con


def broken(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {
        finding.result.rule_id.removeprefix("warehouse."): finding.result.failed_rows
        for finding in check_warehouse(con)
        if finding.result.failed_rows
    }


def test_a_good_warehouse_breaks_no_rule(con: duckdb.DuckDBPyConnection) -> None:
    findings = check_warehouse(con)
    assert broken(con) == {}
    assert [finding.result.rule_id for finding in findings] == [r.rule_id for r in WAREHOUSE_RULES]
    assert {finding.result.rows for finding in findings} >= {0, 1, 3}


@pytest.mark.parametrize("rule", DAMAGE)
def test_damage_to_the_warehouse_breaks_the_rule_meant_for_it(
    rule: str, con: duckdb.DuckDBPyConnection
) -> None:
    for statement in DAMAGE[rule]:
        run(con, statement)
    meant = next(found for found in WAREHOUSE_RULES if found.rule_id == f"warehouse.{rule}")
    (finding,) = check_warehouse(con, [meant])
    assert finding.result.failed_rows > 0
    assert finding.examples


@pytest.mark.parametrize("case", NEARLY)
def test_what_is_only_unusual_breaks_no_rule(case: str, con: duckdb.DuckDBPyConnection) -> None:
    for statement in NEARLY[case]:
        run(con, statement)
    assert broken(con) == {}


def test_every_rule_on_the_warehouse_is_broken_by_some_damage_here() -> None:
    assert {f"warehouse.{rule}" for rule in DAMAGE} == {rule.rule_id for rule in WAREHOUSE_RULES}


def numbers(sql: str) -> WarehouseRule:
    return WarehouseRule(rule_id="warehouse.test", table="numbers", reason="A test.", sql=sql)


def test_the_count_of_offending_rows_is_whole_where_the_library_shows_a_part(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("create table numbers as select range as number from range(5000)")
    (finding,) = check_warehouse(con, [numbers("select * from numbers where number >= 100")])
    assert (finding.result.rows, finding.result.failed_rows) == (5000, 4900)
    assert finding.examples[0] == "number=100"


def test_a_rule_that_cannot_be_run_is_a_system_error_and_spares_the_caller(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("create table numbers (number integer)")
    con.begin()
    con.execute("insert into numbers values (1)")
    with pytest.raises(ValidationSystemError, match=r"warehouse\.test: .*missing_column"):
        check_warehouse(con, [numbers("select missing_column from numbers")])
    con.commit()
    assert con.execute("select count(*) from numbers").fetchall() == [(1,)]


def test_checking_twice_gives_the_same_findings(con: duckdb.DuckDBPyConnection) -> None:
    assert check_warehouse(con) == check_warehouse(con)
