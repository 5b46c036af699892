"""Write batches: one transaction each, with a row in the ledger, so that twice is once.

Everything is staged as temporary tables and merged by key. A batch whose ``load_id``
stands in the ledger was loaded before and changes nothing.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from warehouse import stage, stage_feeds, stage_ops
from warehouse.connection import query, transaction
from warehouse.read import is_loaded
from warehouse.write import run, staged, table_columns, write_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import duckdb

    from transforms.records import Article, Batch
    from warehouse.write import Row

VERSION_KEY = {"version_id": "VARCHAR"}
SUBJECT_KEY = {"subject_id": "VARCHAR"}
ARTICLE_KEY = {"article_id": "VARCHAR"}
LINK = {"entry_id": "VARCHAR", "article_id": "VARCHAR"}

DETAIL_TABLES = ("article_blocks", "article_credits", "article_tags", "article_doubts")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """Rows inserted, updated or replaced, by table; none where the batch was loaded before."""

    rows: dict[str, int] = field(default_factory=dict)
    was_loaded_before: bool = False


def load(con: duckdb.DuckDBPyConnection, batch: Batch) -> LoadResult:
    """Write a batch and its row in the ledger, all or nothing.

    ``con`` is the writer's (`warehouse.connection.writing`). Loading a batch again
    changes nothing, and the order in which batches are loaded does not decide
    which state of an entry or an article is current.

    Raises: duckdb.Error; then nothing of the batch is in the tables.
    """
    with transaction(con):
        if is_loaded(con, batch.load_id):
            return LoadResult(was_loaded_before=True)
        rows: dict[str, int] = {}
        hashes = stage_ops.payload_hashes(batch)
        rows |= _load_exchanges(con, batch, hashes)
        rows |= _load_entries(con, batch)
        rows |= _load_articles(con, batch, hashes)
        rows |= _load_judgements(con, batch)
        rows |= _load_states(con, batch)
        con.execute(
            query("insert_load"),
            [batch.load_id, batch.run_id, batch.kind, batch.at, orjson.dumps(rows).decode()],
        )
    return LoadResult(rows=rows)


def _load_exchanges(
    con: duckdb.DuckDBPyConnection, batch: Batch, hashes: dict[str, str]
) -> dict[str, int]:
    """Write what was exchanged, what the feeds yielded, what is wanted, and the outcomes."""
    exchanges = stage_ops.exchange_rows(batch, hashes)
    rows = write_rows(con, "ops.exchanges", exchanges, "insert_exchanges")
    rows |= write_rows(con, "ops.parses", stage_ops.parse_rows(batch), "insert_parses")
    rows |= write_rows(con, "ops.wants", stage_ops.want_rows(batch), "merge_wants")
    return rows | write_rows(con, "ops.outcomes", stage_ops.outcome_rows(batch), "insert_outcomes")


def _load_entries(con: duckdb.DuckDBPyConnection, batch: Batch) -> dict[str, int]:
    entries = stage.entry_rows(batch.entries, batch.run_id)
    if not entries:
        return {}
    columns = table_columns(con, "news.entries")
    with staged(con, "staged_entries", entries, columns):
        for name in ("held_entries", "linked_entries"):
            con.execute(query(name))
        count = run(con, "insert_entries")
        if count < len(entries):
            count += run(con, "touch_entries")
        if count < len(entries):
            count += run(con, "merge_entries")
        run(con, "link_held_entries")
        con.execute("drop table temp.linked_entries; drop table temp.held_entries")
    return {"news.entries": count}


def _load_articles(
    con: duckdb.DuckDBPyConnection, batch: Batch, hashes: dict[str, str]
) -> dict[str, int]:
    if not batch.articles:
        return {}
    sights = stage.sights_by_version(batch.articles)
    latest = [seen[-1] for seen in sights.values()]
    versions = stage.version_rows(batch, hashes)
    doubtful = {article.version_id for article in latest if has_date_conflict(article)}
    for row in versions:
        row["has_date_conflict"] = row["version_id"] in doubtful
    columns = table_columns(con, "news.article_versions", has_date_conflict="BOOLEAN")
    rows: dict[str, int] = {}
    with staged(con, "staged_article_versions", versions, columns):
        rows |= _load_details(con, latest, versions)
        rows["news.article_versions"] = run(con, "merge_article_versions")
        _mark_changes(con)
        rows["news.articles"] = run(con, "merge_articles")
    rows |= write_rows(
        con, "news.article_urls", stage.url_rows(batch.articles), "merge_article_urls"
    )
    rows |= write_rows(con, "ops.outlet_pages", stage.outlet_rows(batch), "insert_outlet_pages")
    links = _links(batch)
    if links:
        with staged(con, "staged_links", links, LINK):
            run(con, "link_entries")
    return rows


def has_date_conflict(article: Article) -> bool:
    """Tell whether the sources of an article's date disagree."""
    return any(doubt.code.startswith("date_") for doubt in article.doubts)


def _load_details(
    con: duckdb.DuckDBPyConnection, latest: Iterable[Article], versions: Sequence[Row]
) -> dict[str, int]:
    """Write blocks, credits, tags and doubts of new versions and of those read differently.

    Runs before the versions are merged, because it asks what they are now.
    """
    held = {
        version: (seen_at, details)
        for version, seen_at, details in con.execute(query("held_versions")).fetchall()
    }
    renewed = {
        row["version_id"]
        for row in versions
        if row["version_id"] in held
        and row["last_seen_at"] >= held[row["version_id"]][0]
        and row["details_hash"] != held[row["version_id"]][1]
    }
    _delete_details(con, renewed)
    written = [
        article
        for article in latest
        if article.version_id not in held or article.version_id in renewed
    ]
    details = {
        "article_blocks": stage.block_rows(written),
        "article_credits": stage.listed_rows(written, "credits"),
        "article_tags": stage.listed_rows(written, "tags"),
        "article_doubts": stage.listed_rows(written, "doubts"),
    }
    rows: dict[str, int] = {}
    for table, found in details.items():
        rows |= write_rows(con, f"news.{table}", found, f"insert_{table}")
    return rows


def _delete_details(con: duckdb.DuckDBPyConnection, versions: Collection[str]) -> None:
    """Make room for what a newer reading says of some versions."""
    if not versions:
        return
    keys: list[Row] = [{"version_id": version} for version in sorted(versions)]
    with staged(con, "staged_rewritten", keys, VERSION_KEY):
        for table in DETAIL_TABLES:
            run(con, f"delete_{table}")


def _mark_changes(con: duckdb.DuckDBPyConnection) -> None:
    changed = con.execute(query("changed_articles")).fetchall()
    if changed:
        keys: list[Row] = [{"article_id": article} for (article,) in changed]
        with staged(con, "staged_changed", keys, ARTICLE_KEY):
            run(con, "mark_changes")


def _links(batch: Batch) -> list[Row]:
    """Return which entry led to which article: by the article itself, or by its want."""
    wants = {want.want_id: want.entry_id for want in batch.wants}
    wanted = {
        outcome.exchange_id: wants.get(outcome.item_id)
        for outcome in batch.outcomes
        if outcome.stage == "article"
    }
    links = {
        entry: article.article_id
        for article in sorted(batch.articles, key=lambda article: article.fetched_at)
        for entry in (article.entry_id, wanted.get(article.exchange_id))
        if entry is not None
    }
    return [{"entry_id": entry, "article_id": links[entry]} for entry in sorted(links)]


def _load_judgements(con: duckdb.DuckDBPyConnection, batch: Batch) -> dict[str, int]:
    """Write what validation said: records kept aside, marks, and how the rules fared."""
    rows: dict[str, int] = {}
    held = stage_ops.quarantine_rows(batch)
    if held:
        columns = table_columns(con, "ops.quarantine")
        with staged(con, "staged_quarantine", held, columns):
            rows["ops.quarantine"] = run(con, "merge_quarantine")
            run(con, "delete_quarantine_hits")
        rows |= write_rows(
            con, "ops.quarantine_hits", stage_ops.hit_rows(batch), "insert_quarantine_hits"
        )
    rows |= write_rows(
        con,
        "ops.quarantine_decisions",
        stage_ops.decision_rows(batch),
        "settle_quarantine",
        "insert_quarantine_decisions",
    )
    rows |= _load_marks(con, batch)
    return rows | write_rows(
        con,
        "ops.validation_results",
        stage_ops.rule_result_rows(batch),
        "insert_validation_results",
    )


def _load_marks(con: duckdb.DuckDBPyConnection, batch: Batch) -> dict[str, int]:
    """Write the marks of the records judged, and drop those that they no longer bear.

    An entry that came unchanged was not judged again: it has no outcome, and keeps its marks.
    """
    marks = stage_ops.mark_rows(batch)
    subjects = {subject for subject, _ in batch.marks}
    subjects |= {outcome.item_id for outcome in batch.outcomes if outcome.stage == "entry"}
    subjects |= {article.version_id for article in batch.articles}
    if not subjects:
        return {}
    keys: list[Row] = [{"subject_id": subject} for subject in sorted(subjects)]
    with ExitStack() as stack:
        stack.enter_context(staged(con, "staged_subjects", keys, SUBJECT_KEY))
        columns = table_columns(con, "ops.marks")
        stack.enter_context(staged(con, "staged_marks", marks, columns))
        run(con, "delete_marks")
        return {"ops.marks": run(con, "merge_marks")} if marks else {}


def _load_states(con: duckdb.DuckDBPyConnection, batch: Batch) -> dict[str, int]:
    feeds = stage_feeds.feed_state_rows(batch.feed_states, batch.at)
    rows = write_rows(con, "ops.feed_state", feeds, "merge_feed_urls", "merge_feed_state")
    moves = stage_feeds.move_rows(batch)
    rows |= write_rows(con, "ops.feed_moves", moves, "insert_feed_moves")
    gaps = stage_feeds.gap_rows(batch)
    rows |= write_rows(con, "ops.coverage_gaps", gaps, "merge_coverage_gaps")
    opt_outs = stage_feeds.opt_out_rows(batch)
    rows |= write_rows(con, "ops.opt_outs", opt_outs, "merge_opt_outs")
    documents = stage_feeds.origin_document_rows(batch.origin_documents, batch.at)
    rows |= write_rows(con, "ops.origin_documents", documents, "merge_origin_documents")
    hosts = stage_feeds.host_state_rows(batch.host_states, batch.at)
    return rows | write_rows(con, "ops.host_state", hosts, "merge_host_state")
