-- Grain: one thing that is missing or doubled in what a run and those begun after it loaded.
-- Ids of runs begin with the time, so a run costs what it brought, not what is stored.
create macro report.outcome_audit_from(first_run) as table
with found as (
    -- Items of a feed document: each has an outcome, or came unchanged.
    select
        'items_without_outcome' as check_name,
        parses.exchange_id as item_id,
        parses.load_id,
        format(
            '{} items in the document, {} outcomes, {} unchanged and {} not read',
            parses.items, coalesce(told.outcomes, 0), parses.unchanged, parses.items_left
        ) as missing
    from ops.parses as parses
    left join (
        select exchange_id, load_id, count(*) as outcomes
        from ops.outcomes
        where stage = 'entry' and run_id >= first_run
        group by exchange_id, load_id
    ) as told
        on told.exchange_id = parses.exchange_id and told.load_id = parses.load_id
    where parses.run_id >= first_run
        and parses.items <> coalesce(told.outcomes, 0) + parses.unchanged + parses.items_left

    union all by name
    select
        'exchange_without_outcome' as check_name,
        exchange_id as item_id,
        load_id,
        'no outcome names this exchange' as missing
    from ops.exchanges
    anti join (
        select exchange_id from ops.outcomes where run_id >= first_run
    ) as told using (exchange_id)
    where purpose in ('feed', 'page') and run_id >= first_run

    union all by name
    select
        'entry_without_row' as check_name,
        outcomes.item_id,
        outcomes.load_id,
        'the entry has no row in news.entries' as missing
    from ops.outcomes as outcomes
    anti join news.entries as entries on entries.entry_id = outcomes.item_id
    where outcomes.stage = 'entry' and outcomes.outcome in ('loaded', 'unchanged')
        and outcomes.run_id >= first_run

    union all by name
    select
        'entry_without_want' as check_name,
        outcomes.item_id,
        outcomes.load_id,
        'the entry went on, and nothing wants its page' as missing
    from ops.outcomes as outcomes
    anti join ops.wants as wants on wants.entry_id = outcomes.item_id
    where outcomes.stage = 'entry' and outcomes.outcome = 'loaded'
        and outcomes.run_id >= first_run

    union all by name
    select
        'want_without_outcome' as check_name,
        want_id as item_id,
        load_id,
        'no outcome at stage page, and not in hand' as missing
    from ops.wants
    anti join (
        select item_id as want_id
        from ops.outcomes
        where stage = 'page' and run_id >= first_run
        union all select want_id from ops.work_in_hand
    ) as told using (want_id)
    where run_id >= first_run

    union all by name
    select
        'page_without_article_outcome' as check_name,
        outcomes.item_id,
        outcomes.load_id,
        'the page went on, and has no outcome at stage article' as missing
    from ops.outcomes as outcomes
    anti join (
        select item_id
        from ops.outcomes
        where stage = 'article' and run_id >= first_run
        union all select want_id as item_id from ops.work_in_hand
    ) as told using (item_id)
    where outcomes.stage = 'page' and outcomes.outcome = 'loaded'
        and outcomes.run_id >= first_run

    union all by name
    select
        'article_without_version' as check_name,
        outcomes.item_id,
        outcomes.load_id,
        'the article has no row in news.article_versions' as missing
    from ops.outcomes as outcomes
    anti join news.article_versions as versions on versions.version_id = outcomes.version_id
    where outcomes.stage = 'article' and outcomes.outcome = 'loaded'
        and outcomes.run_id >= first_run

    union all by name
    select
        'version_without_article' as check_name,
        versions.version_id as item_id,
        null as load_id,
        'the version has no row in news.articles' as missing
    from news.article_versions as versions
    anti join news.articles as articles using (article_id)
    where versions.run_id >= first_run

    union all by name
    select
        'quarantined_without_record' as check_name,
        outcomes.item_id,
        outcomes.load_id,
        'the record has no row in ops.quarantine' as missing
    from ops.outcomes as outcomes
    anti join ops.quarantine as held on held.quarantine_id = outcomes.quarantine_id
    where outcomes.outcome = 'quarantined' and outcomes.run_id >= first_run

    union all by name
    select
        'outcome_twice' as check_name,
        item_id,
        load_id,
        format('{} outcomes at stage {}: {}', count(*), stage, list(distinct outcome)) as missing
    from ops.outcomes
    where outcome <> 'duplicate' and run_id >= first_run
    group by stage, item_id, exchange_id, load_id
    having count(*) > 1

    union all by name
    select
        'load_differs_from_ledger' as check_name,
        loads.load_id as item_id,
        loads.load_id,
        format(
            '{}: {} rows in the ledger, {} in the table',
            counts.table_name,
            coalesce((loads.row_counts ->> ('$."' || counts.table_name || '"'))::bigint, 0),
            counts.rows
        ) as missing
    from ops.loads as loads
    join (
        select load_id, tables.table_name, coalesce(written.rows, 0) as rows
        from ops.loads
        cross join (
            select unnest([
                'ops.outcomes', 'ops.parses', 'ops.validation_results'
            ]) as table_name
        ) as tables
        left join (
            select load_id, 'ops.outcomes' as table_name, count(*) as rows
            from ops.outcomes where run_id >= first_run group by load_id
            union all
            select load_id, 'ops.parses', count(*)
            from ops.parses where run_id >= first_run group by load_id
            union all
            select load_id, 'ops.validation_results', count(*)
            from ops.validation_results where run_id >= first_run group by load_id
        ) as written using (load_id, table_name)
    ) as counts on counts.load_id = loads.load_id
    where loads.run_id >= first_run
        and counts.rows
        <> coalesce((loads.row_counts ->> ('$."' || counts.table_name || '"'))::bigint, 0)
)
select found.check_name, found.item_id, found.missing, found.load_id, loads.run_id
from found
left join ops.loads as loads on loads.load_id = found.load_id;

comment on macro table report.outcome_audit_from is
    'The rows of report.outcome_audit that a run (first_run: its id) and those begun after it account for. Grain: one fault.';

-- Grain: one thing that is missing or doubled. Empty when nothing vanished.
create view report.outcome_audit as from report.outcome_audit_from('');

comment on view report.outcome_audit is
    'What is missing or doubled in the accounts of the walk. Empty when nothing vanished; ops.work_in_hand must be fresh. Grain: one fault.';
comment on column report.outcome_audit.check_name is
    'The check that found it.';
comment on column report.outcome_audit.item_id is
    'Id of what is wrong: an item, exchange, version or load.';
comment on column report.outcome_audit.missing is
    'What is missing, in words.';
comment on column report.outcome_audit.load_id is
    'Load that brought it: ops.loads.';
comment on column report.outcome_audit.run_id is
    'Run of that load: ops.runs.';
