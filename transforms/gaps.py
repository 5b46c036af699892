"""Gaps: what rolled off a feed between two polls, found out, and filled where it can be.

A feed is a window. When its oldest new entry is newer than all that was seen before,
others may have come and gone in between. Archives (RFC 5005) and sitemaps may still
name them. Decisions only: nothing here asks the clock or the network.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.cadence import dates_of
from transforms.identity import make_id
from transforms.records import SITEMAP_INDEX, FeedDocument, Gap
from transforms.schedule import INCOMPLETE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from transforms.records import Entry, Exchange, Feed, FeedState, ParsedFeed, SitemapPart

MARKS = 10
MARK_CHARS = 12
LEAK_MARKS = 6  # of fewer, an article that is taken down is too large a part
# A smaller part than half says little: entries leave such feeds by their age, and those gone were
# mostly older than the time between polls. Of two feeds that leak, polled daily, a third of the
# newest gone was right in 2 of 5 and in 1 of 9 cases.
PARTS_AT_ONCE = 5
SITEMAPS_ASKED = 3
OVERLAP = timedelta(days=1)  # lastmod is often a date alone


def mark_of(entry: Entry) -> str:
    """Return what an entry is known by from one poll to the next."""
    return entry.entry_id[:MARK_CHARS]


def remembering(state: FeedState, parsed: ParsedFeed, now: datetime) -> FeedState:
    """Return the state with the newest entries of a document, by which the next is joined to it.

    At most half of the entries count: the others may be old ones that are pinned. A
    document that breaks off and holds none of those known is no place to go on from.
    """
    if not parsed.entries or (_breaks_off(parsed) and not _is_joined(state, parsed)):
        return state
    newest = sorted(parsed.entries, key=lambda entry: _rank(entry, now))
    count = min(MARKS, (len(newest) + 1) // 2)
    return state._replace(
        newest_at=next(iter(dates_of(parsed, now)), None),
        marks=tuple(mark_of(entry) for entry in newest[:count]),
        older_url=parsed.older_url,
    )


def gap_before(  # noqa: PLR0913, PLR0917 (all that shows it)
    state: FeedState,
    parsed: ParsedFeed,
    exchange: Exchange,
    feed: Feed,
    known: Collection[str],
    now: datetime,
) -> Gap | None:
    """Return the gap between what a feed showed last and a document; None if there is none.

    Its kind is ``rolled_off`` where the document has none of the newest entries of last
    time, and no unknown one from before them; ``leaked`` where entries leave the feed out
    of order, so that half of the newest are gone while older ones stay: others are likely
    to have come and gone. There is none at the first poll, or where a document breaks off.

    Args:
        state: the feed's, from before the document.
        parsed: the document.
        exchange: that it came in.
        feed: the subscription.
        known: ids of entries that are known: they tell nothing of the time between.
        now: the time.
    """
    unknown = tuple(entry for entry in parsed.entries if entry.entry_id not in known)
    if not state.marks or not unknown or _breaks_off(parsed):
        return None
    dates = dates_of(replace(parsed, entries=unknown), now)
    is_joined = _is_joined(state, parsed)
    if is_joined and not _leaks(state, parsed):
        return None
    to_at = exchange.fetched_at
    if dates and state.newest_at is not None:
        to_at = dates[0] if is_joined else dates[-1]
        if to_at <= state.newest_at:
            return None
    return Gap(
        gap_id=make_id("gap", feed.feed_id, exchange.exchange_id),
        feed_id=feed.feed_id,
        source_id=feed.source_id,
        kind="leaked" if is_joined else "rolled_off",
        from_at=state.newest_at or state.full_fetch_at,
        to_at=to_at,
        found_at=now,
        exchange_id=exchange.exchange_id,
        site_url=next((entry.url for entry in unknown if entry.url), parsed.homepage),
    )


def asked_gap(feed: Feed, lane: str, since: datetime | None, until: datetime, now: datetime) -> Gap:
    """Return the past of a feed as a gap: what an operator asked for."""
    return Gap(
        gap_id=make_id("gap", feed.feed_id, lane),
        feed_id=feed.feed_id,
        source_id=feed.source_id,
        kind="asked",
        from_at=since,
        to_at=until,
        found_at=now,
        exchange_id=None,
        site_url=feed.url,
        lane=lane,
    )


def document_for(gap: Gap, url: str, feed_id: str) -> FeedDocument:
    """Return the wish for a document that may fill a gap."""
    return FeedDocument(
        document_id=make_id("document", feed_id, url, gap.gap_id),
        feed_id=feed_id,
        url=url,
        lane=gap.lane,
        gap_id=gap.gap_id,
        since_at=gap.from_at,
        until_at=gap.to_at,
    )


def within(parsed: ParsedFeed, document: FeedDocument) -> ParsedFeed:
    """Return a document with those of its entries that it was wanted for.

    Others are counted as left. Entries without a date are taken from archives, not from
    sitemaps, which name all that an outlet ever had.
    """
    is_archive = "sitemap" not in parsed.format
    kept = tuple(
        entry for entry in parsed.entries if _is_within(entry, document, is_archive=is_archive)
    )
    left = len(parsed.entries) - len(kept)
    return replace(parsed, entries=kept, items_left=parsed.items_left + left)


def after_document(gap: Gap, whole: ParsedFeed, url: str, new: int, now: datetime) -> Gap:
    """Return a gap after a document was read for it; it is filled once that goes back far enough.

    Args:
        gap: as it was.
        whole: the document with all its entries.
        url: its address.
        new: how many new entries it brought.
        now: the time.
    """
    dates = dates_of(whole, now)
    reached = min(filter(None, (gap.reached_at, *dates[-1:])), default=None)
    read = replace(gap, urls=(*gap.urls, url), entries=gap.entries + new, reached_at=reached)
    is_covered = gap.from_at is not None and reached is not None and reached <= gap.from_at
    if not is_covered or gap.status != "open":
        return read
    what = "sitemaps" if "sitemap" in whole.format else "the feed's archive"
    return replace(read, status="filled", how=f"read back to its start in {what}", settled_at=now)


def further_documents(
    gap: Gap, whole: ParsedFeed, feed_id: str, limit: int
) -> tuple[FeedDocument, ...]:
    """Return where to go on after a document that was read for a gap, within its limit."""
    if gap.status != "open" or len(gap.urls) >= limit:
        return ()
    links = [part.url for part in chosen_parts(whole.parts, gap.from_at)]
    links += [whole.older_url] if whole.older_url else []
    return tuple(
        document_for(gap, link, feed_id)
        for link in links[: limit - len(gap.urls)]
        if link not in gap.urls
    )


def settled(gap: Gap, why: str, now: datetime) -> Gap:
    """Return a gap for which nothing more can be done."""
    if gap.kind == "asked" and gap.urls:
        return replace(gap, status="filled", how=why, settled_at=now)
    return replace(gap, status="unfillable", how=why, settled_at=now)


def chosen_parts(
    parts: Iterable[SitemapPart], since: datetime | None, limit: int = PARTS_AT_ONCE
) -> tuple[SitemapPart, ...]:
    """Return the sitemaps of an index that may name what is newer than a time, newest first.

    Those that tell no date come last, and those for news come before their like.
    """
    able = [
        part
        for part in parts
        if since is None or part.changed_at is None or part.changed_at >= since - OVERLAP
    ]
    able.sort(
        key=lambda part: part.changed_at.timestamp() if part.changed_at else 0.0, reverse=True
    )
    able.sort(key=lambda part: not _is_for_news(part.url))
    return tuple(able[:limit])


def chosen_sitemaps(urls: Iterable[str]) -> tuple[str, ...]:
    """Return which of a site's sitemaps to ask about news: those that seem to be for them first."""
    return tuple(sorted(dict.fromkeys(urls), key=lambda url: not _is_for_news(url)))[
        :SITEMAPS_ASKED
    ]


def documents_after_poll(
    feed: Feed, parsed: ParsedFeed, exchange: Exchange, state: FeedState, gap: Gap | None
) -> tuple[FeedDocument, ...]:
    """Return where to go on after a poll: older pages for a gap, the sitemaps of an index.

    The first poll of an index looks back two days, later ones to a day before the last.
    """
    if gap is not None and parsed.older_url is not None:
        return (document_for(gap, parsed.older_url, feed.feed_id),)
    if parsed.format != SITEMAP_INDEX:
        return ()
    since = (state.full_fetch_at or exchange.fetched_at - OVERLAP) - OVERLAP
    return tuple(
        FeedDocument(
            document_id=make_id("document", feed.feed_id, part.url, exchange.exchange_id),
            feed_id=feed.feed_id,
            url=part.url,
            since_at=since,
        )
        for part in chosen_parts(parsed.parts, since)
    )


def part_id(document: FeedDocument) -> str:
    """Return under what the validators of a sitemap are remembered."""
    return make_id("part", document.feed_id, document.url)


def _breaks_off(parsed: ParsedFeed) -> bool:
    return any(problem.code in INCOMPLETE for problem in parsed.problems)


def _is_joined(state: FeedState, parsed: ParsedFeed) -> bool:
    return not {mark_of(entry) for entry in parsed.entries}.isdisjoint(state.marks)


def _leaks(state: FeedState, parsed: ParsedFeed) -> bool:
    """Tell whether half of the newest entries of last time are gone while an older one stays."""
    present = {mark_of(entry) for entry in parsed.entries}
    held = [number for number, mark in enumerate(state.marks) if mark in present]
    newer = held[-1] + 1 if held else 0
    return newer >= LEAK_MARKS and 2 * (newer - len(held)) >= newer


def _date(entry: Entry) -> datetime | None:
    moment = entry.published or entry.updated
    return moment.at if moment else None


def _rank(entry: Entry, now: datetime) -> tuple[float, int]:
    """Return what orders entries from new to old; those without a date go by their place."""
    at = _date(entry)
    is_dated = at is not None and at <= now
    return (-at.timestamp() if at is not None and is_dated else 0.0, entry.position)


def _is_within(entry: Entry, document: FeedDocument, *, is_archive: bool) -> bool:
    """Tell whether an entry was wanted; those on the bounds were seen, and archives know them."""
    at = _date(entry)
    if at is None or at in {document.since_at, document.until_at}:
        return is_archive
    is_early = document.since_at is not None and at < document.since_at
    return not is_early and (document.until_at is None or at < document.until_at)


def _is_for_news(url: str) -> bool:
    return "news" in url.rpartition("/")[2].lower()
