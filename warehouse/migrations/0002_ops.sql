-- The schema ops: what was done.
-- Applied once and never edited: a change is a new file.

create schema if not exists ops;  -- what was done: runs, exchanges, outcomes, quarantine, loads

create table ops.runs (
    run_id varchar primary key,
    kind varchar not null,
    status varchar not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    code_version varchar not null,
    parameters json not null,
    counts json
);
comment on table ops.runs is
    'Runs of the flows. Grain: one run.';
comment on column ops.runs.run_id is
    'Id of the run.';
comment on column ops.runs.kind is
    'ingest, backfill, reprocess, upkeep and so on.';
comment on column ops.runs.status is
    'running, done, failed or dead (ended without a word).';
comment on column ops.runs.started_at is
    'When it began.';
comment on column ops.runs.ended_at is
    'When it ended, or was found dead.';
comment on column ops.runs.code_version is
    'Version of the code that ran.';
comment on column ops.runs.parameters is
    'Parameters it was given.';
comment on column ops.runs.counts is
    'Counts that it gave at its end.';

create table ops.loads (
    load_id varchar primary key,
    run_id varchar not null,
    kind varchar not null,
    loaded_at timestamptz not null,
    row_counts json not null
);
comment on table ops.loads is
    'Ledger: one row per load, in one transaction with the rows that it brought. Grain: one load.';
comment on column ops.loads.load_id is
    'Id made from what was loaded: the same batch is never loaded twice.';
comment on column ops.loads.run_id is
    'Run: ops.runs.';
comment on column ops.loads.kind is
    'polls or articles.';
comment on column ops.loads.loaded_at is
    'Time of the batch.';
comment on column ops.loads.row_counts is
    'Rows written, by table.';

create table ops.exchanges (
    exchange_id varchar not null,
    run_id varchar not null,
    load_id varchar not null,
    purpose varchar not null,
    item_id varchar,
    source_id varchar,
    requested_url varchar not null,
    final_url varchar not null,
    host varchar not null,
    fetched_at timestamptz not null,
    elapsed_ms integer not null,
    status integer,
    reason varchar not null,
    content_type varchar,
    etag varchar,
    last_modified varchar,
    payload_bytes bigint not null,
    payload_hash varchar,
    hops struct(url varchar, status integer)[] not null,
    problem_code varchar,
    problem_detail varchar,
    archive_file varchar,
    archive_offset bigint,
    archive_length bigint
);
comment on table ops.exchanges is
    'HTTP exchanges with feeds and pages; what came lies in the archive. Grain: one exchange, redirects followed.';
comment on column ops.exchanges.exchange_id is
    'Id made from purpose, address and time.';
comment on column ops.exchanges.run_id is
    'Run that made it: ops.runs.';
comment on column ops.exchanges.load_id is
    'Load that brought the row: ops.loads.';
comment on column ops.exchanges.purpose is
    'feed, page or robots.';
comment on column ops.exchanges.item_id is
    'What it was made for: feed_id of a feed, want_id of a page.';
comment on column ops.exchanges.source_id is
    'Outlet, where known: news.sources.';
comment on column ops.exchanges.requested_url is
    'Address asked.';
comment on column ops.exchanges.final_url is
    'Address that answered, after redirects.';
comment on column ops.exchanges.host is
    'Host asked.';
comment on column ops.exchanges.fetched_at is
    'When it was asked.';
comment on column ops.exchanges.elapsed_ms is
    'Duration in milliseconds.';
comment on column ops.exchanges.status is
    'HTTP status; null where nothing answered.';
comment on column ops.exchanges.reason is
    'Reason phrase of the status.';
comment on column ops.exchanges.content_type is
    'Content-Type header.';
comment on column ops.exchanges.etag is
    'ETag header.';
comment on column ops.exchanges.last_modified is
    'Last-Modified header.';
comment on column ops.exchanges.payload_bytes is
    'Size of the body as it came.';
comment on column ops.exchanges.payload_hash is
    'xxh3_128 of the body as it came; null where it was empty.';
comment on column ops.exchanges.hops is
    'Redirects on the way.';
comment on column ops.exchanges.problem_code is
    'Why there is no usable answer; null where there is one.';
comment on column ops.exchanges.problem_detail is
    'The same in words.';
comment on column ops.exchanges.archive_file is
    'File below the archive''s folder.';
comment on column ops.exchanges.archive_offset is
    'Offset in that file, in bytes.';
comment on column ops.exchanges.archive_length is
    'Length in that file, in bytes.';

create table ops.parses (
    exchange_id varchar not null,
    load_id varchar not null,
    run_id varchar not null,
    feed_id varchar not null,
    parsed_at timestamptz not null,
    format varchar not null,
    items integer not null,
    entries integer not null,
    duplicates integer not null,
    unchanged integer not null,
    items_left integer not null,
    item_problems integer not null,
    document_problems integer not null,
    problems struct(stage varchar, subject varchar, code varchar, detail varchar)[] not null,
    body_hash varchar not null,
    title varchar,
    language varchar,
    homepage varchar
);
comment on table ops.parses is
    'Feed documents read: what each exchange of a feed yielded. Grain: one exchange of a feed read in one load.';
comment on column ops.parses.exchange_id is
    'The exchange: ops.exchanges.';
comment on column ops.parses.load_id is
    'Load: ops.loads.';
comment on column ops.parses.run_id is
    'Run: ops.runs.';
comment on column ops.parses.feed_id is
    'The feed: news.feeds.';
comment on column ops.parses.parsed_at is
    'Time of the batch.';
comment on column ops.parses.format is
    'rss20, rss10, atom10, json11, sitemap and so on; empty where it could not be read.';
comment on column ops.parses.items is
    'Items found, whether or not they became entries.';
comment on column ops.parses.entries is
    'Entries, each with an id of its own.';
comment on column ops.parses.duplicates is
    'Items with the id of an earlier one.';
comment on column ops.parses.unchanged is
    'Entries that came as they were known: counted here, they have no row in ops.outcomes.';
comment on column ops.parses.items_left is
    'Items not read: beyond the cap, or not made sense of; the problems say which.';
comment on column ops.parses.item_problems is
    'Faults of items.';
comment on column ops.parses.document_problems is
    'Faults of the document.';
comment on column ops.parses.problems is
    'The faults.';
comment on column ops.parses.body_hash is
    'xxh3_128 of the decoded body.';
comment on column ops.parses.title is
    'Title that the document gives the feed.';
comment on column ops.parses.language is
    'Language that the document declares.';
comment on column ops.parses.homepage is
    'Home page that the document declares.';

create table ops.wants (
    want_id varchar not null,
    url varchar not null,
    entry_id varchar,
    feed_id varchar,
    source_id varchar not null,
    reason varchar not null,
    lane varchar not null,
    wanted_at timestamptz not null,
    run_id varchar not null,
    load_id varchar not null,
    exchange_id varchar
);
comment on table ops.wants is
    'Pages that were wanted, and why. Grain: one page wanted on one occasion.';
comment on column ops.wants.want_id is
    'Id made from the address, the entry and the occasion.';
comment on column ops.wants.url is
    'Address wanted.';
comment on column ops.wants.entry_id is
    'Entry that led to it: news.entries; null in a backfill.';
comment on column ops.wants.feed_id is
    'Feed of the entry: news.feeds.';
comment on column ops.wants.source_id is
    'Outlet: news.sources.';
comment on column ops.wants.reason is
    'new, retitled, updated, backfill and so on.';
comment on column ops.wants.lane is
    'Whose work it is: live, or the name of one backfill.';
comment on column ops.wants.wanted_at is
    'Time of the batch that first named it.';
comment on column ops.wants.run_id is
    'Run that first named it: ops.runs.';
comment on column ops.wants.load_id is
    'Load that brought the row: ops.loads.';
comment on column ops.wants.exchange_id is
    'Exchange of the page, once there is one: ops.exchanges.';

create table ops.outcomes (
    stage varchar not null,
    item_id varchar not null,
    url varchar,
    outcome varchar not null,
    reason varchar not null,
    detail varchar not null,
    happened_at timestamptz not null,
    exchange_id varchar,
    feed_id varchar,
    source_id varchar,
    version_id varchar,
    quarantine_id varchar,
    run_id varchar not null,
    load_id varchar not null
);
comment on table ops.outcomes is
    'What became of each item at each stage. Grain: one item entering one stage.';
comment on column ops.outcomes.stage is
    'poll, entry, page or article.';
comment on column ops.outcomes.item_id is
    'feed_id at poll, entry_id at entry, want_id at page and article.';
comment on column ops.outcomes.url is
    'Address of the item.';
comment on column ops.outcomes.outcome is
    'loaded, unchanged, duplicate, skipped, failed (to be tried again), quarantined or given_up.';
comment on column ops.outcomes.reason is
    'Why, as a constant.';
comment on column ops.outcomes.detail is
    'Why, in words.';
comment on column ops.outcomes.happened_at is
    'When.';
comment on column ops.outcomes.exchange_id is
    'Exchange that the item came with: ops.exchanges.';
comment on column ops.outcomes.feed_id is
    'Feed, where there is one: news.feeds.';
comment on column ops.outcomes.source_id is
    'Outlet, where known: news.sources.';
comment on column ops.outcomes.version_id is
    'Version that the article became or was found to be: news.article_versions.';
comment on column ops.outcomes.quarantine_id is
    'Where the record is kept aside: ops.quarantine.';
comment on column ops.outcomes.run_id is
    'Run: ops.runs.';
comment on column ops.outcomes.load_id is
    'Load: ops.loads.';

create table ops.quarantine (
    quarantine_id varchar not null,
    subject varchar not null,
    subject_id varchar not null,
    item_id varchar not null,
    url varchar,
    source_id varchar not null,
    exchange_id varchar not null,
    run_id varchar not null,
    load_id varchar not null,
    first_quarantined_at timestamptz not null,
    last_quarantined_at timestamptz not null,
    rule_ids varchar[] not null,
    severity varchar not null,
    reason varchar not null,
    record json not null,
    status varchar not null
);
comment on table ops.quarantine is
    'Records kept aside whole, with what they broke. The rules stand in ops.quarantine_hits. Grain: one record, however often it came.';
comment on column ops.quarantine.quarantine_id is
    'Id made from the subject and its id.';
comment on column ops.quarantine.subject is
    'entry or article.';
comment on column ops.quarantine.subject_id is
    'entry_id or version_id that the record would have.';
comment on column ops.quarantine.item_id is
    'Item of the outcome that last brought it: entry_id or want_id.';
comment on column ops.quarantine.url is
    'Address of the item.';
comment on column ops.quarantine.source_id is
    'Outlet: news.sources.';
comment on column ops.quarantine.exchange_id is
    'Exchange that last brought it: ops.exchanges.';
comment on column ops.quarantine.run_id is
    'Run that last brought it: ops.runs.';
comment on column ops.quarantine.load_id is
    'Load that last brought it: ops.loads.';
comment on column ops.quarantine.first_quarantined_at is
    'When it was first kept aside.';
comment on column ops.quarantine.last_quarantined_at is
    'When it was last kept aside.';
comment on column ops.quarantine.rule_ids is
    'Rules that it broke.';
comment on column ops.quarantine.severity is
    'Gravest severity among them.';
comment on column ops.quarantine.reason is
    'Reasons of the rules, in words.';
comment on column ops.quarantine.record is
    'The whole record.';
comment on column ops.quarantine.status is
    'held, released or dropped.';

create table ops.quarantine_hits (
    quarantine_id varchar not null,
    rule_id varchar not null,
    severity varchar not null,
    reason varchar not null,
    column_name varchar not null,
    value varchar not null
);
comment on table ops.quarantine_hits is
    'Rules that quarantined records broke. Grain: one rule broken by one record in one column.';
comment on column ops.quarantine_hits.quarantine_id is
    'The record: ops.quarantine.';
comment on column ops.quarantine_hits.rule_id is
    'The rule.';
comment on column ops.quarantine_hits.severity is
    'critical, warning or info.';
comment on column ops.quarantine_hits.reason is
    'Why the rule exists.';
comment on column ops.quarantine_hits.column_name is
    'Column that broke it.';
comment on column ops.quarantine_hits.value is
    'What was seen, shortened.';

create table ops.marks (
    subject_id varchar not null,
    rule_id varchar not null,
    severity varchar not null,
    reason varchar not null,
    column_name varchar not null,
    value varchar not null,
    run_id varchar not null
);
comment on table ops.marks is
    'Warnings kept beside records that were let in. Grain: one rule broken by one record in one column.';
comment on column ops.marks.subject_id is
    'entry_id or version_id.';
comment on column ops.marks.rule_id is
    'The rule.';
comment on column ops.marks.severity is
    'critical, warning or info.';
comment on column ops.marks.reason is
    'Why the rule exists.';
comment on column ops.marks.column_name is
    'Column that broke it.';
comment on column ops.marks.value is
    'What was seen, shortened.';
comment on column ops.marks.run_id is
    'Run that last saw it: ops.runs.';

create table ops.validation_results (
    load_id varchar,
    run_id varchar not null,
    checked_at timestamptz not null,
    suite varchar not null,
    rule_id varchar not null,
    severity varchar not null,
    rows integer not null,
    failed_rows integer not null
);
comment on table ops.validation_results is
    'How each rule fared over each batch, or over the whole warehouse. Grain: one rule in one check.';
comment on column ops.validation_results.load_id is
    'Load: ops.loads; null for a check of the whole warehouse.';
comment on column ops.validation_results.run_id is
    'Run: ops.runs.';
comment on column ops.validation_results.checked_at is
    'Time of the batch.';
comment on column ops.validation_results.suite is
    'Suite of rules.';
comment on column ops.validation_results.rule_id is
    'The rule.';
comment on column ops.validation_results.severity is
    'critical, warning or info.';
comment on column ops.validation_results.rows is
    'Rows checked.';
comment on column ops.validation_results.failed_rows is
    'Rows that broke the rule.';

create table ops.feed_state (
    feed_id varchar primary key,
    url varchar not null,
    etag varchar,
    last_modified varchar,
    body_hash varchar,
    polled_at timestamptz,
    changed_at timestamptz,
    full_fetch_at timestamptz,
    due_at timestamptz,
    due_reason varchar not null,
    retry_after_at timestamptz,
    status integer,
    problem varchar,
    failures double not null,
    polls integer not null,
    copied_at timestamptz not null
);
comment on table ops.feed_state is
    'What is remembered of each feed from poll to poll, as copied with the last load. Grain: one feed.';
comment on column ops.feed_state.feed_id is
    'The feed: news.feeds.';
comment on column ops.feed_state.url is
    'Address asked now.';
comment on column ops.feed_state.etag is
    'ETag echoed with the next poll.';
comment on column ops.feed_state.last_modified is
    'Last-Modified echoed with the next poll.';
comment on column ops.feed_state.body_hash is
    'xxh3_128 of the last full body.';
comment on column ops.feed_state.polled_at is
    'When it was last polled.';
comment on column ops.feed_state.changed_at is
    'When a poll last brought something new.';
comment on column ops.feed_state.full_fetch_at is
    'When a body last came.';
comment on column ops.feed_state.due_at is
    'When the next poll is due; null: at once.';
comment on column ops.feed_state.due_reason is
    'Why then.';
comment on column ops.feed_state.retry_after_at is
    'Earliest time that the server asked for.';
comment on column ops.feed_state.status is
    'HTTP status of the last poll.';
comment on column ops.feed_state.problem is
    'Code of the last poll''s problem.';
comment on column ops.feed_state.failures is
    'Failures in a row, weighted.';
comment on column ops.feed_state.polls is
    'Polls so far.';
comment on column ops.feed_state.copied_at is
    'Time of the load that copied it.';

create table ops.host_state (
    host varchar primary key,
    free_at timestamptz,
    retry_after_at timestamptz,
    crawl_delay_seconds double,
    robots_status integer,
    robots_bytes integer,
    robots_expires_at timestamptz,
    requests integer not null,
    payload_bytes bigint not null,
    copied_at timestamptz not null
);
comment on table ops.host_state is
    'What is remembered of each host, as copied with the last load. Grain: one host.';
comment on column ops.host_state.host is
    'The host.';
comment on column ops.host_state.free_at is
    'Earliest start of the next request.';
comment on column ops.host_state.retry_after_at is
    'Earliest time that the server asked for.';
comment on column ops.host_state.crawl_delay_seconds is
    'Crawl-delay of robots.txt, in seconds.';
comment on column ops.host_state.robots_status is
    'HTTP status of robots.txt.';
comment on column ops.host_state.robots_bytes is
    'Size of robots.txt; its text lies in the archive.';
comment on column ops.host_state.robots_expires_at is
    'When robots.txt is to be asked for again.';
comment on column ops.host_state.requests is
    'Requests so far.';
comment on column ops.host_state.payload_bytes is
    'Bytes received so far.';
comment on column ops.host_state.copied_at is
    'Time of the load that copied it.';

create table ops.work_in_hand (
    want_id varchar not null,
    url varchar not null,
    source_id varchar not null,
    state varchar not null,
    attempts integer not null,
    next_try_at timestamptz,
    last_problem varchar
);
comment on table ops.work_in_hand is
    'Wanted pages that have no end yet, as copied before publishing. Grain: one wanted page.';
comment on column ops.work_in_hand.want_id is
    'The want: ops.wants.';
comment on column ops.work_in_hand.url is
    'Address wanted.';
comment on column ops.work_in_hand.source_id is
    'Outlet: news.sources.';
comment on column ops.work_in_hand.state is
    'waiting, claimed (by a run) or archived (the page is there, and not yet loaded).';
comment on column ops.work_in_hand.attempts is
    'Tries so far.';
comment on column ops.work_in_hand.next_try_at is
    'Earliest next try; null: at once.';
comment on column ops.work_in_hand.last_problem is
    'Code of the last try''s problem.';
