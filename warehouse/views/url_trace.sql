-- Grain: one event in the life of a URL, in time order.
create macro report.url_forms(address) as list_distinct(flatten(list_transform(
    [
        address,
        regexp_replace(address, '#.*$', ''),
        regexp_replace(
            regexp_replace(
                regexp_replace(address, '#.*$', ''),
                '([?&])((utm_[^=&]*|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid)=[^&]*&?)+', '\1', 'g'
            ),
            '[?&]$', ''
        )
    ],
    lambda form: flatten(list_transform(
        [rtrim(form, '/'), rtrim(form, '/') || '/'],
        lambda ending: [
            ending,
            regexp_replace(ending, '^http:', 'https:'),
            regexp_replace(ending, '^https:', 'http:')
        ]
    ))
)));

create macro report.url_trace(address) as table
with asked as (
    select unnest(report.url_forms(address)) as form
), hit_articles as (
    select distinct article_id
    from news.article_urls as urls
    where urls.url in (from asked) or urls.key_url in (from asked)
), forms as (
    select form from asked
    union
    select urls.url from news.article_urls as urls semi join hit_articles using (article_id)
), hit_entries as (
    select *
    from news.entries as entries
    where entries.url in (from forms) or entries.canonical_url in (from forms)
        or entries.article_id in (from hit_articles)
), hit_wants as (
    select *
    from ops.wants as wants
    where wants.url in (from forms)
        or wants.entry_id in (select hit_entries.entry_id from hit_entries)
), items as (
    select want_id as item_id from hit_wants
    union select entry_id from hit_entries
), hit_outcomes as (
    select *
    from ops.outcomes as outcomes
    where outcomes.item_id in (from items) or outcomes.url in (from forms)
), hit_exchanges as (
    select *
    from ops.exchanges as exchanges
    where exchanges.purpose <> 'feed' and (
        exchanges.requested_url in (from forms)
        or exchanges.final_url in (from forms)
        or exchanges.item_id in (from items)
    )
), events as (
    select
        first_seen_at as happened_at, 1 as step, 'entry' as event,
        'listed by feed ' || feed_id as what,
        concat_ws(
            '; ', title,
            case when len(titles_seen) > 1 then 'titles: ' || array_to_string(titles_seen, ' | ') end,
            'seen until ' || strftime(last_seen_at, '%Y-%m-%d %H:%M')
        ) as detail,
        hit_entries.url as url, entry_id as id, first_exchange_id as exchange_id, run_id
    from hit_entries
    union all
    select
        wanted_at, 2, 'want', 'page wanted: ' || reason, null, hit_wants.url, want_id,
        exchange_id, run_id
    from hit_wants
    union all
    select
        fetched_at, 3, 'exchange', coalesce('answered ' || status, 'no answer'),
        concat_ws(
            '; ', problem_code, problem_detail,
            case when final_url <> requested_url then 'answered by ' || final_url end,
            payload_bytes || ' bytes'
        ),
        requested_url, hit_exchanges.exchange_id, hit_exchanges.exchange_id, run_id
    from hit_exchanges
    union all
    select
        happened_at,
        4 + list_position(['poll', 'entry', 'page', 'article'], stage),
        'outcome', stage || ' ' || outcome || ': ' || reason, nullif(detail, ''),
        hit_outcomes.url, item_id, exchange_id, run_id
    from hit_outcomes
    union all
    select
        last_quarantined_at, 9, 'quarantine',
        subject || ' kept aside (' || status || '): ' || array_to_string(rule_ids, ', '),
        reason, held.url, quarantine_id, exchange_id, run_id
    from ops.quarantine as held
    where held.url in (from forms) or held.item_id in (from items)
    union all
    select
        first_seen_at, 10, 'version', change_kind || ' version of article ' || article_id,
        concat_ws('; ', headline, 'seen until ' || strftime(last_seen_at, '%Y-%m-%d %H:%M')),
        canonical_url, version_id, first_exchange_id, run_id
    from news.article_versions as versions
    where versions.article_id in (from hit_articles)
    union all
    select
        copied_wants.next_try_at, 11, 'in hand',
        copied_wants.state || ', tried ' || attempts || ' times', last_problem,
        copied_wants.url, want_id, null, null
    from ops.work_in_hand as copied_wants
    where copied_wants.want_id in (from items) or copied_wants.url in (from forms)
)
select happened_at, event, what, detail, url, id, exchange_id, run_id
from events
order by happened_at, step, id;

comment on macro report.url_forms is
    'Forms under which a URL may be stored: with and without fragment, tracking parameters and last slash, http and https.';
comment on macro table report.url_trace is
    'Why is this URL here, or not? All that is known of it in time order: from report.url_trace(''https://...'').';
