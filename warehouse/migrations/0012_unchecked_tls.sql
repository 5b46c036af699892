-- Feeds whose certificate the operator has said not to verify, and what came of them so.
-- Applied once and never edited: a change is a new file.

alter table news.feeds add column is_tls_unchecked boolean default false;
comment on column news.feeds.is_tls_unchecked is
    'Whether any certificate is taken from the host of its address when it is polled: an exception that the operator made.';

alter table ops.exchanges add column is_tls_unchecked boolean default false;
comment on column ops.exchanges.is_tls_unchecked is
    'Whether a request of it, one that was redirected too, was made over TLS without verifying the certificate, by the exception of its feed; what it answered may be anybody''s.';
