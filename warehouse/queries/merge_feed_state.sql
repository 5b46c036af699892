-- Grain: one feed. A copy of an older poll leaves the row untouched.
merge into ops.feed_state as target
using staged_feed_state as staged
on target.feed_id = staged.feed_id
when matched and (
    target.polled_at is null or staged.polled_at >= target.polled_at
) then update set
    url = staged.url,
    etag = staged.etag,
    last_modified = staged.last_modified,
    body_hash = staged.body_hash,
    polled_at = staged.polled_at,
    changed_at = staged.changed_at,
    full_fetch_at = staged.full_fetch_at,
    due_at = staged.due_at,
    due_reason = staged.due_reason,
    retry_after_at = staged.retry_after_at,
    status = staged.status,
    problem = staged.problem,
    failures = staged.failures,
    polls = staged.polls,
    unmodified_at = staged.unmodified_at,
    distrusted_at = staged.distrusted_at,
    declared_minutes = staged.declared_minutes,
    skip_hours = staged.skip_hours,
    skip_days = staged.skip_days,
    newest_at = staged.newest_at,
    older_url = staged.older_url,
    moving_to = staged.moving_to,
    moving_at = staged.moving_at,
    moving_polls = staged.moving_polls,
    copied_at = staged.copied_at
when not matched then insert (
    feed_id, url, etag, last_modified, body_hash, polled_at, changed_at, full_fetch_at, due_at,
    due_reason, retry_after_at, status, problem, failures, polls, unmodified_at, distrusted_at,
    declared_minutes, skip_hours, skip_days, newest_at, older_url, moving_to, moving_at,
    moving_polls, copied_at
) values (
    staged.feed_id, staged.url, staged.etag, staged.last_modified, staged.body_hash,
    staged.polled_at, staged.changed_at, staged.full_fetch_at, staged.due_at, staged.due_reason,
    staged.retry_after_at, staged.status, staged.problem, staged.failures, staged.polls,
    staged.unmodified_at, staged.distrusted_at, staged.declared_minutes, staged.skip_hours,
    staged.skip_days, staged.newest_at, staged.older_url, staged.moving_to, staged.moving_at,
    staged.moving_polls, staged.copied_at
);
