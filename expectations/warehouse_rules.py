"""The rules for the warehouse as a whole, each a query that returns what breaks it."""

from __future__ import annotations

from expectations.codes import COUNTRIES, LANGUAGES
from expectations.table_rules import WarehouseRule, orphans, unique

WAREHOUSE_SUITE = "warehouse"

_NO_VERSION = "A part of a text whose version is missing was left behind by a load."
_NO_SOURCE = "What belongs to no outlet is left out of every count by outlet, country or language."

_REFERENCES = (
    orphans(
        *("news.article_versions", "news.articles", "article_id", "article_id"),
        reason="A version without its article is found by no view.",
    ),
    orphans(
        *("news.articles", "news.article_versions", "current_version_id", "version_id"),
        reason="An article without its current version has no text.",
    ),
    orphans(
        *("news.article_urls", "news.articles", "article_id", "article_id"),
        reason="An address that leads to no article answers no question.",
    ),
    orphans(
        *("news.entries", "news.articles", "article_id", "article_id"),
        reason="An entry that names an article which is not there was linked too early.",
    ),
    orphans(
        *("news.entries", "news.feeds", "feed_id", "feed_id"),
        reason="An entry of an unknown feed cannot be traced to where it came from.",
    ),
    *(
        orphans(table, "news.article_versions", "version_id", "version_id", reason=_NO_VERSION)
        for table in (
            "news.article_blocks",
            "news.article_credits",
            "news.article_tags",
            "news.article_doubts",
        )
    ),
    *(
        orphans(table, "news.sources", "source_id", "source_id", reason=_NO_SOURCE)
        for table in ("news.articles", "news.entries", "news.feeds")
    ),
    orphans(
        *("news.article_versions", "ops.exchanges", "exchange_id", "exchange_id"),
        reason="A text whose exchange is unknown can be neither proved nor read again.",
    ),
)

_KEYS = (
    unique("news.entries", "entry_id"),
    unique("news.articles", "article_id"),
    unique("news.articles", "canonical_url"),
    unique("news.article_versions", "version_id"),
    unique("news.article_versions", "article_id", "content_hash"),
    unique("news.article_urls", "article_id", "url", "kind"),
    unique("news.article_blocks", "version_id", "position"),
    unique("news.article_credits", "version_id", "position"),
    unique("news.article_tags", "version_id", "position"),
    unique("news.article_doubts", "version_id", "position"),
    unique("ops.wants", "want_id"),
    unique("ops.marks", "subject_id", "rule_id", "column_name"),
    unique("ops.exchanges", "exchange_id"),
    unique("ops.quarantine", "quarantine_id"),
)

_VERSIONS = (
    WarehouseRule(
        rule_id="warehouse.current_version_is_its_own",
        table="news.articles",
        reason="An article that shows the version of another tells the wrong story.",
        sql="""
            select articles.article_id, versions.version_id, versions.article_id as of_article_id
            from news.articles as articles
            join news.article_versions as versions
                on versions.version_id = articles.current_version_id
                and versions.article_id <> articles.article_id
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.current_version_is_last_seen",
        table="news.articles",
        reason="An older state must never stand for the article: a backfill would rewrite news.",
        sql="""
            select articles.article_id, current.version_id, later.version_id as later_version_id
            from news.articles as articles
            join news.article_versions as current
                on current.version_id = articles.current_version_id
            join news.article_versions as later
                on later.article_id = articles.article_id
                and later.last_seen_at > current.last_seen_at
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.versions_counted",
        table="news.articles",
        reason="An article says how many versions it has; a reader relies on it.",
        sql="""
            select articles.article_id, articles.versions, count(held.version_id) as found
            from news.articles as articles
            left join news.article_versions as held using (article_id)
            group by articles.article_id, articles.versions
            having count(held.version_id) <> articles.versions
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.versions_in_order",
        table="news.article_versions",
        reason="A version follows one of the same article that was seen before it.",
        sql="""
            select later.version_id, later.previous_version_id
            from news.article_versions as later
            left join news.article_versions as earlier
                on earlier.version_id = later.previous_version_id
                and earlier.article_id = later.article_id
                and earlier.first_seen_at <= later.first_seen_at
            where later.previous_version_id is not null and earlier.version_id is null
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.blocks_cover_body",
        table="news.article_versions",
        reason="Blocks are offsets into the body: a gap or an overlap quotes other words.",
        sql="""
            select version_id, length(body) as body_chars, sum(chars) as covered_chars
            from news.article_versions
            left join (
                select
                    version_id,
                    end_offset,
                    end_offset - start_offset
                        + if(start_offset = coalesce(1 + lag(end_offset) over earlier, 0), 0, -1e9)
                        + if(row_number() over earlier > 1, 1, 0) as chars
                from news.article_blocks
                where start_offset is not null
                window earlier as (partition by version_id order by position)
            ) as blocks using (version_id)
            group by version_id, body
            having coalesce(sum(chars), 0) <> length(body)
                or coalesce(max(end_offset), 0) <> length(body)
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.seen_in_order",
        table="news.articles",
        reason="Nothing is seen for the last time before it was seen for the first.",
        sql="""
            select 'article' as what, article_id as id, first_seen_at, last_seen_at
            from news.articles where first_seen_at > last_seen_at
            union all
            select 'version', version_id, first_seen_at, last_seen_at
            from news.article_versions where first_seen_at > last_seen_at
            union all
            select 'entry', entry_id, first_seen_at, last_seen_at
            from news.entries where first_seen_at > last_seen_at
        """,
    ),
)

_ACCOUNTS = (
    WarehouseRule(
        rule_id="warehouse.outcomes_add_up",
        table="ops.outcomes",
        reason="Each item that entered a stage has one outcome there: nothing vanishes.",
        sql="""
            select check_name, item_id, missing, load_id from report.outcome_audit
            where check_name <> 'load_differs_from_ledger'
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.ledger_equals_rows",
        table="ops.loads",
        reason="What a load says it wrote is there: a difference is a write outside of a load.",
        sql="""
            select check_name, item_id, missing, load_id from report.outcome_audit
            where check_name = 'load_differs_from_ledger'
        """,
    ),
)

_COVERAGE = (
    WarehouseRule(
        rule_id="warehouse.no_feed_overlooked",
        table="news.feeds",
        reason="A feed that was due for a day, while runs polled others, is a gap unexplained.",
        severity="warning",
        sql="""
            select feeds.feed_id, feeds.source_id, coalesce(due_at, feeds.added_at) as due_at
            from news.feeds as feeds
            left join ops.feed_state as states using (feed_id)
            where feeds.is_active
                and coalesce(due_at, feeds.added_at) + interval 24 hours < (
                    select max(started_at) from ops.runs
                    where kind = 'ingest' and status = 'done'
                        and coalesce(len(parameters ->> '$.feeds[*]'), 0) = 0
                        and coalesce(len(parameters ->> '$.sources[*]'), 0) = 0
                )
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.coverage_gaps_explained",
        table="ops.coverage_gaps",
        reason="What rolled off a feed unseen is filled within two days, or it is told why not.",
        severity="warning",
        sql="""
            select gaps.gap_id, gaps.source_id, gaps.from_at, gaps.to_at, gaps.status
            from ops.coverage_gaps as gaps
            cross join (select max(happened_at) as at from ops.outcomes) as last
            where gaps.how = ''
                and (gaps.status <> 'open' or gaps.found_at < last.at - interval 2 days)
        """,
    ),
)

_WORDS = (
    WarehouseRule(
        rule_id="warehouse.all_commented",
        table="duckdb_tables()",
        reason="Tables explain themselves: a column without a comment is guessed at.",
        severity="warning",
        sql="""
            select 'table' as what, schema_name, table_name as name, null as column_name
            from duckdb_tables()
            where schema_name in ('news', 'ops', 'report') and comment is null and not temporary
            union all
            select 'view', schema_name, view_name, null
            from duckdb_views()
            where schema_name in ('news', 'ops', 'report') and comment is null and not temporary
            union all
            select 'column', schema_name, table_name, column_name
            from duckdb_columns()
            where schema_name in ('news', 'ops', 'report') and comment is null and not internal
        """,
    ),
    WarehouseRule(
        rule_id="warehouse.languages_are_codes",
        table="news.articles",
        reason="A language that is no code of ISO 639 falls out of every count by language.",
        severity="warning",
        sql=f"""
            select language, count(*) as articles from news.articles
            where not regexp_full_match(language, '[a-zA-Z][a-zA-Z][a-zA-Z]?(-[a-zA-Z0-9]+)*')
                or length(split_part(language, '-', 1)) = 2
                and not list_contains(
                    string_split('{LANGUAGES}', ' '), lower(split_part(language, '-', 1))
                )
            group by language
        """,  # noqa: S608 (our own words)
    ),
    WarehouseRule(
        rule_id="warehouse.countries_are_codes",
        table="news.sources",
        reason="A country that is no ISO 3166-1 code falls out of every count by country.",
        severity="warning",
        sql=f"""
            select source_id, country from news.sources
            where not list_contains(string_split('{COUNTRIES}', ' '), country)
        """,  # noqa: S608 (our own words)
    ),
)

WAREHOUSE_RULES: tuple[WarehouseRule, ...] = (
    *_REFERENCES,
    *_KEYS,
    *_VERSIONS,
    *_ACCOUNTS,
    *_COVERAGE,
    *_WORDS,
)
